package alert

import (
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

var day = date.MustParse("2026-01-05")

func share(v float64) analysis.Figure { return analysis.Measure(v, analysis.Fraction, day, "weight") }

func missing(why string) analysis.Figure {
	return analysis.Unknown(analysis.Fraction, day, "weight", why)
}

// book is an analysis of three holdings, as much of it as rules read.
func book() *analysis.Analysis {
	d := money.MustParse
	a := &analysis.Analysis{AsOf: day}
	a.Summary.Value = analysis.Money(d("1000"), "USD", day, "value")
	a.Holdings = []analysis.Holding{
		{Symbol: "ACME", Instrument: instrument.Instrument{Symbol: "ACME", Currency: "USD", Sector: "Energy"}, Price: money.Some(d("101.25")), PriceDate: day - 1, Weight: share(0.125)},
		{Symbol: "SHRT", Instrument: instrument.Instrument{Symbol: "SHRT", Currency: "USD", Sector: "Retail"}, Price: money.Some(d("7")), PriceDate: day - 9, PriceAge: 6, Weight: share(-0.2)},
		{Symbol: "DARK", Instrument: instrument.Instrument{Symbol: "DARK", Currency: "USD", Sector: "Energy"}, Weight: missing("no price")},
		{Symbol: "OPT", Instrument: instrument.Instrument{Symbol: "OPT", Class: instrument.Option, Expiry: day + 4, Currency: "USD"}, Price: money.Some(d("1")), Weight: share(0.01)},
	}
	a.Allocation.Sector = []analysis.Slice{{Key: "Energy", Weight: d("0.125")}, {Key: "Retail", Weight: d("-0.2")}, {Key: "cash", Weight: d("0.9")}}
	a.Risk.Tail = []analysis.TailRow{{Method: "historical", Confidence: 0.99, Horizon: 1, VaRShare: share(0.09)}, {Method: "historical", Confidence: 0.95, Horizon: 1, VaRShare: share(0.031)}}
	a.Risk.Realised.CurrentDrawdown = share(-0.15)
	a.ExAnte = &analysis.ExAnte{Scenarios: []analysis.Scenario{{ID: "crash", Name: "Crash", Share: share(-0.4)}, {ID: "boom", Name: "Boom", Share: share(0.2)}, {ID: "odd", Name: "Odd", Share: missing("no factor")}}}
	a.ExAnte.Correlation.Mean = analysis.Measure(0.7, analysis.Ratio, day, "correlation")
	a.Data.Unpriced = []string{"DARK"}
	return a
}

func TestRead(t *testing.T) {
	d := money.MustParse
	facts := Facts{Analysis: book(), Day: day, JobRead: true, Failures: 2}
	for _, c := range []struct {
		name string
		rule Rule
		want []string // subject, value or reason, crossed
	}{
		{"a price over a target", Rule{Kind: Price, Subject: "ACME", Threshold: d("101.25")}, []string{"ACME 101.25 crossed"}},
		{"a price under a target", Rule{Kind: Price, Subject: "ACME", Below: true, Threshold: d("101")}, []string{"ACME 101.25"}},
		{"no price", Rule{Kind: Price, Subject: "DARK", Threshold: d("1")}, []string{"DARK there is no price of DARK"}},
		{"not held", Rule{Kind: Price, Subject: "XXX", Threshold: d("1")}, []string{"XXX XXX is not held, so that it has no price in the portfolio's figures"}},
		{"positions on either side", Rule{Kind: Position, Threshold: d("0.1")}, []string{"ACME 0.125 crossed", "SHRT 0.2 crossed", "DARK no price", "OPT 0.01"}},
		{"a position that is not held", Rule{Kind: Position, Subject: "XXX", Threshold: d("0.1")}, []string{"XXX 0"}},
		{"sectors, and not cash", Rule{Kind: Sector, Threshold: d("0.15")}, []string{"Energy no value is known of DARK", "Retail 0.2 crossed"}},
		{"value at risk", Rule{Kind: VaR, Threshold: d("0.03")}, []string{" 0.031 crossed"}},
		{"the worst is enough though one is missing", Rule{Kind: Stress, Threshold: d("0.3")}, []string{" 0.4 crossed"}},
		{"the worst known is not enough", Rule{Kind: Stress, Threshold: d("0.5")}, []string{" Odd: no factor"}},
		{"one scenario", Rule{Kind: Stress, Subject: "boom", Threshold: d("0.5")}, []string{"boom -0.2"}},
		{"no such scenario", Rule{Kind: Stress, Subject: "flood", Threshold: d("0.5")}, []string{`flood there is no scenario "flood"`}},
		{"drawdown", Rule{Kind: Drawdown, Threshold: d("0.1")}, []string{" 0.15 crossed"}},
		{"correlation", Rule{Kind: Correlation, Threshold: d("0.8")}, []string{" 0.7"}},
		{"expiry", Rule{Kind: Expiry, Below: true, Threshold: d("5")}, []string{"OPT 4 crossed"}},
		{"expiry is not so near", Rule{Kind: Expiry, Below: true, Threshold: d("3")}, []string{"OPT 4"}},
		{"stale", Rule{Kind: Stale, Threshold: d("3")}, []string{"ACME 0", "SHRT 6 crossed", "DARK there is no price of DARK", "OPT 0"}},
		{"failed job", Rule{Kind: Job, Threshold: d("2")}, []string{" 2 crossed"}},
	} {
		readings, ok := Read(c.rule, facts)
		if !ok || len(readings) != len(c.want) {
			t.Errorf("%s: %+v", c.name, readings)
			continue
		}
		for i, r := range readings {
			got := r.Subject + " " + r.Reason
			if r.Value.Known {
				got = r.Subject + " " + r.Value.Decimal.String()
			}
			if r.Crossed() {
				got += " crossed"
			}
			if got != c.want[i] {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want[i])
			}
		}
	}
	if _, ok := Read(Rule{Kind: Job}, Facts{Analysis: book()}); ok {
		t.Error("jobs are read out of an analysis")
	}
	if _, ok := Read(Rule{Kind: VaR}, Facts{JobRead: true}); ok {
		t.Error("figures are read without an analysis")
	}
}

// An empty portfolio has nothing to check, and nothing panics on what is missing.
func TestReadNothing(t *testing.T) {
	for _, k := range Kinds() {
		for _, r := range []Rule{{Kind: k.Kind}, {Kind: k.Kind, Subject: "X"}} {
			readings, _ := Read(r, Facts{Analysis: &analysis.Analysis{AsOf: day}, Day: day})
			for _, x := range readings {
				if x.Crossed() {
					t.Errorf("%s is raised about an empty portfolio: %+v", k.Kind, x)
				}
				if !x.Value.Known && x.Reason == "" {
					t.Errorf("%s: no value and no reason: %+v", k.Kind, x)
				}
			}
		}
	}
}
