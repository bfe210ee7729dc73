package risk

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// ESBacktest holds predicted expected shortfall against what was lost, by the
// tests of Acerbi and Székely (Risk, December 2014). Both figures are expected
// to be zero; below it losses were larger than predicted.
//
//	Z1 = 1 − (1/N) Σ lossₜ / ESₜ                       over the N exceptions
//	Z2 = 1 − Σ lossₜ / ESₜ / (days · (1 − confidence))  over the same
//
// Z1 tests the size of exceptions alone, Z2 their size and number. P is how
// often so low a figure or a lower one would come about if the predictions were
// right.
type ESBacktest struct {
	Days, Exceptions int
	Severity         Figure // mean of loss / ES over the exceptions: 1 when ES is right
	Z1, P1           Figure
	Z2, P2           Figure
	Trials           int // simulated samples behind P
}

// ESNull is the distribution that losses are taken to have when the predictions
// are right: Student-t with so many degrees of freedom, normal when Degrees is 0,
// with mean zero and the scale that makes each day's ES the predicted one.
// Trials samples are drawn from it, by Seed; without them there are no p-values.
type ESNull struct {
	Degrees float64
	Trials  int
	Seed    uint64
}

// mostDraws bounds the work of a simulation: fewer samples of a longer history.
const mostDraws = 20_000_000

// RunESBacktest tests shortfalls, the ES predicted for each day, against losses;
// a loss above its limit, the VaR predicted for the day, is an exception. All
// are positive for losses and of one length; every shortfall must be above zero.
func RunESBacktest(losses, limits, shortfalls []float64, confidence float64, null ESNull) ESBacktest {
	out := ESBacktest{Days: len(losses)}
	sum := 0.0
	for t, loss := range losses {
		if !(shortfalls[t] > 0) {
			return out.none(NoLowerTail)
		}
		if loss > limits[t] {
			out.Exceptions++
			sum += loss / shortfalls[t]
		}
	}
	if len(losses) == 0 {
		return out.none(Empty)
	}
	draw, ok := null.severity(confidence)
	if !ok {
		return out.none(NoSecondMoment)
	}
	expected := float64(len(losses)) * (1 - confidence)
	out.Z2 = measured(1 - sum/expected)
	out.Z1, out.Severity = missing(NoExceptions), missing(NoExceptions)
	if out.Exceptions > 0 {
		out.Severity = measured(sum / float64(out.Exceptions))
		out.Z1 = measured(1 - sum/float64(out.Exceptions))
	}
	if null.Trials < 1 {
		out.P1, out.P2 = missing(NotSimulated), missing(NotSimulated)
		return out
	}
	out.Trials = max(1, min(null.Trials, int(mostDraws/(expected+float64(out.Exceptions)+1))))
	rng := rand.New(rand.NewPCG(null.Seed, 0))
	out.P2 = below(out.Z2, out.Trials, func() float64 {
		total := 0.0
		for range binomial(rng, len(losses), 1-confidence) {
			total += draw(rng.Float64())
		}
		return 1 - total/expected
	})
	out.P1 = below(out.Z1, out.Trials, func() float64 {
		total := 0.0
		for range out.Exceptions {
			total += draw(rng.Float64())
		}
		return 1 - total/float64(out.Exceptions)
	})
	return out
}

// The reasons of an ES backtest.
const (
	NoExceptions Reason = "no_exceptions" // nothing to take the size of
	NotSimulated Reason = "not_simulated" // no trials were asked for, so there is no p-value
)

func (b ESBacktest) none(r Reason) ESBacktest {
	f := missing(r)
	b.Severity, b.Z1, b.P1, b.Z2, b.P2 = f, f, f, f, f
	return b
}

// below is the share of trials not above z, the observed one counted among them.
func below(z Figure, trials int, sample func() float64) Figure {
	if !z.Known() {
		return z
	}
	count := 1.0
	for range trials {
		if sample() <= z.Value {
			count++
		}
	}
	return measured(count / float64(trials+1))
}

// severity draws loss / ES of an exception from a uniform number: the tail of
// the distribution beyond its VaR, over its ES.
func (n ESNull) severity(confidence float64) (draw func(u float64) float64, ok bool) {
	share := 1 - confidence
	if n.Degrees == 0 {
		es := normalDensity(normalQuantile(share)) / share
		return func(u float64) float64 { return -normalQuantile(share*(1-u)) / es }, es > 0
	}
	unit := StudentT{Scale: 1, Degrees: n.Degrees}
	es := unit.Tail(confidence).ES
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n.Degrees}
	return func(u float64) float64 { return -t.Quantile(share*(1-u)) / es.Value }, es.Known() && es.Value > 0
}

// binomial draws how many of n trials hit, by the gaps between hits.
func binomial(rng *rand.Rand, n int, p float64) int {
	hits, at, scale := 0, 0.0, math.Log1p(-p)
	for {
		at += math.Floor(math.Log(1-rng.Float64())/scale) + 1
		if !(at <= float64(n)) {
			return hits
		}
		hits++
	}
}
