package surface

import (
	"fmt"
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
)

// Status says how a mark came about.
type Status string

// The statuses of a mark.
const (
	Quoted       Status = "quoted"       // that strike and expiry has a quote: the volatility of its middle
	Interpolated Status = "interpolated" // between quoted strikes and expiries
	Extrapolated Status = "extrapolated" // beyond them
)

// Mark is the volatility with which an option is valued.
type Mark struct {
	Volatility float64
	Status     Status
	Fitted     float64 // what the smiles say; the same as Volatility unless quoted
	Years      float64
	Forward    float64
	Moneyness  float64 // ln(strike / forward)
}

// Volatility marks a strike and expiry. ErrMarket reports a strike that is none,
// ErrEmpty a surface without smiles, option.ErrExpired an expiry that is not after
// the day of the quotes.
func (s *Surface) Volatility(strike float64, expiry date.Date) (Mark, error) {
	switch {
	case len(s.Slices) == 0:
		return Mark{}, ErrEmpty
	case !(strike >= smallest && strike <= largest):
		return Mark{}, fmt.Errorf("strike %v: want a price above zero: %w", strike, ErrMarket)
	case expiry.IsNone() || expiry <= s.Market.On:
		return Mark{}, fmt.Errorf("expiry %s, quotes of %s: %w", expiry, s.Market.On, option.ErrExpired)
	}
	years := float64(expiry-s.Market.On) / 365
	m := Mark{Years: years, Forward: s.Forward(years), Status: Interpolated}
	if !sane(m.Forward) {
		return Mark{}, fmt.Errorf("expiry %s: the forward leaves the range of prices: %w", expiry, ErrMarket)
	}
	m.Moneyness = math.Log(strike / m.Forward)
	variance, within := s.variance(m.Moneyness, years)
	if !within {
		m.Status = Extrapolated
	}
	m.Fitted = math.Sqrt(variance / years)
	m.Volatility = m.Fitted
	if e := s.slicesAt(expiry); e != nil {
		i := sort.Search(len(e.Points), func(i int) bool { return e.Points[i].Strike >= strike })
		if i < len(e.Points) && e.Points[i].Strike == strike {
			m.Volatility, m.Status = e.Points[i].Volatility, Quoted
		}
	}
	return m, nil
}

func (s *Surface) slicesAt(expiry date.Date) *Slice {
	i := sort.Search(len(s.Slices), func(i int) bool { return s.Slices[i].Expiry >= expiry })
	if i < len(s.Slices) && s.Slices[i].Expiry == expiry {
		return &s.Slices[i]
	}
	return nil
}

// variance is the total variance at a moneyness and time, and whether it lies
// between quotes.
func (s *Surface) variance(k, years float64) (float64, bool) {
	i := sort.Search(len(s.Slices), func(i int) bool { return s.Slices[i].Years >= years })
	if i < len(s.Slices) && s.Slices[i].Years == years {
		e := &s.Slices[i]
		return e.Smile.Variance(k), e.Smile.Within(k)
	}
	if i == 0 || i == len(s.Slices) {
		e := &s.Slices[min(i, len(s.Slices)-1)]
		return e.Smile.Variance(k) * years / e.Years, false
	}
	a, b := &s.Slices[i-1], &s.Slices[i]
	t := (years - a.Years) / (b.Years - a.Years)
	return float64((1-t)*a.Smile.Variance(k)) + float64(t*b.Smile.Variance(k)), a.Smile.Within(k) && b.Smile.Within(k)
}

// Forward is the forward for a time: its logarithm is linear between the expiries,
// and from the spot to the first one; beyond the last, and before the first without
// a spot, it goes on as between the two nearest, or with the rate where there is one
// expiry only.
func (s *Surface) Forward(years float64) float64 {
	n := len(s.Slices)
	i := sort.Search(n, func(i int) bool { return s.Slices[i].Years >= years })
	spot := !math.IsNaN(s.Market.Spot)
	node := func(i int) (float64, float64) {
		if i < 0 {
			return 0, math.Log(s.Market.Spot)
		}
		return s.Slices[i].Years, math.Log(s.Slices[i].Forward)
	}
	a, b := i-1, i
	switch {
	case i < n && s.Slices[i].Years == years:
		return s.Slices[i].Forward
	case i == n:
		a, b = n-2, n-1
	}
	if a < 0 && !spot {
		a, b = 0, 1
	}
	if b >= n || a < 0 && !spot {
		e := &s.Slices[n-1]
		return e.Forward * math.Exp(e.Rate*(years-e.Years))
	}
	t0, f0 := node(a)
	t1, f1 := node(b)
	return math.Exp(f0 + float64((f1-f0)*(years-t0)/(t1-t0)))
}

// Terms are those of an option of the underlying, with its mark: what European and
// American price. The dividend yield is the one that the forward implies; without a
// spot the option is one on its own forward. Errors are those of Volatility.
func (s *Surface) Terms(kind option.Kind, strike float64, expiry date.Date) (option.Terms, Mark, error) {
	m, err := s.Volatility(strike, expiry)
	if err != nil {
		return option.Terms{}, m, err
	}
	rate := s.Market.Rate(m.Years)
	t := option.Terms{Kind: kind, Spot: s.Market.Spot, Strike: strike, Years: m.Years, Rate: rate, Volatility: m.Volatility}
	t.DividendYield = rate - math.Log(m.Forward/s.Market.Spot)/m.Years
	if math.IsNaN(s.Market.Spot) {
		t.Spot, t.DividendYield = m.Forward, rate
	}
	return t, m, nil
}
