package simulated

import (
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/instrument"
)

func TestExpAndLog(t *testing.T) {
	s := newStream(1, "test")
	for range 20000 {
		x := 40 * (s.uniform() - 0.5)
		if got, want := exp(x), math.Exp(x); math.Abs(got/want-1) > 4e-16*2 {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
		y := math.Exp(x)
		if got, want := log(y), math.Log(y); math.Abs(got-want) > 2e-15*max(1, math.Abs(want)) {
			t.Fatalf("log(%v) = %v, want %v", y, got, want)
		}
	}
}

// Quantiles of the standard normal distribution, Abramowitz and Stegun, table 26.1 and 26.5.
func TestCumulative(t *testing.T) {
	for x, want := range map[float64]float64{0: 0.5, 1: 0.8413447461, 1.959963985: 0.975, -2.326347874: 0.01, 3: 0.9986501020, -8: 6.220960574e-16} {
		if got := cumulative(x); math.Abs(got/want-1) > 1e-8 {
			t.Errorf("N(%v) = %v, want %v", x, got, want)
		}
	}
}

func TestNormalMoments(t *testing.T) {
	s := newStream(7, "moments")
	const n = 400000
	var m1, m2, m4, tail float64
	for range n {
		z := s.normal()
		m1, m2, m4 = m1+z, m2+z*z, m4+z*z*z*z
		if math.Abs(z) > 1.959963985 {
			tail++
		}
	}
	if math.Abs(m1/n) > 0.006 || math.Abs(m2/n-1) > 0.01 || math.Abs(m4/n-3) > 0.1 || math.Abs(tail/n-0.05) > 0.002 {
		t.Errorf("mean %.4f, variance %.4f, fourth moment %.3f, tails %.4f", m1/n, m2/n, m4/n, tail/n)
	}
	m2 = 0
	for range n {
		z := s.shock()
		m2 += z * z
	}
	if math.Abs(m2/n-1) > 0.02 {
		t.Errorf("variance of the shocks %.4f, want 1", m2/n)
	}
}

// Hull, Options, Futures and Other Derivatives, 9th edition, example 18.6: a put on
// a future of 20 with strike 20, four months, 9 % rate, 25 % volatility is 1.12.
func TestBlack(t *testing.T) {
	got := math.Exp(-0.09*4/12) * black(instrument.Put, 20, 20, 0.25, 4.0/12)
	if math.Abs(got-1.12) > 0.005 {
		t.Errorf("put on a future %.4f, want 1.12", got)
	}
	if got := black(instrument.Call, 25, 20, 0, 1); got != 5 {
		t.Errorf("without volatility a call is worth %v, want 5", got)
	}
}

func TestStreamsAreApart(t *testing.T) {
	a, b, again := newStream(1, "a"), newStream(1, "b"), newStream(1, "a")
	if x, y := a.uniform(), b.uniform(); x == y {
		t.Errorf("streams of two names both begin with %v", x)
	}
	if x := again.uniform(); x == b.uniform() || x != newStream(1, "a").uniform() {
		t.Error("a stream does not repeat")
	}
}
