package analysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/liquidity"
)

// How liquidity is measured: the share of the usual volume that one trades, over how
// many days the median is taken and from how few, and the coefficient of impact.
const (
	participation    = 0.2
	volumeDays       = 30
	volumeLeast      = 10
	impact           = 1
	volumeStaleAfter = 10 // calendar days
)

var withinDays = []int{1, 3, 7, 30}

// liquidity says how fast what is held could be sold.
func (r *runner) liquidity(out *ExAnte) {
	l := &out.Liquidity
	l.Participation = participation
	positions := make([]liquidity.Position, 0, len(r.out.Holdings))
	cost, costed, missing := 0.0, false, []string(nil)
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if !h.Value.Known() || h.Quantity.IsZero() {
			l.Unknown = append(l.Unknown, LeftOut{h.Symbol, h.Value, first(h.Value.Reasons)})
			continue
		}
		p := liquidity.Position{ID: h.Symbol, Quantity: h.Quantity.Float64(), Value: h.Value.Float64(), Volume: math.NaN(), Volatility: math.NaN(), Spread: math.NaN()}
		volume, why := r.usualVolume(h)
		if why != "" {
			l.Unknown = append(l.Unknown, LeftOut{h.Symbol, h.Value, why})
			positions = append(positions, p)
			missing = append(missing, h.Symbol)
			continue
		}
		p.Volume = volume
		if e := &r.model.Exposures[i]; e.Asset != nil && e.Asset.Fitted() && h.Instrument.Class != instrument.Option {
			p.Volatility = r.model.Own(i) / math.Abs(p.Value)
		}
		positions = append(positions, p)
		row := LiquidityRow{Symbol: h.Symbol, Value: h.Value, Days: Measure(p.Days(participation), Days, r.AsOf, "days_to_sell").From("Usual volume a day", itoa(int(volume)))}
		if c := p.Cost(impact).Impact; math.IsNaN(c) {
			row.Cost = Unknown(r.unit(), r.AsOf, "impact_cost", "its volatility is not known")
			missing = append(missing, h.Symbol)
		} else {
			row.Cost = r.measured(c, "impact_cost").With(Estimated, "without the spread, which is not known")
			cost += c
			costed = true
		}
		l.Rows = append(l.Rows, row)
	}
	slices.SortStableFunc(l.Rows, func(a, b LiquidityRow) int { return cmp.Compare(b.Days.Float64(), a.Days.Float64()) })
	if len(l.Rows) == 0 {
		l.Reason = "no trading volumes are known"
		if len(r.out.Holdings) == 0 {
			l.Reason = "nothing is held"
		}
		l.Cost = Unknown(r.unit(), r.AsOf, "impact_cost", l.Reason)
		return
	}
	if l.Cost = Unknown(r.unit(), r.AsOf, "impact_cost", "no volatility is known"); costed {
		l.Cost = r.measured(cost, "impact_cost").With(Estimated, "without the spread, which is not known")
		if len(missing) > 0 {
			l.Cost = l.Cost.With(Partial, "without "+list(missing))
		}
	}
	profile, err := liquidity.NewProfile(positions, participation)
	if err != nil { // the participation is a constant
		panic("analysis: " + err.Error())
	}
	for _, days := range withinDays {
		f := Measure(profile.By(float64(days)), Fraction, r.AsOf, "sold_within")
		if len(l.Unknown) > 0 {
			f = f.With(Partial, "what has no known volume counts as not sold")
		}
		l.Within = append(l.Within, Within{days, f})
	}
}

// usualVolume is the median of the pieces traded a day.
func (r *runner) usualVolume(h *Holding) (float64, string) {
	s := r.Panel.Volume(h.Symbol)
	last := s.Index(r.AsOf)
	switch {
	case h.Instrument.Class == instrument.Private:
		return 0, "a private asset has no market"
	case last < 0:
		return 0, "no trading volume is known"
	case s.Dates[last] < r.AsOf-volumeStaleAfter:
		return 0, "the last known trading volume is of " + s.Dates[last].String()
	}
	v, err := liquidity.MedianVolume(s.Values[:last+1], volumeDays, volumeLeast)
	switch {
	case err != nil:
		return 0, err.Error()
	case v == 0:
		return 0, "it was not traded on most of the last days"
	}
	return v, ""
}
