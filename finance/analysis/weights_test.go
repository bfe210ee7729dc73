package analysis_test

import (
	"errors"
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
)

// The weights as they are have the volatility and the beta that the analysis states: one
// model behind both. What is not held adds nothing.
func TestWeightModelAgrees(t *testing.T) {
	_, panel := demoMarket()
	in := made(t, "USD", panel, map[money.Currency]int64{"USD": 500000, "EUR": 20000}, piece{"AAPL", "300"}, piece{"MSFT", "200"}, piece{"NVDA", "-150"}, piece{"JPM", "100"})
	p := analysis.Prepare(in)
	a, err := p.Run(in.Period)
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.WeightModel([]string{"XOM", "AAPL"})
	if err != nil {
		t.Fatal(err)
	}
	variance, beta, held := 0.0, 0.0, 0
	for i, x := range m.Assets {
		for j, y := range m.Assets {
			variance += x.Value / m.Total * m.Covariance[i][j] * y.Value / m.Total
			if m.Covariance[i][j] != m.Covariance[j][i] {
				t.Errorf("%s and %s: not symmetric", x.Symbol, y.Symbol)
			}
		}
		if x.Value != 0 {
			beta += x.Value / m.Total * x.Beta
			held++
		}
		if x.Symbol == "XOM" && (!x.Candidate || x.Price <= 0 || !(m.Covariance[i][i] > 0)) {
			t.Errorf("the candidate: %+v", x)
		}
	}
	near(t, "volatility", math.Sqrt(variance), a.ExAnte.Volatility.Model.Float64(), 1e-12)
	near(t, "beta", beta, a.ExAnte.Active.Beta.Float64(), 1e-9)
	if held != 5 || m.Assets[m.Benchmark].Symbol != "SPY" {
		t.Errorf("%d held, benchmark at %d", held, m.Benchmark)
	}
	if apple := m.Assets[0]; apple.MeanDays < 252 || !(apple.MeanError > 0) {
		t.Errorf("mean of %s: %v ± %v over %d days", apple.Symbol, apple.Mean, apple.MeanError, apple.MeanDays)
	}
	empty := made(t, "USD", panel, map[money.Currency]int64{"USD": 1000})
	if _, err := analysis.Prepare(empty).WeightModel(nil); !errors.Is(err, analysis.ErrNoModel) {
		t.Errorf("only cash: %v", err)
	}
}
