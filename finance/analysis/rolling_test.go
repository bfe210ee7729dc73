package analysis_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
)

func mustRoll(t testing.TB, in analysis.Input, window int) *analysis.Rolling {
	t.Helper()
	out, err := analysis.Prepare(in).Rolling(in.Period, window)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What a window says is what the analysis of the same days says: return, volatility,
// Sharpe, beta and correlation of the period that the last window spans.
func TestRollingIsTheAnalysisOfTheWindow(t *testing.T) {
	for _, key := range []string{"saver", "family", "fund"} {
		in := demoInput(t, key)
		p := analysis.Prepare(in)
		for _, window := range []int{63, 126, 252} {
			got, err := p.Rolling(analysis.Period{Start: in.AsOf - 800, End: in.AsOf}, window)
			if err != nil {
				t.Fatal(err)
			}
			n := len(got.Days)
			if got.Reason != "" || n < window+1 {
				t.Fatalf("%s: %d days, %q", key, n, got.Reason)
			}
			// The window's first return leads from the close of the session before it.
			a, err := p.Run(analysis.Period{Start: got.Days[n-window-1], End: got.Days[n-1]})
			if err != nil {
				t.Fatal(err)
			}
			if a.Risk.Realised.Days != window {
				t.Fatalf("%s: %d sessions from %s, want %d", key, a.Risk.Realised.Days, a.Period.Start, window)
			}
			last := func(list analysis.Numbers) float64 { return list[n-1] }
			near(t, key+" return", last(got.Return), a.Returns.TimeWeighted.Float64(), 1e-9)
			near(t, key+" volatility", last(got.Volatility), a.Risk.Realised.Volatility.Float64(), 1e-9)
			near(t, key+" Sharpe", last(got.Sharpe), a.Risk.Realised.Sharpe.Float64(), 1e-7)
			if a.Benchmark != nil {
				near(t, key+" beta", last(got.Beta), a.Risk.Realised.Beta.Float64(), 1e-8)
				near(t, key+" correlation", last(got.Correlation), a.Risk.Realised.Correlation.Float64(), 1e-8)
				near(t, key+" benchmark", last(got.BenchmarkVol), a.Risk.Realised.BenchmarkVolatility.Float64(), 1e-9)
				near(t, key+" benchmark's return", last(got.BenchmarkReturn), a.Returns.Benchmark.Float64(), 1e-9)
			}
			for i, item := range got.Summary {
				if item.Latest.Known() && !(item.Lowest.Float64() <= item.Latest.Float64() && item.Latest.Float64() <= item.Highest.Float64() && item.Lowest.Float64() <= item.Median.Float64() && item.Median.Float64() <= item.Highest.Float64()) {
					t.Errorf("%s, %s: %v to %v, now %v, median %v", key, item.Measure, item.Lowest.Float64(), item.Highest.Float64(), item.Latest.Float64(), item.Median.Float64())
				}
				if item.Latest.Known() && item.Latest.Float64() != []analysis.Numbers{got.Return, got.Volatility, got.Sharpe, got.Beta, got.Correlation}[i][n-1] {
					t.Errorf("%s: %s is not the last of its line", key, item.Measure)
				}
			}
		}
	}
}

// Windows that begin before the period fill its first day; those of a portfolio that is
// younger than the window say why there are none, and nothing is invented.
func TestRollingAtTheBeginning(t *testing.T) {
	in := demoInput(t, "family")
	in.Period = analysis.Period{Start: in.AsOf - 31, End: in.AsOf}
	got := mustRoll(t, in, 252)
	if len(got.Days) < 15 || len(got.Days) > 23 || math.IsNaN(got.Volatility[0]) || got.Days[0] <= in.AsOf-31 {
		t.Errorf("a month with windows of a year: %d days from %s", len(got.Days), got.Days[0])
	}
	first := in.Book.First()
	in.Period = analysis.Period{Start: first - 1, End: first + 60}
	got = mustRoll(t, in, 63)
	if !strings.Contains(got.Reason, "a window of 63 needs as many") {
		t.Errorf("reason %q", got.Reason)
	}
	for _, item := range got.Summary {
		if item.Latest.Known() || item.Median.Known() || len(item.Latest.Reasons) == 0 {
			t.Errorf("%s of too short a history: %+v", item.Measure, item.Latest)
		}
	}
	text, err := json.Marshal(got)
	if err != nil || strings.Contains(string(text), "NaN") {
		t.Errorf("as JSON: %v", err)
	}
	for _, window := range []int{-1, 0, 19, 1261} {
		if _, err := analysis.Prepare(in).Rolling(in.Period, window); !errors.Is(err, analysis.ErrWindow) {
			t.Errorf("window %d: %v", window, err)
		}
	}
	in.Benchmark = ""
	in.Period = analysis.Period{Start: first - 1, End: in.AsOf}
	got = mustRoll(t, in, 63)
	if beta := got.Summary[3].Latest; got.Beta != nil || beta.Known() || beta.Reasons[0] != "no benchmark" {
		t.Errorf("beta without a benchmark: %+v", beta)
	}
	if got.Days[0] <= first-1 || !math.IsNaN(got.Return[0]) || !got.Summary[0].Latest.Known() {
		t.Errorf("the first window is full too early: %v on %s", got.Return[0], got.Days[0])
	}
}

// Random ledgers, some of them without capital for a while, give figures or reasons.
func TestRollingOfAnyLedger(t *testing.T) {
	known := 0
	for seed := range uint64(80) {
		in := randomInput(t, seed)
		got := mustRoll(t, in, 20)
		if len(got.Return) != len(got.Days) || len(got.Volatility) != len(got.Days) || len(got.Sharpe) != len(got.Days) {
			t.Fatalf("seed %d: lists of %d, %d, %d days", seed, len(got.Days), len(got.Return), len(got.Volatility))
		}
		for _, item := range got.Summary {
			if item.Latest.Known() {
				known++
			} else if len(item.Latest.Reasons) == 0 {
				t.Errorf("seed %d: %s is unknown without a reason", seed, item.Measure)
			}
		}
	}
	if known == 0 {
		t.Error("no seed gave a figure")
	}
}
