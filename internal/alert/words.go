package alert

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/money"
)

// Sentence says what a reading is and what it is held against, for a title or a message:
// "ACME is 12.5% of the value, over 10%".
func Sentence(k Kind, r Reading) string {
	limit := Value(r.Threshold, r.Unit)
	if !r.Value.Known {
		return fmt.Sprintf("%s could not be checked: %s", r.Label, r.Reason)
	}
	value := Value(r.Value.Decimal, r.Unit)
	over := "over"
	if r.Below {
		over = "at or under"
	} else if r.Inclusive {
		over = "at or over"
	}
	if !r.Crossed() {
		over = "against"
	}
	switch k {
	case Price:
		return fmt.Sprintf("%s is at %s %s, %s %s", r.Label, value, r.Note, over, limit)
	case Position, Sector:
		return fmt.Sprintf("%s is %s of the value, %s %s", r.Label, value, over, limit)
	case Stress:
		name := r.Label
		if r.Note != "" && r.Note != r.Label {
			name += ", " + r.Note + ","
		}
		return fmt.Sprintf("%s loses %s, %s %s", name, value, over, limit)
	case Expiry:
		if r.Value.Decimal.Sign() < 0 {
			return fmt.Sprintf("%s expired on %s and is still held", r.Label, r.Note)
		}
		return fmt.Sprintf("%s expires in %s, on %s", r.Label, value, r.Note)
	case Stale:
		return fmt.Sprintf("%s has had no price for %s; the last is of %s", r.Label, value, r.Note)
	case Job:
		if r.Value.Decimal.Sign() == 0 {
			return r.Label + " was done"
		}
		return fmt.Sprintf("%s failed: %s in a row", r.Label, value)
	}
	return fmt.Sprintf("%s is %s, %s %s", r.Label, value, over, limit)
}

// Value writes a value in its unit: "12.5%", "101.25", "5 days".
func Value(d money.Decimal, unit string) string {
	count := func(one, many string) string {
		if d.Equal(money.One) {
			return "1 " + one
		}
		return d.String() + " " + many
	}
	switch unit {
	case Fraction:
		return d.Mul(money.New(100, 0)).Round(2).String() + "%"
	case Days:
		return count("day", "days")
	case Sessions:
		return count("session", "sessions")
	case Attempts:
		return count("attempt", "attempts")
	}
	return d.Round(4).String()
}
