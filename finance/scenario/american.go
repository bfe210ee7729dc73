package scenario

import "github.com/foliosight/foliosight/finance/option"

// premium is what early exercise of one option is worth.
type premium struct{ now option.Terms }

func newPremium(t option.Terms) *premium { return &premium{t} }

func (p *premium) price(t option.Terms) float64 { return option.AmericanPrice(t) }

// greeks is today's American value with its greeks.
func (p *premium) greeks(t option.Terms, european option.Value) option.Value {
	return option.American(t)
}
