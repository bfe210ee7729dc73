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
			s.skip()
			return
		}
		switch key[0] {
		case 'c':
			b.close = s.number()
		case 'o':
			b.open = s.number()
		case 'h':
			b.high = s.number()
		case 'l':
			b.low = s.number()
		case 'v':
			b.volume = s.number()
		case 't':
			b.ms, b.timed = s.integer()
		case 'T':
			b.ticker = s.text()
		default:
			s.skip()
		}
	})
}

// columns are the bars of one ticker as they come.
type columns struct {
	days                           []date.Date
	open, high, low, close, volume []float64
}

func (c *columns) add(d date.Date, b *bar) {
	c.days = append(c.days, d)
	c.open, c.high, c.low = append(c.open, b.open), append(c.high, b.high), append(c.low, b.low)
	c.close, c.volume = append(c.close, b.close), append(c.volume, b.volume)
}

func (c *columns) grow(n int) {
	c.days = make([]date.Date, 0, n)
	buffer := make([]float64, 5*n)
	cut := func(k int) []float64 { return buffer[k*n : k*n : (k+1)*n] }
	c.open, c.high, c.low, c.close, c.volume = cut(0), cut(1), cut(2), cut(3), cut(4)
}

// order puts the days in order and leaves one bar a day: of two, the later in the answer.
func (c *columns) order(l *left) {
	ascends := true
	for i := 1; i < len(c.days) && ascends; i++ {
		ascends = c.days[i] > c.days[i-1]
	}
	if ascends {
		return
	}
	at := make([]int, len(c.days))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int { return int(c.days[a]) - int(c.days[b]) })
	var o columns
	o.grow(len(at))
	for k, i := range at {
		if k+1 < len(at) && c.days[at[k+1]] == c.days[i] {
			l.out("row %d: %s comes again in row %d, which was kept", i+1, c.days[i], at[k+1]+1)
			continue
		}
		o.add(c.days[i], &bar{open: c.open[i], high: c.high[i], low: c.low[i], close: c.close[i], volume: c.volume[i]})
	}
	*c = o
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

// wanted checks a bar against what was asked and when; false where it is left out.
type wanted struct {
	clock    clock
	from, to date.Date
	today    date.Date // 0: not known
	beyond   int       // bars of other days than those asked
}

func want(r marketdata.Request, c clock, at time.Time) wanted {
	w := wanted{clock: c, from: r.From, to: r.To}
	if d, ok := c.today(at); ok {
		w.today = d
	}
	return w
}

func (w *wanted) keep(b *bar, row int, l *left) (date.Date, bool) {
	if !b.timed {
		l.out("row %d: no time", row)
		return 0, false
	}
	d, ok := w.clock.day(b.ms)
	switch {
	case !ok:
		w.beyond++
		l.out("row %d: %d cannot be a time of a day", row, b.ms)
	case w.today != 0 && d > w.today:
		w.beyond++
		l.out("row %d: %s had not come when it was asked", row, d)
	case w.from != 0 && d < w.from || w.to != 0 && d > w.to:
		w.beyond++
		l.out("row %d: %s was not asked", row, d)
	case math.IsNaN(b.close):
		l.out("row %d: %s has no close", row, d)
	default:
		return d, true
	}
	return 0, false
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
		b    bar
		cols columns
		l    left
		w    = want(r, clockOf(theirs), at)
		rows int
	)
	cols.grow(len(body)/90 + 1) // a bar takes 90 bytes and more
	s, e := whole(body, "results", func(s *scanner) {
		b.next(s)
		rows++
		if d, ok := w.keep(&b, rows, &l); ok {
			cols.add(d, &b)
		}
	})
	a := answer{rows: rows}
	if e.ticker != "" && e.ticker != theirs {
		a.wrong = fmt.Sprintf("ticker: %q answers for %q", e.ticker, theirs)
	}
	if rows > 0 && w.beyond == rows {
		a.wrong = fmt.Sprintf("results: none of the %d days is one that was asked (%s)", rows, l.said[0])
	}
	short(&e, rows, &l)
	cols.order(&l)
	n := len(cols.days)
	unfinished := n > 0 && !w.clock.over(cols.days[n-1], at, e.delayed())
	switch {
	case n == 0:
	case r.Kind == marketdata.FX:
		rates := marketdata.RateSeries{Name: r.Pair.String(), Dates: cols.days, Values: cols.close}
		if unfinished {
			rates.Provisional = cols.days[n-1]
		}
		a.d.FX = []marketdata.RateSeries{rates}
	default:
		a.d.Bars = []marketdata.BarSeries{{
			Symbol: r.Instrument.Symbol, Currency: quoted(r.Instrument, theirs), Basis: e.basis(theirs),
			Dates: cols.days, Open: known(cols.open), High: known(cols.high), Low: known(cols.low), Close: cols.close,
			Volume: known(cols.volume), Unfinished: unfinished,
		}}
	}
	a.d.Left = l.all()
	return s, e, a
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
		cols   columns
		l      left
		w      = want(marketdata.Request{From: r.To, To: r.To}, clock{}, at)
		rows   int
		names  []string
		few    = len(body)/100 + 1 // a row takes 100 bytes and more
		placed = make(map[string]int, few)
	)
	names = make([]string, 0, few)
	cols.grow(few)
	s, e := whole(body, "results", func(s *scanner) {
		b.next(s)
		rows++
		name := string(b.ticker)
		if name == "" {
			l.out("row %d: no ticker", rows)
			return
		}
		d, ok := w.keep(&b, rows, &l)
		if !ok {
			return
		}
		if i, again := placed[name]; again {
			l.out("row %d: %s comes again, and was kept", rows, name)
			cols.open[i], cols.high[i], cols.low[i], cols.close[i], cols.volume[i] = b.open, b.high, b.low, b.close, b.volume
			return
		}
		placed[name] = len(names)
		names = append(names, name)
		cols.add(d, &b)
	})
	a := answer{rows: rows}
	if rows > 0 && w.beyond == rows {
		a.wrong = fmt.Sprintf("results: none of the %d rows is of the day that was asked (%s)", rows, l.said[0])
	}
	short(&e, rows, &l)
	basis := e.basis("")
	a.d.Bars = make([]marketdata.BarSeries, len(names))
	unfinished := !w.clock.over(r.To, at, e.delayed())
	for i, name := range names {
		one := func(column []float64) []float64 { return column[i : i+1 : i+1] }
		b := &a.d.Bars[i]
		b.Symbol, b.Currency, b.Basis, b.Unfinished = name, "USD", basis, unfinished
		b.Dates, b.Close, b.Volume = cols.days[i:i+1:i+1], one(cols.close), known(one(cols.volume))
		b.Open, b.High, b.Low = known(one(cols.open)), known(one(cols.high)), known(one(cols.low))
	}
	a.d.Left = l.all()
	return s, e, a
}
