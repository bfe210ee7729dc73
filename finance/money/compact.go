package money

// Compact is a Decimal of up to 95 bits in two words without a pointer, for large tables.
// The zero value is 0.
type Compact struct {
	lo    uint64
	hi    int32
	scale int32
}

// Compact is the same number in two words; ok is false where its coefficient takes more
// than 95 bits.
func (d Decimal) Compact() (c Compact, ok bool) {
	return Compact{d.lo, d.hi, d.scale}, d.wide == nil
}

// Decimal is the number.
func (c Compact) Decimal() Decimal { return Decimal{lo: c.lo, hi: c.hi, scale: c.scale} }

// IsZero reports whether the number is 0.
func (c Compact) IsZero() bool { return c.lo == 0 && c.hi == 0 }
