package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// pickerPeriods are those offered on pages.
var pickerPeriods = []string{"1M", "3M", "YTD", "1Y", "5Y", "Max"}

// analyse asks for the chosen portfolio over the period of the address. Without
// one, it is a year, or everything where the portfolio is younger.
func (r *request) analyse() (*analysis.Analysis, error) { return r.analyseAccount("") }

// analyseAccount is analyse of one account only.
func (r *request) analyseAccount(account string) (*analysis.Analysis, error) {
	q := service.Question{Period: r.URL.Query().Get("period"), Benchmark: r.URL.Query().Get("benchmark"), Account: account}
	if r.portfolio != nil {
		q.Portfolios = []string{r.portfolio.ID}
	}
	chosen := q.Period != ""
	if !chosen {
		q.Period = "1Y"
	}
	a, err := r.site.svc.Analysis(r.Context(), r.caller, q)
	if err != nil || chosen || periodRow(a, "1Y") != nil {
		return a, err
	}
	q.Period = "Max"
	return r.site.svc.Analysis(r.Context(), r.caller, q)
}

// periodRow is a standard period of the analysis; nil where the portfolio is
// younger than it.
func periodRow(a *analysis.Analysis, label string) *analysis.PeriodRow {
	for i := range a.Periods {
		if a.Periods[i].Period.Label == label {
			return &a.Periods[i]
		}
	}
	return nil
}

// bestRow is the period of the label, or the whole life where that is shorter.
func bestRow(a *analysis.Analysis, label string) *analysis.PeriodRow {
	if row := periodRow(a, label); row != nil {
		return row
	}
	return periodRow(a, "Max")
}

// periodWords are the standard periods in words.
var periodWords = map[string]string{
	"1D": "1 day", "1W": "1 week", "1M": "1 month", "3M": "3 months", "6M": "6 months", "YTD": "Year to date", "1Y": "1 year", "3Y": "3 years", "5Y": "5 years", "10Y": "10 years", "Max": "Since start",
}

func (s *site) overview(r *request) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	frame := r.frame("Overview", "")
	r.dated(&frame, a)
	if a.Bookings == 0 {
		frame.Narrow = true
		start := r.start()
		return r.show(http.StatusOK, page.Overview(view.Overview{Page: frame, Start: &start}))
	}
	w := r.writer(a)
	v := view.Overview{Page: frame, Value: w.figure("Total value", a.Summary.Value, exact), Change: w.change("Change on the day", a.Summary.DayChange, exact), ChangeNote: "on " + format.Date(a.ValuedOn)}
	v.Value.Unit = string(a.Base)
	v.Value.Text, v.Cents = w.amountSplit(a.Summary.Value)
	v.ChangePart = w.change("", a.Summary.DayReturn, percent2)
	v.Strip = w.answers()
	v.Chart = r.valueChart(w)
	v.Briefing = w.briefing()
	v.Risk = w.riskStrip(r.limits())
	v.Allocation = w.allocation()
	v.Movers = w.movers()
	v.Data = w.dataCard()
	return r.show(http.StatusOK, page.Overview(v))
}

// answers are the four figures beside the value.
func (w *writer) answers() []view.Figure {
	a := w.a
	gain := w.change("Gain since start", a.Summary.Gain, whole)
	if a.Summary.PaidIn.Known() {
		gain.Note = "on " + w.text(a.Summary.PaidIn, whole, false) + " paid in"
	}
	list := []view.Figure{gain}
	year, life := bestRow(a, "1Y"), periodRow(a, "Max")
	if year == nil || life == nil {
		return list
	}
	twr := w.signed("Return, time-weighted", year.Return, percent2)
	twr.Note = strings.ToLower(periodWords[year.Period.Label])
	irr := w.signed("Return, money-weighted", life.MoneyWeighted, percent2)
	irr.Note = "a year, since start"
	list = append(list, twr, irr)
	if a.Benchmark != nil {
		active := w.change("Against "+benchmarkName(a), year.Active, points)
		active.Note = strings.ToLower(periodWords[year.Period.Label])
		if ytd := periodRow(a, "YTD"); ytd != nil && ytd.Active.Known() {
			active.Note += " · " + w.text(ytd.Active, points, true) + " this year"
		}
		list = append(list, active)
	}
	return list
}

// benchmarkName is the short name of the benchmark.
func benchmarkName(a *analysis.Analysis) string {
	if a.Benchmark.Name != "" && len([]rune(a.Benchmark.Name)) <= 16 {
		return a.Benchmark.Name
	}
	return a.Benchmark.Symbol
}

// valueChart is the place of the chart of value, with its controls.
func (r *request) valueChart(w *writer) view.Chart {
	a := w.a
	kind := r.URL.Query().Get("kind")
	c := view.Chart{ID: "value", Title: "Value", Height: "value", Legend: []view.Legend{{Label: "Portfolio", Kind: "own"}}}
	if a.Benchmark != nil {
		c.Legend = append(c.Legend, view.Legend{Label: benchmarkName(a) + ", same flows", Kind: "bench"})
	}
	c.Legend = append(c.Legend, view.Legend{Label: paidWord(a), Kind: "paid"})
	source := r.address("/charts/value")
	for _, k := range []struct{ name, label string }{{"", "Value"}, {"return", "Return"}} {
		c.Kinds = append(c.Kinds, view.Choice{Label: k.label, Href: r.with("kind", k.name), Current: kind == k.name, Source: r.pageWith(source, "kind", k.name, "period", a.Period.Label)})
	}
	c.Periods = r.periods(a, func(label string) string { return r.pageWith(source, "period", label) })
	c.Source = r.pageWith(source, "period", a.Period.Label)
	c.Export = r.pageWith(r.address("/charts/value.csv"), "period", a.Period.Label)
	c.Summary = r.valueSpec(a).Summary
	c.Table = w.valueTable()
	return c
}

// paidWord names the line of payments: of a shorter period it begins with the value
// at its start.
func paidWord(a *analysis.Analysis) string {
	if a.Period.Label == "Max" {
		return "Paid in"
	}
	return "Start and payments"
}

// periods are the choices of the picker; what is longer than the portfolio's life
// is disabled and says so.
func (r *request) periods(a *analysis.Analysis, source func(string) string) []view.Choice {
	var list []view.Choice
	for _, label := range pickerPeriods {
		c := view.Choice{Label: label, Href: r.with("period", label), Current: a.Period.Label == label}
		if source != nil {
			c.Source = source(label)
		}
		if periodRow(a, label) == nil {
			c.Disabled, c.Why = true, "the first booking is of "+format.Date(a.First)
		}
		list = append(list, c)
	}
	return list
}

// valueTable is the chart as a table: the last day of each month.
func (w *writer) valueTable() *view.Table {
	s := w.a.Series
	t := &view.Table{Caption: "Value at the end of each month", Head: []string{"Day", "Value, " + string(w.a.Base)}}
	if w.a.Benchmark != nil && s.Benchmark != nil {
		t.Head = append(t.Head, benchmarkName(w.a))
	}
	t.Head = append(t.Head, "Paid in", "Return")
	for i := len(s.Days) - 1; i >= 0; i-- {
		if i < len(s.Days)-1 && s.Days[i].StartOfMonth() == s.Days[i+1].StartOfMonth() {
			continue
		}
		row := []string{format.Date(s.Days[i]), w.Float(s.Value[i], 0)}
		if len(t.Head) == 5 {
			row = append(row, w.Float(s.Benchmark[i], 0))
		}
		t.Rows = append(t.Rows, append(row, w.Float(s.Paid[i], 0), w.SignedPercent(s.Return[i], 2)))
	}
	return t
}

// start is what an empty portfolio says.
func (r *request) start() view.Start {
	name, _, _ := strings.Cut(r.user.Name, " ")
	title := "Welcome"
	if name != "" {
		title = "Welcome, " + name
	}
	s := view.Start{
		Title: title, Text: "Bring in your first transactions and this page fills itself: value, gain, return and risk.",
		Upload: r.address("/import"), Format: "CSV, OFX or XML from your broker, or any table with dates and amounts. You see every row before it is booked.",
		Ways: []view.Link{
			{Icon: "pencil-line", Label: "Enter by hand", Note: "One transaction is enough to begin.", Href: r.address("/transactions/new")},
			{Icon: "tag", Label: "Upload prices", Note: "Date, symbol and close, as CSV.", Href: r.address("/prices")},
			{Icon: "book-open", Label: "Use the API", Note: "The same figures for programs.", Href: "/docs"},
		},
	}
	if r.portfolio == nil {
		s.Text = "None of your portfolios has transactions yet. Choose one to bring some in."
		s.Upload = ""
		s.Ways = nil
		for _, p := range r.portfolios {
			s.Ways = append(s.Ways, view.Link{Icon: "wallet", Label: p.Name, Note: portfolioNote(p), Href: "/p/" + p.ID})
		}
		return s
	}
	s.Steps = []view.StartStep{
		{Text: "Account of " + r.user.Name, Done: true},
		{Text: "Base currency: " + string(r.portfolio.Base), Note: "can be changed", Done: true},
		{Text: "Import the first file, or enter a transaction", Note: "next", Href: r.address("/import")},
	}
	benchmark := view.StartStep{Text: "Choose a benchmark", Note: "optional", Href: r.address("/edit")}
	if r.portfolio.Benchmark != "" {
		benchmark = view.StartStep{Text: "Benchmark: " + r.portfolio.Benchmark, Done: true}
	}
	s.Steps = append(s.Steps, benchmark)
	done := 0
	for _, step := range s.Steps {
		if step.Done {
			done++
		}
	}
	s.Done = fmt.Sprintf("%d of %d", done, len(s.Steps))
	return s
}
