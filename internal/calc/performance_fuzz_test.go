package calc

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/workload"
)

func FuzzPerformance(f *testing.F) {
	fuzzEngine(f, "performance",
		`{"base_currency":"EUR","period":{"start":"2024-01-01","end":"2024-12-31"},"daily":true,"transactions":[{"date":"2024-01-02","type":"deposit","amount":"100","currency":"EUR"},{"date":"2024-01-03","type":"buy","symbol":"A","quantity":"1","price":"50","currency":"USD"}],"prices":{"A":[["2024-01-03","50"],["2024-06-03","60"]]},"fx":{"EUR/USD":[["2024-01-03","1.1"]]}}`,
		`{"base_currency":"EUR","period":{"start":"2024-01-01","end":"2024-12-31"},"scope":"security","symbol":"A","on_oversold":"zero_cost","transactions":[{"date":"2024-01-03","type":"sell","symbol":"A","quantity":"1","price":"50","currency":"EUR"},{"date":"2024-02-03","type":"split","symbol":"A","ratio":"2:1"}]}`,
		`{"base_currency":"EUR","period":{"start":"2024-01-01","end":"2024-12-31"},"scope":"fund","valuations":[["2024-01-01","100"],["2024-06-01","120"]],"transactions":[{"date":"2024-03-03","type":"withdrawal","amount":"10","currency":"EUR"}]}`,
		`{"base_currency":"EUR","period":{"start":"","end":"2024-12-31"},"daily":true,"transactions":[]}`,
		`{"base_currency":"EUR","period":{"start":"1583-01-01","end":"9999-12-31"},"transactions":[{"date":"1583-01-03","type":"deposit","amount":"99999999999999999999","currency":"JPY"}]}`)
}

// Documents that are right but for one thing, or a few, get an answer or a refusal.
func TestPerformanceOfBrokenDocuments(t *testing.T) {
	answered, refused := 0, 0
	for seed := range uint64(25) {
		r := workload.NewRandom(seed, 30)
		r.Document.Period = &ledger.Period{Start: r.First, End: r.Last}
		raw, err := json.Marshal(&r.Document)
		if err != nil {
			t.Fatal(err)
		}
		g := rand.New(rand.NewPCG(seed, 3))
		for k := range 8 {
			var doc map[string]any
			if err := json.Unmarshal(raw, &doc); err != nil {
				t.Fatal(err)
			}
			doc["daily"], doc["scope"] = g.IntN(2) == 0, []string{"portfolio", "security", "fund"}[g.IntN(3)]
			doc["symbol"] = "ACME"
			for range k { // the first is whole
				breakOne(g, doc)
			}
			request, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			body, err := Answer("performance", request)
			var no *Error
			switch {
			case errors.As(err, &no):
				if refused++; no.Code == "" || no.Detail == "" {
					t.Fatalf("seed %d: refused as %+v", seed, no)
				}
			case err != nil:
				t.Fatalf("seed %d: %v", seed, err)
			case !json.Valid(body):
				t.Fatalf("seed %d: answer %s", seed, body)
			default:
				answered++
			}
		}
	}
	if answered < 30 || refused < 30 {
		t.Fatalf("%d answered, %d refused: the documents are not what they should be", answered, refused)
	}
}

// breakOne puts something else in a random place of a document.
func breakOne(g *rand.Rand, doc map[string]any) {
	bookings, _ := doc["transactions"].([]any)
	odd := []any{nil, "", "x", "-1", "0", "1e30", "99999999999999999999", "0.000000000000000001", 7, true, []any{}, map[string]any{}, "2024-02-30", "1583-01-01", "9999-12-31", "EUR", "USD", "XXX", "sell", "split", "2:0", "1:3"}
	if len(bookings) == 0 || g.IntN(8) == 0 {
		keys := []string{"prices", "fx", "symbols", "base_currency", "method", "on_oversold", "period", "valuations", "accounts"}
		key := keys[g.IntN(len(keys))]
		if doc[key] = odd[g.IntN(len(odd))]; g.IntN(2) == 0 {
			delete(doc, key)
		}
		return
	}
	b, ok := bookings[g.IntN(len(bookings))].(map[string]any)
	if !ok {
		return
	}
	keys := []string{"date", "type", "account", "symbol", "quantity", "price", "amount", "currency", "fees", "taxes", "ratio", "to_symbol", "to_account", "gross_foreign", "lot_spec", "to_amount", "cost_fraction"}
	key := keys[g.IntN(len(keys))]
	if b[key] = odd[g.IntN(len(odd))]; g.IntN(3) == 0 {
		delete(b, key)
	}
}
