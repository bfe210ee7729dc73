package market

import "maps"

// Clone returns a panel to which series can be added without changing p. The series
// themselves are shared.
func (p *Panel) Clone() *Panel {
	return &Panel{
		prices: maps.Clone(p.prices), total: maps.Clone(p.total), actions: maps.Clone(p.actions),
		fx: maps.Clone(p.fx), rates: maps.Clone(p.rates), volumes: maps.Clone(p.volumes), instruments: maps.Clone(p.instruments),
		backward: p.backward, version: p.version,
	}
}
