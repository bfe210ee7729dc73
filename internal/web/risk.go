package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// risk is what today's holdings may lose, and where that comes from.
func (s *site) risk(r *request) error { return s.riskWith(r, nil) }

// riskPart is a part of the page that is asked for apart: fill puts it into the page, and
// alone writes it without the rest.
type riskPart struct {
	fill  func(*writer, *view.Risk) error
	alone func(*view.Risk) templ.Component
}

// riskWith writes the page, or of it the part that script asks for.
func (s *site) riskWith(r *request, part *riskPart) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	frame := r.frame("Risk", "/risk")
	frame.Sheets = []string{s.assets.Figures, s.assets.Risk}
	r.dated(&frame, a)
	v := view.Risk{Page: frame}
	if a.Bookings == 0 {
		v.Empty = &view.Empty{Icon: "shield", Title: "There is nothing at risk yet", Text: "Risk begins with the first holding and about three months of its prices.",
			Ways: []view.Link{{Label: "Import a file", Href: r.address("/import")}, {Label: "Add a transaction", Href: r.address("/transactions/new")}}}
		return r.show(http.StatusOK, page.Risk(v))
	}
	w := r.asked(a)
	v.Forecasts = &view.Forecasts{Action: r.pageWith(r.address("/risk/forecasts"))}
	v.Simulation = r.simulationForm(w, simulationDefaults)
	if part != nil {
		if err := part.fill(w, &v); err != nil {
			return err
		}
		if w.found != nil {
			_, err := r.answered(w, "Risk", "/risk")
			return err
		}
		if r.Header.Get("HX-Request") != "" {
			return r.show(http.StatusOK, part.alone(&v))
		}
	}
	v.Strip = w.riskTiles(r.limits())
	if r.limits() == (limits{}) && r.portfolio != nil {
		v.SetLimits = &view.Link{Label: "Set your limits", Href: r.address("/edit")}
	}
	v.Exposure = w.exposureCard(r.limits())
	v.Tail = w.tailCard()
	v.Names = w.concentrationCard()
	if a.ExAnte != nil {
		v.Sources, v.Factors, v.Backtest = w.sourcesCard(), w.factorsCard(), w.backtestCard()
		v.Correlation, v.Clusters, v.Shares = w.correlationCard(), w.clustersCard(), w.sharesCard()
		v.Outlook, v.Liquidity = w.outlookCard(), w.liquidityCard()
		v.Greeks, v.Rates, v.Model = w.greeksCard(), w.ratesCard(), w.modelCard()
	}
	advanced, err := s.svc.Feature(r.Context(), r.caller, service.FeatureAdvanced)
	if err != nil {
		return err
	}
	if a.ExAnte == nil || v.Outlook == nil || !advanced {
		v.Forecasts, v.Simulation = nil, nil
	}
	settle(&v)
	if done, err := r.answered(w, "Risk", "/risk"); done {
		return err
	}
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
		shortfall.Note = "mean of the days beyond VaR"
		tiles = append(tiles, atRisk, shortfall)
	}
	drawdown := w.figure("Drawdown now", realised.CurrentDrawdown, percent1)
	if realised.MaxDrawdown.Known() {
		drawdown.Note = "deepest " + w.text(realised.MaxDrawdown, percent1, false)
		if len(a.Drawdowns) > 0 {
			drawdown.Note += ", " + format.Date(a.Drawdowns[0].Trough)
		}
	}
	tiles = append(tiles, drawdown)
	if l != (limits{}) {
		tiles = append(tiles, w.limitsTile(l))
	}
	return tiles
}

// limitsTile says how many of the limits that are set are kept, and the first that is not.
func (w *writer) limitsTile(l limits) view.Figure {
	tile := view.Figure{Label: "Limits", Note: "nothing is over its limit"}
	checks := l.Check(w.a)
	kept, unknown, over := 0, 0, 0
	for _, c := range checks {
		if c.Met {
			kept++
		} else if !c.Value.Known() {
			unknown++
		}
	}
	for _, item := range w.riskStrip(l).Items {
		if !item.Limit.Over {
			continue
		}
		if over++; over == 1 {
			tile.Note = strings.TrimSuffix(item.Label, " exposure") + " " + item.Text + ", " + strings.Replace(item.Note, "over the limit of", "limit", 1)
			tile.NoteTone = view.Warn
		}
	}
	if over > 1 {
		tile.Note += " and " + counted(w, over-1, "more", "more")
	} else if over == 0 && unknown > 0 {
		tile.Note = counted(w, unknown, "cannot be told yet", "cannot be told yet")
	}
	tile.Explain = w.limitsExplained(checks)
	tile.Text = w.Count(kept) + " of " + w.Count(len(checks)) + " within"
	return tile
}

// called is what a holding is called in a drawing: an option by its terms, short.
func (w *writer) called(symbol string) string {
	if h := w.holding(symbol); h != nil {
		return optionShort(h.Instrument)
	}
	return symbol
}

// fullName is the name of a holding, for who points at its symbol.
func (w *writer) fullName(symbol string) string {
	if h := w.holding(symbol); h != nil {
		return h.Instrument.Name
	}
	return ""
}

// quiet is a figure in the second rank.
func quiet(f view.Figure) view.Figure {
	f.Tone = view.Quiet
	return f
}

// plainFigure is a finished text in the place of a figure.
func plainFigure(text string) view.Figure { return view.Figure{Text: text} }

// addedUp writes fractions as percentages that add up, as displayed, to their total; what
// is unknown stays so.
func (w *writer) addedUp(label string, list []analysis.Figure) []view.Figure {
	values := make([]float64, len(list))
	for i, f := range list {
		values[i] = 100 * f.Float64()
	}
	rounded := format.Parts(values, 1)
	out := make([]view.Figure, len(list))
	for i, f := range list {
		out[i] = w.figure(label, f, percent1)
		if f.Known() {
			out[i].Text = w.Float(rounded[i], 1) + w.percentSign()
		}
	}
	return out
}

// toData leads to where the data behind a figure are looked after.
func (w *writer) toData() *view.Link {
	return &view.Link{Label: "Look at the data", Href: w.home + "/data"}
}
