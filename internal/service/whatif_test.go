package service

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// trade reads "sell 10 ACME", with "@ 12" for a price and "fee 1" for a fee.
func trade(t *testing.T, line string) Trade {
	t.Helper()
	f := strings.Fields(line)
	out := Trade{Side: Side(f[0]), Quantity: money.MustParse(f[1]), Symbol: f[2]}
	for i := 3; i+1 < len(f); i += 2 {
		switch f[i] {
		case "@":
			out.Price = money.Some(money.MustParse(f[i+1]))
		case "fee":
			out.Fee = money.Some(money.MustParse(f[i+1]))
		case "in":
			out.Account = f[i+1]
		default:
			t.Fatalf("trade %q", line)
		}
	}
	return out
}

func (w *world) whatIf(lines ...string) (*WhatIf, error) {
	w.t.Helper()
	var trades []Trade
	for _, l := range lines {
		trades = append(trades, trade(w.t, l))
	}
	return w.s.WhatIf(ctx, w.owner, Question{Portfolios: []string{w.portfolio}}, trades)
}

// stocked is a portfolio with lots on both sides of a year, a short sale and prices of
// something that is not held.
func stocked(t *testing.T) *world {
	w := newWorld(t)
	w.prices("date,symbol,close\n2024-01-02,ACME,100\n2026-05-29,ACME,150\n2024-01-02,DUMP,20\n2026-05-29,DUMP,10\n2026-05-29,NEWS,40\n", PriceOptions{Currency: "EUR", Basis: "traded"})
	w.book("2024-01-01 deposit 10000", "2024-01-02 buy 20 ACME @ 100", "2026-03-02 buy 10 ACME @ 130", "2026-03-02 sell_short 50 DUMP @ 18")
	return w
}

// By hand: 25 of 30 ACME at 150 bring 3,750 − 5 = 3,745; the fee is spread over the lots
// by quantity, so 20 old ones gain 3,000 − 4 − 2,000 = 996 and 5 new ones
// 750 − 1 − 650 = 99. Cash was 10,000 − 2,000 − 1,300 + 900 = 7,600.
func TestWhatIfSellsByTheLotMethod(t *testing.T) {
	w := stocked(t)
	got, err := w.whatIf("sell 25 ACME fee 5", "buy 10 NEWS", "cover 20 DUMP @ 11")
	w.must(err)
	if s := got.Realised.Long.Amount.Decimal.String(); s != "996" {
		t.Errorf("long-term gain %s, want 996", s)
	}
	// 20 DUMP sold at 18 and bought back at 11 gain 140.
	if s := got.Realised.Short.Amount.Decimal.String(); s != "239" {
		t.Errorf("short-term gain %s, want 99 + 140", s)
	}
	// 7,600 + 3,745 − 400 − 220
	if len(got.Cash) != 1 || got.Cash[0].Before.String() != "7600" || got.Cash[0].After.String() != "10725" {
		t.Errorf("cash %+v", got.Cash)
	}
	// The value falls by the fee and by 20 × (11 − 10) paid above the last price.
	fall := got.Before.Summary.Value.Amount.Decimal.Sub(got.After.Summary.Value.Amount.Decimal)
	if fall.String() != "25" {
		t.Errorf("the value falls by %s, want 25", fall)
	}
	realised := got.After.Summary.Realised.Amount.Decimal.Sub(got.Before.Summary.Realised.Amount.Decimal)
	if !realised.Equal(got.Realised.Long.Amount.Decimal.Add(got.Realised.Short.Amount.Decimal)) {
		t.Errorf("the analyses differ by %s in what is realised", realised)
	}
	if tried := got.Trades[0]; tried.Account != "depot" || tried.Amount.String() != "3745" || tried.PricedOn != date.Must(2026, 5, 29) || tried.Price.Decimal.String() != "150" {
		t.Errorf("filled in: %+v", tried)
	}
	if got.Trades[2].Amount.String() != "-220" || !got.Trades[2].PricedOn.IsNone() {
		t.Errorf("covered at a given price: %+v", got.Trades[2])
	}
}

// What is tried says what it would say, had it been booked; and it is not booked.
func TestWhatIfSaysWhatABookingWouldSay(t *testing.T) {
	w := stocked(t)
	got, err := w.whatIf("sell 25 ACME fee 5", "buy 10 NEWS", "short 3 ACME")
	w.must(err)
	if lines := strings.Count(w.lines(), "\n") + 1; lines != 4 {
		t.Fatalf("%d bookings, want 4: a trade was booked", lines)
	}
	w.book("2026-05-29 sell 25 ACME @ 150", "2026-05-29 buy 10 NEWS @ 40", "2026-05-29 sell_short 3 ACME @ 150", "2026-05-29 fee 5")
	booked, err := w.s.Analysis(ctx, w.owner, Question{Portfolios: []string{w.portfolio}})
	w.must(err)
	for name, pair := range map[string][2]any{
		"value":      {got.After.Summary.Value, booked.Summary.Value},
		"exposure":   {got.After.Risk.Exposure, booked.Risk.Exposure},
		"tail":       {got.After.Risk.Tail, booked.Risk.Tail},
		"allocation": {got.After.Allocation, booked.Allocation},
		"cash":       {got.After.Cash, booked.Cash},
		"first":      {got.After.Holdings[0].Quantity, booked.Holdings[0].Quantity},
	} {
		a, err := json.Marshal(pair[0])
		w.must(err)
		b, err := json.Marshal(pair[1])
		w.must(err)
		if string(a) != string(b) {
			t.Errorf("%s: tried\n%s\nbooked\n%s", name, a, b)
		}
	}
}

func TestWhatIfWithoutTradesIsTheAnalysis(t *testing.T) {
	w := stocked(t)
	got, err := w.whatIf()
	w.must(err)
	if got.After != got.Before || len(got.Cash)+len(got.Trades) != 0 {
		t.Errorf("before %p, after %p, cash %v", got.Before, got.After, got.Cash)
	}
}

func TestWhatIfRefuses(t *testing.T) {
	w := stocked(t)
	for _, c := range []struct {
		what, field, says string
		row               int
		trades            []string
	}{
		{"more than is held", "quantity", "you would sell more than is open in depot: 30 long, 0 short", 1, []string{"sell 31 ACME"}},
		{"what is held only short", "quantity", "0 long, 50 short", 1, []string{"sell 1 DUMP"}},
		{"more than was sold short", "quantity", "you would cover more than is open in depot: 0 long, 50 short", 1, []string{"cover 51 DUMP"}},
		{"the same twice", "quantity", "10 long", 2, []string{"sell 20 ACME", "sell 11 ACME"}},
		{"an unknown symbol", "symbol", "nothing is known of it", 1, []string{"buy 1 WHAT"}},
		{"an option without a price", "price", "no price of ACME261218C00150000 is stored", 1, []string{"buy 1 ACME261218C00150000"}},
		{"an option that expired", "symbol", "expired on 2026-05-15", 1, []string{"buy 1 ACME260515C00150000 @ 2"}},
		{"a side that is none", "side", "no such side", 1, []string{"give 1 ACME"}},
		{"nothing", "quantity", "positive", 1, []string{"buy 0 ACME"}},
		{"a price of nothing", "price", "positive", 1, []string{"buy 1 ACME @ 0"}},
		{"a negative fee", "fee", "not negative", 1, []string{"buy 1 ACME fee -1"}},
		{"another's account", "account", "no such account", 1, []string{"buy 1 ACME in safe"}},
	} {
		_, err := w.whatIf(c.trades...)
		f := wantFault(t, err, c.row, c.field, c.what)
		if !strings.Contains(f.Problem, c.says) {
			t.Errorf("%s: it says %q, want %q", c.what, f.Problem, c.says)
		}
	}
	_, err := w.whatIf("sell 31 ACME", "cover 51 DUMP", "buy 1 WHAT")
	var all ledger.Faults
	if !errors.As(err, &all) || len(all) != 3 {
		t.Errorf("three faults at once: %v", err)
	}
	wantError(t, err, lot.ErrInsufficient, "selling too much")
}

// A policy under which a sale may turn into a short one lets it through.
func TestWhatIfFollowsThePolicy(t *testing.T) {
	w := stocked(t)
	policy := ledger.Policy{OnOversold: ledger.GoShort}
	_, err := w.s.UpdatePortfolio(ctx, w.owner, w.portfolio, PortfolioChange{Revision: store.AnyVersion, Policy: &policy})
	w.must(err)
	got, err := w.whatIf("sell 31 ACME")
	w.must(err)
	for _, h := range got.After.Holdings {
		if h.Symbol == "ACME" && h.Quantity.String() != "-1" {
			t.Errorf("%s ACME are left, want -1", h.Quantity)
		}
	}
}

// Without a stored price the price of the trade is the value: 2 × 3.50 × 100.
func TestWhatIfValuesAnOptionAtItsPrice(t *testing.T) {
	w := stocked(t)
	got, err := w.whatIf("buy 2 ACME261218C00150000 @ 3.50")
	w.must(err)
	if !got.Trades[0].ValuedAtPrice || got.Trades[0].Amount.String() != "-700" || got.Trades[0].Currency != "EUR" {
		t.Errorf("filled in: %+v", got.Trades[0])
	}
	found := false
	for _, h := range got.After.Holdings {
		if h.Symbol == "ACME261218C00150000" {
			found = true
			if h.Value.Amount.Decimal.String() != "700" || h.Group != "options" {
				t.Errorf("valued at %v as %s", h.Value.Amount, h.Group)
			}
		}
	}
	if !found || len(got.After.Data.Unpriced) != 0 {
		t.Errorf("held: %v, unpriced: %v", found, got.After.Data.Unpriced)
	}
	again, err := w.whatIf("buy 1 NEWS")
	w.must(err)
	for _, h := range again.After.Holdings {
		if h.Symbol == "ACME261218C00150000" {
			t.Error("an earlier trial is remembered")
		}
	}
}

func TestWhatIfIsGivenUpWithTheRequest(t *testing.T) {
	gone, cancel := context.WithCancel(ctx)
	cancel()
	block := make(chan struct{})
	defer close(block)
	begun := time.Now()
	_, err := waitFor(gone, func() (int, error) { <-block; return 1, nil })
	wantError(t, err, context.Canceled, "waiting for what never ends")
	if took := time.Since(begun); took > time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestWhatIfIsOfOnePortfolioOfTheCaller(t *testing.T) {
	w := stocked(t)
	_, err := w.s.WhatIf(ctx, w.owner, Question{}, nil)
	wantFault(t, err, 0, "portfolio", "all portfolios")
	_, err = w.s.WhatIf(ctx, w.another("eve@example.org"), Question{Portfolios: []string{w.portfolio}}, nil)
	wantError(t, err, ErrNotFound, "somebody else's portfolio")
}
