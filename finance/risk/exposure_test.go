package risk

import (
	"testing"
)

func value(v float64) *float64 { return &v }

func TestExposures(t *testing.T) {
	got := Exposures([]Position{
		{ID: "LONG", MarketValue: value(100)}, {ID: "SHORT", MarketValue: value(-40)},
		{ID: "PUT", Option: true, MarketValue: value(5), DeltaAdjusted: value(-30)}, {ID: "DARK"},
	})
	for _, c := range []struct {
		name string
		got  Figure
		want float64
	}{{"long", got.Long, 105}, {"short", got.Short, -40}, {"gross", got.Gross, 145}, {"net", got.Net, 65}, {"delta-adjusted", got.DeltaAdjusted, 30}} {
		if !c.got.Known() || c.got.Value != c.want {
			t.Errorf("%s: %+v, want %v", c.name, c.got, c.want)
		}
	}
	if len(got.NoValue) != 1 || got.NoValue[0] != "DARK" {
		t.Errorf("left out: %v", got.NoValue)
	}
	blind := Exposures([]Position{{ID: "CALL", Option: true, MarketValue: value(5)}})
	if blind.DeltaAdjusted.Reason != NotDeltaPriced || blind.Net.Value != 5 || len(blind.NoDelta) != 1 {
		t.Errorf("an option without a delta: %+v", blind)
	}
	if none := Exposures(nil); none.Gross.Reason != Empty {
		t.Errorf("an empty book: %+v", none)
	}
	if dark := Exposures([]Position{{ID: "DARK"}}); dark.Gross.Reason != IncompleteValue {
		t.Errorf("nothing priced: %+v", dark)
	}
}

func TestConcentrations(t *testing.T) {
	got := Concentrations([]Position{
		{ID: "A", MarketValue: value(30)}, {ID: "B", MarketValue: value(-40)}, {ID: "A", MarketValue: value(10)},
		{ID: "C", MarketValue: value(20)}, {ID: "D"},
	})
	if !near(got.HHI.Value, 0.36, 1e-15) || !near(got.Effective.Value, 1/0.36, 1e-14) || got.Top3.Value != 1 || got.Largest != "A" {
		t.Errorf("got %+v", got)
	}
	if got.Weights[1].ID != "B" || got.Weights[2].Share != 0.2 || got.NoValue[0] != "D" {
		t.Errorf("weights %+v", got.Weights)
	}
	ten := make([]Position, 20)
	for i := range ten {
		ten[i] = Position{ID: string(rune('a' + i)), MarketValue: value(7)}
	}
	if c := Concentrations(ten); !near(c.Effective.Value, 20, 1e-12) || !near(c.Top10.Value, 0.5, 1e-12) || !near(c.Top3.Value, 0.15, 1e-12) {
		t.Errorf("twenty equal names: %+v", c)
	}
	if c := Concentrations([]Position{{ID: "A", MarketValue: value(0)}}); c.HHI.Reason != NothingHeld {
		t.Errorf("worthless: %+v", c)
	}
}

func TestRolling(t *testing.T) {
	r, b := random(3, 400), random(4, 400)
	for i := 100; i < 130; i++ {
		r[i] = 0.001 // a quiet stretch in the middle
	}
	fast := RollingVolatility(r, 20, 252)
	slow := Rolling(r, 20, func(w []float64) Figure { return AnnualVolatility(w, 252) })
	beta := RollingBeta(r, b, 20)
	for i := range r {
		if fast[i].Reason != slow[i].Reason || !near(fast[i].Value, slow[i].Value, 1e-9) {
			t.Fatalf("period %d: %+v, directly %+v", i, fast[i], slow[i])
		}
		if i < 19 && beta[i].Reason != TooShort {
			t.Fatalf("period %d has a beta before the window is full", i)
		}
	}
	if want := Compare(r[380:], b[380:], nil, 252).Beta; beta[399] != want {
		t.Errorf("last beta %+v, want %+v", beta[399], want)
	}
	if fast[125].Value != 0 {
		t.Errorf("the quiet stretch: %+v", fast[125])
	}
}

func BenchmarkRollingVolatility(b *testing.B) {
	r := random(1, 2520)
	for b.Loop() {
		RollingVolatility(r, 252, 252)
	}
}
