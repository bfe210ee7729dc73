package web

import "testing"

// What is not traded is written alike before and after, and both sides add up. Rounded
// apart, the largest remainder would move a row of the first two.
func TestUnchangedHoldingsDoNotMove(t *testing.T) {
	list := []sized{{before: 10.4, after: 10.4}, {before: 20.4, after: 20.4}, {before: 30.4, after: 25.1, changed: true}, {before: 40.4, after: 45.7, changed: true}}
	settleSizes(list, 101.6, 101.6)
	before, after := 0.0, 0.0
	for i, l := range list {
		before, after = before+l.before, after+l.after
		if !l.changed && l.before != l.after {
			t.Errorf("row %d is not traded and goes from %v to %v", i, l.before, l.after)
		}
	}
	if before != 102 || after != 102 {
		t.Errorf("the rows add up to %v and %v, want 102", before, after)
	}
}
