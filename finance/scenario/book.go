package scenario

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/bond"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/option"
)

// Book is today's holdings and the model that moves them. Base is the currency of
// account; it may stay empty where no currency is shocked.
type Book struct {
	Model     *factor.Model
	Base      string
	Assets    []Asset
	Positions []Position
}

// Asset is what positions are held in: a share, a fund, a bond, a currency. A share
// and the options on it have one asset. Betas are of its return in the base
// currency, the currency factors included, and stand in the model's order; without
// them Known is false and Reason says why.
type Asset struct {
	ID, Sector, Country, Currency string
	Betas                         []float64
	Specific                      float64 // deviation a period of what the factors leave
	Known                         bool
	Reason                        string
}

// Position is a holding. Value is in the base currency, a short negative. Asset is
// an index into the book's assets; −1 where there is none, with a Reason. Cash in
// the base currency is an asset whose betas are zero. Class is for grouping alone.
type Position struct {
	ID     string
	Asset  int
	Value  float64
	Class  string
	Option *OptionTerms // on the asset
	Bond   *BondTerms   // the asset's flows
	Reason string
}

// OptionTerms is an option whose underlying is the position's asset. Its profit is
// Units times the change of what the terms are worth, times the move of its currency,
// which is the asset's.
type OptionTerms struct {
	option.Terms         // as they are today; the volatility is the one that the market price implies
	Units        float64 // contracts × multiplier × units of base currency for one of the option's; short negative
	American     bool
	OnForward    bool // on a future, which costs nothing to carry: the dividend yield moves with the rate
}

// BondTerms says how a bond answers to yields: by flows, or, where Reprice is given,
// by it.
type BondTerms struct {
	Flows bond.Flows // per 100 of face
	Yield float64    // at which they cost what the bond is worth, compounded as the flows say
	Units float64    // face / 100 × units of base currency for one of the bond's; short negative

	// Reprice is the position's value in the base currency when its yield has changed
	// by so much. It takes the change of the curve at Years.
	Reprice func(change float64) float64
	Years   float64
}

// The errors of this package.
var (
	ErrBook   = errors.New("the book does not fit together")
	ErrShock  = errors.New("a shock is out of range")
	ErrWindow = errors.New("the past does not fit the book")
)

// check reports parts that do not fit together, naming the first.
func (b *Book) check() error {
	if b.Model == nil {
		return fmt.Errorf("no factor model: %w", ErrBook)
	}
	if err := b.Model.Check(); err != nil {
		return err
	}
	for i, a := range b.Assets {
		if !a.Known {
			continue
		}
		if len(a.Betas) != len(b.Model.Factors) {
			return fmt.Errorf("asset %d (%s) has %d betas for %d factors: %w", i, a.ID, len(a.Betas), len(b.Model.Factors), ErrBook)
		}
		for k, beta := range a.Betas {
			if !finite(beta) {
				return fmt.Errorf("asset %d (%s): beta %v to %s: want a number: %w", i, a.ID, beta, b.Model.Factors[k], ErrBook)
			}
		}
		if !(a.Specific >= 0) || !finite(a.Specific) {
			return fmt.Errorf("asset %d (%s): specific deviation %v: want none or more: %w", i, a.ID, a.Specific, ErrBook)
		}
	}
	for i, p := range b.Positions {
		if p.Asset < -1 || p.Asset >= len(b.Assets) {
			return fmt.Errorf("position %d (%s): asset %d of %d: %w", i, p.ID, p.Asset, len(b.Assets), ErrBook)
		}
		if !finite(p.Value) {
			return fmt.Errorf("position %d (%s): value %v: want a number: %w", i, p.ID, p.Value, ErrBook)
		}
		if p.Option != nil && p.Bond != nil {
			return fmt.Errorf("position %d (%s) is an option and a bond at once: %w", i, p.ID, ErrBook)
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Grouping names a property by which results can be grouped.
type Grouping string

// The groupings that a book knows of itself.
const (
	BySector   Grouping = "sector"
	ByCountry  Grouping = "country"
	ByCurrency Grouping = "currency"
	ByClass    Grouping = "class"
)

// Labels is each position's group, empty where it has none; for Result.ByGroup.
func (b *Book) Labels(by Grouping) []string {
	out := make([]string, len(b.Positions))
	for i, p := range b.Positions {
		if by == ByClass {
			out[i] = p.Class
			continue
		}
		if p.Asset < 0 {
			continue
		}
		switch a := b.Assets[p.Asset]; by {
		case BySector:
			out[i] = a.Sector
		case ByCountry:
			out[i] = a.Country
		case ByCurrency:
			out[i] = a.Currency
		}
	}
	return out
}
