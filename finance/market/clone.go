package market

import "maps"

// Clone returns a panel to which series can be added without changing p. The series
// themselves are shared.
func (p *Panel) Clone() *Panel {
	c := *p
	c.prices, c.total, c.actions = maps.Clone(p.prices), maps.Clone(p.total), maps.Clone(p.actions)
	c.fx, c.rates, c.instruments = maps.Clone(p.fx), maps.Clone(p.rates), maps.Clone(p.instruments)
	return &c
}
