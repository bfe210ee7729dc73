package web

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// writer turns the figures of one analysis into what a page shows.
type writer struct {
	format.Locale
	a       *analysis.Analysis
	home    string
	count   int // of explanations, for their ids
	*asking     // nil where explanations stand on the page
}

func (r *request) writer(a *analysis.Analysis) *writer {
	return &writer{Locale: r.locale, a: a, home: r.address("")}
}

// style is how a figure is written.
type style int

const (
	whole    style = iota // money without decimals
	exact                 // money with its decimals
	percent2              // a fraction with two decimals
	percent1              // a fraction with one decimal
	points                // a difference of fractions, in percentage points
	ratio                 // two decimals
	ratio3                // three decimals
	decimal1              // one decimal
	percent0              // a fraction without decimals
)

// text writes the number of a figure; signed puts a plus before what is positive.
func (w *writer) text(f analysis.Figure, s style, signed bool) string {
	if !f.Known() {
		return format.Unknown
	}
	if f.Amount.Known {
		places := 0
		if s == exact {
			places = int(max(money.Currency(f.Unit).Places(), 0))
		}
		if signed {
			return w.SignedDecimal(f.Amount.Decimal, places)
		}
		return w.Decimal(f.Amount.Decimal, places)
	}
	x := f.Float64()
	switch s {
	case percent2, percent1, percent0:
		places := map[style]int{percent2: 2, percent1: 1}[s]
		if signed {
			return w.SignedPercent(x, places)
		}
		return w.Percent(x, places)
	case points:
		return w.Points(x, 2)
	case ratio, ratio3, decimal1:
		places := map[style]int{ratio: 2, ratio3: 3, decimal1: 1}[s]
		if signed {
			return w.SignedFloat(x, places)
		}
		return w.Float(x, places)
	}
	if signed {
		return w.SignedFloat(x, 0)
	}
	return w.Float(x, 0)
}

// figure is a figure with its explanation.
func (w *writer) figure(label string, f analysis.Figure, s style) view.Figure {
	return view.Figure{
		Label: label, Text: w.text(f, s, false), Money: f.Amount.Known, Mark: mark(f.Status), MarkText: strings.Join(few(f.Reasons, 6), "; "),
		Reason: reason(f), Explain: w.explain(label, f),
	}
}

// change is a figure that counts from zero: it has a sign and a tone.
func (w *writer) change(label string, f analysis.Figure, s style) view.Figure {
	v := w.figure(label, f, s)
	v.Text = w.text(f, s, true)
	v.Tone = toneOf(v.Text)
	return v
}

// signed is a figure with its sign but no tone: a level that is a return.
func (w *writer) signed(label string, f analysis.Figure, s style) view.Figure {
	v := w.change(label, f, s)
	v.Tone = view.Plain
	return v
}

// toneOf reads the tone off what is displayed, so that what is written as zero
// has none.
func toneOf(text string) view.Tone {
	switch {
	case strings.HasPrefix(text, "+"):
		return view.Gain
	case strings.HasPrefix(text, "−"):
		return view.Loss
	}
	return view.Plain
}

// mark is the quality mark of a status.
func mark(s analysis.Status) view.Mark {
	switch s {
	case analysis.Stale:
		return view.Stale
	case analysis.Partial:
		return view.Partial
	case analysis.Estimated:
		return view.Estimated
	}
	return view.Complete
}

// reason says why a figure is unknown; "" for one that is known.
func reason(f analysis.Figure) string {
	switch {
	case f.Known():
		return ""
	case len(f.Reasons) == 0:
		return "not known"
	}
	return f.Reasons[0]
}

// few keeps the first of many reasons and says how many more there are.
func few(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	return append(list[:n:n], fmt.Sprintf("and %d more", len(list)-n))
}

// explain is how a figure was made, or where that is told; nil where there are no words
// for its method.
func (w *writer) explain(label string, f analysis.Figure) *view.Explain {
	method, ok := analysis.Explain(f.Method)
	if !ok || !f.Known() {
		return nil
	}
	if w.asking != nil {
		key := howKey(label, f)
		if key == w.wanted && w.found == nil {
			w.found = w.explanation(label, f, method)
		}
		return &view.Explain{Href: w.asking.base + key}
	}
	w.count++
	e := w.explanation(label, f, method)
	e.ID = fmt.Sprintf("how-%d", w.count)
	return e
}

// explanation is all that is said of how a figure was made.
func (w *writer) explanation(label string, f analysis.Figure, method analysis.Explanation) *view.Explain {
	e := &view.Explain{Name: method.Name, Status: mark(f.Status), Money: f.Amount.Known}
	if label != "" {
		e.Name = label
	}
	e.Precise, e.Unit = w.precise(f)
	if method.Formula != "" {
		e.Formula = append(e.Formula, method.Formula)
	}
	for _, given := range f.Inputs {
		e.Formula = append(e.Formula, given.Label+": "+given.Value)
	}
	e.Terms = append(e.Terms, view.Term{Label: "Means", Text: method.Means})
	if method.Convention != "" {
		e.Terms = append(e.Terms, view.Term{Label: "Method", Text: method.Convention})
	}
	if method.Source != "" {
		e.Terms = append(e.Terms, view.Term{Label: "Source", Text: method.Source})
	}
	coverage := "complete"
	if len(f.Reasons) > 0 {
		coverage = string(f.Status) + ": " + strings.Join(few(f.Reasons, 4), "; ")
	}
	e.Terms = append(e.Terms, view.Term{Label: "Coverage", Text: coverage})
	when := format.Date(f.AsOf)
	if w.a != nil {
		when = fmt.Sprintf("%s · ledger version %d, market version %d, engine %s", when, w.a.LedgerVersion, w.a.MarketVersion, w.a.Engine)
	}
	e.Terms = append(e.Terms, view.Term{Label: "As of", Text: when})
	e.Link = w.more(f.Method)
	return e
}

// places are the parts of the Risk page that show more of a method, by the method or
// the beginning of its name.
var places = []struct{ method, part string }{
	{"var_", "tail"}, {"es_", "tail"}, {"model_", "model"}, {"factor_", "factors"}, {"risk_share", "sources"}, {"source_", "sources"}, {"component_var", "shares"}, {"marginal_var", "shares"},
	{"incremental_var", "shares"}, {"position_", "shares"}, {"market_beta", "shares"}, {"ewma_", "volatility"}, {"realised21", "volatility"}, {"realised63", "volatility"}, {"volatility_", "volatility"},
	{"expected_breaches", "backtest"}, {"kupiec_", "backtest"}, {"independence_", "backtest"}, {"mean_correlation", "correlation"}, {"effective_bets", "correlation"}, {"diversification_", "correlation"},
	{"cluster_", "clusters"}, {"delta_adjusted", "exposure"}, {"options_", "exposure"}, {"delta", "greeks"}, {"gamma", "greeks"}, {"theta", "greeks"}, {"vega", "greeks"}, {"rho", "greeks"}, {"implied_", "greeks"}, {"underlying_", "greeks"},
	{"dv01", "rates"}, {"regression_", "rates"}, {"bond_", "rates"}, {"days_to_sell", "liquidity"}, {"impact_", "liquidity"}, {"sold_", "liquidity"}, {"hhi", "concentration"}, {"effective_number", "concentration"}, {"top", "concentration"},
	{"pair", "correlation"}, {"condition", "model"}, {"breaches", "backtest"}, {"past_", "backtest"}, {"risk_", "sources"},
	{"look_through_", "concentration"}, {"as_held_", "concentration"}, {"fund_known", "concentration"}, {"largest", "concentration"}, {"long_", "exposure"}, {"short_", "exposure"}, {"gross_", "exposure"}, {"net_", "exposure"},
}

// more is the page that shows more of a figure.
func (w *writer) more(method string) *view.Link {
	switch method {
	case "value", "holding_value", "unrealised", "weight", "cost", "cash":
		return &view.Link{Label: "Open in Holdings", Href: w.home + "/holdings"}
	case "limits_kept":
		return &view.Link{Label: "Change the limits", Href: w.home + "/edit"}
	case "coverage":
		return &view.Link{Label: "Open in Data status", Href: w.home + "/data"}
	}
	if strings.HasPrefix(method, "scenario_") {
		return &view.Link{Label: "Open in Scenarios", Href: w.home + "/scenarios"}
	}
	if w.a == nil { // of instruments, not of a portfolio
		return &view.Link{Label: "Open in Data status", Href: w.home + "/data"}
	}
	for _, p := range places {
		if strings.HasPrefix(method, p.method) {
			return &view.Link{Label: "Open in Risk", Href: w.home + "/risk#" + p.part}
		}
	}
	return &view.Link{Label: "Open in Performance", Href: w.home + "/performance"}
}

// precise writes a figure in full.
func (w *writer) precise(f analysis.Figure) (text, unit string) {
	if f.Amount.Known {
		return w.Decimal(f.Amount.Decimal, int(max(money.Currency(f.Unit).Places(), 2))), string(f.Unit)
	}
	switch f.Unit {
	case analysis.Fraction:
		return w.Percent(f.Measured, 6), ""
	case analysis.Ratio:
		return w.Float(f.Measured, 6), ""
	}
	return w.Float(f.Measured, 2), string(f.Unit)
}

// amountSplit is an amount written in two sizes: whole units and cents.
func (w *writer) amountSplit(f analysis.Figure) (units, cents string) {
	if !f.Known() {
		return format.Unknown, ""
	}
	places := int(money.Currency(f.Unit).Places())
	text := w.Decimal(f.Amount.Decimal, places)
	if places == 0 {
		return text, ""
	}
	cut := len(text) - places - 1
	return text[:cut], text[cut:]
}
