package web

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// factWords name fundamentals, in the order in which they are shown.
var factWords = []struct{ name, word string }{
	{"market_cap", "Market value"}, {"pe", "Price / earnings, trailing"}, {"forward_pe", "Price / earnings, forward"}, {"peg", "Price / earnings to growth"}, {"eps", "Earnings a share"},
	{"price_to_sales", "Price / sales"}, {"price_to_book", "Price / book"}, {"book_value", "Book value a share"}, {"dividend_yield", "Dividend yield"}, {"dividend_per_share", "Dividend a share"},
	{"revenue", "Revenue"}, {"gross_profit", "Gross profit"}, {"ebitda", "EBITDA"}, {"profit_margin", "Profit margin"}, {"operating_margin", "Operating margin"},
	{"return_on_equity", "Return on equity"}, {"return_on_assets", "Return on assets"}, {"beta", "Beta, as stated"}, {"target_price", "Analysts’ target"},
	{"52_week_high", "52-week high, as stated"}, {"52_week_low", "52-week low, as stated"}, {"shares_outstanding", "Shares outstanding"}, {"shares_float", "Shares in free float"},
	{"expense_ratio", "Expense ratio"}, {"net_assets", "Net assets"},
}

// facts are the fundamentals of the stored profile and what follows from stored prices.
func (p *instrumentPage) facts() view.FactsCard {
	var c view.FactsCard
	if low, high := p.d.Quote.YearLow, p.d.Quote.YearHigh; low.Known() && high.Known() && p.d.Position.Ever() {
		c.Rows = append(c.Rows, view.Row{Name: "52-week range", Value: p.locale.Price(low.Amount.Decimal.Round(4)) + " – " + p.locale.Price(high.Amount.Decimal.Round(4))})
	}
	for _, e := range slices.Backward(p.d.Reference.Earnings) { // the first that is to come
		if e.Date > p.d.AsOf {
			c.Rows = append(c.Rows, view.Row{Name: "Next results", Value: format.Date(e.Date), Mark: view.Estimated, MarkText: "announced or expected, by " + sourceName(e.Source, false)})
			break
		}
	}
	profile := p.d.Reference.Profile
	if profile == nil {
		c.Missing = sentence(told(p.d.Reference.Missing[marketdata.Profiles]))
		return c
	}
	c.Note = said(profile.Sourced)
	known := map[string]marketdata.Fact{}
	for _, f := range profile.Figures {
		known[f.Name] = f
	}
	for _, f := range factWords {
		if fact, ok := known[f.name]; ok {
			c.Rows = append(c.Rows, view.Row{Name: f.word, Value: p.fact(fact)})
		}
	}
	if profile.Industry != "" {
		c.Rows = append(c.Rows, view.Row{Name: "Industry", Value: profile.Industry, Tone: view.Quiet})
	}
	if len(profile.Figures) == 0 {
		c.Missing = "The profile states no figures."
	}
	return c
}

// said is who says something, and of when.
func said(s service.Sourced) string {
	text := sourceName(s.Source, false)
	if s.Day != 0 && !s.Day.IsNone() {
		text += ", of " + format.Date(s.Day)
	}
	return text + ", fetched " + format.Date(date.FromTime(s.Fetched.UTC()))
}

// from is said of what speaks of several days.
func from(s service.Sourced) string {
	return said(service.Sourced{Source: s.Source, Fetched: s.Fetched})
}

// fact writes a fundamental in its unit.
func (p *instrumentPage) fact(f marketdata.Fact) string {
	x := f.Value.Float64()
	switch f.Unit {
	case "fraction":
		return p.locale.Percent(x, 2)
	case "ratio":
		return p.locale.Decimal(f.Value, 2)
	case "shares":
		return p.locale.Compact(x)
	}
	if math.Abs(x) >= 1e5 {
		return p.locale.Compact(x) + " " + f.Unit
	}
	return p.locale.Price(f.Value.Round(4)) + " " + f.Unit
}

// reportParts are the parts of the statements in their order, with their words.
var reportParts = []struct{ part, word string }{{"income", "Income"}, {"balance", "Balance sheet"}, {"cash-flow", "Cash flow"}}

// mostPeriods is how many years or quarters stand beside each other.
const mostPeriods = 6

// reports are the statements, by year and by quarter, and the revenue as bars.
func (p *instrumentPage) reports(v *view.Instrument) {
	all := p.d.Reference.Statements
	if len(all) == 0 {
		v.ReportsNo = sentence(told(p.d.Reference.Missing[marketdata.Statements]))
		return
	}
	v.ReportsOf = from(all[0].Sourced)
	for _, period := range []struct{ name, label string }{{"annual", "Year"}, {"quarter", "Quarter"}} {
		r := view.ReportView{Label: period.label, Empty: "None of this kind are stored."}
		for _, part := range reportParts {
			var list []service.InstrumentStatement
			for _, s := range all {
				if s.Part == part.part && s.Period == period.name && len(list) < mostPeriods {
					list = append(list, s)
				}
			}
			if len(list) > 0 {
				r.Tables = append(r.Tables, p.reportTable(part.word, list))
			}
		}
		v.Reports = append(v.Reports, r)
		if v.Revenue == nil || period.name == "quarter" {
			if bars := p.revenue(period.name, period.label); bars != nil {
				v.Revenue = bars
			}
		}
	}
}

// reportTable puts the periods of one part beside each other, the newest first, with the
// lines in the order of the newest.
func (p *instrumentPage) reportTable(word string, list []service.InstrumentStatement) view.PartTable {
	t := view.PartTable{Caption: word, Head: heads(strings.TrimSpace(word + ", millions " + string(list[0].Currency)))}
	var lines []string
	for i := range list {
		s := &list[i]
		label := s.Label
		if label == "" {
			label = format.Date(s.End)
		}
		t.Head = append(t.Head, view.Column{Label: label, Right: true, Title: "to " + format.Date(s.End), Class: []string{"", "", "drop-3", "drop-3", "drop-2", "drop-1"}[i]})
		for _, l := range s.Lines {
			if !slices.Contains(lines, l.Name) {
				lines = append(lines, l.Name)
			}
		}
	}
	for _, name := range lines {
		row := []view.PartCell{leftCell(lineWord(name), "")}
		for i := range list {
			text := format.Unknown
			if value, ok := lineOf(&list[i], name); ok {
				text = inMillions(p.locale, name, value)
			}
			row = append(row, numberCell(text, t.Head[i+1].Class))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func lineOf(s *service.InstrumentStatement, name string) (money.Decimal, bool) {
	for _, l := range s.Lines {
		if l.Name == name {
			return l.Value, true
		}
	}
	return money.Zero, false
}

// inMillions writes a line of a statement: amounts in millions, what is a share as it is.
func inMillions(locale format.Locale, name string, value money.Decimal) string {
	if strings.HasPrefix(name, "eps") || strings.Contains(name, "per_share") {
		return locale.Decimal(value, 2)
	}
	return locale.Float(value.Float64()/1e6, 1)
}

// lineWord turns "total_revenue" into words.
func lineWord(name string) string {
	return strings.TrimSuffix(sentence(strings.ReplaceAll(name, "_", " ")), ".")
}

// revenue draws the revenue of the last periods; nil where fewer than two are known.
func (p *instrumentPage) revenue(period, label string) *view.Revenue {
	var list []service.InstrumentStatement
	for _, s := range p.d.Reference.Statements {
		if _, ok := lineOf(&s, "total_revenue"); ok && s.Part == "income" && s.Period == period && len(list) < mostPeriods {
			list = append(list, s)
		}
	}
	if len(list) < 2 {
		return nil
	}
	slices.Reverse(list)
	high, low := 0.0, 0.0
	for i := range list {
		x, _ := lineOf(&list[i], "total_revenue")
		high, low = math.Max(high, x.Float64()), math.Min(low, x.Float64())
	}
	r := &view.Revenue{Title: "Revenue", Note: "by " + strings.ToLower(label) + ", " + string(list[0].Currency), Summary: "Revenue"}
	const top, bottom, width = 24.0, 166.0, 300.0
	y := func(x float64) float64 { return bottom - (bottom-top)*(x-low)/(high-low) }
	if high == low {
		return nil
	}
	step := width / float64(len(list))
	for i := range list {
		d, _ := lineOf(&list[i], "total_revenue")
		x := d.Float64()
		name := list[i].Label
		if name == "" {
			name = fmt.Sprintf("%s %d", format.Month(int(month(list[i].End))), list[i].End.Year())
		}
		from, to := math.Min(y(x), y(0)), math.Max(y(x), y(0))
		b := view.RevenueBar{X: math.Round(step*float64(i) + step*0.2), W: math.Round(step * 0.6), Y: round1(from), H: round1(math.Max(1, to-from)), Value: p.locale.Compact(x), Name: name, ValueY: round1(from - 6), Last: i == len(list)-1}
		r.Bars = append(r.Bars, b)
		r.Summary += ", " + name + " " + b.Value
	}
	return r
}

func month(d date.Date) time.Month { _, m, _ := d.Civil(); return m }

func round1(x float64) float64 { return math.Round(10*x) / 10 }

// results are the reported and expected results.
func (p *instrumentPage) results(v *view.Instrument) {
	all := p.d.Reference.Earnings
	if len(all) == 0 {
		v.ResultsNo = sentence(told(p.d.Reference.Missing[marketdata.Earnings]))
		return
	}
	v.Results = view.PartTable{Caption: "Results", Note: from(all[0].Sourced), Head: heads("Reported", "Quarter to", ">Earnings a share", ">Expected", ">Revenue")}
	number := func(o money.Optional, write func(money.Decimal) string) string {
		if !o.Known {
			return format.Unknown
		}
		return write(o.Decimal)
	}
	two := func(d money.Decimal) string { return p.locale.Decimal(d, 2) }
	for _, e := range all[:min(len(all), 12)] {
		quarter := format.Unknown
		if e.Fiscal != 0 && !e.Fiscal.IsNone() {
			quarter = format.Date(e.Fiscal)
		}
		day := leftCell(format.Date(e.Date), "pa nowrap")
		if e.Date > p.d.AsOf {
			day.Note = "to come"
		}
		v.Results.Rows = append(v.Results.Rows, []view.PartCell{day, leftCell(quarter, "pc nowrap"), numberCell(number(e.EPS, two), "pb"), numberCell(number(e.Estimate, two), "pd"),
			numberCell(number(e.Revenue, func(d money.Decimal) string { return p.locale.Compact(d.Float64()) }), "drop-3")})
	}
}

// news are the stored articles.
func (p *instrumentPage) news(v *view.Instrument) {
	v.NewsNo = sentence(told(p.d.Reference.Missing[marketdata.News]))
	for i := range p.d.Reference.News {
		a := &p.d.Reference.News[i]
		item := view.NewsItem{Title: a.Title, Summary: clipped(a.Summary, 220), Meta: p.day(a.Published)}
		if u, err := url.Parse(a.Address); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			item.Href = u.String()
		}
		if a.Publisher != "" {
			item.Meta = a.Publisher + " · " + item.Meta
		}
		item.Meta += " · by " + sourceName(a.Source, false)
		if a.Sentiment != nil {
			item.Meta += " · sentiment " + p.locale.SignedFloat(*a.Sentiment, 2)
		}
		v.News = append(v.News, item)
	}
}

// clipped is a text of at most so many letters, cut between words.
func clipped(text string, most int) string {
	runes := []rune(strings.TrimSpace(text))
	if len(runes) <= most {
		return string(runes)
	}
	cut := string(runes[:most])
	if i := strings.LastIndexByte(cut, ' '); i > most/2 {
		cut = cut[:i]
	}
	return cut + "…"
}

// data says how good the prices are and how the sources fare.
func (p *instrumentPage) data(v *view.Instrument) {
	h := &p.d.Prices
	row := func(name, value string) {
		v.Data = append(v.Data, view.Row{Name: name, Value: value, Tone: view.Quiet})
	}
	if n := len(h.Bars.Dates); n > 0 {
		row("Prices", fmt.Sprintf("%s, %s – %s", counted(p.w, n, "day", "days"), format.Date(h.Bars.Dates[0]), format.Date(h.Bars.Dates[n-1])))
	} else {
		row("Prices", "none")
	}
	if q := p.d.Quote; q.Price.Known() {
		age := "up to date"
		if q.Age > 0 {
			age = counted(p.w, q.Age, "session", "sessions") + " without one"
		}
		r := view.Row{Name: "Last price", Value: age, Tone: view.Quiet}
		if q.Age > 1 {
			r.Lead, r.Tone = view.Stale, view.Warn
		}
		v.Data = append(v.Data, r)
	}
	for i := range h.Sources {
		s := &h.Sources[i]
		r := view.Row{Name: "Source", Value: fmt.Sprintf("%s, %s", sourceName(s.Source, s.Own), counted(p.w, s.Days, "day", "days")), Tone: view.Quiet}
		if p.d.Simulated && !s.Own {
			r.Lead = view.Simulated
		}
		v.Data = append(v.Data, r)
	}
	for i := range p.d.Supply {
		s := &p.d.Supply[i]
		r := view.Row{Name: "Supply of " + s.Word, Value: told(s.Says), Tone: view.Quiet}
		if s.Known && s.Score != nil {
			r.Value = fmt.Sprintf("score %d of 100, %s", *s.Score, r.Value)
		}
		if s.State == service.SupplyRefused || s.State == service.SupplyLate {
			r.Lead = view.Stale
		}
		v.Data = append(v.Data, r)
	}
	if p.d.Simulated {
		v.DataNote = "The simulated market gives prices, splits and dividends. It is made, not measured: no source is asked for it."
	}
	if len(p.d.Held) == 0 {
		return
	}
	v.Held = view.PartTable{Caption: "Values that were not believed", Note: "kept out of the series until somebody decides", Head: heads("Day", ">Close", "Why", "Decision")}
	for i := range p.d.Held {
		x := &p.d.Held[i]
		close := format.Unknown
		if !math.IsNaN(x.Bar.Close) {
			close = p.locale.Float(x.Bar.Close, 2)
		}
		why := leftCell(capital(findingWord(x.Finding)), "pc")
		why.Note = sentence(told(x.Reason))
		v.Held.Rows = append(v.Held.Rows, []view.PartCell{leftCell(format.Date(x.Day), "pa nowrap"), numberCell(close, "pb"), why, leftCell(string(x.Decision), "pd")})
	}
}
