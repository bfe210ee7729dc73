package analysis

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Status says how far a figure can be relied on.
type Status string

// The statuses, the weaker ones later.
const (
	Complete    Status = "complete"
	Estimated   Status = "estimated"   // a model or a private valuation stands in for a price
	Stale       Status = "stale"       // rests on a price older than its market's last session
	Partial     Status = "partial"     // leaves out something that is named
	Unavailable Status = "unavailable" // cannot be known; the reasons say why
)

var weight = map[Status]int{Complete: 0, Estimated: 1, Stale: 2, Partial: 3, Unavailable: 4}

// Worse returns the weaker of two statuses.
func Worse(a, b Status) Status {
	if weight[b] > weight[a] {
		return b
	}
	return a
}

// Unit is what a figure counts.
type Unit string

// The units; an amount of money has its currency's code as unit.
const (
	Fraction Unit = "fraction" // 0.05 is five percent
	Ratio    Unit = "ratio"
	Days     Unit = "days"
	Count    Unit = "count"
)

// Given is one of the numbers a figure was made of, as text for a reader.
type Given struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Figure is one number of an Analysis: what it is, as of when, made how, and how far it
// can be relied on. Exactly one of Amount (exact money) and Measured holds the number
// of a figure that is not Unavailable.
type Figure struct {
	Amount   money.Optional
	Measured float64
	known    bool
	Unit     Unit
	AsOf     date.Date
	Method   string // key of its explanation
	Status   Status
	Reasons  []string
	Inputs   []Given
}

// Known reports whether there is a number.
func (f Figure) Known() bool { return f.known }

// Float64 is the number as a float64, NaN when unknown.
func (f Figure) Float64() float64 {
	switch {
	case !f.known:
		return math.NaN()
	case f.Amount.Known:
		return f.Amount.Decimal.Float64()
	}
	return f.Measured
}

// Money makes a figure of an exact amount.
func Money(amount money.Decimal, currency money.Currency, asOf date.Date, method string) Figure {
	return Figure{Amount: money.Some(amount.Round(max(currency.Places(), 2))), known: true, Unit: Unit(currency), AsOf: asOf, Method: method, Status: Complete}
}

// Measure makes a figure of a measured number; one that is not finite is unavailable.
func Measure(x float64, unit Unit, asOf date.Date, method string) Figure {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Unknown(unit, asOf, method, "it cannot be computed from these inputs")
	}
	return Figure{Measured: x, known: true, Unit: unit, AsOf: asOf, Method: method, Status: Complete}
}

// Unknown makes a figure without a number.
func Unknown(unit Unit, asOf date.Date, method string, reasons ...string) Figure {
	return Figure{Unit: unit, AsOf: asOf, Method: method, Status: Unavailable, Reasons: reasons}
}

// With weakens the figure's status and adds reasons.
func (f Figure) With(s Status, reasons ...string) Figure {
	f.Status = Worse(f.Status, s)
	if s != Complete {
		f.Reasons = append(f.Reasons[:len(f.Reasons):len(f.Reasons)], reasons...)
	}
	return f
}

// From names an input.
func (f Figure) From(label, value string) Figure {
	f.Inputs = append(f.Inputs[:len(f.Inputs):len(f.Inputs)], Given{label, value})
	return f
}
