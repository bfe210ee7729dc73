package report

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/demo"
)

// fund is the demonstration's fund with shorts and options, which has a factor model.
func fund(t *testing.T) (*analysis.Analysis, *analysis.Contribution) {
	t.Helper()
	d := demo.New(date.MustParse("2026-06-30"))
	panel := d.Panel()
	for i := range d.Books {
		b := &d.Books[i]
		if b.Key != "fund" {
			continue
		}
		known := map[string]instrument.Instrument{}
		for _, x := range b.Instruments {
			known[x.Symbol] = x
		}
		book, err := portfolio.Fold(portfolio.Input{Base: b.BaseCurrency, Transactions: b.Transactions, Policy: b.Policy, Actions: panel.Actions,
			Through: d.AsOf, Given: true, Instrument: func(symbol string) instrument.Instrument {
				if x, ok := known[symbol]; ok {
					return x
				}
				x, _ := panel.Instrument(symbol)
				return x
			}})
		if err != nil {
			t.Fatal(err)
		}
		p := analysis.Prepare(analysis.Input{Name: b.Name, Book: book, Panel: panel, AsOf: d.AsOf, Benchmark: "SPY", RiskFree: "USD-3M"})
		period := analysis.Period{Label: "1Y", Start: d.AsOf - 365, End: d.AsOf}
		a, err := p.Run(period)
		if err != nil {
			t.Fatal(err)
		}
		c, err := p.Contribution(period)
		if err != nil {
			t.Fatal(err)
		}
		return a, c
	}
	t.Fatal("there is no fund")
	return nil, nil
}

// find is the table of a title.
func find(t *testing.T, list []table, title string) table {
	t.Helper()
	for _, x := range list {
		if x.title == title {
			return x
		}
	}
	t.Fatalf("there is no table %q", title)
	return table{}
}

// Every part of the risk of today's holdings has its table, with the analysis's figures.
func TestRiskOfTodaysHoldings(t *testing.T) {
	a, c := fund(t)
	list, x := tables(a, c), a.ExAnte
	if got := find(t, list, "Risk of today's holdings").rows[0]; got[1] != fraction(x.Volatility.Model) {
		t.Errorf("expected volatility %v", got)
	}
	if got := find(t, list, "Factor exposures"); len(got.rows) != len(x.Factors) || got.rows[0][5] != ratio(x.Factors[0].T) || got.rows[0][1] != "SPY" {
		t.Errorf("factors %v", got.rows)
	}
	for _, title := range []string{"Where risk comes from, by factor", "Where risk comes from, by sector"} {
		if len(find(t, list, title).rows) < 3 {
			t.Errorf("%s: %v", title, find(t, list, title).rows)
		}
	}
	if got := find(t, list, "Largest parts of the risk"); len(got.rows) != mostPositions || got.rows[0][0] != x.Positions[0].Symbol || len(got.notes) != 2 {
		t.Errorf("positions %v %v", got.rows, got.notes)
	}
	methods := map[string]int{}
	for _, row := range find(t, list, "Value at risk (VaR) and expected shortfall (ES) of today's holdings").rows {
		methods[row[0]]++
	}
	if methods["historical"] != 2 || methods["normal"] != 2 || methods["factor model"] != 4 {
		t.Errorf("value at risk by %v", methods)
	}
	verdict := find(t, list, "VaR against what happened").rows
	if got := verdict[len(verdict)-1][1]; (got == "accepted") != x.Backtest.Accepted {
		t.Errorf("the model is said to be %s", got)
	}
	if got := find(t, list, "Options").rows; len(got) != len(x.Greeks.Rows)+1 || got[len(got)-1][2] != amount(x.Greeks.Delta) {
		t.Errorf("options %v", got)
	}
	find(t, list, "Liquidity")
}

// The worst scenarios are the worst, in their order.
func TestWorstScenarios(t *testing.T) {
	a, c := fund(t)
	rows := find(t, tables(a, c), "Worst scenarios").rows
	if len(rows) != mostScenarios {
		t.Fatalf("%d scenarios", len(rows))
	}
	var all []float64
	for _, x := range a.ExAnte.Scenarios {
		if x.PnL.Known() {
			all = append(all, x.PnL.Float64())
		}
	}
	slices.Sort(all)
	for i, row := range rows {
		shown, _, _ := strings.Cut(strings.ReplaceAll(row[1], ",", ""), " ")
		if got, err := strconv.ParseFloat(shown, 64); err != nil || got != all[i] {
			t.Errorf("scenario %d: %s, want %v", i, row[1], all[i])
		}
	}
}

// What holdings added is shown as far as there is room, the others in one line, and adds
// up to the return.
func TestContributionTable(t *testing.T) {
	a, c := fund(t)
	got := find(t, tables(a, c), "What each holding added to the return")
	if want := mostAdded + mostTaken + 3; len(got.rows) != want {
		t.Errorf("%d rows, want %d", len(got.rows), want)
	}
	if last := got.rows[len(got.rows)-1]; last[len(last)-1] != fraction(a.Returns.TimeWeighted) {
		t.Errorf("the last row %v, the return %s", last, fraction(a.Returns.TimeWeighted))
	}
	var text bytes.Buffer
	if err := Text(&text, a, nil); err != nil || strings.Contains(text.String(), "added to the return") {
		t.Error("contributions that nobody gave", err)
	}
}

// Without a factor model the document says why, and what helps.
func TestNoFactorModel(t *testing.T) {
	a, c := analysed(t)
	got := find(t, tables(a, c), "Risk of today's holdings")
	if len(got.notes) == 0 || !strings.Contains(got.notes[0], a.ExAnte.Model.Reason) || !strings.Contains(got.notes[0], "--prices") || !strings.Contains(got.notes[0], "SPY") {
		t.Errorf("%q", got.notes)
	}
}
