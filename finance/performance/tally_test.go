package performance

import (
	"fmt"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

// replayed is the gains with every booking of the period gone through.
func replayed(b *portfolio.Book, panel *market.Panel) *Tally { return &Tally{book: b, panel: panel} }

// told is how many bookings of symbols are tallied.
func (t *Tally) told() (n int) {
	for _, e := range t.entries {
		if e.kind != notTallied && int(e.symbol) < len(t.left) {
			n++
		}
	}
	return n
}

// written is every figure of the gains, digit for digit.
func written(g *Gains) string {
	optional := func(o money.Optional) string {
		if !o.Known {
			return "?"
		}
		return o.Decimal.String()
	}
	s := fmt.Sprintln(optional(g.Initial), optional(g.Final), g.Transfers, g.Dividends, g.Interest, g.Fees, g.Taxes, optional(g.Currency), g.Missing, g.Unconverted)
	for _, h := range g.Holdings {
		s += fmt.Sprintln(h.Symbol, optional(h.Initial), optional(h.Final), h.Quantity, h.Purchases, h.Sales, h.Dividends, h.Fees, h.Taxes, h.OtherCosts, h.NetIncome,
			optional(h.Realised), optional(h.Unrealised), optional(h.Cost))
	}
	return s
}

// same compares the two ways over some periods and nodes.
func same(t *testing.T, name string, b *portfolio.Book, panel *market.Panel, tally *Tally, periods [][2]date.Date) {
	t.Helper()
	nodes := []portfolio.Node{{}, {Symbols: b.Symbols[:1]}}
	for _, a := range b.Accounts {
		nodes = append(nodes, portfolio.Node{Accounts: []string{a}})
	}
	nodes = append(nodes, portfolio.Node{Accounts: b.Accounts[:2]})
	for _, p := range periods {
		for _, n := range nodes {
			fast, err1 := tally.Gains(n, p[0], p[1], AsBooked)
			slow, err2 := replayed(b, panel).Gains(n, p[0], p[1], AsBooked)
			if err1 != nil || err2 != nil {
				t.Fatal(name, err1, err2)
			}
			if got, want := written(fast), written(slow); got != want {
				t.Fatalf("%s, %v from %s to %s:\n%s\nwant\n%s", name, n, p[0], p[1], got, want)
			}
		}
	}
}

// The sums say to the last digit what going through the bookings says, on ledgers with
// everything in them, with lots by every method, where prices and rates are missing too.
func TestTallyEqualsReplay(t *testing.T) {
	all, told := 0, 0
	for seed := range uint64(30) {
		r := workload.NewRandom(seed, 90)
		step := (r.Last - r.First) / 5
		periods := [][2]date.Date{{r.First, r.Last}, {r.First + step, r.Last}, {r.First + step, r.First + 3*step}, {r.First + 3*step, r.Last}, {r.Last - 1, r.Last}}
		for _, method := range r.Methods() {
			in := r.Input(method)
			switch seed % 3 { // without corporate actions, or with those of one symbol
			case 0:
				in.Transactions, in.Actions = withoutActions(in.Transactions), nil
			case 1:
				in.Transactions, in.Actions = withoutActions(in.Transactions, "CRUX", "CNEW"), func(symbol string) *market.Actions {
					if symbol == "CRUX" {
						return r.Actions[symbol]
					}
					return nil
				}
			}
			b, err := portfolio.Fold(in)
			if err != nil {
				t.Fatalf("seed %d, %s: %v", seed, method, err)
			}
			panel := r.Panel()
			if seed%5 < 2 { // no rates, or none of the first days and no price of one symbol
				panel = market.NewPanel()
				for symbol, points := range r.Document.Prices {
					if seed%5 == 0 || symbol != b.Symbols[0] {
						panel.SetPrices(symbol, market.FromPoints(points, "random"))
					}
				}
				if rates := r.Document.FX["EUR/USD"]; seed%5 == 1 {
					panel.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, market.FromPoints(rates[len(rates)/3:], "random"))
				}
			}
			tally := NewTally(b, panel)
			all, told = all+len(b.Transactions), told+tally.told()
			same(t, fmt.Sprintf("seed %d, %s", seed, method), b, panel, tally, periods)
		}
	}
	t.Logf("%d of %d bookings are in the sums", told, all)
	if told < all/5 {
		t.Errorf("of %d bookings only %d are in the sums", all, told)
	}
}

// withoutActions keeps trades, deliveries, income and cash, and what they allow to sell;
// of some symbols everything.
func withoutActions(list []ledger.Transaction, except ...string) (kept []ledger.Transaction) {
	held := map[[2]string]money.Decimal{}
	for _, x := range list {
		at, q := [2]string{x.Account, x.Symbol}, x.Quantity.OrZero()
		switch p := x.Effect().Position; {
		case slices.Contains(except, x.Symbol):
		case p == ledger.Opens:
			held[at] = held[at].Add(q)
		case p == ledger.Closes && !held[at].Less(q):
			held[at] = held[at].Sub(q)
		case p != ledger.Untouched || x.Type == ledger.ReturnOfCapital:
			continue
		}
		kept = append(kept, x)
	}
	return kept
}

// A regular ledger is in the sums whole.
func TestTallyOfRegularLedger(t *testing.T) {
	w := workload.New(workload.Size{Name: "test", Transactions: 3000, Instruments: 12, Days: 400}, 3)
	b, err := portfolio.Fold(w.Input())
	if err != nil {
		t.Fatal(err)
	}
	panel := w.Panel()
	tally := NewTally(b, panel)
	if len(tally.others) > 0 || len(tally.taken) == 0 {
		t.Fatalf("%d bookings are not in the sums, %d sales", len(tally.others), len(tally.taken))
	}
	first, last := w.Days[0], w.Days[len(w.Days)-1]
	third := (last - first) / 3
	same(t, "regular", b, panel, tally, [][2]date.Date{{first - 1, last}, {first + third, last}, {first + third, first + 2*third}, {first, first + third}, {last, last}, {first - 9, first - 3}, {last + 5, last + 9}})
}
