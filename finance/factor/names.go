package factor

import "strings"

// The factors that a model of a whole book is made of, by the names that betas,
// covariances, scenarios and reports use alike. A model holds those it has series
// for; any may be missing.
//
// Market and styles are returns. Each style is cleaned of the ones before it in
// this order (see Orthogonalise): its move is what it does beyond the market and
// the styles before. The other factors are as they are.
const (
	Market        = "market"
	Size          = "size"
	Value         = "value"
	Momentum      = "momentum"
	Quality       = "quality"
	LowVolatility = "low_volatility"
	Growth        = "growth"

	Rates             = "rates"              // change of the ten-year government yield: 0.01 is 100 basis points
	Credit            = "credit"             // investment-grade bonds' return over governments of like duration
	HighYield         = "high_yield"         // the same of high-yield bonds
	ImpliedVolatility = "implied_volatility" // relative change of the volatility index: 0.5 is from 20 to 30
)

const currencyPrefix = "fx:"

// Currency names the factor of a currency: the return of one unit of it in the
// base currency.
func Currency(code string) string { return currencyPrefix + code }

// CurrencyOf returns the currency of a factor named by Currency; ok is false for
// other factors.
func CurrencyOf(name string) (code string, ok bool) {
	return strings.CutPrefix(name, currencyPrefix)
}

// Index is the place of a factor in the model, −1 where it has none of that name.
func (m *Model) Index(name string) int {
	for i, f := range m.Factors {
		if f == name {
			return i
		}
	}
	return -1
}
