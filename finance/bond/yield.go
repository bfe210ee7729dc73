package bond

import (
	"fmt"
	"math"
)

// At values the flows at a yield y, compounded f times a year:
//
//	P = Σ cᵢ (1 + y/f)^(−f tᵢ)
//
// A yield at or below −f has no discount factors: ErrYield.
func (f Flows) At(yield float64) (Figures, error) {
	frequency := float64(f.Frequency)
	if !(yield > -frequency && yield <= math.MaxFloat64) {
		return Figures{}, fmt.Errorf("yield %v compounded %d times a year: want more than %d: %w", yield, f.Frequency, -f.Frequency, ErrYield)
	}
	m := momentsOf(f.List, frequency*math.Log1p(yield/frequency))
	growth := 1 + yield/frequency
	v := Figures{Yield: yield, Accrued: f.Accrued, Dirty: m.price(), Macaulay: m.first / m.sum}
	v.Clean = v.Dirty - v.Accrued
	v.Modified = v.Macaulay / growth
	v.Convexity = (m.second + m.first/frequency) / m.sum / (growth * growth)
	v.DV01 = (f.Dirty(yield-BasisPoint) - f.Dirty(yield+BasisPoint)) / 2
	return v, nil
}

// Dirty is the price of the flows at a yield, accrued interest included; NaN
// where At refuses.
func (f Flows) Dirty(yield float64) float64 {
	frequency := float64(f.Frequency)
	if !(yield > -frequency) {
		return math.NaN()
	}
	rate, price := frequency*math.Log1p(yield/frequency), 0.0
	for i := range f.List {
		price += f.List[i].Amount * math.Exp(-rate*f.List[i].Time)
	}
	return price
}

// Yield finds the yield at which the flows cost dirty. Flows that are not
// negative have exactly one. A price that is not positive, flows that take no
// time, or a yield that float64 cannot hold give ErrPrice.
func (f Flows) Yield(dirty float64) (float64, error) {
	rate, err := solve(f.List, dirty)
	if err != nil {
		return 0, err
	}
	frequency := float64(f.Frequency)
	yield := frequency * math.Expm1(rate/frequency)
	if !finite(yield) || yield <= -frequency {
		return 0, fmt.Errorf("price %v: its yield leaves the range of numbers: %w", dirty, ErrPrice)
	}
	return yield, nil
}

// solve finds the continuous rate x at which flows cost price. It looks at
//
//	g(x) = ln Σ cᵢ e^(−x tᵢ) − ln price
//
// which falls and is convex for flows that are not negative, close to a straight
// line, and a straight line for a single flow. Each step goes to the root of g's
// second-order expansion, whose error shrinks with its cube; a bracket of signs
// takes over where that leaves it.
func solve(list []Flow, price float64) (float64, error) {
	if !(price > 0) || math.IsInf(price, 0) {
		return 0, fmt.Errorf("price %v: want a price above zero: %w", price, ErrPrice)
	}
	if len(list) == 0 || list[len(list)-1].Time <= 0 {
		return 0, fmt.Errorf("price %v: no time is left until the last payment: %w", price, ErrPrice)
	}
	longest := list[len(list)-1].Time
	low, high := math.Inf(-1), math.Inf(1)
	m := undiscounted(list)
	for x, i := 0.0, 0; i < 200; i++ {
		gap := m.over(price)
		switch {
		case gap > 0:
			low = x
		case gap < 0:
			high = x
		case gap == 0:
			return x, nil
		default:
			return 0, fmt.Errorf("price %v: the flows have no value to compare with it: %w", price, ErrPrice)
		}
		step := m.step(gap)
		if math.Abs(step)*longest < 3e-6 { // what remains is of the order (step × time)³
			return x + step, nil
		}
		next := x + step
		if !(next > low && next < high) {
			if next = x + gap*m.sum/m.first; !(next > low && next < high) {
				next = low/2 + high/2
			}
		}
		if !finite(next) || next == x {
			break
		}
		x = next
		m = momentsOf(list, x)
	}
	return 0, fmt.Errorf("price %v: no rate was found: %w", price, ErrPrice)
}

// moments are Σ pᵢ, Σ pᵢ tᵢ and Σ pᵢ tᵢ² of the present values pᵢ at a
// continuous rate, all divided by e^exponent, which keeps the largest near its
// amount however extreme the rate is.
type moments struct {
	sum, first, second, exponent float64
}

func momentsOf(list []Flow, rate float64) moments {
	from := list[0].Time
	if rate < 0 {
		from = list[len(list)-1].Time
	}
	m := moments{exponent: -rate * from}
	for i := range list {
		t := list[i].Time
		p := list[i].Amount * math.Exp(-rate*(t-from))
		m.sum += p
		m.first += p * t
		m.second += p * t * t
	}
	return m
}

// undiscounted is momentsOf at rate 0, without the exponentials.
func undiscounted(list []Flow) moments {
	var m moments
	for i := range list {
		p, t := list[i].Amount, list[i].Time
		m.sum += p
		m.first += p * t
		m.second += p * t * t
	}
	return m
}

func (m moments) price() float64 { return m.sum * math.Exp(m.exponent) }

// over is ln(value / price), exact to the last digits where the two are close.
func (m moments) over(price float64) float64 {
	if value := m.price(); value > price/2 && value < 2*price {
		return math.Log1p((value - price) / price)
	}
	return math.Log(m.sum) + m.exponent - math.Log(price)
}

// step solves gap − mean s + variance s²/2 = 0 for its smaller root; without
// one it is Newton's.
func (m moments) step(gap float64) float64 {
	mean := m.first / m.sum
	variance := m.second/m.sum - mean*mean
	if root := mean*mean - 2*variance*gap; root > 0 {
		return 2 * gap / (mean + math.Sqrt(root))
	}
	return gap / mean
}
