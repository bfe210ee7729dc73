package scenario

import (
	"fmt"
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/factor"
)

// Check reports a scenario that asks nothing, or for what cannot be: a move that is
// no number, a price, currency or volatility that falls by more than all of it, a
// tenor that is no number of years, or two shocks on the same thing.
func (s *Scenario) Check() error {
	if s.Replay != nil {
		if len(s.Shocks) > 0 || s.Replay.From >= s.Replay.To || s.Replay.From.IsNone() {
			return fmt.Errorf("%s: a replay has a first day before its last, %s to %s, and no shocks, %d: %w", s.ID, s.Replay.From, s.Replay.To, len(s.Shocks), ErrShock)
		}
		return nil
	}
	if len(s.Shocks) == 0 {
		return fmt.Errorf("%s: neither shocks nor a replay: %w", s.ID, ErrShock)
	}
	for i, shock := range s.Shocks {
		if err := shock.check(); err != nil {
			return fmt.Errorf("%s: shock %d: %w", s.ID, i, err)
		}
		for _, other := range s.Shocks[:i] {
			if other.Kind == shock.Kind && other.On == shock.On {
				return fmt.Errorf("%s: shock %d: %s %q is shocked twice: %w", s.ID, i, shock.Kind, shock.On, ErrShock)
			}
		}
	}
	return nil
}

func (s Shock) check() error {
	least := -1.0
	switch s.Kind {
	case ShockFactor:
		if _, currency := factor.CurrencyOf(s.On); !currency && s.On != factor.ImpliedVolatility {
			least = math.Inf(-1) // a return spread or a yield may fall by any amount
		}
	case ShockCurve:
		least = math.Inf(-1)
		if years, err := strconv.ParseFloat(s.On, 64); s.On != "" && (err != nil || !(years >= 0) || years > 200) {
			return fmt.Errorf("curve %q: want a number of years, or nothing for the whole curve: %w", s.On, ErrShock)
		}
	case ShockSide:
		if s.On != "long" && s.On != "short" {
			return fmt.Errorf("side %q: want long or short: %w", s.On, ErrShock)
		}
	case ShockSector, ShockSymbol, ShockCurrency, ShockVolatility:
	default:
		return fmt.Errorf("kind %q: want factor, sector, symbol, side, curve, currency or volatility: %w", s.Kind, ErrShock)
	}
	if s.On == "" && s.Kind != ShockCurve && s.Kind != ShockVolatility {
		return fmt.Errorf("%s: say which: %w", s.Kind, ErrShock)
	}
	if !finite(s.Move) || s.Move < least || s.Move == least && (s.Kind == ShockCurrency || s.Kind == ShockVolatility || s.Kind == ShockFactor) {
		return fmt.Errorf("%s %q: move %v: want a fraction, and no fall by more than all of it: %w", s.Kind, s.On, s.Move, ErrShock)
	}
	return nil
}

// fixing is a scenario in the terms of a book: what it fixes of factors, assets,
// the curve and volatilities, and what it could not find.
type fixing struct {
	factors    []float64 // NaN where free
	given      []float64 // return of each asset, NaN where free; nil when none is given
	groups     []group
	curve      curve
	volatility float64            // relative change of all; NaN where the index decides
	names      map[string]float64 // of single underlyings
	reasons    []Reason
	found      int // shocks that touch something
}

// group is assets that a shock gives one return.
type group struct {
	assets []int
	move   float64
}

// resolve finds what the shocks of a checked scenario are about.
func (e *Engine) resolve(s *Scenario) (*fixing, error) {
	f := &fixing{factors: nans(len(e.book.Model.Factors)), volatility: math.NaN()}
	for _, shock := range s.Shocks {
		var err error
		switch shock.Kind {
		case ShockFactor:
			err = e.fix(f, shock.On, shock.Move)
		case ShockCurrency:
			err = e.fixCurrency(f, shock)
		case ShockVolatility:
			err = e.fixVolatility(f, shock)
		case ShockCurve:
			years := math.NaN()
			if shock.On != "" {
				years, _ = strconv.ParseFloat(shock.On, 64)
			}
			err = f.curve.add(years, shock.Move)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.ID, err)
		}
	}
	if len(f.curve) > 0 {
		if err := e.fixCurve(f); err != nil {
			return nil, fmt.Errorf("%s: %w", s.ID, err)
		}
	}
	for _, kind := range []ShockKind{ShockSymbol, ShockSector, ShockSide} { // the more special one first
		for _, shock := range s.Shocks {
			if shock.Kind == kind {
				e.give(f, shock)
			}
		}
	}
	return f, nil
}

// fix holds a factor, if the model has it.
func (e *Engine) fix(f *fixing, name string, move float64) error {
	k := e.book.Model.Index(name)
	if k < 0 {
		f.reasons = append(f.reasons, Reason{MissingFactor, name})
		return nil
	}
	if !math.IsNaN(f.factors[k]) {
		return fmt.Errorf("factor %s is shocked twice: %w", name, ErrShock)
	}
	f.factors[k] = move
	f.found++
	return nil
}

// fixCurrency moves one currency, or, for the base currency, all others against it.
func (e *Engine) fixCurrency(f *fixing, shock Shock) error {
	if e.book.Base == "" || shock.On != e.book.Base {
		return e.fix(f, factor.Currency(shock.On), shock.Move)
	}
	found := false
	for _, name := range e.book.Model.Factors {
		if _, ok := factor.CurrencyOf(name); ok {
			found = true
			if err := e.fix(f, name, 1/(1+shock.Move)-1); err != nil {
				return err
			}
		}
	}
	if !found {
		f.reasons = append(f.reasons, Reason{MissingFactor, factor.Currency("*")})
	}
	return nil
}

func (e *Engine) fixVolatility(f *fixing, shock Shock) error {
	if shock.On != "" {
		if !e.optionsOn[shock.On] {
			f.reasons = append(f.reasons, Reason{NoOptions, shock.On})
			return nil
		}
		if f.names == nil {
			f.names = map[string]float64{}
		}
		f.names[shock.On] = shock.Move
		f.found++
		return nil
	}
	f.volatility = shock.Move
	if len(e.optionsOn) > 0 && e.volatility < 0 {
		f.found++ // the options move; nothing else can
	}
	return e.fix(f, factor.ImpliedVolatility, shock.Move)
}

func (e *Engine) fixCurve(f *fixing) error {
	if e.rates < 0 && e.priced {
		f.found++
	}
	return e.fix(f, factor.Rates, f.curve.at(10))
}

// give hands a return to assets that have none yet.
func (e *Engine) give(f *fixing, shock Shock) {
	if f.given == nil {
		f.given = nans(len(e.book.Assets))
	}
	g := group{move: shock.Move}
	for i := range e.book.Assets {
		a := &e.book.Assets[i]
		switch shock.Kind {
		case ShockSymbol:
			if a.ID != shock.On {
				continue
			}
		case ShockSector:
			if a.Sector != shock.On {
				continue
			}
		case ShockSide:
			if !(e.held[i] > 0 && shock.On == "long" || e.held[i] < 0 && shock.On == "short") {
				continue
			}
		}
		if math.IsNaN(f.given[i]) {
			f.given[i] = shock.Move
			g.assets = append(g.assets, i)
		}
	}
	if len(g.assets) == 0 {
		f.reasons = append(f.reasons, Reason{NothingHeld, shock.On})
		return
	}
	f.groups = append(f.groups, g)
	f.found++
}

func nans(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}
