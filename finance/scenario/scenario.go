// Package scenario asks what would happen if: shocks of factors, shares, sectors,
// yields, currencies and volatilities, days of the past played again over today's
// holdings, and the likeliest way to lose a given amount.
//
// Model: one factor model (factor.Model) moves the assets, rᵢ = βᵢ′f + eᵢ, with the
// eᵢ unrelated between assets. A scenario fixes some moves. Directly, only those
// count. With propagation, the other factors move as they are expected to given the
// fixed ones, which for means of zero and covariance F is
//
//	E[f | y] = F H′ (H F H′ + N)⁻¹ y,   y = H f + n,  Cov(n) = N
//
// A row of H is a unit vector, without noise, for a factor that is fixed; for an
// asset or the mean of a sector that is fixed it is their betas, and the noise is
// what is specific in them. The fixed assets take exactly the move they are given.
//
// Everything else follows from the moves: shares and funds in proportion; options
// are priced anew from the moved spot, volatility, rate and currency; bonds by
// their flows at the moved yields and by their betas to all but rates. Nothing is
// clipped: a short may lose without limit, a long option at most what it is worth.
// Shares fall in proportion by up to 80 %; beyond, what is left shrinks instead, so that
// no price falls below zero (bend), and results name what the linear model would have.
//
// Units: moves are fractions; of rates and curves they are changes of the yield,
// 0.01 being 100 basis points. Values and results are in the base currency, a
// short negative and a loss negative. Distances are in deviations of one period
// of the model (a day, for daily covariances).
//
// Sources: Kupiec 1998, Stress testing in a value at risk framework (conditional
// expectation); Breuer, Jandacka, Rheinberger and Summer 2009, How to find
// plausible, severe and useful stress scenarios (Mahalanobis distance); Hasofer and
// Lind 1974 and Rackwitz and Fiessler 1978 for the nearest point of a given loss.
package scenario

import "github.com/foliosight/foliosight/finance/date"

// Kind says what a scenario is about.
type Kind string

// The kinds.
const (
	KindMarket     Kind = "market"
	KindRates      Kind = "rates"
	KindStyles     Kind = "styles"
	KindVolatility Kind = "volatility"
	KindCredit     Kind = "credit"
	KindCurrency   Kind = "currency"
	KindSector     Kind = "sector"
	KindReplay     Kind = "replay"
	KindOwn        Kind = "own"
)

// Severity says how bad its author takes a scenario to be; Result.Distance says how
// unusual it is under the model.
type Severity string

// The severities, the milder ones first. Base is the everyday move that others are
// compared with.
const (
	Base     Severity = "base"
	Mild     Severity = "mild"
	Moderate Severity = "moderate"
	Severe   Severity = "severe"
	Extreme  Severity = "extreme"
)

// ShockKind says what a shock fixes.
type ShockKind string

// The kinds of shocks. On means:
//
//	factor      name of a factor of the model
//	sector      a sector: its assets return Move, each of them
//	symbol      an asset's ID: it returns Move
//	side        long or short: the assets held that way, on balance, return Move
//	curve       empty: all yields change by Move. Years ("2", "10"): the yield there;
//	            several make a curve of changes, straight between them, flat outside
//	currency    a currency: the change of one unit of it in the base currency. The base
//	            currency itself: against every other, which fall by 1 − 1/(1 + Move)
//	volatility  empty: relative change of all implied volatilities and of their index.
//	            An asset's ID: of the options on it alone
const (
	ShockFactor     ShockKind = "factor"
	ShockSector     ShockKind = "sector"
	ShockSymbol     ShockKind = "symbol"
	ShockSide       ShockKind = "side"
	ShockCurve      ShockKind = "curve"
	ShockCurrency   ShockKind = "currency"
	ShockVolatility ShockKind = "volatility"
)

// Shock fixes one move.
type Shock struct {
	Kind ShockKind
	On   string
	Move float64
}

// Scenario is what is asked: shocks, or a replay. Alone keeps everything that is not
// shocked where it is, also where propagation was asked for.
type Scenario struct {
	ID, Name string
	Kind     Kind
	Severity Severity
	Shocks   []Shock
	Replay   *Replay
	Alone    bool
	Note     string // what the reader should know of its numbers
}

// Replay is a stretch of the past: from the close of From to the close of To.
type Replay struct {
	Name     string
	From, To date.Date
}

// Mode says whether what is not shocked moves along.
type Mode string

// The modes; the empty one is Propagated.
const (
	Propagated Mode = "propagated"
	Direct     Mode = "direct"
)

// Settings are how scenarios are run. Horizon is the years that pass until the moves
// have happened: options and bonds are that much older. Window supplies the past of
// a replay, nil where there is none.
type Settings struct {
	Mode    Mode
	Horizon float64
	Window  func(Replay) *Window
}

// Window is the past of a replay, day by day. Returns has a row for each asset of the
// book: total returns in the base currency, nil where it did not trade, NaN on a day
// that is not known. Factors has a row for each factor of the model, moves as the
// model defines them, nil where unknown.
type Window struct {
	Days    []date.Date // to whose close each move leads, ascending
	Returns [][]float64
	Factors [][]float64
}
