package service

import (
	"context"
	"errors"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/risk"
)

// Forecasts fits models of volatility to the history of today's holdings.
func (s *Service) Forecasts(ctx context.Context, c Caller, q Question) ([]analysis.VolatilityForecast, error) {
	if err := s.Featured(ctx, c, FeatureAdvanced); err != nil {
		return nil, err
	}
	return stressed(ctx, s, c, q, "forecasts", func(x *stress) ([]analysis.VolatilityForecast, error) {
		got, err := x.prepared.ForecastsUntil(func() bool { return ctx.Err() != nil })
		return got, givenUp(ctx, err)
	})
}

// givenUp is the error of a computation that ends because nobody waits for it any more.
func givenUp(ctx context.Context, err error) error {
	if errors.Is(err, risk.ErrStopped) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Simulate runs Monte Carlo over the factor model of today's holdings. It ends when
// nobody waits for it any more.
func (s *Service) Simulate(ctx context.Context, c Caller, q Question, asked analysis.SimulationAsked) (*analysis.Simulated, error) {
	if err := s.Featured(ctx, c, FeatureAdvanced); err != nil {
		return nil, err
	}
	return stressed(ctx, s, c, q, "simulation", func(x *stress) (*analysis.Simulated, error) {
		asked.Stop = func() bool { return ctx.Err() != nil }
		got, err := x.prepared.Simulate(asked)
		switch {
		case errors.Is(err, analysis.ErrSimulation):
			return nil, &ledger.Fault{Field: "simulation", Problem: err.Error(), Cure: "ask for one that can be run", Err: err}
		case errors.Is(err, analysis.ErrNoModel):
			return nil, &ledger.Fault{Field: "simulation", Problem: err.Error(), Cure: "it needs some months of prices of the holdings and of a market index", Err: err}
		}
		return got, givenUp(ctx, err)
	})
}
