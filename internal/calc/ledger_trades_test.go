package calc

import (
	"errors"
	"strings"
	"testing"
)

// A long round trip of a year, a short one with the gain against what it brought, and
// the rest at the last price: (720 / 606)^(365/547) - 1 = 12.19 % a year.
func TestTradesAnswer(t *testing.T) {
	got := answerText(t, "trades", document(`"prices":{"ACME":[["2024-06-30","150"],["2025-06-30","120"]]},`, `
		{"date":"2023-12-31","type":"buy","symbol":"ACME","quantity":"10","price":"100","fees":"10"}
		{"date":"2024-12-30","type":"sell","symbol":"ACME","quantity":"4","price":"130","fees":"10"}
		{"date":"2024-01-01","type":"sell_short","symbol":"XYZ","quantity":"2","price":"50"}
		{"date":"2024-12-31","type":"buy_to_cover","symbol":"XYZ","quantity":"2","price":"40"}`))
	want := `{"trades":[` +
		`{"closed":true,"side":"long","symbol":"ACME","start":"2023-12-31","end":"2024-12-30","quantity":"4","entry_value":"404","exit_value":"510","profit":"106","days":365,"irr":0.2623762376237625,"return":0.26237623762376237},` +
		`{"closed":true,"side":"short","symbol":"XYZ","start":"2024-01-01","end":"2024-12-31","quantity":"2","entry_value":"100","exit_value":"80","profit":"20","days":365,"irr":0.2,"return":0.2},` +
		`{"closed":false,"side":"long","symbol":"ACME","start":"2023-12-31","quantity":"6","entry_value":"606","exit_value":"720","profit":"114","days":547,"irr":0.1219,"return":0.18811881188118812}]}`
	if a, b := figures(t, got), figures(t, want); a != b {
		t.Errorf("got  %s\nwant %s", a, b)
	}
}

// figures writes trades with their rates to four digits: the last ones are the solver's.
func figures(t *testing.T, answer string) string {
	t.Helper()
	var out strings.Builder
	for _, trade := range decoded(t, answer)["trades"].([]any) {
		row := trade.(map[string]any)
		for _, key := range []string{"closed", "side", "symbol", "start", "end", "quantity", "entry_value", "exit_value", "profit", "days"} {
			out.WriteString(short(row[key]) + " ")
		}
		for _, key := range []string{"irr", "return"} {
			rate, _ := row[key].(float64)
			out.WriteString(short(float64(int(rate*1e4+0.5))/1e4) + " ")
		}
		out.WriteString("\n")
	}
	return out.String()
}

// The rate recorded on the booking beats the market's: 4635 EUR at 0.90 are 5150 USD.
func TestTradesConvertAtTheRecordedRate(t *testing.T) {
	got := answerText(t, "trades", `{"base_currency":"USD","fx":{"EUR/USD":[["2024-06-01","1.25"]]},"prices":{"S":[["2024-07-01","60"]]},"symbols":{"S":{"currency":"USD"}},"transactions":[
		{"date":"2024-01-02","type":"transfer_in","symbol":"S","quantity":"100","amount":"4635","currency":"EUR","fees":"135","gross_foreign":{"currency":"USD","amount":"5000","rate":"0.90"}},
		{"date":"2024-02-01","type":"buy","symbol":"S","quantity":"1","amount":"40","currency":"EUR"}]}`)
	for _, part := range []string{`"entry_value":"5200"`, `"exit_value":"6060"`, `"reasons":{"fx.EUR/USD":"the first rate, of 2024-06-01, stands before it"}`} {
		if !strings.Contains(got, part) {
			t.Errorf("%s does not hold %s", got, part)
		}
	}
}

func TestTradesSayWhatIsUnknown(t *testing.T) {
	got := answerText(t, "trades", document("", `{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1"}`))
	if !strings.Contains(got, `"exit_value":null,"profit":null,"return":null,"irr":null,"days":null,"reasons":{`) {
		t.Errorf("an open trade without a price: %s", got)
	}
	got = answerText(t, "trades", document("", `
		{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1","currency":"USD"}
		{"date":"2024-01-02","type":"sell","symbol":"A","quantity":"1","price":"2","currency":"USD"}`))
	if !strings.Contains(got, `"entry_value":null`) || !strings.Contains(got, `"entry_value":"no_rate"`) {
		t.Errorf("a trade in dollars without a rate: %s", got)
	}
	got = answerText(t, "trades", document("", `
		{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"1"}
		{"date":"2024-01-02","type":"sell","symbol":"A","quantity":"1","price":"2"}`))
	if !strings.Contains(got, `"return":1,"irr":null`) || !strings.Contains(got, `"irr":"all_same_day"`) {
		t.Errorf("a trade of one day: %s", got)
	}
	var refused *Error
	if _, err := Answer("trades", []byte(document("", `{"date":"2024-01-02","type":"sell","symbol":"A","quantity":"1"}`))); !errors.As(err, &refused) || refused.Code != "no_matching_lot" {
		t.Errorf("a sale of nothing: %v", err)
	}
	if _, err := Answer("trades", []byte(`{"transactions":[]}`)); !errors.As(err, &refused) || refused.Code != "missing_field" {
		t.Errorf("no base currency: %v", err)
	}
}

// A premium goes into the shares: one round trip of the shares, none of the option.
func TestExercisedOptionsAreNoRoundTrip(t *testing.T) {
	got := answerText(t, "trades", document("", `
		{"date":"2024-01-02","type":"buy","symbol":"ACME250117C00100000","quantity":"1","amount":"500"}
		{"date":"2024-06-03","type":"option_exercise","symbol":"ACME250117C00100000","quantity":"1"}
		{"date":"2024-07-01","type":"sell","symbol":"ACME","quantity":"100","price":"120"}`))
	if strings.Count(got, `"closed"`) != 1 || !strings.Contains(got, `"entry_value":"10500","exit_value":"12000","profit":"1500"`) {
		t.Errorf("got %s", got)
	}
}
