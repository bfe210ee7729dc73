package web

import (
	"errors"
	"math"
	"strconv"

	"github.com/a-h/templ"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// What is simulated unless asked otherwise, and what is offered.
var (
	simulationDefaults  = analysis.SimulationAsked{Paths: 10_000, Seed: 1, Horizon: 10, Confidence: 0.99}
	offeredPaths        = []int{1_000, 10_000, 50_000, 100_000}
	offeredHorizons     = []int{1, 5, 10, 21, 63, 250}
	offeredConfidences  = []float64{0.9, 0.95, 0.975, 0.99, 0.995}
	mostSimulatedParts  = 7
	simulationIsRefused = "This simulation cannot be run"
)

// riskSimulation draws paths of the factor model and prices today's holdings on each.
func (s *site) riskSimulation(r *request) error {
	asked := simulationDefaults
	q := r.URL.Query()
	var wrong error
	number := func(name string, into *int) {
		if text := q.Get(name); text != "" && wrong == nil {
			*into, wrong = strconv.Atoi(text)
		}
	}
	number("paths", &asked.Paths)
	number("horizon", &asked.Horizon)
	if text := q.Get("confidence"); text != "" && wrong == nil {
		asked.Confidence, wrong = strconv.ParseFloat(text, 64)
	}
	return s.riskWith(r, &riskPart{
		fill: func(w *writer, v *view.Risk) error {
			v.Simulation = r.simulationForm(w, asked)
			if wrong != nil {
				v.Simulation.Error = simulationIsRefused + ": paths, horizon and confidence are numbers."
				return nil
			}
			got, err := s.svc.Simulate(r.Context(), r.caller, r.question(w.a), asked)
			var fault *ledger.Fault
			if errors.As(err, &fault) {
				v.Simulation.Error = faultText(fault)
				return nil
			}
			if err == nil {
				w.simulated(v.Simulation, got)
			}
			return err
		},
		alone: func(v *view.Risk) templ.Component { return page.Simulation(v.Simulation, "col-12") },
	})
}

// simulationForm is the card before anything is simulated.
func (r *request) simulationForm(w *writer, asked analysis.SimulationAsked) *view.Simulation {
	c := &view.Simulation{Card: view.Card{ID: "simulation", Title: "Monte Carlo", Note: "value at risk by simulation, full revaluation"}, Action: r.address("/risk/simulation")}
	c.Waiting = "Pricing today's holdings on every path"
	for _, n := range offeredPaths {
		c.Paths = append(c.Paths, view.Option{Value: strconv.Itoa(n), Label: w.Count(n) + " paths", Selected: n == asked.Paths})
	}
	for _, n := range offeredHorizons {
		c.Horizon = append(c.Horizon, view.Option{Value: strconv.Itoa(n), Label: counted(w, n, "day", "days"), Selected: n == asked.Horizon})
	}
	for _, x := range offeredConfidences {
		places := 0
		if math.Abs(math.Remainder(100*x, 1)) > 1e-9 {
			places = 1
		}
		c.Confidence = append(c.Confidence, view.Option{Value: strconv.FormatFloat(x, 'f', -1, 64), Label: w.Percent(x, places) + " confidence", Selected: math.Abs(x-asked.Confidence) < 1e-9})
	}
	return c
}

// simulated fills in what came of it.
func (w *writer) simulated(c *view.Simulation, got *analysis.Simulated) {
	base := string(w.a.Base)
	t := &view.FigureTable{Caption: "Losses of the simulation", Head: []view.Heading{{Label: "Loss in " + counted(w, got.Horizon, "day", "days")}, {Label: base}, {Label: "of value", Wide: true}, {Label: "at least", Title: "Lower end of what endless simulation gives, 95%"}, {Label: "at most", Title: "Upper end of what endless simulation gives, 95%"}}}
	share := analysis.Unknown(analysis.Fraction, w.a.AsOf, "es_simulated", "the total value is not positive")
	if got.ES.Known() && got.VaRShare.Known() && got.VaR.Float64() != 0 {
		share = w.derived(got.VaRShare.Float64()*got.ES.Float64()/got.VaR.Float64(), analysis.Fraction, "es_simulated", "Paths", w.Count(got.Paths)).With(got.ES.Status, got.ES.Reasons...)
	}
	row := func(name, title string, f, share, low, high analysis.Figure) {
		t.Rows = append(t.Rows, view.FigureRow{Name: name, Title: title, Cells: []view.Figure{w.figure(name, f, whole), quiet(w.figure(name+", of value", share, percent2)), quiet(w.figure(name+", at least", low, whole)), quiet(w.figure(name+", at most", high, whole))}})
	}
	row("Value at risk", "Exceeded on so few of the paths", got.VaR, got.VaRShare, got.Low, got.High)
	row("Expected shortfall", "Mean loss of the paths at or beyond the value at risk", got.ES, share, got.ESLow, got.ESHigh)
	moments := view.FigureRow{Name: "Deviation", Title: "Of the profits of the paths", Cells: []view.Figure{w.figure("Deviation of the paths", got.Volatility, whole), plainFigure(""), plainFigure(""), plainFigure("")}}
	mean := view.FigureRow{Name: "Mean", Title: "Of the profits of the paths; a gain is positive", Cells: []view.Figure{w.signed("Mean of the paths", got.Mean, whole), plainFigure(""), plainFigure(""), plainFigure("")}}
	t.Rows = append(t.Rows, moments, mean)
	c.Losses = t
	c.Foot = w.Count(got.Paths) + " paths of the factor model, factors jointly normal, seed " + strconv.FormatUint(got.Seed, 10) + ". "
	switch got.Repriced {
	case 0:
		c.Foot += "Nothing that is held needs to be priced anew: all of it moves in proportion."
	default:
		c.Foot += "Full revaluation: " + counted(w, got.Repriced, "option or bond is", "options and bonds are") + " priced anew on every path, at the horizon's moves and today's time to expiry."
	}
	c.Foot += " “At least” and “at most” are the noise of simulating, 95%."
	c.Parts = w.simulatedParts(got)
	gatherMarks(&c.Card, nil, []*view.FigureTable{c.Losses, c.Parts}, nil)
	if !got.VaR.Known() || !got.ES.Known() || len(got.Histogram) < 2 {
		return
	}
	h := chart.Histogram{VaR: got.VaR.Float64(), ES: got.ES.Float64(), Currency: base}
	for _, b := range got.Histogram {
		h.Bins = append(h.Bins, chart.Bin{Low: b.Low, High: b.High, Count: b.Paths})
	}
	drawn := h.Draw(w.Locale)
	c.Table = &view.Table{Caption: "How many paths ended where", Head: []string{"Gain or loss, " + base, "Paths"}}
	for i, b := range got.Histogram {
		from, to := w.SignedFloat(b.Low, 0), w.SignedFloat(b.High, 0)
		count := w.told("Paths from "+from+" up to "+to, w.Count(b.Paths), w.derived(float64(b.Paths), analysis.Count, "simulated_paths", "From", from, "Up to", to, "Of", w.Count(got.Paths)))
		if count.Explain != nil {
			drawn.Bars[i].How = count.Explain.Href
		}
		addRow(c.Table, from+" to "+to, count)
	}
	for i, f := range []analysis.Figure{got.VaR, got.ES} {
		if e := w.explain([]string{"Value at risk", "Expected shortfall"}[i], f); e != nil {
			drawn.Marks[i].How = e.Href
		}
	}
	c.Histogram = &drawn
	c.Keys = []view.Key{{Label: "paths", Kind: "fill-grey"}, {Label: "beyond the value at risk", Kind: "fill-loss"}}
}

// simulatedParts are the holdings that lose most on the paths of the tail.
func (w *writer) simulatedParts(got *analysis.Simulated) *view.FigureTable {
	t := &view.FigureTable{Caption: "What holdings add to the expected shortfall", Bars: true, Head: []view.Heading{{Label: "Part of the shortfall"}, {Label: string(w.a.Base)}}}
	shown := got.Parts[:min(mostSimulatedParts, len(got.Parts))]
	var all []float64
	rest := 0.0
	for i, p := range got.Parts {
		if i < len(shown) {
			all = append(all, p.Component.Float64())
		} else {
			rest += p.Component.Float64()
		}
	}
	span := chart.SpanOf(append(all, rest)...)
	add := func(name, title string, f analysis.Figure, fill string) {
		t.Rows = append(t.Rows, view.FigureRow{Name: name, Title: title, Drawn: &view.Drawing{Zero: span.At(0), Spans: []view.Span{span.Bar(f.Float64(), -7, 14, fill, false)}}, Cells: []view.Figure{w.figure(name+", part of the shortfall", f, whole)}})
	}
	for _, p := range shown {
		add(w.called(p.Symbol), w.fullName(p.Symbol), p.Component, "fill-1")
	}
	if n := len(got.Parts) - len(shown); n > 0 {
		add(counted(w, n, "other", "others"), "", w.derived(rest, w.base(), "simulated_rest", "Holdings", w.Count(n)).With(got.ES.Status, got.ES.Reasons...), "fill-rest")
	}
	t.Total = &view.FigureRow{Name: "Expected shortfall", Cells: []view.Figure{w.figure("Expected shortfall", got.ES, whole)}}
	return t
}
