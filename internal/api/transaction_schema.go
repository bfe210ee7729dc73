package api

// TransactionSchema is how a booking to be made appears in the OpenAPI document; its
// JSON is that of ledger.Transaction.
type TransactionSchema struct {
	ID           string         `json:"id,omitempty" doc:"Id; given by the server, ignored on writing."`
	Date         dateSchema     `json:"date" doc:"The day it happened."`
	Time         string         `json:"time,omitempty" pattern:"^[0-9]{2}:[0-9]{2}(:[0-9]{2})?(\\.[0-9]+)?$" patternDescription:"a time such as 09:30:00" doc:"Time of day; orders bookings of one day where both have one." example:"09:30:00"`
	Type         string         `json:"type" enum:"deposit,withdrawal,interest,interest_charge,dividend,coupon,fee,fee_refund,tax,tax_refund,buy,sell,sell_short,buy_to_cover,transfer_in,transfer_out,internal_transfer,transfer,spend,split,cash_in,liability,return_of_capital,spin_off,merger,option_exercise,option_assignment,option_expiry" doc:"What happened. Quantities and amounts are positive; the type gives the direction." example:"buy"`
	Account      string         `json:"account,omitempty" maxLength:"100" doc:"Holds the security, or the cash where there is none; may be left out where the portfolio has one account." example:"ib"`
	CashAccount  string         `json:"cash_account,omitempty" maxLength:"100" doc:"Where the cash of a trade moves; the account unless given."`
	ToAccount    string         `json:"to_account,omitempty" maxLength:"100" doc:"Of transfers: where it goes."`
	Symbol       string         `json:"symbol,omitempty" maxLength:"100" doc:"The security." example:"AAPL"`
	ToSymbol     string         `json:"to_symbol,omitempty" maxLength:"100" doc:"Of spin-offs, mergers and exercises: what is received."`
	Quantity     decimalSchema  `json:"quantity,omitempty" doc:"Pieces, contracts for options; positive." example:"10"`
	Price        decimalSchema  `json:"price,omitempty" doc:"Per piece, in the currency, without costs." example:"203.92"`
	Amount       decimalSchema  `json:"amount,omitempty" doc:"The cash that moved: of a purchase with fees and taxes, of a sale, dividend or interest after them. Missing, it follows from quantity, price and costs." example:"2040.20"`
	Currency     currencySchema `json:"currency,omitempty" doc:"Of price, amount, fees and taxes; that of the instrument or portfolio unless given."`
	Fees         decimalSchema  `json:"fees,omitempty" doc:"Fees." example:"1"`
	Taxes        decimalSchema  `json:"taxes,omitempty" doc:"Taxes." example:"0"`
	ToAmount     decimalSchema  `json:"to_amount,omitempty" doc:"Of a conversion: what arrived."`
	ToCurrency   currencySchema `json:"to_currency,omitempty" doc:"Of a conversion: the currency of what arrived."`
	GrossForeign *foreignSchema `json:"gross_foreign,omitempty" doc:"Gross value in the currency of the security as recorded on the booking; its rate beats that of the market."`
	Ratio        ratioSchema    `json:"ratio,omitempty" doc:"Of splits, mergers and spin-offs: new pieces for old ones."`
	CostFraction decimalSchema  `json:"cost_fraction,omitempty" doc:"Of spin-offs: the part of the cost that moves, 0 to 1."`
	LotSpec      *lotSpecSchema `json:"lot_spec,omitempty" doc:"Which lots a sale takes; an empty object means any."`
	LotDate      dateSchema     `json:"lot_date,omitempty" doc:"Of a purchase: the day from which its lot counts."`
	LotLabel     string         `json:"lot_label,omitempty" maxLength:"200" doc:"Of a purchase: the label of its lot."`
	Note         string         `json:"note,omitempty" maxLength:"2000" doc:"A note of yours." example:"savings plan"`
	Tags         []string       `json:"tags,omitempty" maxItems:"20" doc:"Words to sort bookings by; they change no figure. Letters, digits, spaces, - and _, at most 40, kept in lower case." example:"[\"savings plan\"]"`
	Source       string         `json:"source,omitempty" maxLength:"500" doc:"The reference the broker gave; a file imported twice is recognised by it."`
}

type foreignSchema struct {
	Currency currencySchema `json:"currency" doc:"The currency of the security."`
	Amount   decimalSchema  `json:"amount" doc:"Gross value in it."`
	Rate     decimalSchema  `json:"rate" doc:"One unit of it in the currency of the booking."`
}

type lotSpecSchema struct {
	Cost     decimalSchema  `json:"cost,omitempty" doc:"Cost of one piece."`
	Currency currencySchema `json:"currency,omitempty" doc:"Its currency."`
	Date     dateSchema     `json:"date,omitempty" doc:"Day of the lot."`
	Label    string         `json:"label,omitempty" doc:"Label of the lot."`
}

// BookingSchema is how a row of a ledger appears in the OpenAPI document.
type BookingSchema struct {
	TransactionSchema
	Origin     string `json:"origin" doc:"Id of the first row of its history: the booking through all edits."`
	Replaces   string `json:"replaces,omitempty" doc:"The row it took the place of."`
	Entered    int64  `json:"entered" doc:"The version of the ledger it came in." example:"12"`
	Superseded int64  `json:"superseded,omitempty" doc:"The version it went out in; absent while it is in force."`
	Import     string `json:"import,omitempty" doc:"The import it came with."`
}
