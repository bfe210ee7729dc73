package analysis

import (
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/finance/risk"
)

const underOneYear = "the period is shorter than a year; nothing shorter is annualised"

// gapStatus is what the timeline's gaps do to a figure of the span: open positions
// that are left out make it partial; and what the data do that speaks against them.
func (r *runner) gapStatus(f Figure, s performance.Span) Figure { return r.over(r.gaps(f, s), s) }

// gaps is gapStatus of what rests on no price.
func (r *runner) gaps(f Figure, s performance.Span) Figure {
	for _, g := range r.timeline.Gaps {
		if g.From <= s.End && g.To > s.Start {
			f = f.With(Partial, "without "+g.Symbol+" from "+g.From.String()+" to "+g.To.String()+": "+g.Reason)
		}
	}
	return f
}

// returns fills the two returns of the period and the benchmark's.
func (r *runner) returns() {
	out := &r.out.Returns
	s := performance.NewSpan(r.timeline, r.Period.Start, r.Period.End)
	end := r.Period.End
	out.TimeWeighted = r.measuredAll(r.gapStatus(r.twr(s, end), s))
	out.TimeWeightedAnnual = r.annual(out.TimeWeighted, "time_weighted_annual", r.atWork(s))
	out.MoneyWeighted = r.measuredAll(r.gapStatus(r.moneyWeighted(r.timeline, s), s))
	r.benchmarkReturns(s)
	for _, f := range []*Figure{&out.Benchmark, &out.BenchmarkAnnual, &out.BenchmarkMoneyWeighted, &out.BenchmarkValue} {
		*f = r.againstBenchmark(*f, s)
	}
	out.Active, out.AheadBy = r.againstBenchmark(r.over(out.Active, s), s), r.againstBenchmark(r.over(out.AheadBy, s), s)
}

func (r *runner) twr(s performance.Span, end date.Date) Figure {
	ret, err := performance.TWR(r.timeline, s)
	if err != nil {
		return Unknown(Fraction, end, "time_weighted", "nothing was invested in the period")
	}
	return Measure(ret, Fraction, end, "time_weighted").From("Days linked", itoa(s.To-s.From+1))
}

// atWork is the part of a span from the first day on which something was invested: what
// a yearly rate counts.
func (r *runner) atWork(s performance.Span) Period {
	p := Period{Start: s.Start, End: s.End}
	if s.Initial > 0 {
		return p
	}
	for i := s.From; i <= s.To; i++ {
		if r.timeline.Inflow[i] > 0 {
			p.Start = max(p.Start, r.days[i]-1)
			break
		}
	}
	return p
}

// annual annualises a total return over the days in which it was earned, where they are
// enough or it was asked for.
func (r *runner) annual(total Figure, method string, earned Period) Figure {
	switch {
	case !total.Known():
		return Unknown(Fraction, total.AsOf, method, total.Reasons...)
	case !earned.Full() && !r.AnnualiseShort:
		return Unknown(Fraction, total.AsOf, method, underOneYear)
	}
	f := Measure(performance.Annualise(total.Float64(), earned.Days()), Fraction, total.AsOf, method)
	f.Status, f.Reasons = total.Status, total.Reasons
	if !earned.Full() {
		f = f.With(Estimated, "annualised from less than a year")
	}
	return f.From("Return of the period", percent(total.Float64())).From("Days", itoa(earned.Days()))
}

func (r *runner) moneyWeighted(t *portfolio.Timeline, s performance.Span) Figure {
	rates, err := performance.MoneyWeighted(t, s)
	if err != nil {
		return Unknown(Fraction, s.End, "money_weighted", moneyReason(err))
	}
	f := Measure(rates.Rate, Fraction, s.End, "money_weighted")
	if len(rates.Roots) > 1 {
		f = f.With(Estimated, "several rates fit these flows; this is the one nearest zero")
	}
	if !r.atWork(s).Full() {
		f.Reasons = append(f.Reasons, "a yearly rate from less than a year")
	}
	return f
}

func moneyReason(err error) string {
	switch performance.Reason(err) {
	case "empty":
		return "there are no flows"
	case "no_sign_change":
		return "the flows are all of one sign"
	case "all_same_day":
		return "all flows are on one day"
	case "no_root":
		return "no rate fits these flows"
	}
	return err.Error()
}

// benchmarkReturns gives the benchmark's own return and what the same flows would have
// become in it.
func (r *runner) benchmarkReturns(s performance.Span) {
	out := &r.out.Returns
	why := "no benchmark is chosen"
	if r.Input.Benchmark != "" {
		why = "the benchmark " + r.Input.Benchmark + " has no prices in the period"
	}
	unknown := func(u Unit, method string) Figure { return Unknown(u, r.Period.End, method, why) }
	out.Benchmark, out.BenchmarkAnnual, out.Active = unknown(Fraction, "benchmark_return"), unknown(Fraction, "benchmark_annual"), unknown(Fraction, "active_return")
	out.BenchmarkMoneyWeighted, out.BenchmarkValue, out.AheadBy = unknown(Fraction, "benchmark_money_weighted"), unknown(r.unit(), "benchmark_value"), unknown(r.unit(), "ahead_by")
	if r.index == nil {
		return
	}
	if ret, err := performance.IndexReturn(r.invested(s), r.index); err == nil {
		out.Benchmark = Measure(ret, Fraction, r.Period.End, "benchmark_return")
		out.BenchmarkAnnual = r.annual(out.Benchmark, "benchmark_annual", Period{Start: r.invested(s).Start, End: s.End})
		if out.TimeWeighted.Known() {
			out.Active = Measure(out.TimeWeighted.Float64()-ret, Fraction, r.Period.End, "active_return")
		} else {
			out.Active = Unknown(Fraction, r.Period.End, "active_return", out.TimeWeighted.Reasons...)
		}
	}
	path, err := performance.SameFlows(r.timeline, s, r.index)
	if err != nil || len(path) == 0 {
		return
	}
	final := path[len(path)-1]
	out.BenchmarkValue = r.measured(final, "benchmark_value")
	out.AheadBy = r.measuredAll(r.measured(s.Final-final, "ahead_by"))
	same := *r.timeline
	same.Value = append([]float64(nil), r.timeline.Value...)
	copy(same.Value[s.From:], path)
	b := s
	b.Final = final
	out.BenchmarkMoneyWeighted = r.moneyWeighted(&same, b)
	out.BenchmarkMoneyWeighted.Method = "benchmark_money_weighted"
}

// invested is the span from the first day with capital in it: the benchmark is compared
// over the days on which there was something to compare. Where its series begins on the
// portfolio's own first day, or a few days later, it counts from its first close.
func (r *runner) invested(s performance.Span) performance.Span {
	from := s.From
	if s.Initial <= 0 {
		for from <= s.To && r.timeline.Inflow[from] <= 0 {
			from++
		}
	}
	for late := 0; late < benchmarkGrace && from <= s.To && (from == 0 || !(r.index[from-1] > 0)); late++ {
		from++
	}
	if from > s.From && from <= s.To {
		s.From, s.Start = from, r.days[from-1]
	}
	return s
}

// benchmarkGrace is by how many days of the axis a benchmark's series may begin late.
const benchmarkGrace = 7

// series fills the daily figures of the period.
func (r *runner) series() {
	s := performance.NewSpan(r.timeline, r.Period.Start, r.Period.End)
	out := &r.out.Series
	if s.From > s.To {
		return
	}
	n := s.To - s.From + 1
	begins := s.From > 0
	k := 0
	if begins {
		k = 1 // the close of the start, from which the lines rise
	}
	out.Days = make([]date.Date, 0, n+k)
	if begins {
		out.Days = append(out.Days, r.days[s.From-1])
	}
	out.Days = append(out.Days, r.days[s.From:s.To+1]...)
	grow := func() Numbers { return make(Numbers, n+k) }
	out.Value, out.PaidIn, out.Flow, out.Payment, out.Paid = grow(), grow(), grow(), grow(), grow()
	returns := performance.Daily(r.timeline, s)
	cumulated := performance.Growth(returns)
	drawdown := performance.Drawdowns(returns, s.Initial != 0)
	out.Return, out.Drawdown = grow(), grow()
	paid, outside := s.Initial, s.Initial
	if begins {
		out.Value[0], out.PaidIn[0], out.Paid[0] = s.Initial, paid, outside
	}
	for i := range n {
		flow := r.timeline.Inflow[s.From+i] - r.timeline.Outflow[s.From+i]
		paid += flow
		out.Payment[k+i] = r.timeline.Payment(s.From + i)
		outside += out.Payment[k+i]
		out.Paid[k+i] = outside
		out.Value[k+i], out.PaidIn[k+i], out.Flow[k+i] = r.timeline.Value[s.From+i], paid, flow
		out.Return[k+i], out.Drawdown[k+i] = cumulated[i]-1, drawdown[i]
	}
	if r.neverPriced() { // cash alone was measured
		for i := range out.Return {
			out.Return[i], out.Drawdown[i] = math.NaN(), math.NaN()
		}
	}
	r.benchmarkSeries(s, k, n)
}

func (r *runner) benchmarkSeries(s performance.Span, k, n int) {
	if r.index == nil {
		return
	}
	out := &r.out.Series
	if path, err := performance.SameFlows(r.timeline, s, r.index); err == nil {
		out.Benchmark = append(make(Numbers, k, n+k), path...)
		if k == 1 {
			out.Benchmark[0] = s.Initial
		}
	}
	own := r.invested(s)
	daily := performance.IndexDaily(own, r.index)
	lead := own.From - s.From
	out.BenchmarkReturn, out.BenchmarkDrawdown = make(Numbers, n+k), make(Numbers, n+k)
	growth := performance.Growth(daily)
	fall := performance.Drawdowns(daily, true)
	for i := range daily {
		out.BenchmarkReturn[k+lead+i], out.BenchmarkDrawdown[k+lead+i] = growth[i]-1, fall[i]
	}
}

// months fills calendar months and years.
func (r *runner) months() {
	s := performance.NewSpan(r.timeline, r.Period.Start, r.Period.End)
	if s.From > s.To {
		return
	}
	days := r.days[s.From : s.To+1]
	own := performance.Months(days, performance.Daily(r.timeline, s), s.Start, s.End)
	var bench []performance.Month
	if r.index != nil {
		bench = performance.Months(days, performance.IndexDaily(s, r.index), s.Start, s.End)
	}
	for i, m := range own {
		row := MonthRow{Year: m.Year, Month: int(m.Month), Partial: m.Partial,
			Return: r.measuredAll(Measure(m.Return, Fraction, r.AsOf, "month_return")), Benchmark: Unknown(Fraction, r.AsOf, "benchmark_return", "no benchmark")}
		of := calendarSpan(s, m.Year, int(m.Month), 1)
		row.Return = r.over(row.Return, of)
		if bench != nil {
			row.Benchmark = r.againstBenchmark(Measure(bench[i].Return, Fraction, r.AsOf, "benchmark_return"), of)
		}
		r.out.Months = append(r.out.Months, row)
	}
	years, benchYears := performance.Years(own), performance.Years(bench)
	for _, m := range r.out.Months {
		if n := len(r.out.Years); n > 0 && r.out.Years[n-1].Year == m.Year {
			continue
		}
		row := YearRow{Year: m.Year, Return: Unknown(Fraction, r.AsOf, "year_return", "nothing was invested"), Benchmark: Unknown(Fraction, r.AsOf, "benchmark_return", "no benchmark")}
		of := calendarSpan(s, m.Year, 1, 12)
		if y, ok := years[m.Year]; ok {
			row.Return = r.over(r.measuredAll(Measure(y, Fraction, r.AsOf, "year_return")), of)
		}
		if y, ok := benchYears[m.Year]; ok {
			row.Benchmark = r.againstBenchmark(Measure(y, Fraction, r.AsOf, "benchmark_return"), of)
		}
		r.out.Years = append(r.out.Years, row)
	}
}

// calendarSpan is the part of a span that lies in so many calendar months; Start and End
// alone are filled.
func calendarSpan(s performance.Span, year, month, months int) performance.Span {
	first := date.Must(year, time.Month(month), 1)
	return performance.Span{Start: max(s.Start, first-1), End: min(s.End, first.AddMonths(months)-1)}
}

// periods fills the standard periods that lie within the ledger's life, and all of it.
func (r *runner) periods() {
	start := r.Book.First()
	if start.IsNone() {
		return
	}
	for _, label := range periodLabels {
		p, err := NewPeriod(label, r.AsOf, start)
		if err != nil || label != "Max" && p.Start < start-1 {
			continue
		}
		s := performance.NewSpan(r.timeline, p.Start, p.End)
		row := PeriodRow{Period: p, Return: r.measuredAll(r.gapStatus(r.twr(s, r.AsOf), s)), MoneyWeighted: r.over(r.measuredAll(r.moneyWeighted(r.timeline, s)), s)}
		row.Benchmark, row.Active = Unknown(Fraction, r.AsOf, "benchmark_return", "no benchmark"), Unknown(Fraction, r.AsOf, "active_return", "no benchmark")
		if r.index != nil {
			if b, err := performance.IndexReturn(r.invested(s), r.index); err == nil {
				row.Benchmark = r.againstBenchmark(Measure(b, Fraction, r.AsOf, "benchmark_return"), s)
				if row.Return.Known() {
					row.Active = r.againstBenchmark(r.over(Measure(row.Return.Float64()-b, Fraction, r.AsOf, "active_return"), s), s)
				} else {
					row.Active = Unknown(Fraction, r.AsOf, "active_return", row.Return.Reasons...)
				}
			}
		}
		gain := s.Final - s.Initial
		for i := s.From; i <= s.To; i++ {
			gain += r.timeline.Outflow[i] - r.timeline.Inflow[i]
		}
		if row.Gain = r.over(r.measuredAll(r.measured(gain, "period_gain")), s); row.Gain.Known() {
			if why := r.unsizedWithin(s); len(why) > 0 {
				row.Gain = Unknown(r.unit(), r.AsOf, "period_gain", why...)
			}
		}
		row.Volatility = r.over(r.periodVolatility(s), s)
		r.out.Periods = append(r.out.Periods, row)
	}
}

// minimumForVolatility is how many daily returns a volatility needs.
const minimumForVolatility = 20

func (r *runner) periodVolatility(s performance.Span) Figure {
	returns, _, _ := r.sessionReturns(s)
	if len(returns) < minimumForVolatility {
		return Unknown(Fraction, r.AsOf, "volatility", "fewer than "+itoa(minimumForVolatility)+" daily returns")
	}
	return fromRisk(risk.AnnualVolatility(returns, tradingDays), Fraction, r.AsOf, "volatility").From("Daily returns", itoa(len(returns)))
}

// sessionReturns compounds the daily returns of the span into one a session, so that
// bookings and prices of weekends do not dilute what a trading day is; beside them the
// benchmark's of the same sessions (nil without one) and the sessions' days.
func (r *runner) sessionReturns(s performance.Span) (own, bench []float64, days []date.Date) {
	daily := performance.Daily(r.timeline, s)
	var index []float64
	if r.index != nil {
		index = performance.IndexDaily(s, r.index)
	}
	growth, other, any := 1.0, 1.0, false
	for i, x := range daily {
		if !math.IsNaN(x) {
			growth *= 1 + x
			any = true
		}
		if index != nil && !math.IsNaN(index[i]) {
			other *= 1 + index[i]
		}
		if !r.session[s.From+i] {
			continue
		}
		if any {
			own = append(own, growth-1)
			days = append(days, r.days[s.From+i])
			if index != nil {
				bench = append(bench, other-1)
			}
		}
		growth, other, any = 1, 1, false
	}
	return own, bench, days
}

// drawdowns lists the falls from a peak, the deepest first.
func (r *runner) drawdowns() {
	s := performance.NewSpan(r.timeline, r.Period.Start, r.Period.End)
	returns, _, days := r.sessionReturns(s)
	if len(days) == 0 {
		return
	}
	for _, e := range risk.Episodes(s.Start, days, returns) {
		r.out.Drawdowns = append(r.out.Drawdowns, DrawdownRow{Peak: e.Peak, Trough: e.Trough, Recovery: e.Recovery, Depth: e.Depth, Days: e.Days})
	}
	sortDeepest(r.out.Drawdowns)
	if len(r.out.Drawdowns) > 10 {
		r.out.Drawdowns = r.out.Drawdowns[:10]
	}
}
