package income_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/income"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// regular makes a payer of n payments a year over some years before asOf.
func regular(r *rand.Rand, n, years int, asOf date.Date) *market.Actions {
	a := &market.Actions{}
	step := 365 / n
	last := int(asOf) - 20 - r.IntN(step/2)
	for i := n*years - 1; i >= 0; i-- {
		ex := date.Date(last - i*step - i/n*(365-n*step))
		a.Dividends = append(a.Dividends, market.DividendEvent{ExDate: ex, PayDate: ex + 10, Amount: money.New(100+int64(n*years-i), 2), Currency: "EUR"})
	}
	return a
}

// A payer that goes on as before is expected to pay once more what it paid in the last
// year, whatever its interval; a split in between changes the amount of a share alone.
func TestARegularPayerIsExpectedToGoOn(t *testing.T) {
	asOf := date.MustParse("2025-06-30")
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		n := []int{1, 2, 4, 12}[r.IntN(4)]
		a := regular(r, n, 3, asOf)
		paid, count := money.Zero, 0
		for _, d := range a.Dividends {
			if d.PayDate.AddYears(1) > asOf && d.PayDate <= asOf {
				paid, count = paid.Add(d.Amount), count+1
			}
		}
		split := r.IntN(2) == 0
		if split {
			a.Splits = []market.SplitEvent{{Date: asOf - 1, Ratio: ledger.Ratio{New: money.Int(2), Old: money.Int(1)}}}
			paid = paid.Mul(money.New(5, 1))
		}
		p := income.Project("ACME", a, asOf, asOf.AddYears(1), false)
		got := money.Zero
		for _, e := range p.Payments {
			if e.Date <= asOf || e.Date > asOf.AddYears(1) || e.Basis != income.Estimated {
				t.Fatalf("seed %d: payment %+v", seed, e)
			}
			got = got.Add(e.PerShare)
		}
		if p.Payer != income.Pays || len(p.Payments) != count || !got.Equal(paid) {
			t.Errorf("seed %d, %d a year, split %v: %s with %d payments of %s, want %d of %s (%s)", seed, n, split, p.Payer, len(p.Payments), got, count, paid, p.Reason)
		}
	}
}

// Whatever is booked of what is due, the rest is not; and all that is due is what was held
// before each ex-date.
func TestWhatIsBookedAndWhatIsNotAddUp(t *testing.T) {
	asOf := date.MustParse("2025-06-30")
	checked := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		actions := regular(r, []int{1, 2, 4, 12}[r.IntN(4)], 2, asOf)
		accounts := []string{"one", "two"}
		var trades []ledger.Transaction
		held := map[string]map[date.Date]int64{}
		for _, account := range accounts {
			held[account] = map[date.Date]int64{}
			sum := int64(0)
			for day := asOf - 800; day < asOf; day++ {
				if r.IntN(60) == 0 {
					q := int64(1 + r.IntN(50))
					x := ledger.Transaction{ID: fmt.Sprint(account, day), Date: day, Type: ledger.Buy, Account: account, Symbol: "ACME", Quantity: money.Some(money.Int(q)), Price: money.Some(money.Int(10)), Currency: "EUR"}
					if sum >= q && r.IntN(2) == 0 {
						x.Type, q = ledger.Sell, -q
					}
					sum += q
					trades = append(trades, x)
				}
				held[account][day] = sum
			}
		}
		fold := func(more []ledger.Transaction) *portfolio.Book {
			b, err := portfolio.Fold(portfolio.Input{Base: "EUR", Transactions: append(append([]ledger.Transaction(nil), trades...), more...), Through: date.None,
				Instrument: func(symbol string) instrument.Instrument {
					return instrument.Instrument{Symbol: symbol, Currency: "EUR"}
				}})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		due := income.Entitled(fold(nil), func(string) *market.Actions { return actions }, date.None, asOf)
		want := 0
		for _, d := range actions.Dividends {
			for _, account := range accounts {
				if held[account][d.ExDate-1] > 0 {
					want++
				}
			}
		}
		if len(due) != want {
			t.Fatalf("seed %d: %d due, want %d", seed, len(due), want)
		}
		var booked []ledger.Transaction
		var left []income.Due
		for i, d := range due {
			if !d.Quantity.Equal(money.Int(held[d.Account][d.ExDate-1])) {
				t.Fatalf("seed %d: %s held on %s, want %d", seed, d.Quantity, d.ExDate-1, held[d.Account][d.ExDate-1])
			}
			if r.IntN(3) == 0 {
				left = append(left, d)
				continue
			}
			booked = append(booked, ledger.Transaction{ID: fmt.Sprint("d", i), Date: d.Paid() + date.Date(r.IntN(3)), Type: ledger.Dividend, Account: d.Account, Symbol: d.Symbol, Amount: money.Some(d.Gross), Currency: "EUR"})
		}
		got := income.Unbooked(due, fold(booked))
		if fmt.Sprint(got) != fmt.Sprint(left) {
			t.Errorf("seed %d: left %v\nwant %v", seed, got, left)
		}
		checked += len(left)
	}
	if checked < 300 {
		t.Fatalf("only %d were left", checked)
	}
}
