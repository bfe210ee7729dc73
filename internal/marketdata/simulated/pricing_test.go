package simulated

import (
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/option"
)

// The market's own pricing, which uses nothing of package math that rounds, and
// that of the finance packages agree far below the cent that quotes are rounded to.
func TestQuotesAgreeWithFinance(t *testing.T) {
	s := newStream(3, "terms")
	for range 2000 {
		terms := option.Terms{Spot: 20 + 500*s.uniform(), Years: 0.01 + 2*s.uniform(), Rate: 0.06 * s.uniform(),
			DividendYield: 0.04 * s.uniform(), Volatility: 0.08 + 0.8*s.uniform()}
		terms.Strike = terms.Spot * (0.6 + 0.8*s.uniform())
		forward := terms.Spot * math.Exp((terms.Rate-terms.DividendYield)*terms.Years)
		for kind, right := range map[option.Kind]instrument.Right{option.Call: instrument.Call, option.Put: instrument.Put} {
			terms.Kind = kind
			got := exp(-terms.Rate*terms.Years) * black(right, forward, terms.Strike, terms.Volatility, terms.Years)
			if want := option.European(terms).Price; math.Abs(got-want) > 1e-9*terms.Spot {
				t.Fatalf("%+v: %v, finance/option says %v", terms, got, want)
			}
		}
	}
}
