// Package proposal suggests trades: from what is held and an objective to target weights,
// and from these to orders with their tax.
//
// Model: a portfolio of holdings and cash in one currency. The optimiser chooses the
// weights of the holdings within the invested part, which is the whole less the cash
// wanted; then optimize.Rebalance plans the orders that lead there. What may not be
// traded (a short, an option, a private asset) is Fixed: it keeps its value, and its
// risk counts. Tradable holdings are long and stay so.
//
// Units: values, prices and costs in the base currency, floats; weights, returns,
// covariances and volatilities as fractions of a year. Before and after are of the whole
// portfolio, cash included, on the same covariance.
//
// Sources: those of optimize; the covariance of a factor model is B F B′ + D.
package proposal

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/series"
)

// Holding is a position, or a candidate with no lots. Value is the market value of what is
// Fixed; of other holdings it is the price times the quantity of the lots.
type Holding struct {
	ID    string
	Price float64
	Lots  []optimize.TaxLot
	Fixed bool
	Value float64
}

// Objective says what weights are to be best for.
type Objective string

// The objectives; those of a target take it from Request.Target.
const (
	MinVolatility      Objective = "min_volatility"
	MaxSharpe          Objective = "max_sharpe"
	EfficientReturn    Objective = "efficient_return"
	EfficientRisk      Objective = "efficient_risk"
	MaxDiversification Objective = "max_diversification"
	RiskParity         Objective = "risk_parity"
	Hierarchical       Objective = "hrp"
)

// Request is the portfolio, what is known of it, and what is asked for.
type Request struct {
	Holdings   []Holding
	Covariance [][]float64 // of the yearly returns of Holdings, in their order
	Expected   []float64   // yearly; nil where no objective needs them
	RiskFree   float64

	Objective Objective
	Target    float64 // return or volatility of the invested part
	// Highest is the most a tradable holding may weigh in the invested part; 0: no limit.
	Highest float64
	// Rows are further constraints on the weights in the invested part.
	Rows []optimize.Row
	// Turnover is the most that may be traded, half of purchases and sales over the
	// whole; 0: no limit. The best weights within it are looked for.
	Turnover float64
	// CashWanted is the part of the whole that is to be cash; NaN: as much as there is.
	CashWanted float64
	// Rules of the orders; their MaxTurnover is not looked at.
	Rules optimize.Rules
}

// Figures are of the whole portfolio, a year.
type Figures struct {
	Volatility float64
	Return     float64   // NaN without expected returns
	Weights    []float64 // of the holdings in the whole
	Cash       float64   // the rest
}

// Proposal is the orders, and the portfolio before them, as wished, and after them: whole
// units, bands, smallest trades and the money there is keep After from being Wished.
type Proposal struct {
	Solution              *optimize.Solution // weights in the invested part
	Plan                  *optimize.Plan
	Before, Wished, After Figures
}

// The faults of a request.
var (
	ErrObjective   = errors.New("the objective must be min_volatility, max_sharpe, efficient_return, efficient_risk, max_diversification, risk_parity or hrp")
	ErrNothing     = errors.New("nothing is left to invest: holdings and cash must be worth more than the cash wanted and what is fixed")
	ErrShape       = errors.New("one row and column of the covariance a holding is needed")
	ErrHolding     = errors.New("a holding needs a positive price, or a finite value where it is fixed")
	ErrUnsupported = errors.New("weights by this objective follow from the risks alone and breach a constraint")
)

// Suggest finds target weights and the orders that lead to them.
func Suggest(r Request) (*Proposal, error) {
	b, err := r.measure()
	if err != nil {
		return nil, err
	}
	s, err := r.solve(b.problem(&r))
	if err != nil {
		return nil, err
	}
	wanted := make([]optimize.Wanted, 0, len(r.Holdings))
	movable := b.total - b.fixed // what Rebalance sees: tradable holdings and cash
	wished := make([]float64, len(r.Holdings))
	for i, h := range r.Holdings {
		wished[i] = s.Weights[i] * b.invested
		if !h.Fixed {
			wanted = append(wanted, optimize.Wanted{ID: h.ID, Price: h.Price, Weight: math.Max(wished[i]/movable, 0), Lots: h.Lots})
		}
	}
	rules := r.Rules
	rules.MaxTurnover = math.Inf(1)
	plan, err := optimize.Rebalance(wanted, rules)
	if err != nil {
		return nil, err
	}
	after, k := make([]float64, len(r.Holdings)), 0
	for i, h := range r.Holdings {
		if after[i] = b.values[i]; !h.Fixed {
			after[i] = plan.Weights[k] * movable
			k++
		}
	}
	return &Proposal{Solution: s, Plan: plan,
		Before: r.figures(b.values, b.total), Wished: r.figures(wished, b.total), After: r.figures(after, b.total)}, nil
}

// book is the portfolio in money.
type book struct {
	values          []float64
	total           float64 // holdings and cash
	fixed, invested float64 // invested: what the holdings are to be worth
}

func (r *Request) measure() (*book, error) {
	n := len(r.Holdings)
	if len(r.Covariance) != n || n == 0 {
		return nil, fmt.Errorf("%d holdings, %d rows: %w", n, len(r.Covariance), ErrShape)
	}
	b := &book{values: make([]float64, n), total: r.Rules.Cash}
	for i, h := range r.Holdings {
		if h.Fixed {
			b.values[i] = h.Value
			b.fixed += h.Value
		} else {
			for _, l := range h.Lots {
				b.values[i] += float64(l.Quantity * h.Price)
			}
		}
		if v := b.values[i]; v-v != 0 || !h.Fixed && !(h.Price > 0) {
			return nil, fmt.Errorf("%s: %w", h.ID, ErrHolding)
		}
		b.total += b.values[i]
	}
	b.invested = b.total - r.Rules.Cash
	if !math.IsNaN(r.CashWanted) {
		b.invested = b.total * (1 - r.CashWanted)
	}
	if !(b.invested > 0) || !(b.invested > b.fixed) || !(b.total > b.fixed) {
		return nil, fmt.Errorf("%v of %v, fixed %v: %w", b.invested, b.total, b.fixed, ErrNothing)
	}
	return b, nil
}

// problem writes the request for the optimiser: what is fixed has bounds that leave it no
// choice.
func (b *book) problem(r *Request) optimize.Problem {
	n := len(b.values)
	p := optimize.Problem{Covariance: r.Covariance, Expected: r.Expected, RiskFree: r.RiskFree, Rows: r.Rows,
		Lows: make([]float64, n), Highs: make([]float64, n), Turnover: r.Turnover * b.total / b.invested, Current: make([]float64, n)}
	for i, v := range b.values {
		p.Current[i] = v / b.invested
		switch {
		case r.Holdings[i].Fixed:
			p.Lows[i], p.Highs[i] = p.Current[i], p.Current[i]
		case r.Highest > 0:
			p.Highs[i] = r.Highest
		default:
			p.Highs[i] = math.Max(1-b.fixed/b.invested, 1) // shorts make room for more than one
		}
	}
	return p
}

func (r *Request) solve(p optimize.Problem) (*optimize.Solution, error) {
	var s *optimize.Solution
	var err error
	switch r.Objective {
	case MinVolatility:
		return optimize.MinVolatility(p)
	case MaxSharpe:
		return optimize.MaxSharpe(p)
	case EfficientReturn:
		return optimize.EfficientReturn(p, r.Target)
	case EfficientRisk:
		return optimize.EfficientRisk(p, r.Target)
	case MaxDiversification:
		return optimize.MaxDiversification(p)
	case RiskParity:
		s, err = optimize.RiskParity(p, nil)
	case Hierarchical:
		s, err = optimize.HierarchicalRiskParity(p, "single")
	default:
		return nil, fmt.Errorf("%q: %w", r.Objective, ErrObjective)
	}
	if err != nil {
		return nil, err
	}
	if name, by := p.Breach(s.Weights); by > 1e-9 {
		return nil, fmt.Errorf("%s by %.4g: %w", name, by, ErrUnsupported)
	}
	return s, nil
}

// figures measures values in a whole.
func (r *Request) figures(values []float64, total float64) Figures {
	out := Figures{Weights: make([]float64, len(values)), Return: math.NaN(), Cash: 1}
	for i, v := range values {
		out.Weights[i] = v / total
		out.Cash -= out.Weights[i]
	}
	variance := 0.0
	for i, row := range r.Covariance {
		variance += float64(out.Weights[i] * series.Dot(row, out.Weights))
	}
	out.Volatility = math.Sqrt(math.Max(variance, 0))
	if r.Expected != nil {
		out.Return = series.Dot(r.Expected, out.Weights) + float64(out.Cash*r.RiskFree)
	}
	return out
}
