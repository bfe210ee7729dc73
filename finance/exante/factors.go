package exante

import (
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/series"
)

// few is the share of the window's days that a factor's series may lack; on these it
// counts as unmoved.
const few = 0.05

// enough reports a column without too many gaps, and otherwise leaves the factor out.
func (m *Market) enough(name, proxy string, column []float64) bool {
	if g := gaps(column); float64(g) > few*float64(len(column)) {
		m.leaveOut(name, fmt.Sprintf("%s has no price on %d of %d days", proxy, g, len(column)))
		return false
	}
	return true
}

func (m *Market) addMarket(proxy string) {
	s := m.Panel.TotalReturn(proxy, m.AsOf)
	m.Factors = append(m.Factors, Factor{factor.Market, KindMarket, proxy, still(steps(s, m.Days))})
	m.moves[factor.Market] = mover{move: func(days []date.Date) []float64 { return steps(s, days) }}
	m.order = append(m.order, factor.Market)
}

// addStyle cleans a style of the market and the styles before it.
func (m *Market) addStyle(p factor.Proxy, least float64) {
	s := m.Panel.TotalReturn(p.Long, m.AsOf)
	column := steps(s, m.Days)
	if !m.enough(p.Factor, p.Long, column) {
		return
	}
	still(column)
	names, before := make([]string, len(m.order)), make([][]float64, len(m.order))
	for i := range m.order {
		names[i], before[i] = m.order[i], m.Factors[i].Column
	}
	design, err := factor.NewDesign(names, before)
	if err != nil {
		m.leaveOut(p.Factor, err.Error())
		return
	}
	fit, err := design.Fit(column, factor.OLS, 0)
	if err != nil || math.IsNaN(fit.R2) {
		m.leaveOut(p.Factor, p.Long+" does not move")
		return
	}
	if own := 1 - fit.R2; own < least {
		m.leaveOut(p.Factor, fmt.Sprintf("%s follows from the factors before it (%.1f%% of its variance is its own)", p.Long, 100*own))
		return
	}
	clean := fit.Params[1:]
	for k, beta := range clean {
		for t, x := range before[k] {
			column[t] -= float64(beta * x)
		}
	}
	m.Factors = append(m.Factors, Factor{p.Factor, KindStyle, p.Long, column})
	m.moves[p.Factor] = mover{move: func(days []date.Date) []float64 { return steps(s, days) }, clean: clean}
	m.order = append(m.order, p.Factor)
}

// addRates takes the change of the ten-year yield.
func (m *Market) addRates() {
	var s *market.Series
	name := tenYear[0]
	for _, n := range tenYear {
		if r := m.Panel.Rate(n); r != nil {
			s, name = r, n
			break
		}
	}
	if s == nil {
		m.leaveOut(factor.Rates, "there is no ten-year yield, "+tenYear[0]+" or "+tenYear[1])
		return
	}
	change := func(days []date.Date) []float64 {
		out, y := make([]float64, len(days)-1), s.Filled(days)
		last := s.Index(days[len(days)-1])
		for i := range out {
			out[i] = y[i+1] - y[i]
			if last < 0 || days[i+1] > s.Dates[last]+fresh {
				out[i] = math.NaN()
			}
		}
		return out
	}
	column := change(m.Days)
	if m.enough(factor.Rates, name, column) {
		m.Factors = append(m.Factors, Factor{factor.Rates, KindRates, name, still(column)})
		m.moves[factor.Rates] = mover{move: change}
	}
}

// addSpread takes the return of one fund over another's.
func (m *Market) addSpread(name string, p factor.Proxy) {
	long, short := m.Panel.TotalReturn(p.Long, m.AsOf), m.Panel.TotalReturn(p.Short, m.AsOf)
	if long == nil || short == nil {
		missing := p.Long
		if long != nil {
			missing = p.Short
		}
		m.leaveOut(name, "there are no prices of "+missing)
		return
	}
	move := func(days []date.Date) []float64 {
		a, b := steps(long, days), steps(short, days)
		for i := range a {
			a[i] -= b[i]
		}
		return a
	}
	proxy := p.Long + " less " + p.Short
	column := move(m.Days)
	if m.enough(name, proxy, column) {
		m.Factors = append(m.Factors, Factor{name, KindCredit, proxy, still(column)})
		m.moves[name] = mover{move: move}
	}
}

// currency is the return of one unit of c in the base currency on each day of the
// window; nil where there is no rate.
func (m *Market) currency(c money.Currency) []float64 {
	m.lock.Lock()
	defer m.lock.Unlock()
	column, ok := m.rates[c]
	if !ok {
		if column = m.exchange(c, m.Days); column != nil {
			m.remember(c, column)
			still(column)
		}
		m.rates[c] = column
	}
	return column
}

// remember notes a currency whose rate is not known on the days of the window, so that
// how much it moves is not known either.
func (m *Market) remember(c money.Currency, column []float64) {
	if g := gaps(column); float64(g) > few*float64(len(column)) {
		m.unmoved[c] = fmt.Sprintf("the exchange rate of %s is not known on %d of %d days", c, g, len(column))
		return
	}
	for _, days := range m.conversions[c].Days() {
		i, _ := slices.BinarySearch(days, m.AsOf+1)
		if i > 0 && days[i-1] < m.AsOf-fresh {
			m.unmoved[c] = fmt.Sprintf("the last exchange rate of %s is of %s", c, days[i-1])
		}
	}
}

// unmovedBy is why the moves of a currency's rate are not known, empty where they are.
func (m *Market) unmovedBy(c money.Currency) string {
	m.lock.Lock()
	defer m.lock.Unlock()
	return m.unmoved[c]
}

// exchange is the same on any days, NaN where it is not known.
func (m *Market) exchange(c money.Currency, days []date.Date) []float64 {
	conversion, ok := m.conversions[c]
	if !ok {
		conversion, _ = m.Panel.Conversion(c, m.Base)
		m.conversions[c] = conversion
	}
	if conversion == nil {
		return nil
	}
	if len(days) < 2 {
		if rate, _, err := conversion.Rate(m.AsOf); err != nil || rate.IsZero() {
			return nil
		}
		return []float64{}
	}
	rate := conversion.Filled(days)
	if rate[len(rate)-1] != rate[len(rate)-1] {
		return nil
	}
	out := make([]float64, len(days)-1)
	for i := range out {
		out[i] = rate[i+1]/rate[i] - 1
	}
	return out
}

// implied is the volatility index as a factor: its relative change; nil where it is
// not known. Nothing is fitted on it: only options answer to it, with their vega.
func (m *Market) implied() *Factor {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.looked {
		return m.volatility
	}
	m.looked = true
	for _, symbol := range volIndices {
		s := m.Panel.Prices(symbol)
		if s == nil {
			continue
		}
		move := func(days []date.Date) []float64 { return steps(s, days) }
		column := move(m.Days)
		if m.enough(factor.ImpliedVolatility, symbol, column) && !series.Constant(still(column)) {
			m.volatility = &Factor{factor.ImpliedVolatility, KindVolatility, symbol, column}
			m.moves[factor.ImpliedVolatility] = mover{move: move}
		}
		break
	}
	return m.volatility
}

// Moves are the moves of a factor on other days than the window's, NaN where they are
// not known; nil for a factor that there is none of. A style is cleaned with the
// betas of the window.
func (m *Market) Moves(name string, days []date.Date) []float64 {
	if c, ok := factor.CurrencyOf(name); ok {
		m.lock.Lock()
		defer m.lock.Unlock()
		return m.exchange(money.Currency(c), days)
	}
	f, ok := m.moves[name]
	if !ok {
		return nil
	}
	out := f.move(days)
	for k, beta := range f.clean {
		for t, x := range m.Moves(m.order[k], days) {
			out[t] -= float64(beta * x)
		}
	}
	if gaps(out) == len(out) {
		return nil
	}
	return out
}

// VolatilityIndices are the symbols that an index of implied volatilities goes by.
func VolatilityIndices() []string { return volIndices }
