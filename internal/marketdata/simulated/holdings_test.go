package simulated

import (
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/lookthrough"
	"github.com/foliosight/foliosight/finance/money"
)

// Every list can be right, belongs to a fund that is listed, and says that it is simulated.
func TestHoldingsOfTheFunds(t *testing.T) {
	m := New(asOf, Seed)
	p := m.Panel()
	found := 0
	for i := range m.Listings {
		l := &m.Listings[i]
		c := l.Composition
		if c == nil {
			continue
		}
		found++
		if flaw := c.Check(l.Symbol); flaw != nil {
			t.Errorf("%s: %v", l.Symbol, flaw)
		}
		if c.Source != Source || c.AsOf != date.MustParse("2026-10-31") || !lookthrough.IsFund(l.Instrument) {
			t.Errorf("%s: holdings of %s from %q", l.Symbol, c.AsOf, c.Source)
		}
		for _, k := range c.Constituents {
			if k.Name == "" || k.Sector == "" || k.Weight.Cmp(money.Zero) <= 0 {
				t.Errorf("%s holds %+v", l.Symbol, k)
			}
		}
	}
	if found != len(holdings) {
		t.Errorf("%d funds have holdings, of %d lists", found, len(holdings))
	}
	// A fund of funds: 73 % in a fund of which 4 % are known, 26 % in one of which nothing is.
	vtiax, _ := m.Get("VTIAX")
	r := p.Funds().Through([]lookthrough.Position{{Instrument: vtiax.Instrument, Amount: 1000}}, 3)
	if len(r.Names.Lines) != 3 || r.Names.Lines[0].Key != "VEA" || !r.Names.Lines[0].Rest || math.Abs(r.Known-0.73*0.04) > 1e-12 {
		t.Errorf("VTIAX: %+v", r)
	}
}
