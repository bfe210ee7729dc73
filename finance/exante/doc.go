// Package exante measures the risk of today's holdings: what their value may do next,
// as far as one factor model tells from the past.
//
// Model: an asset's return in its own currency is α + Σ βₖ fₖ + e, fitted jointly by
// least squares on the last Window trading days. The factors are the market, styles
// cleaned of the ones before them, the change of the ten-year yield, and spreads of
// credit, as far as their series are there. The return in the base currency adds the
// exchange rate's, with a beta of exactly one. Options enter with their delta on the
// underlying's factors, with their rho on the yield, with their value on the exchange
// rate and with their vega on the volatility index. Factor moves have their sample covariance (n − 1) on the
// same days; what factors leave is unrelated between assets, and the same for a share
// and the options on it.
//
// Everything here reads that one model: volatility, parametric value at risk, tracking
// error, their parts, and scenarios, so that they agree.
//
// Units: money in the base currency, signed; returns and deviations as fractions a
// day; the beta to rates is a return for a yield change of 1.00, about −duration.
//
// Sources: Grinold and Kahn, Active Portfolio Management, 2nd ed., chapter 3 (split of
// risk); Litterman 1996, Hot spots and hedges (marginal and component risk); Jorion,
// Value at Risk, 3rd ed., chapters 7 and 10 (delta-normal VaR).
package exante

// Window is how many returns a model rests on, and Least how many at least: for the
// model itself and for an asset.
const (
	Window = 252
	Least  = 60
)

// fresh is how many days old the last close of the market's proxy may be.
const fresh = 10
