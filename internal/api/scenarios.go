package api

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/service"
)

// Stress runs scenarios.
type Stress interface {
	Scenarios(ctx context.Context, c service.Caller, q service.Question) (*service.ScenarioSet, error)
	Scenario(ctx context.Context, c service.Caller, q service.Question, id string) (analysis.Scenario, error)
	TryScenario(ctx context.Context, c service.Caller, q service.Question, own service.OwnScenario) (analysis.Scenario, error)
	ReverseScenario(ctx context.Context, c service.Caller, q service.Question, loss service.Loss) (analysis.Scenario, error)
	KeepScenario(ctx context.Context, c service.Caller, portfolio string, own service.OwnScenario) (service.OwnScenario, error)
	DropScenario(ctx context.Context, c service.Caller, portfolio, id string) (service.OwnScenario, error)
}

// OwnShock fixes one move.
type OwnShock struct {
	Kind string  `json:"kind" enum:"factor,sector,symbol,side,curve,currency,volatility" doc:"What it is on." example:"factor"`
	On   string  `json:"on,omitempty" maxLength:"100" doc:"Which: the key of a factor, a sector, a symbol, long or short, the years of a yield (none: all of the curve), a currency, the underlying of the options (none: all)." example:"market"`
	Move float64 `json:"move" doc:"As a fraction; of rates and curves the change of the yield, 0.01 being 100 basis points." example:"-0.2"`
}

// OwnScenario is a scenario that is kept with a portfolio.
type OwnScenario struct {
	ID     string     `json:"id" doc:"Its id." example:"own_0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name   string     `json:"name" doc:"Its name." example:"Chips −30%"`
	Alone  bool       `json:"alone" doc:"Whether what is not shocked stays where it is."`
	Shocks []OwnShock `json:"shocks" nullable:"false" doc:"What it fixes."`
}

func ownOf(o service.OwnScenario) OwnScenario {
	out := OwnScenario{ID: o.ID, Name: o.Name, Alone: o.Alone, Shocks: []OwnShock{}}
	for _, s := range o.Shocks {
		out.Shocks = append(out.Shocks, OwnShock{string(s.Kind), s.On, s.Move})
	}
	return out
}

type shocksBody struct {
	ID     string     `json:"id,omitempty" maxLength:"100" doc:"With keep: of the kept scenario that this one replaces."`
	Name   string     `json:"name,omitempty" maxLength:"200" doc:"What to call it; needed where it is kept." example:"Chips −30%"`
	Alone  bool       `json:"alone,omitempty" doc:"Keep everything that is not shocked where it is. Otherwise it moves as is usual then."`
	Shocks []OwnShock `json:"shocks" minItems:"1" maxItems:"30" nullable:"false" doc:"What is fixed."`
	Keep   bool       `json:"keep,omitempty" doc:"Keep it with the portfolio's settings."`
}

func (b *shocksBody) scenario() service.OwnScenario {
	own := service.OwnScenario{ID: b.ID, Name: b.Name, Alone: b.Alone}
	for _, s := range b.Shocks {
		own.Shocks = append(own.Shocks, service.OwnShock{Kind: scenario.ShockKind(s.Kind), On: s.On, Move: s.Move})
	}
	return own
}

// ScenariosAnswer is what scenarios do to today's holdings.
type ScenariosAnswer struct {
	Heading
	Value   analysis.Figure     `json:"value" doc:"The total value that shares are of."`
	Model   analysis.Model      `json:"model" doc:"The factor model they run on; without one there are none, and it says why."`
	Library []analysis.Scenario `json:"library" nullable:"false" doc:"Shocks and replays, in the library's order. One by its id has the path of a replay too."`
	Own     []analysis.Scenario `json:"own" nullable:"false" doc:"Those kept with the portfolio."`
	Kept    []OwnScenario       `json:"kept" nullable:"false" doc:"What those are made of."`
}

// ScenarioAnswer is what one scenario does.
type ScenarioAnswer struct {
	Scenario analysis.Scenario `json:"scenario" doc:"What it does to today's holdings."`
	Kept     *OwnScenario      `json:"kept,omitempty" doc:"What was kept, where it was."`
}

type scenarioOut struct{ Body ScenarioAnswer }

func (s *server) scenarios() {
	const path = "/portfolios/{portfolio}/scenarios"
	add(s, route{method: "GET", path: path, id: "list-scenarios", tag: tagAnalysis, errors: []int{404, 422, 503}, summary: "What scenarios would do",
		about: "The library and the portfolio's own scenarios on today's holdings, all from one factor model. Each is split by position, factor and sector; the parts add up to it."},
		func(ctx context.Context, c service.Caller, in *questionIn) (*struct{ Body ScenariosAnswer }, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			set, err := s.svc.Scenarios(ctx, c, q)
			if err != nil {
				return nil, err
			}
			out := ScenariosAnswer{Heading: headingOf(set.Analysis), Value: set.Analysis.Summary.Value, Library: []analysis.Scenario{}, Own: []analysis.Scenario{}, Kept: []OwnScenario{}}
			if x := set.Analysis.ExAnte; x != nil {
				out.Model, out.Library = x.Model, append(out.Library, x.Scenarios...)
			}
			out.Own = append(out.Own, set.Own...)
			for _, o := range set.Kept {
				out.Kept = append(out.Kept, ownOf(o))
			}
			return &struct{ Body ScenariosAnswer }{out}, nil
		})
	add(s, route{method: "GET", path: path + "/{scenario}", id: "get-scenario", tag: tagAnalysis, errors: []int{404, 422, 503}, summary: "One scenario", about: "By its id; a replay comes with its path, day by day."},
		func(ctx context.Context, c service.Caller, in *struct {
			Asked
			Scenario string `path:"scenario" doc:"Id of the scenario." example:"market_down_10"`
		}) (*scenarioOut, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			got, err := s.svc.Scenario(ctx, c, q, in.Scenario)
			return &scenarioOut{ScenarioAnswer{Scenario: got}}, err
		})
	add(s, route{method: "POST", path: path, id: "try-scenario", tag: tagAnalysis, errors: []int{403, 404, 422, 503}, summary: "Try your own shocks",
		about: "What the shocks would do to today's holdings. With `keep` they are kept with the portfolio's settings as well."},
		func(ctx context.Context, c service.Caller, in *struct {
			Asked
			Body shocksBody
		}) (*scenarioOut, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			got, err := s.svc.TryScenario(ctx, c, q, in.Body.scenario())
			if err != nil || !in.Body.Keep {
				return &scenarioOut{ScenarioAnswer{Scenario: got}}, err
			}
			kept, err := s.svc.KeepScenario(ctx, c, in.Portfolio, in.Body.scenario())
			if err != nil {
				return nil, err
			}
			out := ownOf(kept)
			got.ID, got.Name = out.ID, out.Name
			return &scenarioOut{ScenarioAnswer{Scenario: got, Kept: &out}}, nil
		})
	add(s, route{method: "DELETE", path: path + "/{scenario}", id: "delete-scenario", tag: tagAnalysis, status: 204, errors: []int{403, 404}, summary: "Delete a kept scenario", about: "It leaves the portfolio's settings."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Scenario string `path:"scenario" doc:"Id of the scenario." example:"own_0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
		}) (*none, error) {
			_, err := s.svc.DropScenario(ctx, c, in.Portfolio, in.Scenario)
			return &none{}, err
		})
	add(s, route{method: "POST", path: path + "/reverse", id: "reverse-scenario", tag: tagAnalysis, errors: []int{404, 422, 503}, summary: "The likeliest way to lose an amount",
		about: "Of all moves of the factors in which today's holdings lose as much, the one nearest to nothing. Give `amount` or `share`."},
		func(ctx context.Context, c service.Caller, in *struct {
			Asked
			Body struct {
				Amount money.Optional `json:"amount,omitzero" doc:"The loss in the base currency, positive."`
				Share  money.Optional `json:"share,omitzero" doc:"The loss as a fraction of the total value, positive: 0.1 is a tenth."`
			}
		}) (*scenarioOut, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			got, err := s.svc.ReverseScenario(ctx, c, q, service.Loss{Amount: in.Body.Amount, Share: in.Body.Share})
			return &scenarioOut{ScenarioAnswer{Scenario: got}}, err
		})
}
