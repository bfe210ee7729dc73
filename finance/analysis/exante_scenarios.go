package analysis

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/scenario"
)

// scenarios runs the library on today's holdings.
func (r *runner) scenarios(out *ExAnte) {
	if r.model.Reason != "" {
		return
	}
	e, err := r.engine()
	if err != nil { // the book is built to fit
		panic("analysis: " + err.Error())
	}
	list := r.library()
	results, err := e.RunAll(list, r.settings(scenario.Propagated))
	if err != nil { // the library is checked by its own tests
		panic("analysis: " + err.Error())
	}
	for i := range results {
		out.Scenarios = append(out.Scenarios, r.scenario(&results[i]))
	}
}

// ErrNoModel reports that there is no factor model to run scenarios on.
var ErrNoModel = errors.New("there is no factor model")

// stress is what scenarios run on: made once.
type stress struct {
	book   *scenario.Book
	engine *scenario.Engine
}

func (r *runner) engine() (*scenario.Engine, error) {
	if r.stress == nil {
		book := r.model.Scenarios()
		engine, err := scenario.New(book)
		if err != nil {
			return nil, err
		}
		r.stress = &stress{book, engine}
	}
	return r.stress.engine, nil
}

func (r *runner) settings(mode scenario.Mode) scenario.Settings {
	return scenario.Settings{Mode: mode, Window: r.model.Past(r.stress.book)}
}

// sectorFall is what each sector held loses in its scenario.
const sectorFall = -0.2

// library is the package's, a fall of each sector that is held, and the market's deepest fall in the stored prices.
func (r *runner) library() []scenario.Scenario {
	list := append(scenario.Library(), scenario.Sectors(r.stress.book, sectorFall)...)
	if replay, fall, ok := r.model.Book.Market.Deepest(); ok {
		replay.Name = "The market's deepest fall in the stored prices"
		list = append(list, scenario.Scenario{ID: "deepest_fall", Name: replay.Name, Kind: scenario.KindReplay, Severity: scenario.Severe, Replay: &replay,
			Note: fmt.Sprintf("%s fell by %.1f%%.", r.model.Factors[0].Proxy, -100*fall)})
	}
	return list
}

// Scenario asks what a scenario would do to today's holdings; direct keeps everything
// that is not shocked where it is. The error names what is wrong with the scenario.
func (p *Prepared) Scenario(s scenario.Scenario, direct bool) (Scenario, error) {
	r := p.runner
	if r.model.Reason != "" {
		return Scenario{}, fmt.Errorf("%w: %s", ErrNoModel, r.model.Reason)
	}
	e, err := r.engine()
	if err != nil {
		return Scenario{}, err
	}
	mode := scenario.Propagated
	if direct {
		mode = scenario.Direct
	}
	result, err := e.Run(s, r.settings(mode))
	if err != nil {
		return Scenario{}, err
	}
	out := r.scenario(result)
	if s.Replay == nil {
		return out, nil
	}
	path, err := e.Path(s, r.settings(mode))
	if err != nil {
		return Scenario{}, err
	}
	if value := r.totalValue(); path != nil && value > 0 {
		out.Path = &ScenarioPath{Days: path.Days, PnL: make(Numbers, len(path.PnL))}
		for i, x := range path.PnL {
			out.Path.PnL[i] = x / value
		}
	}
	return out, nil
}

// scenario makes figures of a result.
func (r *runner) scenario(x *scenario.Result) Scenario {
	s := &x.Scenario
	out := Scenario{ID: s.ID, Name: s.Name, Kind: string(s.Kind), Severity: string(s.Severity), Note: s.Note, Shocks: []ScenarioShock{}}
	if s.Replay != nil {
		out.From, out.To, out.Proxied = s.Replay.From, s.Replay.To, x.Proxies
	}
	for _, shock := range s.Shocks {
		out.Shocks = append(out.Shocks, shockOf(shock))
	}
	if x.Status == scenario.Unavailable {
		why := r.scenarioReasons(x.Reasons)
		out.PnL, out.Share = Unknown(r.unit(), r.AsOf, "scenario_pnl", why...), Unknown(Fraction, r.AsOf, "scenario_share", why...)
		out.Direct, out.Distance = Unknown(r.unit(), r.AsOf, "scenario_direct", why...), Unknown(Ratio, r.AsOf, "scenario_distance", why...)
		return out
	}
	r.implied(&out, x)
	out.PnL = r.scenarioFigure(r.measured(x.Total, "scenario_pnl"), x)
	out.Direct = r.scenarioFigure(r.measured(x.Direct, "scenario_direct"), x)
	if out.Share = Unknown(Fraction, r.AsOf, "scenario_share", "the total value is not positive"); r.totalValue() > 0 {
		out.Share = r.scenarioFigure(Measure(x.Total/r.totalValue(), Fraction, r.AsOf, "scenario_share"), x)
	}
	if out.Distance = Unknown(Ratio, r.AsOf, "scenario_distance", "the past is not measured by the model of today"); !math.IsNaN(x.Distance) {
		out.Distance = Measure(x.Distance, Ratio, r.AsOf, "scenario_distance")
	}
	r.scenarioParts(&out, x)
	return out
}

// scenarioFigure adds what a result leaves out or estimates.
func (r *runner) scenarioFigure(f Figure, x *scenario.Result) Figure {
	var names []string
	for _, l := range x.LeftOut {
		names = append(names, l.ID)
	}
	if len(names) > 0 {
		f = f.With(Partial, "without "+list(names))
	}
	if len(x.Proxies) > 0 {
		f = f.With(Estimated, fmt.Sprintf("%s did not trade then: betas times the factors stand in", list(x.Proxies)))
	}
	for _, why := range r.scenarioReasons(x.Reasons) {
		f = f.With(Partial, why)
	}
	return f
}

// scenarioReasons says reasons in words.
func (r *runner) scenarioReasons(list []scenario.Reason) (out []string) {
	for _, x := range list {
		on := FactorLabel(x.On)
		switch x.Code {
		case scenario.MissingFactor:
			if x.On == factor.Currency("*") {
				out = append(out, "no foreign currency is held")
			} else {
				out = append(out, "the model has no factor "+strings.ToLower(on))
			}
		case scenario.NothingHeld:
			out = append(out, "nothing of "+x.On+" is held")
		case scenario.NoOptions:
			out = append(out, "no option is held that the volatility moves")
		case scenario.NoWindow:
			out = append(out, "the stored prices do not reach over these days")
		case scenario.ProxiedAssets:
		case scenario.Singular:
			out = append(out, "the shocks contradict one another")
		case scenario.NotReachable:
			out = append(out, "no move of the factors loses as much")
		case scenario.NoExposure:
			out = append(out, "nothing in the portfolio depends on the factors")
		case scenario.BeyondTotal:
			out = append(out, "in proportion "+x.On+" would fall below zero: the move lies beyond the linear model, and what is left of its value shrinks instead")
		case scenario.NoPropagation:
			out = append(out, x.On+" has no betas, so that nothing moves with it")
		default:
			out = append(out, x.String())
		}
	}
	return out
}

// shockOf is a shock in a reader's words.
func shockOf(s scenario.Shock) ScenarioShock {
	out := ScenarioShock{On: s.On, Move: s.Move, Unit: "fraction"}
	switch s.Kind {
	case scenario.ShockFactor:
		out.On = FactorLabel(s.On)
		if s.On == factor.Rates {
			out.Unit = "yield"
		}
	case scenario.ShockCurve:
		out.Unit = "yield"
		if out.On = "All yields"; s.On != "" {
			out.On = s.On + "-year yield"
		}
	case scenario.ShockVolatility:
		if out.On = "Implied volatility"; s.On != "" {
			out.On = "Implied volatility of " + s.On
		}
	case scenario.ShockSide:
		out.On = "All " + s.On + " positions"
	}
	return out
}

// implied adds what the factors that are not shocked are expected to do.
func (r *runner) implied(out *Scenario, x *scenario.Result) {
	for k, move := range x.Moves {
		if x.Fixed[k] || math.IsNaN(move) || math.Abs(move) < 1e-9 {
			continue
		}
		f := r.model.Factors[k]
		shock := ScenarioShock{On: FactorLabel(f.Name), Move: move, Unit: "fraction", Implied: true}
		if f.Kind == exante.KindRates {
			shock.Unit = "yield"
		}
		out.Shocks = append(out.Shocks, shock)
	}
}

// scenarioParts splits a result by position, factor and sector.
func (r *runner) scenarioParts(out *Scenario, x *scenario.Result) {
	labels := make([]string, len(x.ByPosition))
	for i, p := range x.ByPosition {
		b, h := &r.model.Book.Holdings[i], r.holding(i)
		labels[i] = b.Sector
		if labels[i] == "" {
			labels[i] = "Sector unknown"
		}
		if p.Method == scenario.NotMeasured {
			continue
		}
		row := ScenarioPosition{Symbol: p.ID, Group: CashGroup, Value: b.Value, PnL: p.PnL, Method: string(p.Method)}
		if h != nil {
			row.Group = h.Group
		} else if p.PnL == 0 {
			continue
		}
		if b.Value != 0 {
			row.Move = p.PnL / b.Value
		}
		out.Positions = append(out.Positions, row)
	}
	for _, l := range x.LeftOut {
		out.LeftOut = append(out.LeftOut, LeftOut{l.ID, r.behind(l.Position), strings.Join(r.scenarioReasons([]scenario.Reason{l.Reason}), "; ")})
	}
	for k, pnl := range x.ByFactor {
		if pnl != 0 {
			out.Factors = append(out.Factors, ScenarioPart{FactorLabel(r.model.Factors[k].Name), pnl})
		}
	}
	for _, rest := range []ScenarioPart{{"Specific to positions", x.Rest.Specific}, {"Options beyond delta", x.Rest.Options}, {"Bonds beyond their betas", x.Rest.Bonds}, {"Beyond the factors", x.Rest.Replay}, {"Falls that end at nothing", x.Rest.Bent}} {
		if rest.PnL != 0 {
			out.Factors = append(out.Factors, rest)
		}
	}
	for _, g := range x.ByGroup(labels) {
		if g.PnL != 0 {
			out.Sectors = append(out.Sectors, ScenarioPart{g.Label, g.PnL})
		}
	}
}
