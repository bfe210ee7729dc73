package factor

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// The faults of a risk model.
var (
	ErrModel      = errors.New("the covariance must be square and symmetric, with finite numbers and variances that are not negative")
	ErrIndefinite = errors.New("the covariance gives a negative variance")
	ErrHolding    = errors.New("a holding needs a finite value, one beta a factor and a specific deviation that is not negative")
)

// Model is the covariance of factor returns, one row a factor, per period.
// Specific, when it is not nil, is the covariance of the holdings' specific
// returns, one row a holding; otherwise these are unrelated between issuers.
type Model struct {
	Factors    []string
	Covariance [][]float64
	Specific   [][]float64
}

// Holding is a position as the model sees it. Value is the money at risk, a
// short negative; Specific the standard deviation of what its factors leave over
// a period. Holdings of one Issuer (a share and its options) have the same
// specific return, so that they add up or cancel before they are squared; an
// empty Issuer is one of its own.
type Holding struct {
	ID       string
	Value    float64
	Betas    []float64
	Specific float64
	Issuer   string
}

// Part is a contribution to variance: what it adds through the factors, and
// through specific returns.
type Part struct{ Factor, Specific float64 }

// Total is both parts together.
func (p Part) Total() float64 { return p.Factor + p.Specific }

// Decomposition is the variance of a portfolio's value over a period, in money
// squared, split without rest:
//
//	σ² = x′Fx + s′Ds,  x = Σ Vᵢ βᵢ
//
// A factor contributes xₖ (Fx)ₖ, a holding Vᵢ βᵢ′(Fx) and its share of the
// specific term. Contributions may be negative: what hedges lowers risk.
type Decomposition struct {
	Exposure  []float64 // x, money in each factor
	Whole     Part      // σ² and its two parts
	ByFactor  []float64 // sums to Whole.Factor
	ByHolding []Part    // sums to Whole
}

// Variance is σ², never below zero.
func (d *Decomposition) Variance() float64 { return math.Max(d.Whole.Total(), 0) }

// Volatility is σ, in money a period.
func (d *Decomposition) Volatility() float64 { return math.Sqrt(d.Variance()) }

// Check reports a covariance that is not one, or not one of these factors.
func (m *Model) Check() error {
	if err := checkCovariance(m.Covariance, len(m.Factors)); err != nil {
		return fmt.Errorf("factors: %w", err)
	}
	return nil
}

// Decompose splits the variance of holdings.
func (m *Model) Decompose(holdings []Holding) (*Decomposition, error) {
	if err := m.check(holdings); err != nil {
		return nil, err
	}
	k := len(m.Factors)
	out := &Decomposition{Exposure: make([]float64, k), ByFactor: make([]float64, k), ByHolding: make([]Part, len(holdings))}
	for _, h := range holdings {
		for j, b := range h.Betas {
			out.Exposure[j] += float64(h.Value * b)
		}
	}
	slope, size := make([]float64, k), 0.0 // Fx, and what x′Fx could be without hedging
	for j, row := range m.Covariance {
		slope[j] = series.Dot(row, out.Exposure)
		out.ByFactor[j] = out.Exposure[j] * slope[j]
		out.Whole.Factor += out.ByFactor[j]
		size += float64(math.Abs(out.Exposure[j]) * math.Sqrt(row[j]))
	}
	if out.Whole.Factor < -1e-9*size*size {
		return nil, fmt.Errorf("of the factors: %w", ErrIndefinite)
	}
	for i, h := range holdings {
		out.ByHolding[i].Factor = h.Value * series.Dot(h.Betas, slope)
	}
	return out, m.specific(holdings, out)
}

// specific fills the specific parts.
func (m *Model) specific(holdings []Holding, out *Decomposition) error {
	if m.Specific != nil {
		values, size := make([]float64, len(holdings)), 0.0
		for i, h := range holdings {
			values[i] = h.Value
			size += float64(math.Abs(h.Value) * math.Sqrt(m.Specific[i][i]))
		}
		for i, row := range m.Specific {
			out.ByHolding[i].Specific = values[i] * series.Dot(row, values)
			out.Whole.Specific += out.ByHolding[i].Specific
		}
		if out.Whole.Specific < -1e-9*size*size {
			return fmt.Errorf("of specific returns: %w", ErrIndefinite)
		}
		return nil
	}
	issuers := map[string]float64{}
	for _, h := range holdings {
		if h.Issuer != "" {
			issuers[h.Issuer] += float64(h.Value * h.Specific)
		}
	}
	for i, h := range holdings {
		own := h.Value * h.Specific
		together := own
		if h.Issuer != "" {
			together = issuers[h.Issuer]
		}
		out.ByHolding[i].Specific = own * together
		out.Whole.Specific += out.ByHolding[i].Specific
	}
	return nil
}

func (m *Model) check(holdings []Holding) error {
	if err := m.Check(); err != nil {
		return err
	}
	if m.Specific != nil {
		if err := checkCovariance(m.Specific, len(holdings)); err != nil {
			return fmt.Errorf("specific returns: %w", err)
		}
	}
	for _, h := range holdings {
		if len(h.Betas) != len(m.Factors) || series.FirstBad(h.Betas) >= 0 || h.Value-h.Value != 0 ||
			!(h.Specific >= 0) || math.IsInf(h.Specific, 0) {
			return fmt.Errorf("%s: %w", h.ID, ErrHolding)
		}
	}
	return nil
}

func checkCovariance(c [][]float64, n int) error {
	if len(c) != n {
		return fmt.Errorf("%d rows for %d: %w", len(c), n, ErrModel)
	}
	for i, row := range c {
		if len(row) != n || series.FirstBad(row) >= 0 || row[i] < 0 {
			return fmt.Errorf("row %d: %w", i, ErrModel)
		}
		for j := range i {
			if math.Abs(row[j]-c[j][i]) > 1e-9*(math.Abs(row[j])+math.Abs(c[j][i])) {
				return fmt.Errorf("rows %d and %d: %w", j, i, ErrModel)
			}
		}
	}
	return nil
}
