package demo

import (
	"strings"
	"testing"
)

// Every rule finds bookings, and they bear its tag.
func TestTags(t *testing.T) {
	found := map[string]int{}
	for _, b := range Books(asOf) {
		for i := range b.Transactions {
			x := &b.Transactions[i]
			for _, rule := range tagsByNote {
				if !strings.HasPrefix(x.Note, rule.note) {
					continue
				}
				if found[rule.note]++; !x.Tags.Has(rule.tag) {
					t.Errorf("%s %q has the tags %q", b.Key, x.Note, x.Tags)
				}
			}
		}
	}
	for _, rule := range tagsByNote {
		if found[rule.note] == 0 {
			t.Errorf("no note begins with %q", rule.note)
		}
	}
}
