package performance_test

import (
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

const seeds = 60

func mustFold(t testing.TB, in portfolio.Input) *portfolio.Book {
	t.Helper()
	b, err := portfolio.Fold(in)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var orders = []performance.LotOrder{performance.AsBooked, performance.FIFOPerAccount, performance.LIFOPerAccount, performance.HIFOPerAccount, performance.AverageOverAll, performance.AveragePerAccount}

// periods cuts the life of a ledger in several ways.
func periods(r *workload.Random) [][2]date.Date {
	third := (r.Last - r.First) / 3
	return [][2]date.Date{{r.First, r.Last}, {r.First + third, r.Last}, {r.First, r.First + third}, {r.First + third, r.First + 2*third}, {r.Last - 1, r.Last}}
}

// initial + transfers + realised + unrealised + income − fees − taxes + currency = final.
func TestGainsAddUpExactly(t *testing.T) {
	tolerance := money.New(1, 12)
	for seed := range uint64(seeds) {
		r := workload.NewRandom(seed, 80)
		panel := r.Panel()
		for _, m := range r.Methods() {
			b := mustFold(t, r.Input(m))
			for _, p := range periods(r) {
				for _, o := range orders {
					g, err := performance.NewGains(b, panel, p[0], p[1], o)
					if err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
					realised, unrealised := g.Realised(), g.Unrealised()
					if !g.Initial.Known || !g.Final.Known || !realised.Known || !unrealised.Known || !g.Currency.Known {
						t.Fatalf("seed %d, %s, order %d, %v: something is unknown: %v", seed, m, o, p, g.Missing)
					}
					sum := g.Initial.Decimal.Add(g.Transfers).Add(realised.Decimal).Add(unrealised.Decimal).Add(g.Income()).
						Sub(g.Fees).Sub(g.Taxes).Add(g.Currency.Decimal)
					if d := sum.Sub(g.Final.Decimal).Abs(); tolerance.Less(d) {
						t.Errorf("seed %d, %s, order %d, %s to %s: off by %s", seed, m, o, p[0], p[1], d)
					}
				}
			}
		}
	}
}

// What the parts of the portfolio gained, each with its own purchases and sales, is what
// the whole gained, and cash is what is left.
func TestHoldingsAddUp(t *testing.T) {
	tolerance := money.New(1, 12)
	for seed := range uint64(seeds) {
		r := workload.NewRandom(seed, 80)
		panel := r.Panel()
		b := mustFold(t, r.Input("FIFO"))
		for _, p := range periods(r) {
			g, err := performance.NewGains(b, panel, p[0], p[1], performance.AsBooked)
			if err != nil {
				t.Fatal(err)
			}
			for i := range g.Holdings {
				h := &g.Holdings[i]
				whole := h.Realised.Decimal.Add(h.Unrealised.Decimal).Add(h.Dividends).Sub(h.Fees).Sub(h.Taxes)
				if d := whole.Sub(h.Delta().Decimal).Abs(); tolerance.Less(d) {
					t.Errorf("seed %d, %s to %s, %s: gains %s, delta %s", seed, p[0], p[1], h.Symbol, whole, h.Delta().Decimal)
				}
			}
		}
	}
}

// Realised and unrealised differ between lot orders; their sum does not.
func TestLotOrdersShareOneTotal(t *testing.T) {
	for seed := range uint64(40) {
		r := workload.NewRandom(seed, 80)
		b, panel := mustFold(t, r.Input("FIFO")), r.Panel()
		var want money.Decimal
		for i, o := range orders {
			g, err := performance.NewGains(b, panel, r.First, r.Last, o)
			if err != nil {
				t.Fatal(err)
			}
			got := g.Realised().Decimal.Add(g.Unrealised().Decimal)
			if i == 0 {
				want = got
			}
			if d := got.Sub(want).Abs(); money.New(1, 12).Less(d) {
				t.Errorf("seed %d, order %d: %s, want %s", seed, o, got, want)
			}
		}
	}
}

// FIFO lots of the book and first in, first out over again are the same gains.
func TestAsBookedIsTheBooksMethod(t *testing.T) {
	for seed := range uint64(40) {
		r := workload.NewRandom(seed, 80)
		b, panel := mustFold(t, r.Input("FIFO")), r.Panel()
		first, err1 := performance.NewGains(b, panel, r.First, r.Last, performance.AsBooked)
		second, err2 := performance.NewGains(b, panel, r.First, r.Last, performance.FIFOPerAccount)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if d := first.Realised().Decimal.Sub(second.Realised().Decimal); money.New(1, 9).Less(d.Abs()) {
			t.Errorf("seed %d: as booked %s, first in first out %s", seed, first.Realised().Decimal, second.Realised().Decimal)
		}
	}
}

func near(a, b, tolerance float64) bool {
	return math.Abs(a-b) <= tolerance*max(1, math.Abs(a), math.Abs(b))
}

// The equation holds for every account and holding too, with the flows over its border,
// and accounts together earn what the portfolio earns.
func TestGainsOfNodesAddUpExactly(t *testing.T) {
	tolerance := money.New(1, 12)
	for seed := range uint64(30) {
		r := workload.NewRandom(seed, 80)
		panel := r.Panel()
		b := mustFold(t, r.Input("FIFO"))
		for _, p := range periods(r) {
			for _, o := range orders {
				earned := money.Zero
				for _, node := range nodes(b) {
					g, err := performance.NewNodeGains(b, panel, node, p[0], p[1], o)
					if err != nil {
						t.Fatal(err)
					}
					sum := g.Initial.Decimal.Add(g.Transfers).Add(g.Realised().Decimal).Add(g.Unrealised().Decimal).Add(g.Income()).
						Sub(g.Fees).Sub(g.Taxes).Add(g.Currency.Decimal)
					if d := sum.Sub(g.Final.Decimal).Abs(); tolerance.Less(d) || !g.Currency.Known {
						t.Errorf("seed %d, order %d, %v, %s to %s: off by %s", seed, o, node, p[0], p[1], d)
					}
					switch {
					case node.IsAll():
						earned = earned.Add(g.Delta().Decimal)
					case len(node.Accounts) > 0:
						earned = earned.Sub(g.Delta().Decimal)
					}
				}
				// Booked rates apart from the market's are earned by whoever holds both sides.
				if !r.Mixed && o == performance.AsBooked && money.New(1, 9).Less(earned.Abs()) && !convertsOrPays(b, p[0], p[1]) {
					t.Errorf("seed %d, %s to %s: accounts earn %s less", seed, p[0], p[1], earned)
				}
			}
		}
	}
}

// convertsOrPays reports whether cash moves between accounts at a rate or cost of its own.
func convertsOrPays(b *portfolio.Book, from, to date.Date) bool {
	for i := b.After(from); i < b.After(to); i++ {
		if t := &b.Transactions[i]; t.Type == ledger.InternalMove && t.Symbol == "" {
			return true
		}
	}
	return false
}

func nodes(b *portfolio.Book) []portfolio.Node {
	out := []portfolio.Node{{}}
	for _, a := range b.Accounts {
		out = append(out, portfolio.Node{Accounts: []string{a}})
	}
	for _, s := range b.Symbols {
		out = append(out, portfolio.Node{Symbols: []string{s}})
	}
	return out
}

// The gains of an account agree with its timeline.
func TestGainsOfAccountsAgreeWithTimelines(t *testing.T) {
	for seed := range uint64(30) {
		r := workload.NewRandom(seed, 80)
		b := mustFold(t, r.Input("FIFO"))
		for _, a := range b.Accounts {
			node := portfolio.Node{Accounts: []string{a}}
			line := timeline(b, r, node)
			s := performance.NewSpan(line, r.First, r.Last)
			g, err := performance.NewNodeGains(b, r.Panel(), node, r.First, r.Last, performance.AsBooked)
			if err != nil {
				t.Fatal(err)
			}
			net := 0.0
			for i := s.From; i <= s.To; i++ {
				net += line.Inflow[i] - line.Outflow[i]
			}
			if !near(s.Final, g.Final.Decimal.Float64(), 1e-9) || !r.Mixed && !near(net, g.Transfers.Float64(), 1e-6) {
				t.Errorf("seed %d, %s: final %v and %s, transfers %v and %s", seed, a, s.Final, g.Final.Decimal, net, g.Transfers)
			}
		}
	}
}
