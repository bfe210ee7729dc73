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
	Whole    bool    `json:"whole_units"`
	MinTrade float64 `json:"min_trade"`
	Reserve  float64 `json:"cash_reserve"`
	Recent   []struct {
		Symbol   string   `json:"symbol"`
		Date     string   `json:"date"`
		Quantity *float64 `json:"quantity"`
	} `json:"recent_buys"`
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
	rules := optimize.Rules{Cash: q.Cash, Band: q.Band, MaxTurnover: math.Inf(1), ShortRate: q.TaxRates.Short, LongRate: q.TaxRates.Long, Whole: q.Whole, MinTrade: q.MinTrade, Reserve: q.Reserve}
	if q.Turnover != nil {
		rules.MaxTurnover = *q.Turnover
	}
	holdings, err := q.holdings()
	if err != nil {
		return nil, err
	}
	if rules.Recent, err = q.recent(); err != nil {
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
	o.figure("wash_sale_tax", plan.WashedTax, "")
	return &o, nil
}

// recent are the purchases of the last days: those named, and lots opened then.
func (q *rebalanceRequest) recent() (map[string][]optimize.Purchase, error) {
	out := map[string][]optimize.Purchase{}
	for i, b := range q.Recent {
		place := fmt.Sprintf("recent_buys[%d]", i)
		if b.Quantity == nil || !(*b.Quantity >= 0) {
			return nil, refuse("missing_field", "%s.quantity: give how many units, none or more", place)
		}
		ago, err := daysAgo(place+".date", b.Date, q.AsOf)
		if err != nil {
			return nil, err
		}
		out[b.Symbol] = append(out[b.Symbol], optimize.Purchase{Quantity: *b.Quantity, DaysAgo: ago})
	}
	for i, h := range q.Holdings {
		for k, l := range h.Lots {
			if l.Opened == "" || q.AsOf == "" || l.Quantity == nil {
				continue
			}
			ago, err := daysAgo(fmt.Sprintf("holdings[%d].lots[%d].opened", i, k), l.Opened, q.AsOf)
			if err != nil {
				return nil, err
			}
			out[h.Symbol] = append(out[h.Symbol], optimize.Purchase{Lot: l.name(k), Quantity: *l.Quantity, DaysAgo: ago})
		}
	}
	return out, nil
}

// daysAgo counts the days from a date to the day of the plan.
func daysAgo(place, on, asOf string) (int, error) {
	if asOf == "" {
		return 0, refuse("missing_field", "as_of: %s needs the day of the plan", place)
	}
	day, err := date.Parse(on)
	if err != nil {
		return 0, refuse("bad_date", "%s: %v", place, err)
	}
	today, err := date.Parse(asOf)
	if err != nil {
		return 0, refuse("bad_date", "as_of: %v", err)
	}
	return int(today) - int(day), nil
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
	if order.Loss > 0 {
		o.figure("loss", order.Loss, "")
		o.figure("washed_loss", order.Washed, "")
		o.set("warning", washWarning(order))
	}
	return &o
}

// washWarning says what a purchase within 30 days does to a loss.
func washWarning(order optimize.Order) string {
	if order.Washed > 0 {
		return fmt.Sprintf("wash sale: %s was bought in the last %d days, which takes away %.2f of the loss", order.ID, optimize.WashDays, order.Washed)
	}
	return fmt.Sprintf("buying %s again within %d days would take away the loss (wash sale)", order.ID, optimize.WashDays)
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

// name is what a lot is called: its number where it has no name.
func (l *rebalanceLot) name(k int) string {
	if l.ID != "" {
		return l.ID
	}
	return fmt.Sprint(k + 1)
}

// lot reads one lot; without a name it is called by its number, from 1.
func (l *rebalanceLot) lot(place string, k int, asOf string) (optimize.TaxLot, error) {
	out := optimize.TaxLot{ID: l.name(k)}
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
		held, err := daysAgo(place+".opened", l.Opened, asOf)
		if err != nil {
			return out, err
		}
		out.LongTerm = held > longTermDays
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
