package calc

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/liquidity"
	"github.com/foliosight/foliosight/finance/series"
)

func init() { register("liquidity", typed(liquidityDoor)) }

type liquidityRequest struct {
	Positions     []liquidPosition `json:"positions"`
	Participation *float64         `json:"participation"`
	Window        *int             `json:"window"`
	Impact        *float64         `json:"impact"`
	Days          numbers          `json:"days"`
	Buckets       numbers          `json:"buckets"`
	tradeoffQuestion
}

type liquidPosition struct {
	ID         string   `json:"id"`
	Quantity   *float64 `json:"quantity"`
	Value      *float64 `json:"value"`
	Price      *float64 `json:"price"`
	Multiplier *float64 `json:"multiplier"`
	ADV        *float64 `json:"adv"`
	Volumes    numbers  `json:"volumes"`
	Volatility *float64 `json:"volatility"`
	Returns    numbers  `json:"returns"`
	Spread     *float64 `json:"spread"`
}

// minimumVolumes is how many known days a median volume rests on at least.
const minimumVolumes = 10

// defaultWindow is how many days of volume count: six weeks.
const defaultWindow = 30

// liquidityDoor answers how long selling takes and what it costs.
func liquidityDoor(q liquidityRequest) (*object, error) {
	days, limits, err := q.check()
	if err != nil {
		return nil, err
	}
	positions := make([]liquidity.Position, len(q.Positions))
	reasons := make([]map[string]string, len(q.Positions))
	for i, p := range q.Positions {
		if positions[i], reasons[i], err = p.position(i, *q.Window); err != nil {
			return nil, err
		}
	}
	profile, err := liquidity.NewProfile(positions, *q.Participation)
	if err != nil {
		return nil, refuse("out_of_range", "participation: %v", err)
	}
	buckets, at, err := liquidity.Buckets(positions, *q.Participation, limits)
	if err != nil {
		return nil, refuse("out_of_range", "buckets: %v", err)
	}
	var o object
	o.set("participation", *q.Participation)
	o.set("window", *q.Window)
	rows := make([]*object, len(positions))
	for i, p := range positions {
		rows[i] = q.row(p, reasons[i], buckets[at[i]].Name)
		q.classify(rows[i], p, *q.Participation, *q.Impact)
	}
	o.set("positions", rows)
	q.whole(&o, positions, profile)
	o.set("profile", profileRows(profile, days))
	o.set("days_to", daysTo(profile))
	o.set("buckets", bucketRows(buckets))
	o.set("classes", q.classes(positions, *q.Participation))
	tradeoff, err := q.tradeoff(positions, *q.Participation, *q.Impact)
	if err != nil {
		return nil, err
	}
	o.set("tradeoff", tradeoff)
	return &o, nil
}

// check fills what was not given.
func (q *liquidityRequest) check() (days, limits []float64, err error) {
	if len(q.Positions) == 0 {
		return nil, nil, refuse("missing_field", "positions: give at least one, {id, quantity, value, adv | volumes, …}")
	}
	fifth, window, one := 0.2, defaultWindow, 1.0
	if q.Participation == nil {
		q.Participation = &fifth
	}
	if q.Window == nil {
		q.Window = &window
	}
	if *q.Window < 1 {
		return nil, nil, refuse("out_of_range", "window: %d, want one day or more", *q.Window)
	}
	if q.Impact == nil {
		q.Impact = &one
	}
	if err := q.checkTradeoff(len(q.Positions)); err != nil {
		return nil, nil, err
	}
	if !(*q.Impact >= 0) {
		return nil, nil, refuse("out_of_range", "impact: %v, want none or more", *q.Impact)
	}
	if days, err = q.Days.values("days"); err != nil {
		return nil, nil, err
	}
	if !q.Days.given {
		days = []float64{1, 2, 3, 5, 7, 10, 20, 30}
	}
	for i, d := range days {
		if d < 0 {
			return nil, nil, refuse("out_of_range", "days[%d]: %v, want none or more", i, d)
		}
	}
	if limits, err = q.Buckets.values("buckets"); err != nil {
		return nil, nil, err
	}
	if !q.Buckets.given {
		limits = liquidity.CustomaryLimits
	}
	return days, limits, nil
}

// position reads one position; reasons say why figures of it are not known.
func (p *liquidPosition) position(i, window int) (liquidity.Position, map[string]string, error) {
	unknown, why := math.NaN(), map[string]string{}
	out := liquidity.Position{ID: p.ID, Value: unknown, Volume: unknown, Volatility: unknown, Spread: unknown}
	place := fmt.Sprintf("positions[%d]", i)
	if p.Quantity == nil {
		return out, nil, refuse("missing_field", "%s.quantity: %q has none", place, p.ID)
	}
	out.Quantity = *p.Quantity
	switch {
	case p.Value != nil:
		out.Value = *p.Value
	case p.Price != nil:
		out.Value = *p.Price * *p.Quantity
		if p.Multiplier != nil {
			out.Value *= *p.Multiplier
		}
	default:
		why["value"] = "no_price"
	}
	if math.IsInf(out.Value, 0) {
		return out, nil, refuse("out_of_range", "%s.price: the value leaves the range of float64", place)
	}
	if err := p.volume(&out, why, place, window); err != nil {
		return out, nil, err
	}
	if err := p.volatility(&out, why, place); err != nil {
		return out, nil, err
	}
	if p.Spread == nil {
		why["spread"] = "no_spread"
	} else if out.Spread = *p.Spread; !(out.Spread >= 0) {
		return out, nil, refuse("out_of_range", "%s.spread: %v, want none or more", place, out.Spread)
	}
	return out, why, nil
}

func (p *liquidPosition) volume(out *liquidity.Position, why map[string]string, place string, window int) error {
	if p.ADV != nil {
		if out.Volume = *p.ADV; !(out.Volume >= 0) {
			return refuse("out_of_range", "%s.adv: %v, want none or more", place, out.Volume)
		}
		return nil
	}
	list := p.Volumes
	list.gaps = false // a day without a known volume is allowed here
	volumes, err := list.values(place + ".volumes")
	if err != nil {
		return err
	}
	if !p.Volumes.given {
		why["adv"] = "no_volume"
		return nil
	}
	v, err := liquidity.MedianVolume(volumes, window, min(minimumVolumes, window))
	switch {
	case errors.Is(err, liquidity.ErrTooShort):
		why["adv"] = "too_short"
	case err != nil:
		return refuse("out_of_range", "%s.volumes: %v", place, err)
	default:
		out.Volume = v
	}
	return nil
}

func (p *liquidPosition) volatility(out *liquidity.Position, why map[string]string, place string) error {
	if p.Volatility != nil {
		if out.Volatility = *p.Volatility; !(out.Volatility >= 0) {
			return refuse("out_of_range", "%s.volatility: %v, want none or more", place, out.Volatility)
		}
		return nil
	}
	returns, err := p.Returns.values(place + ".returns")
	switch {
	case err != nil:
		return err
	case !p.Returns.given:
		why["volatility"] = "no_volatility"
	case len(returns) < 2:
		why["volatility"] = "too_short"
	default:
		out.Volatility = series.StdDev(returns)
	}
	return nil
}

// row is the answer for one position.
func (q *liquidityRequest) row(p liquidity.Position, why map[string]string, bucket string) *object {
	var o object
	o.set("id", p.ID)
	o.figure("value", p.Value, why["value"])
	o.figure("adv", p.Volume, why["adv"])
	noVolume := why["adv"]
	if p.Volume == 0 {
		noVolume = "no_market"
	}
	if p.Quantity == 0 {
		noVolume = ""
	}
	o.figure("days", p.Days(*q.Participation), noVolume)
	o.set("bucket", bucket)
	cost := p.Cost(*q.Impact)
	noSpread, noImpact := first(why["value"], why["spread"]), first(why["value"], noVolume, why["volatility"])
	if p.Quantity == 0 {
		noSpread, noImpact = "", ""
	}
	o.figure("spread_cost", cost.Spread, noSpread)
	o.figure("impact_cost", cost.Impact, noImpact)
	o.figure("cost", cost.Total(), first(noSpread, noImpact))
	o.figure("cost_fraction", cost.Total()/math.Abs(p.Value), first(noSpread, noImpact, unlessReason(p.Value != 0, "no_value")))
	return &o
}

// first is the first reason that there is.
func first(reasons ...string) string {
	at := slices.IndexFunc(reasons, func(r string) bool { return r != "" })
	if at < 0 {
		return ""
	}
	return reasons[at]
}

// whole adds the portfolio's own figures; its cost covers what has one.
func (q *liquidityRequest) whole(o *object, positions []liquidity.Position, profile *liquidity.Profile) {
	spread, impact, covered := 0.0, 0.0, 0.0
	for _, p := range positions {
		c := p.Cost(*q.Impact)
		if total := c.Total(); total == total {
			spread += c.Spread
			impact += c.Impact
			if size := math.Abs(p.Value); size == size {
				covered += size
			}
		}
	}
	empty := unlessReason(profile.Gross > 0, "no_value")
	none := first(empty, unlessReason(covered > 0, "no_cost_known"))
	o.figure("gross_value", profile.Gross, "")
	o.figure("unknown", profile.Unknown, "")
	o.figure("no_market", profile.Stuck, "")
	o.figure("spread_cost", spread, none)
	o.figure("impact_cost", impact, none)
	o.figure("cost", spread+impact, none)
	o.figure("cost_coverage", covered/profile.Gross, empty)
}

func profileRows(p *liquidity.Profile, days []float64) []*object {
	out := make([]*object, len(days))
	for i, d := range days {
		out[i] = new(object)
		out[i].set("day", d)
		out[i].figure("share", p.By(d), unlessReason(p.Gross > 0, "no_value"))
	}
	return out
}

func daysTo(p *liquidity.Profile) []*object {
	shares := []float64{0.5, 0.9, 0.95, 0.99, 1}
	out := make([]*object, len(shares))
	for i, share := range shares {
		days := p.Until(share)
		reason := unlessReason(p.Gross > 0, "no_value")
		if math.IsInf(days, 1) {
			reason = "not_sold"
		}
		out[i] = new(object)
		out[i].set("share", share)
		out[i].figure("days", days, reason)
	}
	return out
}

func bucketRows(buckets []liquidity.Bucket) []*object {
	out := make([]*object, len(buckets))
	for i, b := range buckets {
		out[i] = new(object)
		out[i].set("name", b.Name)
		out[i].figure("value", b.Value, "")
		out[i].figure("share", b.Share, "")
		out[i].set("count", b.Count)
	}
	return out
}
