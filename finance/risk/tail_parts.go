package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// TailParts splits a historical VaR and ES among positions: ComponentES adds up
// to ES and ComponentVaR to VaR.
type TailParts struct {
	Tail
	ComponentES, ComponentVaR []float64
	NoComponentVaR            Reason // why ComponentVaR is nil
}

// Weigh is the return of a book in each period: Σ weightᵢ columnᵢ.
func Weigh(columns [][]float64, weights []float64) []float64 {
	if len(columns) == 0 {
		return nil
	}
	out := make([]float64, len(columns[0]))
	for i, c := range columns {
		for t, r := range c {
			out[t] += float64(weights[i] * r)
		}
	}
	return out
}

// Parts splits the tail of a book whose positions are columns of returns held
// with weights (or money).
//
// The part of a position in ES is its mean loss over the periods that make up
// the ES. Its part in VaR would by that logic be its loss in the one period at
// the quantile, which is noise: instead it is the mean loss over the periods
// around it, under a triangle of weights over the tail probabilities 0 to
// 2 (1 − confidence), scaled so that the parts add up to VaR.
func (s Scenarios) Parts(columns [][]float64, weights []float64, confidence float64) TailParts {
	book := Weigh(columns, weights)
	out := TailParts{Tail: s.Tail(book, confidence)}
	_, shares, reason := s.tail(book, confidence)
	if reason != "" || !out.VaR.Known() || !out.ES.Known() {
		out.NoComponentVaR = reason
		return out
	}
	out.ComponentES = s.losses(columns, weights, shares)
	around := s.losses(columns, weights, s.triangle(book, confidence))
	if total := series.Sum(around); math.Abs(total) > 1e-9*math.Abs(out.VaR.Value) && total*out.VaR.Value > 0 {
		for i := range around {
			around[i] *= out.VaR.Value / total
		}
		out.ComponentVaR = around
	} else {
		out.NoComponentVaR = NoLowerTail
	}
	return out
}

// losses is the weighted mean loss of each position.
func (s Scenarios) losses(columns [][]float64, weights, shares []float64) []float64 {
	out := make([]float64, len(columns))
	for i, c := range columns {
		sum := 0.0
		for t, share := range shares {
			if share > 0 {
				sum -= float64(share * s.scaled(t, c[t]))
			}
		}
		out[i] = weights[i] * sum
	}
	return out
}

// triangle is the share of each period in a smoothed quantile: highest at the
// tail probability asked for, nothing at zero and at twice that.
func (s Scenarios) triangle(book []float64, confidence float64) []float64 {
	today := make([]float64, len(book))
	for t := s.Skip; t < len(book); t++ {
		today[t] = s.scaled(t, book[t])
	}
	shares, sum, cumulated, want := make([]float64, len(book)), 0.0, 0.0, 1-confidence
	for _, t := range s.worstFirst(today) {
		p := s.probability(t, len(book))
		middle := cumulated + p/2
		cumulated += p
		shares[t] = p * math.Max(0, 1-math.Abs(middle-want)/want)
		sum += shares[t]
	}
	if sum > 0 {
		for t := range shares {
			shares[t] /= sum
		}
	}
	return shares
}

// Incremental is what VaR and ES of a book would fall by without each position,
// which becomes cash. Every book is measured anew by the given method; these
// differences do not add up.
func Incremental(columns [][]float64, weights []float64, method func(returns []float64) Tail) (vars, shortfalls []Figure) {
	book := Weigh(columns, weights)
	whole := method(book)
	vars, shortfalls = make([]Figure, len(columns)), make([]Figure, len(columns))
	without := make([]float64, len(book))
	for i, c := range columns {
		for t, r := range c {
			without[t] = book[t] - float64(weights[i]*r)
		}
		rest := method(without)
		vars[i], shortfalls[i] = less(whole.VaR, rest.VaR), less(whole.ES, rest.ES)
	}
	return vars, shortfalls
}

// less is a − b, or the reason why either does not exist.
func less(a, b Figure) Figure {
	if f, none := first(a, b); none {
		return f
	}
	return measured(a.Value - b.Value)
}
