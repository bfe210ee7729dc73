package chart

import (
	"math"

	"github.com/foliosight/foliosight/internal/web/view"
)

// Span is a range of values laid over a width of 100.
type Span struct{ Low, High float64 }

// SpanOf covers zero and every value that is known, with a little room at both ends
// where there is something on that side.
func SpanOf(values ...float64) Span {
	s := Span{}
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			s.Low, s.High = math.Min(s.Low, v), math.Max(s.High, v)
		}
	}
	if s.Low == s.High {
		s.High = 1
	}
	room := 0.02 * (s.High - s.Low)
	if s.Low < 0 {
		s.Low -= room
	}
	if s.High > 0 {
		s.High += room
	}
	return s
}

// At is the place of a value.
func (s Span) At(v float64) float64 { return hundredths(100 * (v - s.Low) / (s.High - s.Low)) }

// Bar lies between zero and the value, on its own side. It is never thinner than a hair;
// an unknown value has none.
func (s Span) Bar(v, y, height float64, fill string, hatched bool) view.Span {
	if math.IsNaN(v) {
		return view.Span{Fill: fill, Y: y, H: height}
	}
	from, to := s.At(math.Min(0, v)), s.At(math.Max(0, v))
	if v != 0 && to-from < 0.4 {
		if v < 0 {
			from = to - 0.4
		} else {
			to = from + 0.4
		}
	}
	return view.Span{From: from, Width: hundredths(to - from), Y: y, H: height, Fill: fill, Hatched: hatched}
}

// Between lies between two values.
func (s Span) Between(a, b, y, height float64, fill string, hatched bool) view.Span {
	from, to := s.At(math.Min(a, b)), s.At(math.Max(a, b))
	return view.Span{From: from, Width: hundredths(to - from), Y: y, H: height, Fill: fill, Hatched: hatched}
}

func hundredths(f float64) float64 { return math.Round(100*f) / 100 }
