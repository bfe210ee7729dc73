package alphavantage

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

func askDaily(function, symbol, size string) marketdata.Call {
	c := call(function, "symbol", symbol, "outputsize", size)
	c.Large = size == "full"
	return c
}

func askCrypto(r marketdata.Request) (marketdata.Call, error) {
	coin, market, two := strings.Cut(strings.ToUpper(r.Instrument.Symbol), "-")
	if !two {
		market = string(r.Instrument.Currency)
	}
	if coin == "" || market == "" {
		return marketdata.Call{}, fmt.Errorf("bars of %q at %s: a crypto-currency is asked for in a currency; give it one", r.Instrument.Symbol, name)
	}
	return call("DIGITAL_CURRENCY_DAILY", "symbol", coin, "market", market), nil
}

// history is what is read of a list of days, the columns as long as Dates.
type history struct {
	marketdata.BarSeries
	events    []event
	symbol    []byte
	refreshed []byte
	has       [6]bool // which of open, high, low, close, adjusted close and volume there are
}

// event is a day that a dividend or a split is written on.
type event struct {
	day             date.Date
	dividend, split []byte
}

// daily reads TIME_SERIES_DAILY and TIME_SERIES_DAILY_ADJUSTED.
func (o *answer) daily(body []byte) *marketdata.Refusal {
	return o.bars(body, "Time Series (Daily)", place(o.call.Query.Get("symbol")), "")
}

// crypto reads DIGITAL_CURRENCY_DAILY, whose days are those of UTC.
func (o *answer) crypto(body []byte) *marketdata.Refusal {
	return o.bars(body, "Time Series (Digital Currency Daily)", utc, currency([]byte(o.call.Query.Get("market"))))
}

// utc is where rates and crypto-currencies trade, whose days are whole.
var utc = exchange{zone: "UTC", close: 24 * 60}

func (o *answer) bars(body []byte, series string, e exchange, unit money.Currency) *marketdata.Refusal {
	h, bad := readDaily(body, series, string(unit))
	if bad == nil {
		bad = o.strange(h.symbol)
	}
	if bad != nil {
		return o.garbled(bad)
	}
	if o.tooShort(h.Dates) {
		return nil
	}
	h.Symbol, h.Currency, h.Basis = o.symbol(h.symbol), unit, marketdata.AsTraded
	if h.Adjusted != nil {
		h.AdjustedBasis = marketdata.TotalReturn
	}
	if refused := o.order(h); refused != nil {
		return refused
	}
	h.Unfinished = o.unfinished(h.Dates[len(h.Dates)-1], h.refreshed, e)
	slices.SortStableFunc(h.events, func(a, b event) int { return int(a.day) - int(b.day) })
	for i, e := range h.events {
		if !o.wanted(e.day) || o.beyond(e.day) || i > 0 && h.events[i-1].day == e.day {
			continue // of a day given twice the actions count once
		}
		if bad := o.actions(h.Symbol, e); bad != nil {
			return o.garbled(bad)
		}
	}
	o.delivery.Bars = append(o.delivery.Bars, h.BarSeries)
	return nil
}

// order brings the days into the form that is promised; the source lists the latest first.
func (o *answer) order(h *history) *marketdata.Refusal {
	n := len(h.Dates)
	if n == 0 {
		return o.refuse(marketdata.Empty, "it lists no days")
	}
	first, last := h.Dates[0], h.Dates[n-1]
	if first > last {
		slices.Reverse(h.Dates)
		for _, column := range [][]float64{h.Open, h.High, h.Low, h.Close, h.Adjusted, h.Volume} {
			slices.Reverse(column)
		}
	}
	for _, left := range h.Order(o.request.From, o.request.To, marketdata.Latest(o.at)) {
		o.leave("%s", left)
	}
	if len(h.Dates) == 0 {
		return o.refuse(marketdata.Empty, fmt.Sprintf("none of its %d days, %s to %s, is asked for and has a close", n, first, last))
	}
	return nil
}

// tooShort turns to the full size where a compact answer does not reach back to the first
// day asked for and was cut; a key without a plan has no more.
func (o *answer) tooShort(days []date.Date) bool {
	if o.request.From == 0 && !o.provider.free || len(days) < latest || o.call.Query.Get("outputsize") != "compact" {
		return false
	}
	first := slices.Min(days)
	if first <= o.request.From {
		return false
	}
	if o.provider.free || o.call.Carry == fullRefused || outputSize(o.request.From, o.request.To) == "full" {
		o.leave("days before %s: the source gives the latest %d alone", first, latest)
		return false
	}
	n := sized(o.call, "full")
	o.next = &n
	return true
}

// readDaily reads JSON or CSV. series is the name of the member that holds the days; market the
// currency of columns that name one.
func readDaily(body []byte, series, market string) (*history, *fault) {
	if isJSON(body) {
		return readDailyJSON(body, series, market)
	}
	return readDailyCSV(body)
}

func readDailyJSON(body []byte, series, market string) (*history, *fault) {
	h := &history{}
	s := newScanner(body)
	found := false
	s.Object(func(key []byte) {
		switch {
		case string(key) == "Meta Data":
			s.Object(func(key []byte) {
				switch value := s.text(); member(key) {
				case "symbol", "digital_currency_code":
					h.symbol = value
				case "last_refreshed":
					h.refreshed = value
				}
			})
		case string(key) == series:
			found = true
			h.grow(len(body) / 200)
			s.Object(func(key []byte) {
				d, ok := day(key)
				if !ok || d == 0 {
					s.Stop("", "it is no day")
					return
				}
				h.readDay(s, d, market)
			})
		case bytes.Contains(key, []byte("Time Series")):
			s.Stop("", fmt.Sprintf("days are due under %q", series))
		default:
			s.Skip()
		}
	})
	if bad := s.end(); bad != nil {
		return h, bad
	}
	if !found {
		return h, &fault{"start", fmt.Sprintf("there is no %q", series)}
	}
	h.trim()
	return h, nil
}

// grow makes room for n days. The columns that no day has are dropped by trim.
func (h *history) grow(n int) {
	h.Dates = make([]date.Date, 0, n)
	for _, c := range []*[]float64{&h.Open, &h.High, &h.Low, &h.Close, &h.Adjusted, &h.Volume} {
		*c = make([]float64, 0, n)
	}
}

// add appends a day of open, high, low, close, adjusted close and volume.
func (h *history) add(d date.Date, v *[6]float64, dividend, split []byte) {
	h.Dates = append(h.Dates, d)
	h.Open, h.High, h.Low = append(h.Open, v[0]), append(h.High, v[1]), append(h.Low, v[2])
	h.Close, h.Adjusted, h.Volume = append(h.Close, v[3]), append(h.Adjusted, v[4]), append(h.Volume, v[5])
	if len(dividend) > 0 && !nothing(dividend) || len(split) > 0 && string(split) != "1.0" && string(split) != "1.0000" {
		h.events = append(h.events, event{d, dividend, split})
	}
}

// trim drops the columns that were not given.
func (h *history) trim() {
	for i, c := range []*[]float64{&h.Open, &h.High, &h.Low, &h.Close, &h.Adjusted, &h.Volume} {
		if !h.has[i] && i != 3 {
			*c = nil
		}
	}
}

// readDay reads the members of a day.
func (h *history) readDay(s scanner, d date.Date, market string) {
	nan := math.NaN()
	v := [6]float64{nan, nan, nan, nan, nan, nan}
	var dividend, split []byte
	s.Object(func(key []byte) {
		column := unnumbered(key)
		if open := bytes.IndexByte(column, '('); open > 0 {
			if string(bytes.Trim(column[open:], "()")) != market {
				s.Skip()
				return
			}
			column = bytes.TrimSpace(column[:open])
		}
		value := s.text()
		i := 0
		switch string(column) {
		case "open":
		case "high":
			i = 1
		case "low":
			i = 2
		case "close":
			i = 3
		case "adjusted close":
			i = 4
		case "volume":
			i = 5
		case "dividend amount":
			dividend = value
			return
		case "split coefficient":
			split = value
			return
		default:
			return
		}
		h.has[i] = true
		var ok bool
		if v[i], ok = number(value); !ok {
			s.Stop("", fmt.Sprintf("%q is no number", clip(value)))
		}
	})
	h.add(d, &v, dividend, split)
}

func readDailyCSV(body []byte) (*history, *fault) {
	t := newTable(body)
	h := &history{}
	days := t.need("timestamp", "date")
	columns := [6]int{t.column("open"), t.column("high"), t.column("low"), t.need("close"), t.column("adjusted_close"), t.column("volume")}
	dividends, splits := t.column("dividend_amount"), t.column("split_coefficient")
	h.grow(len(body) / 40)
	var v [6]float64
	for t.next() {
		d, ok := day(t.fields[days])
		if !ok || d == 0 {
			t.fail(days, "is no day")
			break
		}
		for i, c := range columns {
			if h.has[i] = c >= 0; !h.has[i] {
				v[i] = math.NaN()
			} else if v[i], ok = number(t.fields[c]); !ok {
				t.fail(c, "is no number")
			}
		}
		h.add(d, &v, t.at(dividends), t.at(splits))
	}
	h.trim()
	return h, t.bad
}

// unfinished reports whether the last day was not over: by the time of the answer, else
// by the time that the source says it was refreshed at.
func (o *answer) unfinished(last date.Date, refreshed []byte, e exchange) bool {
	if !o.at.IsZero() {
		return !e.over(last, o.at)
	}
	if len(refreshed) < 16 {
		return false
	}
	d, ok1 := day(refreshed[:10])
	hour, ok2 := digits(refreshed[11:13])
	minute, ok3 := digits(refreshed[14:16])
	return ok1 && ok2 && ok3 && d == last && hour*60+minute < min(e.close, 16*60)
}

// actions delivers the dividend and the split that a day of adjusted prices carries.
func (o *answer) actions(symbol string, b event) *fault {
	if len(b.dividend) > 0 && !nothing(b.dividend) {
		amount, ok := exact(b.dividend)
		if !ok || amount.Known && amount.Decimal.Sign() < 0 {
			return &fault{b.day.String() + ", dividend amount", fmt.Sprintf("%q is no amount", clip(b.dividend))}
		}
		if amount.Known {
			o.delivery.Dividends = append(o.delivery.Dividends, marketdata.Dividend{Symbol: symbol, ExDate: b.day, Amount: amount.Decimal, Basis: marketdata.AsTraded})
		}
	}
	if len(b.split) > 0 {
		return o.split(symbol, b.day, b.split, b.day.String()+", split coefficient")
	}
	return nil
}

// split delivers a factor of pieces other than 1.
func (o *answer) split(symbol string, d date.Date, factor []byte, place string) *fault {
	if unknown(factor) || string(factor) == "1.0" {
		return nil
	}
	ratio, plain, ok := splitRatio(factor)
	if !ok {
		return &fault{place, fmt.Sprintf("%q is no factor of a split", clip(factor))}
	}
	if ratio.New.Equal(ratio.Old) {
		return nil
	}
	s := marketdata.Split{Symbol: symbol, Date: d, Ratio: ratio}
	if !plain {
		s.Doubt = fmt.Sprintf("the factor %s may be that of prices after a spin-off, which leaves the pieces as they are", clip(factor))
	}
	o.delivery.Splits = append(o.delivery.Splits, s)
	return nil
}

// splitRatio reads a factor such as 2.0000, 0.0500 or 1.3333. One of four or more decimals is
// rounded: where a single ratio with a side of at most 12 rounds to it, it is that (4:3).
// plain is false for a factor that is neither such a ratio nor has at most two decimals.
func splitRatio(b []byte) (r ledger.Ratio, plain, ok bool) {
	text := string(b)
	if left, right, two := strings.Cut(text, ":"); two {
		r, err := ledger.ParseRatio(left + ":" + right)
		return r, true, err == nil
	}
	v, known := exact(b)
	if !known || !v.Known || v.Decimal.Sign() <= 0 {
		return r, false, false
	}
	f := v.Decimal
	exactly := func(p, q int64) bool { return f.Mul(money.Int(q)).Equal(money.Int(p)) }
	ratio := func(p, q int64) ledger.Ratio { return ledger.Ratio{New: money.Int(p), Old: money.Int(q)} }
	const side, most = 12, 2000
	places := int32(0)
	if _, decimals, two := strings.Cut(text, "."); two {
		places = int32(len(decimals))
	}
	// near leaves all that rounds to the factor, and some more.
	float, near := f.Float64(), math.Pow10(-int(min(places, 12)))
	var found []ledger.Ratio
	for q := int64(1); q <= most; q++ {
		p := int64(math.Round(float * float64(q)))
		if p == 0 || min(p, q) > side || p > 100*most || math.Abs(float64(p)/float64(q)-float) > near || !coprime(p, q) {
			continue
		}
		if exactly(p, q) {
			return ratio(p, q), true, true
		}
		if places >= 4 && money.Int(p).DivRound(money.Int(q), places).Equal(f) {
			found = append(found, ratio(p, q))
		}
	}
	if len(found) == 1 {
		return found[0], true, true
	}
	return ledger.Ratio{New: f, Old: money.One}, f.Exponent() <= 2, true
}

func coprime(a, b int64) bool {
	for b != 0 {
		a, b = b, a%b
	}
	return a == 1
}
