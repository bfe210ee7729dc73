package lot

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// eventful mixes everything that can happen to a holding: purchases, sales by quantity
// or by lot date, transfers, splits that do not divide evenly, returns of capital,
// spin-offs and mergers. Some of it is refused; then it has not happened.
func eventful(seed uint64) []ledger.Transaction {
	r := rand.New(rand.NewPCG(seed, 11))
	var out []ledger.Transaction
	symbol := "X"
	account := func() string { return []string{"A", "B"}[r.IntN(2)] }
	number := func(most int64) money.Optional { return money.Some(money.New(1+r.Int64N(most), 2)) }
	for day := range 60 {
		t := ledger.Transaction{Date: date.Must(2020, 1, 1) + date.Date(day), Symbol: symbol, Account: account(), Currency: "EUR"}
		switch u := r.IntN(16); {
		case u < 6:
			t.Type, t.Quantity, t.Price, t.Fees = ledger.Buy, number(5_000), number(30_000), number(500)
		case u < 10:
			t.Type, t.Quantity, t.Price, t.Taxes = ledger.Sell, number(3_000), number(30_000), number(500)
			if r.IntN(3) == 0 {
				t.LotSpec = &ledger.LotSpec{Date: date.Must(2020, 1, 1) + date.Date(r.IntN(day+1))}
			}
		case u == 10:
			t.Type, t.Quantity, t.ToAccount = ledger.Transfer, number(2_000), map[string]string{"A": "B", "B": "A"}[t.Account]
		case u == 11:
			t.Type, t.Account, t.Ratio = ledger.Split, "", &ledger.Ratio{New: money.Int(1 + r.Int64N(4)), Old: money.Int(1 + r.Int64N(4))}
		case u == 12:
			t.Type, t.Amount = ledger.ReturnOfCapital, number(200_000)
		case u == 13:
			t.Type, t.Account, t.ToSymbol, t.CostFraction = ledger.SpinOff, "", "CHILD", money.Some(money.New(r.Int64N(1000), 3))
			t.Ratio = &ledger.Ratio{New: money.One, Old: money.Int(1 + r.Int64N(7))}
		case u == 14:
			t.Type, t.Account, t.ToSymbol, t.Ratio = ledger.Merger, "", symbol+"X", &ledger.Ratio{New: money.Int(3), Old: money.Int(7)}
			symbol = t.ToSymbol
		default:
			t.Type, t.Symbol, t.Quantity, t.Price = ledger.Sell, "CHILD", number(100), number(9_000)
		}
		out = append(out, t)
	}
	return out
}

// Cost is conserved through anything, also where two accounts keep their lots by
// different methods; and a copy folds on as the original does.
func TestNothingIsLostWhateverHappens(t *testing.T) {
	methods := append([]ledger.Method{ledger.Strict, ledger.StrictWithSize, ledger.FIFOAll, ledger.HIFOAll, ledger.None}, matching...)
	done := map[ledger.Type]int{}
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 13))
		policy := ledger.Policy{
			Method:           methods[r.IntN(len(methods))],
			MethodPerAccount: map[string]ledger.Method{"B": methods[r.IntN(len(methods))]},
			OnOversold:       []ledger.Oversold{ledger.Refuse, ledger.GoShort}[r.IntN(2)],
		}
		k := NewKeeper(policy, nil)
		var in, out totals
		for _, b := range eventful(seed) {
			before := totalsOf(k)
			ds, err := k.Apply(&b)
			after := totalsOf(k)
			if err != nil {
				if fmt.Sprint(before) != fmt.Sprint(after) {
					t.Fatalf("seed %d %v: refused %s (%v) changed %+v to %+v", seed, policy, b.Type, err, before, after)
				}
				continue
			}
			done[b.Type]++
			var closed, brought totals
			for i := range ds {
				d := &ds[i]
				closed.add(d.Quantity, d.Gross, d.Fees, d.Taxes)
				brought.add(d.Quantity, d.Proceeds.Gross, d.Proceeds.Fees, d.Proceeds.Taxes)
			}
			out.add(closed.quantity, closed.gross, closed.fees, closed.taxes)
			// What a booking opened is what it did not spend on closing.
			gross, fees, taxes := b.Quantity.OrZero().Mul(b.Price.OrZero()), b.Fees.OrZero(), b.Taxes.OrZero()
			switch b.Type {
			case ledger.Buy:
				in.add(money.Zero, gross.Add(brought.gross), fees.Sub(brought.fees), taxes.Sub(brought.taxes))
			case ledger.Sell: // a short lot brings cash and bears its own costs
				in.add(money.Zero, brought.gross.Sub(gross), fees.Sub(brought.fees), taxes.Sub(brought.taxes))
			}
			if got := fmt.Sprint(after.gross.Add(out.gross), after.fees.Add(out.fees), after.taxes.Add(out.taxes)); got != fmt.Sprint(in.gross, in.fees, in.taxes) {
				t.Fatalf("seed %d %v after %s on %s: left and out %s, in %s %s %s", seed, policy, b.Type, b.Date, got, in.gross, in.fees, in.taxes)
			}
		}
	}
	for _, kind := range []ledger.Type{ledger.Buy, ledger.Sell, ledger.Transfer, ledger.Split, ledger.ReturnOfCapital, ledger.SpinOff, ledger.Merger} {
		if done[kind] < 100 {
			t.Errorf("only %d bookings of type %s happened: the test says too little", done[kind], kind)
		}
	}
}

func totalsOf(k *Keeper) (s totals) {
	for l := range k.Lots() {
		s.add(l.Quantity, l.Gross, l.Fees, l.Taxes)
	}
	return s
}
