package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Holding is a position of today's book with the returns its price had: one a
// period, all holdings on the same periods, NaN where there is none. Value is
// signed and in the book's currency, as the returns are.
type Holding struct {
	ID      string
	Value   float64
	Returns []float64
}

// Backcast is what today's holdings would have gained or lost in each period.
type Backcast struct {
	ProfitLoss []float64 // in money, oldest first
	Coverage   []Covered // of every holding, in the order given
	Covered    Figure    // share of the gross value whose history is complete
}

// Covered says how many of the periods a holding has a return for.
type Covered struct {
	ID             string
	Known, Periods int
}

// BackcastOf puts today's holdings back onto history. In a period without a
// return a holding contributes nothing to the sum; Coverage says so for each, so
// that nothing is left out in silence. Holdings without any history are in
// Coverage with Known 0. It needs one holding with history.
func BackcastOf(book []Holding) (Backcast, Reason) {
	periods := 0
	for _, h := range book {
		periods = max(periods, len(h.Returns))
	}
	if len(book) == 0 {
		return Backcast{}, NothingHeld
	}
	out := Backcast{ProfitLoss: make([]float64, periods), Coverage: make([]Covered, len(book))}
	gross, complete, some := 0.0, 0.0, false
	for i, h := range book {
		known, size := 0, math.Abs(h.Value)
		for t, r := range h.Returns {
			if r-r == 0 {
				out.ProfitLoss[t] += float64(h.Value * r)
				known++
			}
		}
		out.Coverage[i] = Covered{h.ID, known, periods}
		gross += size
		if known == periods && periods > 0 {
			complete += size
		}
		some = some || known > 0
	}
	out.Covered = ratio(complete, gross, 0, NothingHeld)
	if !some {
		return out, NoHistory
	}
	return out, ""
}

// HistoricalTail is VaR and ES of one period at a confidence, from the profits
// and losses themselves.
func (b Backcast) HistoricalTail(confidence float64) Tail {
	return HistoricalTail(b.ProfitLoss, confidence)
}

// NormalTail is VaR and ES of one period, taking the profits and losses as normal.
func (b Backcast) NormalTail(confidence float64) Tail {
	return NormalTail(b.ProfitLoss, confidence)
}

// TailShares splits a historical ES among the holdings: the mean loss of each in
// the periods that make up the ES. The shares add up to it.
func (b Backcast) TailShares(book []Holding, confidence float64) []float64 {
	if len(b.ProfitLoss) == 0 {
		return nil
	}
	q := series.Quantile(append([]float64(nil), b.ProfitLoss...), 1-confidence)
	shares, count := make([]float64, len(book)), 0.0
	for t, p := range b.ProfitLoss {
		if p > q {
			continue
		}
		count++
		for i, h := range book {
			if t < len(h.Returns) && h.Returns[t]-h.Returns[t] == 0 {
				shares[i] -= float64(h.Value * h.Returns[t])
			}
		}
	}
	for i := range shares {
		shares[i] /= count
	}
	return shares
}
