package liquidity

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

var unknown = math.NaN()

func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b)) || (math.IsNaN(a) && math.IsNaN(b))
}

func TestMedianVolume(t *testing.T) {
	for _, c := range []struct {
		name            string
		volumes         []float64
		window, minimum int
		want            float64
		err             error
	}{
		{"the middle one", []float64{5, 1, 9}, 20, 1, 5, nil},
		{"between the middle two", []float64{5, 1, 9, 7}, 20, 1, 6, nil},
		{"the last days only", []float64{1000, 1000, 1, 2, 3}, 3, 1, 2, nil},
		{"one busy day does not count", []float64{10, 11, 12, 1e9, 13}, 5, 1, 12, nil},
		{"an unknown day is left out", []float64{4, unknown, 8}, 3, 2, 6, nil},
		{"a day without trade counts", []float64{0, 0, 8}, 3, 2, 0, nil},
		{"too few known", []float64{4, unknown, unknown}, 3, 2, 0, ErrTooShort},
		{"none", nil, 20, 0, 0, ErrTooShort},
		{"below zero", []float64{4, -1}, 3, 1, 0, ErrVolume},
		{"near the end of float64", []float64{1.7e308, 1.7e308}, 3, 1, 1.7e308, nil},
	} {
		got, err := MedianVolume(c.volumes, c.window, c.minimum)
		if !errors.Is(err, c.err) || !near(got, c.want) {
			t.Errorf("%s: %v, want %v, %v", c.name, got, c.want, err)
		}
	}
}

func TestDaysAndCost(t *testing.T) {
	for _, c := range []struct {
		name   string
		p      Position
		days   float64
		spread float64
		impact float64
	}{
		// 40 000 of 100 000 a day at a fifth; 10 bp of 8 000 000 halved; 2 % × √0.4
		{"a block", Position{"", 40_000, 8e6, 1e5, 0.02, 0.001}, 2, 4000, 8e6 * 0.02 * math.Sqrt(0.4)},
		{"a short costs as much", Position{"", -40_000, -8e6, 1e5, 0.02, 0.001}, 2, 4000, 8e6 * 0.02 * math.Sqrt(0.4)},
		{"nothing", Position{"", 0, 0, unknown, unknown, unknown}, 0, 0, 0},
		{"nothing of what trades", Position{"", 0, 0, 5, unknown, unknown}, 0, 0, 0},
		{"no market", Position{"", 10, 100, 0, 0.02, 0.01}, math.Inf(1), 0.5, unknown},
		{"volume unknown", Position{"", 10, 100, unknown, 0.02, 0.01}, unknown, 0.5, unknown},
		{"spread unknown", Position{"", 10, 100, 10, 0.02, unknown}, 5, unknown, 2},
	} {
		cost := c.p.Cost(1)
		if got := c.p.Days(0.2); !near(got, c.days) || !near(cost.Spread, c.spread) || !near(cost.Impact, c.impact) || !near(cost.Total(), c.spread+c.impact) {
			t.Errorf("%s: %v days, %+v", c.name, got, cost)
		}
	}
}

// By hand, at a fifth of volume: A of 60 takes 1 day, B of 30 takes 4, C of 5 has
// no market, D of 5 no known volume.
var book = []Position{{"A", 20, 60, 100, 0, 0}, {"B", -80, -30, 100, 0, 0}, {"C", 1, 5, 0, 0, 0}, {"D", 1, 5, unknown, 0, 0}}

func TestProfileByHand(t *testing.T) {
	p, err := NewProfile(book, 0.2)
	if err != nil || p.Gross != 100 || !near(p.Unknown, 0.05) || !near(p.Stuck, 0.05) {
		t.Fatalf("got %+v, %v", p, err)
	}
	for _, c := range []struct{ days, share float64 }{{0, 0}, {0.5, 0.3375}, {1, 0.675}, {2, 0.75}, {4, 0.9}, {1000, 0.9}} {
		if got := p.By(c.days); !near(got, c.share) {
			t.Errorf("after %v days %v, want %v", c.days, got, c.share)
		}
		if got := p.Until(c.share); c.days <= 4 && !near(got, c.days) {
			t.Errorf("%v is sold after %v days, want %v", c.share, got, c.days)
		}
	}
	if !math.IsInf(p.Until(0.95), 1) {
		t.Error("what has no market was sold")
	}
	empty, err := NewProfile([]Position{{Value: unknown}}, 1)
	if err != nil || !math.IsNaN(empty.By(1)) || !math.IsNaN(empty.Until(0.5)) {
		t.Errorf("an empty portfolio: %+v, %v", empty, err)
	}
}

func TestBucketsByHand(t *testing.T) {
	buckets, at, err := Buckets(book, 0.2, CustomaryLimits)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"up_to_1", "up_to_7", "no_market", "unknown"} {
		if buckets[at[i]].Name != want {
			t.Errorf("%s is in %s, want %s", book[i].ID, buckets[at[i]].Name, want)
		}
	}
	if buckets[0].Value != 60 || !near(buckets[2].Share, 0.3) || buckets[4].Name != "over_30" || buckets[4].Count != 0 {
		t.Errorf("got %+v", buckets)
	}
	for _, limits := range [][]float64{{3, 1}, {0}, {unknown}, {math.Inf(1)}} {
		if _, _, err := Buckets(book, 0.2, limits); !errors.Is(err, ErrLimits) {
			t.Errorf("%v: %v", limits, err)
		}
	}
	for _, part := range []float64{0, -1, 1.5, unknown} {
		_, _, err := Buckets(book, part, nil)
		_, second := NewProfile(book, part)
		if !errors.Is(err, ErrParticipation) || !errors.Is(second, ErrParticipation) {
			t.Errorf("%v: %v, %v", part, err, second)
		}
	}
}

// Laws: more is sold later and with more participation; Until undoes By; shares of
// buckets add up to one and agree with the profile at their limits or above;
// half the participation takes twice as long; cost grows with the root of size.
func TestLaws(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 4))
		positions := make([]Position, 1+rng.IntN(12))
		for i := range positions {
			q := math.Round(1e4 * rng.NormFloat64())
			positions[i] = Position{"", q, q * 10, 1e4 * rng.Float64(), 0.02, 0.001}
			if rng.IntN(8) == 0 {
				positions[i].Volume = 0
			}
		}
		part := 0.05 + 0.4*rng.Float64()
		p, err := NewProfile(positions, part)
		faster, _ := NewProfile(positions, 2*part)
		if err != nil {
			t.Fatal(err)
		}
		last := 0.0
		for days := 0.0; days < 20; days += 0.37 {
			share := p.By(days)
			if share < last || share > 1 || !near(faster.By(days/2), share) || faster.By(days) < share {
				t.Fatalf("seed %d, day %v: %v after %v, twice as fast %v", seed, days, share, last, faster.By(days))
			}
			if back := p.Until(share); share > last && share < p.By(1e12) && math.Abs(back-days) > 1e-9*(1+days) {
				t.Fatalf("seed %d: %v is sold by %v, not %v", seed, share, days, back)
			}
			last = share
		}
		buckets, _, err := Buckets(positions, part, CustomaryLimits)
		sum := 0.0
		for _, b := range buckets {
			sum += b.Share
			if b.UpTo < 100 && p.By(b.UpTo) < sum*(1-1e-12) {
				t.Fatalf("seed %d: %v sold by day %v, buckets say %v", seed, p.By(b.UpTo), b.UpTo, sum)
			}
		}
		if err != nil || math.Abs(sum-1) > 1e-12 {
			t.Fatalf("seed %d: shares sum to %v, %v", seed, sum, err)
		}
		one := Position{"", 100, 1000, 1e4, 0.02, 0.001}
		four := Position{"", 400, 4000, 1e4, 0.02, 0.001}
		if !near(four.Cost(1).Impact, 8*one.Cost(1).Impact) || !near(four.Cost(1).Spread, 4*one.Cost(1).Spread) {
			t.Fatalf("four times the size: %+v, %+v", four.Cost(1), one.Cost(1))
		}
	}
}

func BenchmarkProfile1000(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 4))
	positions := make([]Position, 1000)
	for i := range positions {
		positions[i] = Position{"", 1e4 * rng.NormFloat64(), 1e5 * rng.NormFloat64(), 1e4 * rng.Float64(), 0.02, 0.001}
	}
	for b.Loop() {
		p, err := NewProfile(positions, 0.2)
		if err != nil {
			b.Fatal(err)
		}
		p.By(5)
	}
}
