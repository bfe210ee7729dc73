package option

import (
	"math"
	"testing"
)

// Values to 17 digits from mpmath's exp(x²)·erfc(x) at 50 digits.
func TestErfcx(t *testing.T) {
	for _, c := range erfcxTable {
		if got := erfcx(c[0]); math.Abs(got/c[1]-1) > 4e-16 {
			t.Errorf("erfcx(%v) = %v, want %v (%g)", c[0], got, c[1], got/c[1]-1)
		}
	}
}

var erfcxTable = [][2]float64{
	{0, 1.0},
	{1e-09, 0.999999998871620834},
	{0.01, 0.98881546104634251},
	{0.1, 0.896456979969126637},
	{0.25, 0.770346547730996744},
	{0.46, 0.636787383832713029},
	{0.46875, 0.632069689249556078},
	{0.5, 0.615690344192925875},
	{0.8, 0.489100589223114708},
	{1, 0.427583576155807004},
	{1.25, 0.367822916452361093},
	{1.7, 0.291663297075343473},
	{2.3, 0.226741562167559197},
	{3, 0.17900115118138995},
	{3.9, 0.140314181600689736},
	{4, 0.13699945762506139},
	{4.1, 0.133834116418651994},
	{5, 0.110704637733068626},
	{7.5, 0.074573693062876683},
	{10, 0.0561409927438225859},
	{25, 0.0225495724326413589},
	{26.5, 0.021275046685371106},
	{60, 0.00940185427517638859},
	{1000.0, 0.000564189301453387655},
	{100000000.0, 5.64189583547756259e-9},
}

func TestBellAgainstErfc(t *testing.T) {
	for d := -37.0; d < 37; d += 0.0137 {
		below, slope := bell(d)
		want, wantSlope := normal(d), density(d)
		if within := 1e-14 * (1 + d*d/2); math.Abs(below-want) > within*want || math.Abs(slope-wantSlope) > within*wantSlope {
			t.Fatalf("at %v: %v and %v, want %v and %v", d, below, slope, want, wantSlope)
		}
	}
	if below, slope := bell(math.Inf(-1)); below != 0 || slope != 0 {
		t.Errorf("far below: %v and %v", below, slope)
	}
	if below, slope := bell(math.Inf(1)); below != 1 || slope != 0 {
		t.Errorf("far above: %v and %v", below, slope)
	}
}
