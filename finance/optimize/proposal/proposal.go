// Package proposal suggests trades: from what is held and an objective to target weights,
// and from these to orders and the tax lots they sell.
//
// Model: a portfolio of assets and cash in one currency. Weights are parts of its whole
// value, so that they and the cash sum to one. Cash does not move. The optimiser chooses
// the weights of what is tradable; what is Fixed keeps its value, and its risk counts. An
// asset that is outside the risk model has a covariance of zeros: it is held, and not
// known to move.
//
// Units: values, prices and costs in the base currency, floats; a short has a negative
// value. Weights, returns, covariances and volatilities as fractions of a year. Turnover
// is half of what is bought and sold, as a part of the whole; gross is Σ |weight| without
// cash.
//
// Sources: those of optimize. The least trading that brings a portfolio back inside limits
// is found by bisection of the turnover within which the least volatility satisfies them.
package proposal

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/series"
)

// Asset is a holding, or something that might be bought.
type Asset struct {
	ID        string
	Value     float64 // now
	Fixed     bool    // is not traded
	Cash      bool    // of another currency: Fixed, and not part of the gross
	Low, High float64 // of its weight in the whole, where it is not Fixed
}

// Objective says what weights are to be best for.
type Objective string

// The objectives. Those of a target take it from Request.Target; Targets takes the weights
// themselves; Limits trades as little as brings the portfolio inside the constraints.
const (
	MinVolatility      Objective = "min_volatility"
	MaxSharpe          Objective = "max_sharpe"
	EfficientReturn    Objective = "efficient_return"
	EfficientRisk      Objective = "efficient_risk"
	MaxDiversification Objective = "max_diversification"
	RiskParity         Objective = "risk_parity"
	Hierarchical       Objective = "hrp"
	Targets            Objective = "targets"
	Limits             Objective = "limits"
)

// Objectives are all of them, in the order in which they are offered.
var Objectives = []Objective{MinVolatility, MaxSharpe, EfficientReturn, EfficientRisk, RiskParity, Hierarchical, MaxDiversification, Targets, Limits}

// NeedsReturns reports whether an objective speaks of expected returns.
func (o Objective) NeedsReturns() bool {
	return o == MaxSharpe || o == EfficientReturn || o == EfficientRisk
}

// Request is the portfolio, what is known of it, and what is asked for.
type Request struct {
	Assets     []Asset
	Covariance [][]float64 // of the yearly returns of Assets, in their order
	Expected   []float64   // yearly, one an asset; nil where no objective needs them
	RiskFree   float64     // what cash returns
	Total      float64     // of assets and cash, positive

	Objective Objective
	Target    float64   // return or volatility of the whole
	Budget    []float64 // shares of risk, one an asset; nil: equal ones
	Weights   []float64 // of Targets, one an asset; NaN leaves it as it is

	Rows       []optimize.Row // on the weights of Assets
	Gross      float64        // the most; 0: no limit
	Turnover   float64        // the most; 0: no limit
	Volatility float64        // the most, for Limits; 0: no limit
	Cash       float64        // wanted, a part of the whole; NaN: as much as there is, for Limits and Targets as it comes
}

// Figures are of the whole portfolio, a year.
type Figures struct {
	Volatility float64
	Return     float64   // NaN without expected returns
	Sharpe     float64   // NaN likewise, and without volatility
	Weights    []float64 // of the assets
	Cash       float64   // the rest
	Gross      float64
}

// Proposal is the portfolio as it is and as it is wished.
type Proposal struct {
	Before, Wished Figures
	Turnover       float64 // from one to the other
	Ridge          float64 // what was added to each variance because the covariance is singular
	Cut            float64 // how far Targets goes within the turnover: 1 the whole way
}

// The faults of a request.
var (
	ErrObjective   = errors.New("there is no such objective")
	ErrTotal       = errors.New("the whole must be worth something")
	ErrShape       = errors.New("one row and column of the covariance an asset is needed")
	ErrAsset       = errors.New("an asset needs a finite value and bounds, low not above high")
	ErrNothing     = errors.New("nothing can be traded")
	ErrUnsupported = errors.New("weights by this objective follow from the risks alone and breach a constraint")
	ErrCash        = errors.New("the weights leave less cash than is to be kept")
)

// Suggest finds target weights.
func Suggest(r Request) (*Proposal, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	out := &Proposal{Cut: 1, Before: r.Figures(r.current())}
	w, ridge, err := r.solve(out)
	if err != nil {
		return nil, err
	}
	out.Ridge, out.Wished = ridge, r.Figures(w)
	for i, x := range w {
		out.Turnover += math.Abs(x-out.Before.Weights[i]) / 2
	}
	return out, nil
}

func (r *Request) check() error {
	n := len(r.Assets)
	if len(r.Covariance) != n || n == 0 || r.Expected != nil && len(r.Expected) != n || r.Budget != nil && len(r.Budget) != n || r.Weights != nil && len(r.Weights) != n {
		return fmt.Errorf("%d assets, %d rows: %w", n, len(r.Covariance), ErrShape)
	}
	if !(r.Total > 0) || math.IsInf(r.Total, 0) {
		return ErrTotal
	}
	free := false
	for i, a := range r.Assets {
		if a.Value-a.Value != 0 || !a.Fixed && !(a.Low <= a.High) || len(r.Covariance[i]) != n {
			return fmt.Errorf("%s: %w", a.ID, ErrAsset)
		}
		free = free || !a.Fixed
	}
	if !free {
		return ErrNothing
	}
	return nil
}

// current are the weights as they are.
func (r *Request) current() []float64 {
	w := make([]float64, len(r.Assets))
	for i, a := range r.Assets {
		w[i] = a.Value / r.Total
	}
	return w
}

// cash is the part of the whole that is to be cash.
func (r *Request) cash() float64 {
	if math.IsNaN(r.Cash) {
		return 1 - series.Sum(r.current())
	}
	return r.Cash
}

// solve chooses the weights of the assets.
func (r *Request) solve(p *Proposal) (w []float64, ridge float64, err error) {
	switch r.Objective {
	case MinVolatility, MaxSharpe, EfficientReturn, EfficientRisk, MaxDiversification:
		return r.optimise()
	case RiskParity, Hierarchical:
		w, err = r.sleeve()
	case Targets:
		w, p.Cut, err = r.targets()
	case Limits:
		return r.inside()
	default:
		err = fmt.Errorf("%q: %w", r.Objective, ErrObjective)
	}
	return w, 0, err
}

// Figures measures weights.
func (r *Request) Figures(w []float64) Figures {
	out := Figures{Weights: w, Return: math.NaN(), Sharpe: math.NaN(), Cash: 1 - series.Sum(w)}
	variance := 0.0
	for i, row := range r.Covariance {
		variance += float64(w[i] * series.Dot(row, w))
		if !r.Assets[i].Cash {
			out.Gross += math.Abs(w[i])
		}
	}
	out.Volatility = math.Sqrt(math.Max(variance, 0))
	if r.Expected != nil {
		out.Return = series.Dot(r.Expected, w) + float64(out.Cash*r.RiskFree)
		if out.Volatility > 0 {
			out.Sharpe = (out.Return - r.RiskFree) / out.Volatility
		}
	}
	return out
}

// targets are the weights asked for, as far as the turnover allows.
func (r *Request) targets() (w []float64, cut float64, err error) {
	w, cut = r.current(), 1
	moved := 0.0
	for i, x := range r.Weights {
		if x == x && !r.Assets[i].Fixed {
			moved += math.Abs(x-w[i]) / 2
		}
	}
	if r.Turnover > 0 && moved > r.Turnover {
		cut = r.Turnover / moved
	}
	for i, x := range r.Weights {
		if x == x && !r.Assets[i].Fixed {
			w[i] += float64(cut * (x - w[i]))
		}
	}
	kept := r.cash()
	if math.IsNaN(r.Cash) { // what targets free goes to cash, what they need comes from it
		kept = math.Min(kept, 0)
	}
	if left := 1 - series.Sum(w); left < kept-1e-9 {
		return nil, cut, fmt.Errorf("%.1f%% of the value would be cash, %.1f%% is to be kept: %w", 100*left, 100*kept, ErrCash)
	}
	return w, cut, r.holds(w)
}

// holds refuses weights that breach a constraint that was asked for.
func (r *Request) holds(w []float64) error {
	for i, a := range r.Assets {
		if !a.Fixed && (w[i] < a.Low-1e-9 || w[i] > a.High+1e-9) {
			return fmt.Errorf("%s would be %.1f%%, its bounds are %.1f%% and %.1f%%: %w", a.ID, 100*w[i], 100*a.Low, 100*a.High, ErrUnsupported)
		}
	}
	for _, row := range r.Rows {
		if at := series.Dot(row.Weights, w); at < row.Low-1e-9 || at > row.High+1e-9 {
			return fmt.Errorf("%s would be %.1f%%: %w", row.Name, 100*at, ErrUnsupported)
		}
	}
	if gross := r.Figures(w).Gross; r.Gross > 0 && gross > r.Gross+1e-9 {
		return fmt.Errorf("gross would be %.1f%%, at most %.1f%%: %w", 100*gross, 100*r.Gross, ErrUnsupported)
	}
	return nil
}
