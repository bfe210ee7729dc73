package factor

import "fmt"

// Proxy is a factor by what can be bought: the return of Long, less that of Short
// where there is one.
type Proxy struct{ Factor, Long, Short string }

// Set is a list of factors with the history they want: betas are taken over
// Window trading days and not from fewer than Minimum. Where Ordered, a factor is
// cleaned of the ones before it (see Orthogonalise), and left out with less than
// Least of its variance its own. RiskFree names the series that returns are taken
// over before they are explained; empty where they are explained as they are.
type Set struct {
	Name            string
	Proxies         []Proxy
	Window, Minimum int
	Ordered         bool
	Least           float64
	RiskFree        string
}

// Style is the market and the styles of American shares by exchange-traded funds.
// The funds hold largely the same shares and move nearly as one, so each is
// cleaned of the ones before. Growth comes last: market and value all but
// determine it.
func Style() Set {
	return Set{Name: "style", Window: 252, Minimum: 60, Ordered: true, Least: 0.01, Proxies: []Proxy{
		{Market, "SPY", ""}, {Size, "IWM", ""}, {Value, "VTV", ""}, {Momentum, "MTUM", ""},
		{Quality, "QUAL", ""}, {LowVolatility, "USMV", ""}, {Growth, "VUG", ""},
	}}
}

// Spreads is the four styles as one fund against another, each by itself.
func Spreads() Set {
	return Set{Name: "spreads", Window: 180, Minimum: 60, Proxies: []Proxy{
		{"growth_value", "VUG", "VTV"}, {Momentum, "MTUM", "SPY"}, {Size, "IWM", "SPY"}, {Quality, "QUAL", "SPY"},
	}}
}

// TenYear is the name under which a set wants the daily changes of the ten-year
// government yield: 0.0005 for five basis points.
const TenYear = "US10Y"

// RatesCredit is what moves bonds: the change of the ten-year yield, and investment
// grade and high yield over government bonds of like duration.
func RatesCredit() Set {
	return Set{Name: "rates", Window: 252, Minimum: 60, Proxies: []Proxy{
		{Rates, TenYear, ""}, {Credit, "LQD", "IEF"}, {HighYield, "HYG", "IEI"},
	}}
}

// The columns of Fama and French's data: the market's return over the risk-free
// rate; small less big; high less low book value to price; robust less weak
// profits; conservative less aggressive investment; past winners less losers; and
// the risk-free rate.
const (
	MarketExcess                = "mkt_rf"
	SmallMinusBig               = "smb"
	HighMinusLow                = "hml"
	RobustMinusWeak             = "rmw"
	ConservativeMinusAggressive = "cma"
	WinnersMinusLosers          = "mom"
	RiskFree                    = "rf"
)

// FamaFrench is the five factors of Fama and French 2015 with momentum (Carhart
// 1997), from columns given under their names, as fractions a period: the data
// library prints percent. The factors are zero-cost portfolios, so that returns are
// explained over the risk-free rate (see Excess).
func FamaFrench() Set {
	set := Set{Name: "fama_french", Window: 252, Minimum: 60, RiskFree: RiskFree}
	for _, name := range []string{MarketExcess, SmallMinusBig, HighMinusLow, RobustMinusWeak, ConservativeMinusAggressive, WinnersMinusLosers} {
		set.Proxies = append(set.Proxies, Proxy{name, name, ""})
	}
	return set
}

// Excess is returns over the risk-free rate, period by period. NaN, a period without
// a return, stays.
func Excess(returns, riskFree []float64) ([]float64, error) { return Spread(returns, riskFree) }

// Sets lists all sets.
func Sets() []Set { return []Set{Style(), Spreads(), RatesCredit(), FamaFrench()} }

// Symbols are the series the set is made of, each once.
func (s Set) Symbols() (out []string) {
	seen := map[string]bool{"": true}
	add := func(symbol string) {
		if !seen[symbol] {
			seen[symbol] = true
			out = append(out, symbol)
		}
	}
	for _, p := range s.Proxies {
		add(p.Long)
		add(p.Short)
	}
	add(s.RiskFree)
	return out
}

// Columns are the factors' returns from those of the proxies, before any cleaning.
func (s Set) Columns(returns map[string][]float64) (names []string, columns [][]float64, err error) {
	for _, p := range s.Proxies {
		column, ok := returns[p.Long]
		if !ok {
			return nil, nil, fmt.Errorf("factor %s: %s: %w", p.Factor, p.Long, ErrProxy)
		}
		if p.Short != "" {
			short, ok := returns[p.Short]
			if !ok {
				return nil, nil, fmt.Errorf("factor %s: %s: %w", p.Factor, p.Short, ErrProxy)
			}
			if column, err = Spread(column, short); err != nil {
				return nil, nil, fmt.Errorf("factor %s: %w", p.Factor, err)
			}
		}
		names, columns = append(names, p.Factor), append(columns, column)
	}
	return names, columns, nil
}
