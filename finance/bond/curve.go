package bond

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/date"
)

// ErrCurve reports nodes or quotes that make no curve.
var ErrCurve = errors.New("no curve")

// Node is the zero rate of one date.
type Node struct {
	On   date.Date
	Rate float64 // continuous, act/365
}

// Curve discounts: zero rates run straight from node to node, and stay what
// they are before the first and after the last one.
type Curve struct {
	origin date.Date
	nodes  []Node
}

// NewCurve makes the curve of a day. The nodes come in order of their dates, one
// a date, none before the origin.
func NewCurve(origin date.Date, nodes []Node) (*Curve, error) {
	if origin.IsNone() || len(nodes) == 0 {
		return nil, fmt.Errorf("want a day of origin and at least one node: %w", ErrCurve)
	}
	for i, n := range nodes {
		switch {
		case n.On < origin:
			return nil, fmt.Errorf("node %s lies before the curve's own day, %s: %w", n.On, origin, ErrCurve)
		case i > 0 && n.On <= nodes[i-1].On:
			return nil, fmt.Errorf("node %s does not come after %s: sort the nodes, one a date: %w", n.On, nodes[i-1].On, ErrCurve)
		case !(math.Abs(n.Rate) <= maxRate):
			return nil, fmt.Errorf("node %s, rate %v: want a fraction a year within ±%d: %w", n.On, n.Rate, maxRate, ErrCurve)
		}
	}
	return &Curve{origin: origin, nodes: append([]Node(nil), nodes...)}, nil
}

// Origin is the day the curve is seen from.
func (c *Curve) Origin() date.Date { return c.origin }

// Nodes are the nodes of the curve, in order; the caller must not change them.
func (c *Curve) Nodes() []Node { return c.nodes }

// place finds where a day lies: between the nodes i−1 and i, with this weight
// on node i; at an end all the weight is on one node.
func (c *Curve) place(on date.Date) (i int, weight float64) {
	i = sort.Search(len(c.nodes), func(i int) bool { return c.nodes[i].On >= on })
	switch i {
	case 0:
		return 0, 1
	case len(c.nodes):
		return len(c.nodes) - 1, 1
	}
	before := c.nodes[i-1].On
	return i, float64(on-before) / float64(c.nodes[i].On-before)
}

// Zero is the zero rate until a day.
func (c *Curve) Zero(on date.Date) float64 {
	i, weight := c.place(on)
	if weight == 1 {
		return c.nodes[i].Rate
	}
	return c.nodes[i-1].Rate*(1-weight) + c.nodes[i].Rate*weight
}

// years is the curve's time until a day.
func (c *Curve) years(on date.Date) float64 { return float64(on-c.origin) / 365 }

// Discount is today's value of 1 paid on a day: e^(−zero × years).
func (c *Curve) Discount(on date.Date) float64 { return math.Exp(-c.Zero(on) * c.years(on)) }

// Between is the value on one day of 1 paid on another.
func (c *Curve) Between(from, to date.Date) float64 {
	return math.Exp(c.Zero(from)*c.years(from) - c.Zero(to)*c.years(to))
}

// Shift is the curve with every zero rate moved by the same amount.
func (c *Curve) Shift(by float64) *Curve {
	moved := &Curve{origin: c.origin, nodes: append([]Node(nil), c.nodes...)}
	for i := range moved.nodes {
		moved.nodes[i].Rate += by
	}
	return moved
}

// OnCurve is the dirty price of the flows: their values on the settlement day,
// each discounted by spread a year, continuous, on top of the curve.
func (f Flows) OnCurve(c *Curve, spread float64) float64 {
	price := 0.0
	for i := range f.List {
		price += f.present(c, spread, i)
	}
	return price
}

func (f Flows) present(c *Curve, spread float64, i int) float64 {
	p := f.List[i]
	return p.Amount * c.Between(f.Settle, p.On) * math.Exp(-spread*float64(p.On-f.Settle)/365)
}

// Spread finds the spread over the curve (the Z-spread, continuous, act/365)
// at which the flows cost dirty.
func (f Flows) Spread(c *Curve, dirty float64) (float64, error) {
	onCurve := make([]Flow, len(f.List))
	for i, p := range f.List {
		onCurve[i] = Flow{On: p.On, Time: float64(p.On-f.Settle) / 365, Amount: f.present(c, 0, i)}
	}
	return solve(onCurve, dirty)
}

// KeyRates is, for every node of the curve, what the flows gain when that
// node's zero rate falls by one basis point and the others stay: half the
// difference of a fall and a rise. The fall fades out in a straight line to the
// neighbouring nodes, so all of them together make a parallel one.
func (f Flows) KeyRates(c *Curve, spread float64) []float64 {
	rates := make([]float64, len(c.nodes))
	base := c.tent(f.Settle)
	for i := range f.List {
		tent, value := c.tent(f.List[i].On), f.present(c, spread, i)
		for n := range rates {
			if moved := tent.at(n) - base.at(n); moved != 0 {
				rates[n] += value * math.Sinh(BasisPoint*moved)
			}
		}
	}
	return rates
}

// tent is how far the nodes around a day move the exponent of its discount
// factor: both together by the years until the day.
type tent struct {
	node          int
	before, after float64 // of node−1 and of node
}

func (c *Curve) tent(on date.Date) tent {
	node, weight := c.place(on)
	years := c.years(on)
	return tent{node: node, before: (1 - weight) * years, after: weight * years}
}

func (t tent) at(n int) float64 {
	switch n {
	case t.node:
		return t.after
	case t.node - 1:
		return t.before
	}
	return 0
}

// Parallel is what the flows gain when the whole curve falls by one basis
// point: half the difference of a fall and a rise.
func (f Flows) Parallel(c *Curve, spread float64) float64 {
	gain := 0.0
	for i := range f.List {
		gain += f.present(c, spread, i) * math.Sinh(BasisPoint*float64(f.List[i].On-f.Settle)/365)
	}
	return gain
}

// KeyRatesOf is KeyRates of anything that a curve prices, by pricing it again
// with each node moved down and up.
func KeyRatesOf(c *Curve, price func(*Curve) float64) []float64 {
	gains, moved := make([]float64, len(c.nodes)), c.Shift(0)
	for n, node := range c.nodes {
		moved.nodes[n].Rate = node.Rate - BasisPoint
		down := price(moved)
		moved.nodes[n].Rate = node.Rate + BasisPoint
		gains[n] = (down - price(moved)) / 2
		moved.nodes[n] = node
	}
	return gains
}
