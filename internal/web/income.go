package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/income"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Receiving says what income came, what is to come, and what of it is to be booked.
type Receiving interface {
	Income(ctx context.Context, c service.Caller, q service.Question) (*analysis.Income, error)
	IncomeWaiting(ctx context.Context, c service.Caller, portfolio string) (int, error)
	Proposals(ctx context.Context, c service.Caller, f store.ProposalFilter) (store.ProposalPage, error)
	Proposal(ctx context.Context, c service.Caller, portfolio, id string) (store.Proposal, error)
	FindIncome(ctx context.Context, c service.Caller, portfolio string) (service.IncomeFound, error)
	ConfirmIncome(ctx context.Context, c service.Caller, portfolio, id string, terms service.IncomeTerms) (service.ConfirmedIncome, error)
	RejectIncome(ctx context.Context, c service.Caller, portfolio, id, why string) (store.Proposal, error)
	ReopenIncome(ctx context.Context, c service.Caller, portfolio, id string) (store.Proposal, error)
}

// incomeRoutes are the page of income and what is decided on it.
func (s *site) incomeRoutes(of func(string, handler)) {
	of("GET /p/{portfolio}/income", s.income)
	of("GET /p/{portfolio}/income.csv", s.incomeCSV)
	of("POST /p/{portfolio}/income/find", s.findIncome)
	of("GET /p/{portfolio}/income/{id}", s.incomeEntry)
	of("POST /p/{portfolio}/income/{id}/confirm", s.confirmIncome)
	of("POST /p/{portfolio}/income/{id}/reject", s.rejectIncome)
	of("POST /p/{portfolio}/income/{id}/reopen", s.reopenIncome)
}

// waiting is how many proposals wait, for the sidebar; a page does not fail for it.
func (r *request) waiting() string {
	if r.user.ID == "" || r.caller.Link != "" {
		return ""
	}
	n, err := r.site.svc.IncomeWaiting(r.Context(), r.caller, r.portfolioID())
	if err != nil || n == 0 {
		return ""
	}
	return r.locale.Count(n)
}

func (r *request) incomeOf() (*analysis.Income, error) {
	q := service.Question{}
	if r.portfolio != nil {
		q.Portfolios = []string{r.portfolio.ID}
	}
	return r.site.svc.Income(r.Context(), r.caller, q)
}

func (s *site) income(r *request) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	frame := r.frame("Income", "/income")
	frame.Here = r.address("/income")
	r.dated(&frame, a)
	v := view.Income{Page: frame}
	if a.Bookings == 0 {
		v.Empty = &view.Empty{Icon: "coins", Title: "No income yet", Text: "Dividends and interest are shown here once something is booked. What holders are entitled to and have not booked is proposed."}
		if r.portfolio != nil {
			v.Empty.Ways = []view.Link{{Label: "Import a file", Href: r.address("/import")}, {Label: "Add a transaction", Href: r.address("/transactions/new")}}
		}
		return r.show(http.StatusOK, page.Income(v))
	}
	in, err := r.incomeOf()
	if err != nil {
		return err
	}
	w := r.asked(a)
	v.Notice = r.oldIncome(w, in)
	v.Strip = w.incomeStrip(in, v.Notice != nil)
	v.Bars, v.Table = w.incomeBars(in)
	v.Coming, v.ComingSum = w.coming(in)
	v.Columns, v.Holdings, v.Rest = w.incomeHoldings(in)
	v.Years, v.Accounts = w.incomeYears(in), w.incomeAccounts(in)
	if done, err := r.answered(w, "Income", "/income"); done || err != nil {
		return err
	}
	if err := r.proposals(&v); err != nil {
		return err
	}
	for _, part := range []struct{ label, by string }{{"By holding", "holding"}, {"By month", "month"}, {"To come", "payment"}} {
		v.Exports = append(v.Exports, view.Link{Label: part.label, Href: r.address("/income.csv") + "?by=" + part.by})
	}
	v.Foot = "Expected is what is announced, and the last year’s regular payments once more at today’s quantities where nothing is announced; specials are not repeated. Before taxes, at today’s exchange rates."
	return r.show(http.StatusOK, page.Income(v))
}

// freshFor is for how many days the twelve months before and after a day are called the
// last and the next ones.
const freshFor = 31

// oldIncome says that the figures are of a day long past; nil: they are not. The simulated
// market ends when it was told to.
func (r *request) oldIncome(w *writer, in *analysis.Income) *view.Notice {
	today := date.FromTime(r.site.opts.Now().UTC())
	if r.simulated() || today-in.AsOf <= freshFor {
		return nil
	}
	why := "the last day of which anything is known"
	if n := len(w.a.Data.Unpriced); n > 0 && n == w.a.Data.Holdings {
		why = "the day of the last booking, because no holding has a price"
	}
	return &view.Notice{Kind: "warn", Icon: "circle-alert", Text: fmt.Sprintf("These figures are as of %s, %s. What was received and what is expected are counted from that day, not from today.", format.Date(in.AsOf), why)}
}

// incomeStrip are the figures at the top; those of a day long past name it.
func (w *writer) incomeStrip(in *analysis.Income, old bool) []view.Figure {
	last, next := "Received, last 12 months", "Expected, next 12 months"
	if old {
		last, next = "Received, 12 months to "+format.Date(in.AsOf), "Expected, 12 months from "+format.Date(in.AsOf)
	}
	received := w.figure(last, in.Received, whole)
	received.Unit = string(w.a.Base)
	if in.Withheld.Known() && in.Withheld.Float64() >= 0.5 {
		received.Note = w.text(in.Withheld, whole, false) + " kept back as tax"
	}
	expected := w.figure(next, in.Expected, whole)
	expected.Unit = string(w.a.Base)
	if in.Announced.Known() {
		expected.Note = w.text(in.Announced, whole, false) + " of it announced"
	}
	yield, cost := w.figure("Yield", in.Yield, percent2), w.figure("Yield on cost", in.YieldOnCost, percent2)
	yield.Note, cost.Note = "expected on the value held", "expected on what was paid"
	growth := w.change("Growth", in.Growth, percent1)
	growth.Note = "on the 12 months before"
	return []view.Figure{received, expected, yield, cost, growth}
}

// shownMonths are how many months before the current one are drawn.
const shownMonths = 12

// incomeBars are the months as columns, and the same as a table.
func (w *writer) incomeBars(in *analysis.Income) (view.IncomeBars, *view.Table) {
	months := in.Months
	begin := in.AsOf.StartOfMonth().AddMonths(-shownMonths)
	now := 0
	var drawn []chart.IncomeMonth
	t := &view.Table{Caption: "Income by month", Head: []string{"Month", "Received", "Announced", "Estimated"}}
	for _, m := range months {
		first := date.Must(m.Year, monthOf(m.Month), 1)
		if first < begin {
			continue
		}
		if first == in.AsOf.StartOfMonth() {
			now = len(drawn)
		}
		name := format.Month(m.Month) + " " + fmt.Sprint(m.Year)
		words := []string{name + ":"}
		for _, part := range []struct {
			word string
			f    analysis.Figure
		}{{"received", m.Received}, {"announced", m.Announced}, {"estimated", m.Estimated}} {
			switch {
			case !part.f.Known():
				words = append(words, part.word+" is not known")
			case part.f.Float64() != 0:
				words = append(words, part.word+" "+w.text(part.f, whole, false)+" "+string(w.a.Base))
			}
		}
		if len(words) == 1 {
			words = append(words, "nothing")
		}
		drawn = append(drawn, chart.IncomeMonth{Year: m.Year, Month: m.Month, Received: drawnOf(m.Received), Announced: drawnOf(m.Announced), Estimated: drawnOf(m.Estimated), Title: strings.Join(words, " ")})
		addRow(t, name, w.figure(name+", received", m.Received, whole), w.figure(name+", announced", m.Announced, whole), w.figure(name+", estimated", m.Estimated, whole))
	}
	bars := chart.Income(drawn, now, w.Locale)
	bars.Title, bars.Note = "Received and expected by month", string(w.a.Base)+", before taxes"
	bars.Summary = fmt.Sprintf("In the twelve months to %s %s %s were received; ", format.Date(in.AsOf), w.text(in.Received, whole, false), w.a.Base)
	if in.Expected.Known() {
		bars.Summary += fmt.Sprintf("in the next twelve %s may be.", w.text(in.Expected, whole, false))
	} else {
		bars.Summary += "what the next twelve bring is not known: " + reason(in.Expected) + "."
	}
	return bars, t
}

// basisTags say how sure a payment to come is.
var basisTags = map[income.Basis]view.Tag{
	income.Settled:   {Text: "entitled", Kind: "good"},
	income.Announced: {Text: "announced"},
	income.Estimated: {Text: "estimated", Mark: view.Estimated},
}

// openMonths is how many months of the calendar are open.
const openMonths = 2

// coming is the calendar of ex-dates and payments, month by month.
func (w *writer) coming(in *analysis.Income) (months []view.Coming, sum string) {
	type entry struct {
		day date.Date
		view.ComingDay
		amount money.Decimal
	}
	var all []entry
	for i := range in.Payments {
		p := &in.Payments[i]
		tag := basisTags[p.Basis]
		each := p.PerShare.Round(6).String() + " " + string(p.Currency) + " on " + w.Quantity(p.Quantity)
		if p.ExDate > in.AsOf && p.ExDate != p.Date {
			all = append(all, entry{day: p.ExDate, ComingDay: view.ComingDay{Symbol: p.Symbol, Name: p.Name, What: "ex-date", Tag: &tag, Title: "Held at the close before: entitled"}})
		}
		what := "paid"
		switch {
		case !p.Paid && p.ExDate == p.Date:
			what = "ex-date; the pay date is not known"
		case p.Special:
			what = "special, paid"
		}
		amount := w.figure(p.Symbol+" on "+format.Date(p.Date), p.Amount, whole)
		all = append(all, entry{day: p.Date, amount: p.Amount.Amount.OrZero(), ComingDay: view.ComingDay{Symbol: p.Symbol, Name: p.Name, What: what, Tag: &tag, Amount: &amount, Title: each}})
	}
	slicesSortByDay(all, func(e entry) date.Date { return e.day })
	at := map[date.Date]int{}
	sums := map[date.Date]money.Decimal{}
	for _, e := range all {
		first := e.day.StartOfMonth()
		i, ok := at[first]
		if !ok {
			i = len(months)
			at[first] = i
			year, month, _ := first.Civil()
			months = append(months, view.Coming{Month: format.Month(int(month)) + " " + fmt.Sprint(year), Open: i < openMonths})
		}
		e.Day = format.DayMonth(e.day)
		months[i].Days = append(months[i].Days, e.ComingDay)
		sums[first] = sums[first].Add(e.amount)
	}
	for first, i := range at {
		months[i].Sum = w.Decimal(sums[first], 0)
	}
	if !in.Expected.Known() {
		return months, "their sum is not known"
	}
	return months, w.text(in.Expected, whole, false) + " " + string(w.a.Base)
}

// incomeHoldings is the table by holding. Those that bring nothing and of which it is
// known that they do not are counted, not listed.
func (w *writer) incomeHoldings(in *analysis.Income) (columns []view.Column, rows []view.IncomeRow, rest string) {
	columns = []view.Column{{Label: "Received", Right: true, Title: "In the last twelve months"}, {Label: "Expected", Right: true, Title: "In the next twelve months"}, {Label: "A share", Right: true, Class: "drop-3", Title: "Expected a share, in the currency it pays in"},
		{Label: "Yield", Right: true, Title: "Expected on its value"}, {Label: "On cost", Right: true, Class: "drop-2", Title: "Expected on what it cost"}, {Label: "Growth", Right: true, Class: "drop-3", Title: "Of the regular payments a share, on the year before"}, {Label: "Next", Right: true, Class: "drop-2"}}
	left := 0
	for i := range in.Holdings {
		h := &in.Holdings[i]
		nothing := h.Payer == income.Never && h.Received.Known() && h.Received.Float64() == 0 && (!h.Expected.Known() || h.Expected.Float64() == 0)
		if nothing {
			left++
			continue
		}
		row := view.IncomeRow{Symbol: h.Symbol, Name: h.Name, Reason: h.Reason}
		if h.Symbol == "" {
			row.Symbol = "Interest on cash"
		}
		share := view.Figure{Text: format.Unknown}
		if h.PerShare.Known {
			share = view.Figure{Text: w.Exact(h.PerShare.Decimal.Round(4)), Unit: string(h.Currency)}
		}
		next := view.Figure{Text: format.Unknown}
		if h.Next != 0 {
			next.Text = format.Date(h.Next)
		}
		row.Cells = []view.IncomeCell{{Figure: w.figure(row.Symbol+", received", h.Received, whole), Class: "pc"}, {Figure: w.figure(row.Symbol+", expected", h.Expected, whole), Class: "pb"}, {Figure: share, Class: "drop-3"},
			{Figure: w.figure(row.Symbol+", yield", h.Yield, percent2), Class: "pd"}, {Figure: w.figure(row.Symbol+", yield on cost", h.YieldOnCost, percent2), Class: "drop-2"}, {Figure: w.change(row.Symbol+", growth", h.Growth, percent1), Class: "drop-3"}, {Figure: next, Class: "drop-2 nowrap"}}
		rows = append(rows, row)
	}
	if left > 0 {
		rest = counted(w, left, "holding that pays nothing is left out.", "holdings that pay nothing are left out.")
	}
	return columns, rows, rest
}

func (w *writer) incomeYears(in *analysis.Income) *view.Table {
	t := &view.Table{Caption: "Income by year", Head: []string{"Year", "Dividends", "Interest", "Received", "Tax kept back"}}
	for i := len(in.Years) - 1; i >= 0; i-- {
		y := &in.Years[i]
		name := fmt.Sprint(y.Year)
		said := name
		if y.Partial {
			said += ", a part"
		}
		addRow(t, said, w.figure(name+", dividends", y.Dividends, whole), w.figure(name+", interest", y.Interest, whole), w.figure(name+", received", y.Received, whole), w.figure(name+", tax", y.Withheld, whole))
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

func (w *writer) incomeAccounts(in *analysis.Income) *view.Table {
	if len(in.Accounts) < 2 {
		return nil
	}
	t := &view.Table{Caption: "Income by account", Head: []string{"Account", "Last 12 months", "Ever"}}
	for i := range in.Accounts {
		x := &in.Accounts[i]
		addRow(t, x.Account, w.figure(x.Account+", received", x.Received, whole), w.figure(x.Account+", ever", x.All, whole))
	}
	return t
}

// drawnOf is how high a part of a month is drawn: what is not known has no bar; the title
// of the month says so.
func drawnOf(f analysis.Figure) float64 {
	if !f.Known() {
		return 0
	}
	return f.Float64()
}
