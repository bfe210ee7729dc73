package bond

import (
	"fmt"
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/date"
)

// QuoteKind says how the rate of a quote prices what it stands for.
type QuoteKind int

// The kinds of quotes.
const (
	ParYield     QuoteKind = iota // a bond with this coupon costs 100 clean
	SimpleYield                   // a bill repays 1 + rate × years for 1 paid today
	DiscountRate                  // a bill that repays 1 costs 1 − rate × years
)

// Quote is what a market says of one maturity.
type Quote struct {
	Kind      QuoteKind
	Maturity  date.Date
	Rate      float64 // a fraction a year, by Basis
	Frequency int     // coupons a year, of a par yield
	Basis     Basis   // a bill counts its days over 360 or 365
}

// Bootstrap makes the zero curve of a day that prices every quote exactly, with
// one node at each maturity. It takes the quotes from the shortest to the
// longest: the node of a quote is the only unknown of its price.
func Bootstrap(on date.Date, quotes []Quote) (*Curve, error) {
	sorted := append([]Quote(nil), quotes...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Maturity < sorted[j].Maturity })
	nodes := make([]Node, 0, len(sorted))
	for _, q := range sorted {
		if q.Maturity <= on {
			return nil, fmt.Errorf("quote for %s: want a maturity after the curve's day, %s: %w", q.Maturity, on, ErrCurve)
		}
		if len(nodes) > 0 && nodes[len(nodes)-1].On == q.Maturity {
			return nil, fmt.Errorf("two quotes for %s: keep one a maturity: %w", q.Maturity, ErrCurve)
		}
		var rate float64
		var err error
		if q.Kind == ParYield {
			rate, err = q.parNode(on, nodes)
		} else {
			rate, err = q.billNode(on)
		}
		if err != nil {
			return nil, fmt.Errorf("quote for %s, rate %v: %w", q.Maturity, q.Rate, err)
		}
		nodes = append(nodes, Node{On: q.Maturity, Rate: rate})
	}
	return NewCurve(on, nodes)
}

// billNode is the zero rate of a single payment.
func (q Quote) billNode(on date.Date) (float64, error) {
	days := float64(q.Maturity - on)
	years := days / 360
	switch q.Basis {
	case Act360:
	case Act365F:
		years = days / 365
	default:
		return 0, fmt.Errorf("day count %q of a bill: want Act/360 or Act/365F: %w", string(q.Basis), ErrCurve)
	}
	price := 1 / (1 + q.Rate*years)
	switch q.Kind {
	case SimpleYield:
	case DiscountRate:
		price = 1 - q.Rate*years
	default:
		return 0, fmt.Errorf("kind %d: want a par yield, a simple yield or a discount rate: %w", q.Kind, ErrCurve)
	}
	if !(price > 0) || math.IsInf(price, 0) {
		return 0, fmt.Errorf("it gives a bill no price above zero; is the rate a fraction a year? %w", ErrCurve)
	}
	return -math.Log(price) / (days / 365), nil
}

// parNode finds the zero rate z of a new last node at which the par bond costs
// 100 and its accrued interest. Every payment after the node before it grows by
// e^(−weight × years × z), so the logarithm of the price falls and is convex in z,
// and Newton's steps arrive from the left.
func (q Quote) parNode(on date.Date, nodes []Node) (float64, error) {
	if err := checkTerms(date.None, q.Maturity, q.Frequency, q.Basis); err != nil {
		return 0, err
	}
	b := Bond{Issue: date.None, Maturity: q.Maturity, Coupon: q.Rate, Frequency: q.Frequency, Basis: q.Basis}
	var room [128]Flow
	f, err := b.flows(on, room[:0])
	if err != nil {
		return 0, err
	}
	target := 100 + f.Accrued
	trial := &Curve{origin: on, nodes: append(append([]Node(nil), nodes...), Node{On: q.Maturity, Rate: q.Rate})}
	last := &trial.nodes[len(nodes)]
	for range 100 {
		price, slope := 0.0, 0.0
		for i := range f.List {
			present := f.present(trial, 0, i)
			price += present
			slope += present * trial.tent(f.List[i].On).at(len(nodes))
		}
		step := math.Log(price/target) * price / slope
		if !finite(step) || math.Abs(last.Rate+step) > maxRate {
			break
		}
		last.Rate += step
		if math.Abs(step) <= 1e-15*(1+math.Abs(last.Rate)) {
			return last.Rate, nil
		}
	}
	return 0, fmt.Errorf("the shorter quotes leave no zero rate that prices it: %w", ErrCurve)
}
