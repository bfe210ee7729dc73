package main

import (
	"slices"

	"github.com/foliosight/foliosight/finance/market"
)

// panel is the market as the program's factor model wants it: total returns of
// everything in the prices, and the ten-year yield.
func (d *Data) panel(p Prices) (*market.Panel, error) {
	out := market.NewPanel()
	symbols := make([]string, 0, len(p))
	for symbol := range p {
		symbols = append(symbols, symbol)
	}
	slices.Sort(symbols)
	for _, symbol := range symbols {
		out.SetTotalReturn(symbol, p[symbol])
	}
	yield, err := d.rate("DGS10")
	if err != nil {
		return nil, err
	}
	out.SetRate("DGS10", yield)
	return out, nil
}
