package api

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
)

// Forecasting is what takes longer than an analysis may, and is asked for apart.
type Forecasting interface {
	Forecasts(ctx context.Context, c service.Caller, q service.Question) ([]analysis.VolatilityForecast, error)
	Simulate(ctx context.Context, c service.Caller, q service.Question, asked analysis.SimulationAsked) (*analysis.Simulated, error)
	Rolling(ctx context.Context, c service.Caller, q service.Question, window int) (*analysis.Rolling, error)
}

// ForecastsAnswer is what models say of volatility.
type ForecastsAnswer struct {
	Forecasts []analysis.VolatilityForecast `json:"forecasts" nullable:"false" doc:"A model each."`
}

type simulationIn struct {
	Asked
	Paths      int     `query:"paths" default:"10000" minimum:"1000" maximum:"100000" doc:"How many paths are drawn." example:"10000"`
	Seed       uint64  `query:"seed" default:"1" doc:"The same seed gives the same paths." example:"1"`
	Horizon    int     `query:"horizon" default:"1" minimum:"1" maximum:"250" doc:"Trading days." example:"10"`
	Confidence float64 `query:"confidence" default:"0.95" minimum:"0.5" exclusiveMaximum:"1" doc:"Confidence." example:"0.99"`
}

type rollingIn struct {
	Asked
	Window int `query:"window" default:"63" minimum:"20" maximum:"1260" doc:"Sessions of a window: 63 a quarter, 126 half a year, 252 a year." example:"126"`
}

func (s *server) forecasts() {
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/rolling", id: "rolling", tag: tagAnalysis, errors: []int{404, 422, 503}, summary: "Measures over a moving window",
		about: "Return, volatility, Sharpe ratio, and beta and correlation to the benchmark, of the window of sessions that ends with each day of the period; windows may begin before it."},
		func(ctx context.Context, c service.Caller, in *rollingIn) (*struct{ Body *analysis.Rolling }, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			got, err := s.svc.Rolling(ctx, c, q, in.Window)
			if err != nil {
				return nil, err
			}
			return &struct{ Body *analysis.Rolling }{got}, nil
		})
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/risk/forecasts", id: "forecasts", tag: tagAnalysis, class: classHeavy, errors: []int{404, 422, 503}, summary: "Volatility forecasts",
		about: "What five models say of the volatility of today's holdings over the coming days: the sample's, exponentially weighted, GARCH, GJR and HAR."},
		func(ctx context.Context, c service.Caller, in *questionIn) (*struct{ Body ForecastsAnswer }, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			got, err := s.svc.Forecasts(ctx, c, q)
			if err != nil {
				return nil, err
			}
			return &struct{ Body ForecastsAnswer }{ForecastsAnswer{got}}, nil
		})
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/risk/simulation", id: "simulation", tag: tagAnalysis, class: classHeavy, errors: []int{404, 422, 503}, summary: "Monte Carlo",
		about: "Value at risk and expected shortfall by simulation over the factor model, options and bonds priced anew on every path, with each holding's part."},
		func(ctx context.Context, c service.Caller, in *simulationIn) (*struct{ Body *analysis.Simulated }, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			got, err := s.svc.Simulate(ctx, c, q, analysis.SimulationAsked{Paths: in.Paths, Seed: in.Seed, Horizon: in.Horizon, Confidence: in.Confidence})
			if err != nil {
				return nil, err
			}
			return &struct{ Body *analysis.Simulated }{got}, nil
		})
}
