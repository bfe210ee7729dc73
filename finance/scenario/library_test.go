package scenario

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The ids that reports and pages know, with their severity.
func TestLibrary(t *testing.T) {
	want := map[string]Severity{
		"market_up_5": Base, "market_down_5": Base, "rates_up_50bp": Base, "rates_down_50bp": Base,
		"market_up_10": Moderate, "market_down_10": Moderate, "market_crash_35": Severe, "market_rally_25": Severe,
		"rates_up_25bp": Mild, "rates_down_25bp": Mild, "rates_up_100bp": Moderate, "rates_down_100bp": Moderate, "rate_spike_300bp": Severe,
		"value_rotation_20": Moderate, "growth_rally_15": Moderate, "small_cap_outperformance_10": Mild, "quality_flight_12": Mild,
		"vix_spike_150": Severe, "liquidity_crisis": Severe, "financial_crisis_2008": Extreme, "covid_crash_2020": Extreme, "dotcom_crash_2000": Extreme,
	}
	seen := map[string]bool{}
	for _, s := range Library() {
		if err := s.Check(); err != nil || s.Name == "" || s.Kind == "" || s.Severity == "" || seen[s.ID] {
			t.Errorf("%+v: %v", s, err)
		}
		seen[s.ID] = true
		if severity, ok := want[s.ID]; ok && s.Severity != severity {
			t.Errorf("%s is %s, want %s", s.ID, s.Severity, severity)
		}
		delete(want, s.ID)
	}
	if len(want) > 0 || len(seen) != 34 {
		t.Errorf("%d scenarios, missing %v", len(seen), want)
	}
	b := randomBook(rand.New(rand.NewPCG(1, 1)), 6, 0, 0)
	b.Assets[0].Sector = "Health Care & Co"
	var ids []string
	for _, s := range Sectors(b, -0.2) {
		ids = append(ids, s.ID+":"+s.Name)
	}
	if got := fmt.Sprint(ids); got != "[sector_energy:Energy −20% sector_health:Health −20% sector_health_care_co:Health Care & Co −20% sector_technology:Technology −20%]" {
		t.Error(got)
	}
}

// An option's volatility follows the index fully for a month, by half for four.
func TestElasticity(t *testing.T) {
	for _, c := range []struct{ days, want float64 }{{1, 1}, {30, 1}, {120, 0.5}, {480, 0.25}} {
		if got := Elasticity(c.days / 365); !same(got, c.want, 1) {
			t.Errorf("%v days: %v, want %v", c.days, got, c.want)
		}
	}
}

// The cost of the whole library on a book of 30 positions, 15 of them options, eight
// of these American.
func BenchmarkLibrary(b *testing.B) {
	rng := rand.New(rand.NewPCG(2, 2))
	book := randomBook(rng, 15, 15, 0)
	for i := range book.Positions {
		if o := book.Positions[i].Option; o != nil && o.Units == 0 {
			o.Units = 100
		}
	}
	list := append(typed(), Sectors(book, -0.2)...)
	for len(list) < 35 {
		list = append(list, own(Shock{ShockFactor, "market", -0.01 * float64(len(list))}))
	}
	e := mustEngine(b, book)
	b.Run("prepare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			mustEngine(b, book)
		}
	})
	b.Run("35 scenarios", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := e.RunAll(list, Settings{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("reverse", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Reverse(10000, Settings{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
