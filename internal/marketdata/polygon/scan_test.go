package polygon

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// agree checks that the scanner takes a body for JSON where encoding/json does, and only
// there.
func agree(t *testing.T, body []byte) {
	t.Helper()
	s := scan(body)
	s.skip()
	s.end()
	if got, want := s.wrong == "", json.Valid(body); got != want {
		t.Fatalf("%q: taken for JSON: %v (%s), encoding/json: %v", body, got, s.wrong, want)
	}
}

func TestTheScannerIsAsStrictAsTheStandard(t *testing.T) {
	for _, body := range []string{
		``, ` `, `{}`, `[]`, `{"a":1}`, `{"a":1,}`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1 "b":2}`,
		`null`, `nul`, `true`, `falsey`, `"x"`, `"x`, `"\u00e9\ud83d\ude00"`, `"\q"`, "\"\x01\"", `"\`,
		`0`, `-0`, `01`, `1.`, `.5`, `1e`, `1e+`, `1e+08`, `-`, `+1`, `1.5E-3`, `2.51e+08`, `1 2`, `{}x`, "{}\x00", `NaN`, `[[[[]]]]`, `[[[[]]]`,
		"\ufeff{}", `{"a":{"b":[1,2,{"c":null}]}}`, strings.Repeat("[", 20000),
	} {
		agree(t, []byte(body))
	}
}

// TestNumbersAreTheNearest compares with strconv, of which the short way must not differ
// in the last bit.
func TestNumbersAreTheNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		text := strconv.FormatFloat((r.Float64()-0.5)*math.Pow10(r.IntN(14)), 'f', r.IntN(12), 64)
		if r.IntN(9) == 0 {
			text = strconv.FormatFloat(r.NormFloat64()*math.Pow10(r.IntN(60)-30), 'e', r.IntN(20), 64)
		}
		want, _ := strconv.ParseFloat(text, 64)
		if got := scan([]byte(text)).number(); got != want {
			t.Fatalf("%s: %v, want %v", text, got, want)
		}
	}
	for _, c := range []struct {
		text string
		want int64
		ok   bool
	}{
		{"1651254260800059648", 1651254260800059648, true}, {"-5", -5, true}, {"1.5e3", 1500, true}, {"999999999999999999", 999999999999999999, true},
		{"1.5", 0, false}, {"1e30", 0, false}, {"null", 0, false}, {"99999999999999999999", 0, false},
	} {
		if n, ok := scan([]byte(c.text)).integer(); n != c.want || ok != c.ok {
			t.Errorf("%s: %d %v", c.text, n, ok)
		}
	}
	if n := scan([]byte("1e999")).number(); n == n {
		t.Errorf("a number that no float64 holds is %v", n)
	}
}

func TestTextsAreUnescaped(t *testing.T) {
	for in, want := range map[string]string{
		`"Feds theory—incomes"`: "Feds theory—incomes", `"a\u2014b"`: "a—b", `"\ud83d\ude00"`: "😀", `"a\"b\\"`: `a"b\`, "\"\xff\"": "\uFFFD", `null`: "",
	} {
		if got := scan([]byte(in)).str(); got != want {
			t.Errorf("%s is %q, want %q", in, got, want)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,"x\n",true,null]}`, `[`, `"\u12"`, `{"a":01}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) { agree(t, body) })
}
