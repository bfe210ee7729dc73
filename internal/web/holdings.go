package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

func (s *site) holdings(r *request) error {
	a, err := r.analyseAccount(r.URL.Query().Get("account"))
	if err != nil {
		return err
	}
	w := r.writer(a)
	lines := w.lines()
	if r.Header.Get("X-Fragment") == "row" {
		if h := w.holding(r.URL.Query().Get("open")); h != nil {
			return r.show(http.StatusOK, page.LotsRow(*w.lots(h)))
		}
		r.w.WriteHeader(http.StatusNotFound)
		return nil
	}
	frame := r.frame("Holdings", "/holdings")
	frame.Wide = true
	r.dated(&frame, a)
	v := view.Holdings{Page: frame, Base: string(a.Base), Add: r.address("/transactions/new"), Export: r.pageWith(r.address("/holdings.csv")), Query: r.URL.Query().Get("q")}
	if a.Bookings == 0 || len(lines) == 0 {
		v.Empty = &view.Empty{Icon: "layers", Title: "Nothing is held", Text: "Import a broker's file or enter a transaction, and what you hold appears here.",
			Ways: []view.Link{{Label: "Import a file", Href: r.address("/import")}, {Label: "Add a transaction", Href: v.Add}}}
		return r.show(http.StatusOK, page.Holdings(v))
	}
	v.Strip = w.holdingsStrip()
	v.Kinds = r.kinds(lines)
	if v.Filters, err = r.holdingFilters(); err != nil {
		return err
	}
	v.Hidden = r.hidden("q")
	v.Columns = r.columns()
	shown := r.filtered(lines)
	v.Sections = r.sections(w, shown)
	v.Total = w.sum("Total", shown)
	if len(shown) < len(lines) {
		v.Total.Symbol = "Total shown"
	}
	v.Note = w.holdingsNote()
	if len(shown) == len(lines) {
		v.Note = strings.TrimSpace(w.wholeDay(&v.Total) + " " + v.Note)
	}
	return r.show(http.StatusOK, page.Holdings(v))
}

func (w *writer) holdingsStrip() []view.Figure {
	a := w.a
	value := w.figure("Net value", a.Summary.Value, whole)
	value.Note = string(a.Base) + ", cash included"
	long := w.figure("Long", a.Risk.Exposure.Long, whole)
	if a.Risk.Exposure.LongShare.Known() {
		long.Note = w.text(a.Risk.Exposure.LongShare, percent1, false) + " of value"
	}
	list := []view.Figure{value, long}
	if f := a.Risk.Exposure.Short; f.Known() && f.Float64() != 0 {
		short := w.figure("Short", f, whole)
		short.Note = w.text(a.Risk.Exposure.ShortShare, percent1, false) + " of value"
		list = append(list, short)
	} else {
		cash := w.figure("Cash", a.Summary.Cash, whole)
		if a.Summary.Value.Float64() > 0 {
			cash.Note = w.Percent(a.Summary.Cash.Float64()/a.Summary.Value.Float64(), 1) + " of value"
		}
		list = append(list, cash)
	}
	gain := w.change("Unrealised gain", a.Summary.Unrealised, whole)
	gain.Note = "realised " + w.text(a.Summary.Realised, whole, true)
	day := w.change("On "+format.DayMonth(a.ValuedOn), a.Summary.DayChange, whole)
	day.Note = fmt.Sprintf("%s · %s of %s prices", w.text(a.Summary.DayReturn, percent2, true), w.Count(a.Data.Priced), w.Count(a.Data.Holdings))
	return append(list, gain, day)
}

// groupWords are the sides in the order of the table.
var groupWords = []struct {
	group analysis.Group
	word  string
}{{analysis.Long, "Long"}, {analysis.Short, "Short"}, {analysis.Options, "Options"}, {analysis.Private, "Private"}, {analysis.CashGroup, "Cash"}}
