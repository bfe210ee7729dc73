package ledger

import (
	"errors"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
)

// Ratio is how many new pieces come for how many old: "2:1" doubles a holding,
// "1:10" is a reverse split.
type Ratio struct {
	New money.Decimal
	Old money.Decimal
}

// ErrRatio reports text that is not a ratio of two positive numbers.
var ErrRatio = errors.New(`not a ratio (want new:old, such as "2:1")`)

// ParseRatio reads "new:old"; a single number n means n:1.
func ParseRatio(s string) (Ratio, error) {
	left, right, two := strings.Cut(s, ":")
	if !two {
		right = "1"
	}
	n, err1 := money.Parse(strings.TrimSpace(left))
	o, err2 := money.Parse(strings.TrimSpace(right))
	if err1 != nil || err2 != nil || n.Sign() <= 0 || o.Sign() <= 0 {
		return Ratio{}, fmt.Errorf("%q: %w", s, ErrRatio)
	}
	return Ratio{New: n, Old: o}, nil
}

// Apply returns quantity × new / old, to 18 places.
func (r Ratio) Apply(quantity money.Decimal) money.Decimal {
	return quantity.MulDiv(r.New, r.Old, money.Places)
}

// Float64 is new / old.
func (r Ratio) Float64() float64 { return r.New.Float64() / r.Old.Float64() }

// String is "new:old".
func (r Ratio) String() string { return r.New.String() + ":" + r.Old.String() }

// MarshalText writes "new:old".
func (r Ratio) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRatio reads.
func (r *Ratio) UnmarshalText(b []byte) error {
	got, err := ParseRatio(string(b))
	*r = got
	return err
}
