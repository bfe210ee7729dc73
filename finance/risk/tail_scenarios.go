package risk

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/series"
)

// Scenarios says how the periods of the past stand for the next one: how likely
// each of them is and how much larger or smaller its returns would be today. The
// zero value is plain history, every period equally likely and as it was.
type Scenarios struct {
	Probability []float64 // of each period, adding up to one; nil when all are alike
	Scale       []float64 // of each period's returns; nil when they stand as they were
	Skip        int       // so many periods at the beginning are left out
}

// LeastFiltered is how many periods filtered history needs after those it skips.
const LeastFiltered = 30

// ErrDecay reports a decay outside (0, 1).
var ErrDecay = errors.New("the decay must lie between 0 and 1, such as 0.98")

// AgeWeighted makes recent periods likelier (Boudoukh, Richardson and Whitelaw
// 1998): one of age a, 0 for the last, weighs λᵃ (1 − λ) / (1 − λⁿ).
func AgeWeighted(n int, decay float64) (Scenarios, error) {
	if !(decay > 0 && decay < 1) {
		return Scenarios{}, fmt.Errorf("%v: %w", decay, ErrDecay)
	}
	out := Scenarios{Probability: make([]float64, n)}
	weight := (1 - decay) / -math.Expm1(float64(n)*math.Log(decay))
	for t := n - 1; t >= 0; t-- {
		out.Probability[t] = weight
		weight *= decay
	}
	return out, nil
}

// Filtered brings every period to the volatility expected now (Hull and White
// 1998, and for one period Barone-Adesi, Giannopoulos and Vosper 1999): its
// returns are multiplied by √(next / variance), where variance is what a model
// expected for that period. The first skip periods, in which the model was still
// warming up, are left out.
func Filtered(variances []float64, next float64, skip int) (Scenarios, Reason) {
	if len(variances)-skip < LeastFiltered {
		return Scenarios{}, TooShort
	}
	out := Scenarios{Scale: make([]float64, len(variances)), Skip: skip}
	for t := skip; t < len(variances); t++ {
		s := math.Sqrt(next / variances[t])
		if !(variances[t] > 0) || !(s < math.MaxFloat64) {
			return Scenarios{}, NoVolatility
		}
		out.Scale[t] = s
	}
	return out, ""
}

// Tail is VaR and ES of returns under the scenarios. Plain history is as in
// HistoricalTail. Where periods differ in probability, VaR is the loss at which
// the probability of it and all worse ones first reaches 1 − confidence, without
// interpolation, and ES the mean of exactly that worst share: the period at its
// edge counts for what is missing.
func (s Scenarios) Tail(returns []float64, confidence float64) Tail {
	at, shares, reason := s.tail(returns, confidence)
	if reason != "" {
		return Tail{confidence, missing(reason), missing(reason)}
	}
	es := 0.0
	for t, share := range shares {
		if share > 0 {
			es -= float64(share * s.scaled(t, returns[t]))
		}
	}
	return Tail{confidence, measured(-at), measured(es)}
}

// scaled is a return of period t as it would be today.
func (s Scenarios) scaled(t int, r float64) float64 {
	if s.Scale == nil {
		return r
	}
	return r * s.Scale[t]
}

// tail is the quantile of returns and the share of each period in the expected
// shortfall; the shares add up to one.
func (s Scenarios) tail(returns []float64, confidence float64) (quantile float64, shares []float64, reason Reason) {
	n := len(returns)
	if n-s.Skip < 1 {
		return 0, nil, Empty
	}
	today := make([]float64, n)
	for t := s.Skip; t < n; t++ {
		today[t] = s.scaled(t, returns[t])
	}
	if series.FirstBad(today) >= 0 {
		return 0, nil, OutOfRange
	}
	shares = make([]float64, n)
	if s.Probability == nil {
		quantile = series.Quantile(append([]float64(nil), today[s.Skip:]...), 1-confidence)
		count := 0.0
		for t := s.Skip; t < n; t++ {
			if today[t] <= quantile {
				shares[t] = 1
				count++
			}
		}
		for t := range shares {
			shares[t] /= count
		}
		return quantile, shares, ""
	}
	want := 1 - confidence
	cumulated := 0.0
	for _, t := range s.worstFirst(today) {
		share := math.Min(s.Probability[t], want-cumulated)
		shares[t] = share / want
		quantile = today[t]
		// sums of weights are off in the last digits, which must not let one more in
		if cumulated += s.Probability[t]; cumulated >= want*(1-1e-12) {
			break
		}
	}
	return quantile, shares, ""
}

// worstFirst orders the periods by their return, earlier ones first among equals.
func (s Scenarios) worstFirst(today []float64) []int {
	order := make([]int, 0, len(today)-s.Skip)
	for t := s.Skip; t < len(today); t++ {
		order = append(order, t)
	}
	sort.SliceStable(order, func(i, j int) bool { return today[order[i]] < today[order[j]] })
	return order
}

// probability of period t.
func (s Scenarios) probability(t, n int) float64 {
	if s.Probability == nil {
		return 1 / float64(n-s.Skip)
	}
	return s.Probability[t]
}
