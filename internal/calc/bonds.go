package calc

import (
	"encoding/json"
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/bond"
	"github.com/foliosight/foliosight/finance/date"
)

func init() { register("bonds", typed(bonds)) }

type bondsRequest struct {
	Settle    *string    `json:"settle"`
	Maturity  *string    `json:"maturity"`
	Issue     *string    `json:"issue"`
	Coupon    *float64   `json:"coupon"`
	Frequency *float64   `json:"freq"`
	DayCount  *string    `json:"daycount"`
	Yield     *float64   `json:"yield"`
	Clean     *float64   `json:"clean"`
	Curve     curveNodes `json:"curve"`
}

// bonds values one bond at a yield, at a clean price, or on a curve. A curve
// beside a yield or a price gives the key rates at that price: the bond is held
// at a constant spread over the curve.
func bonds(q bondsRequest) (*object, error) {
	settle, terms, err := q.terms()
	if err != nil {
		return nil, err
	}
	curve, err := q.Curve.seenFrom(settle)
	if err != nil {
		return nil, err
	}
	flows, err := terms.Flows(settle, nil)
	if err != nil {
		return nil, bondFault(err)
	}
	var o object
	dirty, spread, reason := 0.0, 0.0, ""
	switch {
	case q.Yield != nil && q.Clean != nil:
		return nil, refuse("bad_request", "yield and clean: give one of them")
	case q.Yield != nil:
		v, err := flows.At(*q.Yield)
		if err != nil {
			return nil, bondFault(err)
		}
		dirty = v.Dirty
		bondFigures(&o, v)
	case q.Clean != nil:
		dirty = *q.Clean + flows.Accrued
		bondAtPrice(&o, flows, *q.Clean)
	case curve != nil:
		bondAtPrice(&o, flows, flows.OnCurve(curve, 0)-flows.Accrued)
	default:
		return nil, refuse("missing_field", "yield, clean or curve: give one of them")
	}
	if curve == nil {
		return &o, nil
	}
	if q.Yield != nil || q.Clean != nil {
		if spread, err = flows.Spread(curve, dirty); err != nil {
			reason = "no_spread_for_price"
		}
	}
	keyRates(&o, curve, flows.KeyRates(curve, spread), reason)
	return &o, nil
}

func bondFigures(o *object, v bond.Figures) {
	o.figure("clean", v.Clean, "")
	o.figure("accrued", v.Accrued, "")
	o.figure("dirty", v.Dirty, "")
	o.figure("yield", v.Yield, "")
	o.figure("macaulay", v.Macaulay, "")
	o.figure("modified", v.Modified, "")
	o.figure("convexity", v.Convexity, "")
	o.figure("dv01", v.DV01, "")
}

// bondAtPrice adds the figures at a clean price. Where no yield explains it the
// price stands, and what follows from a yield is missing.
func bondAtPrice(o *object, flows bond.Flows, clean float64) {
	v, err := flows.FromClean(clean)
	if err == nil {
		bondFigures(o, v)
		return
	}
	o.figure("clean", clean, "")
	o.figure("accrued", flows.Accrued, "")
	o.figure("dirty", clean+flows.Accrued, "")
	for _, key := range []string{"yield", "macaulay", "modified", "convexity", "dv01"} {
		o.missing(key, "no_yield_for_price")
	}
}

// keyRates adds [[date, gain per 100 of face when that node falls by 1 bp]].
func keyRates(o *object, curve *bond.Curve, gains []float64, reason string) {
	rows := make([][2]any, len(gains))
	for i, node := range curve.Nodes() {
		if finite(gains[i]) == nil && reason == "" {
			reason = "not_finite"
		}
		rows[i] = [2]any{node.On, gains[i]}
	}
	if reason != "" {
		o.missing("key_rates", reason)
		return
	}
	o.set("key_rates", rows)
}

// terms reads the settlement and the bond; what must be given and is not is
// refused by name.
func (q *bondsRequest) terms() (settle date.Date, terms bond.Bond, err error) {
	terms.Issue = date.None
	for _, f := range []struct {
		name string
		from *string
		to   *date.Date
	}{{"settle", q.Settle, &settle}, {"maturity", q.Maturity, &terms.Maturity}, {"issue", q.Issue, &terms.Issue}} {
		if f.from == nil {
			if f.name == "issue" {
				continue
			}
			return settle, terms, refuse("missing_field", "%s: give a date as YYYY-MM-DD", f.name)
		}
		if *f.to, err = date.Parse(*f.from); err != nil {
			return settle, terms, refuse("bad_date", "%s: %v", f.name, err)
		}
	}
	switch {
	case q.Coupon == nil:
		return settle, terms, refuse("missing_field", "coupon: give a fraction a year, 0 for a zero coupon bond")
	case q.Frequency == nil:
		return settle, terms, refuse("missing_field", "freq: give the coupons a year, for a zero coupon bond how often its yield compounds")
	case q.DayCount == nil:
		return settle, terms, refuse("missing_field", "daycount: give 30/360, ActActICMA, Act/365F or Act/360")
	case !bond.Basis(*q.DayCount).Known():
		return settle, terms, refuse("unknown_choice", "daycount: %q, want 30/360, ActActICMA, Act/365F or Act/360", *q.DayCount)
	case !(*q.Frequency >= 1 && *q.Frequency <= 12) || *q.Frequency != math.Trunc(*q.Frequency):
		return settle, terms, refuse("out_of_range", "freq: %v, want 1, 2, 3, 4, 6 or 12 coupons a year", *q.Frequency)
	}
	terms.Coupon, terms.Frequency, terms.Basis = *q.Coupon, int(*q.Frequency), bond.Basis(*q.DayCount)
	return settle, terms, nil
}

// curveNodes is a list of [date, zero rate].
type curveNodes struct {
	list    []bond.Node
	given   bool
	problem *Error
}

// UnmarshalJSON never fails: what is wrong is told by seenFrom.
func (c *curveNodes) UnmarshalJSON(b []byte) error {
	*c = curveNodes{}
	if string(b) == "null" {
		return nil
	}
	c.given = true
	var rows []json.RawMessage
	if err := json.Unmarshal(b, &rows); err != nil {
		c.problem = refuse("bad_request", "curve: want a list of [date, zero rate]")
		return nil
	}
	c.list = make([]bond.Node, len(rows))
	for i, row := range rows {
		day, rate, problem := datedNumber(row)
		if problem != nil {
			c.problem = refuse(problem.Code, "curve: entry %d: %s", i, problem.Detail)
			return nil
		}
		c.list[i] = bond.Node{On: day, Rate: rate}
	}
	return nil
}

// seenFrom is nil when the request has no curve. A curve is seen from its first
// date, or from settlement where that comes before.
func (c curveNodes) seenFrom(settle date.Date) (*bond.Curve, error) {
	if c.problem != nil {
		return nil, c.problem
	}
	if !c.given {
		return nil, nil
	}
	if len(c.list) == 0 {
		return nil, refuse("empty", "curve: give at least one [date, zero rate]")
	}
	curve, err := bond.NewCurve(min(settle, c.list[0].On), c.list)
	if err != nil {
		return nil, refuse("bad_curve", "curve: %v", err)
	}
	return curve, nil
}

func bondFault(err error) *Error {
	switch {
	case errors.Is(err, bond.ErrMatured):
		return refuse("matured", "%v", err)
	case errors.Is(err, bond.ErrNotIssued):
		return refuse("not_issued", "%v", err)
	}
	return refuse("out_of_range", "%v", err)
}
