package liquidity

import (
	"fmt"
	"math"
	"slices"
)

// Profile is how a portfolio turns into money over time. Shares are of Gross, the
// sum of the values' sizes. What has no known volume is not counted as sold, so
// that a share is what can be sold at least; Unknown says how much that is.
type Profile struct {
	Gross   float64
	Unknown float64 // share of Gross without a known volume or value
	Stuck   float64 // share of Gross without a market
	steps   []step  // by days, the quickest first
}

type step struct{ days, value float64 }

// NewProfile orders positions by the time they take. A position whose value is
// not known cannot be weighed and is left out.
func NewProfile(positions []Position, participation float64) (*Profile, error) {
	if !(participation > 0 && participation <= 1) {
		return nil, fmt.Errorf("%v: %w", participation, ErrParticipation)
	}
	out := &Profile{}
	for _, p := range positions {
		size := math.Abs(p.Value)
		if math.IsNaN(size) {
			continue
		}
		out.Gross += size
		switch days := p.Days(participation); {
		case math.IsNaN(days):
			out.Unknown += size
		case math.IsInf(days, 0):
			out.Stuck += size
		default:
			out.steps = append(out.steps, step{days, size})
		}
	}
	if out.Gross > 0 {
		out.Unknown /= out.Gross
		out.Stuck /= out.Gross
	}
	slices.SortStableFunc(out.steps, func(a, b step) int {
		switch {
		case a.days < b.days:
			return -1
		case a.days > b.days:
			return 1
		}
		return 0
	})
	return out, nil
}

// By is the share of the portfolio sold after days, NaN when there is nothing.
func (p *Profile) By(days float64) float64 {
	if !(p.Gross > 0) {
		return math.NaN()
	}
	sold := 0.0
	for _, s := range p.steps {
		if s.days <= days {
			sold += s.value
		} else {
			sold += float64(s.value * (math.Max(days, 0) / s.days))
		}
	}
	return math.Min(sold/p.Gross, 1)
}

// Until is how many days pass until a share of the portfolio is sold: +Inf where
// that much has no market or no known volume, NaN when there is nothing.
func (p *Profile) Until(share float64) float64 {
	switch {
	case !(p.Gross > 0) || math.IsNaN(share):
		return math.NaN()
	case share <= p.By(0):
		return 0
	}
	// between two steps the share grows evenly: find the first step that is enough
	from, before := 0.0, p.By(0)
	for _, s := range p.steps {
		after := p.By(s.days)
		if after >= share*(1-1e-12) {
			if after <= before {
				return s.days
			}
			return from + float64((s.days-from)*math.Min((share-before)/(after-before), 1))
		}
		from, before = s.days, after
	}
	return math.Inf(1)
}

// Bucket is what takes more than After days and at most UpTo: its value in money
// (sizes added up), its share of the whole, and how many positions.
type Bucket struct {
	Name        string
	After, UpTo float64
	Value       float64
	Share       float64
	Count       int
}

// CustomaryLimits are a day, three, a week of seven and a month of thirty.
var CustomaryLimits = []float64{1, 3, 7, 30}

// The buckets beside those of the limits.
const (
	NoMarket = "no_market"
	Unknown  = "unknown"
)

// Buckets sorts positions by the days that the whole of each takes. limits rise;
// behind the last stand one for longer, one for no market, and one for positions
// whose volume is not known. at[i] is the bucket of position i.
func Buckets(positions []Position, participation float64, limits []float64) (buckets []Bucket, at []int, err error) {
	if !(participation > 0 && participation <= 1) {
		return nil, nil, fmt.Errorf("%v: %w", participation, ErrParticipation)
	}
	from := 0.0
	for _, l := range limits {
		if !(l > from) || math.IsInf(l, 0) {
			return nil, nil, fmt.Errorf("%v after %v: %w", l, from, ErrLimits)
		}
		buckets = append(buckets, Bucket{Name: fmt.Sprintf("up_to_%v", l), After: from, UpTo: l})
		from = l
	}
	buckets = append(buckets, Bucket{Name: fmt.Sprintf("over_%v", from), After: from, UpTo: math.Inf(1)},
		Bucket{Name: NoMarket, After: math.Inf(1), UpTo: math.Inf(1)}, Bucket{Name: Unknown, After: math.NaN(), UpTo: math.NaN()})
	at, gross := make([]int, len(positions)), 0.0
	for i, p := range positions {
		at[i] = bucketOf(p.Days(participation), limits)
		b := &buckets[at[i]]
		b.Count++
		if size := math.Abs(p.Value); !math.IsNaN(size) {
			b.Value += size
			gross += size
		}
	}
	for i := range buckets {
		if gross > 0 {
			buckets[i].Share = buckets[i].Value / gross
		}
	}
	return buckets, at, nil
}

func bucketOf(days float64, limits []float64) int {
	switch {
	case math.IsNaN(days):
		return len(limits) + 2
	case math.IsInf(days, 0):
		return len(limits) + 1
	}
	for i, l := range limits {
		if days <= l {
			return i
		}
	}
	return len(limits)
}
