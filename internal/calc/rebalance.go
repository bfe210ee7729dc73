package calc

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/optimize"
)

func init() { register("rebalance", typed(rebalance)) }

type rebalanceRequest struct {
	Holdings []struct {
		Symbol string         `json:"symbol"`
		Price  *float64       `json:"price"`
		Target *float64       `json:"target"`
		Lots   []rebalanceLot `json:"lots"`
	} `json:"holdings"`
	Cash     float64  `json:"cash"`
	Band     float64  `json:"band"`
	Turnover *float64 `json:"max_turnover"`
	AsOf     string   `json:"as_of"`
	TaxRates struct {
		Short float64 `json:"short"`
		Long  float64 `json:"long"`
	} `json:"tax_rates"`
	Whole bool `json:"whole_units"`
}

type rebalanceLot struct {
	ID       string   `json:"id"`
	Quantity *float64 `json:"quantity"`
	Cost     *float64 `json:"cost"`
	LongTerm *bool    `json:"long_term"`
	Opened   string   `json:"opened"`
}

// longTermDays is how many days a lot is held at most before it is a long one.
const longTermDays = 365

// rebalance answers which trades, and which lots, lead towards the targets.
func rebalance(q rebalanceRequest) (*object, error) {
	rules := optimize.Rules{Cash: q.Cash, Band: q.Band, MaxTurnover: math.Inf(1), ShortRate: q.TaxRates.Short, LongRate: q.TaxRates.Long, Whole: q.Whole}
	if q.Turnover != nil {
		rules.MaxTurnover = *q.Turnover
	}
	holdings, err := q.holdings()
	if err != nil {
		return nil, err
	}
	plan, err := optimize.Rebalance(holdings, rules)
	if err != nil {
		return nil, refuse(planCode(err), "%v", err)
	}
	var o, weights object
	orders := make([]*object, len(plan.Orders))
	for i, order := range plan.Orders {
		orders[i] = orderOf(order)
	}
	o.set("orders", orders)
	for i, h := range holdings {
		weights.figure(h.ID, plan.Weights[i], "")
	}
	o.set("weights", &weights)
	o.figure("cash", plan.Cash, "")
	o.figure("part", plan.Part, "")
	o.figure("turnover", plan.Turnover, "")
	o.figure("realised_gain", plan.Gain, "")
	o.figure("tax", plan.Tax, "")
	return &o, nil
}

func orderOf(order optimize.Order) *object {
	var o object
	o.set("symbol", order.ID)
	o.figure("quantity", order.Quantity, "")
	o.figure("value", order.Value, "")
	if order.Quantity >= 0 {
		return &o
	}
	lots := make([]*object, len(order.Sales))
	for k, s := range order.Sales {
		lots[k] = new(object)
		lots[k].set("id", s.Lot)
		lots[k].figure("quantity", s.Quantity, "")
		lots[k].figure("gain", s.Gain, "")
		lots[k].figure("tax", s.Tax, "")
	}
	o.set("lots", lots)
	return &o
}

func (q *rebalanceRequest) holdings() ([]optimize.Wanted, error) {
	out, seen := make([]optimize.Wanted, len(q.Holdings)), map[string]bool{}
	for i, h := range q.Holdings {
		place := fmt.Sprintf("holdings[%d]", i)
		switch {
		case h.Symbol == "" || seen[h.Symbol]:
			return nil, refuse("bad_request", "%s.symbol: %q, want a name that stands once", place, h.Symbol)
		case h.Price == nil:
			return nil, refuse("missing_field", "%s.price: %q has none", place, h.Symbol)
		case h.Target == nil:
			return nil, refuse("missing_field", "%s.target: %q has none; give 0 to sell it all", place, h.Symbol)
		}
		seen[h.Symbol] = true
		out[i] = optimize.Wanted{ID: h.Symbol, Price: *h.Price, Weight: *h.Target}
		for k, l := range h.Lots {
			lot, err := l.lot(fmt.Sprintf("%s.lots[%d]", place, k), k, q.AsOf)
			if err != nil {
				return nil, err
			}
			out[i].Lots = append(out[i].Lots, lot)
		}
	}
	return out, nil
}

// lot reads one lot; without a name it is called by its number, from 1.
func (l *rebalanceLot) lot(place string, k int, asOf string) (optimize.TaxLot, error) {
	out := optimize.TaxLot{ID: l.ID}
	if l.ID == "" {
		out.ID = fmt.Sprint(k + 1)
	}
	switch {
	case l.Quantity == nil:
		return out, refuse("missing_field", "%s.quantity: give it", place)
	case l.Cost == nil:
		return out, refuse("missing_field", "%s.cost: give the cost of a unit: without it the tax is not known", place)
	case l.LongTerm != nil:
		out.LongTerm = *l.LongTerm
	case l.Opened == "" || asOf == "":
		return out, refuse("missing_field", "%s.long_term: give it, or opened and as_of", place)
	default:
		opened, err := date.Parse(l.Opened)
		if err != nil {
			return out, refuse("bad_date", "%s.opened: %v", place, err)
		}
		today, err := date.Parse(asOf)
		if err != nil {
			return out, refuse("bad_date", "as_of: %v", err)
		}
		out.LongTerm = int(today)-int(opened) > longTermDays
	}
	out.Quantity, out.Cost = *l.Quantity, *l.Cost
	return out, nil
}

func planCode(err error) string {
	switch {
	case errors.Is(err, optimize.ErrTargets):
		return "bad_targets"
	case errors.Is(err, optimize.ErrNoMoney):
		return "empty"
	}
	return "out_of_range"
}
