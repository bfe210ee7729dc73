package web

import "github.com/foliosight/foliosight/internal/web/view"

// A mark that every figure of a card carries is said once, beside the title; of a table,
// beside its total; one that the figures of a row share, beside the row's name. What
// stands beside a single figure is its own.

// marked is the quality that figures share.
type marked struct {
	mark view.Mark
	text string
}

// sharedMark is the one quality of those figures that are not complete, and how many they
// are; none where there are several.
func sharedMark(figures []*view.Figure) (m marked, count int) {
	for _, f := range figures {
		if f.Mark == view.Complete {
			continue
		}
		own := marked{f.Mark, f.MarkText}
		if count > 0 && own != m {
			return marked{}, 0
		}
		m = own
		count++
	}
	return m, count
}

// explained is how many of the figures are an engine's, known and explained; the others
// are words.
func explained(figures []*view.Figure) (count int) {
	for _, f := range figures {
		if f.Explain != nil {
			count++
		}
	}
	return count
}

func unmark(figures []*view.Figure) {
	for _, f := range figures {
		f.Mark, f.MarkText = view.Complete, ""
	}
}

// gatherMarks moves marks from the figures of a card to where they are said once.
func gatherMarks(c *view.Card, loose []view.Figure, tables []*view.FigureTable, after []view.Row) {
	var all []*view.Figure
	for i := range loose {
		all = append(all, &loose[i])
	}
	for _, t := range tables {
		for i := range t.Rows {
			all = append(all, cellsOf(&t.Rows[i])...)
		}
		if t.Total != nil {
			all = append(all, cellsOf(t.Total)...)
		}
	}
	if m, count := sharedMark(all); count >= 2 && count == explained(all) {
		for i := range after {
			if (marked{after[i].Mark, after[i].MarkText}) == m {
				after[i].Mark, after[i].MarkText = view.Complete, ""
			}
		}
		c.Mark, c.MarkText = m.mark, m.text
		unmark(all)
		return
	}
	for _, t := range tables {
		if gatherInTotal(t) {
			continue
		}
		for i := range t.Rows {
			row := &t.Rows[i]
			if m, count := sharedMark(cellsOf(row)); count >= 2 && 2*count > explained(cellsOf(row)) {
				row.Mark, row.MarkText = m.mark, m.text
				unmark(cellsOf(row))
			}
		}
	}
}

// gatherInTotal moves a mark that every figure of a table carries to its total.
func gatherInTotal(t *view.FigureTable) bool {
	if t.Total == nil {
		return false
	}
	all := cellsOf(t.Total)
	own, _ := sharedMark(all)
	for i := range t.Rows {
		all = append(all, cellsOf(&t.Rows[i])...)
	}
	m, count := sharedMark(all)
	if count < 2 || count != explained(all) || own != m {
		return false
	}
	t.Total.Mark, t.Total.MarkText = m.mark, m.text
	unmark(all)
	return true
}

func cellsOf(row *view.FigureRow) []*view.Figure {
	cells := make([]*view.Figure, len(row.Cells))
	for i := range row.Cells {
		cells[i] = &row.Cells[i]
	}
	return cells
}

// settle gathers the marks of every card of the page.
func settle(v *view.Risk) {
	for _, c := range []*view.FiguresCard{v.Exposure, v.Factors, v.Clusters, v.Shares, v.Tail, v.Outlook, v.Names, v.Liquidity, v.Greeks, v.Rates, v.Model} {
		if c == nil {
			continue
		}
		gatherMarks(&c.Card, c.Small, tablesOf(c), c.After)
	}
	if c := v.Sources; c != nil {
		tables := make([]*view.FigureTable, len(c.Views))
		for i := range c.Views {
			tables[i] = &c.Views[i].FigureTable
		}
		gatherMarks(&c.Card, nil, tables, nil)
	}
	if c := v.Backtest; c != nil {
		gatherMarks(&c.Card, c.Stats, nil, nil)
	}
	if c := v.Correlation; c != nil {
		gatherMarks(&c.Card, c.Stats, nil, nil)
	}
}

func tablesOf(c *view.FiguresCard) []*view.FigureTable {
	tables := make([]*view.FigureTable, len(c.Tables))
	for i := range c.Tables {
		tables[i] = &c.Tables[i]
	}
	return tables
}
