package analysis_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

// damage takes prices away, holds them or spoils them, as bad data do.
func damage(p *market.Panel, rng *rand.Rand) {
	for _, symbol := range p.Symbols() {
		s := p.Prices(symbol)
		if s == nil || rng.IntN(3) > 0 {
			continue
		}
		n := len(s.Dates)
		dates, values := append([]date.Date(nil), s.Dates...), append([]float64(nil), s.Values...)
		switch rng.IntN(8) {
		case 0: // one day
			dates, values = dates[n-1:], values[n-1:]
		case 1: // ended
			dates, values = dates[:n/2], values[:n/2]
		case 2: // began late
			dates, values = dates[n/2:], values[n/2:]
		case 3: // does not move
			for i := range values {
				values[i] = values[0]
			}
		case 4: // holes
			var d []date.Date
			var v []float64
			for i := range dates {
				if rng.IntN(4) > 0 {
					d, v = append(d, dates[i]), append(v, values[i])
				}
			}
			dates, values = d, v
		case 5: // worth nothing at the end
			values[n-1] = 0
		case 6: // worth nothing on some day
			values[rng.IntN(n)] = 0
		case 7: // beside itself
			values[n-1] *= 1e9
		}
		if len(dates) > 0 {
			p.SetPrices(symbol, market.NewSeries(dates, values, "test"))
		}
	}
	switch rng.IntN(4) {
	case 0:
		p.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, nil)
	case 1:
		s := p.FX(market.Pair{Base: "EUR", Quote: "USD"})
		p.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, market.NewSeries(s.Dates[:5], s.Values[:5], "test"))
	}
}

// Of any ledger on any data, and of any part of it, the risk of today's holdings has no
// figure that is no number, none that is unknown without a reason, and parts that add up.
func TestExAnteOfAnything(t *testing.T) {
	modelled := 0
	for seed := range uint64(40) {
		r := workload.NewRandom(seed, 60+int(seed%3)*120)
		b, err := portfolio.Fold(r.Input("FIFO"))
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(seed, 11))
		panel := r.Panel()
		if seed%3 > 0 {
			damage(panel, rng)
		}
		in := analysis.Input{Name: "random", Book: b, Panel: panel, AsOf: r.Last, Benchmark: []string{"ACME", "BOLT", "GONE", ""}[rng.IntN(4)]}
		if rng.IntN(5) == 0 {
			in.AsOf -= date.Date(rng.IntN(300))
		}
		for _, node := range []portfolio.Node{{}, {Accounts: []string{"Depot"}}, {Symbols: []string{"BOLT"}}, {Symbols: []string{"OPTC"}}} {
			in.Node = node
			if in.Period, err = analysis.NewPeriod("Max", in.AsOf, b.First()); err != nil {
				continue // before the first booking
			}
			a, err := analysis.Run(in)
			if err != nil {
				t.Fatalf("seed %d, %+v: %v", seed, node, err)
			}
			sound(t, a)
			if addsUp(t, fmt.Sprintf("seed %d, %+v", seed, node), a) {
				modelled++
			}
			if t.Failed() {
				t.Fatalf("seed %d, %+v, as of %s", seed, node, in.AsOf)
			}
		}
	}
	if modelled < 30 {
		t.Errorf("only %d of the analyses had a model", modelled)
	}
}

// addsUp checks the parts of the risk of an analysis; false where there is no model.
func addsUp(t *testing.T, what string, a *analysis.Analysis) bool {
	x := a.ExAnte
	if x.Model.Reason != "" || len(x.Sources.ByFactor) == 0 {
		return false
	}
	factors, groups, sectors, positions, components, count := 0.0, 0.0, 0.0, 0.0, 0.0, 1.0
	for _, f := range x.Factors {
		factors += f.Share.Float64()
	}
	for _, s := range x.Sources.ByFactor {
		groups += s.Share.Float64()
		if s.Name == "Specific to positions" {
			factors += s.Share.Float64()
		}
	}
	for _, s := range x.Sources.BySector {
		sectors += s.Share.Float64()
	}
	for _, p := range x.Positions {
		if p.Share.Known() {
			positions += p.Share.Float64()
			components += p.Component.Float64()
			count++
		}
	}
	near(t, what+": factors", factors, 1, 1e-7)
	near(t, what+": groups", groups, 1, 1e-7)
	near(t, what+": sectors", sectors, 1, 1e-7)
	near(t, what+": positions", positions, 1, 1e-7)
	near(t, what+": components", components, x.Parametric[0].VaR.Float64(), 0.01*count+1e-9*math.Abs(components))
	for i, row := range x.Parametric {
		if row.VaR.Known() && row.ES.Float64() < row.VaR.Float64() || i%2 == 1 && row.VaR.Float64() < x.Parametric[i-1].VaR.Float64() {
			t.Errorf("%s: ES %v, VaR %v", what, row.ES.Float64(), row.VaR.Float64())
		}
	}
	for _, s := range x.Scenarios {
		if !s.PnL.Known() {
			continue
		}
		var sums, sizes [3]float64
		add := func(k int, x float64) {
			sums[k] += x
			sizes[k] += math.Abs(x)
		}
		for _, p := range s.Positions {
			add(0, p.PnL)
		}
		for _, p := range s.Factors {
			add(1, p.PnL)
		}
		for _, p := range s.Sectors {
			add(2, p.PnL)
		}
		for k, sum := range sums {
			near(t, what+": "+s.ID, sum, s.PnL.Float64(), 0.02+1e-9*sizes[k])
		}
	}
	return true
}
