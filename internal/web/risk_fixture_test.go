package web_test

import (
	"math"
	"math/rand/v2"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// sampleExAnte is a risk of made-up figures for the holdings of an analysis, complete, so
// that the page can be seen and tested whatever the engines say.
func sampleExAnte(a *analysis.Analysis) *analysis.ExAnte {
	r := rand.New(rand.NewPCG(7, 7))
	fraction := func(x float64) analysis.Figure { return analysis.Measure(x, analysis.Fraction, a.AsOf, "volatility") }
	ratio := func(x float64) analysis.Figure { return analysis.Measure(x, analysis.Ratio, a.AsOf, "beta") }
	number := func(x float64) analysis.Figure { return analysis.Measure(x, analysis.Count, a.AsOf, "beta") }
	cash := func(x float64) analysis.Figure {
		d, _ := money.FromFloat(x)
		return analysis.Money(d, a.Base, a.AsOf, "var_normal")
	}
	unknown := analysis.Unknown(analysis.Ratio, a.AsOf, "beta", "a cluster of one has no pairs")
	e := &analysis.ExAnte{}
	e.Model = analysis.Model{From: a.AsOf - 365, To: a.AsOf, Days: 252, Condition: 4.2, Covered: fraction(0.874), R2: fraction(0.753), Limited: []string{"VIX"}, Notes: []string{"styles are orthogonal to the market"}}
	factors := []struct {
		key, label, kind         string
		beta, half, t, vol, part float64
	}{{"market", "Market", "market", 0.64, 0.06, 20.8, 0.17, 0.617}, {"growth", "Growth", "style", 0.24, 0.115, 4.1, 0.06, 0.07}, {"momentum", "Momentum", "style", 0.17, 0.096, 3.5, 0.07, 0.04}, {"quality", "Quality", "style", 0.06, 0.12, 1.0, 0.04, 0.01},
		{"size", "Size", "style", -0.09, 0.1, -1.7, 0.08, 0.01}, {"value", "Value", "style", -0.21, 0.13, -3.1, 0.06, 0.012}, {"low_volatility", "Low volatility", "style", -0.12, 0.14, -1.7, 0.05, -0.03}, {"rates", "10-year rate", "rates", -5.1, 7.6, -1.3, 0.011, 0.018}}
	for _, f := range factors {
		e.Model.Factors = append(e.Model.Factors, analysis.ModelFactor{Key: f.key, Label: f.label, Kind: f.kind, Proxy: "proxy of " + f.label, Volatility: fraction(f.vol)})
		e.Factors = append(e.Factors, analysis.Factor{Key: f.key, Label: f.label, Kind: f.kind, Beta: ratio(f.beta), Low: ratio(f.beta - f.half), High: ratio(f.beta + f.half), T: ratio(f.t), Significant: math.Abs(f.t) >= 2, Money: cash(f.beta * 4e6), Share: fraction(f.part)})
		e.Sources.ByFactor = append(e.Sources.ByFactor, analysis.Source{Name: f.label, Volatility: fraction(math.Abs(f.beta * f.vol)), Share: fraction(f.part)})
	}
	e.Sources.ByFactor = append(e.Sources.ByFactor, analysis.Source{Name: "Specific to positions", Volatility: fraction(0.07), Share: fraction(0.253)})
	e.Sources.Total = fraction(0.1383)
	e.Sources.BySector = []analysis.Source{{Name: "Technology", Volatility: fraction(0.11), Share: fraction(0.712)}, {Name: "Financials", Volatility: fraction(0.03), Share: fraction(0.1234)}, {Name: "Energy", Volatility: fraction(0.04), Share: fraction(-0.0888)}, {Name: "Specific to positions", Volatility: fraction(0.07), Share: fraction(0.2534)}}
	e.Volatility = analysis.Outlook{Model: fraction(0.121), EWMA: fraction(0.098), Realised21: fraction(0.088), Realised63: fraction(0.132), Percentile: fraction(0.23), Trend: "falling"}
	e.Active = analysis.Active{TrackingError: fraction(0.094), Beta: ratio(0.63)}
	for _, confidence := range []float64{0.95, 0.99} {
		e.Parametric = append(e.Parametric, analysis.TailRow{Method: "parametric", Confidence: confidence, Horizon: 1, VaR: cash(50000 * confidence * confidence * 1.2), ES: cash(70000 * confidence), VaRShare: fraction(0.012)})
	}
	var names []string
	total := 0.0
	weights := make([]float64, len(a.Holdings))
	for i := range a.Holdings {
		weights[i] = a.Holdings[i].Weight.Float64() * (0.5 + r.Float64())
		if math.IsNaN(weights[i]) || a.Holdings[i].Group == analysis.Private {
			weights[i] = 0
		}
		total += weights[i]
	}
	for i := range a.Holdings {
		h := &a.Holdings[i]
		p := analysis.Position{Symbol: h.Symbol, Name: h.Instrument.Name, Group: h.Group, Value: h.Value, Weight: h.Weight, Exposure: h.Value, Share: fraction(weights[i] / total), Component: cash(weights[i] / total * 50000), Marginal: ratio(0.01 * r.Float64()),
			Incremental: cash(weights[i] / total * 30000), Volatility: fraction(0.15 + 0.3*r.Float64()), MarketBeta: ratio(0.5 + r.Float64()), R2: ratio(r.Float64()), Days: 252}
		if h.Group == analysis.Private {
			why := "it has no daily prices"
			p = analysis.Position{Symbol: h.Symbol, Weight: h.Weight, Value: h.Value, Share: analysis.Unknown(analysis.Fraction, a.AsOf, "beta", why), Reason: why}
			e.Model.LeftOut = append(e.Model.LeftOut, analysis.LeftOut{Symbol: h.Symbol, Value: h.Value, Reason: why})
		} else if h.Group != analysis.Options && len(names) < 22 {
			names = append(names, h.Symbol)
		}
		e.Positions = append(e.Positions, p)
	}
	e.Backtest = sampleBacktest(a.AsOf, r)
	e.Correlation = analysis.Correlation{Symbols: names, Days: 252, Of: len(a.Holdings), Mean: ratio(0.34), Bets: ratio(5.2), Ratio: ratio(1.61)}
	for from, k := 0, 0; from < len(names); k++ {
		to := min(len(names), from+[]int{3, 5, 5, 4, 3, 1}[k%6])
		g := analysis.Cluster{Name: "Moves with " + names[from], Symbols: names[from:to], Mean: ratio(0.3 + 0.4*r.Float64()), Net: cash(1e6 * r.NormFloat64()), Share: fraction(0.3 * r.NormFloat64())}
		if to-from == 1 {
			g.Name, g.Mean = names[from], unknown
		}
		e.Correlation.Clusters = append(e.Correlation.Clusters, g)
		from = to
	}
	cluster := func(i int) int {
		for k, g := range e.Correlation.Clusters {
			if i -= len(g.Symbols); i < 0 {
				return k
			}
		}
		return -1
	}
	for y := range names {
		row := make(analysis.Numbers, len(names))
		for x := range names {
			row[x] = math.Max(-0.3, math.Min(0.95, 0.3+0.2*r.NormFloat64()))
			if cluster(x) == cluster(y) {
				row[x] = math.Min(0.95, 0.65+0.12*r.NormFloat64())
			}
		}
		e.Correlation.Matrix = append(e.Correlation.Matrix, row)
	}
	for i := range a.Holdings {
		h := &a.Holdings[i]
		if h.Group == analysis.Options {
			e.Greeks.Rows = append(e.Greeks.Rows, analysis.GreekRow{Symbol: h.Symbol, Underlying: h.Instrument.Underlying, Expiry: h.Instrument.Expiry, Spot: ratio(100), Volatility: fraction(0.3), Delta: cash(40000 * r.NormFloat64()), Gamma: cash(900 * r.Float64()), Theta: cash(-60 * r.Float64()), Vega: cash(400 * r.Float64()), Rho: cash(5 * r.Float64())})
		}
	}
	e.Greeks.Delta, e.Greeks.Gamma, e.Greeks.Theta, e.Greeks.Vega, e.Greeks.Rho = cash(120000), cash(3100), cash(-210), cash(1900), cash(17.3)
	e.Rates = analysis.RatesRisk{DV01: cash(412.33), Rows: []analysis.RateRow{{Symbol: "TLT", Method: "cash_flows", Duration: number(15.2), DV01: cash(380.1), T: unknown}, {Symbol: "JPM", Method: "regression", Duration: number(1.3), DV01: cash(32.23), T: ratio(2.4)}}}
	e.Liquidity = analysis.Liquidity{Participation: 0.2, Cost: cash(18234.5), Within: []analysis.Within{{Days: 1, Share: fraction(0.88)}, {Days: 5, Share: fraction(0.94)}, {Days: 20, Share: fraction(0.97)}}}
	for i := range a.Holdings {
		h := &a.Holdings[i]
		if h.Group == analysis.Private {
			e.Liquidity.Unknown = append(e.Liquidity.Unknown, analysis.LeftOut{Symbol: h.Symbol, Reason: "no traded volume is known"})
		} else if h.Group != analysis.Options {
			e.Liquidity.Rows = append(e.Liquidity.Rows, analysis.LiquidityRow{Symbol: h.Symbol, Value: h.Value, Days: analysis.Measure(4*r.Float64()*r.Float64(), analysis.Days, a.AsOf, "beta"), Cost: cash(900 * r.Float64())})
		}
	}
	return e
}

// sampleBacktest is a year of days with a value at risk that follows them.
func sampleBacktest(to date.Date, r *rand.Rand) analysis.Backtest {
	b := analysis.Backtest{Method: "ewma", Confidence: 0.95, Expected: analysis.Measure(12.6, analysis.Count, to, "var_normal"), Kupiec: analysis.Measure(0.86, analysis.Ratio, to, "var_normal"), Independence: analysis.Measure(0.31, analysis.Ratio, to, "var_normal"), Zone: "green", Accepted: true}
	variance := 0.0001
	for day := to - 365; day < to; day++ {
		if day.IsWeekend() {
			continue
		}
		limit := -1.645 * math.Sqrt(variance)
		x := math.Sqrt(variance) * r.NormFloat64()
		if len(b.Days) == 190 {
			x = 0.038
		}
		if x < limit {
			b.Breaches = append(b.Breaches, len(b.Days))
		}
		variance = 0.94*variance + 0.06*(x*x+0.00002)
		b.Days, b.Return, b.Limit = append(b.Days, day), append(b.Return, x), append(b.Limit, limit)
	}
	return b
}
