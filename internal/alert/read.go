package alert

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// Facts are what rules are held against.
type Facts struct {
	Analysis *analysis.Analysis // nil: there is none, and only rules about jobs are read
	Day      date.Date          // that expiries are counted from
	Failures int                // of the nightly analysis, in a row; 0: it was done
	JobRead  bool               // whether Failures is known
}

// Read reads what a rule is about. ok is false where these facts say nothing of it, so
// that it is left as it stands. The readings are in the order of the analysis.
func Read(r Rule, f Facts) (readings []Reading, ok bool) {
	describe, known := Describe(r.Kind)
	if !known || r.Kind == Limits {
		return nil, false
	}
	if r.Kind == Job {
		if !f.JobRead {
			return nil, false
		}
		readings = []Reading{{Label: "The nightly analysis", Value: money.Some(money.New(int64(f.Failures), 0)), Day: f.Day}}
	} else {
		if f.Analysis == nil {
			return nil, false
		}
		readings = sources[r.Kind](r, f)
	}
	for i := range readings {
		x := &readings[i]
		x.Unit, x.Threshold, x.Band, x.Below, x.Inclusive = describe.Unit, r.Threshold, r.Band, r.Below, describe.Inclusive
		if unset(x.Day) && f.Analysis != nil {
			x.Day = f.Analysis.AsOf
		}
		if r.Kind == Stress {
			x.settle()
		}
	}
	return readings, true
}

func unset(d date.Date) bool { return d == 0 || d.IsNone() }

// sources read the figures of a kind.
var sources = map[Kind]func(Rule, Facts) []Reading{
	Price:    prices,
	Position: positions,
	Sector:   sectors,
	VaR: func(_ Rule, f Facts) []Reading {
		return []Reading{of("Value at risk (95%, one day)", var95(f.Analysis), 1)}
	},
	Stress: worst,
	Drawdown: func(_ Rule, f Facts) []Reading {
		return []Reading{of("Drawdown", f.Analysis.Risk.Realised.CurrentDrawdown, -1)}
	},
	Correlation: func(_ Rule, f Facts) []Reading {
		if f.Analysis.ExAnte == nil {
			return []Reading{{Label: "Average correlation", Reason: "there is no risk model of the holdings"}}
		}
		c := f.Analysis.ExAnte.Correlation
		x := of("Average correlation", c.Mean, 1)
		if !x.Value.Known && x.Reason == unexplained {
			x.Reason = cmp.Or(c.Reason, unexplained)
		}
		return []Reading{x}
	},
	Expiry: expiries,
	Stale:  staleness,
}

// var95 is the historical value at risk of one day at 95 %, of the value.
func var95(a *analysis.Analysis) analysis.Figure {
	for _, t := range a.Risk.Tail {
		if t.Method == "historical" && t.Confidence == 0.95 && t.Horizon == 1 {
			return t.VaRShare
		}
	}
	return analysis.Unknown(analysis.Fraction, a.AsOf, "var_historical", "there is no history")
}

// unexplained is the reason of a figure that has none.
const unexplained = "the figure is not known"

// of makes a reading of a figure; sign turns losses positive, 0 takes the size.
func of(label string, f analysis.Figure, sign int) Reading {
	x := Reading{Label: label, Day: f.AsOf}
	if !f.Known() {
		x.Reason = cmp.Or(strings.Join(f.Reasons, "; "), unexplained)
		return x
	}
	var err error
	if x.Value, err = Exact(f); err != nil {
		x.Reason = err.Error()
		return x
	}
	switch d := x.Value.Decimal; {
	case sign < 0:
		x.Value.Decimal = d.Neg()
	case sign == 0:
		x.Value.Decimal = d.Abs()
	}
	return x
}

// places is how exactly values are compared and kept.
const places = 8

// Exact is the value of a figure as it is compared and kept.
func Exact(f analysis.Figure) (money.Optional, error) {
	if f.Amount.Known {
		return money.Some(f.Amount.Decimal.Round(places)), nil
	}
	v := f.Float64()
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return money.Optional{}, fmt.Errorf("the figure is no number")
	}
	d, err := money.FromFloat(v)
	if err != nil {
		return money.Optional{}, fmt.Errorf("the figure is out of range")
	}
	return money.Some(d.Round(places)), nil
}

func prices(r Rule, f Facts) []Reading {
	for i := range f.Analysis.Holdings {
		h := &f.Analysis.Holdings[i]
		if h.Symbol != r.Subject {
			continue
		}
		x := Reading{Subject: h.Symbol, Label: h.Symbol, Day: h.PriceDate, Note: string(h.Instrument.Currency)}
		if !h.Price.Known {
			x.Reason = "there is no price of " + h.Symbol
			return []Reading{x}
		}
		x.Value = money.Some(h.Price.Decimal.Round(places))
		return []Reading{x}
	}
	return []Reading{{Subject: r.Subject, Label: r.Subject, Reason: r.Subject + " is not held, so that it has no price in the portfolio's figures"}}
}

func positions(r Rule, f Facts) []Reading {
	var out []Reading
	for i := range f.Analysis.Holdings {
		h := &f.Analysis.Holdings[i]
		if r.Subject != "" && h.Symbol != r.Subject {
			continue
		}
		x := of(h.Symbol, h.Weight, 0)
		x.Subject = h.Symbol
		out = append(out, x)
	}
	return heldOrNot(r, out)
}

// heldOrNot reads nothing of a named subject as a share of zero: what is not held is not
// large.
func heldOrNot(r Rule, found []Reading) []Reading {
	if r.Subject != "" && len(found) == 0 {
		return []Reading{{Subject: r.Subject, Label: r.Subject, Value: money.Some(money.Decimal{})}}
	}
	return found
}

func sectors(r Rule, f Facts) []Reading {
	a := f.Analysis
	unpriced := map[string][]string{} // by sector, what is missing from its share
	is := map[string]bool{}
	for i := range a.Holdings {
		h := &a.Holdings[i]
		if h.Instrument.Sector == "" {
			continue
		}
		is[h.Instrument.Sector] = true
		if !h.Weight.Known() {
			unpriced[h.Instrument.Sector] = append(unpriced[h.Instrument.Sector], h.Symbol)
		}
	}
	var out []Reading
	seen := map[string]bool{}
	for _, s := range a.Allocation.Sector {
		if !is[s.Key] || r.Subject != "" && s.Key != r.Subject {
			continue
		}
		seen[s.Key] = true
		x := Reading{Subject: s.Key, Label: s.Key, Day: a.Summary.Value.AsOf}
		switch {
		case !a.Summary.Value.Known():
			x.Reason = cmp.Or(strings.Join(a.Summary.Value.Reasons, "; "), "the total value is not known")
		case len(unpriced[s.Key]) > 0:
			x.Reason = "no value is known of " + strings.Join(unpriced[s.Key], ", ")
		default:
			x.Value = money.Some(s.Weight.Abs())
		}
		out = append(out, x)
	}
	for i := range a.Holdings { // in their order: sectors of which nothing has a value
		key := a.Holdings[i].Instrument.Sector
		if key == "" || seen[key] || r.Subject != "" && key != r.Subject {
			continue
		}
		seen[key] = true
		x := Reading{Subject: key, Label: key, Reason: "its share of the value is not known"}
		if missing := unpriced[key]; len(missing) > 0 {
			x.Reason = "no value is known of " + strings.Join(missing, ", ")
		}
		out = append(out, x)
	}
	return heldOrNot(r, out)
}

// worst is the loss of the scenario that a rule names, or of the one that loses most.
// Where one of them is not known the worst is only known once it is over the threshold:
// until then the reading says what is missing (settle).
func worst(r Rule, f Facts) []Reading {
	label := "The worst scenario"
	if f.Analysis.ExAnte == nil {
		return []Reading{{Subject: r.Subject, Label: label, Reason: "there is no risk model of the holdings"}}
	}
	var out *Reading
	missing := ""
	for i := range f.Analysis.ExAnte.Scenarios {
		s := &f.Analysis.ExAnte.Scenarios[i]
		if r.Subject != "" && s.ID != r.Subject {
			continue
		}
		x := of(label, s.Share, -1)
		x.Subject, x.Note = r.Subject, s.Name
		if r.Subject != "" {
			x.Label = s.Name
			return []Reading{x}
		}
		if !x.Value.Known {
			missing = cmp.Or(missing, s.Name+": "+x.Reason)
			continue
		}
		if out == nil || x.Value.Decimal.Cmp(out.Value.Decimal) > 0 {
			out = &x
		}
	}
	switch {
	case out == nil && r.Subject != "":
		return []Reading{{Subject: r.Subject, Label: label, Reason: fmt.Sprintf("there is no scenario %q", r.Subject)}}
	case out == nil:
		return []Reading{{Label: label, Reason: cmp.Or(missing, "no scenario was run")}}
	}
	out.Reason = missing
	return []Reading{*out}
}

// settle makes the worst of an incomplete list unknown unless what is known is enough.
func (r *Reading) settle() {
	switch {
	case r.Reason == "":
	case r.Crossed():
		r.Reason = ""
	default:
		r.Value = money.Optional{}
	}
}

func expiries(r Rule, f Facts) []Reading {
	var out []Reading
	for i := range f.Analysis.Holdings {
		h := &f.Analysis.Holdings[i]
		if h.Instrument.Class != instrument.Option || r.Subject != "" && h.Symbol != r.Subject {
			continue
		}
		x := Reading{Subject: h.Symbol, Label: h.Symbol, Day: f.Day}
		if unset(h.Instrument.Expiry) {
			x.Reason = "its expiry is not known"
		} else {
			x.Value = money.Some(money.New(int64(h.Instrument.Expiry-f.Day), 0))
			x.Note = h.Instrument.Expiry.String()
		}
		out = append(out, x)
	}
	return out
}

func staleness(r Rule, f Facts) []Reading {
	var out []Reading
	for i := range f.Analysis.Holdings {
		h := &f.Analysis.Holdings[i]
		if r.Subject != "" && h.Symbol != r.Subject || slices.Contains(f.Analysis.Data.Estimated, h.Symbol) {
			continue // a private valuation is as old as it is
		}
		x := Reading{Subject: h.Symbol, Label: h.Symbol, Day: f.Analysis.AsOf}
		if !h.Price.Known {
			x.Reason = "there is no price of " + h.Symbol
		} else {
			x.Value, x.Note = money.Some(money.New(int64(h.PriceAge), 0)), h.PriceDate.String()
		}
		out = append(out, x)
	}
	return out
}
