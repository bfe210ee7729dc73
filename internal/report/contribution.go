package report

import (
	"fmt"
	"strconv"

	"github.com/foliosight/foliosight/finance/analysis"
)

// How many holdings are shown of those that added most, and of those that cost most.
const (
	mostAdded = 8
	mostTaken = 6
)

// contributions are the tables of what each holding and currency added to the return.
func contributions(c *analysis.Contribution) []table {
	if c == nil || c.Reason != "" {
		return nil
	}
	foreign := len(c.Currency) > 2 || abroad(&c.Effects)
	line := func(name string, r *analysis.ContributionRow) []string { return contributionRow(name, r, foreign) }
	t := table{title: "What each holding added to the return", head: contributionHead("Symbol", foreign)}
	shown := func(i int) bool { return i < mostAdded || i >= len(c.Holdings)-mostTaken }
	left, others := 0, 0.0
	for i := range c.Holdings {
		row := &c.Holdings[i]
		if !shown(i) {
			left++
			others += row.Contribution.Float64()
			if shown(i + 1) {
				row := make([]string, len(t.head))
				row[0], row[len(row)-1] = strconv.Itoa(left)+" others", decimals(100*others)+"%"
				t.rows = append(t.rows, row)
			}
			continue
		}
		t.rows = append(t.rows, line(row.Key, row))
	}
	t.rows = append(t.rows, line("Cash and costs", &c.Rest), line("Time-weighted return", &c.Effects))
	t.notes = []string{"Percentage points of the return, linked after " + sentence(c.Linking) + "."}
	if foreign {
		t.notes = append(t.notes, "What was added is what was earned in the holding's own currency, what that currency did, and both together.")
	}
	if c.LinkNote != "" {
		t.notes = append(t.notes, sentence(c.LinkNote))
	}
	if c.Unlinked.Known() && !c.Unlinked.Amount.Decimal.IsZero() {
		t.notes = append(t.notes, fmt.Sprintf("%s were gained on days on which nothing was invested, which no return holds.", amount(c.Unlinked)))
	}
	out := []table{t}
	for _, g := range []struct {
		by   string
		rows []analysis.ContributionRow
	}{{"sector", c.Sector}, {"currency", c.Currency}} {
		if len(g.rows) < 3 { // one group and cash say nothing new
			continue
		}
		t := table{title: "What each " + g.by + " added to the return", head: contributionHead("", foreign)}
		for i := range g.rows {
			name := g.rows[i].Key
			if name == "cash" {
				name = "Cash and costs"
			}
			t.rows = append(t.rows, line(name, &g.rows[i]))
		}
		out = append(out, t)
	}
	return out
}

// abroad reports whether exchange rates did anything.
func abroad(all *analysis.ContributionRow) bool {
	return all.FX.Float64() != 0 || all.Cross.Float64() != 0
}

func contributionHead(first string, foreign bool) []string {
	head := []string{first, "Mean weight", "Return", "Gain"}
	if foreign {
		head = append(head, "Local", "Currency", "Both")
	}
	return append(head, "Added")
}

func contributionRow(name string, r *analysis.ContributionRow, foreign bool) []string {
	own := ""
	if r.Return.Known() {
		own = fraction(r.Return)
	}
	row := []string{name, fraction(r.Weight), own, amount(r.Gain)}
	if foreign {
		row = append(row, fraction(r.Local), fraction(r.FX), fraction(r.Cross))
	}
	return append(row, fraction(r.Contribution))
}
