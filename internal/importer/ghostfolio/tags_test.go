package ghostfolio

import (
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
)

// Tags come by their ids, or whole; the money that pays has none.
func TestTags(t *testing.T) {
	f := mustRead(t, "g.json", `{"tags": [{"id": "t1", "name": "Buy & Hold"}, {"id": "t2", "name": "Retirement"}],
		"activities": [
		{"id": "a", "type": "BUY", "fee": 0, "quantity": 1, "unitPrice": 2, "currency": "EUR", "date": "2024-01-03", "symbol": "ACME", "tags": ["t1", "t2", "gone"]},
		{"id": "b", "type": "BUY", "fee": 0, "quantity": 1, "unitPrice": 2, "currency": "EUR", "date": "2024-01-04", "symbol": "ACME", "tags": [{"id": "x", "name": "Core"}, {"id": "y", "name": "!!"}]},
		{"id": "c", "type": "BUY", "fee": 0, "quantity": 1, "unitPrice": 2, "currency": "EUR", "date": "2024-01-05", "symbol": "ACME", "tags": []},
		{"id": "d", "type": "SELL", "fee": 0, "quantity": 4, "unitPrice": 2, "currency": "EUR", "date": "2024-01-06", "symbol": "ACME", "tags": ["t2"]},
		{"id": "e", "type": "BUY", "fee": 0, "quantity": 1, "unitPrice": 2, "currency": "EUR", "date": "2024-01-07", "symbol": "ACME", "tags": "t1"}]}`, importer.Options{})
	want := []string{"buy hold;retirement", "core", "", "retirement retirement"}
	for i, w := range want {
		var got []string
		for _, x := range f.Rows[i].Transactions {
			if x.Type == ledger.Deposit || x.Type == ledger.Withdrawal {
				if x.Tags.Len() > 0 {
					t.Errorf("row %d: what pays has the tags %q", i+1, x.Tags)
				}
				continue
			}
			got = append(got, x.Tags.String())
		}
		if s := strings.Join(got, " "); s != w {
			t.Errorf("row %d: %q, want %q", i+1, s, w)
		}
	}
	if x := f.Rows[4].Faults; len(x) != 1 || x[0].Field != "tags" {
		t.Errorf("tags that are no list: %v", x)
	}
	if notes := strings.Join(f.Notes, " "); !strings.Contains(notes, "!!, gone.") {
		t.Errorf("%s", notes)
	}
}
