package analysis

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/volatility"
)

// backtestDays is how many of the last days are tested, backtestLeast from how few.
const (
	backtestDays       = 252
	backtestLeast      = 100
	backtestConfidence = 0.95
)

// backtest holds the value at risk that each day would have been given the day before,
// from exponentially weighted volatility, against what today's holdings then did.
func (r *runner) backtest(out *ExAnte) {
	b := &out.Backtest
	b.Method, b.Confidence = "ewma", backtestConfidence
	weighted, reason, err := volatility.EWMA(r.pnl, volatility.DailyDecay)
	if err != nil { // the decay is a constant
		panic("analysis: " + err.Error())
	}
	from := max(weighted.WarmUp(), len(r.pnl)-backtestDays)
	value := r.totalValue()
	switch n := len(r.pnl) - from; {
	case reason != "" && len(r.pnl) > 0:
		b.Reason = "the moves are too large to compute with"
	case value <= 0:
		b.Reason = "the total value is not positive"
	case n < backtestLeast:
		b.Reason = fmt.Sprintf("%d days of history could be tested, at least %d are needed", max(n, 0), backtestLeast)
	}
	if b.Reason != "" {
		b.Expected, b.Kupiec, b.Independence = Unknown(Count, r.AsOf, "expected_breaches", b.Reason), Unknown(Ratio, r.AsOf, "kupiec_p", b.Reason), Unknown(Ratio, r.AsOf, "independence_p", b.Reason)
		return
	}
	var losses, limits []float64
	for t := from; t < len(r.pnl); t++ {
		limit := risk.NormalTailOf(0, math.Sqrt(weighted.Path[t]), backtestConfidence).VaR.Value
		losses, limits = append(losses, -r.pnl[t]), append(limits, limit)
		b.Days = append(b.Days, r.pnlDays[t])
		b.Return, b.Limit = append(b.Return, r.pnl[t]/value), append(b.Limit, -limit/value)
		if -r.pnl[t] > limit {
			b.Breaches = append(b.Breaches, t-from)
		}
	}
	test := risk.RunBacktest(losses, limits, backtestConfidence)
	b.Expected = r.windowed(Measure((1-backtestConfidence)*float64(len(losses)), Count, r.AsOf, "expected_breaches"))
	independence := risk.Figure{Reason: test.ChristoffersenLR.Reason}
	if test.ChristoffersenLR.Known() { // conditional coverage less its number of breaches
		independence.Value = math.Erfc(math.Sqrt(math.Max(0, test.ChristoffersenLR.Value-test.KupiecLR.Value) / 2))
	}
	b.Kupiec, b.Independence = r.test(test.KupiecP, "kupiec_p"), r.test(independence, "independence_p")
	b.Zone = test.TrafficLight
	b.Accepted = passes(b.Kupiec) && passes(b.Independence)
}

// test is a p value.
func (r *runner) test(f risk.Figure, method string) Figure {
	if !f.Known() {
		return Unknown(Ratio, r.AsOf, method, riskReason(f.Reason))
	}
	return r.windowed(Measure(f.Value, Ratio, r.AsOf, method))
}

// passes reports a test that does not reject at 5 %, or could not be made.
func passes(p Figure) bool { return !p.Known() || p.Float64() >= 0.05 }
