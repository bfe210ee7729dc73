package proposal_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
)

// Of 1,000 with 100 in cash, A goes from 60 to 35 % at 7 and B from 30 to 55 % at 9: 35
// pieces sold bring 245, 27 bought take 243; costs of 1 a trade and 1 % come to 6.88, so
// one piece less is bought to leave the 100.
func TestOrdersByHand(t *testing.T) {
	at := []proposal.Position{{ID: "A", Price: 7, Held: 600.0 / 7, Now: 0.6, Want: 0.35, Whole: true}, {ID: "B", Price: 9, Held: 300.0 / 9, Now: 0.3, Want: 0.55, Whole: true}}
	o, err := proposal.Trade(at, proposal.Rules{Total: 1000, Fee: 1, CostRate: 0.01, Cash: 100, CashLeft: 100})
	if err != nil || len(o.List) != 2 {
		t.Fatalf("%+v, %v", o, err)
	}
	if o.List[0].Quantity != -35 || o.List[1].Quantity != 26 {
		t.Errorf("%+v", o.List)
	}
	near(t, "cost", o.Cost, 1+2.45+1+2.34, 1e-9)
	near(t, "cash", o.Cash, 100+245-234-o.Cost, 1e-9)
	near(t, "after", o.After[1], 0.3+0.234, 1e-12)
	at[0].Ample = true // 35.71 pieces are to go
	if o, err = proposal.Trade(at[:1], proposal.Rules{Total: 1000}); err != nil || o.List[0].Quantity != -36 {
		t.Errorf("%+v, %v", o, err)
	}
	at[0].Ample = false
	o, err = proposal.Trade(at, proposal.Rules{Total: 1000, Cash: 100, CashLeft: 100, MinTrade: 246})
	if err != nil || len(o.List) != 0 || len(o.Dropped) != 2 {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err = proposal.Trade(at, proposal.Rules{Total: 1000, Fee: -1}); err == nil {
		t.Error("a fee below nothing")
	}
}

// Laws: no order goes beyond the wish, whole ones are whole, what goes goes whole, and the
// cash left is what was asked for unless nothing more can be given up.
func TestOrderLaws(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 3))
		r := proposal.Rules{Total: 1000, Cash: 100, CashLeft: 100 * rng.Float64(), Fee: rng.Float64(), CostRate: 0.005 * rng.Float64()}
		var list []proposal.Position
		want := 0.9
		for i := range 6 {
			p := proposal.Position{Price: 1 + 30*rng.Float64(), Now: 0.15, Whole: seed%2 == 0}
			p.Held = 150 / p.Price
			if p.Want = want * rng.Float64(); i == 5 || rng.IntN(4) == 0 {
				p.Want = 0
			}
			want -= p.Want
			list = append(list, p)
		}
		o, err := proposal.Trade(list, r)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range o.List {
			p := list[x.Position]
			if gap := (p.Want - p.Now) * r.Total; x.Value*gap <= 0 || math.Abs(x.Value) > math.Abs(gap)+1e-5 {
				t.Errorf("seed %d: %v of %v", seed, x.Value, gap)
			}
			if p.Want == 0 && x.Quantity != -p.Held || p.Want != 0 && p.Whole && x.Quantity != math.Trunc(x.Quantity) {
				t.Errorf("seed %d: %v pieces of %v", seed, x.Quantity, p.Held)
			}
		}
		if o.Cash < r.CashLeft-1e-6 {
			t.Errorf("seed %d: cash %v of %v", seed, o.Cash, r.CashLeft)
		}
	}
}

// No other choice of lots is taxed less: against every order of three lots.
func TestLeastTaxIsLeast(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 9))
		rates := proposal.TaxRates{Short: 0.2 + 0.2*rng.Float64(), Long: 0.2 * rng.Float64()}
		var lots []optimize.TaxLot
		for i := range 3 {
			lots = append(lots, optimize.TaxLot{ID: string(rune('a' + i)), Quantity: 1 + 5*rng.Float64(), Cost: 20 * rng.Float64(), LongTerm: rng.IntN(2) == 0})
		}
		short, wanted := seed%2 == 0, 5*rng.Float64()
		tax := func(sales []optimize.LotSale) (sum, pieces float64) {
			for _, s := range sales {
				sum += s.Tax
				pieces += s.Quantity
			}
			return sum, pieces
		}
		best, n := tax(proposal.LeastTax(10, lots, wanted, short, rates))
		for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			sum, left := 0.0, n
			for _, i := range order {
				q := math.Min(lots[i].Quantity, left)
				one, _ := tax(proposal.LeastTax(10, lots[i:i+1], q, short, rates))
				sum, left = sum+one, left-q
			}
			if sum < best-1e-9 {
				t.Errorf("seed %d: %v taxes %v, less than %v", seed, order, sum, best)
			}
		}
	}
	// Without rates the gain decides: the dearest lot first, of equal ones the older term.
	got := proposal.LeastTax(10, []optimize.TaxLot{{ID: "cheap", Quantity: 5, Cost: 2}, {ID: "dear", Quantity: 5, Cost: 9}, {ID: "dear, long", Quantity: 1, Cost: 9, LongTerm: true}}, 7, false, proposal.TaxRates{})
	if len(got) != 3 || got[0].Lot != "dear, long" || got[1].Lot != "dear" || got[2].Lot != "cheap" || got[2].Quantity != 1 || got[2].Gain != 8 {
		t.Errorf("%+v", got)
	}
}
