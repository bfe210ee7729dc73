package risk

import (
	"math"
	"testing"
)

// Monthly returns of a portfolio and its benchmark: Bacon, Practical Portfolio Performance
// Measurement and Attribution, 2nd ed., p. 65–66.
var (
	baconPortfolio = []float64{0.003, 0.026, 0.011, -0.010, 0.015, 0.025, 0.016, 0.067, -0.014, 0.040, -0.005, 0.081,
		0.040, -0.037, -0.061, 0.017, -0.049, -0.022, 0.070, 0.058, -0.065, 0.024, -0.005, -0.009}
	baconBenchmark = []float64{0.002, 0.025, 0.018, -0.011, 0.014, 0.018, 0.014, 0.065, -0.015, 0.042, -0.006, 0.083,
		0.039, -0.038, -0.062, 0.015, -0.048, 0.021, 0.060, 0.056, -0.067, 0.019, -0.003, 0.000}
)

// Figures of these series as the documentation of PerformanceAnalytics prints them.
func TestPublishedFigures(t *testing.T) {
	d, err := MeasureDetail(Sample{Returns: baconPortfolio, Benchmark: baconBenchmark, PeriodsPerYear: 12}, Choices{Minimum: 0.005})
	if err != nil {
		t.Fatal(err)
	}
	bias := math.Sqrt(24.0 / 23) // it divides residuals by n
	for _, c := range []struct {
		name            string
		got             Figure
		want, tolerance float64
	}{
		{"Bernardo–Ledoit", d.Standard.Omega, 1.779783, 5e-7},
		{"Bacon's mean absolute deviation", d.MeanAbsoluteDeviation, 0.03108333, 5e-9},
		{"d ratio", d.Gains.D, 0.401, 5e-4},
		{"Kappa of order 2 against 0.5 %", Kappa(baconPortfolio, 0.005, 2), 0.1566371, 5e-8},
		{"Omega–Sharpe against 0.5 %", Kappa(baconPortfolio, 0.005, 1), 0.29, 5e-3},
		{"upside risk against 0.5 %", d.UpsideRisk, 0.02937, 5e-6},
		{"upside potential against 0.5 %", d.UpsidePotential, 0.01771, 5e-6},
		{"skewness over kurtosis", d.SkewnessKurtosis, -0.034, 5e-4},
		{"Jensen's alpha", d.Against.JensenAlpha, -0.01416944, 5e-9},
		{"Fama's beta", d.Against.FamaBeta, 1.030395, 5e-7},
		{"specific risk", scaled(d.Against.SpecificRisk, 1/bias), 0.0329, 5e-5},
		{"appraisal ratio", scaled(d.Against.Appraisal, bias), -0.4302756, 5e-8},
	} {
		if !c.got.Known() || math.Abs(c.got.Value-c.want) > c.tolerance {
			t.Errorf("%s: got %+v, published %v", c.name, c.got, c.want)
		}
	}
	// Pezier and White with Bacon's geometric Sharpe ratio.
	annual, sd := AnnualReturn(baconPortfolio, 12), AnnualVolatility(baconPortfolio, 12)
	if got := AdjustedSharpe(measured(annual.Value/sd.Value), d.Standard.Skewness, d.Standard.ExcessKurtosis); math.Abs(got.Value-0.7591435) > 5e-8 {
		t.Errorf("adjusted Sharpe: got %+v, published 0.7591435", got)
	}
}

// All detailed figures against a second computation of their formulas (numpy 1.24), with
// 0.2 % a month free of risk, 0.5 % a month as minimum and 50 trials of deviation 0.3.
func TestDetailedFigures(t *testing.T) {
	free := make([]float64, 24)
	for i := range free {
		free[i] = 0.002
	}
	s := Sample{Returns: baconPortfolio, Benchmark: baconBenchmark, RiskFree: free, PeriodsPerYear: 12}
	d, err := MeasureDetail(s, Choices{Minimum: 0.005, Sharpe: 0.2, Trials: Trials{50, 0.3}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		"period_return": 0.0082545912366454, "month_return": 0.0082545912366454, "exposure": 1, "average_gain": 0.0352142857142857, "average_loss": -0.0277,
		"payoff": 1.27127385250129, "profit_factor": 1.77978339350181, "gain_to_pain": 0.779783393501805, "d_ratio": 0.401332946971892, "cpc": 1.319845386577, "common_sense": 2.09094484827788, "kelly": 0.255578093306288, "kelly_growth": 4.47545449491299, "risk_of_ruin": 0.00062804167567222,
		"outlier_win": 2.2283569979716, "outlier_loss": 2.31335740072202, "semi_deviation": 0.0277331029637868, "mean_absolute_deviation": 0.0310833333333333, "downside_variance": 0.000652125, "upside_variance": 0.000862791666666667, "upside_risk": 0.0293733155545414,
		"downside_potential": 0.0137083333333333, "upside_potential": 0.0177083333333333, "downside_frequency": 0.458333333333333, "upside_frequency": 0.541666666666667, "lower_moment_3": 3.73632083333333e-05, "upper_moment_3": 5.06229583333333e-05, "kappa_3": 0.119649789114166,
		"upside_potential_ratio": 0.693445387036842, "prospect_ratio": -0.40831696024934, "geometric_sharpe": 0.566951766474983, "adjusted_sharpe": 0.613415767825186, "skewness_kurtosis": -0.033942044617069, "sharpe_error": 0.731585202063288, "probabilistic_sharpe": 0.71386657493328,
		"deflated_sharpe": 0.462020421489049, "deflated_hurdle": 0.682890928026104, "martin": 1.29792345940854, "pain_ratio": 1.98582485684534, "burke": 0.544749202335904, "sterling": 0.423742335627456, "recovery_factor": 1.50757801350286, "serenity": 1.31663937777703, "drawdowns": 4,
		"average_drawdown": -0.0434182389348045, "average_drawdown_length": 4.25, "average_recovery": 1, "longest_drawdown": 11, "drawdown_deviation": 0.0297568368350884, "conditional_drawdown_95": 0.135052712910109, "hurst": 0.505238443170992, "autocorrelation": -0.0525657419247234, "jarque_bera": 0.349374931862815, "jarque_bera_p": 0.839719420689638, "jensen_alpha": -0.0141973452249944, "systematic_risk": 0.13280601045976, "specific_risk": 0.0336393677708587, "appraisal": -0.422045542642253, "fama_beta": 1.03039490912198, "diversification": 0.00295629434034221, "net_selectivity": -0.0171536395653366, "active_premium": -0.0143051009395152, "information_ratio_annual": -0.371584597179964, "m_squared_excess": -0.0149778580946423,
		"bull_beta": 1.07432293098708, "bear_beta": 0.98132846871982, "capture_spread": 0.960874753913961, "batting": 0.708333333333333, "up_batting": 0.6875, "down_batting": 0.75, "longest_win": 4, "longest_loss": 2,
	}
	seen := 0
	for _, f := range d.Figures() {
		w, ok := want[f.Name]
		if !ok || !f.Figure.Known() || !near(f.Figure.Value, w, 1e-12) {
			t.Errorf("%s: got %+v, want %v (%v)", f.Name, f.Figure, w, ok)
		}
		seen++
	}
	if seen != len(want) {
		t.Errorf("%d figures, %d expected", seen, len(want))
	}
}

// Laws: squares of systematic and specific risk add up to that of the volatility; the
// partial moments of order one differ by the mean; a fall has a depth no deeper than the
// deepest, and a probability lies between 0 and 1.
func TestDetailLaws(t *testing.T) {
	for seed := range uint64(60) {
		n := 3 + int(seed)*9
		s := Sample{Returns: random(seed, n), Benchmark: random(seed+500, n), PeriodsPerYear: 252}
		d, err := MeasureDetail(s, Choices{Minimum: 0.0001, Trials: Trials{10, 0.5}})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range d.Figures() {
			if f.Figure.Known() && (math.IsNaN(f.Figure.Value) || math.IsInf(f.Figure.Value, 0)) || !f.Figure.Known() && f.Figure.Value != 0 {
				t.Fatalf("seed %d, %s: %+v", seed, f.Name, f.Figure)
			}
		}
		a, v := d.Against, d.Standard.AnnualVolatility.Value
		if sum := a.SystematicRisk.Value*a.SystematicRisk.Value + a.SpecificRisk.Value*a.SpecificRisk.Value; !near(sum, v*v, 1e-12) {
			t.Errorf("seed %d: risk %v, parts %v", seed, v*v, sum)
		}
		if got := d.UpsidePotential.Value - d.DownsidePotential.Value; !near(got, mean(s.Returns)-0.0001, 1e-14) {
			t.Errorf("seed %d: potentials differ by %v", seed, got)
		}
		if d.Falls.Count > 0 && (d.Falls.AverageDepth.Value < d.Standard.MaxDrawdown.Value || d.Falls.ConditionalDrawdown.Value > -d.Standard.MaxDrawdown.Value+1e-15) {
			t.Errorf("seed %d: falls %+v, deepest %v", seed, d.Falls, d.Standard.MaxDrawdown)
		}
		for _, p := range []Figure{d.Sharpe.Probability, d.Sharpe.Deflated, d.RiskOfRuin, d.JarqueBeraP, d.Gains.Exposure} {
			if p.Known() && (p.Value < 0 || p.Value > 1) {
				t.Errorf("seed %d: probability %v", seed, p.Value)
			}
		}
	}
}

func TestDetailedFiguresThatDoNotExist(t *testing.T) {
	detail := func(returns ...float64) map[string]Figure {
		d, err := MeasureDetail(Sample{Returns: returns, PeriodsPerYear: 252}, Choices{})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]Figure{}
		for _, f := range d.Figures() {
			out[f.Name] = f.Figure
		}
		return out
	}
	empty, one, flat, zero, ruin := detail(), detail(0.1), detail(0.1, 0.1, 0.1), detail(0, 0, 0), detail(0.1, -1, 0.2)
	for name, f := range empty {
		if f.Known() {
			t.Errorf("nothing has a %s: %+v", name, f)
		}
	}
	for _, c := range []struct {
		name string
		got  Figure
		want Reason
	}{
		{"gains only: no payoff", flat["payoff"], NoDownside},
		{"gains only: no Kelly", flat["kelly"], NoDownside},
		{"gains only: no Martin ratio", flat["martin"], NoDrawdown},
		{"gains only: no average drawdown", flat["average_drawdown"], NoDrawdown},
		{"a constant series has no Hurst index", flat["hurst"], NoVolatility},
		{"a constant series has no probabilistic Sharpe ratio", flat["probabilistic_sharpe"], NoVolatility},
		{"nothing moved: no d ratio", zero["d_ratio"], NoUpside},
		{"one period has no growth-optimal stake", one["kelly_growth"], TooShort},
		{"nothing is known of trials", detail(0.1, -0.1, 0.2)["deflated_sharpe"], NoTrials},
		{"all was lost: no walk of its logarithms", ruin["risk_of_ruin"], CapitalLost},
		{"all was lost: nothing recovers", ruin["average_recovery"], NotRecovered},
	} {
		if c.got.Reason != c.want {
			t.Errorf("%s: got %+v", c.name, c.got)
		}
	}
	for _, c := range []Choices{{Minimum: math.NaN()}, {Trials: Trials{Number: 0.5}}, {Trials: Trials{2, -1}}, {RuinLevel: 1}} {
		if _, err := MeasureDetail(Sample{Returns: pencil, PeriodsPerYear: 12}, c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

func BenchmarkMeasureDetail(b *testing.B) {
	s := Sample{Returns: random(1, 2520), Benchmark: random(2, 2520), RiskFree: random(3, 2520), PeriodsPerYear: 252}
	for b.Loop() {
		if _, err := MeasureDetail(s, Choices{}); err != nil {
			b.Fatal(err)
		}
	}
}
