package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/store"
)

// ScenarioSet is what scenarios do to today's holdings.
type ScenarioSet struct {
	Analysis *analysis.Analysis  // its ExAnte has the library
	Own      []analysis.Scenario // those kept with the portfolio, in the order of keeping
	Kept     []OwnScenario       // what they were made of, beside Own
}

// Scenarios runs the library and the portfolio's own scenarios.
func (s *Service) Scenarios(ctx context.Context, c Caller, q Question) (*ScenarioSet, error) {
	return stressed(ctx, s, c, q, "scenarios", func(x *stress) (*ScenarioSet, error) {
		out := &ScenarioSet{Analysis: x.analysis}
		if len(x.portfolios) != 1 {
			return out, nil
		}
		out.Kept = ReadScenarios(x.portfolios[0].Settings)
		for _, own := range out.Kept {
			got, err := x.run(own.scenario(), own.Alone)
			if err != nil {
				got = x.unknown(own, err)
			}
			out.Own = append(out.Own, got)
		}
		return out, nil
	})
}

// Scenario runs one scenario of the library or of the portfolio's own by its id; a replay
// comes with its path.
func (s *Service) Scenario(ctx context.Context, c Caller, q Question, id string) (analysis.Scenario, error) {
	return stressed(ctx, s, c, q, "scenario", func(x *stress) (analysis.Scenario, error) {
		for _, asked := range x.prepared.Library() {
			if asked.ID == id {
				return x.run(asked, false)
			}
		}
		if len(x.portfolios) == 1 {
			for _, own := range ReadScenarios(x.portfolios[0].Settings) {
				if own.ID == id {
					return x.run(own.scenario(), own.Alone)
				}
			}
		}
		return analysis.Scenario{}, fmt.Errorf("scenario %q: %w", id, ErrNotFound)
	})
}

// TryScenario runs shocks that are not kept.
func (s *Service) TryScenario(ctx context.Context, c Caller, q Question, own OwnScenario) (analysis.Scenario, error) {
	if err := own.check(); err != nil {
		return analysis.Scenario{}, err
	}
	return stressed(ctx, s, c, q, "try_scenario", func(x *stress) (analysis.Scenario, error) {
		got, err := x.run(own.scenario(), own.Alone)
		return got, refusedScenario(err)
	})
}

// Loss is an amount to be lost: of money in the base currency, or a share of the value.
// Both are positive; one of them is known.
type Loss struct {
	Amount money.Optional
	Share  money.Optional
}

// ReverseScenario finds the likeliest way to lose an amount.
func (s *Service) ReverseScenario(ctx context.Context, c Caller, q Question, loss Loss) (analysis.Scenario, error) {
	for _, given := range []struct {
		name  string
		value money.Optional
	}{{"amount", loss.Amount}, {"share", loss.Share}} {
		if given.value.Known && given.value.Decimal.Sign() <= 0 {
			return analysis.Scenario{}, &ledger.Fault{Field: given.name, Value: given.value.Decimal.String(), Problem: "a loss is positive here", Cure: "leave the minus out"}
		}
	}
	if loss.Amount.Known == loss.Share.Known {
		return analysis.Scenario{}, &ledger.Fault{Field: "amount", Problem: "it is not said how much is lost", Cure: "give an amount, or a share of the value"}
	}
	return stressed(ctx, s, c, q, "reverse_scenario", func(x *stress) (analysis.Scenario, error) {
		amount := loss.Amount.Decimal
		if loss.Share.Known {
			value := x.analysis.Summary.Value
			if !value.Known() || value.Float64() <= 0 {
				return analysis.Scenario{}, &ledger.Fault{Field: "share", Value: loss.Share.Decimal.String(), Problem: "the total value is not positive", Cure: "give an amount"}
			}
			amount = value.Amount.Decimal.Mul(loss.Share.Decimal).Round(2)
		}
		got, err := x.prepared.Reverse(amount.Float64())
		return got, refusedScenario(err)
	})
}

// stress is what scenarios are run on.
type stress struct {
	prepared   *analysis.Prepared
	analysis   *analysis.Analysis
	portfolios []store.Portfolio
}

// stressed prepares the portfolio that a question is about and runs fn on it, but not
// longer than somebody waits.
func stressed[T any](ctx context.Context, s *Service, c Caller, q Question, kind string, fn func(*stress) (T, error)) (out T, err error) {
	err = s.asked(ctx, c, q, func(ctx context.Context, v store.View) error {
		x, err := s.analyses.stress(ctx, v, q, date.FromTime(s.now().UTC()))
		if err != nil {
			return err
		}
		out, err = waitFor(ctx, func() (T, error) { return fn(x) })
		s.analyses.count(kind, err)
		return err
	})
	return out, err
}

func (a *analyses) stress(ctx context.Context, v store.View, q Question, today date.Date) (*stress, error) {
	found, err := a.answer(ctx, v, q, today)
	if err != nil {
		return nil, err
	}
	set, err := gather(ctx, v, q)
	if err != nil {
		return nil, err
	}
	asOf := q.AsOf
	if unset(asOf) {
		asOf = date.None
	}
	f, err := a.fold(ctx, v, set, asOf, today)
	if err != nil {
		return nil, err
	}
	in, err := f.input(set, q)
	if err != nil {
		return nil, err
	}
	return &stress{prepared: f.prepared(in), analysis: found, portfolios: set.portfolios}, nil
}

func (x *stress) run(s scenario.Scenario, alone bool) (analysis.Scenario, error) {
	return x.prepared.Scenario(s, alone)
}

// unknown is a kept scenario that cannot be run any more, with its reason.
func (x *stress) unknown(own OwnScenario, err error) analysis.Scenario {
	why := strings.TrimSuffix(err.Error(), ": "+scenario.ErrShock.Error())
	unit, on := analysis.Unit(x.analysis.Base), x.analysis.AsOf
	return analysis.Scenario{ID: own.ID, Name: own.Name, Kind: string(scenario.KindOwn),
		PnL: analysis.Unknown(unit, on, "scenario_pnl", why), Share: analysis.Unknown(analysis.Fraction, on, "scenario_share", why),
		Direct: analysis.Unknown(unit, on, "scenario_direct", why), Distance: analysis.Unknown(analysis.Ratio, on, "scenario_distance", why)}
}

// refusedScenario makes the engine's refusal of shocks a fault of them.
func refusedScenario(err error) error {
	switch {
	case errors.Is(err, scenario.ErrShock):
		return &ledger.Fault{Field: "shocks", Problem: strings.TrimSuffix(err.Error(), ": "+scenario.ErrShock.Error()), Cure: "change or leave out that shock", Err: err}
	case errors.Is(err, analysis.ErrNoModel):
		return &ledger.Fault{Field: "shocks", Problem: err.Error(), Cure: "scenarios need some months of prices of the holdings and of a market index", Err: err}
	}
	return err
}

// ScenarioChoices are the names that shocks can be on, of today's holdings.
type ScenarioChoices struct {
	Factors    []analysis.ModelFactor
	Sectors    []string
	Symbols    []string
	Currencies []money.Currency
}

// ChoicesOf lists what the shocks of a portfolio can be on.
func ChoicesOf(a *analysis.Analysis) ScenarioChoices {
	var out ScenarioChoices
	if a.ExAnte != nil {
		out.Factors = a.ExAnte.Model.Factors
	}
	for i := range a.Holdings {
		h := &a.Holdings[i]
		symbol := h.Symbol
		if h.Instrument.IsOption() {
			symbol = h.Instrument.Underlying
		}
		if symbol != "" && !slices.Contains(out.Symbols, symbol) {
			out.Symbols = append(out.Symbols, symbol)
		}
		if s := h.Instrument.Sector; s != "" && !slices.Contains(out.Sectors, s) {
			out.Sectors = append(out.Sectors, s)
		}
		if c, _ := h.Instrument.Currency.Major(); c != "" && !slices.Contains(out.Currencies, c) {
			out.Currencies = append(out.Currencies, c)
		}
	}
	slices.Sort(out.Symbols)
	slices.Sort(out.Sectors)
	slices.Sort(out.Currencies)
	return out
}
