package option

import "fmt"

// Stage says where an option is in its life.
type Stage string

// The stages.
const (
	Living   Stage = "living"    // time is left
	AtExpiry Stage = "at_expiry" // its last day: it is worth what exercising brings
	Expired  Stage = "expired"   // nothing is left of it but what its exercise delivered
)

// StageOf tells the stage by the years to expiry.
func StageOf(years float64) Stage {
	switch {
	case years > 0:
		return Living
	case years == 0:
		return AtExpiry
	}
	return Expired
}

// Appraise values an option of either style at any stage. At expiry the price is
// intrinsic; delta is ±1 in the money, ±½ exactly at the strike and 0 out of it,
// and the other greeks, of which no time is left to come about, are 0. After
// expiry there is no value, only ErrExpired: what exercise delivered is a matter of
// the ledger. Other errors are those of Check, EuropeanCash and AmericanCash.
func Appraise(t Terms, american bool, dividends []CashDividend) (Value, Stage, error) {
	stage := StageOf(t.Years)
	if err := t.Check(); err != nil {
		return Value{}, stage, err
	}
	switch {
	case stage == AtExpiry:
		if _, err := before(t, dividends); err != nil {
			return Value{}, stage, err
		}
		return t.expiring(), stage, nil
	case american:
		v, err := AmericanCash(t, dividends)
		return v, stage, err
	}
	v, err := EuropeanCash(t, dividends)
	return v, stage, err
}

// expiring is the value on the last day.
func (t Terms) expiring() Value {
	v := exercised(t)
	if t.Spot == t.Strike {
		v.Delta = 0.5
		if t.Kind == Put {
			v.Delta = -0.5
		}
	}
	return v
}

// Delivery is what exercising one option at expiry brings: so much of the
// underlying (negative: to deliver) for so much cash (negative: to pay). An option
// that is not in the money is abandoned: both are 0.
func (t Terms) Delivery() (underlying, cash float64, err error) {
	if t.Years > 0 {
		return 0, 0, fmt.Errorf("%v years to expiry: an option delivers when it is exercised: %w", t.Years, ErrTerms)
	}
	switch {
	case t.Intrinsic() == 0:
		return 0, 0, nil
	case t.Kind == Put:
		return -1, t.Strike, nil
	}
	return 1, -t.Strike, nil
}
