package risk

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Backtest holds predicted VaR against what was lost.
type Backtest struct {
	Days, Exceptions int
	KupiecLR         Figure // unconditional coverage (Kupiec 1995), one degree of freedom
	KupiecP          Figure
	ChristoffersenLR Figure // conditional coverage (Christoffersen 1998), two degrees
	ChristoffersenP  Figure
	TrafficLight     string // green, yellow or red
}

// RunBacktest counts the losses above the VaR predicted for their day and tests
// whether they are as many as the confidence says, and as independent. losses
// and limits are positive for losses and of one length.
//
// The traffic light is the Basel idea at any length and confidence: the
// binomial probability of at most so many exceptions is below 0.95 (green),
// below 0.9999 (yellow), or not (red).
func RunBacktest(losses, limits []float64, confidence float64) Backtest {
	n := len(losses)
	out := Backtest{Days: n}
	var from [2][2]float64 // transitions between a day without and with exception
	previous := 0
	for i, loss := range losses {
		hit := 0
		if loss > limits[i] {
			hit = 1
		}
		out.Exceptions += hit
		if i > 0 {
			from[previous][hit]++
		}
		previous = hit
	}
	if n == 0 {
		e := missing(Empty)
		out.KupiecLR, out.KupiecP, out.ChristoffersenLR, out.ChristoffersenP = e, e, e, e
		return out
	}
	share, x := 1-confidence, float64(out.Exceptions)
	// A likelihood ratio is never negative; rounding could make it so.
	kupiec := math.Max(0, 2*(logLikelihood(float64(n)-x, x, x/float64(n))-logLikelihood(float64(n)-x, x, share)))
	out.KupiecLR = measured(kupiec)
	out.KupiecP = measured(math.Erfc(math.Sqrt(kupiec / 2)))
	independence := math.Max(0, independenceLR(from))
	out.ChristoffersenLR = measured(kupiec + independence)
	out.ChristoffersenP = measured(math.Exp(-(kupiec + independence) / 2))
	switch p := atMost(out.Exceptions, n, share); {
	case p < 0.95:
		out.TrafficLight = "green"
	case p < 0.9999:
		out.TrafficLight = "yellow"
	default:
		out.TrafficLight = "red"
	}
	return out
}

// logLikelihood of misses and hits at probability p of a hit, with 0 log 0 = 0.
func logLikelihood(misses, hits, p float64) float64 {
	sum := 0.0
	if misses > 0 {
		sum += float64(misses * math.Log1p(-p))
	}
	if hits > 0 {
		sum += float64(hits * math.Log(p))
	}
	return sum
}

// independenceLR is twice the gain in likelihood from letting the probability of
// an exception depend on whether there was one the day before.
func independenceLR(from [2][2]float64) float64 {
	rate := func(misses, hits float64) float64 {
		if misses+hits == 0 {
			return 0
		}
		return hits / (misses + hits)
	}
	misses, hits := from[0][0]+from[1][0], from[0][1]+from[1][1]
	after := logLikelihood(from[0][0], from[0][1], rate(from[0][0], from[0][1])) +
		logLikelihood(from[1][0], from[1][1], rate(from[1][0], from[1][1]))
	return 2 * (after - logLikelihood(misses, hits, rate(misses, hits)))
}

// atMost is the binomial probability of at most k hits in n trials.
func atMost(k, n int, p float64) float64 {
	if k >= n {
		return 1
	}
	return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
}
