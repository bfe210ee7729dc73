// Package attribution says where a portfolio's return over its benchmark came from.
//
// Model: portfolio and benchmark are split into the same groups (sectors), with
// weights at the start of each period and returns over it. The difference of their
// returns is split by group into allocation (holding more or less of the group),
// selection (other returns within it) and interaction of the two.
//
// Units: weights and returns are fractions; effects are fractions of the portfolio, so
// that they add up to the active return.
//
// Where holdings are in several currencies, returns are split into what was earned in the
// currency of the holding, what the currency did, and both together.
//
// Sources: Brinson, Hood and Beebower 1986; Brinson and Fachler 1985; linking after
// Carino 1999 and Menchero 2000; currencies after Karnosky and Singer 1994.
package attribution

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Model says what allocation is measured against.
type Model string

// The models. Brinson–Fachler credits a group against the benchmark as a whole, Brinson,
// Hood and Beebower against nothing.
const (
	BrinsonFachler      Model = "brinson_fachler"
	BrinsonHoodBeebower Model = "brinson_hood_beebower"
)

// Link is how the effects of several periods are joined so that they add up to the
// compounded active return.
type Link string

// The ways of linking.
const (
	Carino   Link = "carino"
	Menchero Link = "menchero"
)

const (
	weightTolerance = 1e-6 // by how much weights may miss their sum of one
	// negligibleDifference is the difference of two returns below which their quotient
	// of logarithms is taken at its limit.
	negligibleDifference = 1e-12
)

// The errors of this package.
var (
	ErrModel   = errors.New("no such model (use brinson_fachler or brinson_hood_beebower)")
	ErrLink    = errors.New("no such linking (use carino or menchero)")
	ErrPeriods = errors.New("no periods")
	ErrWeights = errors.New("weights do not sum to one")
	ErrReturn  = errors.New("a group with a weight has no return")
	ErrLost    = errors.New("a return of −100 % or less cannot be linked")
	ErrRange   = errors.New("weights and returns lead beyond the range of float64")
)

// Period is one period's weights at its start and returns over it, by group.
type Period struct {
	PortfolioWeights, BenchmarkWeights map[string]float64
	PortfolioReturns, BenchmarkReturns map[string]float64
}

// Effects are the three effects by group.
type Effects struct {
	Allocation, Selection, Interaction map[string]float64
}

// WithSelection is the effects with interaction told as part of selection, for a manager
// who chooses securities within given weights: selection = wp (rp_group − rb_group).
func (e Effects) WithSelection() Effects {
	selection := maps.Clone(e.Selection)
	for group, x := range e.Interaction {
		selection[group] += x
	}
	return Effects{Allocation: e.Allocation, Selection: selection}
}

// Result is the attribution of each period and of all of them linked.
type Result struct {
	Periods                     []Effects
	Linked                      Effects
	Portfolio, Benchmark        []float64 // returns of each period
	PortfolioTotal, ActiveTotal float64   // compounded; active is portfolio less benchmark
}

// Brinson attributes the active return of the periods and links it:
//
//	allocation  (wp − wb) (rb_group − rb)    Brinson–Fachler; without − rb in the other model
//	selection   wb (rp_group − rb_group)
//	interaction (wp − wb) (rp_group − rb_group)
//
// A group for which one side gives no return takes the other side's, so that it has an
// allocation effect only. Linked effects sum to the compounded active return.
func Brinson(periods []Period, model Model, link Link) (*Result, error) {
	if err := asked(len(periods), model, link); err != nil {
		return nil, err
	}
	out := &Result{}
	for i := range periods {
		e, rp, rb, err := single(&periods[i], model)
		if err != nil {
			return nil, fmt.Errorf("period %d: %w", i+1, err)
		}
		out.Periods = append(out.Periods, e)
		out.Portfolio, out.Benchmark = append(out.Portfolio, rp), append(out.Benchmark, rb)
	}
	factors, err := linking(out.Portfolio, out.Benchmark, link)
	if err != nil {
		return nil, err
	}
	out.Linked = Effects{map[string]float64{}, map[string]float64{}, map[string]float64{}}
	for i, e := range out.Periods {
		scaled(out.Linked.Allocation, e.Allocation, factors[i])
		scaled(out.Linked.Selection, e.Selection, factors[i])
		scaled(out.Linked.Interaction, e.Interaction, factors[i])
	}
	out.PortfolioTotal = compound(out.Portfolio)
	out.ActiveTotal = out.PortfolioTotal - compound(out.Benchmark)
	return out, inRange(out.ActiveTotal, append(out.Periods, out.Linked), func(e Effects) []map[string]float64 {
		return []map[string]float64{e.Allocation, e.Selection, e.Interaction}
	})
}

// inRange refuses figures that float64 cannot hold.
func inRange[E any](total float64, effects []E, of func(E) []map[string]float64) error {
	if math.IsNaN(total) || math.IsInf(total, 0) {
		return ErrRange
	}
	for _, e := range effects {
		for _, m := range of(e) {
			for _, x := range m {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					return ErrRange
				}
			}
		}
	}
	return nil
}

// asked refuses what cannot be computed whatever the figures.
func asked(periods int, model Model, link Link) error {
	switch {
	case periods == 0:
		return ErrPeriods
	case model != BrinsonFachler && model != BrinsonHoodBeebower:
		return fmt.Errorf("%q: %w", model, ErrModel)
	case link != Carino && link != Menchero:
		return fmt.Errorf("%q: %w", link, ErrLink)
	}
	return nil
}

func scaled(into, from map[string]float64, by float64) {
	for group, x := range from {
		into[group] += float64(x * by)
	}
}

func compound(returns []float64) float64 {
	growth := 1.0
	for _, r := range returns {
		growth *= 1 + r
	}
	return growth - 1
}

// groups lists the groups of a period in order of name, so that sums come out the same.
func groups(p *Period) []string {
	all := map[string]bool{}
	for _, m := range []map[string]float64{p.PortfolioWeights, p.BenchmarkWeights} {
		for g := range m {
			all[g] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func single(p *Period, model Model) (e Effects, rp, rb float64, err error) {
	names := groups(p)
	if err := check(p, names); err != nil {
		return e, 0, 0, err
	}
	type side struct{ wp, wb, rp, rb float64 }
	sides := make([]side, len(names))
	for i, g := range names {
		s := side{wp: p.PortfolioWeights[g], wb: p.BenchmarkWeights[g]}
		var heldP, heldB bool
		s.rp, heldP = p.PortfolioReturns[g]
		s.rb, heldB = p.BenchmarkReturns[g]
		if !heldP {
			s.rp = s.rb
		}
		if !heldB {
			s.rb = s.rp
		}
		sides[i] = s
		rp += float64(s.wp * s.rp)
		rb += float64(s.wb * s.rb)
	}
	e = Effects{map[string]float64{}, map[string]float64{}, map[string]float64{}}
	for i, g := range names {
		s := sides[i]
		over := s.rb
		if model == BrinsonFachler {
			over -= rb
		}
		e.Allocation[g] = (s.wp - s.wb) * over
		e.Selection[g] = s.wb * (s.rp - s.rb)
		e.Interaction[g] = (s.wp - s.wb) * (s.rp - s.rb)
	}
	return e, rp, rb, nil
}

// check refuses weights that do not sum to one and weights without a return.
func check(p *Period, names []string) error {
	for _, s := range []struct {
		who              string
		weights, returns map[string]float64
	}{{"portfolio", p.PortfolioWeights, p.PortfolioReturns}, {"benchmark", p.BenchmarkWeights, p.BenchmarkReturns}} {
		sum := 0.0
		for _, g := range names {
			w := s.weights[g]
			sum += w
			r, ok := s.returns[g]
			if w != 0 && !ok {
				return fmt.Errorf("%s, %s: %w", s.who, g, ErrReturn)
			}
			if math.IsNaN(w) || math.IsInf(w, 0) || math.IsNaN(r) || math.IsInf(r, 0) {
				return fmt.Errorf("%s, %s: not a finite number", s.who, g)
			}
		}
		if math.Abs(sum-1) > weightTolerance {
			return fmt.Errorf("%s: %v: %w", s.who, sum, ErrWeights)
		}
	}
	return nil
}

// linking returns the factor of each period's effects.
func linking(rp, rb []float64, link Link) ([]float64, error) {
	for i := range rp {
		if rp[i] <= -1 || rb[i] <= -1 {
			return nil, fmt.Errorf("period %d: %w", i+1, ErrLost)
		}
	}
	if link == Carino {
		return carino(rp, rb), nil
	}
	return menchero(rp, rb), nil
}

// carino: k_t / K with k = (ln(1+rp) − ln(1+rb)) / (rp − rb).
func carino(rp, rb []float64) []float64 {
	factor := func(p, b float64) float64 {
		if math.Abs(p-b) < negligibleDifference {
			return 1 / (1 + p)
		}
		return (math.Log1p(p) - math.Log1p(b)) / (p - b)
	}
	whole := factor(compound(rp), compound(rb))
	out := make([]float64, len(rp))
	for i := range rp {
		out[i] = factor(rp[i], rb[i]) / whole
	}
	return out
}

// menchero: M + α_t with M = ((R − B)/T) / ((1+R)^(1/T) − (1+B)^(1/T)), its limit where
// the two are equal, and α_t = (R − B − M Σ d) / Σ d² × d_t for d_t = rp_t − rb_t.
func menchero(rp, rb []float64) []float64 {
	n := float64(len(rp))
	totalP, totalB := compound(rp), compound(rb)
	root := func(r float64) float64 { return math.Pow(1+r, 1/n) }
	var m float64
	if math.Abs(totalP-totalB) < negligibleDifference {
		m = math.Pow(1+totalP, (n-1)/n)
	} else {
		m = (totalP - totalB) / n / (root(totalP) - root(totalB))
	}
	sum, squares := 0.0, 0.0
	for i := range rp {
		d := rp[i] - rb[i]
		sum += d
		squares += float64(d * d)
	}
	out := make([]float64, len(rp))
	for i := range rp {
		out[i] = m
		if squares > 0 {
			out[i] += (totalP - totalB - float64(m*sum)) / squares * (rp[i] - rb[i])
		}
	}
	return out
}
