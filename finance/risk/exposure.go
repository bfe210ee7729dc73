package risk

import (
	"math"
	"slices"
)

// Position is what exposure and concentration need to know of a holding, all in
// one currency. MarketValue is signed, a short is negative; nil is unknown.
// DeltaAdjusted is the exposure to the underlying, delta × price × multiplier ×
// contracts: nil for what is no option, and for an option whose delta is not
// known, which Option tells apart.
type Position struct {
	ID            string
	Option        bool
	MarketValue   *float64
	DeltaAdjusted *float64
}

// Exposure is how much of a book is at work on either side.
type Exposure struct {
	Long, Short   Figure // Short is negative
	Gross, Net    Figure
	DeltaAdjusted Figure   // net, with options at their delta-adjusted exposure
	NoValue       []string // positions left out of all of it: their value is unknown
	NoDelta       []string // options left out of DeltaAdjusted, which then is unknown
}

// Exposures adds up a book. A position without a value is named and left out; a
// book without any known value has no exposure. An option without a delta makes
// the delta-adjusted figure unknown: there is no neutral number to put for it.
func Exposures(book []Position) Exposure {
	var out Exposure
	long, short, net, known := 0.0, 0.0, 0.0, 0
	for _, p := range book {
		if p.MarketValue == nil {
			out.NoValue = append(out.NoValue, p.ID)
			continue
		}
		known++
		v := *p.MarketValue
		if v >= 0 {
			long += v
		} else {
			short += v
		}
		switch {
		case !p.Option:
			net += v
		case p.DeltaAdjusted != nil:
			net += *p.DeltaAdjusted
		default:
			out.NoDelta = append(out.NoDelta, p.ID)
		}
	}
	if known == 0 {
		reason := Empty
		if len(book) > 0 {
			reason = IncompleteValue
		}
		m := missing(reason)
		out.Long, out.Short, out.Gross, out.Net, out.DeltaAdjusted = m, m, m, m, m
		return out
	}
	out.Long, out.Short = measured(long), measured(short)
	out.Gross, out.Net = measured(long-short), measured(long+short)
	out.DeltaAdjusted = measured(net)
	if out.NoDelta != nil {
		out.DeltaAdjusted = missing(NotDeltaPriced)
	}
	return out
}

// Concentration is how much of a book hangs on few names. Weights are shares of
// the sum of absolute values, so that a short counts like a long.
type Concentration struct {
	HHI       Figure // Herfindahl-Hirschman index Σw², one name is 1
	Effective Figure // 1 / HHI: as many equal names would be as concentrated
	Top3      Figure
	Top10     Figure
	Largest   string // the name of the largest weight
	Weights   []Weight
	NoValue   []string // left out: their value is unknown
}

// Weight is a name's share of the gross value.
type Weight struct {
	ID    string
	Share float64
}

// Concentrations measures a book by ID; positions of one ID count together by
// their net value. Weights come largest first, equal ones by name.
func Concentrations(book []Position) Concentration {
	var out Concentration
	index := map[string]int{}
	gross := 0.0
	for _, p := range book {
		if p.MarketValue == nil {
			out.NoValue = append(out.NoValue, p.ID)
			continue
		}
		at, seen := index[p.ID]
		if !seen {
			at = len(out.Weights)
			index[p.ID] = at
			out.Weights = append(out.Weights, Weight{ID: p.ID})
		}
		out.Weights[at].Share += *p.MarketValue
	}
	for i := range out.Weights {
		out.Weights[i].Share = math.Abs(out.Weights[i].Share)
		gross += out.Weights[i].Share
	}
	if !(gross > 0) || math.IsInf(gross, 0) {
		m := missing(NothingHeld)
		out.HHI, out.Effective, out.Top3, out.Top10, out.Weights = m, m, m, m, nil
		return out
	}
	squares := 0.0
	for i := range out.Weights {
		w := out.Weights[i].Share / gross
		out.Weights[i].Share = w
		squares += float64(w * w)
	}
	slices.SortFunc(out.Weights, func(a, b Weight) int {
		switch {
		case a.Share > b.Share:
			return -1
		case a.Share < b.Share:
			return 1
		case a.ID < b.ID:
			return -1
		}
		return 1
	})
	out.Largest = out.Weights[0].ID
	out.HHI, out.Effective = measured(squares), measured(1/squares)
	out.Top3, out.Top10 = measured(top(out.Weights, 3)), measured(top(out.Weights, 10))
	return out
}

func top(sorted []Weight, n int) (sum float64) {
	for _, w := range sorted[:min(n, len(sorted))] {
		sum += w.Share
	}
	return math.Min(sum, 1)
}
