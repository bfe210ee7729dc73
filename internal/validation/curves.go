package main

import (
	"context"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/bond"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/series"
)

// tenors are the maturities of the Treasury's curve, in months.
var tenors = []struct {
	name   string
	months int
}{{"1month", 1}, {"3month", 3}, {"6month", 6}, {"1year", 12}, {"2year", 24}, {"3year", 36}, {"5year", 60}, {"7year", 84}, {"10year", 120}, {"20year", 240}, {"30year", 360}}

// quoted is a day of the curve: the quotes, and what was bootstrapped of them.
type quoted struct {
	on     date.Date
	quotes []bond.Quote
	curve  *bond.Curve
}

// bootstrapped makes the curve of row i; nil where less than five maturities are known.
// Up to half a year a constant-maturity yield is that of a single payment, beyond it is
// the coupon of a bond at par.
func bootstrapped(g *Grid, i int) (*quoted, error) {
	q := &quoted{on: g.Days[i]}
	for _, t := range tenors {
		y := g.Columns[t.name]
		if y == nil || math.IsNaN(y[i]) {
			continue
		}
		quote := bond.Quote{Kind: bond.ParYield, Maturity: q.on.AddMonths(t.months), Rate: y[i], Frequency: 2, Basis: bond.ActActICMA}
		if t.months <= 6 {
			quote.Kind, quote.Frequency, quote.Basis = bond.SimpleYield, 0, bond.Act365F
		}
		q.quotes = append(q.quotes, quote)
	}
	if len(q.quotes) < 5 {
		return nil, nil
	}
	var err error
	q.curve, err = bond.Bootstrap(q.on, q.quotes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.on, err)
	}
	return q, nil
}

// faults are the largest distances of the quotes from what the curve says: of the price
// of 100, and of the yield of a bond at par from its coupon.
// Between coupon days, which are month ends here, some interest has accrued: in proportion,
// while a yield compounds, so that par is not where yield and coupon meet; between is the
// distance then.
func (q *quoted) faults() (price, yield, between float64, err error) {
	for _, x := range q.quotes {
		if x.Kind == bond.SimpleYield {
			worth := 100 * q.curve.Discount(x.Maturity) * (1 + x.Rate*float64(x.Maturity-q.on)/365)
			price = math.Max(price, math.Abs(worth-100))
			continue
		}
		b := bond.Bond{Maturity: x.Maturity, Coupon: x.Rate, Frequency: x.Frequency, Basis: x.Basis}
		flows, err := b.Flows(q.on, nil)
		if err != nil {
			return 0, 0, 0, fmt.Errorf("%s, bond of %s: %w", q.on, x.Maturity, err)
		}
		price = math.Max(price, math.Abs(flows.OnCurve(q.curve, 0)-flows.Accrued-100))
		figures, err := b.FromClean(q.on, 100)
		if err != nil {
			return 0, 0, 0, fmt.Errorf("%s, bond of %s: %w", q.on, x.Maturity, err)
		}
		if off := math.Abs(figures.Yield - x.Rate); flows.Accrued == 0 {
			yield = math.Max(yield, off)
		} else {
			between = math.Max(between, off)
		}
	}
	return price, yield, between, nil
}

// rises reports whether the curve values 1 paid later above 1 paid sooner anywhere.
func (q *quoted) rises() bool {
	nodes := q.curve.Nodes()
	for i := 1; i < len(nodes); i++ {
		if q.curve.Discount(nodes[i].On) > q.curve.Discount(nodes[i-1].On) {
			return true
		}
	}
	return false
}

// paper is a bond at par between two maturities of the curve, standing for a fund.
type paper struct {
	fund   string
	months int
	a, b   string // the maturities beside it
	weight float64
}

var papers = []paper{{"SHY", 22, "1year", "2year", 10.0 / 12}, {"IEF", 102, "7year", "10year", 0.5}, {"TLT", 312, "20year", "30year", 0.6}}

// gain is what the bond returns from one day's curve to the next one's.
func (p paper) gain(g *Grid, i int, before, after *quoted) (float64, error) {
	coupon := float64((1-p.weight)*g.Columns[p.a][i]) + float64(p.weight*g.Columns[p.b][i])
	b := bond.Bond{Maturity: before.on.AddMonths(p.months), Coupon: coupon, Frequency: 2, Basis: bond.ActActICMA}
	old, err := b.Flows(before.on, nil)
	if err != nil {
		return 0, err
	}
	first := old.OnCurve(before.curve, 0)
	next, err := b.Flows(after.on, nil)
	if err != nil {
		return 0, err
	}
	return next.OnCurve(after.curve, 0)/first - 1, nil
}

func curves(ctx context.Context, d *Data) (*Section, error) {
	g, err := d.grid("rates/us_treasury_curve_1990_2017.csv.gz", 1)
	if err != nil {
		return nil, err
	}
	funds, err := d.funds()
	if err != nil {
		return nil, err
	}
	s := &Section{Title: "Curves of Treasury yields",
		Question: "Does the curve that is bootstrapped from each day's yields price them again, and does a bond revalued on it from day to day return what a fund of such bonds did?",
		Method:   "Constant-maturity yields up to six months are taken as single payments, longer ones as the coupons of semi-annual bonds at par; `finance/bond` bootstraps zero rates from them, prices each bond on the curve and solves its yield from par. Then, day by day, a bond at par of 22 months, 8½ and 26 years is priced on the next day's curve, and the fund's total return regressed on the bond's.",
	}
	list := make([]*quoted, len(g.Days))
	price, yield, off := 0.0, 0.0, 0.0
	days, rising, first, last := 0, 0, date.None, date.None
	zero := map[int]*Line{1: {Name: "1 year", Colour: 0}, 10: {Name: "10 years", Colour: 1}, 30: {Name: "30 years", Colour: 2}}
	for i := range g.Days {
		if i%500 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		q, err := bootstrapped(g, i)
		if err != nil {
			return nil, err
		}
		if list[i] = q; q == nil {
			continue
		}
		p, y, o, err := q.faults()
		if err != nil {
			return nil, err
		}
		price, yield, off = math.Max(price, p), math.Max(yield, y), math.Max(off, o)
		if days++; first.IsNone() {
			first = q.on
		}
		last = q.on
		if q.rises() {
			rising++
		}
		if i%21 == 0 {
			for k, line := range zero {
				v := q.curve.Zero(q.on.AddYears(k))
				if k == 30 && math.IsNaN(g.Columns["30year"][i]) {
					v = math.NaN()
				}
				line.X, line.Y = append(line.X, decimal(q.on)), append(line.Y, v)
			}
		}
	}
	s.Data = fmt.Sprintf("%d daily curves of up to eleven maturities, %s to %s; total returns of SHY, IEF and TLT from 2006-03-01, when the thirty-year bond is back.", days, first, last)
	plot := Chart{Title: "Bootstrapped zero rates", X: "year", Y: "continuous, a year", Percent: true, Lines: []Line{*zero[1], *zero[10], *zero[30]}}
	s.Plots = append(s.Plots, Plot{"curve-zero-rates.svg", "Bootstrapped zero rates of 1, 10 and 30 years", plot.Draw})
	s.check(price < 1e-8, "every quote is priced again, to 1e-8 of 100", "at most %.0e on %d curves", price, days)
	s.check(yield < 1e-10, "on a day of a coupon the yield of a bond at par is its coupon, to 1e-10", "at most %.0e", yield)
	s.check(rising*100 < days, "discount factors fall with time, but on one day of a hundred at most", "rise on %d of %d days", rising, days)
	t := Table{Caption: "Daily returns of funds on those of one bond at par revalued on the curves", Head: []string{"fund", "bond", "days", "slope", "95 % interval", "R²", "deviation of the rest, a day"}}
	near, explained := 0, 0
	for _, p := range papers {
		r, err := align(funds, []string{p.fund}, date.Must(2006, 3, 1), g.Days[len(g.Days)-1])
		if err != nil {
			return nil, err
		}
		at := map[date.Date]int{}
		for i, on := range g.Days {
			at[on] = i
		}
		var x, y []float64
		for t := 1; t < len(r.Days); t++ {
			i, ok := at[r.Days[t-1]]
			j, also := at[r.Days[t]]
			if !ok || !also || list[i] == nil || list[j] == nil || math.IsNaN(g.Columns[p.a][i]+g.Columns[p.b][i]) {
				continue
			}
			gain, err := p.gain(g, i, list[i], list[j])
			if err != nil {
				return nil, fmt.Errorf("%s on %s: %w", p.fund, r.Days[t], err)
			}
			x, y = append(x, gain), append(y, r.Columns[0][t])
		}
		fit, err := oneBeta(x, y)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.fund, err)
		}
		slope, wide := fit.Params[1], 1.96*fit.SE[1]
		if slope > 0.75 && slope < 1.15 {
			near++
		}
		if fit.R2 > 0.7 {
			explained++
		}
		t.add(p.fund, fmt.Sprintf("%.1f years", float64(p.months)/12), fmt.Sprint(len(x)), fixed(slope, 3), fixed(slope-wide, 2)+" to "+fixed(slope+wide, 2), fixed(fit.R2, 3), percent(series.StdDev(fit.Residuals), 3))
		if p.fund == "TLT" {
			dots := Chart{Title: "TLT and a bond of 26 years at par, a day each (every eighth)", X: "return of the bond", Y: "return of the fund", Diagonal: true, Percent: true, XPercent: true}
			cloud := Dots{Name: "a day"}
			for i := 0; i < len(x); i += 8 {
				cloud.X, cloud.Y = append(cloud.X, x[i]), append(cloud.Y, y[i])
			}
			dots.Dots = append(dots.Dots, cloud)
			s.Plots = append(s.Plots, Plot{"curve-tlt.svg", "Daily returns of TLT and of a bond on the curve", dots.Draw})
		}
	}
	s.Tables = append(s.Tables, t)
	s.check(near == len(papers), "the slope lies between 0.75 and 1.15", "%d of %d funds", near, len(papers))
	s.check(explained == len(papers), "one bond explains 70 % of a fund's variance", "%d of %d funds", explained, len(papers))
	s.read("The curve gives back what went in, whatever its shape, with yields at zero and inverted. A first form of the second expectation asked for yield and coupon to agree on every day; at some month ends a day of interest has accrued, in proportion and not compounded, and the two rightly differ by up to %.0e.", off)
	s.read("One bond stands for a fund of many, and yields are read at another time of the day than the fund's close, which draws the slope below one, and R² down where a day's move is a few hundredths of a percent, as of SHY: noise of the data more than of the pricing.")
	s.read("Constant-maturity yields come from the Treasury's own smooth curve, not from prices: the section tests our arithmetic on real shapes, not the choice of interpolation between them.")
	return s, nil
}
