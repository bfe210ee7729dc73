package attribution

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// currencySide is a portfolio or benchmark over one period.
type currencySide struct {
	held   []heldIn
	weight map[string]float64 // by currency
	hedges map[string]float64 // by currency, the base's side included
	hedged []string           // currencies of hedges, in order, the base left out
	period *CurrencyPeriod
	in     Currencies
}

// heldIn is a holding in its currency.
type heldIn struct {
	name, currency              string
	weight, premium, move, cash float64
}

// portfolio resolves the portfolio's side of a period.
func (p *CurrencyPeriod) portfolio(in Currencies) (*currencySide, error) {
	s := &currencySide{weight: map[string]float64{}, hedges: map[string]float64{}, period: p, in: in}
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(p.PortfolioWeights)) {
		w := p.PortfolioWeights[name]
		local, ok := p.PortfolioLocal[name]
		if !ok && w != 0 {
			return nil, fmt.Errorf("%s: %w", name, ErrReturn)
		}
		c := in.Of[name]
		if c == "" {
			if w != 0 || ok {
				return nil, fmt.Errorf("%s: %w", name, ErrCurrency)
			}
			continue
		}
		if err := s.known(c); err != nil {
			return nil, err
		}
		for _, x := range []float64{w, local} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("%s: not a finite number", name)
			}
		}
		sum += w
		s.weight[c] += w
		if ok {
			s.held = append(s.held, heldIn{name, c, w, local - p.Cash[c], s.move(c), s.cash(c)})
		}
	}
	if math.Abs(sum-1) > weightTolerance {
		return nil, fmt.Errorf("%v: %w", sum, ErrWeights)
	}
	return s, s.hedge()
}

// hedge books the forwards and their other side.
func (s *currencySide) hedge() error {
	for _, c := range slices.Sorted(maps.Keys(s.period.PortfolioHedges)) {
		h := s.period.PortfolioHedges[c]
		switch {
		case c == s.in.Base || h == 0:
			continue // its own other side
		case math.IsNaN(h) || math.IsInf(h, 0):
			return fmt.Errorf("hedge of %s: not a finite number", c)
		case s.period.Cash == nil:
			return fmt.Errorf("hedge of %s: %w", c, ErrCash)
		}
		if err := s.known(c); err != nil {
			return err
		}
		if err := s.known(s.in.Base); err != nil {
			return err
		}
		s.hedged = append(s.hedged, c)
		s.hedges[c] += h
		s.hedges[s.in.Base] -= h
	}
	return nil
}

// known refuses a currency whose move or cash rate is missing.
func (s *currencySide) known(c string) error {
	for _, x := range []float64{s.period.FX[c], s.period.Cash[c]} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s: not a finite number", c)
		}
	}
	if _, ok := s.period.FX[c]; !ok && c != s.in.Base {
		return fmt.Errorf("%s: %w", c, ErrFX)
	}
	if _, ok := s.period.Cash[c]; !ok && s.period.Cash != nil {
		return fmt.Errorf("%s: %w", c, ErrCash)
	}
	return nil
}

// move is what a currency did against the base currency.
func (s *currencySide) move(c string) float64 {
	if c == s.in.Base {
		return 0
	}
	return s.period.FX[c]
}

// cash is the return of a currency's cash in the base currency.
func (s *currencySide) cash(c string) float64 {
	rate, move := s.period.Cash[c], s.move(c)
	return rate + move + float64(rate*move)
}

// premiums are the local returns above cash.
func (s *currencySide) premiums() map[string]float64 {
	out := make(map[string]float64, len(s.held))
	for _, h := range s.held {
		out[h.name] = h.premium
	}
	return out
}

// union lists the currencies of two sides in order.
func (s *currencySide) union(o *currencySide) []string {
	all := map[string]bool{}
	for _, m := range []map[string]float64{s.weight, o.weight, s.hedges, o.hedges} {
		for c := range m {
			all[c] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// currencyReturn is what the currencies earned with their cash.
func (s *currencySide) currencyReturn() float64 {
	sum := 0.0
	for _, c := range s.union(s) {
		sum += float64((s.weight[c] + s.hedges[c]) * s.cash(c))
	}
	return sum
}

// total is the return in the base currency.
func (s *currencySide) total() float64 {
	sum := s.currencyReturn()
	for _, h := range s.held {
		sum += float64(h.weight * h.premium * (1 + h.move))
	}
	return sum
}
