package option

import (
	"errors"
	"testing"
)

func TestAppraiseThroughLife(t *testing.T) {
	call := Terms{Spot: 104, Strike: 100, Years: 1, Rate: 0.05, DividendYield: 0.02, Volatility: 0.2}
	for _, american := range []bool{false, true} {
		v, stage, err := Appraise(call, american, nil)
		if want := priceOf(t, call, american, nil); err != nil || stage != Living || v != want {
			t.Errorf("living: %+v %s %v, want %+v", v, stage, err, want)
		}
		for _, c := range []struct {
			kind             Kind
			spot             float64
			price, delta     float64
			underlying, cash float64
		}{{Call, 104, 4, 1, 1, -100}, {Call, 100, 0, 0.5, 0, 0}, {Call, 96, 0, 0, 0, 0}, {Put, 96, 4, -1, -1, 100}, {Put, 100, 0, -0.5, 0, 0}, {Put, 104, 0, 0, 0, 0}} {
			last := call
			last.Kind, last.Spot, last.Years = c.kind, c.spot, 0
			v, stage, err := Appraise(last, american, []CashDividend{{0.1, 1}})
			if err != nil || stage != AtExpiry || v != (Value{Price: c.price, Delta: c.delta}) {
				t.Errorf("%s at %v on the last day: %+v %s %v", c.kind, c.spot, v, stage, err)
			}
			underlying, cash, err := last.Delivery()
			if err != nil || underlying != c.underlying || cash != c.cash {
				t.Errorf("%s at %v delivers %v for %v, %v", c.kind, c.spot, underlying, cash, err)
			}
		}
		late := call
		late.Years = -1.0 / 365
		if v, stage, err := Appraise(late, american, nil); !errors.Is(err, ErrExpired) || stage != Expired || v != (Value{}) {
			t.Errorf("after expiry: %+v %s %v", v, stage, err)
		}
	}
	if _, _, err := call.Delivery(); !errors.Is(err, ErrTerms) {
		t.Errorf("delivery while it lives: %v", err)
	}
	if _, _, err := Appraise(Terms{Spot: 1}, true, nil); !errors.Is(err, ErrTerms) {
		t.Errorf("without a strike: %v", err)
	}
}

// As its last day comes nearer, a value goes over into the one at expiry.
func TestAppraiseIsContinuous(t *testing.T) {
	for _, kind := range []Kind{Call, Put} {
		for _, spot := range []float64{90, 110} {
			terms := Terms{Kind: kind, Spot: spot, Strike: 100, Years: 1e-6, Rate: 0.05, DividendYield: 0.02, Volatility: 0.3}
			soon, _, err := Appraise(terms, true, nil)
			if err != nil {
				t.Fatal(err)
			}
			terms.Years = 0
			last, _, err := Appraise(terms, true, nil)
			if err != nil || !near(soon.Price, last.Price, 1e-4) || !near(soon.Delta, last.Delta, 1e-4) {
				t.Errorf("%s at %v: %+v, then %+v, %v", kind, spot, soon, last, err)
			}
		}
	}
}
