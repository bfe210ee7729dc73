package proposal

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/optimize"
)

// Position is one asset on its way from a value to another. Price is what a piece is worth
// in the base currency.
type Position struct {
	ID    string
	Price float64
	Held  float64 // pieces; a short is negative
	Now   float64 // weight
	Want  float64 // weight
	Whole bool    // only whole pieces are traded
	Ample bool    // what closes is rounded away from nothing, so that a limit is reached
}

// Rules bound the orders. Fee is what one order costs, CostRate the part of its value that
// trading it costs beside that; MinTrade the least value worth an order.
type Rules struct {
	Total    float64
	Fee      float64
	CostRate float64
	MinTrade float64
	CashLeft float64 // the least cash that purchases leave, in money
	Cash     float64 // now
}

// Order is what is to be traded of one position: a sale is negative. From a long to a
// short one it is two orders of the market, and one here.
type Order struct {
	Position int
	Quantity float64
	Value    float64
	Cost     float64
}

// Orders is what leads from the weights that are to those that are wished, as near as
// pieces, the least order and the cash allow.
type Orders struct {
	List     []Order
	Cost     float64
	Cash     float64 // afterwards
	Turnover float64
	After    []float64 // weights of the value before costs
	Dropped  []int     // positions whose order is smaller than worth giving
	Cut      float64   // value of purchases given up for the cash that is to be left
}

// ErrRules reports rules that make no sense.
var ErrRules = errors.New("costs and the least order must not be negative, the whole must be worth something, prices positive")

// Trade plans the orders. Quantities are rounded towards nothing, but for what is Ample; purchases are cut, the
// largest first, until costs and rounding leave the cash that is to be left.
func Trade(positions []Position, r Rules) (*Orders, error) {
	if !(r.Total > 0) || !(r.Fee >= 0) || !(r.CostRate >= 0) || !(r.MinTrade >= 0) || r.CostRate >= 1 {
		return nil, ErrRules
	}
	out := &Orders{Cash: r.Cash, After: make([]float64, len(positions))}
	for i, p := range positions {
		out.After[i] = p.Now
		if p.Want == p.Now {
			continue
		}
		if !(p.Price > 0) || math.IsInf(p.Price, 0) {
			return nil, ErrRules
		}
		wish := (p.Want - p.Now) * r.Total / p.Price
		q := p.pieces(wish)
		if p.Ample && p.Whole && wish*p.Held < 0 && q != wish {
			q = math.Copysign(math.Min(math.Ceil(math.Abs(wish)-1e-7), math.Abs(p.Held)), wish)
		}
		if p.Want == 0 {
			q = -p.Held // what is to go, goes whole
		}
		if q == 0 || math.Abs(q)*p.Price < r.MinTrade {
			out.Dropped = append(out.Dropped, i)
			continue
		}
		out.List = append(out.List, Order{Position: i, Quantity: q})
	}
	out.cut(positions, &r)
	for k := range out.List {
		o := &out.List[k]
		p := &positions[o.Position]
		o.Value = o.Quantity * p.Price
		o.Cost = r.cost(o.Value)
		out.Cost += o.Cost
		out.Cash -= o.Value + o.Cost
		out.Turnover += math.Abs(o.Value) / 2 / r.Total
		out.After[o.Position] = p.Now + o.Value/r.Total
	}
	return out, nil
}

// pieces rounds towards nothing where only whole ones are traded; what misses one by
// rounding is one. Others have six decimals.
func (p *Position) pieces(q float64) float64 {
	unit := 1e-6
	if p.Whole {
		unit = 1
	}
	n := math.Trunc(q/unit + math.Copysign(1e-7, q))
	if p.Whole {
		return n
	}
	return n / 1e6
}

func (r *Rules) cost(value float64) float64 {
	if value == 0 {
		return 0
	}
	return r.Fee + float64(r.CostRate*math.Abs(value))
}

// cut takes from the largest purchases of what is long what the cash lacks.
func (o *Orders) cut(positions []Position, r *Rules) {
	lack := r.CashLeft - r.Cash
	var buys []int
	for k := range o.List {
		value := o.List[k].Quantity * positions[o.List[k].Position].Price
		lack += value + r.cost(value)
		if value > 0 && positions[o.List[k].Position].Held >= 0 {
			buys = append(buys, k)
		}
	}
	slices.SortStableFunc(buys, func(a, b int) int {
		return cmp.Compare(o.List[b].Quantity*positions[o.List[b].Position].Price, o.List[a].Quantity*positions[o.List[a].Position].Price)
	})
	for _, k := range buys {
		if lack <= 1e-9*r.Total {
			break
		}
		p := &positions[o.List[k].Position]
		each := p.Price * (1 + r.CostRate)
		less := lack / each
		if p.Whole {
			less = math.Ceil(less - 1e-7)
		} else {
			less = math.Ceil(less*1e6) / 1e6
		}
		less = math.Min(less, o.List[k].Quantity)
		o.List[k].Quantity -= less
		o.Cut += less * p.Price
		lack -= less * each
		if o.List[k].Quantity == 0 {
			lack -= r.Fee
		}
	}
	o.List = slices.DeleteFunc(o.List, func(x Order) bool { return x.Quantity == 0 })
}

// TaxRates are what realised gains are taxed at; both 0 where they are not known.
type TaxRates struct{ Short, Long float64 }

// LeastTax chooses the lots of a sale, or of a purchase that covers a short sale: those
// that cost the least tax a piece first, and of equal ones those that gain least, then
// long-term ones. No other choice of lots is taxed less. The price is that of a piece;
// costs of lots are of a piece, positive on both sides.
func LeastTax(price float64, lots []optimize.TaxLot, quantity float64, short bool, rates TaxRates) (out []optimize.LotSale) {
	gain := func(l optimize.TaxLot) float64 {
		if short {
			return l.Cost - price
		}
		return price - l.Cost
	}
	tax := func(l optimize.TaxLot) float64 {
		if l.LongTerm {
			return rates.Long * gain(l)
		}
		return rates.Short * gain(l)
	}
	order := slices.Clone(lots)
	slices.SortStableFunc(order, func(a, b optimize.TaxLot) int {
		longer := 0
		if a.LongTerm != b.LongTerm {
			longer = 1
			if a.LongTerm {
				longer = -1
			}
		}
		return cmp.Or(cmp.Compare(tax(a), tax(b)), cmp.Compare(gain(a), gain(b)), longer)
	})
	for _, l := range order {
		q := math.Min(l.Quantity, quantity)
		if !(q > 0) {
			continue
		}
		out = append(out, optimize.LotSale{Lot: l.ID, Quantity: q, Gain: q * gain(l), Tax: q * tax(l)})
		quantity -= q
	}
	return out
}
