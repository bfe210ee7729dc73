package chart_test

import (
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
)

// Bars lie on their own side of zero, as long as their value.
func TestBarsLieOnTheirSideOfZero(t *testing.T) {
	s := chart.Span{Low: -0.5, High: 1.5}
	for _, c := range []struct{ value, from, width float64 }{{1, 25, 50}, {-0.5, 0, 25}, {0, 25, 0}, {0.00001, 25, 0.4}, {-0.00001, 24.6, 0.4}} {
		bar := s.Bar(c.value, 0, 10, "fill-1", false)
		if math.Abs(bar.From-c.from) > 0.01 || math.Abs(bar.Width-c.width) > 0.01 {
			t.Errorf("%v: from %v, width %v; want %v, %v", c.value, bar.From, bar.Width, c.from, c.width)
		}
	}
	if bar := s.Bar(math.NaN(), 0, 10, "fill-1", false); bar.Width != 0 {
		t.Errorf("an unknown value has a bar of %v", bar.Width)
	}
}

func TestSpanCoversWhatIsKnown(t *testing.T) {
	s := chart.SpanOf(math.NaN(), 0.4, -0.1, math.Inf(1))
	if s.Low > -0.1 || s.High < 0.4 || s.High > 0.5 {
		t.Errorf("the span is %v", s)
	}
	if s := chart.SpanOf(math.NaN()); s.At(0) != 0 || s.High <= s.Low {
		t.Errorf("without values the span is %v", s)
	}
	if s := chart.SpanOf(0.2, 0.3); s.At(0) != 0 {
		t.Errorf("zero stands at %v where nothing is negative", s.At(0))
	}
}

func TestIntervals(t *testing.T) {
	drawn, axis := chart.Intervals([]chart.Interval{{At: 0.6, Low: 0.5, High: 0.7, Significant: true}, {At: -0.1, Low: -0.3, High: 0.1}, {At: math.NaN(), Low: math.NaN(), High: math.NaN()}}, format.English)
	first, second := drawn[0], drawn[1]
	if first.Dot.Hollow || !second.Dot.Hollow || len(first.Spans) != 1 || len(second.Spans) != 0 {
		t.Errorf("what is significant is not drawn full: %+v %+v", first, second)
	}
	if !(first.Dot.Low < first.Dot.At && first.Dot.At < first.Dot.High) || !(second.Dot.Low < second.Zero && second.Zero < second.Dot.High) {
		t.Errorf("the intervals are out of place: %+v %+v", first.Dot, second.Dot)
	}
	if drawn[2].Dot != nil {
		t.Error("an unknown estimate has a dot")
	}
	zero := false
	for _, tick := range axis {
		zero = zero || tick.At == first.Zero && strings.Trim(tick.Label, "0.") == ""
	}
	if !zero {
		t.Errorf("the axis does not name zero: %v", axis)
	}
}

func TestCorrelations(t *testing.T) {
	n := math.NaN()
	h := chart.Correlations([]string{"A", "B", "C", "D"}, [][]float64{{1, n, n, n}, {0.9, 1, n, n}, {-0.3, 0.45, 1, n}, {0, n, 0.95, 1}}, []int{2, 1, 1}, format.English)
	if len(h.Cells) != 6 {
		t.Fatalf("%d pairs of 4 names, want 6", len(h.Cells))
	}
	for _, c := range h.Cells {
		switch {
		case c.X == 0 && c.Y == 1 && (c.Strength != 1 || c.Negative), c.X == 0 && c.Y == 2 && (c.Strength != 1 || !c.Negative), c.X == 1 && c.Y == 2 && c.Strength != 0.5, c.X == 1 && c.Y == 3 && !c.Unknown, c.X == 2 && c.Y == 3 && c.Strength != 1:
			t.Errorf("cell %+v", c)
		}
	}
	if len(h.Outline) != 1 || h.Outline[0] != "M0 0V2H2" {
		t.Errorf("the outlines are %v", h.Outline)
	}
	if !strings.Contains(h.Summary, "closest are C and D with 0.95") || !strings.Contains(h.Summary, "A and C with −0.30") {
		t.Errorf("the summary is %q", h.Summary)
	}
}

func TestBacktestDrawsEachDay(t *testing.T) {
	days := []date.Date{date.Must(2025, 6, 2), date.Must(2025, 6, 3), date.Must(2025, 6, 4), date.Must(2025, 6, 5)}
	b := chart.Backtest{Days: days, Return: []float64{0.01, -0.03, math.NaN(), 0.02}, Limit: []float64{-0.02, -0.02, math.NaN(), -0.025}, Breaches: []int{1, 9}}.Draw(format.English)
	if strings.Count(b.Days, "M") != 3 || strings.Count(b.Line, "M") != 2 || strings.Count(b.Line, "L") != 1 {
		t.Errorf("days %q, line %q", b.Days, b.Line)
	}
	if len(b.Breaches) != 1 || b.Breaches[0].Title != "3 Jun 2025: −3.00%, value at risk 2.00%" || b.Breaches[0].Y <= b.Zero {
		t.Errorf("the breaches are %+v, zero at %v", b.Breaches, b.Zero)
	}
	if !strings.Contains(b.Summary, "the worst was −3.00% on 3 Jun 2025") {
		t.Errorf("the summary is %q", b.Summary)
	}
	if empty := (chart.Backtest{}).Draw(format.English); empty.Days != "" || empty.Summary == "" {
		t.Errorf("without days: %+v", empty)
	}
}
