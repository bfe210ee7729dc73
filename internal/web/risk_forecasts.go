package web

import (
	"github.com/a-h/templ"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// question is what a page asks of the services beside its analysis: the same portfolio,
// period and benchmark.
func (r *request) question(a *analysis.Analysis) service.Question {
	q := service.Question{Period: a.Period.Label, Benchmark: r.URL.Query().Get("benchmark")}
	if r.portfolio != nil {
		q.Portfolios = []string{r.portfolio.ID}
	}
	return q
}

// riskForecasts fits models of volatility to today's holdings.
func (s *site) riskForecasts(r *request) error {
	return s.riskWith(r, &riskPart{
		fill: func(w *writer, v *view.Risk) error {
			got, err := s.svc.Forecasts(r.Context(), r.caller, r.question(w.a))
			if err == nil {
				v.Forecasts.Table = w.forecastsTable(got)
				var said view.Card // the mark that all of them share
				gatherMarks(&said, nil, []*view.FigureTable{v.Forecasts.Table}, nil)
				v.Forecasts.Mark, v.Forecasts.MarkText = said.Mark, said.MarkText
				v.Forecasts.Foot = "Means of the coming days, a year; fitted to today's holdings put back onto history."
			}
			return err
		},
		alone: func(v *view.Risk) templ.Component { return page.Forecasts(*v.Forecasts) },
	})
}

// modelNames are the models as people call them.
var modelNames = map[string]string{"sample": "Mean of the window", "ewma": "EWMA", "garch": "GARCH(1,1)", "gjr": "GJR-GARCH", "har": "HAR"}

// forecastsTable is a model a row and a horizon a column.
func (w *writer) forecastsTable(list []analysis.VolatilityForecast) *view.FigureTable {
	t := &view.FigureTable{Caption: "Volatility of the coming days by several models", Head: []view.Heading{{Label: "Mean of the next"}}}
	for i := range list {
		row := &list[i]
		name := modelNames[row.Model]
		line := view.FigureRow{Name: name, Note: row.Says}
		for _, term := range row.Terms {
			if i == 0 {
				t.Head = append(t.Head, view.Heading{Label: counted(w, term.Days, "day", "days"), Wide: term.Days == 5})
			}
			f := term.Volatility.From("Model", name).From("Days ahead", w.Count(term.Days))
			line.Cells = append(line.Cells, w.figure(name+", next "+counted(w, term.Days, "day", "days"), f, percent1))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}
