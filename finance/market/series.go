// Package market brings prices, corporate actions, exchange rates and interest rates
// onto one time axis: the panel that everything is valued with.
//
// Model: a series is what was observed, on the days it was observed. Prices are kept
// as traded, with splits and dividends beside them; adjusted series are computed for
// a date and never stored. Between observations the last one holds; before the first
// nothing is known, unless a panel is told to fill backwards (and then says so).
//
// Units: prices per unit of the instrument in its quotation currency (which may be a
// minor unit such as GBX); a rate AAA/BBB is how many BBB one AAA costs; interest
// rates are fractions a year. Prices are float64, whose shortest text is the price
// as published; Exact gives it back as a decimal.
package market

import (
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Series is one observed quantity over time. Dates ascend without repetition; Values
// holds one finite number a date. A Series is not changed after it is made.
type Series struct {
	Dates  []date.Date
	Values []float64
	Source string // where it comes from, as shown to the user
	// long keeps the observations that float64 cannot hold exactly.
	long map[int]money.Decimal
}

// NewSeries returns a series of the points whose value is finite; of several points
// on one day the last one counts. Dates need not be in order.
func NewSeries(dates []date.Date, values []float64, source string) *Series {
	ordered := true
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && dates[i] <= dates[i-1] {
			ordered = false
			break
		}
	}
	if ordered {
		return &Series{Dates: dates, Values: values, Source: source}
	}
	at := make([]int, 0, len(dates))
	for i, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(at, func(a, b int) int { return int(dates[a]) - int(dates[b]) })
	s := &Series{Source: source}
	for _, i := range at {
		if n := len(s.Dates); n > 0 && s.Dates[n-1] == dates[i] {
			s.Values[n-1] = values[i]
			continue
		}
		s.Dates = append(s.Dates, dates[i])
		s.Values = append(s.Values, values[i])
	}
	return s
}

// FromPoints returns a series of exact points.
func FromPoints(points []ledger.Point, source string) *Series {
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b ledger.Point) int { return int(a.Date) - int(b.Date) })
	s := &Series{Source: source}
	for _, p := range sorted {
		if n := len(s.Dates); n > 0 && s.Dates[n-1] == p.Date {
			s.Dates, s.Values = s.Dates[:n-1], s.Values[:n-1]
			delete(s.long, n-1)
		}
		f := p.Value.Float64()
		if back, err := money.FromFloat(f); err != nil || !back.Equal(p.Value) {
			if s.long == nil {
				s.long = map[int]money.Decimal{}
			}
			s.long[len(s.Dates)] = p.Value
		}
		s.Dates = append(s.Dates, p.Date)
		s.Values = append(s.Values, f)
	}
	return s
}

// Index returns the position of the last observation on or before day, −1 if none.
func (s *Series) Index(day date.Date) int {
	if s == nil {
		return -1
	}
	i, found := slices.BinarySearch(s.Dates, day)
	if found {
		return i
	}
	return i - 1
}

// At returns the last value observed on or before day and when that was.
func (s *Series) At(day date.Date) (value float64, observed date.Date, ok bool) {
	i := s.Index(day)
	if i < 0 {
		return math.NaN(), date.None, false
	}
	return s.Values[i], s.Dates[i], true
}

// Exact is observation i as the decimal it was published as.
func (s *Series) Exact(i int) money.Decimal {
	if d, ok := s.long[i]; ok {
		return d
	}
	d, err := money.FromFloat(s.Values[i])
	if err != nil {
		panic("market: a series holds only finite values: " + err.Error())
	}
	return d
}

// First and Last are the ends of the series, date.None when it is empty.
func (s *Series) First() date.Date {
	if s == nil || len(s.Dates) == 0 {
		return date.None
	}
	return s.Dates[0]
}

// Last is the day of the newest observation.
func (s *Series) Last() date.Date {
	if s == nil || len(s.Dates) == 0 {
		return date.None
	}
	return s.Dates[len(s.Dates)-1]
}

// Filled writes the series onto an ascending axis: on each day the last value
// observed, NaN before the first. Where the axis is the series' own, the values are
// returned as they are and must not be changed.
func (s *Series) Filled(axis []date.Date) []float64 {
	if s != nil && sameDates(s.Dates, axis) {
		return s.Values
	}
	out := make([]float64, len(axis))
	last, j := math.NaN(), 0
	if s != nil && len(axis) > 0 {
		if j = s.Index(axis[0]); j >= 0 {
			last = s.Values[j]
		}
		j++
	}
	for i, day := range axis {
		for s != nil && j < len(s.Dates) && s.Dates[j] <= day {
			last = s.Values[j]
			j++
		}
		out[i] = last
	}
	return out
}

func sameDates(a, b []date.Date) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 || &a[0] == &b[0] {
		return true
	}
	return slices.Equal(a, b)
}

// Overlay joins two series: on days that both have, upper says the value.
func Overlay(lower, upper *Series) *Series {
	if lower == nil || len(lower.Dates) == 0 {
		return upper
	}
	if upper == nil || len(upper.Dates) == 0 {
		return lower
	}
	out := &Series{Source: upper.Source, Dates: make([]date.Date, 0, len(lower.Dates)+len(upper.Dates)), Values: make([]float64, 0, len(lower.Dates)+len(upper.Dates))}
	take := func(s *Series, i int) {
		if d, ok := s.long[i]; ok {
			if out.long == nil {
				out.long = map[int]money.Decimal{}
			}
			out.long[len(out.Dates)] = d
		}
		out.Dates, out.Values = append(out.Dates, s.Dates[i]), append(out.Values, s.Values[i])
	}
	i, j := 0, 0
	for i < len(lower.Dates) || j < len(upper.Dates) {
		switch {
		case j == len(upper.Dates) || i < len(lower.Dates) && lower.Dates[i] < upper.Dates[j]:
			take(lower, i)
			i++
		case i < len(lower.Dates) && lower.Dates[i] == upper.Dates[j]:
			i++
			fallthrough
		default:
			take(upper, j)
			j++
		}
	}
	return out
}
