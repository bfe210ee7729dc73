package money_test

import (
	"testing"

	"github.com/foliosight/foliosight/finance/money"
)

// A compact number is the number; what does not fit says so.
func TestCompact(t *testing.T) {
	for _, s := range []string{"0", "0.00", "-1", "12.50", "-9223372036854775808", "39614081257132168796771975167", "-0.000000000000000001"} {
		d := money.MustParse(s)
		c, ok := d.Compact()
		if !ok || !c.Decimal().Equal(d) || c.Decimal().String() != d.String() || c.IsZero() != d.IsZero() {
			t.Errorf("%s: compact %s, %v", s, c.Decimal(), ok)
		}
	}
	tooLarge := money.MustParse("99999999999999999999").Mul(money.MustParse("99999999999999999999"))
	if c, ok := tooLarge.Compact(); ok {
		t.Errorf("%s became %s", tooLarge, c.Decimal())
	}
}
