package web

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// comparing reads what the address asks to compare.
func (r *request) comparing() service.Comparing {
	q := service.Comparing{Window: r.URL.Query().Get("window"), Simulated: r.simulated()}
	for _, symbol := range strings.Split(r.URL.Query().Get("symbols")+","+r.URL.Query().Get("add"), ",") {
		if symbol = strings.TrimSpace(symbol); symbol != "" && !slices.Contains(q.Symbols, symbol) {
			q.Symbols = append(q.Symbols, symbol)
		}
	}
	if len(q.Symbols) > service.ComparedAtMost {
		q.Symbols = q.Symbols[:service.ComparedAtMost]
	}
	if r.portfolio != nil {
		q.Portfolio = r.portfolio.ID
	}
	if !slices.Contains(service.ComparedWindows, q.Window) {
		q.Window = service.ComparedWindows[0]
	}
	return q
}

func (r *request) compareAddress(q service.Comparing, symbols []string, window string) string {
	if window == service.ComparedWindows[0] {
		window = ""
	}
	return r.pageWithout("/compare", "symbols", strings.Join(symbols, ","), "window", window)
}

func (s *site) compare(r *request) error {
	q := r.comparing()
	frame := r.frame("Compare", "/watchlist")
	frame.Crumbs = []view.Link{{Label: "Watchlist", Href: r.address("/watchlist")}}
	frame.Sheets = []string{frame.Assets.Figures}
	v := view.Comparison{Page: frame}
	if err := s.findToCompare(r, q, &v); err != nil {
		return err
	}
	if len(q.Symbols) == 0 {
		v.Empty = &view.Empty{Icon: "columns-3", Title: "Nothing is chosen to compare", Text: "Find up to six instruments, by symbol, name or ISIN, and see their returns, risk and correlations side by side.", Ways: []view.Link{{Label: "Choose from the watchlist", Href: r.address("/watchlist")}}}
		return r.show(http.StatusOK, page.Comparison(v))
	}
	got, err := s.svc.Compare(r.Context(), r.caller, q)
	if err != nil {
		wrong := faultsByField(err)
		if wrong == nil {
			return err
		}
		for _, name := range sortedNames(wrong) {
			v.Errors = append(v.Errors, wrong[name])
		}
		return r.show(http.StatusUnprocessableEntity, page.Comparison(v))
	}
	for i := range q.Symbols {
		rest := slices.Delete(slices.Clone(q.Symbols), i, i+1)
		v.Chosen = append(v.Chosen, view.Filter{Label: q.Symbols[i], Active: true, Href: r.compareAddress(q, rest, q.Window)})
	}
	for _, window := range []string{"3M", "6M", "YTD", "1Y", "3Y", "5Y"} {
		v.Windows = append(v.Windows, view.Choice{Label: window, Href: r.compareAddress(q, q.Symbols, window), Current: window == q.Window})
	}
	r.compared(&v, q, got)
	return r.show(http.StatusOK, page.Comparison(v))
}

// findToCompare offers more instruments until there are six.
func (s *site) findToCompare(r *request, q service.Comparing, v *view.Comparison) error {
	if len(q.Symbols) >= service.ComparedAtMost {
		return nil
	}
	f := &view.Find{Action: r.address("/compare"), Source: r.address("/find"), Label: "Add an instrument", Submit: "Find", Query: strings.TrimSpace(r.URL.Query().Get("q")),
		Keep: []view.Hidden{{Name: "symbols", Value: strings.Join(q.Symbols, ",")}, {Name: "window", Value: q.Window}}}
	v.Find = f
	if f.Query == "" {
		return nil
	}
	f.Asked = true
	found, err := s.svc.SearchInstruments(r.Context(), r.caller, f.Query, 8, q.Simulated)
	if err != nil && oneFault(err, "q") == nil {
		return err
	}
	for _, x := range found {
		row := foundRow(x)
		row.There = slices.Contains(q.Symbols, row.Symbol)
		row.Href = r.compareAddress(q, append(slices.Clone(q.Symbols), row.Symbol), q.Window)
		f.Found = append(f.Found, row)
	}
	if len(found) == 0 {
		f.None = "Nothing that is stored is like “" + f.Query + "”."
	}
	return nil
}

// compared turns a comparison into its tables and the place of its chart.
func (r *request) compared(v *view.Comparison, q service.Comparing, got *analysis.Comparison) {
	w := r.plainWriter()
	returns, risk := view.ComparedGroup{Label: "Return"}, view.ComparedGroup{Label: "Risk, over " + got.Window.Label}
	without := []string{}
	for i := range got.Items {
		x := &got.Items[i]
		v.Head = append(v.Head, view.ComparedHead{Symbol: x.Instrument.Symbol, Name: x.Instrument.Name, Href: r.address(instrumentPath(x.Instrument.Symbol))})
		v.Legend = append(v.Legend, view.LineKey{Series: i + 1, Label: x.Instrument.Symbol})
		if !x.Dividends && len(x.Growth) > 0 {
			without = append(without, x.Instrument.Symbol)
		}
		for k, p := range x.Returns {
			if i == 0 {
				row := view.ComparedRow{Label: p.Period.Label}
				if p.Period.Start.AddYears(1) < p.Period.End {
					row.Note = "a year"
				}
				returns.Rows = append(returns.Rows, row)
			}
			f := w.change("", p.Return, percent2)
			if p.Period.Start.AddYears(1) < p.Period.End {
				f = w.change("", p.Annual, percent2)
			}
			returns.Rows[k].Figures = append(returns.Rows[k].Figures, f)
		}
	}
	measure := func(label, note string, of func(x *analysis.ComparedInstrument) view.Figure) {
		row := view.ComparedRow{Label: label, Note: note}
		for i := range got.Items {
			row.Figures = append(row.Figures, of(&got.Items[i]))
		}
		risk.Rows = append(risk.Rows, row)
	}
	measure("Volatility", "a year", func(x *analysis.ComparedInstrument) view.Figure { return w.figure("", x.Volatility, percent1) })
	measure("Deepest fall", "", func(x *analysis.ComparedInstrument) view.Figure { return w.figure("", x.Drawdown, percent1) })
	if got.Benchmark != "" {
		measure("Beta", "to "+got.Benchmark, func(x *analysis.ComparedInstrument) view.Figure { return w.figure("", x.Beta, ratio) })
	}
	if r.portfolio != nil {
		measure("Correlation", "with "+r.portfolio.Name, func(x *analysis.ComparedInstrument) view.Figure { return w.figure("", x.ToPortfolio, ratio) })
	}
	v.Groups = []view.ComparedGroup{returns, risk}
	r.pairs(w, v, got)
	v.Foot = fmt.Sprintf("In %s, from stored closes until %s; dividends reinvested where they are stored.", got.Currency, format.Date(got.Window.End))
	if len(without) > 0 {
		v.Foot += " No dividends are stored of " + strings.Join(without, ", ") + ": these are returns of the price."
	}
	if len(got.Days) > 1 {
		v.Chart = &view.Chart{ID: "growth", Title: "Growth of 100", Note: "in " + string(got.Currency) + ", over " + got.Window.Label, Source: strings.Replace(r.compareAddress(q, q.Symbols, q.Window), "/compare", "/compare/chart", 1), Height: "value",
			Summary: r.compareSpec(got).Summary}
	}
}

// pairs is the correlation of each two.
func (r *request) pairs(w *writer, v *view.Comparison, got *analysis.Comparison) {
	if len(got.Items) < 2 {
		return
	}
	t := &view.Table{Caption: "Correlation of daily returns of each two", Head: []string{""}}
	for i := range got.Items {
		symbol := got.Items[i].Instrument.Symbol
		t.Head = append(t.Head, symbol)
		row, cells := []string{symbol}, []view.Figure{}
		for j := range got.Items {
			f := view.Figure{}
			if j <= i {
				f = w.figure("", got.Correlation[i][j], ratio)
			}
			if i == j {
				f.Explain = nil
			}
			row, cells = append(row, f.Text), append(cells, f)
		}
		t.Rows, t.Figures = append(t.Rows, row), append(t.Figures, cells)
	}
	v.Pairs = t
}

// compareChart is the data of the chart.
func (s *site) compareChart(r *request) error {
	got, err := s.svc.Compare(r.Context(), r.caller, r.comparing())
	if err != nil {
		return err
	}
	return r.json(r.compareSpec(got))
}

func (r *request) compareSpec(got *analysis.Comparison) chart.Spec {
	c := chart.Compare{Days: got.Days}
	for i := range got.Items {
		x := &got.Items[i]
		values := make([]float64, len(got.Days))
		for k := range values {
			values[k] = math.NaN()
			if k < len(x.Growth) {
				values[k] = 100 * x.Growth[k]
			}
		}
		c.Lines = append(c.Lines, chart.Compared{Name: x.Instrument.Symbol, Values: values})
	}
	return c.Spec(r.locale)
}

// json answers with a value.
func (r *request) json(v any) error {
	r.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(r.w).Encode(v)
}
