package bond

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
)

// Holding is a bond in a portfolio. All holdings of one report are in one currency.
type Holding struct {
	Name  string
	Bond  Bond
	Face  float64  // short is negative
	Clean *float64 // market price per 100 of face; nil: what the curve says
}

// Exposure is what interest rates do to an amount of money.
type Exposure struct {
	Value    float64   // market value, accrued interest included
	DV01     float64   // gain when yields fall by one basis point
	KeyRates []float64 // gain when one node of the curve falls by one basis point, in the curve's order
	Parallel float64   // gain when the whole curve falls by one basis point
	// Value × modified duration and value × convexity, which add up over holdings.
	Modified, Convexity float64
}

// Duration is the modified duration in years; ok is false where the value is not
// above zero, and years mean nothing.
func (e Exposure) Duration() (years float64, ok bool) {
	if !(e.Value > 0) {
		return 0, false
	}
	return e.Modified / e.Value, true
}

// Row is one holding of a report: its figures, or the reason why it has none.
type Row struct {
	Name    string
	Figures Figures // per 100 of face
	Spread  float64 // over the curve, continuous, at which the curve gives the market price
	Exposure
	Err error
}

// Report is the interest rate risk of a portfolio: the rows in the order of the
// holdings, and the sum of those that have figures.
type Report struct {
	Rows  []Row
	Total Exposure
	Left  int // rows that the total leaves out
}

// Measure values bonds on a settlement day and adds up what rates do to them. A
// bond with a market price keeps its spread over the curve when the curve moves.
func Measure(settle date.Date, curve *Curve, holdings []Holding) Report {
	r := Report{Rows: make([]Row, len(holdings)), Total: Exposure{KeyRates: make([]float64, len(curve.nodes))}}
	var room []Flow
	for i, h := range holdings {
		row := &r.Rows[i]
		row.Name = h.Name
		if room, row.Err = row.measure(settle, curve, h, room); row.Err != nil {
			row.Err = fmt.Errorf("%s: %w", h.Name, row.Err)
			r.Left++
			continue
		}
		r.Total.add(row.Exposure)
	}
	return r
}

// measure fills the row and gives the room back, perhaps larger.
func (row *Row) measure(settle date.Date, curve *Curve, h Holding, room []Flow) ([]Flow, error) {
	f, err := h.Bond.Flows(settle, room)
	if err != nil {
		return room, err
	}
	var clean float64
	if h.Clean != nil {
		clean = *h.Clean
		if row.Spread, err = f.Spread(curve, clean+f.Accrued); err != nil {
			return f.List, err
		}
	} else {
		clean = f.OnCurve(curve, 0) - f.Accrued
	}
	if row.Figures, err = f.FromClean(clean); err != nil {
		return f.List, err
	}
	v, units := row.Figures, h.Face/100
	if !finite(units) || !finite(v.Dirty*v.Convexity*units) || !finite(v.DV01) {
		return f.List, fmt.Errorf("face %v at %v: the figures leave the range of numbers: %w", h.Face, clean, ErrPrice)
	}
	row.Exposure = Exposure{Value: units * v.Dirty, DV01: units * v.DV01, KeyRates: f.KeyRates(curve, row.Spread), Parallel: units * f.Parallel(curve, row.Spread)}
	row.Modified, row.Convexity = row.Value*v.Modified, row.Value*v.Convexity
	for n := range row.KeyRates {
		row.KeyRates[n] *= units
	}
	return f.List, nil
}

func (e *Exposure) add(o Exposure) {
	e.Value += o.Value
	e.DV01 += o.DV01
	e.Parallel += o.Parallel
	e.Modified += o.Modified
	e.Convexity += o.Convexity
	for n, gain := range o.KeyRates {
		e.KeyRates[n] += gain
	}
}
