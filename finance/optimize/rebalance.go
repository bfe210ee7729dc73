package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// The faults of a plan.
var (
	ErrTargets = errors.New("target weights must not be negative nor sum to more than one; the rest is cash")
	ErrPosting = errors.New("a price must be positive, lots and costs not negative")
	ErrRules   = errors.New("cash, band, turnover and tax rates must not be negative, and rates not above one")
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
type Rules struct {
	Cash                float64
	Band, MaxTurnover   float64
	ShortRate, LongRate float64
	Whole               bool
}

// LotSale is what is sold of a lot. Tax is its gain times its rate, negative for a
// loss, which may be set against gains.
type LotSale struct {
	Lot                 string
	Quantity, Gain, Tax float64
}

// Order is what is to be traded of one holding; a sale's Quantity and Value are
// negative and Sales say from which lots.
type Order struct {
	ID              string
	Quantity, Value float64
	Sales           []LotSale
}

// Plan is the orders, in the order of the holdings, and where they lead. Part is
// how far the turnover allows to go: 1 the whole way. Tax is not taken from Cash:
// it falls due later and may meet losses from elsewhere.
type Plan struct {
	Orders                    []Order
	Part, Turnover, Gain, Tax float64
	Cash                      float64
	Weights                   []float64
}

// Rebalance plans trades towards the target weights. Where the turnover does not
// allow the whole way, every trade goes the same part of it. Purchases are cut
// alike when sales and cash do not pay for them. A sale takes the lots that cost
// the least tax, losses first, so that no other choice of lots costs less.
// Trading costs, and the rules that disallow a loss when the name is bought again
// within weeks, are not in it.
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
			sold -= float64(quantities[i] * h.Price)
		} else {
			bought += float64(quantities[i] * h.Price)
		}
	}
	cut := 1.0
	if funds := r.Cash + sold; bought > funds {
		cut = funds / bought
	}
	out.Cash = r.Cash
	for i, h := range holdings {
		if quantities[i] > 0 && cut < 1 {
			quantities[i] = r.units(quantities[i] * cut)
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
	}
	p.Cash -= o.Value
	p.Turnover += math.Abs(o.Value) / 2
	p.Orders = append(p.Orders, o)
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
	for _, v := range []float64{r.Cash, r.Band, r.ShortRate, r.LongRate} {
		if !(v >= 0) || math.IsInf(v, 0) {
			return 0, nil, ErrRules
		}
	}
	if !(r.MaxTurnover >= 0) || r.ShortRate > 1 || r.LongRate > 1 {
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
	if weights > 1+1e-9 {
		return 0, nil, fmt.Errorf("they sum to %v: %w", weights, ErrTargets)
	}
	if !(total > 0) || math.IsInf(total, 0) {
		return 0, nil, ErrNoMoney
	}
	return total, held, nil
}
