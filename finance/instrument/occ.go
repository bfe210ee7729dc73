package instrument

import (
	"errors"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// ErrNotOCC reports a symbol that is not an OCC option symbol.
var ErrNotOCC = errors.New("not an OCC option symbol")

// ParseOCC reads the terms out of an OCC option symbol (root, yymmdd, C or P, strike
// in thousandths: "AAPL250815P00200000", with or without the padding spaces). The
// instrument it returns is a standard contract of 100.
func ParseOCC(symbol string) (Instrument, error) {
	s := strings.ReplaceAll(strings.TrimSpace(symbol), " ", "")
	if len(s) < 16 || len(s) > 21 {
		return Instrument{}, fmt.Errorf("%q: %w", symbol, ErrNotOCC)
	}
	root, rest := s[:len(s)-15], s[len(s)-15:]
	expiry, err := date.ParseCompact("20" + rest[:6])
	if err != nil || rest[6] != 'C' && rest[6] != 'P' {
		return Instrument{}, fmt.Errorf("%q: %w", symbol, ErrNotOCC)
	}
	thousandths, err := money.Parse(rest[7:])
	if err != nil || thousandths.Sign() < 0 || strings.ContainsAny(rest[7:], ".+-eE") {
		return Instrument{}, fmt.Errorf("%q: %w", symbol, ErrNotOCC)
	}
	right := Call
	if rest[6] == 'P' {
		right = Put
	}
	return Instrument{
		Symbol: s, Class: Option, Underlying: root, Expiry: expiry, Right: right,
		Strike:     money.Some(thousandths.Mul(money.New(1, 3))),
		Multiplier: money.Some(money.Int(100)),
	}, nil
}

// OCC writes the option symbol of the given terms. The strike is rounded to
// thousandths, as the standard holds no more.
func OCC(underlying string, expiry date.Date, right Right, strike money.Decimal) string {
	y, m, d := expiry.Civil()
	letter := "C"
	if right == Put {
		letter = "P"
	}
	return fmt.Sprintf("%s%02d%02d%02d%s%08s", underlying, y%100, int(m), d, letter, strike.Mul(money.Int(1000)).Round(0).String())
}
