package snapshot

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

var day = date.MustParse("2026-05-29")

// What is complete is its value alone; what is not keeps its status and reasons, and
// what is not known is null and never zero.
func TestFiguresAsShown(t *testing.T) {
	exact := analysis.Money(money.MustParse("1234567.89"), "EUR", day, "value")
	for _, c := range []struct {
		figure analysis.Figure
		want   string
	}{
		{exact, `"1234567.89"`},
		{exact.With(analysis.Stale, "no price since 2026-05-01"), `{"value":"1234567.89","status":"stale","reasons":["no price since 2026-05-01"]}`},
		{analysis.Measure(1.0/3, analysis.Fraction, day, "weight"), "0.333333"},
		{analysis.Measure(-0.000012345678, analysis.Fraction, day, "weight"), "-0.0000123457"},
		{analysis.Measure(math.Copysign(0, -1), analysis.Fraction, day, "weight"), "0"},
		{analysis.Unknown(analysis.Fraction, day, "weight", `no "price"`), `{"value":null,"status":"unavailable","reasons":["no \"price\""]}`},
	} {
		got, err := json.Marshal(shown(c.figure))
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if json.Unmarshal(got, &value) != nil {
			t.Errorf("%s is no JSON", got)
		}
		if c.want == "-0.0000123457" { // either way of writing it is the same number
			if value != -0.0000123457 {
				t.Errorf("%s, want %s", got, c.want)
			}
		} else if string(got) != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	for x, want := range map[hundredth]string{0.123: "0.12", -0.999: "-1.00", 0.004: "0", hundredth(math.NaN()): "null"} {
		if got, _ := json.Marshal(x); string(got) != want && string(got) != strings.TrimSuffix(want, "0") {
			t.Errorf("correlation %v: %s, want %s", float64(x), got, want)
		}
	}
}

func TestDocumentRoundTrip(t *testing.T) {
	d := &Document{Day: day, Terms: Terms{Name: "Family", Base: "EUR"}, Ledger: 7, MarketShared: 3, Engine: "2"}
	for i, name := range Names() {
		if err := d.Set(name, []byte(`{"n":`+string(rune('0'+i))+`}`)); err != nil {
			t.Fatal(err)
		}
	}
	text, packed, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Unpack(Format, packed)
	if err != nil || !bytes.Equal(again, text) {
		t.Fatalf("unpacked %s, %v", again, err)
	}
	back, err := Decode(again)
	if err != nil {
		t.Fatal(err)
	}
	if twice, _, _ := back.Encode(); !bytes.Equal(twice, text) {
		t.Errorf("read and written again it is %s, was %s", twice, text)
	}
	if _, err := Unpack("0", packed); !errors.Is(err, ErrFormat) {
		t.Errorf("another format: %v", err)
	}
	if _, err := Unpack(Format, packed[:len(packed)/2]); err == nil {
		t.Error("half a document was read")
	}
	if d.Set("alerts", nil) == nil {
		t.Error("alerts are no section")
	}
	if _, err := Section("alerts", &analysis.Analysis{}); err == nil {
		t.Error("alerts were made")
	}
}

// Without a model of today's holdings the sections that need one say so.
func TestSectionsWithoutModel(t *testing.T) {
	for _, name := range []string{"greeks", "factors", "correlations", "stress"} {
		p, err := Section(name, &analysis.Analysis{AsOf: day})
		if err != nil {
			t.Fatal(err)
		}
		if p.Status != analysis.Unavailable || p.Reason == "" {
			t.Errorf("%s: %s, %q", name, p.Status, p.Reason)
		}
	}
}
