package polygon

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// bar is a row of an aggregates answer. NaN is not known.
type bar struct {
	ticker                         []byte // only where the answer is of many
	ms                             int64
	timed                          bool
	open, high, low, close, volume float64
}

// next reads the bar at s.
func (b *bar) next(s *scanner) {
	nan := math.NaN()
	*b = bar{open: nan, high: nan, low: nan, close: nan, volume: nan}
	s.object(func(key []byte) {
		if len(key) != 1 {
			s.Skip()
			return
		}
		switch key[0] {
		case 'c':
			b.close = s.Float()
		case 'o':
			b.open = s.Float()
		case 'h':
			b.high = s.Float()
		case 'l':
			b.low = s.Float()
		case 'v':
			b.volume = s.Float()
		case 't':
			b.ms, b.timed = s.integer()
		case 'T':
			b.ticker = s.Text()
		default:
			s.Skip()
		}
	})
}

// known is a column, nil where nothing of it is known.
func known(column []float64) []float64 {
	for _, v := range column {
		if v == v {
			return column
		}
	}
	return nil
}

// columns makes room for n bars.
func columns(n int) marketdata.BarSeries {
	buffer := make([]float64, 5*n)
	cut := func(k int) []float64 { return buffer[k*n : k*n : (k+1)*n] }
	return marketdata.BarSeries{Dates: make([]date.Date, 0, n), Open: cut(0), High: cut(1), Low: cut(2), Close: cut(3), Volume: cut(4)}
}

func (b *bar) addTo(c *marketdata.BarSeries, d date.Date) {
	c.Dates = append(c.Dates, d)
	c.Open, c.High, c.Low = append(c.Open, b.open), append(c.High, b.high), append(c.Low, b.low)
	c.Close, c.Volume = append(c.Close, b.close), append(c.Volume, b.volume)
}

// day is the day of a bar; false where it has none.
func (b *bar) day(c clock, row int, l *left) (date.Date, bool) {
	if !b.timed {
		l.out("row %d: no time", row)
		return 0, false
	}
	d, ok := c.day(b.ms)
	if !ok {
		l.out("row %d: %d cannot be a time of a day", row, b.ms)
	}
	return d, ok
}

// basis is what the answer says was done to its prices; of what never splits they are as
// traded either way.
func (e *envelope) basis(theirs string) marketdata.Basis {
	switch {
	case e.adjusted == nil && !neverSplits(theirs):
		return marketdata.UnknownBasis
	case e.adjusted != nil && *e.adjusted && !neverSplits(theirs):
		return marketdata.SplitAdjusted
	}
	return marketdata.AsTraded
}

func neverSplits(theirs string) bool {
	return len(theirs) > 2 && (theirs[:2] == cryptoPrefix || theirs[:2] == pairPrefix || theirs[:2] == indexPrefix)
}

// readAggregates reads the daily bars of one ticker.
func readAggregates(body []byte, r marketdata.Request, theirs string, at time.Time) (*scanner, envelope, answer) {
	var (
		b     bar
		l     left
		clock = clockOf(theirs)
		today = clock.today(at)
		got   int // rows of days that were asked
		a     answer
	)
	bars := columns(len(body)/90 + 1) // a bar takes 90 bytes and more
	s, e := whole(body, "results", func(s *scanner) {
		b.next(s)
		a.rows++
		if d, ok := b.day(clock, a.rows, &l); ok {
			b.addTo(&bars, d)
			if !outside(r, d) && (today == 0 || d <= today) {
				got++
			}
		}
	})
	switch {
	case e.ticker != "" && e.ticker != theirs:
		a.wrong = fmt.Sprintf("ticker: %q answers for %q", e.ticker, theirs)
	case a.rows > 0 && got == 0:
		a.wrong = fmt.Sprintf("results: none of the %d rows is of a day that was asked%s", a.rows, span(bars.Dates))
	}
	short(&e, a.rows, &l)
	if r.Kind == marketdata.FX {
		rates := marketdata.RateSeries{Name: r.Pair.String(), Dates: bars.Dates, Values: bars.Close}
		l.said = append(l.said, rates.Order(r.From, r.To, today)...)
		if n := len(rates.Dates); n > 0 {
			if last := rates.Dates[n-1]; !clock.over(last, at, e.delayed()) {
				rates.Provisional = last
			}
			a.d.FX = []marketdata.RateSeries{rates}
		}
		a.d.Left = l.all()
		return s, e, a
	}
	l.said = append(l.said, bars.Order(r.From, r.To, today)...)
	if n := len(bars.Dates); n > 0 {
		bars.Symbol, bars.Currency, bars.Basis = r.Instrument.Symbol, quoted(r.Instrument, theirs), e.basis(theirs)
		bars.Open, bars.High, bars.Low, bars.Volume = known(bars.Open), known(bars.High), known(bars.Low), known(bars.Volume)
		bars.Unfinished = !clock.over(bars.Dates[n-1], at, e.delayed())
		a.d.Bars = []marketdata.BarSeries{bars}
	}
	a.d.Left = l.all()
	return s, e, a
}

// span says from when to when days are that were not asked.
func span(days []date.Date) string {
	if len(days) == 0 {
		return ""
	}
	return fmt.Sprintf(" (they are of %s to %s)", slices.Min(days), slices.Max(days))
}

// short tells where fewer rows came than the source counts.
func short(e *envelope, rows int, l *left) {
	if e.counted > int64(rows) {
		l.out("the source counts %d rows, %d came", e.counted, rows)
	}
}

// readGrouped reads the bars of a whole market on one day: a series a ticker, in the
// order of the answer.
func readGrouped(body []byte, r marketdata.Request, at time.Time) (*scanner, envelope, answer) {
	var (
		b      bar
		l      left
		few    = len(body)/100 + 1 // a row takes 100 bytes and more
		bars   = columns(few)
		names  = make([]string, 0, few)
		placed = make(map[string]int, few)
		others []date.Date
		a      answer
	)
	s, e := whole(body, "results", func(s *scanner) {
		b.next(s)
		a.rows++
		d, ok := b.day(clock{}, a.rows, &l)
		name := string(b.ticker)
		switch i, again := placed[name]; {
		case !ok:
		case d != r.To:
			others = append(others, d)
			l.out("row %d: %s was not asked", a.rows, d)
		case name == "":
			l.out("row %d: no ticker", a.rows)
		case b.close != b.close:
			l.out("row %d: %s has no close", a.rows, name)
		case again:
			l.out("row %d: %s comes again, the last row stands", a.rows, name)
			bars.Open[i], bars.High[i], bars.Low[i], bars.Close[i], bars.Volume[i] = b.open, b.high, b.low, b.close, b.volume
		default:
			placed[name] = len(names)
			names = append(names, name)
			b.addTo(&bars, d)
		}
	})
	if len(others) > 0 && len(names) == 0 {
		a.wrong = fmt.Sprintf("results: no row is of the day that was asked%s", span(others))
	}
	short(&e, a.rows, &l)
	basis, unfinished := e.basis(""), !clock{}.over(r.To, at, e.delayed())
	a.d.Bars = make([]marketdata.BarSeries, len(names))
	for i, name := range names {
		one := func(column []float64) []float64 { return column[i : i+1 : i+1] }
		b := &a.d.Bars[i]
		b.Symbol, b.Currency, b.Basis, b.Unfinished = name, "USD", basis, unfinished
		b.Dates, b.Close, b.Volume = bars.Dates[i:i+1:i+1], one(bars.Close), known(one(bars.Volume))
		b.Open, b.High, b.Low = known(one(bars.Open)), known(one(bars.High)), known(one(bars.Low))
	}
	a.d.Left = l.all()
	return s, e, a
}
