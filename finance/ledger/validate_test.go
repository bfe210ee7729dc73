package ledger

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// parse reads transactions of a native document.
func parse(t *testing.T, transactions string) []Transaction {
	t.Helper()
	d, err := ParseDocument([]byte(`{"base_currency":"EUR","transactions":[` + transactions + `]}`))
	if err != nil {
		t.Fatalf("%s: %v", transactions, err)
	}
	return d.Transactions
}

func TestValidBookings(t *testing.T) {
	for _, b := range []string{
		`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"100","fees":"1"}`,
		`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"0","amount":"0"}`,
		`{"date":"2024-01-02","type":"sell","symbol":"A","quantity":"1","amount":"-4.99","fees":"5"}`,
		`{"date":"2024-01-02","type":"dividend","symbol":"A","amount":"-5"}`,
		`{"date":"2024-01-02","type":"split","symbol":"A","ratio":"3:2"}`,
		`{"date":"2024-01-02","type":"option_expiry","symbol":"A"}`,
		`{"date":"2024-01-02","type":"option_exercise","symbol":"AAPL250815P00200000","quantity":"1"}`,
		`{"date":"2024-01-02","type":"internal_transfer","amount":"5","account":"a","to_account":"b"}`,
		`{"date":"2024-01-02","type":"internal_transfer","amount":"5","account":"a","to_account":"a","to_amount":"6","to_currency":"USD"}`,
		`{"date":"2024-01-02","type":"transfer","symbol":"A","quantity":"5","account":"a","to_account":"b"}`,
		`{"date":"2024-01-02","type":"spin_off","symbol":"A","to_symbol":"B","ratio":"1:4","cost_fraction":"0.2"}`,
		`{"date":"2024-01-02","type":"merger","symbol":"A","amount":"500"}`,
		`{"date":"2024-01-02","type":"spend","symbol":"ETH","quantity":"0.000000000000000001"}`,
	} {
		if faults := Validate(parse(t, b), nil, date.Must(2024, 1, 2)); len(faults) != 0 {
			t.Errorf("%s: %v", b, faults)
		}
	}
}

func TestFaultsNameThePlaceAndTheCure(t *testing.T) {
	for _, c := range []struct {
		booking, field, value string
		err                   error
	}{
		{`{"date":"2024-01-02","type":"bought"}`, "type", "bought", ErrType},
		{`{"type":"buy","symbol":"A","quantity":"1","price":"1"}`, "date", "", ErrDate},
		{`{"date":"2024-01-03","type":"deposit","amount":"1"}`, "date", "2024-01-03", ErrDate},
		{`{"date":"2024-01-02","type":"deposit","amount":"1","currency":"eur"}`, "currency", "eur", money.ErrCurrency},
		{`{"date":"2024-01-02","type":"deposit","amount":"1","currency":"<invalid>"}`, "currency", "<invalid>", money.ErrCurrency},
		{`{"date":"2024-01-02","type":"deposit"}`, "amount", "", ErrNoAmount},
		{`{"date":"2024-01-02","type":"deposit","amount":"-5"}`, "amount", "-5", ErrSign},
		{`{"date":"2024-01-02","type":"buy","quantity":"1","price":"1"}`, "symbol", "", ErrMissing},
		{`{"date":"2024-01-02","type":"buy","symbol":"A","price":"1"}`, "quantity", "", ErrMissing},
		{`{"date":"2024-01-02","type":"sell","symbol":"A","quantity":"-3","price":"1"}`, "quantity", "-3", ErrSign},
		{`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"0","price":"1"}`, "quantity", "0", ErrSign},
		{`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"-1"}`, "price", "-1", ErrSign},
		{`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","price":"0"}`, "price", "0", ErrMissing},
		{`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1"}`, "price", "", ErrNoAmount},
		{`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","amount":"4","fees":"5"}`, "amount", "4", ErrSign},
		{`{"date":"2024-01-02","type":"transfer_in","symbol":"A","quantity":"1"}`, "amount", "", ErrNoAmount},
		{`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1.0000000000000000001","price":"1"}`, "quantity", "1.0000000000000000001", money.ErrRange},
		{`{"date":"2024-01-02","type":"deposit","amount":"123456789012345678901"}`, "amount", "123456789012345678901", money.ErrRange},
		{`{"date":"2024-01-02","type":"split","symbol":"A"}`, "ratio", "", ErrMissing},
		{`{"date":"2024-01-02","type":"transfer","symbol":"A","quantity":"1","account":"a"}`, "to_account", "", ErrMissing},
		{`{"date":"2024-01-02","type":"transfer","symbol":"A","quantity":"1","account":"a","to_account":"a"}`, "to_account", "a", ErrSelf},
		{`{"date":"2024-01-02","type":"internal_transfer","amount":"5","account":"a","to_account":"a"}`, "to_account", "a", ErrSelf},
		{`{"date":"2024-01-02","type":"internal_transfer","amount":"5","account":"a","to_account":"b","to_currency":"USD"}`, "to_amount", "", ErrMissing},
		{`{"date":"2024-01-02","type":"internal_transfer","amount":"-5","account":"a","to_account":"b"}`, "amount", "-5", ErrSign},
		{`{"date":"2024-01-02","type":"spin_off","symbol":"A","to_symbol":"B","ratio":"1:4"}`, "cost_fraction", "", ErrMissing},
		{`{"date":"2024-01-02","type":"spin_off","symbol":"A","to_symbol":"B","ratio":"1:4","cost_fraction":"20"}`, "cost_fraction", "20", ErrMissing},
		{`{"date":"2024-01-02","type":"merger","symbol":"A","to_symbol":"A","ratio":"1:1"}`, "to_symbol", "A", ErrSelf},
		{`{"date":"2024-01-02","type":"merger","symbol":"A","to_symbol":"B"}`, "ratio", "", ErrMissing},
		{`{"date":"2024-01-02","type":"merger","symbol":"A"}`, "to_symbol", "", ErrMissing},
		{`{"date":"2024-01-02","type":"option_assignment","symbol":"A","quantity":"1"}`, "symbol", "A", ErrNoTerms},
		{`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"1","amount":"4","gross_foreign":{"currency":"USD","amount":"5","rate":"0"}}`, "gross_foreign", "5 × 0", ErrSign},
		{`{"date":"2024-01-02","type":"buy","symbol":"A\nB","quantity":"1","amount":"4"}`, "symbol", "A\nB", ErrMissing},
	} {
		given := parse(t, `{"date":"2024-01-02","type":"deposit","amount":"1","id":"ok"},`+strings.Replace(c.booking, "{", `{"id":"x",`, 1))
		faults := Validate(given, nil, date.Must(2024, 1, 2))
		if len(faults) != 1 {
			t.Errorf("%s: %d faults: %v", c.booking, len(faults), faults.Unwrap())
			continue
		}
		f := faults[0]
		if f.Row != 2 || f.ID != "x" || f.Field != c.field || f.Value != c.value || f.Cure == "" || !errors.Is(faults, c.err) {
			t.Errorf("%s: row %d, id %s, field %s, value %q, cure %q, %v", c.booking, f.Row, f.ID, f.Field, f.Value, f.Cure, f.Err)
		}
		for _, part := range []string{"row 2", "transaction x", f.Cure} {
			if !strings.Contains(f.Error(), part) {
				t.Errorf("%q does not say %q", f.Error(), part)
			}
		}
	}
}

func TestAllFaultsOfAllRowsAreFound(t *testing.T) {
	given := parse(t, `{"id":"1","date":"2024-01-02","type":"sell","quantity":"-1","price":"-2"},
		{"id":"1","date":"2024-01-02","type":"deposit","amount":"1"}`)
	faults := Validate(given, nil, date.None)
	var fields []string
	for _, f := range faults {
		fields = append(fields, fmt.Sprint(f.Row, f.Field))
	}
	if got := strings.Join(fields, " "); got != "1symbol 1quantity 1price 2id" {
		t.Errorf("faults of %s", got)
	}
	if !errors.Is(faults, ErrDuplicate) || !strings.Contains(faults.Error(), "and 3 more") {
		t.Errorf("%v", faults)
	}
}

// A ratio of zero cannot be read from text, but a program can make one.
func TestRatiosArePositive(t *testing.T) {
	b := Transaction{Date: date.Must(2024, 1, 2), Type: Split, Symbol: "A", Ratio: &Ratio{New: money.Int(2)}}
	if f := Readable(&b); f == nil || !errors.Is(f, ErrRatio) {
		t.Errorf("2:0 is %v", f)
	}
	for _, s := range []string{"0:1", "1:0", "-2:1", "a:b", "", ":", "2:1:1"} {
		if r, err := ParseRatio(s); !errors.Is(err, ErrRatio) {
			t.Errorf("ParseRatio(%q) = %v, %v", s, r, err)
		}
	}
}

func TestFingerprint(t *testing.T) {
	at := func(s string) string { return Fingerprint(&parse(t, s)[0]) }
	plain := at(`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"100","fees":"1"}`)
	if same := at(`{"id":"other","note":"n","date":"2024-01-02","type":"buy","symbol":"A","quantity":"10.00","price":"1e2","fees":"1.0","currency":"EUR"}`); same != plain {
		t.Error("digits, id and note change the fingerprint")
	}
	seen := map[string]string{plain: "plain"}
	for _, other := range []string{
		`{"date":"2024-01-03","type":"buy","symbol":"A","quantity":"10","price":"100","fees":"1"}`,
		`{"date":"2024-01-02","type":"sell","symbol":"A","quantity":"10","price":"100","fees":"1"}`,
		`{"date":"2024-01-02","type":"buy","symbol":"B","quantity":"10","price":"100","fees":"1"}`,
		`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"11","price":"100","fees":"1"}`,
		`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"101","fees":"1"}`,
		`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","amount":"100","fees":"1"}`,
		`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"100","taxes":"1"}`,
		`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"100","fees":"1","currency":"USD"}`,
		`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"100","fees":"1","account":"X"}`,
		`{"date":"2024-01-02","type":"buy","symbol":"A","quantity":"10","price":"100"}`,
	} {
		f := at(other)
		if before, ok := seen[f]; ok {
			t.Errorf("%s has the fingerprint of %s", other, before)
		}
		seen[f] = other
	}
	a, b := at(`{"date":"2024-01-02","type":"buy","source":"T-1","account":"X"}`), at(`{"date":"2024-02-02","type":"sell","source":"T-1","account":"X"}`)
	if a != b {
		t.Error("the reference of the source does not decide")
	}
	if c := at(`{"date":"2024-01-02","type":"buy","source":"T-1","account":"Y"}`); c == a {
		t.Error("two accounts share a reference")
	}
}
