package instrument

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Composition is what a fund holds: reference data of the fund, as its manager
// published it on a day.
//
// Weights are fractions of the fund's value: 0.05 is five percent; a short position of
// the fund is negative. What the weights leave over is not known.
type Composition struct {
	AsOf         date.Date     `json:"as_of,omitzero"` // the day of the holdings; zero where it is not known
	Source       string        `json:"source,omitempty"`
	Constituents []Constituent `json:"constituents"`
	Sectors      []SectorShare `json:"sectors,omitempty"` // of the whole fund, as its manager states them; where the list is of the largest holdings only
}

// SectorShare is the weight of a sector in a fund.
type SectorShare struct {
	Sector string        `json:"sector"`
	Weight money.Decimal `json:"weight"`
}

// Constituent is one holding of a fund. It is known by its symbol, its ISIN or, where
// it has neither, by its name; the rest may be unknown. Currency is what it is quoted in.
type Constituent struct {
	Symbol   string         `json:"symbol,omitempty"`
	ISIN     string         `json:"isin,omitempty"`
	Name     string         `json:"name,omitempty"`
	Issuer   string         `json:"issuer,omitempty"`
	Sector   string         `json:"sector,omitempty"`
	Country  string         `json:"country,omitempty"`
	Currency money.Currency `json:"currency,omitempty"`
	Weight   money.Decimal  `json:"weight"`
}

// maxWeights is how much the weights may sum to: published weights are rounded, so that
// a whole fund may come to a little over one.
var maxWeights = money.New(1005, 3)

// maxWeight is how large a single weight may be on either side; more is a percentage
// taken for a fraction.
var maxWeight = money.Int(10)

// Flaw is what is wrong with a composition: which constituent (from 1; 0 for all
// together), which field by its JSON key, its value, the problem and the cure.
type Flaw struct {
	Constituent                 int
	Field, Value, Problem, Cure string
}

// Error implements error.
func (f *Flaw) Error() string {
	place := ""
	if f.Constituent > 0 {
		place = fmt.Sprintf("constituent %d, ", f.Constituent)
	}
	return fmt.Sprintf("%s%s %q: %s; %s", place, f.Field, f.Value, f.Problem, f.Cure)
}

// Check returns what is wrong with the composition of a fund, nil where nothing is.
func (c *Composition) Check(fund string) *Flaw {
	sum := money.Zero
	for i := range c.Constituents {
		k := &c.Constituents[i]
		flaw := func(field, value, problem, cure string) *Flaw {
			return &Flaw{Constituent: i + 1, Field: field, Value: value, Problem: problem, Cure: cure}
		}
		switch {
		case k.Symbol == "" && k.ISIN == "" && k.Name == "":
			return flaw("symbol", "", "a constituent has neither symbol nor ISIN nor name", "give one of them")
		case k.Symbol != "" && k.Symbol == fund:
			return flaw("symbol", k.Symbol, "a fund does not hold itself", "leave the row out, or correct its symbol")
		case k.Weight.CheckBounds() != nil || maxWeight.Less(k.Weight.Abs()):
			return flaw("weight", k.Weight.String(), "it is no share of a fund", "give a fraction: 0.05 for five percent")
		}
		sum = sum.Add(k.Weight)
	}
	switch {
	case len(c.Constituents) == 0:
		return &Flaw{Field: "constituents", Problem: "there are none", Cure: "list what the fund holds, or leave the composition out"}
	case maxWeights.Less(sum):
		return &Flaw{Field: "weight", Value: sum.String(), Problem: "the weights sum to more than 1.005", Cure: "give fractions of the fund's value that sum to at most one; what they leave over counts as not known"}
	case sum.Sign() < 0:
		return &Flaw{Field: "weight", Value: sum.String(), Problem: "the weights sum to less than nothing", Cure: "give a long position a positive weight"}
	}
	return nil
}

// Beside completes what one source says of an instrument with what another said before
// it: what the later leaves open, the earlier fills in, where both mean the same listing
// (their currencies and classes do not contradict each other). A composition is kept in any
// case, and a description that is nothing but a composition, as a file of fund holdings
// makes it, adds that alone.
func (i Instrument) Beside(before Instrument) Instrument {
	if i.Composition != nil && i.Class == Unknown && i.Name == "" && before.Symbol == i.Symbol {
		before.Composition = i.Composition
		return before
	}
	if i.Composition == nil {
		i.Composition = before.Composition
	}
	if before.Symbol != i.Symbol || before.Simulated != i.Simulated || !i.sameListing(before) {
		return i
	}
	if i.Currency == "" {
		i.Currency = before.Currency
	}
	if i.Class == Unknown {
		i.Class = before.Class
	}
	for _, field := range []struct {
		mine *string
		said string
	}{{&i.Name, before.Name}, {&i.ISIN, before.ISIN}, {&i.CUSIP, before.CUSIP}, {&i.FIGI, before.FIGI}, {&i.Exchange, before.Exchange}, {&i.Sector, before.Sector}, {&i.Country, before.Country}, {&i.Issuer, before.Issuer}} {
		if *field.mine == "" {
			*field.mine = field.said
		}
	}
	return i
}

// sameListing reports whether nothing speaks against two descriptions being of the same.
func (i Instrument) sameListing(o Instrument) bool {
	mine, _ := i.Currency.Major()
	theirs, _ := o.Currency.Major()
	return (mine == theirs || mine == "" || theirs == "") && (i.Class == o.Class || i.Class == Unknown || o.Class == Unknown) && (i.ISIN == o.ISIN || i.ISIN == "" || o.ISIN == "")
}
