package analysis_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/quality"
)

// figuresOf visits all figures of an analysis, with the way to each.
func figuresOf(v reflect.Value, path string, visit func(string, analysis.Figure)) {
	if f, ok := v.Interface().(analysis.Figure); ok {
		visit(path, f)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			figuresOf(v.Elem(), path, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				figuresOf(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			figuresOf(v.Index(i), path+"[]", visit)
		}
	}
}

var worth = map[analysis.Status]int{analysis.Complete: 0, analysis.Estimated: 1, analysis.Stale: 2, analysis.Partial: 3, analysis.Unavailable: 4}

// Data that are held back or doubtful change no number and make no figure stronger; every
// figure that they weaken names them. Doubts about what is not in the book change nothing,
// nor do a series of a good score and values that somebody accepted.
func TestDoubtsWeakenAndChangeNoNumber(t *testing.T) {
	weakened := map[string]bool{}
	for seed := range uint64(30) {
		in := randomInput(t, seed)
		plain := mustRun(t, in)
		before, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		last := in.Panel.Prices("ACME").Last()
		suspect := quality.Finding{Kind: quality.Spike, Severity: quality.Suspect, From: in.AsOf, To: in.AsOf, Reason: "a spike, it seems", Source: "yahoo"}
		good := quality.Score{From: in.AsOf - 300, To: in.AsOf, Sessions: 200, Missing: 20, Points: quality.Sound}
		in.Doubts = analysis.Doubts{Prices: map[string]*analysis.Doubt{
			"ELSEWHERE": {Quarantine: quality.Hold([]quality.Finding{suspect}, nil)},
			"ACME":      {Quarantine: quality.Hold([]quality.Finding{suspect}, []quality.Accepted{{From: in.AsOf, To: in.AsOf}}), Score: &good}}}
		if same, err := json.Marshal(mustRun(t, in)); err != nil || !bytes.Equal(before, same) {
			t.Fatalf("seed %d: a doubt that concerns nothing changed the analysis (%v)", seed, err)
		}
		doubtful := quality.Finding{Kind: quality.Repeated, Severity: quality.Doubtful, From: last - 40, To: last - 30, Reason: "it stays, it seems"}
		bad := quality.Score{From: in.AsOf - 300, To: in.AsOf, Sessions: 200, Missing: 60, Points: 70}
		held := suspect
		for day := in.AsOf; day > in.AsOf-20; day-- {
			if s := in.Panel.Prices("ACME"); s.Dates[s.Index(day)] < day {
				held.From, held.To = day, day
				break
			}
		}
		in.Doubts = analysis.Doubts{Prices: map[string]*analysis.Doubt{"ACME": {Quarantine: quality.Hold([]quality.Finding{held, doubtful}, nil), Score: &bad}},
			FX: map[market.Pair]*analysis.Doubt{}}
		for _, pair := range in.Panel.Pairs() {
			in.Doubts.FX[pair] = &analysis.Doubt{Quarantine: quality.Hold([]quality.Finding{doubtful}, nil)}
		}
		after := mustRun(t, in)
		again, err1 := json.Marshal(after)
		twice, err2 := json.Marshal(mustRun(t, in))
		if err1 != nil || err2 != nil || !bytes.Equal(again, twice) {
			t.Fatalf("seed %d: two answers to one question (%v, %v)", seed, err1, err2)
		}
		var was []analysis.Figure
		figuresOf(reflect.ValueOf(plain), "", func(_ string, f analysis.Figure) { was = append(was, f) })
		i := 0
		figuresOf(reflect.ValueOf(after), "", func(path string, f analysis.Figure) {
			w := was[i]
			i++
			if f.Known() != w.Known() || f.Amount != w.Amount || f.Known() && f.Float64() != w.Float64() {
				t.Fatalf("seed %d: %s was %v and is %v", seed, path, w.Float64(), f.Float64())
			}
			if worth[f.Status] < worth[w.Status] {
				t.Errorf("seed %d: %s was %s and is %s", seed, path, w.Status, f.Status)
			}
			more := strings.Join(f.Reasons, "; ")
			said := strings.Contains(more, "is held back: a spike, it seems") || strings.Contains(more, "is doubtful") || strings.Contains(more, "it stays, it seems") || strings.Contains(more, "a score of 70")
			if f.Status != w.Status && !said {
				t.Errorf("seed %d: %s is %s as %q", seed, path, f.Status, f.Reasons)
			}
			if said && f.Known() {
				if f.Status == analysis.Complete {
					t.Errorf("seed %d: %s is complete in spite of %q", seed, path, f.Reasons)
				}
				weakened[path] = true
			}
		})
		if i != len(was) {
			t.Fatalf("seed %d: %d figures, %d before", seed, i, len(was))
		}
	}
	for _, path := range []string{".Summary.DayReturn", ".Returns.TimeWeighted", ".Returns.MoneyWeighted", ".Returns.Benchmark", ".Returns.Active", ".Periods[].Return", ".Periods[].Volatility",
		".Months[].Return", ".Years[].Return", ".Risk.Realised.Volatility", ".Risk.Realised.MaxDrawdown", ".Risk.Realised.CurrentDrawdown", ".Risk.Realised.Beta", ".Risk.Tail[].VaR", ".Risk.Tail[].ES"} {
		if !weakened[path] {
			t.Errorf("%s was never weakened", path)
		}
	}
	for _, path := range []string{".Summary.PaidIn", ".Summary.Cost", ".Summary.Income", ".Change.Transfers", ".Change.Dividends", ".Change.Fees"} {
		if weakened[path] {
			t.Errorf("%s rests on no price and was weakened", path)
		}
	}
}

// What is held back on the as-of day weakens the holding, its weight, its lots and all sums
// that it is in, and nothing beside it.
func TestHeldBackToday(t *testing.T) {
	s := readStory(t, `
-- ledger --
2024-01-02 deposit 2000 EUR
2024-01-02 buy 10 ACME @ 100 EUR
2024-01-02 buy 5 BOLT @ 100 EUR
-- prices --
ACME EUR equity: 2024-01-02 100, 2024-01-03 102, 2024-01-04 104
BOLT EUR equity: 2024-01-02 100, 2024-01-03 100, 2024-01-04 100, 2024-01-05 110
-- doubts --
held ACME 2024-01-05 yahoo a spike of 41 %
`)
	a := mustRun(t, s.input(t))
	const why = "the close of ACME of 2024-01-05 from yahoo is held back: a spike of 41 %; that of 2024-01-04 stands in"
	acme, bolt := &a.Holdings[0], &a.Holdings[1]
	for name, f := range map[string]analysis.Figure{"value": acme.Value, "weight": acme.Weight, "unrealised": acme.Unrealised, "in percent": acme.UnrealisedReturn, "lot": acme.Lots[0].Value,
		"gain of the lot": acme.Lots[0].Gain, "total": a.Summary.Value, "holdings": a.Summary.Holdings, "gain": a.Summary.Gain, "all unrealised": a.Summary.Unrealised,
		"long": a.Risk.Exposure.Long, "net share": a.Risk.Exposure.NetShare, "at notional": a.Risk.Exposure.AtNotional.Gross, "delta-adjusted": a.Risk.Exposure.DeltaAdjusted,
		"concentration": a.Risk.Concentration.HHI, "behind funds": a.Risk.Concentration.LookThrough.Net} {
		if f.Status != analysis.Estimated || len(f.Reasons) != 1 || !strings.HasSuffix(f.Reasons[0], why) {
			t.Errorf("%s is %s as %q", name, f.Status, f.Reasons)
		}
	}
	if f := acme.DayChange; f.Status != analysis.Stale || f.Reasons[len(f.Reasons)-1] != why {
		t.Errorf("the change of the day is %s as %q", f.Status, f.Reasons)
	}
	for name, f := range map[string]analysis.Figure{"value": bolt.Value, "weight": bolt.Weight, "day": bolt.DayChange, "cash": a.Summary.Cash, "cost": acme.Cost, "paid in": a.Summary.PaidIn} {
		if f.Status != analysis.Complete {
			t.Errorf("%s beside it is %s as %q", name, f.Status, f.Reasons)
		}
	}
	if len(a.Data.Estimated) != 1 || a.Data.Estimated[0] != "ACME" || a.Data.Priced != 2 {
		t.Errorf("the status of the data is %+v", a.Data)
	}
	// Where all there is is held back the value is unknown, and says why.
	delete(s.doubts, "ACME")
	s.panel.SetPrices("ACME", market.NewSeries([]date.Date{date.MustParse("2024-01-08")}, []float64{100}, "story"))
	s.doubts["ACME"] = []quality.Finding{{Kind: quality.Spike, Severity: quality.Suspect, From: date.MustParse("2024-01-03"), To: date.MustParse("2024-01-03"), Reason: "a spike"}}
	in := s.input(t)
	in.AsOf, in.Period.End = date.MustParse("2024-01-05"), date.MustParse("2024-01-05")
	for _, h := range mustRun(t, in).Holdings {
		if h.Symbol == "ACME" && (h.Value.Known() || len(h.Value.Reasons) != 2 || h.Value.Reasons[1] != "the close of ACME of 2024-01-03 is held back: a spike") {
			t.Errorf("without another close it is %v as %q", h.Value.Float64(), h.Value.Reasons)
		}
	}
}

// Days are counted, not findings: two sources held back for one day are one, and where a
// stretch is doubtful only the days that have a value are meant.
func TestDoubtsCountDays(t *testing.T) {
	s := readStory(t, `
-- ledger --
2024-01-02 deposit 2000 EUR
2024-01-02 buy 10 ACME @ 100 EUR
2024-01-06 buy 5 BOLT @ 100 EUR
-- prices --
ACME EUR equity: 2024-01-02 100, 2024-01-03 102, 2024-01-05 104, 2024-01-08 105, 2024-01-09 105, 2024-01-12 106
BOLT EUR equity: 2024-01-05 100, 2024-01-08 101, 2024-01-12 102
-- doubts --
held ACME 2024-01-04 yahoo a spike of 41 %
held ACME 2024-01-04 stooq a spike of 40 %
doubtful BOLT 2024-01-05 yahoo far from others
-- look --
from 2024-01-02 to 2024-01-12
`)
	s.doubts["ACME"] = append(s.doubts["ACME"],
		quality.Finding{Kind: quality.Repeated, Severity: quality.Doubtful, From: date.MustParse("2024-01-05"), To: date.MustParse("2024-01-11"), Reason: "it stays"},
		quality.Finding{Kind: quality.Jump, Severity: quality.Doubtful, From: date.MustParse("2024-01-08"), To: date.MustParse("2024-01-08"), Reason: "it leaps"})
	a := mustRun(t, s.input(t))
	want := []string{"the close of ACME of 2024-01-04 from stooq is held back: a spike of 40 %; the one before stands in",
		"the close of ACME is doubtful on 3 days; that of 2024-01-09 is doubtful: it stays",
		"the close of BOLT of 2024-01-05 from yahoo is doubtful: far from others"}
	if got := a.Returns.TimeWeighted.Reasons; !slices.Equal(got, want) {
		t.Errorf("the return is doubted as %q, want %q", got, want)
	}
}

// A contribution is as good as the closes and rates under it, and a sum as its parts: what
// is beside them stays complete.
func TestDoubtsOfContributions(t *testing.T) {
	s := readStory(t, `
-- ledger --
2024-01-02 deposit 3000 EUR
2024-01-02 internal_transfer 110 EUR arriving 120 CHF
2024-01-02 buy 10 ACME @ 100 USD paid Dollars
2024-01-02 buy 5 BOLT @ 100 EUR
-- prices --
ACME USD equity: 2024-01-02 100, 2024-01-03 102, 2024-01-04 104
BOLT EUR fund: 2024-01-02 100, 2024-01-03 100, 2024-01-04 110
EUR/USD: 2024-01-02 1.1, 2024-01-03 1.2, 2024-01-04 1.1
EUR/CHF: 2024-01-02 1.1, 2024-01-03 1.1, 2024-01-04 1.0
-- doubts --
doubtful EUR/USD 2024-01-03 ecb far from others
-- look --
from 2024-01-01 to 2024-01-04
`)
	const why = "the rate EUR/USD of 2024-01-03 from ecb is doubtful: far from others"
	rows := func(c *analysis.Contribution) map[string]analysis.ContributionRow {
		all := map[string]analysis.ContributionRow{"rest": c.Rest, "effects": c.Effects}
		for name, list := range map[string][]analysis.ContributionRow{"holding ": c.Holdings, "sector ": c.Sector, "class ": c.Class, "currency ": c.Currency} {
			for _, row := range list {
				all[name+row.Key] = row
			}
		}
		return all
	}
	plain := func(row analysis.ContributionRow) []analysis.Figure {
		return []analysis.Figure{row.Contribution, row.Weight, row.Return, row.Gain, row.Local, row.FX, row.Cross}
	}
	all := rows(mustContribute(t, s.input(t)))
	doubted := map[string]bool{"effects": true, "rest": true, "holding ACME": true, "class equity": true, "sector unknown": true, "currency USD": true,
		"class cash": true, "sector cash": true, "currency cash": true}
	if len(all) < 10 {
		t.Fatalf("%d rows: %v", len(all), all)
	}
	for name, row := range all {
		for i, f := range plain(row) {
			if f.Known() && (f.Status == analysis.Estimated) != doubted[name] || f.Status == analysis.Estimated && !slices.Equal(f.Reasons, []string{why}) {
				t.Errorf("figure %d of %s is %s as %q", i, name, f.Status, f.Reasons)
			}
		}
	}
}

// What is said against the benchmark's closes, and those of the funds of its sectors,
// weakens what rests on them: the portfolio's own return does not.
func TestDoubtsOfAttribution(t *testing.T) {
	_, whole := demoMarket()
	in := made(t, "USD", whole, map[money.Currency]int64{"USD": 1000}, piece{"MSFT", "100"})
	plain := mustAttribute(t, in)
	spy := whole.Prices("SPY")
	day := spy.Dates[spy.Index(in.AsOf)-1]
	found := func(why string) *analysis.Doubt {
		return &analysis.Doubt{Quarantine: quality.Hold([]quality.Finding{{Kind: quality.Disagreement, Severity: quality.Doubtful, From: day, To: day, Reason: why}}, nil)}
	}
	against := func(f analysis.Figure, why string) bool {
		return f.Status == analysis.Estimated && strings.Contains(strings.Join(f.Reasons, "; "), why)
	}
	in.Doubts.Prices = map[string]*analysis.Doubt{"SPY": found("far from others")}
	x := mustAttribute(t, in)
	if x.Portfolio.Status != plain.Portfolio.Status || plain.Benchmark.Status != analysis.Complete {
		t.Errorf("the portfolio's return is %s, was %s", x.Portfolio.Status, plain.Portfolio.Status)
	}
	for name, f := range map[string]analysis.Figure{"benchmark": x.Benchmark, "active": x.Active, "unmatched": x.Unmatched, "allocation": x.Splits[0].Rows[0].Allocation,
		"all": x.Splits[0].Total.Total, "currency": x.Currency.Total.Total} {
		if !against(f, "far from others") {
			t.Errorf("%s is %s as %q", name, f.Status, f.Reasons)
		}
	}
	in.Doubts.Prices = map[string]*analysis.Doubt{"XLU": found("the fund's close")}
	x = mustAttribute(t, in)
	if !against(x.Unmatched, "the fund's close") || !against(x.Splits[0].Rows[0].Selection, "the fund's close") || x.Benchmark.Status != analysis.Complete {
		t.Errorf("a sector's fund is doubtful: unmatched is %s, selection %s, the benchmark %s", x.Unmatched.Status, x.Splits[0].Rows[0].Selection.Status, x.Benchmark.Status)
	}
}
