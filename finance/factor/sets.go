package factor

import "fmt"

// Proxy is a factor by what can be bought: the return of Long, less that of Short
// where there is one.
type Proxy struct{ Factor, Long, Short string }

// Set is a list of factors with the history they want: betas are taken over
// Window trading days and not from fewer than Minimum. Where Ordered, a factor is
// cleaned of the ones before it (see Orthogonalise), and left out with less than
// Least of its variance its own.
type Set struct {
	Name            string
	Proxies         []Proxy
	Window, Minimum int
	Ordered         bool
	Least           float64
}

// Style is the market and the styles of American shares by exchange-traded funds.
// The funds hold largely the same shares and move nearly as one, so each is
// cleaned of the ones before. Growth comes last: market and value all but
// determine it.
func Style() Set {
	return Set{Name: "style", Window: 252, Minimum: 60, Ordered: true, Least: 0.01, Proxies: []Proxy{
		{"market", "SPY", ""}, {"size", "IWM", ""}, {"value", "VTV", ""}, {"momentum", "MTUM", ""},
		{"quality", "QUAL", ""}, {"low_volatility", "USMV", ""}, {"growth", "VUG", ""},
	}}
}

// Spreads is the four styles as one fund against another, each by itself.
func Spreads() Set {
	return Set{Name: "spreads", Window: 180, Minimum: 60, Proxies: []Proxy{
		{"growth_value", "VUG", "VTV"}, {"momentum", "MTUM", "SPY"}, {"size", "IWM", "SPY"}, {"quality", "QUAL", "SPY"},
	}}
}

// RatesCredit is government and corporate bonds: long government bonds, and investment
// grade and high yield over government bonds of like duration.
func RatesCredit() Set {
	return Set{Name: "rates", Window: 252, Minimum: 60, Proxies: []Proxy{
		{"rates", "TLT", ""}, {"credit", "LQD", "IEF"}, {"high_yield", "HYG", "IEI"},
	}}
}

// Sets lists all sets.
func Sets() []Set { return []Set{Style(), Spreads(), RatesCredit()} }

// Symbols are the series the set is made of, each once.
func (s Set) Symbols() (out []string) {
	seen := map[string]bool{"": true}
	for _, p := range s.Proxies {
		for _, symbol := range []string{p.Long, p.Short} {
			if !seen[symbol] {
				seen[symbol] = true
				out = append(out, symbol)
			}
		}
	}
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
