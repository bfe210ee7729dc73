package liquidity

import (
	"errors"
	"fmt"
	"math"
)

// ErrDays reports a number of days that cannot be traded over.
var ErrDays = errors.New("days must be a whole number from 1 to 10000")

// mostDays bounds the days of a schedule.
const mostDays = 10000

// Schedule is what selling evenly over some days costs: an equal part on each day, the
// first of them on the first day. Spread and Impact are expected costs in money; Risk is
// one standard deviation of what prices may do meanwhile, in money, and no cost.
// Participation is the part of the usual volume that the trades are.
type Schedule struct {
	Days          int
	Participation float64
	Cost
	Risk float64
}

// Over is the schedule of selling the whole position within days:
//
//	participation = |quantity| / (days × volume)
//	impact        = |value| × coefficient × σ √participation
//	risk          = |value| × σ √(Σₖ (1 − k/days)²),  k = 0 … days − 1
//
// The impact of a day's part is that of an order of its own, which has gone by the next
// day: the longer, the less by the root of the days. The risk grows with their root
// instead (the even schedule of Almgren and Chriss 2000): what is left on the morning of
// each day moves with it. The cheapest time lies between.
func (p Position) Over(days int, coefficient float64) (Schedule, error) {
	if days < 1 || days > mostDays {
		return Schedule{}, fmt.Errorf("%d: %w", days, ErrDays)
	}
	n := float64(days)
	part := p
	part.Quantity, part.Value = p.Quantity/n, p.Value/n
	daily := part.Cost(coefficient)
	out := Schedule{Days: days, Participation: p.Days(1) / n, Cost: Cost{daily.Spread * n, daily.Impact * n}}
	if p.Quantity == 0 {
		return out, nil
	}
	// Σ ((n − k)/n)² = (n + 1)(2n + 1)/(6n)
	out.Risk = math.Abs(p.Value) * p.Volatility * math.Sqrt((n+1)*(2*n+1)/(6*n))
	return out, nil
}

// Tradeoff is the schedule of a whole portfolio, every position sold over the same days.
// Costs and risk cover the positions whose parts are all known: Covered of Gross. Feasible
// is the share of Gross that needs no more than the participation asked about.
type Tradeoff struct {
	Days           int
	Cost           Cost
	Risk           float64 // with the correlations given; NaN without
	Apart          float64 // as if nothing moved together: the root of the sum of squares
	Together       float64 // as if all moved as one against the book: the most there is
	Covered, Gross float64
	Feasible       float64
}

// Over is the trade-off for one number of days. correlations, one row a position, may be
// nil; shorts lower the risk where they move with what is held.
func Over(positions []Position, days int, coefficient, participation float64, correlations [][]float64) (*Tradeoff, error) {
	if !(participation > 0 && participation <= 1) {
		return nil, fmt.Errorf("%v: %w", participation, ErrParticipation)
	}
	out := &Tradeoff{Days: days, Risk: math.NaN()}
	risks := make([]float64, len(positions)) // signed
	for i, p := range positions {
		s, err := p.Over(days, coefficient)
		if err != nil {
			return nil, err
		}
		size := math.Abs(p.Value)
		if math.IsNaN(size) {
			continue
		}
		out.Gross += size
		if s.Participation <= participation*(1+1e-12) {
			out.Feasible += size
		}
		if total := s.Total() + s.Risk; math.IsNaN(total) {
			continue
		}
		out.Covered += size
		out.Cost.Spread += s.Spread
		out.Cost.Impact += s.Impact
		out.Together += s.Risk
		out.Apart = math.Hypot(out.Apart, s.Risk)
		risks[i] = math.Copysign(s.Risk, p.Value)
	}
	if correlations != nil {
		variance := 0.0
		for i, a := range risks {
			for j, b := range risks {
				if a != 0 && b != 0 {
					variance += float64(a * correlations[i][j] * b)
				}
			}
		}
		out.Risk = math.Sqrt(math.Max(variance, 0))
	}
	if out.Gross > 0 {
		out.Covered /= out.Gross
		out.Feasible /= out.Gross
	}
	return out, nil
}

// Best is the number of days, up to most, for which cost and aversion × risk together are
// least for one position: the expected cost plus so many standard deviations. It is 0 where
// the cost is not known.
func (p Position) Best(coefficient, aversion float64, most int) int {
	best, least := 0, math.Inf(1)
	for days := 1; days <= min(most, mostDays); days++ {
		s, err := p.Over(days, coefficient)
		if err != nil {
			return 0
		}
		if worth := s.Impact + float64(aversion*s.Risk); worth < least {
			best, least = days, worth
		} else if float64(aversion*s.Risk) >= least {
			break // the risk grows with the days
		}
	}
	return best
}
