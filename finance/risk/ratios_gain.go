package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// Gains are the figures of winning and losing periods, a period counting as one trade.
// The sum of the gains over that of the losses is Omega against zero: it is also called
// profit factor and Bernardo–Ledoit ratio.
type Gains struct {
	AverageGain Figure // mean of the positive returns
	AverageLoss Figure // mean of the negative ones, negative
	// Payoff is the average gain over the size of the average loss, also called gain/loss
	// ratio.
	Payoff Figure
	// GainToPain is the sum of all returns over the size of that of the losses: Omega
	// less one, also called Omega–Sharpe ratio (Schwager 2012; Bacon, 2nd ed., p. 95).
	GainToPain Figure
	// D is losses × their number over gains × their number: 0 where nothing was lost
	// (Lavinio 1999; Bacon, 2nd ed., p. 95).
	D Figure
	// Kelly is the share of capital to stake on a bet of this win rate and payoff,
	// W − (1 − W) / payoff (Kelly 1956).
	Kelly Figure
	// CPC is profit factor × win rate × payoff, by which an edge is 1.2 or more (Aronson).
	CPC Figure
	// CommonSense is profit factor × tail ratio (Laurens Bensdorp): it counts the size of
	// the extremes too.
	CommonSense Figure
	LongestWin  int    // most positive periods in a row
	LongestLoss int    // most negative periods in a row
	Exposure    Figure // share of the periods that moved: time in the market
	// OutlierWin is the 99 % quantile over the mean of the returns not below zero,
	// OutlierLoss the 1 % quantile over the mean of those below: how far the extremes lie
	// from an ordinary day.
	OutlierWin, OutlierLoss Figure
}

// GainsOf measures winning and losing periods.
func GainsOf(returns []float64) Gains {
	n := len(returns)
	if n == 0 {
		e := missing(Empty)
		return Gains{AverageGain: e, AverageLoss: e, Payoff: e, GainToPain: e, D: e, Kelly: e, CPC: e, CommonSense: e, Exposure: e, OutlierWin: e, OutlierLoss: e}
	}
	var g Gains
	up, down, wins, losses := 0.0, 0.0, 0, 0
	run := 0 // of one sign
	for _, r := range returns {
		switch {
		case r > 0:
			up += r
			wins++
			run = max(run, 0) + 1
			g.LongestWin = max(g.LongestWin, run)
		case r < 0:
			down -= r
			losses++
			run = min(run, 0) - 1
			g.LongestLoss = max(g.LongestLoss, -run)
		default:
			run = 0
		}
	}
	g.AverageGain, g.AverageLoss = missing(NoUpside), missing(NoDownside)
	if wins > 0 {
		g.AverageGain = measured(up / float64(wins))
	}
	if losses > 0 {
		g.AverageLoss = measured(-down / float64(losses))
	}
	g.Payoff = missing(NoDownside)
	if f, none := first(g.AverageGain, g.AverageLoss); none {
		g.Payoff = f
	} else {
		g.Payoff = ratio(g.AverageGain.Value, -g.AverageLoss.Value, 0, NoDownside)
	}
	g.GainToPain = ratio(up-down, down, 0, NoDownside)
	g.D = ratio(float64(losses)*down, float64(wins)*up, 0, NoUpside)
	winRate := ratio(float64(wins), float64(wins+losses), 0, NoMovement)
	factor := ratio(up, down, 0, NoDownside)
	g.Kelly = kelly(winRate, g.Payoff)
	g.CPC = product(factor, winRate, g.Payoff)
	g.CommonSense = product(factor, TailRatio(returns))
	g.Exposure = measured(float64(wins+losses) / float64(n))
	g.outliers(returns, up/float64(max(n-losses, 1)))
	return g
}

// kelly is W − (1 − W) / payoff.
func kelly(winRate, payoff Figure) Figure {
	if f, none := first(winRate, payoff); none {
		return f
	}
	lost := ratio(1-winRate.Value, payoff.Value, 0, NoUpside)
	return difference(winRate, lost)
}

func (g *Gains) outliers(returns []float64, mean float64) {
	work := append([]float64(nil), returns...)
	g.OutlierWin = ratio(series.Quantile(work, 0.99), mean, 0, NoUpside)
	if g.OutlierLoss = g.AverageLoss; g.OutlierLoss.Known() {
		g.OutlierLoss = ratio(series.Quantile(work, 0.01), g.AverageLoss.Value, 0, NoDownside)
	}
}

// GrowthKelly is the leverage at which a series of this mean and variance would have
// grown fastest, mean excess return over variance (Thorp 1971). excess holds r − rf.
func GrowthKelly(excess []float64) Figure {
	if len(excess) < 2 {
		return missing(TooShort)
	}
	sd := series.StdDev(excess)
	f := ratio(series.Mean(excess), sd, series.Largest(excess), NoVolatility)
	if !f.Known() {
		return f
	}
	return measured(f.Value / sd)
}

// RiskOfRuin is the chance that capital which grows on like the series ever falls by the
// share lost: exp(2 μ ln(1 − lost) / σ²) for a random walk of the log returns with mean μ
// and variance σ², 1 where μ is not positive (Cox and Miller 1965).
func RiskOfRuin(returns []float64, lost float64) Figure {
	if len(returns) < 2 {
		return missing(TooShort)
	}
	logs := make([]float64, len(returns))
	for i, r := range returns {
		if r <= -1 {
			return missing(CapitalLost)
		}
		logs[i] = math.Log1p(r)
	}
	mean, variance := series.Mean(logs), series.Variance(logs)
	scale := series.Largest(logs)
	if !(math.Sqrt(variance) > 1e-14*scale) {
		return missing(NoVolatility)
	}
	if mean <= 0 {
		return measured(1)
	}
	return measured(math.Exp(2 * mean * math.Log1p(-lost) / variance))
}
