package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/exante"
)

// How many lines the document shows of lists that can be long. JSON has them all.
const (
	mostPositions = 10
	mostScenarios = 5
	mostSlow      = 5
	mostReasons   = 6
	mostNamed     = 8
)

// factorCure is what helps where there is no factor model.
func factorCure() string {
	symbols := exante.Symbols()
	return "Closes of " + symbols[0] + ", best with " + strings.Join(symbols[1:], ", ") + " and a 10-year yield (" + strings.Join(exante.Yields(), " or ") + "), given with --prices, make one."
}

// exAnte are the tables of the risk of today's holdings.
func exAnte(a *analysis.Analysis) []table {
	x := a.ExAnte
	if x == nil || len(a.Holdings) == 0 {
		return nil
	}
	out := []table{outlook(a, x)}
	for _, t := range []table{factors(x), sources("Where risk comes from, by factor", x.Sources.ByFactor), bySector(x),
		positions(x), tails(a, x), backtest(x), liquidity(x), scenarios(x), greeks(x)} {
		if len(t.rows)+len(t.notes) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// outlook is how much today's holdings are expected to move, and what says so.
func outlook(a *analysis.Analysis, x *analysis.ExAnte) table {
	t := table{title: "Risk of today's holdings"}
	add := func(name string, f analysis.Figure, write func(analysis.Figure) string) {
		if f.Known() {
			t.rows = append(t.rows, []string{name, write(f)})
		}
	}
	v, m := &x.Volatility, &x.Model
	add("Volatility by the factor model, a year", v.Model, fraction)
	add("Forecast for the next day (EWMA), a year", v.EWMA, fraction)
	add("Of the last 21 days, a year", v.Realised21, fraction)
	add("Of the last 63 days, a year", v.Realised63, fraction)
	if a.Benchmark != nil {
		add("Tracking error to "+a.Benchmark.Symbol+" by the model", x.Active.TrackingError, fraction)
		add("Beta to "+a.Benchmark.Symbol+" by the model", x.Active.Beta, ratio)
	}
	add("Explained by factors (R²)", m.R2, fraction)
	if m.Reason == "" {
		add("Gross exposure that is modelled", m.Covered, fraction)
	}
	add("Independent bets", x.Correlation.Bets, ratio)
	add("Yields one basis point higher cost", x.Rates.DV01, amount)
	if m.Reason != "" {
		// Where the factors are missing, that is why holdings are outside, too; else they
		// have reasons of their own.
		if slices.ContainsFunc(m.LeftOut, func(l analysis.LeftOut) bool { return l.Reason == m.Reason }) {
			t.notes = append(t.notes, "There is no factor model: "+m.Reason+". "+factorCure())
		} else {
			t.notes = append(append(t.notes, "There is no factor model: "+m.Reason), because("Outside: ", m.LeftOut)...)
		}
	} else {
		t.notes = append(t.notes, fmt.Sprintf("The factor model is fitted on %d days from %s to %s.", m.Days, m.From, m.To))
		if a.Benchmark != nil && !x.Active.TrackingError.Known() {
			t.notes = append(t.notes, "No expected tracking error: "+strings.Join(x.Active.TrackingError.Reasons, "; "))
		}
		t.notes = append(t.notes, because("Outside the model: ", m.LeftOut)...)
	}
	for _, n := range m.Notes {
		t.notes = append(t.notes, sentence(n))
	}
	return t
}

// because says what is left out and why, those of one reason in one line.
func because(lead string, list []analysis.LeftOut) []string {
	var out, reasons []string
	symbols := map[string][]string{}
	for _, l := range list {
		if symbols[l.Reason] == nil {
			reasons = append(reasons, l.Reason)
		}
		symbols[l.Reason] = append(symbols[l.Reason], l.Symbol)
	}
	for i, reason := range reasons {
		if i == mostReasons {
			return append(out, fmt.Sprintf("%sothers, for %d more reasons", lead, len(reasons)-i))
		}
		names := symbols[reason]
		text := strings.Join(names[:min(len(names), mostNamed)], ", ")
		if n := len(names) - mostNamed; n > 0 {
			text += fmt.Sprintf(" and %d more", n)
		}
		out = append(out, lead+text+": "+reason)
	}
	return out
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func factors(x *analysis.ExAnte) table {
	t := table{title: "Factor exposures", head: []string{"Factor", "Measured by", "Beta", "95% from", "to", "t", "Share of risk"}}
	proxy := map[string]string{}
	for _, f := range x.Model.Factors {
		proxy[f.Key] = f.Proxy
	}
	for i := range x.Factors {
		f := &x.Factors[i]
		t.rows = append(t.rows, []string{f.Label, proxy[f.Key], ratio(f.Beta), ratio(f.Low), ratio(f.High), ratio(f.T), fraction(f.Share)})
	}
	if len(t.rows) > 0 {
		t.notes = []string{"Betas are of the total value; of a yield, the change of the value for yields 100 points higher. With |t| below 2 it may as well be nothing."}
	}
	return t
}

func sources(title string, list []analysis.Source) table {
	t := table{title: title, head: []string{"", "Alone, a year", "Share of risk"}}
	for i := range list {
		t.rows = append(t.rows, []string{list[i].Name, fraction(list[i].Volatility), fraction(list[i].Share)})
	}
	return t
}

// bySector is left out where no sector is known: one line of everything says nothing.
func bySector(x *analysis.ExAnte) table {
	if len(x.Sources.BySector) < 2 {
		return table{}
	}
	return sources("Where risk comes from, by sector", x.Sources.BySector)
}

func positions(x *analysis.ExAnte) table {
	t := table{title: "Largest parts of the risk", head: []string{"Symbol", "Share of risk", "Weight", "Component VaR", "Incremental VaR", "Volatility", "Market beta", "R²"}}
	left := 0
	for i := range x.Positions {
		p := &x.Positions[i]
		if !p.Share.Known() {
			continue
		}
		if len(t.rows) == mostPositions {
			left++
			continue
		}
		t.rows = append(t.rows, []string{p.Symbol, fraction(p.Share), fraction(p.Weight), amount(p.Component), amount(p.Incremental), fraction(p.Volatility), ratio(p.MarketBeta), fraction(p.R2)})
	}
	if len(t.rows) > 0 {
		t.notes = []string{"Components add up to the value at risk of the model, 95%, 1 day."}
	}
	if left > 0 {
		t.notes = append(t.notes, fmt.Sprintf("And %d more; --format json has them all.", left))
	}
	return t
}

// tails are value at risk and expected shortfall by every method.
func tails(a *analysis.Analysis, x *analysis.ExAnte) table {
	t := table{title: "Value at risk (VaR) and expected shortfall (ES) of today's holdings", head: []string{"Method", "Confidence", "Days", "VaR", "of value", "ES"}}
	add := func(method string, row *analysis.TailRow) {
		if !row.VaR.Known() {
			t.notes = appendNew(t.notes, []string{"Not known: " + strings.Join(row.VaR.Reasons, "; ")})
			return
		}
		t.rows = append(t.rows, []string{method, strconv.FormatFloat(100*row.Confidence, 'f', -1, 64) + "%", strconv.Itoa(max(row.Horizon, 1)), amount(row.VaR), fraction(row.VaRShare), amount(row.ES)})
	}
	for i := range a.Risk.Tail {
		add(a.Risk.Tail[i].Method, &a.Risk.Tail[i])
	}
	if x.Model.Reason == "" {
		for i := range x.Parametric {
			add("factor model", &x.Parametric[i])
		}
	}
	if len(t.rows) == 0 {
		t.head = nil
	}
	if w := &a.Risk.Window; len(t.rows) > 0 && w.Days > 0 && w.Covered.Known() {
		t.notes = append([]string{fmt.Sprintf("Today's holdings on %d days from %s, covering %s of the gross exposure; historical and normal on the last %d of them.", w.Days, w.From, fraction(w.Covered), min(w.Days, a.Risk.Tail[0].Days))}, t.notes...)
	}
	return t
}

// backtest holds the value at risk of past days against what happened.
func backtest(x *analysis.ExAnte) table {
	b := &x.Backtest
	t := table{title: "VaR against what happened"}
	if b.Reason != "" {
		t.notes = []string{"Not tested: " + b.Reason}
		return t
	}
	verdict := "accepted"
	if !b.Accepted {
		verdict = "rejected"
	}
	t.rows = [][]string{{"Days", strconv.Itoa(len(b.Days))}, {"Days with a larger loss", strconv.Itoa(len(b.Breaches))}, {"expected", ratio(b.Expected)},
		{"p of their number (Kupiec)", ratio(b.Kupiec)}, {"p of their independence", ratio(b.Independence)}, {"Zone", b.Zone}, {"Model", verdict}}
	t.notes = []string{fmt.Sprintf("VaR of %.0f%%, 1 day, as it would have been stated the day before for today's holdings. A model is rejected where a p is below 0.05.", 100*b.Confidence)}
	return t
}

func liquidity(x *analysis.ExAnte) table {
	l := &x.Liquidity
	t := table{title: "Liquidity"}
	if l.Reason != "" {
		t.notes = []string{"Not known: " + l.Reason}
		return t
	}
	for _, w := range l.Within {
		days := "1 day"
		if w.Days != 1 {
			days = strconv.Itoa(w.Days) + " days"
		}
		t.rows = append(t.rows, []string{"Sold within " + days, fraction(w.Share)})
	}
	t.rows = append(t.rows, []string{"Cost of selling all", amount(l.Cost)})
	for i := range l.Rows[:min(len(l.Rows), mostSlow)] {
		if row := &l.Rows[i]; row.Days.Float64() >= 1 {
			t.rows = append(t.rows, []string{"Slow: " + row.Symbol + ", days", ratio(row.Days)})
		}
	}
	t.notes = []string{fmt.Sprintf("At %.0f%% of the usual traded volume.", 100*l.Participation)}
	t.notes = append(t.notes, because("Unknown: ", l.Unknown)...)
	return t
}

// scenarios are the worst of the library.
func scenarios(x *analysis.ExAnte) table {
	t := table{title: "Worst scenarios", head: []string{"Scenario", "Gain or loss", "of value"}}
	var known []*analysis.Scenario
	for i := range x.Scenarios {
		if s := &x.Scenarios[i]; s.PnL.Known() {
			known = append(known, s)
		}
	}
	slices.SortStableFunc(known, func(a, b *analysis.Scenario) int { return cmp.Compare(a.PnL.Float64(), b.PnL.Float64()) })
	for _, s := range known[:min(len(known), mostScenarios)] {
		name := s.Name
		if s.From != 0 && !s.From.IsNone() {
			name += ", " + s.From.String() + " to " + s.To.String()
		}
		t.rows = append(t.rows, []string{name, amount(s.PnL), fraction(s.Share)})
	}
	if len(known) > 0 {
		t.notes = []string{fmt.Sprintf("Of %d scenarios that can be run on these prices, of %d.", len(known), len(x.Scenarios))}
	}
	return t
}

// greeks are the options' sensitivities.
func greeks(x *analysis.ExAnte) table {
	g := &x.Greeks
	t := table{title: "Options", head: []string{"Option", "Implied vol.", "Delta", "Gamma", "Theta", "Vega", "Rho"}}
	if len(g.Rows) == 0 {
		return table{}
	}
	for i := range g.Rows {
		r := &g.Rows[i]
		t.rows = append(t.rows, []string{r.Symbol, fraction(r.Volatility), amount(r.Delta), amount(r.Gamma), amount(r.Theta), amount(r.Vega), amount(r.Rho)})
	}
	t.rows = append(t.rows, []string{"All", "", amount(g.Delta), amount(g.Gamma), amount(g.Theta), amount(g.Vega), amount(g.Rho)})
	t.notes = []string{"Money: delta for the underlyings doubling, gamma its change for 1%, theta a day, vega a volatility point, rho a basis point."}
	return t
}
