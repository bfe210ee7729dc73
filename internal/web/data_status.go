package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// dataStatus is how current and complete the inputs are.
func (s *site) dataStatus(r *request) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	series, err := s.svc.DataStatus(r.Context(), r.caller, r.portfolioID(), a.AsOf)
	if err != nil {
		return err
	}
	frame := r.frame("Data status", "/data")
	r.dated(&frame, a)
	w := r.writer(a)
	v := view.DataStatus{Page: frame, Issues: w.issues()}
	v.Strip = w.dataStrip()
	if len(v.Issues) == 0 {
		v.Clean = "Every holding has a current price, and every currency a rate."
		if a.Bookings == 0 {
			v.Clean = "Nothing is booked yet."
		}
	}
	v.Feeds = r.feeds(series, a.AsOf)
	v.Coverage = r.coverage(series)
	v.Versions = []view.Term{{Label: "As of", Text: format.Date(a.AsOf)}, {Label: "Ledger", Text: fmt.Sprint(a.LedgerVersion)}, {Label: "Market", Text: fmt.Sprint(a.MarketVersion)}, {Label: "Engine", Text: a.Engine}}
	if r.portfolio != nil {
		imports, err := s.svc.Imports(r.Context(), r.caller, r.portfolio.ID)
		if err != nil {
			return err
		}
		v.Imports = r.batches(imports)
	}
	return r.show(http.StatusOK, page.DataStatus(v))
}

func (w *writer) dataStrip() []view.Figure {
	d := w.a.Data
	prices := view.Figure{Label: "Prices", Text: w.Count(d.Priced) + " of " + w.Count(d.Holdings), Note: "up to date on " + format.Date(w.a.ValuedOn)}
	known := 0
	for _, rate := range d.Rates {
		if rate.Reason == "" {
			known++
		}
	}
	rates := view.Figure{Label: "Exchange rates", Text: w.Count(known) + " of " + w.Count(len(d.Rates)), Note: "needed for " + string(w.a.Base)}
	if len(d.Rates) == 0 {
		rates.Text, rates.Note = "none", "needed: all is in "+string(w.a.Base)
	}
	estimated := 0.0
	for _, symbol := range d.Estimated {
		if h := w.holding(symbol); h != nil && h.Weight.Known() {
			estimated += math64(h.Weight)
		}
	}
	list := []view.Figure{prices, rates, {Label: "By valuation", Text: w.Percent(estimated, 1), Note: "of value, " + counted(w, len(d.Estimated), "holding", "holdings")}}
	list = append(list, view.Figure{Label: "Splits applied", Text: w.Count(d.MarketSplits), Note: "from the market's list"})
	return append(list, view.Figure{Label: "Transactions", Text: w.Count(w.a.Bookings), Note: "since " + format.Date(w.a.First)})
}

// oldRate reports whether an exchange rate is from a week or more before the day of
// the figures: longer than any run of holidays.
func (w *writer) oldRate(rate analysis.RateStatus) bool {
	return rate.Reason == "" && rate.Observed != 0 && !rate.Observed.IsNone() && w.a.AsOf-rate.Observed > 7
}

func math64(f analysis.Figure) float64 {
	if x := f.Float64(); x > 0 {
		return x
	}
	return -f.Float64()
}

// issues are what keeps figures from being complete, the largest effect first.
func (w *writer) issues() []view.DataIssue {
	var list []view.DataIssue
	for i := range w.a.Holdings {
		h := &w.a.Holdings[i]
		enter := &view.Link{Label: "Enter a price", Href: w.home + "/prices?symbol=" + escape(h.Symbol)}
		switch h.Value.Status {
		case analysis.Unavailable:
			list = append(list, view.DataIssue{Mark: view.Partial, Title: h.Symbol, Text: sentence(reason(h.Value)), Effect: "Totals leave it out.", Cure: enter})
		case analysis.Stale:
			list = append(list, view.DataIssue{Mark: view.Stale, Title: h.Symbol, Text: "Price of " + format.Date(h.PriceDate) + ", " + counted(w, h.PriceAge, "session", "sessions") + " old.", Effect: w.text(h.Value, whole, false) + " of value, " + w.text(h.Weight, percent1, false) + ".", Cure: enter})
		case analysis.Estimated:
			list = append(list, view.DataIssue{Mark: view.Estimated, Title: h.Symbol, Text: "By a valuation of " + format.Date(h.PriceDate) + ".", Effect: w.text(h.Value, whole, false) + " of value, " + w.text(h.Weight, percent1, false) + ".", Cure: &view.Link{Label: "Enter a valuation", Href: enter.Href}})
		}
	}
	for _, rate := range w.a.Data.Rates {
		if rate.Reason != "" {
			list = append(list, view.DataIssue{Mark: view.Partial, Title: string(rate.Currency), Text: sentence(rate.Reason), Effect: "What is kept in it is left out.", Cure: &view.Link{Label: "Upload rates", Href: w.home + "/prices"}})
		} else if w.oldRate(rate) {
			list = append(list, view.DataIssue{Mark: view.Stale, Title: string(rate.Currency) + " to " + string(w.a.Base), Text: "Rate of " + format.Date(rate.Observed) + ".", Effect: "What is kept in it is valued at this rate.", Cure: &view.Link{Label: "Upload rates", Href: w.home + "/prices"}})
		}
	}
	rank := map[view.Mark]int{view.Partial: 0, view.Stale: 1, view.Estimated: 2}
	slices.SortStableFunc(list, func(a, b view.DataIssue) int { return rank[a.Mark] - rank[b.Mark] })
	return list
}

// feeds are the sources with their newest day.
func (r *request) feeds(series []service.SeriesStatus, asOf date.Date) []view.Row {
	newest := map[string]date.Date{}
	count := map[string]int{}
	var order []string
	for _, s := range series {
		name := sourceName(s.Source, s.Own)
		if _, seen := newest[name]; !seen {
			order = append(order, name)
		}
		newest[name] = max(newest[name], s.Last)
		count[name]++
	}
	var rows []view.Row
	for _, name := range order {
		dot := "live"
		if asOf-newest[name] > 7 {
			dot = "stale"
		}
		rows = append(rows, view.Row{Name: name, Dot: dot, Value: counted(r.writer(nil), count[name], "series", "series") + " · " + format.Date(newest[name]), Tone: view.Quiet})
	}
	if len(rows) == 0 {
		rows = append(rows, view.Row{Name: "No prices have been brought in", Value: "", Tone: view.Quiet})
	}
	return rows
}

func (r *request) coverage(series []service.SeriesStatus) []view.CoverageRow {
	var rows []view.CoverageRow
	for _, s := range series {
		row := view.CoverageRow{Symbol: s.Symbol, From: format.Unknown, To: format.Unknown, Days: r.locale.Count(s.Count), Missing: r.locale.Count(s.Age), Source: sourceName(s.Source, s.Own), MarkText: s.Reason}
		if s.Count > 0 {
			row.From, row.To = format.Date(s.First), format.Date(s.Last)
		}
		switch s.Status {
		case "stale":
			row.Mark = view.Stale
		case "unavailable":
			row.Mark = view.Partial
		}
		rows = append(rows, row)
	}
	return rows
}
