package web

import (
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// risk is what today's holdings may lose, and where that comes from.
func (s *site) risk(r *request) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	frame := r.frame("Risk", "/risk")
	frame.Sheet = s.assets.Risk
	r.dated(&frame, a)
	v := view.Risk{Page: frame}
	if a.Bookings == 0 {
		v.Empty = &view.Empty{Icon: "shield", Title: "There is nothing at risk yet", Text: "Risk begins with the first holding and about three months of its prices.",
			Ways: []view.Link{{Label: "Import a file", Href: r.address("/import")}, {Label: "Add a transaction", Href: r.address("/transactions/new")}}}
		return r.show(http.StatusOK, page.Risk(v))
	}
	w := r.writer(a)
	v.Strip = w.riskTiles(r.limits())
	return r.show(http.StatusOK, page.Risk(v))
}

// riskTiles are the figures on top of the page.
func (w *writer) riskTiles(l limits) []view.Figure {
	a := w.a
	realised := &a.Risk.Realised
	volatility := w.figure("Volatility, "+strings.ToLower(periodName(a.Period.Label)), realised.Volatility, percent1)
	if a.ExAnte != nil && a.ExAnte.Volatility.Model.Known() {
		volatility.Note = "forecast " + w.text(a.ExAnte.Volatility.Model, percent1, false)
	} else {
		volatility.Note = counted(w, realised.Days, "daily return", "daily returns")
	}
	tiles := []view.Figure{volatility}
	if row := tailRow(a, "historical", 0.95); row != nil {
		atRisk := w.figure("VaR 95%, 1 day", row.VaR, whole)
		atRisk.Note = w.text(row.VaRShare, percent2, false) + " of value · historical"
		shortfall := w.figure("Expected shortfall 95%", row.ES, whole)
		shortfall.Note = "mean of the worst days · historical"
		tiles = append(tiles, atRisk, shortfall)
	}
	drawdown := w.figure("Drawdown now", realised.CurrentDrawdown, percent1)
	if realised.MaxDrawdown.Known() {
		drawdown.Note = "deepest " + w.text(realised.MaxDrawdown, percent1, false)
		if len(a.Drawdowns) > 0 {
			drawdown.Note += ", " + format.Date(a.Drawdowns[0].Trough)
		}
	}
	return append(tiles, drawdown)
}
