package analysis_test

import (
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
