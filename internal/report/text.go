// Package report renders an Analysis as a document: a table for a terminal, Markdown.
// It decides nothing and computes nothing; every figure is read from the Analysis.
package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
)

// Text writes the analysis, and where it is given what each holding added, as aligned
// tables.
func Text(w io.Writer, a *analysis.Analysis, c *analysis.Contribution) error {
	for i, t := range tables(a, c) {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, t.title)
		tw := tabwriter.NewWriter(w, 2, 8, 2, ' ', tabwriter.AlignRight)
		for _, row := range append([][]string{t.head}, t.rows...) {
			if len(row) > 0 {
				fmt.Fprintln(tw, strings.Join(row, "\t")+"\t")
			}
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		for _, n := range t.notes {
			fmt.Fprintln(w, "  "+n)
		}
	}
	return nil
}

// Markdown writes the same as Markdown tables.
func Markdown(w io.Writer, a *analysis.Analysis, c *analysis.Contribution) error {
	for i, t := range tables(a, c) {
		mark := "##"
		if i == 0 {
			mark = "#"
		}
		fmt.Fprintf(w, "%s %s\n\n", mark, escape(t.title))
		head := t.head
		if len(head) == 0 && len(t.rows) > 0 {
			head = make([]string, len(t.rows[0]))
		}
		if len(head) > 0 {
			fmt.Fprintln(w, "| "+strings.Join(escaped(head), " | ")+" |")
			fmt.Fprintln(w, "| :-- |"+strings.Repeat(" --: |", len(head)-1))
			for _, row := range t.rows {
				fmt.Fprintln(w, "| "+strings.Join(escaped(row), " | ")+" |")
			}
		}
		for _, n := range t.notes {
			fmt.Fprintf(w, "\n%s\n", escape(n))
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	return nil
}

func escaped(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = escape(c)
	}
	return out
}

func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}

// table is one table of the document.
type table struct {
	title string
	head  []string
	rows  [][]string
	notes []string
}

func tables(a *analysis.Analysis, c *analysis.Contribution) []table {
	out := append([]table{summary(a), returns(a), change(a)}, contributions(c)...)
	out = append(out, periods(a))
	if len(a.Holdings) > 0 {
		out = append(out, holdings(a))
	}
	out = append(append(out, risks(a)), exAnte(a)...)
	t := data(a)
	if t.notes = append(t.notes, legend(out)...); len(t.notes) > 0 {
		out = append(out, t)
	}
	return out
}

// amount is a money figure with grouping and the decimals of its currency, an en dash
// when unknown.
func amount(f analysis.Figure) string {
	if !f.Known() {
		return "–"
	}
	return Group(f.Amount.Decimal.Fixed(money.Currency(f.Unit).Places())) + mark(f)
}

// fraction is a figure as percent.
func fraction(f analysis.Figure) string {
	if !f.Known() {
		return "–"
	}
	return decimals(f.Float64()*100) + "%" + mark(f)
}

func ratio(f analysis.Figure) string {
	if !f.Known() {
		return "–"
	}
	return decimals(f.Float64()) + mark(f)
}

// decimals writes two of them, and no minus before nothing.
func decimals(x float64) string {
	text := strconv.FormatFloat(x, 'f', 2, 64)
	if text == "-0.00" {
		return "0.00"
	}
	return text
}

// marks are the signs of figures that are not complete.
var marks = []struct {
	status analysis.Status
	sign   string
	means  string
}{
	{analysis.Partial, "◐", "leaves out something that is named"},
	{analysis.Stale, "◷", "rests on an old price"},
	{analysis.Estimated, "≈", "rests on a model or a statement"},
}

// mark is the sign of a figure that is not complete.
func mark(f analysis.Figure) string {
	for _, m := range marks {
		if m.status == f.Status {
			return " " + m.sign
		}
	}
	return ""
}

// legend explains the signs that the tables use.
func legend(tables []table) []string {
	var out []string
	for _, m := range marks {
		used := false
		for _, t := range tables {
			for _, row := range t.rows {
				used = used || strings.Contains(strings.Join(row, " "), " "+m.sign)
			}
		}
		if used {
			out = append(out, m.sign+" "+m.means)
		}
	}
	return out
}

// Group puts separators between the thousands of a plain number.
func Group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, rest, _ := strings.Cut(s, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if rest != "" {
		return sign + b.String() + "." + rest
	}
	return sign + b.String()
}

func summary(a *analysis.Analysis) table {
	t := table{title: fmt.Sprintf("%s, %s to %s, in %s", a.Name, a.Period.Start, a.AsOf, a.Base)}
	s := &a.Summary
	t.rows = [][]string{
		{"Value", amount(s.Value)}, {"of that cash", amount(s.Cash)}, {"Paid in, net", amount(s.PaidIn)}, {"Gain", amount(s.Gain)},
		{"Day change", amount(s.DayChange)}, {"", fraction(s.DayReturn)}, {"Unrealised", amount(s.Unrealised)}, {"Realised", amount(s.Realised)}, {"Income", amount(s.Income)},
	}
	t.notes = append(t.notes, s.Value.Reasons...)
	if a.Simulated {
		t.notes = append(t.notes, "The market behind these figures is simulated.")
	}
	return t
}

func returns(a *analysis.Analysis) table {
	t := table{title: "Returns of the period", rows: [][]string{
		{"Time-weighted (TWR)", fraction(a.Returns.TimeWeighted)}, {"a year", fraction(a.Returns.TimeWeightedAnnual)},
		{"Money-weighted (XIRR), a year", fraction(a.Returns.MoneyWeighted)},
	}}
	if b := a.Benchmark; b != nil {
		t.rows = append(t.rows, []string{b.Symbol + " (" + b.Basis + ")", fraction(a.Returns.Benchmark)}, []string{"Active", fraction(a.Returns.Active)},
			[]string{"Same flows in " + b.Symbol, amount(a.Returns.BenchmarkValue)}, []string{"Ahead by", amount(a.Returns.AheadBy)})
	}
	for _, f := range []analysis.Figure{a.Returns.TimeWeighted, a.Returns.TimeWeightedAnnual, a.Returns.MoneyWeighted} {
		t.notes = appendNew(t.notes, f.Reasons)
	}
	return t
}

func appendNew(list, more []string) []string {
	for _, m := range more {
		seen := false
		for _, l := range list {
			seen = seen || l == m
		}
		if !seen {
			list = append(list, m)
		}
	}
	return list
}

func change(a *analysis.Analysis) table {
	c := &a.Change
	return table{title: "What made the difference", rows: [][]string{
		{"Value at the start", amount(c.Initial)}, {"Paid in, net", amount(c.Transfers)}, {"Realised gains", amount(c.Realised)}, {"Unrealised gains", amount(c.Unrealised)},
		{"Dividends", amount(c.Dividends)}, {"Interest", amount(c.Interest)}, {"Fees", amount(negated(c.Fees))}, {"Taxes", amount(negated(c.Taxes))},
		{"Currency", amount(c.Currency)}, {"Value at the end", amount(c.Final)},
	}}
}

func negated(f analysis.Figure) analysis.Figure {
	f.Amount.Decimal = f.Amount.Decimal.Neg()
	return f
}

func periods(a *analysis.Analysis) table {
	t := table{title: "Periods", head: []string{"Period", "From", "Return", "Benchmark", "Active", "Volatility", "Gain"}}
	for _, p := range a.Periods {
		t.rows = append(t.rows, []string{p.Period.Label, p.Period.Start.String(), fraction(p.Return), fraction(p.Benchmark), fraction(p.Active), fraction(p.Volatility), amount(p.Gain)})
	}
	t.notes = []string{"Nothing here is annualised but the volatility."}
	return t
}

func holdings(a *analysis.Analysis) table {
	t := table{title: "Holdings", head: []string{"Symbol", "Quantity", "Price", "Currency", "Value", "Weight", "Cost", "Unrealised", "%"}}
	for i := range a.Holdings {
		h := &a.Holdings[i]
		price := "–"
		if h.Price.Known {
			price = h.Price.Decimal.String()
		}
		t.rows = append(t.rows, []string{h.Symbol, h.Quantity.Round(6).String(), price, string(h.Instrument.Currency), amount(h.Value), fraction(h.Weight), amount(h.Cost), amount(h.Unrealised), fraction(h.UnrealisedReturn)})
		if !h.Value.Known() {
			t.notes = append(t.notes, h.Symbol+": "+strings.Join(h.Value.Reasons, "; "))
		}
	}
	for _, c := range a.Cash {
		t.rows = append(t.rows, []string{strings.TrimSpace("Cash " + c.Account), "", "", string(c.Currency), amount(c.Value), fraction(c.Weight), "", "", ""})
	}
	return t
}

func risks(a *analysis.Analysis) table {
	r := &a.Risk
	return table{title: "Risk of the period, and exposure", rows: [][]string{
		{"Volatility, a year", fraction(r.Realised.Volatility)}, {"Sharpe ratio", ratio(r.Realised.Sharpe)}, {"Sortino ratio", ratio(r.Realised.Sortino)},
		{"Deepest drawdown", fraction(r.Realised.MaxDrawdown)}, {"Beta", ratio(r.Realised.Beta)}, {"Tracking error", fraction(r.Realised.TrackingError)},
		{"Gross exposure", amount(r.Exposure.Gross)}, {"Net exposure", amount(r.Exposure.Net)}, {"Delta-adjusted exposure", amount(r.Exposure.DeltaAdjusted)},
		{"Effective number of names", ratio(r.Concentration.Effective)}, {"Top 10", fraction(r.Concentration.Top10)},
	}}
}

func data(a *analysis.Analysis) table {
	t := table{title: "Data"}
	d := &a.Data
	if len(d.Unpriced) > 0 {
		t.notes = append(t.notes, "Without a price, left out of the totals: "+strings.Join(d.Unpriced, ", "))
	}
	if len(d.Stale) > 0 {
		t.notes = append(t.notes, "With an old price: "+strings.Join(d.Stale, ", "))
	}
	for _, r := range d.Rates {
		if r.Reason != "" {
			t.notes = append(t.notes, string(r.Currency)+": "+r.Reason)
		}
	}
	for _, g := range d.Gaps {
		t.notes = append(t.notes, fmt.Sprintf("%s is left out from %s to %s: %s", g.Symbol, g.From, g.To, g.Reason))
	}
	if d.MarketSplits > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%d splits were applied from the price files' list", d.MarketSplits))
	}
	return t
}
