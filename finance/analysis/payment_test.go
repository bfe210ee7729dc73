package analysis_test

import (
	"math"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
)

// What is bought of something without a price is not paid out, nor is it paid in when it
// gets one: only what crosses the border is. Returns go on measuring what can be valued.
func TestPaymentsAreWhatCrossesTheBorder(t *testing.T) {
	s := readStory(t, `
-- ledger --
2024-01-02 deposit 2000 EUR
2024-01-03 buy 10 ACME @ 100 EUR
2024-01-04 buy 5 CLUB @ 80 EUR
2024-01-05 dividend 20 EUR of CLUB
2024-01-08 withdrawal 50 EUR
2024-01-09 sell 1 CLUB @ 90 EUR
2024-01-12 withdrawal 30 EUR
-- prices --
ACME EUR equity: 2024-01-02 100, 2024-01-03 100, 2024-01-04 101, 2024-01-05 102, 2024-01-08 103, 2024-01-09 104, 2024-01-10 104, 2024-01-11 105, 2024-01-12 105
CLUB EUR equity: 2024-01-10 95, 2024-01-11 96, 2024-01-12 96
`)
	a := mustRun(t, s.input(t))
	want := map[string]float64{"2024-01-02": 2000, "2024-01-08": -50, "2024-01-12": -30}
	measured := map[string]float64{"2024-01-02": 2000, "2024-01-04": -400, "2024-01-05": 20, "2024-01-08": -50, "2024-01-09": 90, "2024-01-10": 4 * 95, "2024-01-12": -30}
	paid := 0.0
	for i, day := range a.Series.Days {
		paid += want[day.String()]
		if got := a.Series.Payment[i]; got != want[day.String()] {
			t.Errorf("%s: %v was paid in, want %v", day, got, want[day.String()])
		}
		if got := a.Series.Paid[i]; math.Abs(got-paid) > 1e-9 {
			t.Errorf("until %s %v was paid in, want %v", day, got, paid)
		}
		if got := a.Series.Flow[i]; math.Abs(got-measured[day.String()]) > 1e-9 {
			t.Errorf("%s: the flow of what is valued is %v, want %v", day, got, measured[day.String()])
		}
	}
	if len(a.Series.Days) == 0 || a.Series.Days[len(a.Series.Days)-1] != date.MustParse("2024-01-12") {
		t.Errorf("%d days", len(a.Series.Days))
	}
}

// What goes from one account to another before it has a price is a flow of each of them
// that nobody knows the size of: no gain of the one nor loss of the other. The portfolio
// that has both sees none.
func TestMovedBeforeItHasAPrice(t *testing.T) {
	s := readStory(t, `
-- ledger --
2024-01-02 deposit 2000 EUR in A
2024-01-02 deposit 100 EUR in B
2024-01-02 buy 10 ACME @ 100 EUR in A
2024-01-03 buy 5 CLUB @ 80 EUR in A
2024-01-04 internal_transfer 5 CLUB in A to B
-- prices --
ACME EUR equity: 2024-01-02 100, 2024-01-03 100, 2024-01-04 101, 2024-01-05 102, 2024-01-08 103, 2024-01-09 104, 2024-01-10 104
CLUB EUR equity: 2024-01-10 95
`)
	const why = "CLUB moved on 2024-01-04 at a value that is not known: no price before 2024-01-10"
	for _, account := range []string{"A", "B"} {
		in := s.input(t)
		in.Node.Accounts = []string{account}
		a := mustRun(t, in)
		for name, f := range map[string]analysis.Figure{"paid in": a.Summary.PaidIn, "gain": a.Summary.Gain, "transfers": a.Change.Transfers, "gain since the beginning": a.Periods[len(a.Periods)-1].Gain} {
			if f.Known() || !slices.Equal(f.Reasons, []string{why}) {
				t.Errorf("%s: %s is %v, %s as %q", account, name, f.Float64(), f.Status, f.Reasons)
			}
		}
		for i, day := range a.Series.Days {
			if unknown, after := math.IsNaN(a.Series.Payment[i]), math.IsNaN(a.Series.Paid[i]); unknown != (day.String() == "2024-01-04") || after != (day.String() >= "2024-01-04") {
				t.Errorf("%s, %s: %v was paid in, until then %v", account, day, a.Series.Payment[i], a.Series.Paid[i])
			}
		}
		// Of a period after it all is known.
		in.Period.Start = date.MustParse("2024-01-08")
		if a := mustRun(t, in); !a.Change.Transfers.Known() || math.IsNaN(a.Series.Paid[len(a.Series.Paid)-1]) {
			t.Errorf("%s: after it %v was transferred: %q", account, a.Change.Transfers.Float64(), a.Change.Transfers.Reasons)
		}
	}
	a := mustRun(t, s.input(t))
	if !a.Summary.PaidIn.Known() || a.Change.Transfers.Float64() != 2100 || a.Series.Paid[len(a.Series.Paid)-1] != 2100 {
		t.Errorf("of both together %v, %v and %v was paid in", a.Summary.PaidIn.Float64(), a.Change.Transfers.Float64(), a.Series.Paid)
	}
}

// Cash in a currency without a rate is left out of the cash by name; where it is all there
// is, the cash is unknown.
func TestCashWithoutARateIsNamed(t *testing.T) {
	s := readStory(t, `
-- ledger --
2024-01-02 deposit 100 EUR in A
2024-01-02 deposit 900 KRW in B
-- prices --
ACME EUR equity: 2024-01-02 100
`)
	in := s.input(t)
	if c := mustRun(t, in).Summary.Cash; c.Status != analysis.Partial || c.Float64() != 100 || len(c.Reasons) != 1 || c.Reasons[0] != "without KRW cash: no exchange rate from KRW to EUR" {
		t.Errorf("cash is %v, %s as %q", c.Float64(), c.Status, c.Reasons)
	}
	in.Node.Accounts = []string{"B"}
	if c := mustRun(t, in).Summary.Cash; c.Known() || len(c.Reasons) != 1 {
		t.Errorf("of won alone cash is %v, %s as %q", c.Float64(), c.Status, c.Reasons)
	}
}
