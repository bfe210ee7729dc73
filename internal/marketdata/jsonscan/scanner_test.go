package jsonscan_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

func accepted(b []byte) bool {
	s := jsonscan.New(b)
	s.Skip()
	s.End()
	return s.Err() == nil
}

// What is JSON, and what is not, after RFC 8259.
func TestItAcceptsWhatIsJSON(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, `null`, ` true `, `-0`, `0.5e-3`, `[1,2 , 3]`, `{"a":{"b":[null,"x\u00e9\ud83d\ude00\n"]}}`, `"\ud83d"`,
		``, `{`, `[1,]`, `{"a"}`, `{"a":}`, `{a:1}`, `01`, `1.`, `.5`, `+1`, `1e`, `nul`, `"a`, `"\x"`, "\"\n\"", `"\u12g4"`, `[1] 2`, `{"a":1,}`, `NaN`, "0\x00",
	} {
		if got, want := accepted([]byte(text)), json.Valid([]byte(text)); got != want {
			t.Errorf("%q: accepted %t, want %t", text, got, want)
		}
	}
	for n, want := range map[int]bool{40: true, 41: false, 5000: false} {
		if deep := []byte(strings.Repeat("[", n) + "1" + strings.Repeat("]", n)); accepted(deep) != want {
			t.Errorf("%d lists within each other: accepted %t", n, !want)
		}
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range []string{`{"a":[1.5,null,"\u00e9\"",true]}`, `[1e5,-0.25]`, `{"a":`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, want := accepted(b), json.Valid(b); got && !want {
			t.Errorf("%q is accepted", b)
		} else if want && !got && strings.Count(string(b), "[")+strings.Count(string(b), "{") <= 40 {
			t.Errorf("%q is not accepted", b)
		}
	})
}

func TestTextsAreUnescaped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.String().Draw(t, "text")
		b, _ := json.Marshal(want)
		s := jsonscan.New(b)
		if got := string(s.Text()); got != want || s.Err() != nil {
			t.Fatalf("%s gives %q (%v), want %q", b, got, s.Err(), want)
		}
	})
}

// The quick way to a float64 gives the same bits as strconv.
func TestNumbersAreRoundedCorrectly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "value")
		for _, format := range []byte{'g', 'f', 'e'} {
			text := strconv.FormatFloat(v, format, rapid.IntRange(-1, 17).Draw(t, "digits"), 64)
			want, err := strconv.ParseFloat(text, 64)
			if got := jsonscan.Float([]byte(text)); err == nil && math.Float64bits(got) != math.Float64bits(want) {
				t.Fatalf("%q is %v, want %v", text, got, want)
			}
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strconv.FormatFloat(rapid.Float64Range(-1e6, 1e6).Draw(t, "value"), rapid.SampledFrom([]byte{'f', 'e'}).Draw(t, "format"), rapid.IntRange(-1, 17).Draw(t, "digits"), 64)
		places := rapid.IntRange(0, 6).Draw(t, "places")
		digits, exponent, _ := strings.Cut(text, "e")
		by, _ := strconv.Atoi(exponent)
		want, _ := strconv.ParseFloat(digits+"e"+strconv.Itoa(by-places), 64)
		if got := jsonscan.Shifted([]byte(text), places); math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%q by %d places is %v, want %v", text, places, got, want)
		}
	})
	for _, text := range []string{"", "-", ".", "0x10", "Inf", "1e999", "1_0", "12a"} {
		if got := jsonscan.Float([]byte(text)); !math.IsNaN(got) {
			t.Errorf("%q is %v, want NaN", text, got)
		}
	}
}

// A cut body is an error that says where, whatever was read by then.
func TestACutBodyNamesItsEnd(t *testing.T) {
	whole := `{"chart":{"close":[1.5,null,2],"name":"a\u00e9b"}}`
	for n := range len(whole) {
		s := jsonscan.New([]byte(whole[:n]))
		s.Skip()
		s.End()
		var e *jsonscan.Error
		if err := s.Err(); err == nil {
			t.Errorf("%q is accepted", whole[:n])
		} else if e = err.(*jsonscan.Error); e.Offset > n {
			t.Errorf("%q: the error is at byte %d", whole[:n], e.Offset)
		}
	}
}

// An error names the members and items it lies in, whether the form or a value is wrong.
func TestAnErrorNamesItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1,"data":[{"value":1},{"value":x}]}`: "data, item 2, value",
		`{"data":[{"value":1},{"value" 2}]}`:       "data, item 2",
		`{"data":[1,2`:                             "data",
		`{"other":{"value":"no"}}`:                 "other, value",
		`{"n":{"value":{"close":"bad"}}}`:          "n, value, close",
		`[1] 2`:                                    "",
	} {
		s := jsonscan.New([]byte(text))
		var read func()
		read = func() {
			switch s.Peek() {
			case '{':
				s.Object(func([]byte) { read() })
			case '[':
				s.Array(read)
			case '"':
				if said := string(s.Text()); said != "" {
					s.Stop("", said+" is no number")
				}
			default:
				s.Float()
			}
		}
		read()
		s.End()
		e, ok := s.Err().(*jsonscan.Error)
		if !ok || e.Place != want {
			t.Errorf("%s: %v at %+v, want the place %q", text, s.Err(), e, want)
		}
		if ok && strings.Contains(text, `"no"`) && e.Error() != "byte 22: no is no number" {
			t.Errorf("%s: %v", text, e)
		}
	}
	s := jsonscan.New([]byte(`[{"amount":"x"}]`))
	s.Array(func() { s.Skip(); s.Stop("amount", "it is no number") })
	if e, ok := s.Err().(*jsonscan.Error); !ok || e.Place != "item 1, amount" {
		t.Errorf("a part of a value that was read: %+v", s.Err())
	}
}

func BenchmarkPrices(b *testing.B) {
	text := []byte("[" + strings.Repeat("164.32000732421875,", 20000) + "1]")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s := jsonscan.New(text)
		s.Array(func() { s.Float() })
		if s.Err() != nil {
			b.Fatal(s.Err())
		}
	}
}
