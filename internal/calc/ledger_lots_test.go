package calc

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// document fills a ledger document around bookings, for the tests' sake one a line.
func document(more, bookings string) string {
	var list []string
	for line := range strings.Lines(bookings) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return `{"base_currency":"EUR",` + more + `"transactions":[` + strings.Join(list, ",") + `]}`
}

func answerText(t *testing.T, engine, request string) string {
	t.Helper()
	body, err := Answer(engine, []byte(request))
	if err != nil {
		t.Fatalf("%s: %v", engine, err)
	}
	return string(body)
}

// 10 at 101 with costs; 4 sold for 480 − 10 after 14 months: 470 − 404 = 66.
func TestLotsAnswer(t *testing.T) {
	got := answerText(t, "lots", document("", `
		{"date":"2023-01-02","type":"buy","account":"D","symbol":"ACME","quantity":"10","price":"100","fees":"10","lot_label":"first"}
		{"date":"2024-02-01","type":"buy","account":"D","symbol":"ACME","quantity":"2","price":"110"}
		{"date":"2024-03-01","type":"sell","account":"D","symbol":"ACME","quantity":"4","price":"120","fees":"10"}`))
	want := `{"remaining_lots":[{"account":"D","symbol":"ACME","quantity":"6","cost":"101","currency":"EUR","date":"2023-01-02","label":"first"},` +
		`{"account":"D","symbol":"ACME","quantity":"2","cost":"110","currency":"EUR","date":"2024-02-01"}],` +
		`"reductions":[{"account":"D","symbol":"ACME","quantity":"4","cost":"101","currency":"EUR","date":"2023-01-02","label":"first"}],` +
		`"realised_gains":["66"],"remaining_cost":"826","remaining_quantity":"8","average_cost":"103.25",` +
		`"long_term_cost":"404","long_term_quantity":"4","short_term_cost":"0","short_term_quantity":"0",` +
		`"missing_quantity":"0","oversold":false,"fees_expensed":"0"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLotsSayWhatIsUnknown(t *testing.T) {
	for _, c := range []struct{ claim, request, want string }{
		{"a sale without a price has no gain", document("", `
			{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1"}
			{"date":"2024-01-03","type":"sell","symbol":"A","quantity":"1"}`), `"realised_gains":[null]`},
		{"and the reason is given", document("", `
			{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1"}
			{"date":"2024-01-03","type":"sell","symbol":"A","quantity":"1"}`), `"reasons":{"average_cost":"nothing_held","realised_gains":"no_price"}`},
		{"nor has one paid in another currency", document("", `
			{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1"}
			{"date":"2024-01-03","type":"sell","symbol":"A","quantity":"1","price":"2","currency":"USD"}`), `"realised_gains":"mixed_currency"`},
		{"costs in two currencies do not add up", document("", `
			{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1"}
			{"date":"2024-01-03","type":"buy","symbol":"A","quantity":"1","price":"2","currency":"USD"}`), `"remaining_cost":null`},
		{"pieces of two symbols neither", document("", `
			{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1"}
			{"date":"2024-01-03","type":"buy","symbol":"B","quantity":"1","price":"2"}`), `"remaining_quantity":null`},
		{"an unmatched sale of method NONE realises nothing that is known", document(`"method":"NONE",`, `
			{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1"}
			{"date":"2024-01-03","type":"sell","symbol":"A","quantity":"1","price":"2"}`), `"realised_gains":"no_lot_closed"`},
		{"an empty ledger has empty lists", document("", ""), `"remaining_lots":[],"reductions":[],"realised_gains":[]`},
		{"what is missing is said", document(`"on_oversold":"zero_cost",`, `
			{"date":"2024-01-03","type":"sell","symbol":"A","quantity":"3","price":"2"}`), `"missing_quantity":"3","oversold":true`},
		{"expensed fees and taxes are added up", document(`"fees_in_cost_basis":false,`, `
			{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1","fees":"2","taxes":"0.5"}
			{"date":"2024-01-03","type":"sell","symbol":"A","quantity":"1","price":"5","fees":"1"}`), `"fees_expensed":"3.5"`},
	} {
		if got := answerText(t, "lots", c.request); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s does not hold %s", c.claim, got, c.want)
		}
	}
}

func TestRefusedSalesKeepTheStateBefore(t *testing.T) {
	two := `{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1"}
		{"date":"2024-01-03","type":"buy","symbol":"A","quantity":"1","price":"2"}
		`
	for _, c := range []struct{ policy, sale, code string }{
		{``, `{"date":"2024-02-01","type":"sell","symbol":"A","quantity":"3"}`, "insufficient_lots"},
		{``, `{"date":"2024-02-01","type":"sell","symbol":"B","quantity":"3"}`, "no_matching_lot"},
		{``, `{"date":"2024-02-01","type":"sell","symbol":"A","quantity":"1","lot_spec":{"label":"x"}}`, "no_matching_lot"},
		{`"method":"STRICT",`, `{"date":"2024-02-01","type":"sell","symbol":"A","quantity":"1"}`, "ambiguous_match"},
		{``, `{"date":"2024-02-01","type":"buy","symbol":"A","quantity":"1"}`, "cannot_infer_cost"},
		{`"method":"FIFOALL",`, `{"date":"2024-02-01","type":"buy","symbol":"A","account":"other","quantity":"1","price":"1"}
			{"date":"2024-02-02","type":"sell","symbol":"A","account":"other","quantity":"1"}`, "better_lot_in_other_account"},
		{`"method":"AVERAGE",`, `{"date":"2024-02-01","type":"buy","symbol":"A","quantity":"1","price":"1","currency":"USD"}
			{"date":"2024-02-02","type":"sell","symbol":"A","quantity":"1"}`, "mixed_cost_currency"},
		{`"method":"BEST",`, `{"date":"2024-02-01","type":"sell","symbol":"A","quantity":"1"}`, "unknown_method"},
		{``, `{"date":"2024-02-01","type":"split","symbol":"A"}`, "bad_terms"},
		{``, `{"date":"2024-02-01","type":"sell","symbol":"A"}`, "bad_quantity"},
		{``, `{"date":"2024-02-01","type":"option_exercise","symbol":"A","quantity":"1"}`, "unknown_option"},
	} {
		_, err := Answer("lots", []byte(document(c.policy, two+c.sale)))
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != c.code {
			t.Errorf("%s %s: %v, want %s", c.policy, c.sale, err, c.code)
			continue
		}
		var lots []map[string]any
		raw, _ := json.Marshal(refused.Fields["remaining_lots"])
		if err := json.Unmarshal(raw, &lots); err != nil || len(lots) < 2 || lots[0]["quantity"] != "1" {
			t.Errorf("%s: remaining_lots %s", c.code, raw)
		}
	}
	for _, bad := range []string{`{"transactions":[{"date":"2024-01-02","type":"bought"}]}`, `{"transactions":[{"type":"buy"}]}`, `{"transactions":[{"date":"2024-01-02","type":"buy","quantity":"1e30"}]}`} {
		var refused *Error
		if _, err := Answer("lots", []byte(bad)); !errors.As(err, &refused) || refused.Code != "bad_transaction" || !strings.Contains(refused.Detail, "row 1") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func FuzzLots(f *testing.F) {
	fuzzEngine(f, "lots", ledgerSeeds...)
}

func FuzzTrades(f *testing.F) {
	fuzzEngine(f, "trades", ledgerSeeds...)
}

var ledgerSeeds = []string{
	document(`"method":"AVERAGEALL","on_oversold":"zero_cost",`, `
		{"date":"2024-01-02","type":"buy","account":"a","symbol":"A","quantity":"10","price":"1","fees":"1"}
		{"date":"2024-01-03","type":"transfer","account":"a","to_account":"b","symbol":"A","quantity":"3"}
		{"date":"2024-01-04","type":"sell","account":"a","symbol":"A","quantity":"9","amount":"20"}`),
	document(`"on_oversold":"short","prices":{"A":[["2024-02-01","3"]]},"fx":{"EUR/USD":[["2024-01-01",1.1]]},`, `
		{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"1","currency":"USD"}
		{"date":"2024-01-03","type":"split","symbol":"A","ratio":"1:3"}
		{"date":"2024-01-04","type":"sell","symbol":"A","quantity":"9","amount":"20","currency":"USD"}
		{"date":"2024-01-05","type":"spin_off","symbol":"A","to_symbol":"B","ratio":"1:2","cost_fraction":"0.1"}
		{"date":"2024-01-05","type":"merger","symbol":"B","to_symbol":"C","ratio":"3:2","amount":"5"}`),
	document("", `
		{"date":"2024-01-02","type":"buy","symbol":"A250117C00100000","quantity":"2","price":"1"}
		{"date":"2024-01-03","type":"option_exercise","symbol":"A250117C00100000","quantity":"1"}
		{"date":"2024-01-03","type":"option_expiry","symbol":"A250117C00100000"}
		{"date":"2024-01-04","type":"return_of_capital","symbol":"A","amount":"5"}`),
	document(`"method":"STRICT_WITH_SIZE",`, `{"date":"2024-01-02","type":"sell","symbol":"A","quantity":"1e400","price":"1"}`),
	`{"transactions":null}`, `{"transactions":[{}]}`, `{"symbols":{"A":{"multiplier":"0"}},"transactions":[{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","amount":"1"}]}`,
}

func decoded(t *testing.T, body string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func short(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}
