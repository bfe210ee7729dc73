package ledger

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

func TestDocumentRoundTrips(t *testing.T) {
	in := `{"base_currency":"EUR","symbols":{"A":{"currency":"USD","multiplier":"100"}},"accounts":["X",{"name":"Y","currency":"USD"}],
		"method":"LIFO","method_per_account":{"Y":"AVERAGE"},"fees_in_cost_basis":false,"on_oversold":"short","unknown_key":1,
		"transactions":[{"date":"2024-01-02","time":"09:30","type":"sell","symbol":"A","quantity":"1.50","price":2.5,"lot_spec":{},"ratio":"3:2"},
		{"date":"2024-01-02","type":"deposit","amount":"5"}],
		"prices":{"A":[["2024-01-02","3.10"],["2024-01-03",3]]},"fx":{"EUR/USD":[["2024-01-02",1.1]]},"period":{"start":"2024-01-01","end":"2024-12-31"}}`
	d, err := ParseDocument([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if d.Transactions[0].Currency != "USD" || d.Transactions[1].Currency != "EUR" || d.Symbols["A"].Symbol != "A" {
		t.Errorf("defaults: %s, %s, %s", d.Transactions[0].Currency, d.Transactions[1].Currency, d.Symbols["A"].Symbol)
	}
	if d.MethodOf("Y") != Average || d.MethodOf("X") != LIFO || d.CostsInBasis() || d.OnOversold != GoShort || d.Accounts[0].Name != "X" {
		t.Errorf("policy %+v", d.Policy)
	}
	if d.Transactions[0].LotSpec == nil || d.Transactions[0].Time.String() != "09:30:00" || d.Transactions[0].Ratio.String() != "3:2" {
		t.Errorf("booking %+v", d.Transactions[0])
	}
	first, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseDocument(first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(again)
	if err != nil || string(first) != string(second) {
		t.Errorf("written %s\nthen %s (%v)", first, second, err)
	}
	for _, part := range []string{`"quantity":"1.5"`, `["2024-01-03","3"]`} {
		if !strings.Contains(string(first), part) {
			t.Errorf("%s is not in %s", part, first)
		}
	}
}

func TestDocumentRefusesNonsense(t *testing.T) {
	for _, in := range []string{
		`[]`, `{"transactions":[{"date":"2024-02-30"}]}`, `{"transactions":[{"quantity":"ten"}]}`, `{"transactions":[{"ratio":"0:1"}]}`,
		`{"prices":{"A":[["2024-01-02"]]}}`, `{"prices":{"A":[[null,"1"]]}}`, `{"prices":{"A":[["2024-01-02","x"]]}}`, `{"transactions":[{"time":"25:00"}]}`,
	} {
		if d, err := ParseDocument([]byte(in)); err == nil {
			t.Errorf("%s was read as %+v", in, d)
		}
	}
}

func TestClock(t *testing.T) {
	for _, c := range []struct{ in, want string }{{"09:30", "09:30:00"}, {"23:59:59", "23:59:59"}, {"00:00", "00:00:00"}, {"12:00:00.123", "12:00:00"}} {
		got, err := ParseClock(c.in)
		if err != nil || got.String() != c.want || !got.Known() {
			t.Errorf("ParseClock(%q) = %s, %v", c.in, got, err)
		}
	}
	for _, in := range []string{"", "9:30", "24:00", "12:60", "12-30", "12:30-00", "+1:30", " 1:30", "12:3a", "12:30:61", "12:30:0"} {
		if got, err := ParseClock(in); !errors.Is(err, ErrClock) {
			t.Errorf("ParseClock(%q) = %s, %v", in, got, err)
		}
	}
	if Clock(0).Known() || Clock(0).String() != "" {
		t.Error("no time is a time")
	}
}

// Within a day: times where both have one, else splits, what opens, what closes.
func TestSort(t *testing.T) {
	day, next := date.Must(2024, 1, 2), date.Must(2024, 1, 3)
	clock := func(s string) Clock { c, _ := ParseClock(s); return c }
	given := []Transaction{
		{ID: "tomorrow", Date: next, Type: Split},
		{ID: "sale", Date: day, Type: Sell},
		{ID: "move", Date: day, Type: Transfer},
		{ID: "buy", Date: day, Type: Buy},
		{ID: "deposit", Date: day, Type: Deposit},
		{ID: "split", Date: day, Type: Split},
	}
	checkOrder(t, given, "split buy deposit move sale tomorrow")
	checkOrder(t, []Transaction{
		{ID: "second", Date: day, Time: clock("10:00"), Type: Buy},
		{ID: "first", Date: day, Time: clock("09:00"), Type: Sell},
	}, "first second")
	checkOrder(t, []Transaction{
		{ID: "sale", Date: day, Time: clock("09:00"), Type: Sell},
		{ID: "buy", Date: day, Type: Buy},
	}, "buy sale")
}

func checkOrder(t *testing.T, given []Transaction, want string) {
	t.Helper()
	var byOrder []string
	for _, i := range Order(given) {
		byOrder = append(byOrder, given[i].ID)
	}
	sorted := slices.Clone(given)
	Sort(sorted)
	var bySort []string
	for _, b := range sorted {
		bySort = append(bySort, b.ID)
	}
	if strings.Join(bySort, " ") != want || strings.Join(byOrder, " ") != want {
		t.Errorf("sorted %v, ordered %v, want %s", bySort, byOrder, want)
	}
}

// Every type is listed once and says what it does.
func TestTypesHaveEffects(t *testing.T) {
	seen := map[Type]bool{}
	for _, kind := range Types() {
		e, ok := EffectOf(kind)
		if !ok || seen[kind] {
			t.Errorf("%s: known %v, listed before %v", kind, ok, seen[kind])
		}
		seen[kind] = true
		if e.Cash == 0 && e.Position == Untouched && e.Flow == 0 {
			t.Errorf("%s does nothing", kind)
		}
	}
	if len(seen) != len(effects) {
		t.Errorf("%d types are listed, %d have effects", len(seen), len(effects))
	}
	if _, ok := EffectOf("bought"); ok {
		t.Error("an unknown type has an effect")
	}
}
