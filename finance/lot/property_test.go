package lot

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// random is a ledger that can happen: what it sells, covers and moves is held. Two
// accounts, one symbol, one booking a day.
func random(seed uint64, splits bool) []ledger.Transaction {
	r := rand.New(rand.NewPCG(seed, 7))
	held := map[string]int64{}  // long, in hundredths
	short := map[string]int64{} // likewise
	var out []ledger.Transaction
	for day := range 40 {
		a := []string{"A", "B"}[r.IntN(2)]
		t := ledger.Transaction{Date: date.Must(2020, 1, 1) + date.Date(day), Symbol: "X", Account: a, Currency: "EUR"}
		amount := func(most int64) money.Optional { return money.Some(money.New(1+r.Int64N(most), 4)) }
		quantity := func(of int64) int64 {
			if r.IntN(3) == 0 {
				return of
			}
			return 1 + r.Int64N(of)
		}
		var q int64
		switch u := r.IntN(12); {
		case u < 4:
			t.Type, q = ledger.Buy, quantity(5000)
			held[a] += q
		case u < 8 && held[a] > 0:
			t.Type, q = ledger.Sell, quantity(held[a])
			held[a] -= q
		case u == 8 && held[a] > 0:
			t.Type, q, t.ToAccount = ledger.Transfer, quantity(held[a]), map[string]string{"A": "B", "B": "A"}[a]
			held[a], held[t.ToAccount] = held[a]-q, held[t.ToAccount]+q
		case u == 9:
			t.Type, q = ledger.SellShort, quantity(5000)
			short[a] += q
		case u == 10 && short[a] > 0:
			t.Type, q = ledger.BuyToCover, quantity(short[a])
			short[a] -= q
		case u == 11 && splits:
			t.Type, t.Account = ledger.Split, ""
			t.Ratio = &ledger.Ratio{New: money.Int(2), Old: money.One}
			for _, m := range []map[string]int64{held, short} {
				for k := range m {
					m[k] *= 2
				}
			}
		default:
			continue
		}
		if q > 0 {
			t.Quantity, t.Price = money.Some(money.New(q, 2)), amount(2_000_000)
			if r.IntN(2) == 0 {
				t.Fees, t.Taxes = amount(50_000), amount(50_000)
			}
		}
		if t.Type == ledger.Transfer {
			t.Price, t.Fees, t.Taxes = money.Optional{}, money.Optional{}, money.Optional{}
		}
		out = append(out, t)
	}
	return out
}

// matching are the methods that never refuse a random ledger.
var matching = []ledger.Method{ledger.FIFO, ledger.LIFO, ledger.HIFO, ledger.Average, ledger.AverageAll}

// totals adds up everything that went in, came out and is left.
type totals struct{ quantity, gross, fees, taxes money.Decimal }

func (s *totals) add(q, gross, fees, taxes money.Decimal) {
	s.quantity, s.gross, s.fees, s.taxes = s.quantity.Add(q), s.gross.Add(gross), s.fees.Add(fees), s.taxes.Add(taxes)
}

func (s *totals) String() string {
	return fmt.Sprintf("%s pieces, gross %s, fees %s, taxes %s", s.quantity, s.gross, s.fees, s.taxes)
}

// What went in is what was disposed of and what is left, to the last digit; and a
// sale's disposals share out exactly what it brought.
func TestNothingIsLost(t *testing.T) {
	for seed := range uint64(300) {
		for _, m := range matching {
			k := NewKeeper(ledger.Policy{Method: m}, nil)
			var in, out totals
			for _, b := range random(seed, true) {
				ds, err := k.Apply(&b)
				if err != nil {
					t.Fatalf("seed %d %s: %v", seed, m, err)
				}
				q, gross := b.Quantity.OrZero(), b.Quantity.OrZero().Mul(b.Price.OrZero())
				var brought totals
				for i := range ds {
					d := &ds[i]
					out.add(d.Quantity, d.Gross, d.Fees, d.Taxes)
					brought.add(d.Quantity, d.Proceeds.Gross, d.Proceeds.Fees, d.Proceeds.Taxes)
				}
				var sold totals
				switch b.Type {
				case ledger.Buy:
					in.add(q, gross, b.Fees.OrZero(), b.Taxes.OrZero())
				case ledger.SellShort:
					in.add(q.Neg(), gross.Neg(), b.Fees.OrZero(), b.Taxes.OrZero())
				case ledger.Sell:
					sold.add(q, gross, b.Fees.OrZero(), b.Taxes.OrZero())
				case ledger.BuyToCover:
					sold.add(q.Neg(), gross.Neg(), b.Fees.OrZero(), b.Taxes.OrZero())
				case ledger.Split: // pieces double, in and out alike
					in.quantity, out.quantity = in.quantity.Mul(b.Ratio.New), out.quantity.Mul(b.Ratio.New)
				}
				if brought.String() != sold.String() {
					t.Fatalf("seed %d %s: the disposals of %s share %s, want %s", seed, m, b.Type, &brought, &sold)
				}
				left := out
				for l := range k.Lots() {
					if l.Quantity.IsZero() {
						t.Fatalf("seed %d %s: an empty lot is open", seed, m)
					}
					left.add(l.Quantity, l.Gross, l.Fees, l.Taxes)
				}
				if left.String() != in.String() {
					t.Fatalf("seed %d %s after %s on %s: out and left are %s, in were %s", seed, m, b.Type, b.Date, &left, &in)
				}
			}
		}
	}
}

// Whatever the method, gains less the cost of what is left are the same: only the
// moment of realising differs.
func TestMethodsAgreeInTotal(t *testing.T) {
	for seed := range uint64(200) {
		var want money.Decimal
		for i, m := range matching {
			gain, left := money.Zero, money.Zero
			k := NewKeeper(ledger.Policy{Method: m}, nil)
			for _, b := range random(seed, true) {
				ds, err := k.Apply(&b)
				if err != nil {
					t.Fatal(err)
				}
				for j := range ds {
					g, ok := ds[j].Gain()
					if !ok {
						t.Fatalf("seed %d %s: a gain is unknown", seed, m)
					}
					gain = gain.Add(g)
				}
			}
			for l := range k.Lots() {
				left = left.Add(l.Cost())
			}
			if got := gain.Sub(left); i == 0 {
				want = got
			} else if !got.Equal(want) {
				t.Errorf("seed %d: %s gives %s, %s gave %s", seed, m, got, matching[0], want)
			}
		}
	}
}

// The order of entry does not matter between days.
func TestOrderOfEntryDoesNotMatter(t *testing.T) {
	for seed := range uint64(60) {
		for _, m := range matching {
			straight := replay(t, m, random(seed, true))
			mixed := random(seed, true)
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
			ledger.Sort(mixed)
			if got := replay(t, m, mixed); got != straight {
				t.Errorf("seed %d %s: got\n%s\nwant\n%s", seed, m, got, straight)
			}
		}
	}
}

func replay(t *testing.T, m ledger.Method, transactions []ledger.Transaction) string {
	t.Helper()
	k := NewKeeper(ledger.Policy{Method: m}, nil)
	var out []string
	for i := range transactions {
		ds, err := k.Apply(&transactions[i])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, describeRealised(ds)...)
	}
	return fmt.Sprint(out, describeOpen(k))
}

// A copy and a snapshot go their own way, and folding on from one gives the same as
// folding from the start.
func TestFoldingOnFromACopy(t *testing.T) {
	for seed := range uint64(60) {
		for _, m := range matching {
			all := random(seed, true)
			want := replay(t, m, all)
			k := NewKeeper(ledger.Policy{Method: m}, nil)
			var realised []string
			half := len(all) / 2
			for i := range all[:half] {
				ds, err := k.Apply(&all[i])
				if err != nil {
					t.Fatal(err)
				}
				realised = append(realised, describeRealised(ds)...)
			}
			before := fmt.Sprint(describeOpen(k))
			snapshot := k.Snapshot("X")
			for _, from := range []*Keeper{k.Clone(), k} {
				again := slices.Clone(realised)
				for i := range all[half:] {
					ds, err := from.Apply(&all[half+i])
					if err != nil {
						t.Fatal(err)
					}
					again = append(again, describeRealised(ds)...)
				}
				if got := fmt.Sprint(again, describeOpen(from)); got != want {
					t.Fatalf("seed %d %s: folded on\n%s\nwant\n%s", seed, m, got, want)
				}
			}
			k.Restore(snapshot)
			if got := fmt.Sprint(describeOpen(k)); got != before {
				t.Fatalf("seed %d %s: restored\n%s\nwant\n%s", seed, m, got, before)
			}
		}
	}
}

// A refused booking changes nothing.
func TestRefusedBookingsChangeNothing(t *testing.T) {
	wrong := []string{
		"2030-01-02 sell 1000000 X @ 1 EUR in A", "2030-01-02 buy_to_cover 1000000 X @ 1 EUR in A", "2030-01-02 sell 1 X @ 1 EUR in C",
		"2030-01-02 transfer 1000000 X in A to B", "2030-01-02 transfer 1 X in A to A", "2030-01-02 sell 1 X @ 1 EUR in A which label=none",
		"2030-01-02 buy 1 X in A", "2030-01-02 split X", "2030-01-02 spin_off X into Y ratio 1:1", "2030-01-02 merger X ratio 1:1",
		"2030-01-02 spend 1000000 X in A", "2030-01-02 option_exercise 1000000 X in A", "2030-01-02 option_expiry 1000000 X in A",
		"2030-01-02 split X ratio 1:99999999999999999999999", "2030-01-02 merger X into Y", "2030-01-02 return_of_capital X in A",
		"2030-01-02 return_of_capital X for 1 USD in A", "2030-01-02 option_exercise 0.01 X in A",
	}
	for seed := range uint64(40) {
		for _, m := range append([]ledger.Method{ledger.Strict, ledger.StrictWithSize, ledger.FIFOAll, ledger.LIFOAll, ledger.HIFOAll, "NONSENSE"}, matching...) {
			k := NewKeeper(ledger.Policy{Method: m}, nil)
			first := mustRead(t, "2019-12-31 buy 1 X @ 5 EUR in A")
			if _, err := k.Apply(&first); err != nil {
				t.Fatal(err)
			}
			for _, b := range random(seed, true) {
				before := fmt.Sprint(describeOpen(k))
				if _, err := k.Apply(&b); err == nil {
					continue
				} else if Code(err) == "" {
					t.Fatalf("seed %d %s: %v has no code", seed, m, err)
				}
				if got := fmt.Sprint(describeOpen(k)); got != before {
					t.Fatalf("seed %d %s: refused %s changed\n%s\nto\n%s", seed, m, b.Type, before, got)
				}
			}
			for _, line := range wrong {
				b := mustRead(t, line)
				before := fmt.Sprint(describeOpen(k))
				if _, err := k.Apply(&b); err == nil {
					t.Fatalf("seed %d %s: %s was booked", seed, m, line)
				}
				if got := fmt.Sprint(describeOpen(k)); got != before {
					t.Fatalf("seed %d %s: refused %s changed\n%s\nto\n%s", seed, m, line, before, got)
				}
			}
		}
	}
}

// Selling at the average leaves the average as it was.
func TestSalesKeepTheAverage(t *testing.T) {
	tolerance := money.New(1, 15)
	for seed := range uint64(200) {
		k := NewKeeper(ledger.Policy{Method: ledger.AverageAll}, nil)
		average := func() (money.Decimal, bool) {
			cost, quantity := money.Zero, money.Zero
			for l := range k.Lots() {
				if !l.Short() {
					cost, quantity = cost.Add(l.Cost()), quantity.Add(l.Quantity)
				}
			}
			if quantity.IsZero() {
				return money.Zero, false
			}
			return cost.DivRound(quantity, money.Places), true
		}
		for _, b := range random(seed, false) {
			before, held := average()
			if _, err := k.Apply(&b); err != nil {
				t.Fatal(err)
			}
			after, left := average()
			if b.Type == ledger.Sell && held && left && tolerance.Less(after.Sub(before).Abs()) {
				t.Errorf("seed %d: a sale moved the average from %s to %s", seed, before, after)
			}
		}
	}
}

// After any splits, selling what the position says sells all, whatever was rounded.
func TestSplitsLeaveNoDust(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		k := NewKeeper(ledger.Policy{Method: matching[r.IntN(len(matching))]}, nil)
		true3 := money.Zero // the position times 3^splits, exact
		power := money.One
		day := date.Must(2020, 1, 1)
		apply := func(b ledger.Transaction) {
			b.Date, b.Symbol, b.Account, b.Currency = day, "X", "A", "EUR"
			day++
			if _, err := k.Apply(&b); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		for range 1 + r.IntN(6) {
			q := money.Int(1 + r.Int64N(1000))
			apply(ledger.Transaction{Type: ledger.Buy, Quantity: money.Some(q), Price: money.Some(money.One)})
			true3 = true3.Add(q.Mul(power))
			if r.IntN(2) == 0 {
				n := money.Int(1 + r.Int64N(5))
				apply(ledger.Transaction{Type: ledger.Split, Ratio: &ledger.Ratio{New: n, Old: money.Int(3)}})
				true3, power = true3.Mul(n), power.Mul(money.Int(3))
			}
		}
		all := true3.DivRound(power, money.Places)
		apply(ledger.Transaction{Type: ledger.Sell, Quantity: money.Some(all), Price: money.Some(money.One)})
		if open := k.Open("A", "X"); len(open) != 0 {
			t.Errorf("seed %d: after selling all %s, %v are left", seed, all, open[0].Quantity)
		}
	}
}
