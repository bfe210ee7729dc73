package service

import (
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
)

func TestCompare(t *testing.T) {
	w := newWorld(t)
	w.listed()
	w.book("2025-06-02 deposit 10000", "2025-06-02 buy 50 GLOBE @ 50")
	got, err := w.s.Compare(ctx, w.owner, Comparing{Symbols: []string{"ACME", " VOD.L", "NOWHERE", "ACME"}, Portfolio: w.portfolio, Benchmark: "GLOBE"})
	w.must(err)
	if len(got.Items) != 3 || got.Currency != "EUR" || got.Window.Label != "1Y" {
		t.Fatalf("compared: %d in %s over %s", len(got.Items), got.Currency, got.Window.Label)
	}
	// ACME pays 2 on 1 September 2025; the split in March 2026 is no loss.
	for _, f := range []analysis.Figure{got.Items[0].Volatility, got.Items[0].Beta, got.Items[0].ToPortfolio, got.Items[1].Beta, got.Items[1].ToPortfolio, got.Correlation[0][1]} {
		if !f.Known() {
			t.Errorf("%s: %v", f.Method, f.Reasons)
		}
	}
	if d := got.Items[0].Drawdown.Float64(); d < -0.05 {
		t.Errorf("the deepest fall of ACME is %v: its split is in it", d)
	}
	if f := got.Items[2].Volatility; f.Known() || len(f.Reasons) == 0 {
		t.Errorf("what has no price: %+v", f)
	}
	if got, err = w.s.Compare(ctx, w.owner, Comparing{Symbols: []string{"GLOBE"}, Window: "3M"}); err != nil || got.Items[0].ToPortfolio.Known() {
		t.Errorf("without a portfolio: %+v, %v", got, err)
	}
	for about, q := range map[string]Comparing{
		"nothing":     {},
		"seven":       {Symbols: []string{"A", "B", "C", "D", "E", "F", "G"}},
		"no window":   {Symbols: []string{"A"}, Window: "2Y"},
		"no currency": {Symbols: []string{"A"}, Currency: "euro"},
	} {
		if _, err := w.s.Compare(ctx, w.owner, q); !isFault(err) {
			t.Errorf("%s: %v", about, err)
		}
	}
	_, err = w.s.Compare(ctx, w.another("bob@example.org"), Comparing{Symbols: []string{"ACME"}, Portfolio: w.portfolio})
	wantError(t, err, ErrNotFound, "a comparison with another's portfolio")
}
