package analysis

import (
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/risk"
)

// tradingDays is how many sessions a year has when volatility is annualised.
const tradingDays = 252

// Risk holds two different things, each named: Realised is measured on the portfolio as
// it was, from its daily returns of the period; Tail and Exposure look at today's
// holdings, the first put back onto history.
type Risk struct {
	Realised      Realised      `json:"realised"`
	Tail          []TailRow     `json:"tail"`
	Window        Window        `json:"window"` // what the tail figures rest on
	Exposure      Exposure      `json:"exposure"`
	Concentration Concentration `json:"concentration"`
}

// Realised are the measures of the period's daily returns.
type Realised struct {
	Days                 int    `json:"days"`
	Volatility           Figure `json:"volatility"`
	BenchmarkVolatility  Figure `json:"benchmark_volatility"`
	Sharpe               Figure `json:"sharpe"`
	Sortino              Figure `json:"sortino"`
	MaxDrawdown          Figure `json:"max_drawdown"`
	BenchmarkMaxDrawdown Figure `json:"benchmark_max_drawdown"`
	CurrentDrawdown      Figure `json:"current_drawdown"`
	Beta                 Figure `json:"beta"`
	TrackingError        Figure `json:"tracking_error"`
	InformationRatio     Figure `json:"information_ratio"`
	Correlation          Figure `json:"correlation"`
	Best                 Figure `json:"best_day"`
	Worst                Figure `json:"worst_day"`
	RiskFree             Figure `json:"risk_free"` // mean a year, of the sessions measured
}

// TailRow is VaR and ES of one method, confidence and horizon, as positive losses.
type TailRow struct {
	Method     string    `json:"method"` // historical, normal or filtered
	Confidence float64   `json:"confidence"`
	Horizon    int       `json:"horizon_days"`
	VaR        Figure    `json:"var"`
	ES         Figure    `json:"es"`
	VaRShare   Figure    `json:"var_share"`      // of the value
	Days       int       `json:"days,omitempty"` // of history that it rests on; none of the factor model's
	From       date.Date `json:"from,omitzero"`  // the close before the first of them
}

// Window says which history today's holdings were put back onto, and what is missing.
type Window struct {
	From     date.Date `json:"from,omitzero"`
	To       date.Date `json:"to,omitzero"`
	Days     int       `json:"days"`
	Covered  Figure    `json:"covered"` // share of gross exposure with a full history
	Excluded []string  `json:"excluded,omitempty"`
	Partial  []string  `json:"partial,omitempty"`
	Options  int       `json:"options,omitempty"` // options priced anew on each day
}

// Exposure is how much is at work on either side, of today's holdings.
type Exposure struct {
	Long          Figure `json:"long"`
	Short         Figure `json:"short"` // negative
	Gross         Figure `json:"gross"`
	Net           Figure `json:"net"`
	LongShare     Figure `json:"long_share"` // of the value
	ShortShare    Figure `json:"short_share"`
	GrossShare    Figure `json:"gross_share"`
	NetShare      Figure `json:"net_share"`
	DeltaAdjusted Figure `json:"delta_adjusted"` // net, options at delta × underlying × contract size
	DeltaShare    Figure `json:"delta_adjusted_share"`
	OptionsDelta  Figure `json:"options_delta"` // the options' part of it
	Notional      Figure `json:"options_notional"`
	AtNotional    Sides  `json:"at_notional"`
}

// Sides is the exposure with each option at what its underlyings are worth, on the side
// it gains on: bought calls and sold puts are long.
type Sides struct {
	Long       Figure `json:"long"`
	Short      Figure `json:"short"` // negative
	Gross      Figure `json:"gross"`
	Net        Figure `json:"net"`
	LongShare  Figure `json:"long_share"` // of the value
	ShortShare Figure `json:"short_share"`
	GrossShare Figure `json:"gross_share"`
	NetShare   Figure `json:"net_share"`
}

// fromRisk carries a figure of the risk package over.
func fromRisk(f risk.Figure, unit Unit, asOf date.Date, method string) Figure {
	if !f.Known() {
		return Unknown(unit, asOf, method, riskReason(f.Reason))
	}
	return Measure(f.Value, unit, asOf, method)
}

// riskReason says a reason of the risk package in a sentence.
func riskReason(code risk.Reason) string {
	switch code {
	case risk.Empty, risk.TooShort:
		return "too few daily returns"
	case risk.NoVolatility:
		return "the returns do not vary"
	case risk.NoDownside:
		return "there was no negative return"
	case risk.NoBenchmark:
		return "no benchmark"
	case risk.BenchmarkFlat:
		return "the benchmark did not move"
	}
	return string(code)
}

func (r *runner) realised() {
	out, on := &r.out.Risk.Realised, r.Period.End
	s := performance.NewSpan(r.timeline, r.Period.Start, r.Period.End)
	returns, bench, days := r.sessionReturns(s)
	out.Days = len(returns)
	free, mean, freeWhy := r.riskFree(days)
	if freeWhy != "" {
		out.RiskFree = Unknown(Fraction, on, "risk_free", freeWhy)
	} else {
		out.RiskFree = doubted(Measure(mean, Fraction, on, "risk_free"), r.doubtsOfInterest(s)...)
	}
	if len(returns) < minimumForVolatility {
		why := fmt.Sprintf("%d daily returns, at least %d are needed", len(returns), minimumForVolatility)
		for _, f := range []*Figure{&out.Volatility, &out.BenchmarkVolatility, &out.Sharpe, &out.Sortino, &out.MaxDrawdown, &out.BenchmarkMaxDrawdown, &out.CurrentDrawdown, &out.Beta, &out.TrackingError, &out.InformationRatio, &out.Correlation, &out.Best, &out.Worst} {
			*f = Unknown(Ratio, on, "realised_risk", why)
		}
		return
	}
	m, err := risk.Measure(risk.Sample{Returns: returns, Benchmark: bench, RiskFree: free, PeriodsPerYear: tradingDays})
	if err != nil { // returns are finite by construction
		panic("analysis: " + err.Error())
	}
	count := itoa(len(returns))
	take := func(f risk.Figure, unit Unit, method string) Figure {
		return r.gapStatus(fromRisk(f, unit, on, method), s).From("Daily returns", count)
	}
	out.Volatility = take(m.AnnualVolatility, Fraction, "volatility")
	out.Sharpe = take(m.Sharpe, Ratio, "sharpe")
	if freeWhy != "" {
		out.Sharpe = out.Sharpe.With(Estimated, "without a risk-free rate: "+freeWhy)
	}
	out.Sharpe = doubted(out.Sharpe, r.doubtsOfInterest(s)...)
	out.Sortino = take(m.Sortino, Ratio, "sortino")
	out.MaxDrawdown = take(m.MaxDrawdown, Fraction, "max_drawdown")
	if falls := risk.Drawdowns(returns); len(falls) > 0 {
		out.CurrentDrawdown = r.over(Measure(falls[len(falls)-1], Fraction, on, "current_drawdown"), s)
	}
	out.Best, out.Worst = take(m.Best, Fraction, "best_day"), take(m.Worst, Fraction, "worst_day")
	out.Beta, out.TrackingError = take(m.Against.Beta, Ratio, "beta"), take(m.Against.TrackingError, Fraction, "tracking_error")
	out.InformationRatio = take(annualInformation(m.Against.Information), Ratio, "information_ratio")
	out.Correlation = take(m.Against.Correlation, Ratio, "correlation")
	if bench == nil {
		out.BenchmarkVolatility, out.BenchmarkMaxDrawdown = Unknown(Fraction, on, "volatility", "no benchmark"), Unknown(Fraction, on, "max_drawdown", "no benchmark")
		return
	}
	out.BenchmarkVolatility = fromRisk(risk.AnnualVolatility(bench, tradingDays), Fraction, on, "volatility")
	out.BenchmarkMaxDrawdown = fromRisk(risk.MaxDrawdown(bench), Fraction, on, "max_drawdown")
	for _, f := range []*Figure{&out.Beta, &out.TrackingError, &out.InformationRatio, &out.Correlation, &out.BenchmarkVolatility, &out.BenchmarkMaxDrawdown} {
		*f = r.againstBenchmark(*f, s)
	}
}

// annualInformation scales the per-period information ratio to a year.
func annualInformation(f risk.Figure) risk.Figure {
	f.Value *= math.Sqrt(tradingDays)
	return f
}

// riskFree gives the rate per session, and the mean a year.
func (r *runner) riskFree(days []date.Date) (perSession []float64, mean float64, why string) {
	if r.RiskFree == "" {
		return nil, 0, "no risk-free rate is chosen"
	}
	s := r.Panel.Rate(r.RiskFree)
	if s == nil {
		return nil, 0, "the rate " + r.RiskFree + " is not known"
	}
	perSession = make([]float64, len(days))
	for i, d := range days {
		annual, _, ok := s.At(d)
		if !ok {
			return nil, 0, "the rate " + r.RiskFree + " is not known before " + s.First().String()
		}
		perSession[i] = risk.PeriodicRate(annual, tradingDays)
		mean += annual / float64(len(days))
	}
	return perSession, mean, ""
}

// windowed says which history of today's holdings a figure rests on and what that
// leaves out.
func (r *runner) windowed(f Figure) Figure { return r.windowedOver(f, r.out.Risk.Window.Days) }

// windowedOver is windowed of a figure that rests on the last days of it alone.
func (r *runner) windowedOver(f Figure, days int) Figure {
	w := &r.out.Risk.Window
	out := f.From("Days of history", itoa(days)).From("From", r.historyFrom(days).String()).From("To", w.To.String())
	out = doubted(out, r.doubtsOfHistory(r.historyFrom(days))...)
	if w.Options > 0 {
		out = out.With(Estimated, r.revaluedReason())
	}
	if len(w.Excluded) > 0 {
		out = out.With(Partial, "without "+list(w.Excluded)+": no price history")
	}
	if len(w.Partial) > 0 {
		out = out.With(Partial, list(w.Partial)+": a part of the history is missing")
	}
	return out
}

// list joins names, the many shortened.
func list(names []string) string {
	out := ""
	for i, n := range names {
		if i == 5 {
			return out + fmt.Sprintf(" and %d more", len(names)-i)
		}
		if i > 0 {
			out += ", "
		}
		out += n
	}
	return out
}

// backcast is the profit or loss, in the base currency, that today's holdings would
// have had on each of the last sessions: value today × the session's total return in
// the base currency. An option is priced anew on what its underlying did.
func (r *runner) backcast() (pnl []float64, days []date.Date) {
	w := &r.out.Risk.Window
	axis := r.historyAxis()
	if len(axis) < 2 {
		w.Covered = Unknown(Fraction, r.AsOf, "coverage", "there is no price history")
		return nil, nil
	}
	pnl = make([]float64, len(axis)-1)
	gross, covered := 0.0, 0.0
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if !h.Value.Known() {
			w.Excluded = append(w.Excluded, h.Symbol)
			continue
		}
		if h.Value.Float64() == 0 && r.options[h.Symbol] == nil {
			continue
		}
		amount := h.Value.Float64()
		var profits []float64
		known := 0
		switch p := r.options[h.Symbol]; {
		case p == nil && h.Instrument.Class != instrument.Private:
			returns, n := r.history(h.Symbol, axis)
			for k := range returns {
				returns[k] *= amount
			}
			profits, known = returns, n
		case p != nil && p.expired:
			continue
		case p != nil && p.why == "":
			profits, known = r.optionHistory(p, h.Instrument, axis)
			amount = p.exposure()
			w.Options++
		}
		gross += math.Abs(amount)
		if known == 0 {
			w.Excluded = append(w.Excluded, h.Symbol)
			continue
		}
		if known < len(profits) {
			w.Partial = append(w.Partial, h.Symbol)
		}
		covered += math.Abs(amount) * float64(known) / float64(len(profits))
		for k, x := range profits {
			if !math.IsNaN(x) {
				pnl[k] += x
			}
		}
	}
	if gross == 0 {
		w.Covered = Unknown(Fraction, r.AsOf, "coverage", "nothing is held")
		return nil, nil
	}
	r.foreignCash(axis, pnl)
	w.From, w.To, w.Days = axis[0], axis[len(axis)-1], len(pnl)
	w.Covered = Measure(covered/gross, Fraction, r.AsOf, "coverage")
	if covered == 0 {
		return nil, nil
	}
	return pnl, axis[1:]
}

// history is a symbol's total return in the base currency on each step of the axis, NaN
// where it is not known, and how many are.
func (r *runner) history(symbol string, axis []date.Date) (returns []float64, known int) {
	returns, known = r.localHistory(symbol, axis)
	fx := r.exchangeHistory(r.Book.Instrument(symbol).Currency, axis)
	if fx == nil {
		return returns, known
	}
	for i := range returns {
		switch {
		case math.IsNaN(returns[i]):
		case math.IsNaN(fx[i]): // the price's move is better than none
			known--
		default:
			returns[i] = float64((1+returns[i])*(1+fx[i])) - 1
		}
	}
	return returns, known
}

// stopped is after how many calendar days without a price a price is not known to stand
// still any more: the steps up to the next one, if there is one, have no return.
const stopped = 10

// localHistory is the same in the symbol's own currency.
func (r *runner) localHistory(symbol string, axis []date.Date) (returns []float64, known int) {
	s := r.totalReturn(symbol)
	filled := s.Filled(axis)
	returns = make([]float64, len(axis)-1)
	last := s.Index(axis[0])
	for i := range returns {
		for s != nil && last+1 < len(s.Dates) && s.Dates[last+1] <= axis[i+1] {
			last++
		}
		x := filled[i+1] / filled[i]
		returns[i] = x - 1
		if last < 0 || s.Dates[last] < axis[i+1]-stopped || filled[i] <= 0 || math.IsNaN(x) || math.IsInf(x, 0) {
			returns[i] = math.NaN()
			continue
		}
		known++
	}
	return returns, known
}

// exchangeHistory is what one unit of a currency did in the base currency on each step of
// the axis: nil for the base currency itself, NaN where no rate is known, or none of late.
func (r *runner) exchangeHistory(currency money.Currency, axis []date.Date) []float64 {
	if currency == "" || currency == r.Book.Base {
		return nil
	}
	out := make([]float64, len(axis)-1)
	for i := range out {
		out[i] = math.NaN()
	}
	c := r.valuer.Conversion(currency)
	if c == nil {
		return out
	}
	rate := c.Filled(axis)
	for i := range out {
		out[i] = rate[i+1]/rate[i] - 1
	}
	for _, days := range c.Days() {
		last := -1
		for i := range out {
			for last+1 < len(days) && days[last+1] <= axis[i+1] {
				last++
			}
			if last < 0 || days[last] < axis[i+1]-stopped {
				out[i] = math.NaN()
			}
		}
	}
	return out
}

// foreignCash adds what exchange rates would have done to today's foreign cash.
func (r *runner) foreignCash(axis []date.Date, pnl []float64) {
	w := &r.out.Risk.Window
	for _, c := range r.out.Cash {
		if c.Currency == r.Book.Base || c.Amount.IsZero() {
			continue
		}
		name := string(c.Currency)
		if !c.Value.Known() {
			w.Excluded = addOnce(w.Excluded, name)
			continue
		}
		for i, x := range r.exchangeHistory(c.Currency, axis) {
			if math.IsNaN(x) {
				w.Partial = addOnce(w.Partial, name)
				continue
			}
			pnl[i] += c.Value.Float64() * x
		}
	}
}

// addOnce adds a name to a list that lacks it.
func addOnce(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
