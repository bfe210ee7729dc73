package lot

import (
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Why a booking is refused. A refused booking has changed nothing.
var (
	ErrInsufficient    = errors.New("the open lots do not cover the quantity")
	ErrNoMatch         = errors.New("no open lot fits")
	ErrAmbiguous       = errors.New("several different lots fit")
	ErrMixedCurrency   = errors.New("lots with costs in different currencies cannot be averaged")
	ErrCostUnknown     = errors.New("the cost of the lot cannot be inferred")
	ErrBetterElsewhere = errors.New("it is the turn of a lot in another account")
	ErrMethod          = errors.New("there is no such lot method")
	ErrQuantity        = errors.New("the quantity is missing or not positive")
	ErrTerms           = errors.New("the terms of the event are missing or make no sense")
)

// codes are the names of the refusals in calc.md.
var codes = []struct {
	err  error
	code string
}{
	{ErrInsufficient, "insufficient_lots"},
	{ErrNoMatch, "no_matching_lot"},
	{ErrAmbiguous, "ambiguous_match"},
	{ErrMixedCurrency, "mixed_cost_currency"},
	{ErrCostUnknown, "cannot_infer_cost"},
	{ErrBetterElsewhere, "better_lot_in_other_account"},
	{ErrMethod, "unknown_method"},
	{ErrQuantity, "bad_quantity"},
	{ErrTerms, "bad_terms"},
}

// Code is the short name of a refusal for programs, empty for other errors.
func Code(err error) string {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return ""
}

// refuse makes the *ledger.Fault of a refused booking.
func refuse(t *ledger.Transaction, err error, field, value, cure, format string, args ...any) error {
	return &ledger.Fault{
		ID: t.ID, Field: field, Value: value, Err: err, Cure: cure,
		Problem: fmt.Sprintf("%s of %s on %s: %s: %v", t.Type, t.Symbol, t.Date, fmt.Sprintf(format, args...), err),
	}
}

func place(account string) string {
	if account == "" {
		return "the ledger"
	}
	return account
}

func insufficient(t *ledger.Transaction, s *shelf, wanted, held money.Decimal) error {
	return refuse(t, ErrInsufficient, "quantity", wanted.Abs().String(),
		"lower the quantity, or book (or import) first what was bought before this date; a short sale is booked as sell_short",
		"%s wanted, %s open in %s", wanted.Abs(), held.Abs(), place(s.account))
}

func noMatch(t *ledger.Transaction, s *shelf, wanted money.Decimal) error {
	what, cure := "nothing is open in "+place(s.account), "book (or import) first what was bought before this date; a short sale is booked as sell_short"
	if specific(t.LotSpec) {
		what, cure = "none of the open lots in "+place(s.account)+" is as lot_spec says", "compare lot_spec with the open lots, or leave it out"
	}
	return refuse(t, ErrNoMatch, "quantity", wanted.Abs().String(), cure, "%s", what)
}
