package ledger

// Type says what a transaction did.
type Type string

// The transaction types. Quantities and amounts are positive in all of them; the
// type gives the direction. Income and cost types accept a negative amount, which
// takes back an earlier one (a dividend reversed, the dividend owed on a short).
const (
	Deposit         Type = "deposit"           // cash from outside
	Withdrawal      Type = "withdrawal"        // cash to outside
	Interest        Type = "interest"          // received on cash
	InterestCharge  Type = "interest_charge"   // paid on debit balances and borrowed shares
	Dividend        Type = "dividend"          // cash dividend or fund distribution
	Coupon          Type = "coupon"            // interest received on a bond
	Fee             Type = "fee"               // a cost that is not part of a trade
	FeeRefund       Type = "fee_refund"        // a fee given back
	Tax             Type = "tax"               // a tax that is not part of another booking
	TaxRefund       Type = "tax_refund"        // a tax given back
	Buy             Type = "buy"               // opens or adds to a long position
	Sell            Type = "sell"              // reduces a long position
	SellShort       Type = "sell_short"        // opens or adds to a short position
	BuyToCover      Type = "buy_to_cover"      // reduces a short position
	TransferIn      Type = "transfer_in"       // delivery from outside: an external flow of `amount`
	TransferOut     Type = "transfer_out"      // delivery to outside
	InternalMove    Type = "internal_transfer" // cash (with to_amount, to_currency: converted) or, with a symbol, securities between accounts
	Transfer        Type = "transfer"          // lots move between accounts with their cost and dates
	Spend           Type = "spend"             // leaves without proceeds: a coin paid as a fee, a gift
	Split           Type = "split"             // ratio "2:1": two new for one old
	CashIn          Type = "cash_in"           // a cash balance that is stated, not paid in
	Liability       Type = "liability"         // something owed: quantity × price counts against the value
	ReturnOfCapital Type = "return_of_capital" // cash that lowers the cost of what is held
	SpinOff         Type = "spin_off"          // to_symbol is received at `ratio`; cost_fraction of the cost moves to it; `amount` is cash in lieu
	Merger          Type = "merger"            // symbol becomes to_symbol at `ratio`, with `amount` as cash in lieu
	OptionExercise  Type = "option_exercise"   // a long option is used
	OptionAssigned  Type = "option_assignment" // a short option is used against the writer
	OptionExpiry    Type = "option_expiry"     // an option ends worthless
)

// Position is what a type does to the quantity held.
type Position int8

// The effects on a position.
const (
	Untouched Position = iota
	Opens              // adds a long lot
	Closes             // takes from long lots
	OpensShort
	ClosesShort
	Moves    // between accounts
	Rewrites // corporate actions: split, spin-off, merger
	Ends     // option exercise, assignment, expiry: whichever side is open
)

// Effect is what a type means for cash, positions and the measures of performance.
type Effect struct {
	Cash     int8     // +1 cash comes in, −1 cash goes out, 0 none of its own
	Position Position // what happens to the quantity held
	Flow     int8     // +1 external inflow, −1 external outflow, 0 inside the portfolio
	Security bool     // a symbol and a quantity are needed
}

// effects is the one table of what the types do.
var effects = map[Type]Effect{
	Deposit:         {Cash: +1, Flow: +1},
	Withdrawal:      {Cash: -1, Flow: -1},
	Interest:        {Cash: +1},
	InterestCharge:  {Cash: -1},
	Dividend:        {Cash: +1},
	Coupon:          {Cash: +1},
	Fee:             {Cash: -1},
	FeeRefund:       {Cash: +1},
	Tax:             {Cash: -1},
	TaxRefund:       {Cash: +1},
	Buy:             {Cash: -1, Position: Opens, Security: true},
	Sell:            {Cash: +1, Position: Closes, Security: true},
	SellShort:       {Cash: +1, Position: OpensShort, Security: true},
	BuyToCover:      {Cash: -1, Position: ClosesShort, Security: true},
	TransferIn:      {Position: Opens, Flow: +1, Security: true},
	TransferOut:     {Position: Closes, Flow: -1, Security: true},
	InternalMove:    {Position: Moves},
	Transfer:        {Position: Moves, Security: true},
	Spend:           {Position: Closes, Security: true},
	Split:           {Position: Rewrites},
	CashIn:          {Cash: +1, Flow: +1},
	Liability:       {Position: OpensShort, Security: true},
	ReturnOfCapital: {Cash: +1},
	SpinOff:         {Cash: +1, Position: Rewrites},
	Merger:          {Cash: +1, Position: Rewrites},
	OptionExercise:  {Position: Ends, Security: true},
	OptionAssigned:  {Position: Ends, Security: true},
	OptionExpiry:    {Position: Ends, Security: true},
}

// EffectOf returns what a type does; ok is false for a type that does not exist.
func EffectOf(t Type) (e Effect, ok bool) {
	e, ok = effects[t]
	return e, ok
}

// Types returns every type, in the order of their declaration.
func Types() []Type {
	return []Type{Deposit, Withdrawal, Interest, InterestCharge, Dividend, Coupon, Fee, FeeRefund, Tax, TaxRefund, Buy, Sell,
		SellShort, BuyToCover, TransferIn, TransferOut, InternalMove, Transfer, Spend, Split, CashIn, Liability,
		ReturnOfCapital, SpinOff, Merger, OptionExercise, OptionAssigned, OptionExpiry}
}

// sameDayRank orders the bookings of one day where times do not: splits, then what
// opens or adds and inflows, then what closes and outflows (calc.md, same-day order).
func sameDayRank(t Type) int {
	switch t {
	case Split, SpinOff, Merger:
		return 0
	case Buy, SellShort, TransferIn, Deposit, CashIn, Liability, Interest, Dividend, Coupon, FeeRefund, TaxRefund, ReturnOfCapital:
		return 1
	case Transfer, InternalMove:
		return 2
	}
	return 3
}
