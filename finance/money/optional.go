package money

// Optional is a Decimal that may be unknown. Unknown is not zero: it marshals to
// null and is never added up.
type Optional struct {
	Decimal Decimal
	Known   bool
}

// Some returns a known number.
func Some(d Decimal) Optional { return Optional{Decimal: d, Known: true} }

// Or returns the number, or other where it is unknown.
func (o Optional) Or(other Decimal) Decimal {
	if o.Known {
		return o.Decimal
	}
	return other
}

// OrZero returns the number, or 0 where leaving a field out means none
// (fees, taxes); never use it where a missing figure is unknown.
func (o Optional) OrZero() Decimal { return o.Or(Zero) }

// MarshalJSON writes the number as a string, or null.
func (o Optional) MarshalJSON() ([]byte, error) {
	if !o.Known {
		return []byte("null"), nil
	}
	return append(o.Decimal.AppendTo([]byte{'"'}), '"'), nil
}

// UnmarshalJSON reads a string, a bare number or null.
func (o *Optional) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*o = Optional{}
		return nil
	}
	if err := o.Decimal.UnmarshalJSON(b); err != nil {
		return err
	}
	o.Known = true
	return nil
}

// IsZero makes `json:",omitzero"` leave unknown numbers out.
func (o Optional) IsZero() bool { return !o.Known }
