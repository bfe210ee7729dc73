package chart_test

import (
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
)

// By hand: axes of 10 to 20 % (volatility, with room from 9.4 to 20.6) and returns begin
// below the lowest; the line has a point for each portfolio, marks lie on it.
func TestFrontier(t *testing.T) {
	f := chart.Frontier{Volatility: []float64{0.1, 0.14, 0.2}, Return: []float64{0.04, 0.06, 0.07},
		Marks: []chart.FrontierMark{{Kind: "now", Label: "Now", Volatility: 0.18, Return: 0.05}, {Kind: "wished", Label: "Suggested", Volatility: 0.14, Return: 0.06}, {Kind: "calm", Label: "Least volatility", Volatility: 0.1, Return: 0.04},
			{Kind: "best", Label: "Best ratio", Volatility: 0.14, Return: 0.06}, {Kind: "none", Label: "Unknown", Volatility: math.NaN()}}}
	p := f.Draw(format.English)
	if n := strings.Count(p.Line, "L"); n != 2 || !strings.HasPrefix(p.Line, "M") || len(p.Marks) != 4 {
		t.Fatalf("%q with %d marks", p.Line, len(p.Marks))
	}
	now, wished, calm := p.Marks[0], p.Marks[1], p.Marks[2]
	if !(now.X > wished.X && wished.X > calm.X && wished.Y < now.Y && now.Y < calm.Y) {
		t.Errorf("marks at %v %v, %v %v, %v %v", now.X, now.Y, wished.X, wished.Y, calm.X, calm.Y)
	}
	if p.Marks[3].Label != "" || wished.Label == "" {
		t.Error("of two on one place the second has no words")
	}
	if !strings.Contains(p.Summary, "Suggested: volatility 14.0%, expected return 6.0%") || strings.Contains(p.Summary, "NaN") {
		t.Errorf("%q", p.Summary)
	}
	if (chart.Frontier{}).Draw(format.English) != nil {
		t.Error("a frontier of nothing")
	}
}
