package risk

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/series"
)

// Further reasons of the detailed figures.
const (
	NoUpside     Reason = "no_upside"     // no positive return to measure against
	NotRecovered Reason = "not_recovered" // no drawdown has ended
	NoTrials     Reason = "no_trials"     // nothing is known of the trials a series was chosen from
)

// Choices are what the detailed figures are measured against.
type Choices struct {
	Minimum   float64 // acceptable return per period of partial moments, frequencies, Kappa and prospect ratio
	Sharpe    float64 // annual Sharpe ratio that the probabilistic one compares with
	Trials    Trials
	RuinLevel float64 // share lost that counts as ruin; 0 means one half
}

// Detail holds the figures of a series beyond Metrics. They take several times as long
// and are asked for apart.
type Detail struct {
	Standard Metrics
	Gains    Gains
	Falls    Falls
	Pain     PainRatios
	Sharpe   SharpeTest
	Against  AgainstDetail

	PeriodReturn, MonthReturn                         Figure // geometric mean per period and per twelfth of a year
	SemiDeviation, MeanAbsoluteDeviation              Figure
	DownsideVariance, UpsideVariance, UpsideRisk      Figure // per period
	DownsidePotential, UpsidePotential                Figure // mean shortfall and mean excess over the minimum, per period
	DownsideFrequency, UpsideFrequency                Figure
	LowerMoment3, UpperMoment3                        Figure
	Kappa3, UpsidePotentialRatio, Prospect            Figure
	AdjustedSharpe, GeometricSharpe, SkewnessKurtosis Figure
	GrowthKelly, RiskOfRuin                           Figure
	Hurst, Autocorrelation, JarqueBera, JarqueBeraP   Figure
}

// MeasureDetail computes the detailed figures of a sample. It refuses what Measure
// refuses, and choices out of their range.
func MeasureDetail(s Sample, c Choices) (*Detail, error) {
	standard, err := Measure(s)
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.RuinLevel == 0 {
		c.RuinLevel = 0.5
	}
	r, ppy := s.Returns, s.PeriodsPerYear
	excess := Excess(r, s.RiskFree)
	d := &Detail{Standard: standard, Gains: GainsOf(r), Falls: FallsOf(r), Sharpe: TestSharpe(excess, c.Sharpe, c.Trials, ppy)}
	free := measured(0)
	if len(s.RiskFree) == len(r) && len(r) > 0 {
		free = AnnualReturn(s.RiskFree, ppy)
	}
	d.Pain = PainRatiosOf(&d.Standard, &d.Falls, free)
	d.PeriodReturn, d.MonthReturn = standard.AnnualReturn, standard.AnnualReturn
	if standard.TotalReturn.Known() {
		d.PeriodReturn, d.MonthReturn = annualised(standard.TotalReturn.Value, len(r), 1), annualised(standard.TotalReturn.Value, len(r), ppy/12)
	}
	d.SemiDeviation, d.MeanAbsoluteDeviation = SemiDeviation(r), MeanAbsoluteDeviation(r)
	d.moments(r, c.Minimum)
	d.AdjustedSharpe = AdjustedSharpe(standard.Sharpe, standard.Skewness, standard.ExcessKurtosis)
	d.GeometricSharpe = GeometricSharpe(excess, ppy)
	d.SkewnessKurtosis = SkewnessKurtosis(standard.Skewness, standard.ExcessKurtosis)
	d.GrowthKelly, d.RiskOfRuin = GrowthKelly(excess), RiskOfRuin(r, c.RuinLevel)
	d.Hurst, d.Autocorrelation = Hurst(r), Autocorrelation(r, 1)
	d.JarqueBera, d.JarqueBeraP = JarqueBera(standard.Skewness, standard.ExcessKurtosis, len(r))
	d.Against = CompareDetail(s, &standard.Against)
	return d, nil
}

func (c Choices) check() error {
	for _, x := range []struct {
		name  string
		value float64
	}{{"minimum", c.Minimum}, {"sharpe", c.Sharpe}, {"trials", c.Trials.Number}, {"trials_deviation", c.Trials.Deviation}} {
		if series.FirstBad([]float64{x.value}) >= 0 {
			return fmt.Errorf("%s: %v, want a finite number", x.name, x.value)
		}
	}
	switch {
	case c.Trials.Number != 0 && c.Trials.Number < 1:
		return fmt.Errorf("trials: %v, want the number of strategies tried, at least 1", c.Trials.Number)
	case c.Trials.Deviation < 0:
		return fmt.Errorf("trials_deviation: %v, a standard deviation is not negative", c.Trials.Deviation)
	case !(c.RuinLevel >= 0 && c.RuinLevel < 1):
		return fmt.Errorf("ruin_level: %v, want a share of the capital between 0 and 1", c.RuinLevel)
	}
	return nil
}

// moments fills the figures against the minimum.
func (d *Detail) moments(r []float64, minimum float64) {
	d.DownsideVariance, d.UpsideVariance = LowerPartialMoment(r, minimum, 2), UpperPartialMoment(r, minimum, 2)
	d.UpsideRisk = root(d.UpsideVariance)
	d.DownsidePotential, d.UpsidePotential = LowerPartialMoment(r, minimum, 1), UpperPartialMoment(r, minimum, 1)
	d.LowerMoment3, d.UpperMoment3 = LowerPartialMoment(r, minimum, 3), UpperPartialMoment(r, minimum, 3)
	d.UpsideFrequency, d.DownsideFrequency = Frequencies(r, minimum)
	d.Kappa3, d.UpsidePotentialRatio, d.Prospect = Kappa(r, minimum, 3), UpsidePotential(r, minimum), Prospect(r, minimum)
}

// Named is a figure under its name.
type Named struct {
	Name   string
	Figure Figure
}

// Figures lists the detailed figures, those against the benchmark last and only where
// there is one. Counts are figures too.
func (d *Detail) Figures() []Named {
	g, f, p := &d.Gains, &d.Falls, &d.Pain
	count := func(n int) Figure {
		if d.Standard.TotalReturn.Reason == Empty {
			return missing(Empty)
		}
		return Figure{Value: float64(n)}
	}
	fallen := func(n int) Figure {
		if !f.Deviation.Known() {
			return f.Deviation
		}
		return count(n)
	}
	out := []Named{
		{"period_return", d.PeriodReturn}, {"month_return", d.MonthReturn}, {"exposure", g.Exposure},
		{"average_gain", g.AverageGain}, {"average_loss", g.AverageLoss}, {"payoff", g.Payoff}, {"profit_factor", d.Standard.Omega},
		{"gain_to_pain", g.GainToPain}, {"d_ratio", g.D}, {"cpc", g.CPC}, {"common_sense", g.CommonSense},
		{"kelly", g.Kelly}, {"kelly_growth", d.GrowthKelly}, {"risk_of_ruin", d.RiskOfRuin},
		{"longest_win", count(g.LongestWin)}, {"longest_loss", count(g.LongestLoss)}, {"outlier_win", g.OutlierWin}, {"outlier_loss", g.OutlierLoss},
		{"semi_deviation", d.SemiDeviation}, {"mean_absolute_deviation", d.MeanAbsoluteDeviation},
		{"downside_variance", d.DownsideVariance}, {"upside_variance", d.UpsideVariance}, {"upside_risk", d.UpsideRisk},
		{"downside_potential", d.DownsidePotential}, {"upside_potential", d.UpsidePotential},
		{"downside_frequency", d.DownsideFrequency}, {"upside_frequency", d.UpsideFrequency},
		{"lower_moment_3", d.LowerMoment3}, {"upper_moment_3", d.UpperMoment3},
		{"kappa_3", d.Kappa3}, {"upside_potential_ratio", d.UpsidePotentialRatio}, {"prospect_ratio", d.Prospect},
		{"geometric_sharpe", d.GeometricSharpe}, {"adjusted_sharpe", d.AdjustedSharpe}, {"skewness_kurtosis", d.SkewnessKurtosis},
		{"sharpe_error", d.Sharpe.Error}, {"probabilistic_sharpe", d.Sharpe.Probability}, {"deflated_sharpe", d.Sharpe.Deflated}, {"deflated_hurdle", d.Sharpe.Hurdle},
		{"martin", p.Martin}, {"pain_ratio", p.Pain}, {"burke", p.Burke}, {"sterling", p.Sterling}, {"recovery_factor", p.Recovery}, {"serenity", p.Serenity},
		{"drawdowns", fallen(f.Count)}, {"average_drawdown", f.AverageDepth}, {"average_drawdown_length", f.AverageLength},
		{"average_recovery", f.AverageRecovery}, {"longest_drawdown", fallen(f.Longest)}, {"drawdown_deviation", f.Deviation},
		{"conditional_drawdown_95", f.ConditionalDrawdown},
		{"hurst", d.Hurst}, {"autocorrelation", d.Autocorrelation}, {"jarque_bera", d.JarqueBera}, {"jarque_bera_p", d.JarqueBeraP},
	}
	if !d.Standard.HasBenchmark {
		return out
	}
	a := &d.Against
	return append(out, []Named{
		{"jensen_alpha", a.JensenAlpha}, {"systematic_risk", a.SystematicRisk}, {"specific_risk", a.SpecificRisk}, {"appraisal", a.Appraisal},
		{"fama_beta", a.FamaBeta}, {"diversification", a.Diversification}, {"net_selectivity", a.NetSelectivity},
		{"active_premium", a.ActivePremium}, {"information_ratio_annual", a.AnnualInformation}, {"m_squared_excess", a.MSquaredExcess},
		{"bull_beta", a.BullBeta}, {"bear_beta", a.BearBeta}, {"capture_spread", a.CaptureSpread},
		{"batting", a.Batting}, {"up_batting", a.UpBatting}, {"down_batting", a.DownBatting},
	}...)
}
