package lot

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// workload makes the ledger of an active book: ten accounts that buy small lots of many
// symbols at prices of four decimals and sell a quarter, half or all of what they hold,
// each trade for a fee of one; a tenth are dividends, a few deposits and withdrawals.
func workload(transactions, symbols, days int) []ledger.Transaction {
	r := rand.New(rand.NewPCG(20260101, 1))
	names, accounts := make([]string, symbols), make([]string, 10)
	prices := make([]int64, symbols) // ten-thousandths
	for i := range names {
		names[i] = fmt.Sprintf("S%03d", i)
		prices[i] = 80_000 + r.Int64N(5_000_000)
	}
	for i := range accounts {
		accounts[i] = fmt.Sprintf("A%02d", i)
	}
	held := make([]map[int]int64, len(accounts))
	order := make([][]int, len(accounts)) // symbols ever bought, for a choice that does not depend on map order
	for i := range held {
		held[i] = map[int]int64{}
	}
	pick := func(a int) (int, bool) {
		for range 50 {
			if len(order[a]) == 0 {
				return 0, false
			}
			if s := order[a][r.IntN(len(order[a]))]; held[a][s] > 0 {
				return s, true
			}
		}
		return 0, false
	}
	first := date.Must(2015, 1, 2)
	out := make([]ledger.Transaction, 0, transactions)
	for i := range transactions {
		a := r.IntN(len(accounts))
		t := ledger.Transaction{Date: first + date.Date(i*days/transactions*7/5), Account: accounts[a], Currency: "USD"}
		u := r.Float64()
		s, any := pick(a)
		switch {
		case u < 0.04:
			t.Type, t.Amount = ledger.Deposit, money.Some(money.New(50_000+r.Int64N(450_000), 2))
		case u < 0.14 && any:
			t.Type, t.Symbol, t.Amount = ledger.Dividend, names[s], money.Some(money.New(held[a][s]*prices[s]/20_000, 2))
		case u < 0.42 && any:
			q := max(1, held[a][s]*[]int64{1, 2, 4}[r.IntN(3)]/4)
			held[a][s] -= q
			t.Type, t.Symbol, t.Quantity, t.Price = ledger.Sell, names[s], money.Some(money.Int(q)), money.Some(money.New(prices[s], 4))
			t.Fees = money.Some(money.One)
		default:
			s, q := r.IntN(symbols), 1+r.Int64N(39)
			if _, seen := held[a][s]; !seen {
				order[a] = append(order[a], s)
			}
			held[a][s] += q
			t.Type, t.Symbol, t.Quantity, t.Price = ledger.Buy, names[s], money.Some(money.Int(q)), money.Some(money.New(prices[s], 4))
			t.Fees = money.Some(money.One)
			prices[s] += prices[s] * (r.Int64N(401) - 199) / 10_000
		}
		out = append(out, t)
	}
	return out
}

// BenchmarkLots keeps all lots of 100,000 bookings of 500 symbols in ten accounts and
// adds up the gains.
func BenchmarkLots(b *testing.B) {
	transactions := workload(100_000, 500, 2_520)
	for _, m := range []ledger.Method{ledger.FIFO, ledger.LIFO, ledger.HIFO, ledger.Average, ledger.FIFOAll, ledger.AverageAll} {
		b.Run(string(m), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k := NewKeeper(ledger.Policy{Method: m}, nil)
				gain, disposals := money.Zero, 0
				for i := range transactions {
					ds, err := k.Apply(&transactions[i])
					if err != nil {
						if m == ledger.FIFOAll {
							continue // the next lot is in another account
						}
						b.Fatal(err)
					}
					for j := range ds {
						g, _ := ds[j].Gain()
						gain = gain.Add(g)
					}
					disposals += len(ds)
				}
				if disposals == 0 || gain.IsZero() {
					b.Fatal("nothing was realised")
				}
			}
		})
	}
}
