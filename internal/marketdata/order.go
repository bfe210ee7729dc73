package marketdata

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// Order brings a series that a reader put together into the form that is promised of it:
// days ascend without repetition and lie within from and to (zero is no bound) and not
// after last, and every close is finite. Of two rows of one day the later one in the answer
// stands, unless it has no close. It returns what it did, for Delivery.Left; days outside
// of what was asked go without a word.
func (s *BarSeries) Order(from, to, last date.Date) (left []string) {
	columns := []*[]float64{&s.Open, &s.High, &s.Low, &s.Close, &s.Volume, &s.Adjusted}
	if !slices.IsSorted(s.Dates) {
		left = append(left, "days out of order: put in order")
		rank := make([]int, len(s.Dates))
		for i := range rank {
			rank[i] = i
		}
		slices.SortStableFunc(rank, func(a, b int) int { return int(s.Dates[a]) - int(s.Dates[b]) })
		s.Dates = permuted(s.Dates, rank)
		for _, c := range columns {
			*c = permuted(*c, rank)
		}
	}
	var empty, later, twice []date.Date
	n := 0
	for i, day := range s.Dates {
		switch {
		case last != 0 && day > last:
			later = append(later, day)
			continue
		case from != 0 && day < from || to != 0 && day > to:
			continue
		case math.IsNaN(s.Close[i]) || math.IsInf(s.Close[i], 0):
			empty = append(empty, day)
			continue
		}
		if n > 0 && s.Dates[n-1] == day {
			twice = append(twice, day)
			n--
		}
		s.Dates[n] = day
		for _, c := range columns {
			if len(*c) > 0 {
				(*c)[n] = (*c)[i]
			}
		}
		n++
	}
	s.Dates = s.Dates[:n]
	for _, c := range columns {
		if len(*c) > 0 {
			*c = (*c)[:n]
		}
	}
	return append(left, told(empty, "no close", later, twice)...)
}

// Order is BarSeries.Order for rates: a value that is not finite is a day without one,
// which is absent and not worth a word.
func (s *RateSeries) Order(from, to, last date.Date) (left []string) {
	if !slices.IsSorted(s.Dates) {
		rank := make([]int, len(s.Dates))
		for i := range rank {
			rank[i] = i
		}
		slices.SortStableFunc(rank, func(a, b int) int { return int(s.Dates[a]) - int(s.Dates[b]) })
		s.Dates, s.Values = permuted(s.Dates, rank), permuted(s.Values, rank)
	}
	var later, twice []date.Date
	n := 0
	for i, day := range s.Dates {
		switch {
		case last != 0 && day > last:
			later = append(later, day)
			continue
		case from != 0 && day < from || to != 0 && day > to:
			continue
		case math.IsNaN(s.Values[i]) || math.IsInf(s.Values[i], 0):
			continue
		}
		if n > 0 && s.Dates[n-1] == day {
			twice = append(twice, day)
			n--
		}
		s.Dates[n], s.Values[n] = day, s.Values[i]
		n++
	}
	s.Dates, s.Values = s.Dates[:n], s.Values[:n]
	return told(nil, "", later, twice)
}

func permuted[T any](column []T, rank []int) []T {
	if len(column) == 0 {
		return column
	}
	out := make([]T, len(column))
	for i, r := range rank {
		out[i] = column[r]
	}
	return out
}

func told(empty []date.Date, why string, later, twice []date.Date) (left []string) {
	if len(empty) > 0 {
		left = append(left, fmt.Sprintf("%s: %s", listed(empty), why))
	}
	if len(later) > 0 {
		left = append(left, fmt.Sprintf("%s: after the day of the answer", listed(later)))
	}
	if len(twice) > 0 {
		left = append(left, fmt.Sprintf("%s: more than once, the last row stands", listed(twice)))
	}
	return left
}

// mostListed is how many days a note names before it counts the others.
const mostListed = 5

func listed(days []date.Date) string {
	var names []string
	for _, d := range days[:min(len(days), mostListed)] {
		names = append(names, d.String())
	}
	if more := len(days) - len(names); more > 0 {
		return fmt.Sprintf("%s and %d more days", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

// Latest is the last day that can have begun anywhere when an answer was received: the
// day at the date line's west side. Zero where the time is not known.
func Latest(at time.Time) date.Date {
	if at.IsZero() {
		return 0
	}
	return date.FromTime(at.UTC().Add(14 * time.Hour))
}

// RetryAfter is how long a source asks to be left alone by the header of that name, in
// seconds or as a time (RFC 9110, 10.2.3); 0 where it does not.
func RetryAfter(h http.Header, at time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), 31*86400)) * time.Second
	}
	if when, err := http.ParseTime(text); err == nil && !at.IsZero() && when.After(at) {
		return min(when.Sub(at), 31*Day)
	}
	return 0
}
