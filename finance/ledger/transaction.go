// Package ledger says what happened: transactions, their order, and what each does
// to cash and holdings.
//
// Model: a ledger is a list of transactions of one portfolio. It is the truth;
// positions, lots, cash and values are derived from it. A transaction states what a
// broker's statement states: quantities and amounts are positive, the type gives the
// direction. Numbers are exact decimals.
//
// Cash: `amount` is the cash that moved. A buy's includes fees and taxes; a sale's,
// dividend's and interest's is net of them (gross = amount + fees + taxes). Where it
// is missing it follows from quantity, price and costs.
package ledger

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Transaction is one booking.
type Transaction struct {
	ID   string    `json:"id,omitempty"`
	Date date.Date `json:"date"`
	Time Clock     `json:"time,omitzero"` // orders bookings of one day where both have one
	Type Type      `json:"type"`
	// Account holds the security, or the cash where there is no security.
	Account string `json:"account,omitempty"`
	// CashAccount is where the cash of a trade moves, Account unless given.
	CashAccount string `json:"cash_account,omitempty"`
	ToAccount   string `json:"to_account,omitempty"` // transfers: where it goes
	Symbol      string `json:"symbol,omitempty"`
	ToSymbol    string `json:"to_symbol,omitempty"` // spin-off, merger, exercise: what is received

	Quantity money.Optional `json:"quantity,omitzero"` // pieces, contracts for options; positive
	Price    money.Optional `json:"price,omitzero"`    // per unit, in Currency, without costs
	Amount   money.Optional `json:"amount,omitzero"`   // the cash that moved, in Currency
	Currency money.Currency `json:"currency"`          // of price, amount, fees and taxes
	Fees     money.Optional `json:"fees,omitzero"`
	Taxes    money.Optional `json:"taxes,omitzero"`

	ToAmount     money.Optional `json:"to_amount,omitzero"` // internal_transfer: what arrived, where it was converted
	ToCurrency   money.Currency `json:"to_currency,omitempty"`
	GrossForeign *Foreign       `json:"gross_foreign,omitempty"`
	Ratio        *Ratio         `json:"ratio,omitempty"`        // split, merger, spin-off: new for old
	CostFraction money.Optional `json:"cost_fraction,omitzero"` // spin-off: the part of the cost that moves, 0 to 1

	LotSpec  *LotSpec  `json:"lot_spec,omitempty"`  // which lots a sale takes
	LotDate  date.Date `json:"lot_date,omitzero"`   // a buy's lot counts from this day
	LotLabel string    `json:"lot_label,omitempty"` // a buy's lot bears this label

	Note string `json:"note,omitempty"`
	Tags Tags   `json:"tags,omitzero"` // they change no figure
	// Source is the reference the broker gave, unique within an account's history; it is
	// how a file imported twice is recognised.
	Source string `json:"source,omitempty"`
}

// Foreign is a gross value in the security's currency as recorded on the booking:
// 1 unit of Currency was Rate units of the booking's currency. It beats the market rate.
type Foreign struct {
	Currency money.Currency `json:"currency"`
	Amount   money.Decimal  `json:"amount"`
	Rate     money.Decimal  `json:"rate"`
}

// LotSpec fixes which lots a sale takes; what is not given matches any.
type LotSpec struct {
	Cost     money.Optional `json:"cost,omitzero"` // per unit
	Currency money.Currency `json:"currency,omitempty"`
	Date     date.Date      `json:"date,omitzero"`
	Label    string         `json:"label,omitempty"`
}

// Effect returns what the transaction's type does.
func (t *Transaction) Effect() Effect { return effects[t.Type] }

// PaidFrom is the account whose cash the transaction moves.
func (t *Transaction) PaidFrom() string {
	if t.CashAccount != "" {
		return t.CashAccount
	}
	return t.Account
}
