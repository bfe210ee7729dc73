package optimize

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

var unbounded = math.Inf(1)

// A holds 60 of 100 and is to be 30: sell 3 at 10. Lots by tax a unit: a loss, the
// long gain of 4 at 15 % (0.6), the short gain of 2 at 40 % (0.8).
func example() []Wanted {
	return []Wanted{{"A", 10, 0.3, []TaxLot{{"short", 2, 8, false}, {"long", 3, 6, true}, {"loss", 1, 12, false}}}, {"B", 5, 0.6, []TaxLot{{"b", 8, 5, true}}}}
}

func TestRebalanceByHand(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules Rules
		want  string
	}{
		{"the whole way", Rules{MaxTurnover: unbounded, ShortRate: 0.4, LongRate: 0.15}, "[{A -3 -30 [{loss 1 -2 -0.80} {long 2 8 1.20}]} {B 4 20 []}] part 1.00 turnover 0.25 gain 6.00 tax 0.40 cash 10.00 weights [0.30 0.60]"},
		{"half the turnover, half the way", Rules{MaxTurnover: 0.125, ShortRate: 0.4, LongRate: 0.15}, "[{A -1.5 -15 [{loss 1 -2 -0.80} {long 0.5 2 0.30}]} {B 2 10 []}] part 0.50 turnover 0.12 gain 0.00 tax -0.50 cash 5.00 weights [0.45 0.50]"},
		{"whole units", Rules{MaxTurnover: 0.125, Whole: true}, "[{A -1 -10 [{short 1 2 0.00}]} {B 2 10 []}] part 0.50 turnover 0.10 gain 2.00 tax 0.00 cash 0.00 weights [0.50 0.50]"},
		{"within the band", Rules{MaxTurnover: unbounded, Band: 0.25}, "[{A -3 -30 [{short 2 4 0.00} {long 1 4 0.00}]}] part 1.00 turnover 0.15 gain 8.00 tax 0.00 cash 30.00 weights [0.30 0.40]"},
		{"nothing to do", Rules{MaxTurnover: unbounded, Band: 0.5}, "[] part 1.00 turnover 0.00 gain 0.00 tax 0.00 cash 0.00 weights [0.60 0.40]"},
	} {
		p, err := Rebalance(example(), c.rules)
		if err != nil {
			t.Fatal(err)
		}
		orders := "["
		for i, o := range p.Orders {
			if i > 0 {
				orders += " "
			}
			orders += fmt.Sprintf("{%s %v %v [", o.ID, o.Quantity, o.Value)
			for k, s := range o.Sales {
				if k > 0 {
					orders += " "
				}
				orders += fmt.Sprintf("{%s %v %v %.2f}", s.Lot, s.Quantity, s.Gain, s.Tax)
			}
			orders += "]}"
		}
		got := fmt.Sprintf("%s] part %.2f turnover %.2f gain %.2f tax %.2f cash %.2f weights %.2f", orders, p.Part, p.Turnover, p.Gain, p.Tax, p.Cash, p.Weights)
		if got != c.want {
			t.Errorf("%s: got\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

// A purchase that its sale may not pay for is cut to the money there is.
func TestRebalanceWithinMoney(t *testing.T) {
	p, err := Rebalance([]Wanted{{"A", 10, 0.5, []TaxLot{{"a", 6, 1, true}}}, {"B", 10, 0.5, []TaxLot{{"b", 4, 1, true}}}, {"C", 1, 0, nil}}, Rules{Cash: 0, MaxTurnover: unbounded, Band: 0.2})
	if err != nil || len(p.Orders) != 0 {
		t.Errorf("got %+v, %v", p, err)
	}
	// D's ten are within the band and stay, so that only the cash of 2 buys E
	p, err = Rebalance([]Wanted{{"D", 1, 0.88, []TaxLot{{"d", 98, 1, true}}}, {"E", 1, 0.12, nil}}, Rules{Cash: 2, MaxTurnover: unbounded, Band: 0.11})
	if err != nil || len(p.Orders) != 1 || p.Orders[0].Quantity != 2 || p.Cash != 0 {
		t.Errorf("got %+v, %v", p, err)
	}
}

// Laws: money is conserved, nothing is oversold, the turnover holds, cash is never
// negative, without bounds the targets are met, and no other lots cost less tax.
func TestRebalanceLaws(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 8))
		holdings := make([]Wanted, 2+rng.IntN(5))
		r := Rules{Cash: 100 * rng.Float64(), MaxTurnover: unbounded, ShortRate: 0.4, LongRate: 0.2, Whole: seed%3 == 0}
		if seed%2 == 0 {
			r.MaxTurnover = 0.3 * rng.Float64()
		}
		if seed%5 == 0 {
			r.Band = 0.05
		}
		total := r.Cash
		for i := range holdings {
			h := &holdings[i]
			h.ID, h.Price, h.Weight = fmt.Sprint(i), 1+9*rng.Float64(), rng.Float64()/float64(len(holdings))
			for k := range rng.IntN(4) {
				l := TaxLot{fmt.Sprint(k), math.Floor(50 * rng.Float64()), 10 * rng.Float64(), rng.IntN(2) == 0}
				h.Lots = append(h.Lots, l)
				total += l.Quantity * h.Price
			}
		}
		p, err := Rebalance(holdings, r)
		if err != nil {
			t.Fatal(err)
		}
		after, orders := p.Cash, map[string]Order{}
		for i, h := range holdings {
			after += p.Weights[i] * total
			if p.Weights[i] < -1e-12 || (math.IsInf(r.MaxTurnover, 1) && !r.Whole && r.Band == 0 && math.Abs(p.Weights[i]-h.Weight) > 1e-9) {
				t.Fatalf("seed %d: %s weighs %v, wanted %v", seed, h.ID, p.Weights[i], h.Weight)
			}
		}
		for _, o := range p.Orders {
			orders[o.ID] = o
		}
		if math.Abs(after-total) > 1e-9*total || p.Cash < 0 || p.Turnover > r.MaxTurnover+1e-9 {
			t.Fatalf("seed %d: %v of %v, cash %v, turnover %v of %v", seed, after, total, p.Cash, p.Turnover, r.MaxTurnover)
		}
		for _, h := range holdings {
			o := orders[h.ID]
			if o.Quantity >= 0 {
				continue
			}
			sold, tax := 0.0, 0.0
			for _, s := range o.Sales {
				sold += s.Quantity
				tax += s.Tax
			}
			if math.Abs(sold+o.Quantity) > 1e-9 {
				t.Fatalf("seed %d: %v sold from lots, %v ordered", seed, sold, o.Quantity)
			}
			for range 20 { // any other order of the lots
				left, other := sold, 0.0
				for _, k := range rng.Perm(len(h.Lots)) {
					l, rate := h.Lots[k], r.ShortRate
					if l.LongTerm {
						rate = r.LongRate
					}
					q := math.Min(left, l.Quantity)
					other += q * (h.Price - l.Cost) * rate
					left -= q
				}
				if other < tax-1e-9 {
					t.Fatalf("seed %d: %s costs %v tax, other lots %v", seed, h.ID, tax, other)
				}
			}
		}
	}
}

// A is 60 of 100 and is to be 30; of 40 in cash and sales 20 stay in cash.
func TestRebalanceKeepsAReserveAndSkipsSmallTrades(t *testing.T) {
	rules := Rules{MaxTurnover: unbounded, Reserve: 0.2}
	if _, err := Rebalance(example(), rules); err == nil {
		t.Error("targets of 0.9 and a reserve of 0.2 do not go together")
	}
	holdings := example()
	holdings[1].Weight = 0.5
	rules.Band = 0.11
	rules.Cash = 0
	holdings[0].Weight = 0.3
	p, err := Rebalance(holdings, rules) // B's ten are within the band
	if err != nil || len(p.Orders) != 1 || p.Cash != 30 {
		t.Errorf("got %+v, %v", p, err)
	}
	rules.Band, rules.Reserve = 0, 0.2
	p, err = Rebalance(holdings, rules) // 30 come in, 10 go out
	if err != nil || len(p.Orders) != 2 || math.Abs(p.Cash-20) > 1e-9 {
		t.Errorf("got %+v, %v", p, err)
	}
	rules.MinTrade = 10.5
	p, err = Rebalance(holdings, rules)
	if err != nil || len(p.Orders) != 1 || p.Orders[0].ID != "A" {
		t.Errorf("got %+v, %v", p, err)
	}
	rules.MinTrade = 30.5
	if p, err = Rebalance(holdings, rules); err != nil || len(p.Orders) != 0 || p.Cash != 0 {
		t.Errorf("got %+v, %v", p, err)
	}
	// the reserve holds whatever the rules, as far as cash was there before
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 12))
		r := Rules{Cash: 20 * rng.Float64(), MaxTurnover: rng.Float64(), Reserve: 0.3 * rng.Float64(), Band: 0.05 * rng.Float64(), MinTrade: 10 * rng.Float64(), Whole: seed%2 == 0}
		holdings, total := make([]Wanted, 4), r.Cash
		for i := range holdings {
			holdings[i] = Wanted{fmt.Sprint(i), 1 + rng.Float64(), 0.17 * rng.Float64(), []TaxLot{{"x", 30 * rng.Float64(), 1, true}}}
			total += holdings[i].Price * holdings[i].Lots[0].Quantity
		}
		p, err := Rebalance(holdings, r)
		if err != nil {
			t.Fatal(err)
		}
		if p.Cash < math.Min(r.Cash, r.Reserve*total)-1e-9 {
			t.Errorf("seed %d: cash %v of %v, reserve %v", seed, p.Cash, r.Cash, r.Reserve*total)
		}
		for _, o := range p.Orders {
			if math.Abs(o.Value) < r.MinTrade {
				t.Errorf("seed %d: an order of %v", seed, o.Value)
			}
		}
	}
}

// The loss of A's one unit at a loss is taken away by a purchase of the last 30 days, but
// not by the purchase of that very unit.
func TestWashSales(t *testing.T) {
	for _, c := range []struct {
		name        string
		recent      []Purchase
		washed, tax float64
	}{
		{"none", nil, 0, 0},
		{"another lot bought last week", []Purchase{{"short", 2, 7}}, 2, 0.8},
		{"half a unit, sold since", []Purchase{{"", 0.5, 30}}, 1, 0.4},
		{"too long ago", []Purchase{{"short", 2, 31}}, 0, 0},
		{"the unit itself", []Purchase{{"loss", 1, 7}}, 0, 0},
	} {
		p, err := Rebalance(example(), Rules{MaxTurnover: unbounded, ShortRate: 0.4, LongRate: 0.15, Recent: map[string][]Purchase{"A": c.recent}})
		if err != nil {
			t.Fatal(err)
		}
		if o := p.Orders[0]; o.Loss != 2 || o.Washed != c.washed || math.Abs(p.WashedTax-c.tax) > 1e-12 {
			t.Errorf("%s: %+v, tax %v", c.name, o, p.WashedTax)
		}
	}
}

func TestRebalanceRefuses(t *testing.T) {
	for _, c := range []struct {
		name     string
		holdings []Wanted
		rules    Rules
		want     error
	}{
		{"nothing", nil, Rules{}, ErrNoMoney},
		{"over one", []Wanted{{"A", 1, 0.7, nil}, {"B", 1, 0.7, nil}}, Rules{Cash: 1}, ErrTargets},
		{"short", []Wanted{{"A", 1, -0.1, nil}}, Rules{Cash: 1}, ErrTargets},
		{"no price", []Wanted{{"A", 0, 0.1, nil}}, Rules{Cash: 1}, ErrPosting},
		{"a short lot", []Wanted{{"A", 1, 0.1, []TaxLot{{"x", -1, 1, true}}}}, Rules{Cash: 1}, ErrPosting},
		{"a rate above one", nil, Rules{Cash: 1, LongRate: 2}, ErrRules},
		{"no turnover known", nil, Rules{Cash: 1, MaxTurnover: math.NaN()}, ErrRules},
	} {
		if _, err := Rebalance(c.holdings, c.rules); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func BenchmarkRebalance500(b *testing.B) {
	holdings := make([]Wanted, 500)
	for i := range holdings {
		holdings[i] = Wanted{"x", 10, 1.0 / 500, []TaxLot{{"a", float64(i), 8, true}, {"b", float64(i % 7), 12, false}}}
	}
	for b.Loop() {
		if _, err := Rebalance(holdings, Rules{MaxTurnover: 0.2, ShortRate: 0.4, LongRate: 0.2}); err != nil {
			b.Fatal(err)
		}
	}
}
