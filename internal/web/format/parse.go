package format

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
)

// Parse reads a number as a person of this locale types it: grouped or not,
// with any kind of minus. A group that has not three digits is refused rather
// than guessed: "1,5" may be one and a half or fifteen.
func (l Locale) Parse(text string) (money.Decimal, error) {
	plain := strings.NewReplacer(" ", "", "\u00a0", "", narrowSpace, "", "'", "", "’", "", minus, "-").Replace(strings.TrimSpace(text))
	whole, fraction, hasFraction := strings.Cut(plain, l.point)
	if strings.Contains(fraction, l.group) || strings.Contains(fraction, l.point) {
		return money.Decimal{}, l.unclear(text)
	}
	groups := strings.Split(whole, l.group)
	for _, group := range groups[1:] {
		if len(group) != 3 {
			return money.Decimal{}, l.unclear(text)
		}
	}
	plain = strings.Join(groups, "")
	if hasFraction {
		plain += "." + fraction
	}
	d, err := money.Parse(plain)
	if err != nil {
		return money.Decimal{}, fmt.Errorf("%q is not a number", text)
	}
	return d, nil
}

func (l Locale) unclear(text string) error {
	return fmt.Errorf("%q can be read in two ways; write decimals with “%s”, like 1234%s56", text, l.point, l.point)
}

// Input writes d for a field to be edited: all its decimals, not grouped.
func (l Locale) Input(d money.Decimal) string {
	return strings.Replace(d.String(), ".", l.point, 1)
}
