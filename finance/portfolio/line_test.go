package portfolio

import (
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Numbers of any length stand in a line exactly, also where two folds share its past.
func TestLineHoldsAnyNumber(t *testing.T) {
	day := date.Must(2024, 1, 2)
	small := money.MustParse("0.25")
	large := money.MustParse("123456789012345678901234567890123456789.5") // 131 bits
	var l line
	for i, amount := range []money.Decimal{small, large, large, small, large.Neg(), large.Neg()} {
		l.push(day+date.Date(i/2), amount) // two a day
	}
	check := func(name string, l *line, on date.Date, want string) {
		t.Helper()
		if got := l.at(on); !got.Equal(money.MustParse(want)) {
			t.Errorf("%s on day %d: %s, want %s", name, on-day, got, want)
		}
	}
	const first, second = "123456789012345678901234567890123456789.75", "246913578024691357802469135780246913579.5"
	check("before", &l, day-1, "0")
	check("line", &l, day, first)
	check("line", &l, day+1, second)
	check("line", &l, day+2, "0.5")
	if !l.now().Equal(money.MustParse("0.5")) {
		t.Errorf("now %s", l.now())
	}
	one, two := before([]line{l}, day+2), before([]line{l}, day+2)
	one[0].push(day+2, large)
	two[0].push(day+2, small)
	check("one", &one[0], day+2, "370370367037037036703703703670370370369")
	check("other", &two[0], day+2, "246913578024691357802469135780246913579.75")
	check("one", &one[0], day, first)
	check("the first", &l, day+2, "0.5")
}
