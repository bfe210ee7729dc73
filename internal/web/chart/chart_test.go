package chart_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
)

// weekdays are n days from a day, weekends left out.
func weekdays(from date.Date, n int) []date.Date {
	var days []date.Date
	for d := from; len(days) < n; d++ {
		if !d.IsWeekend() {
			days = append(days, d)
		}
	}
	return days
}

func TestAxesCoverWhatIsDrawn(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		size := math.Pow(10, float64(r.IntN(9))-1)
		own := make([]float64, 40)
		for i := range own {
			own[i] = size * (r.Float64() - 0.2)
		}
		days := weekdays(date.Must(2024, 1, 1), len(own))
		spec := chart.Value{Days: days, Own: own, Currency: "USD"}.Spec(format.English)
		axis := spec.Option.YAxis[0]
		low, high, step := axis["min"].(float64), axis["max"].(float64), axis["interval"].(float64)
		for _, f := range own {
			if f < low-1e-9*size || f > high+1e-9*size {
				t.Errorf("seed %d: %v lies outside %v to %v", seed, f, low, high)
			}
		}
		lines := int(math.Round((high-low)/step)) + 1
		if lines < 3 || lines > 8 || len(spec.Labels[0]) != lines {
			t.Errorf("seed %d: %d lines, %d labels, from %v to %v by %v", seed, lines, len(spec.Labels[0]), low, high, step)
		}
		seen := map[string]bool{}
		for _, label := range spec.Labels[0] {
			if seen[label] {
				t.Errorf("seed %d: two lines are labelled %q", seed, label)
			}
			seen[label] = true
		}
	}
}

func TestUnknownValuesAreGaps(t *testing.T) {
	days := weekdays(date.Must(2024, 1, 1), 3)
	text, err := json.Marshal(chart.Value{Days: days, Own: []float64{100, math.NaN(), 102}, Currency: "USD"}.Spec(format.English))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"data":[100,null,102]`) {
		t.Errorf("no gap in %s", text)
	}
	if spec := (chart.Growth{Days: days, Own: []float64{math.NaN(), math.NaN(), math.NaN()}}).Spec(format.English); spec.Summary != "No returns in this period." {
		t.Errorf("nothing known gives %q", spec.Summary)
	}
}

func TestMonthsAreNamedWhereTheyBegin(t *testing.T) {
	days := weekdays(date.Must(2024, 11, 15), 90)
	spec := chart.Value{Days: days, Own: make([]float64, len(days)), Currency: "USD"}.Spec(format.English)
	var words []string
	for _, tick := range spec.Ticks {
		words = append(words, tick.Text)
		if y, m, _ := days[tick.At].Civil(); int(m) != tick.Month || y != tick.Year {
			t.Errorf("%s stands at %s", tick.Text, days[tick.At])
		}
	}
	if got := strings.Join(words, " "); got != "Dec 2025 Feb Mar" {
		t.Errorf("ticks %q", got)
	}
}

func TestFlowsAreSaidWhereTheyHappened(t *testing.T) {
	days := weekdays(date.Must(2024, 1, 1), 60)
	own := make([]float64, len(days))
	for i := range own {
		own[i] = 1e6
	}
	spec := chart.Value{Days: days, Own: own, Currency: "USD", Flows: []chart.Flow{{On: days[10], Amount: 250_000}, {On: days[30], Amount: -100_000}, {On: days[40], Amount: 50}}}.Spec(format.English)
	if len(spec.Events) != 2 || spec.Events[0] != (chart.Event{At: 10, Text: "+250\u00a0k paid in"}) || spec.Events[1] != (chart.Event{At: 30, Text: "−100\u00a0k paid out"}) {
		t.Errorf("events %+v", spec.Events)
	}
}

func TestWaterfallAddsUpAsDrawnAndAsWritten(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		start := r.Float64() * 5e6
		end := start
		var parts []chart.Difference
		for range 1 + r.IntN(8) {
			p := chart.Difference{Name: "part", Amount: (r.Float64() - 0.4) * 1e6}
			end += p.Amount
			parts = append(parts, p)
		}
		w := chart.Waterfall("t", "USD", "Start", start, parts, "End", format.English)
		if len(w.Steps) != len(parts)+2 {
			t.Fatalf("seed %d: %d steps of %d parts", seed, len(w.Steps), len(parts))
		}
		for i, s := range w.Steps {
			if s.Y < 0 || s.Y+s.H > w.Height || s.X < 0 || s.X+s.W > w.Width {
				t.Errorf("seed %d: step %d leaves the picture: %+v", seed, i, s)
			}
		}
		sum := 0.0
		for _, row := range w.Rows[:len(w.Rows)-1] {
			sum += number(row.Value)
		}
		if want := number(w.Rows[len(w.Rows)-1].Value); sum != want {
			t.Errorf("seed %d: rows sum to %v, the end is %v", seed, sum, want)
		}
	}
}

// number reads a written whole number back.
func number(text string) float64 {
	n, sign := 0.0, 1.0
	for _, r := range text {
		switch {
		case r == '−':
			sign = -1
		case r >= '0' && r <= '9':
			n = 10*n + float64(r-'0')
		}
	}
	return sign * n
}

func TestHeatIsFullAtEightAndAHalfPercent(t *testing.T) {
	for r, want := range map[float64]string{0.085: "hp p8", -0.2: "hn p8", 0.0106: "hp p1", 0.0107: "hp p2", 0.0001: "h0", -0.03: "hn p3", math.NaN(): "none"} {
		if got := chart.HeatClass(r); got != want {
			t.Errorf("%v: %q, want %q", r, got, want)
		}
	}
}

func TestSparkFillsItsBox(t *testing.T) {
	path, end := chart.Spark([]float64{1, 3, 2})
	if path != "M1 17L26 1L51 9" || end != [2]float64{51, 9} {
		t.Errorf("%q ends at %v", path, end)
	}
	if path, _ := chart.Spark([]float64{5}); path != "" {
		t.Errorf("one value is no line: %q", path)
	}
}
