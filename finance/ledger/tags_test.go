package ledger

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"pgregory.net/rapid"
)

func TestNormalTag(t *testing.T) {
	for _, row := range []struct{ given, want string }{
		{"Core", "core"}, {"  Savings   Plan ", "savings plan"}, {"ÜBER", "über"}, {"Cafe\u0301", "caf\u00e9"}, {"tax-2025", "tax-2025"}, {" \t", ""},
	} {
		if got := NormalTag(row.given); got != row.want {
			t.Errorf("%q: %q, want %q", row.given, got, row.want)
		}
	}
}

func TestCheckTag(t *testing.T) {
	for _, good := range []string{"core", "2025", "savings plan", "tax-loss_harvest", "größe", "बचत", strings.Repeat("ü", 40)} {
		if f := CheckTag(good); f != nil {
			t.Errorf("%q: %v", good, f)
		}
	}
	for _, bad := range []string{"", " ", "a;b", "a,b", "=1+1", "-x", "_x", "a/b", "<b>", "a\x00b", "\xff", strings.Repeat("x", 41)} {
		f := CheckTag(bad)
		if f == nil || f.Field != "tags" || f.Problem == "" || f.Cure == "" || !errors.Is(f, ErrTag) {
			t.Errorf("%q: %+v", bad, f)
		}
	}
}

// A set is a value: however it was put together, the same tags are equal, and what is
// written is read again.
func TestTagsAreASet(t *testing.T) {
	words := rapid.SliceOf(rapid.StringMatching(`[A-Za-zäÖ0-9][A-Za-zäÖ0-9 _-]{0,12}`))
	rapid.Check(t, func(t *rapid.T) {
		given, other := words.Draw(t, "given"), words.Draw(t, "other")
		set := NewTags(given...)
		backwards := slices.Clone(given)
		slices.Reverse(backwards)
		if NewTags(append(backwards, given...)...) != set || NewTags(set.List()...) != set {
			t.Fatalf("%q is not the same set in another order", given)
		}
		if !slices.IsSorted(set.List()) || set.Len() > len(given) {
			t.Fatalf("%q is no set in order", set.List())
		}
		if ReadTags(set.String()) != set {
			t.Fatalf("%q: read back as %v", set, ReadTags(set.String()).List())
		}
		b, err := json.Marshal(set)
		var again Tags
		if err != nil || json.Unmarshal(b, &again) != nil || again != set {
			t.Fatalf("%s: read back as %v", b, again.List())
		}
		if set.With(other...).Without(other...) != set.Without(other...) || set.With(given...) != set {
			t.Fatalf("%v with and without %v", set.List(), other)
		}
		for _, w := range other {
			if set.With(other...).Has(w) != (NormalTag(w) != "") || set.Without(other...).Has(w) {
				t.Fatalf("%q", w)
			}
		}
	})
}

// What another program calls a tag becomes one of ours, or is named as dropped.
func TestTagsOfOthers(t *testing.T) {
	got, dropped := TagsOf("Buy & Hold", "ESG/Green", "…", "-", "EMERGENCY_FUND", strings.Repeat("long ", 12))
	want := NewTags("buy hold", "esg green", "emergency_fund", strings.TrimSpace(strings.Repeat("long ", 8)))
	if got != want || !slices.Equal(dropped, []string{"…", "-"}) {
		t.Errorf("%q, dropped %q; want %q", got.List(), dropped, want.List())
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.String(), 0, 30).Draw(t, "words")
		set, _ := TagsOf(words...)
		if set.Len() > MaxTags {
			t.Fatalf("%d tags", set.Len())
		}
		for _, tag := range set.List() {
			if f := CheckTag(tag); f != nil {
				t.Fatal(f)
			}
		}
	})
}

func TestValidateTags(t *testing.T) {
	var d Document
	err := json.Unmarshal([]byte(`{"base_currency":"EUR","transactions":[
		{"id":"a","date":"2025-01-02","type":"deposit","amount":"10","currency":"EUR","tags":["Core","core"]},
		{"id":"b","date":"2025-01-02","type":"deposit","amount":"10","currency":"EUR","tags":["a;b"]},
		{"id":"c","date":"2025-01-02","type":"deposit","amount":"10","currency":"EUR","tags":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20","21"]}]}`), &d)
	if err != nil {
		t.Fatal(err)
	}
	if d.Transactions[0].Tags != NewTags("core") {
		t.Errorf("read as %q", d.Transactions[0].Tags.List())
	}
	faults := Validate(d.Transactions, nil, date.None)
	if len(faults) != 2 || faults[0].Row != 2 || faults[0].ID != "b" || faults[0].Field != "tags" || faults[0].Value != "a;b" || faults[1].Row != 3 || faults[1].Value != "21" || faults[1].Cure == "" {
		t.Errorf("%v", faults)
	}
	if b, _ := json.Marshal(Transaction{Type: Deposit}); strings.Contains(string(b), "tags") {
		t.Errorf("a booking without tags writes %s", b)
	}
}

// What a booking is recognised by does not depend on its tags.
func TestFingerprintWithoutTags(t *testing.T) {
	plain := Transaction{Date: date.MustParse("2025-01-02"), Type: Deposit, Account: "a"}
	tagged := plain
	tagged.Tags = NewTags("core")
	if Fingerprint(&plain) != Fingerprint(&tagged) {
		t.Error("tags change the fingerprint")
	}
}
