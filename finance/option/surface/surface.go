// Package surface turns the option quotes of one underlying and one day into a
// surface of implied volatilities, with which any strike and expiry is marked.
//
// Model: per expiry the forward comes from put-call parity of the pairs near the
// money, and each strike gives the implied volatility of its out-of-the-money
// option (the one in the money only where the other has no usable quote). The total
// variance w = σ²T of an expiry is fitted over log-moneyness k = ln(K/F) by raw SVI,
//
//	w(k) = a + b (ρ (k − m) + √((k − m)² + s²))
//
// to the quotes weighted by the inverse of their spread squared, held back where the
// density would be negative or where w would fall below that of the expiry before.
// Three or four strikes fit a, b and ρ alone, one or two give a flat smile; Method
// says which. Between expiries w is linear in time at constant k. Beyond the quoted
// strikes the volatility of a smile stays what it is at the last one, beyond the
// first and last expiry the smile stays what it is; both are marked extrapolated.
// The kink that flat wings have at the last strike is outside the checks.
//
// American quotes are inverted by the American price with the continuous dividend
// yield that the forward implies; parity is taken of the European values, from
// which early exercise is taken off.
//
// Units: prices per unit of the underlying; time is calendar days / 365; rates are
// continuous fractions a year; volatilities fractions a year. An unknown number is
// NaN, never 0.
//
// Sources: Gatheral and Jacquier, Arbitrage-free SVI volatility surfaces (2014), for
// the parametrisation and g(k); De Marco and Martini (Zeliade), Quasi-explicit
// calibration of Gatheral's SVI model (2009); Lee, The moment formula for implied
// volatility at extreme strikes (2004), for the bound of 2 on the slope of the wings.
package surface

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
)

// ErrMarket reports a market that quotes cannot be read in.
var ErrMarket = errors.New("market of options out of range")

// ErrEmpty reports quotes of which none gives a volatility.
var ErrEmpty = errors.New("no quote gives a volatility")

// Quote is what the market says of one option. Bid, Ask and Last are NaN where they
// are not known; a bid of 0 is a quote without a buyer.
type Quote struct {
	Expiry         date.Date
	Kind           option.Kind
	Strike         float64
	Bid, Ask, Last float64
}

// Market is what the quotes have in common.
type Market struct {
	On            date.Date
	Spot          float64                     // NaN: not known, which European quotes can do without
	Rate          func(years float64) float64 // continuous zero rate until then
	DividendYield float64                     // for an expiry without a pair that gives its forward; NaN: not known
	American      bool
	UseLast       bool // take Last where there is neither bid nor ask
}

// Flat is the same rate for every time.
func Flat(rate float64) func(float64) float64 { return func(float64) float64 { return rate } }

// LeftOut is a quote that the surface does not use, by its place in the list.
type LeftOut struct {
	Quote  int
	Reason Reason
}

// Point is a quote on the surface.
type Point struct {
	Quote       int     // its place in the list
	Strike      float64 //
	Kind        option.Kind
	Moneyness   float64 // ln(strike / forward)
	Volatility  float64 // of the price in the middle
	Low, High   float64 // of bid and ask; Low is 0 where the bid is below the least an option can cost, High NaN where the ask is above the most
	Fitted      float64 // volatility of the smile
	FittedPrice float64
	Inside      bool // the fitted price lies within bid and ask
	InTheMoney  bool // stands in for the out-of-the-money one
	FromLast    bool // Volatility is that of the last price, without bid and ask
}

// ForwardSource says where a forward comes from.
type ForwardSource string

// The sources of a forward.
const (
	FromParity ForwardSource = "parity"
	FromYield  ForwardSource = "dividend_yield"
)

// Slice is one expiry of a surface.
type Slice struct {
	Expiry        date.Date
	Years         float64
	Rate          float64
	Forward       float64
	ForwardFrom   ForwardSource
	Pairs         int     // of calls and puts that agree on the forward
	DividendYield float64 // that spot and forward imply; NaN without a spot
	Smile         Smile
	Points        []Point // by strike
	Inside        int     // points whose fitted price lies within bid and ask
	Error         float64 // root mean square of fitted less quoted volatility
}

// Surface is the volatility of one underlying on one day.
type Surface struct {
	Market   Market
	Slices   []Slice // by expiry
	LeftOut  []LeftOut
	Findings []Finding
}

// Build makes the surface of a list of quotes. ErrMarket reports a market that is
// none, ErrEmpty that no quote was usable; the surface then still says why.
func Build(m Market, quotes []Quote) (*Surface, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	s := &Surface{Market: m}
	var before *Slice
	for _, c := range s.screen(quotes) {
		slice, err := s.slice(c, before)
		if err != nil {
			return nil, err
		}
		if slice == nil {
			continue
		}
		s.Slices = append(s.Slices, *slice)
		before = &s.Slices[len(s.Slices)-1]
		s.checkPairs(c, before)
	}
	sort.SliceStable(s.LeftOut, func(i, j int) bool { return s.LeftOut[i].Quote < s.LeftOut[j].Quote })
	s.checkFits()
	s.checkQuotes(quotes)
	if len(s.Slices) == 0 {
		return s, ErrEmpty
	}
	return s, nil
}

func (m Market) check() error {
	switch {
	case m.On.IsNone():
		return fmt.Errorf("day of the quotes: want a date: %w", ErrMarket)
	case m.Rate == nil:
		return fmt.Errorf("rate: want one, 0 if that is what it is: %w", ErrMarket)
	case !math.IsNaN(m.Spot) && !(m.Spot > 0 && m.Spot <= largest):
		return fmt.Errorf("spot %v: want a price above zero and not above %g: %w", m.Spot, float64(largest), ErrMarket)
	case math.IsNaN(m.Spot) && m.American:
		return fmt.Errorf("spot: american quotes need one: %w", ErrMarket)
	case math.Abs(m.DividendYield) > mostRate:
		return fmt.Errorf("dividend yield %v: want a fraction a year: %w", m.DividendYield, ErrMarket)
	}
	return nil
}

// Bounds within which numbers are prices and rates.
const (
	largest  = 1e12
	smallest = 1e-9
	mostRate = 10.0
	mostGrow = 20.0 // of rate × years
)

// Quotes is how many quotes the surface uses, Inside how many of them the fit
// prices within bid and ask.
func (s *Surface) Quotes() (used, inside int) {
	for i := range s.Slices {
		used += len(s.Slices[i].Points)
		inside += s.Slices[i].Inside
	}
	return used, inside
}

// slice makes one expiry: forward, volatilities, smile. It is nil when no quote of
// the expiry is usable; the reasons are in LeftOut then.
func (s *Surface) slice(c *chain, before *Slice) (*Slice, error) {
	rate := s.Market.Rate(c.years)
	if !(math.Abs(rate) <= mostRate && math.Abs(rate*c.years) <= mostGrow) {
		return nil, fmt.Errorf("rate %v until %s: want a continuous fraction a year: %w", rate, c.expiry, ErrMarket)
	}
	e := &Slice{Expiry: c.expiry, Years: c.years, Rate: rate, DividendYield: math.NaN()}
	if !e.forward(s.Market, c) {
		s.leaveAll(c, NoForward)
		return nil, nil
	}
	s.points(e, c)
	if len(e.Points) == 0 {
		return nil, nil
	}
	e.Smile = fit(e, before)
	e.measure(s.Market, c)
	return e, nil
}

// terms are those of an option of this expiry; without a spot the option is one on
// its own forward.
func (e *Slice) terms(m Market, kind option.Kind, strike float64) option.Terms {
	t := option.Terms{Kind: kind, Spot: m.Spot, Strike: strike, Years: e.Years, Rate: e.Rate, DividendYield: e.DividendYield}
	if math.IsNaN(m.Spot) {
		t.Spot, t.DividendYield = e.Forward, e.Rate
	}
	return t
}

// discount is the value today of 1 paid at expiry.
func (e *Slice) discount() float64 { return math.Exp(-e.Rate * e.Years) }

// measure holds the smile against the quotes.
func (e *Slice) measure(m Market, c *chain) {
	total := 0.0
	for i := range e.Points {
		p := &e.Points[i]
		p.Fitted = e.Smile.Volatility(p.Moneyness, e.Years)
		t := e.terms(m, p.Kind, p.Strike)
		t.Volatility = p.Fitted
		p.FittedPrice = priceOf(t, m.American)
		q := c.find(p.Quote)
		slack := 1e-9 * math.Max(q.middle, 1e-6*p.Strike)
		p.Inside = p.FittedPrice >= q.low-slack && p.FittedPrice <= q.high+slack
		if p.Inside {
			e.Inside++
		}
		gap := p.Fitted - p.Volatility
		total += float64(gap * gap)
	}
	e.Error = math.Sqrt(total / float64(len(e.Points)))
}

func priceOf(t option.Terms, american bool) float64 {
	if american {
		return option.AmericanPrice(t)
	}
	return option.European(t).Price
}
