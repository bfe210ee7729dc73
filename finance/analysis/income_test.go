package analysis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Income without an exchange rate is left out by name, never counted as nothing.
func TestIncomeWithoutARateIsPartial(t *testing.T) {
	on := date.MustParse("2024-03-01")
	amount := func(s string) money.Optional { return money.Some(money.MustParse(s)) }
	book, err := portfolio.Fold(portfolio.Input{Base: "EUR", Transactions: []ledger.Transaction{
		{Date: on, Type: ledger.Interest, Amount: amount("5"), Currency: "EUR"},
		{Date: on, Type: ledger.Interest, Amount: amount("70"), Currency: "KRW"},
	}, Instrument: func(s string) instrument.Instrument { return instrument.Instrument{Symbol: s, Currency: "EUR"} }, Through: date.None})
	if err != nil {
		t.Fatal(err)
	}
	a, err := analysis.Run(analysis.Input{Book: book, Panel: market.NewPanel(), AsOf: on + 1, Period: analysis.Period{Start: on - 1, End: on + 1}})
	if err != nil {
		t.Fatal(err)
	}
	income := a.Summary.Income
	if !income.Amount.Decimal.Equal(money.Int(5)) || income.Status != analysis.Partial || len(income.Reasons) != 1 {
		t.Errorf("got %s, %s, %v; want 5, partial, with the payment that is left out", income.Amount.Decimal, income.Status, income.Reasons)
	}
}

// What was received before, the tax on it and what may come are unknown, not nothing, where
// all there is was in a currency without a rate; the growth says so, not that nothing came.
func TestIncomeLeftOutIsNotZero(t *testing.T) {
	some := func(s string) money.Optional { return money.Some(money.MustParse(s)) }
	day := date.MustParse
	bookings := []ledger.Transaction{
		{ID: "1", Date: day("2023-01-02"), Type: ledger.Buy, Account: "A", Symbol: "FAR", Quantity: some("10"), Price: some("10"), Currency: "EUR"},
		{ID: "2", Date: day("2023-12-20"), Type: ledger.Dividend, Account: "A", Symbol: "FAR", Amount: some("75"), Taxes: some("25"), Currency: "KRW"},
		{ID: "3", Date: day("2024-12-20"), Type: ledger.Dividend, Account: "A", Symbol: "FAR", Amount: some("75"), Taxes: some("25"), Currency: "KRW"},
	}
	book, err := portfolio.Fold(portfolio.Input{Base: "EUR", Transactions: bookings, Given: true, Through: date.None})
	if err != nil {
		t.Fatal(err)
	}
	in := analysis.Prepare(analysis.Input{AsOf: day("2025-06-30"), Book: book, Panel: market.NewPanel()}).Income(nil)
	figures := map[string]analysis.Figure{"before": in.Before, "withheld": in.Withheld, "received": in.Received, "growth": in.Growth,
		"announced": in.Announced, "estimated": in.Estimated, "expected": in.Expected}
	for _, y := range in.Years {
		if y.Year != 2025 {
			figures[fmt.Sprint("tax of ", y.Year)] = y.Withheld
		}
	}
	for _, m := range in.Months {
		if m.Year == 2025 && m.Month == 12 {
			figures["expected in December"], figures["estimated in December"] = m.Expected, m.Estimated
		}
		if m.Year == 2025 && m.Month == 5 && !m.Expected.Known() {
			t.Errorf("what May, which is over, may bring is unknown: %q", m.Expected.Reasons)
		}
	}
	if len(figures) != 11 {
		t.Fatalf("%d figures: %v", len(figures), in.Years)
	}
	for name, f := range figures {
		if f.Known() || len(f.Reasons) == 0 || !strings.Contains(f.Reasons[0], "KRW") {
			t.Errorf("%s is %v, %s as %q", name, f.Float64(), f.Status, f.Reasons)
		}
	}
}
