package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// The faults of a plan.
var (
	ErrTargets = errors.New("target weights must not be negative nor sum, with the cash reserve, to more than one; the rest is cash")
	ErrPosting = errors.New("a price must be positive, lots and costs not negative")
	ErrRules   = errors.New("cash, band, turnover, smallest trade, reserve and tax rates must not be negative, and reserve and rates not above one")
	ErrNoMoney = errors.New("there is nothing to rebalance: no holdings and no cash")
)

// TaxLot is a part of a holding with its cost a unit. LongTerm says which rate its
// gain is taxed at.
type TaxLot struct {
	ID       string
	Quantity float64
	Cost     float64
	LongTerm bool
}

// Wanted is a holding, long or none, and the weight it is to have.
type Wanted struct {
	ID     string
	Price  float64
	Weight float64
	Lots   []TaxLot
}

// Rules bound a plan. Band leaves alone a holding whose weight is within it of
// the target. MaxTurnover is the most that may be traded, half of purchases and
// sales over the whole value; +Inf for no bound. Whole trades whole units.
// MinTrade is the least money an order is worth giving for; smaller ones are left
// out. Reserve is the part of the whole that purchases leave in cash. Recent are
// purchases of the last weeks by holding, for the wash-sale rule.
type Rules struct {
	Cash                float64
	Band, MaxTurnover   float64
	ShortRate, LongRate float64
	Whole               bool
	MinTrade, Reserve   float64
	Recent              map[string][]Purchase
}

// WashDays is how many days before and after a sale at a loss a purchase of the same
// name takes the loss away (United States, section 1091).
const WashDays = 30

// Purchase is a purchase before the day of the plan. Lot names the lot it made, where
// that is still held: selling that very lot does not count against it.
type Purchase struct {
	Lot      string
	Quantity float64
	DaysAgo  int
}

// LotSale is what is sold of a lot. Tax is its gain times its rate, negative for a
// loss, which may be set against gains.
type LotSale struct {
	Lot                 string
	Quantity, Gain, Tax float64
}

// Order is what is to be traded of one holding; a sale's Quantity and Value are
// negative and Sales say from which lots. Loss is what lots sold at a loss lose, a
// positive number; Washed is the part of it that purchases of the last WashDays take
// away, and all of it may be by one in the WashDays after.
type Order struct {
	ID              string
	Quantity, Value float64
	Sales           []LotSale
	Loss, Washed    float64
}

// Plan is the orders, in the order of the holdings, and where they lead. Part is
// how far the turnover allows to go: 1 the whole way. Tax is not taken from Cash:
// it falls due later and may meet losses from elsewhere. Tax counts every loss;
// WashedTax is what it grows by when washed losses do not count.
type Plan struct {
	Orders                    []Order
	Part, Turnover, Gain, Tax float64
	WashedTax                 float64
	Cash                      float64
	Weights                   []float64
}

// Rebalance plans trades towards the target weights. Where the turnover does not
// allow the whole way, every trade goes the same part of it. Purchases are cut
// alike when sales and cash do not pay for them. A sale takes the lots that cost
// the least tax, losses first, so that no other choice of lots costs less.
// Trading costs are not in it. A name is never bought and sold at once, so that a plan
// washes no loss by itself.
func Rebalance(holdings []Wanted, r Rules) (*Plan, error) {
	total, held, err := r.check(holdings)
	if err != nil {
		return nil, err
	}
	trades, bought, sold := make([]float64, len(holdings)), 0.0, 0.0 // in money
	for i, h := range holdings {
		gap := float64(h.Weight*total) - float64(held[i]*h.Price)
		if math.Abs(gap) <= r.Band*total {
			continue
		}
		trades[i] = gap
		bought += math.Max(gap, 0)
		sold += math.Max(-gap, 0)
	}
	out := &Plan{Part: 1, Orders: make([]Order, 0, len(holdings)), Weights: make([]float64, len(holdings))}
	if most := r.MaxTurnover * total; (bought+sold)/2 > most {
		out.Part = most / ((bought + sold) / 2)
	}
	quantities := make([]float64, len(holdings))
	sold, bought = 0, 0
	for i, h := range holdings {
		quantities[i] = r.units(trades[i] * out.Part / h.Price)
		if trades[i] < 0 {
			if quantities[i] = -math.Min(-quantities[i], held[i]); h.Weight == 0 && out.Part == 1 {
				quantities[i] = -held[i] // what is to go, goes whole
			}
			if -quantities[i]*h.Price < r.MinTrade {
				quantities[i] = 0
			}
			sold -= float64(quantities[i] * h.Price)
		} else {
			bought += float64(quantities[i] * h.Price)
		}
	}
	cut := 1.0
	if funds := math.Max(r.Cash+sold-float64(r.Reserve*total), 0); bought > funds {
		cut = funds / bought
	}
	out.Cash = r.Cash
	for i, h := range holdings {
		if quantities[i] > 0 && cut < 1 {
			quantities[i] = r.units(quantities[i] * cut)
		}
		if quantities[i] > 0 && quantities[i]*h.Price < r.MinTrade {
			quantities[i] = 0
		}
		if q := quantities[i]; q != 0 {
			out.add(h, q, r)
		}
		out.Weights[i] = (held[i] + quantities[i]) * h.Price / total
	}
	out.Cash = math.Max(out.Cash, 0)
	out.Turnover /= total
	return out, nil
}

// add books one order into the plan.
func (p *Plan) add(h Wanted, q float64, r Rules) {
	o := Order{ID: h.ID, Quantity: q, Value: q * h.Price}
	if q < 0 {
		o.Sales = r.choose(h, -q)
		for _, s := range o.Sales {
			p.Gain += s.Gain
			p.Tax += s.Tax
		}
		p.WashedTax += o.wash(r.Recent[h.ID])
	}
	p.Cash -= o.Value
	p.Turnover += math.Abs(o.Value) / 2
	p.Orders = append(p.Orders, o)
}

// wash finds what recent purchases take of the losses, and the tax that it is worth.
func (o *Order) wash(recent []Purchase) (tax float64) {
	replaced, lossUnits, saved := 0.0, 0.0, 0.0
	for _, p := range recent {
		if p.DaysAgo < 0 || p.DaysAgo > WashDays {
			continue
		}
		left := p.Quantity
		for _, s := range o.Sales {
			if s.Lot == p.Lot && p.Lot != "" {
				left -= s.Quantity
			}
		}
		replaced += math.Max(left, 0)
	}
	for _, s := range o.Sales {
		if s.Gain < 0 {
			lossUnits += s.Quantity
			o.Loss -= s.Gain
			saved -= s.Tax
		}
	}
	if lossUnits == 0 {
		return 0
	}
	part := math.Min(replaced/lossUnits, 1)
	o.Washed = part * o.Loss
	return part * saved
}

// choose takes quantity from the lots with the least tax a unit first.
func (r *Rules) choose(h Wanted, quantity float64) (out []LotSale) {
	rate := func(l TaxLot) float64 {
		if l.LongTerm {
			return r.LongRate
		}
		return r.ShortRate
	}
	lots := slices.Clone(h.Lots)
	slices.SortStableFunc(lots, func(a, b TaxLot) int {
		x, y := rate(a)*(h.Price-a.Cost), rate(b)*(h.Price-b.Cost)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	for _, l := range lots {
		q := math.Min(l.Quantity, quantity)
		if !(q > 0) {
			continue
		}
		gain := q * (h.Price - l.Cost)
		out = append(out, LotSale{l.ID, q, gain, gain * rate(l)})
		quantity -= q
	}
	return out
}

// units rounds towards nothing where only whole units trade.
func (r *Rules) units(q float64) float64 {
	if r.Whole {
		return math.Trunc(q + math.Copysign(1e-9, q)) // what misses a unit by rounding is one
	}
	return q
}

func (r *Rules) check(holdings []Wanted) (total float64, held []float64, err error) {
	for _, v := range []float64{r.Cash, r.Band, r.ShortRate, r.LongRate, r.MinTrade, r.Reserve} {
		if !(v >= 0) || math.IsInf(v, 0) {
			return 0, nil, ErrRules
		}
	}
	if !(r.MaxTurnover >= 0) || r.ShortRate > 1 || r.LongRate > 1 || r.Reserve > 1 {
		return 0, nil, ErrRules
	}
	total, held = r.Cash, make([]float64, len(holdings))
	weights := 0.0
	for i, h := range holdings {
		if !(h.Price > 0) || math.IsInf(h.Price, 0) {
			return 0, nil, fmt.Errorf("%s: price %v: %w", h.ID, h.Price, ErrPosting)
		}
		if !(h.Weight >= 0) {
			return 0, nil, fmt.Errorf("%s: %v: %w", h.ID, h.Weight, ErrTargets)
		}
		weights += h.Weight
		for _, l := range h.Lots {
			if !(l.Quantity >= 0) || !(l.Cost >= 0) || math.IsInf(l.Quantity, 0) || math.IsInf(l.Cost, 0) {
				return 0, nil, fmt.Errorf("%s: lot %s: %w", h.ID, l.ID, ErrPosting)
			}
			held[i] += l.Quantity
		}
		total += float64(held[i] * h.Price)
	}
	if weights+r.Reserve > 1+1e-9 {
		return 0, nil, fmt.Errorf("they sum to %v, the reserve is %v: %w", weights, r.Reserve, ErrTargets)
	}
	if !(total > 0) || math.IsInf(total, 0) {
		return 0, nil, ErrNoMoney
	}
	return total, held, nil
}
