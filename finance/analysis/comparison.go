package analysis

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/risk"
)

// ComparedLabels are the periods over which instruments are compared.
var ComparedLabels = []string{"1M", "3M", "YTD", "1Y", "3Y", "5Y"}

// What a comparison needs: so many returns to measure risk, and a value at most so many
// calendar days before the start of a period.
const (
	comparedLeast = 20
	comparedAge   = 10
)

// Growth is how something grew: one value a day, starting anywhere above zero.
type Growth struct {
	Days   []date.Date
	Values []float64
}

// ComparisonInput is what instruments are compared on. Prices, actions and exchange rates
// come from the panel.
type ComparisonInput struct {
	Symbols   []string
	Panel     *market.Panel
	Currency  money.Currency // that all returns are in
	Window    Period         // over which risk is measured
	Benchmark string         // symbol; empty: none
	Portfolio *Growth        // time-weighted, in Currency; nil: none
	Sessions  func(symbol string, from, to date.Date) int
}

// Comparison is instruments side by side.
type Comparison struct {
	Currency  money.Currency       `json:"currency"`
	Window    Period               `json:"window"`
	Benchmark string               `json:"benchmark,omitempty"`
	Items     []ComparedInstrument `json:"items"`
	// Correlation is that of each two of the items, in their order.
	Correlation [][]Figure `json:"correlation"`
	// Days and each item's Growth are the closes of the window, for a chart.
	Days []date.Date `json:"days"`
}

// ComparedInstrument is one of them.
type ComparedInstrument struct {
	Instrument  instrument.Instrument `json:"instrument"`
	Dividends   bool                  `json:"dividends"` // they are in the returns
	Returns     []ComparedReturn      `json:"returns"`
	Volatility  Figure                `json:"volatility"`
	Drawdown    Figure                `json:"drawdown"`
	Beta        Figure                `json:"beta"`
	ToPortfolio Figure                `json:"to_portfolio"` // correlation
	Growth      Numbers               `json:"growth"`       // 1 at its first day of the window
}

// ComparedReturn is the return of one of the standard periods.
type ComparedReturn struct {
	Period Period `json:"period"`
	Return Figure `json:"return"`
	Annual Figure `json:"annual"`
}

// compared is one instrument as it is measured.
type compared struct {
	symbol    string
	series    *market.Series // total return in the currency of the comparison
	why       string         // there is none
	dividends bool
	said      []string // what the returns leave out
	age       int      // sessions since its last price
}

// Compare measures instruments side by side. What cannot be known of one leaves the
// others as they are.
func Compare(in ComparisonInput) *Comparison {
	out := &Comparison{Currency: in.Currency, Window: in.Window, Benchmark: in.Benchmark, Items: []ComparedInstrument{}, Days: []date.Date{}}
	all := make([]compared, len(in.Symbols))
	for i, symbol := range in.Symbols {
		all[i] = in.measured(symbol)
	}
	benchmark := compared{why: "no benchmark is chosen"}
	if in.Benchmark != "" {
		benchmark = in.measured(in.Benchmark)
	}
	portfolio := compared{why: "no portfolio is chosen"}
	if in.Portfolio != nil {
		portfolio = compared{symbol: "the portfolio", series: market.NewSeries(in.Portfolio.Days, in.Portfolio.Values, "")}
	}
	for i := range all {
		out.Items = append(out.Items, in.item(&all[i], &benchmark, &portfolio))
	}
	for i := range all {
		row := make([]Figure, len(all))
		for j := range all {
			row[j] = in.correlation(&all[i], &all[j])
		}
		out.Correlation = append(out.Correlation, row)
	}
	in.grow(out, all)
	return out
}

// measured is an instrument's total return in the currency of the comparison.
func (in *ComparisonInput) measured(symbol string) compared {
	c := compared{symbol: symbol}
	prices := in.Panel.Prices(symbol)
	if prices == nil || prices.Index(in.Window.End) < 0 {
		c.why = "no price of " + symbol + " is stored"
		return c
	}
	i, _ := in.Panel.Instrument(symbol)
	if i.Currency == "" {
		c.why = "it is not known in which currency " + symbol + " is quoted"
		return c
	}
	total := in.Panel.TotalReturn(symbol, in.Window.End)
	if a := in.Panel.Actions(symbol); a != nil && len(a.Dividends) > 0 {
		c.dividends = true
	}
	if !c.dividends {
		c.said = append(c.said, "no dividends of "+symbol+" are stored; this is the return of the price")
	}
	conversion, err := in.Panel.Conversion(i.Currency, in.Currency)
	if err != nil {
		c.why = fmt.Sprintf("no exchange rate from %s to %s is stored", i.Currency, in.Currency)
		return c
	}
	c.series = total
	if !conversion.Identity() {
		rates := conversion.Filled(total.Dates)
		converted := make([]float64, 0, len(rates))
		days := make([]date.Date, 0, len(rates))
		for k, r := range rates {
			if !math.IsNaN(r) {
				days, converted = append(days, total.Dates[k]), append(converted, total.Values[k]*r)
			}
		}
		c.series = market.NewSeries(days, converted, total.Source)
	}
	if at := c.series.Index(in.Window.End); at < 0 {
		c.why = fmt.Sprintf("no exchange rate from %s to %s is stored for the days of its prices", i.Currency, in.Currency)
	} else {
		c.age = in.Sessions(symbol, c.series.Dates[at], in.Window.End)
	}
	return c
}

// aged weakens a figure that rests on old prices, or leaves dividends out.
func (c *compared) aged(f Figure, returns bool) Figure {
	if c.age > 1 {
		f = f.With(Stale, fmt.Sprintf("no price of %s for %d sessions", c.symbol, c.age))
	}
	if returns && len(c.said) > 0 && f.Known() {
		f.Reasons = append(f.Reasons[:len(f.Reasons):len(f.Reasons)], c.said...)
	}
	return f
}

func (in *ComparisonInput) item(c, benchmark, portfolio *compared) ComparedInstrument {
	i, known := in.Panel.Instrument(c.symbol)
	if !known {
		i = instrument.Instrument{Symbol: c.symbol}
	}
	i.Composition = nil
	out := ComparedInstrument{Instrument: i, Dividends: c.dividends, Returns: []ComparedReturn{}, Growth: Numbers{}}
	for _, label := range ComparedLabels {
		p, err := NewPeriod(label, in.Window.End, date.None)
		if err != nil {
			continue // the labels are those of periods
		}
		out.Returns = append(out.Returns, in.over(c, p))
	}
	end := in.Window.End
	returns, from := c.within(in.Window)
	figure := func(f risk.Figure, unit Unit, method string) Figure {
		switch {
		case c.why != "":
			return Unknown(unit, end, method, c.why)
		case len(returns) < comparedLeast:
			return Unknown(unit, end, method, fmt.Sprintf("there are %d returns in the window, fewer than %d", len(returns), comparedLeast))
		case f.Reason != "":
			return Unknown(unit, end, method, "the returns do not vary")
		}
		out := c.aged(Measure(f.Value, unit, end, method).From("Returns", itoa(len(returns))), false)
		if from > in.Window.Start+comparedAge {
			out = out.With(Partial, "prices are stored since "+from.String()+" only")
		}
		return out
	}
	out.Volatility = figure(risk.AnnualVolatility(returns, 252), Fraction, "compared_volatility")
	out.Drawdown = figure(risk.MaxDrawdown(returns), Fraction, "compared_drawdown")
	out.Beta = in.pair(c, benchmark, "compared_beta", func(a risk.Against) risk.Figure { return a.Beta })
	out.ToPortfolio = in.pair(c, portfolio, "compared_correlation", func(a risk.Against) risk.Figure { return a.Correlation })
	return out
}

// over is the return over a period: it needs a value not long before its start.
func (in *ComparisonInput) over(c *compared, p Period) ComparedReturn {
	out := ComparedReturn{Period: p}
	unknown := func(why string) ComparedReturn {
		out.Return, out.Annual = Unknown(Fraction, p.End, "compared_return", why), Unknown(Fraction, p.End, "compared_annual", why)
		return out
	}
	if c.why != "" {
		return unknown(c.why)
	}
	start, on, ok := c.series.At(p.Start)
	switch {
	case !ok:
		return unknown("prices are stored since " + c.series.First().String() + " only")
	case p.Start-on > comparedAge:
		return unknown(fmt.Sprintf("there is no price from %s to %s", on, p.Start))
	}
	end, until, _ := c.series.At(p.End)
	if until <= p.Start {
		return unknown("there is no price in the period")
	}
	out.Return = c.aged(Measure(end/start-1, Fraction, p.End, "compared_return").From("From", on.String()).From("To", until.String()), true)
	out.Annual = Unknown(Fraction, p.End, "compared_annual", underOneYear)
	if p.Full() && out.Return.Known() {
		out.Annual = c.aged(Measure(performance.Annualise(out.Return.Float64(), p.Days()), Fraction, p.End, "compared_annual"), true)
	}
	return out
}

// within are the returns of the window, and the day from which they run.
func (c *compared) within(w Period) (returns []float64, from date.Date) {
	if c.why != "" {
		return nil, date.None
	}
	first := max(0, c.series.Index(w.Start))
	from = c.series.Dates[first]
	for i := first + 1; i < len(c.series.Dates) && c.series.Dates[i] <= w.End; i++ {
		returns = append(returns, c.series.Values[i]/c.series.Values[i-1]-1)
	}
	return returns, from
}

// together are the returns of two between the days that both have within the window.
func together(a, b *compared, w Period) (x, y []float64, from date.Date) {
	from = date.None
	before := [2]int{-1, -1}
	i, j := max(0, a.series.Index(w.Start)), max(0, b.series.Index(w.Start))
	for i < len(a.series.Dates) && j < len(b.series.Dates) {
		switch d, e := a.series.Dates[i], b.series.Dates[j]; {
		case d > w.End || e > w.End:
			return x, y, from
		case d < e:
			i++
		case e < d:
			j++
		default:
			if before[0] >= 0 {
				x = append(x, a.series.Values[i]/a.series.Values[before[0]]-1)
				y = append(y, b.series.Values[j]/b.series.Values[before[1]]-1)
			} else {
				from = d
			}
			before = [2]int{i, j}
			i, j = i+1, j+1
		}
	}
	return x, y, from
}

// pair is a measure of one against another.
func (in *ComparisonInput) pair(c, other *compared, method string, of func(risk.Against) risk.Figure) Figure {
	unknown := func(why string) Figure { return Unknown(Ratio, in.Window.End, method, why) }
	switch {
	case c.why != "":
		return unknown(c.why)
	case other.why != "":
		return unknown(other.why)
	}
	x, y, from := together(c, other, in.Window)
	if len(x) < comparedLeast {
		return unknown(fmt.Sprintf("%s and %s have %d days in common, fewer than %d", c.symbol, other.symbol, len(x), comparedLeast))
	}
	f := of(risk.Compare(x, y, nil, 252))
	if f.Reason != "" {
		return unknown("the returns do not vary")
	}
	out := other.aged(c.aged(Measure(f.Value, Ratio, in.Window.End, method).From("Days in common", itoa(len(x))), false), false)
	if from > in.Window.Start+comparedAge {
		out = out.With(Partial, "both have prices since "+from.String()+" only")
	}
	return out
}

func (in *ComparisonInput) correlation(a, b *compared) Figure {
	if a.symbol == b.symbol && a.why == "" {
		return Measure(1, Ratio, in.Window.End, "compared_correlation")
	}
	return in.pair(a, b, "compared_correlation", func(x risk.Against) risk.Figure { return x.Correlation })
}

// grow lays all onto the days of the window on which any of them has a price.
func (in *ComparisonInput) grow(out *Comparison, all []compared) {
	var lists [][]date.Date
	for i := range all {
		if all[i].why == "" {
			lists = append(lists, all[i].series.Dates)
		}
	}
	if len(lists) == 0 {
		return
	}
	out.Days = market.Union(in.Window.Start-1, in.Window.End, lists...)
	for i := range all {
		if all[i].why != "" {
			continue
		}
		values := all[i].series.Filled(out.Days)
		growth, first := make(Numbers, len(values)), math.NaN()
		for k, v := range values {
			if math.IsNaN(first) {
				first = v
			}
			growth[k] = v / first
			if out.Days[k] > all[i].series.Last() {
				growth[k] = math.NaN() // not known, so not drawn
			}
		}
		out.Items[i].Growth = growth
	}
}
