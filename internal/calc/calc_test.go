package calc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

func TestRunAnswersLineByLine(t *testing.T) {
	in := strings.Join([]string{
		`{"amounts": [-100, 110], "unknown_key": {"a": [1]}}`,
		``,
		`{"amounts": [-100, null]}`,
		`  {"amounts": [100, 110]}  `,
		`[1, 2]`,
		`{}`,
	}, "\n")
	var out bytes.Buffer
	if err := Run("irr", strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"rate":0.10000000000000009}`,
		`{"error":{"code":"gap","detail":"amounts: observation 1 is null: leave the period out of every series, or fill it deliberately"}}`,
		`{"rate":null,"reason":"no_sign_change","reasons":{"rate":"no_sign_change"}}`,
		`{"error":{"code":"bad_request","detail":"the request is not a JSON object"}}`,
		`{"error":{"code":"missing_field","detail":"amounts: give a list of numbers"}}`,
	}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(got) != len(want) {
		t.Fatalf("got %d lines: %s", len(got), out.String())
	}
	for i := range want {
		if i == 0 { // the last digit of a rate is not what this test is about
			if !strings.HasPrefix(got[0], `{"rate":0.1`) {
				t.Errorf("line 1: %s", got[0])
			}
			continue
		}
		if got[i] != want[i] {
			t.Errorf("answer %d: got %s, want %s", i+1, got[i], want[i])
		}
	}
}

func TestUnreadableInputNamesTheLine(t *testing.T) {
	var usage *UsageError
	var out bytes.Buffer
	err := Run("irr", strings.NewReader("{\"amounts\": [-1, 2]}\n{\"amounts\": [NaN]}\n"), &out)
	if !errors.As(err, &usage) || usage.Line != 2 || !strings.Contains(err.Error(), "calc irr: line 2: not JSON") {
		t.Errorf("got %v", err)
	}
	if out.String() != "{\"rate\":1}\n" {
		t.Errorf("the line before was answered with %q", out.String())
	}
	err = Run("tarot", strings.NewReader(""), io.Discard)
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), "no such engine; there are ") {
		t.Errorf("unknown engine: %v", err)
	}
	for _, text := range []string{"", "  ", "{", "nonsense"} {
		if _, err := Answer("irr", []byte(text)); !errors.As(err, &usage) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestAnswerRefusesWithACode(t *testing.T) {
	var refused *Error
	for text, code := range map[string]string{
		`{"amounts": "NaN"}`:                 "bad_request",
		`{"amounts": ["NaN", 1]}`:            "bad_request",
		`{"amounts": [[1], 2]}`:              "bad_request",
		`{"amounts": [1e999]}`:               "out_of_range",
		`{"amounts": [1, null]}`:             "gap",
		`{"amounts": null}`:                  "missing_field",
		`null`:                               "bad_request",
		`7`:                                  "bad_request",
		strings.Repeat("[", 100000):          "too_deep",
		strings.Repeat(`{"amounts":`, 10000): "too_deep",
	} {
		_, err := Answer("irr", []byte(text))
		if !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%.40s: got %v, want %s", text, err, code)
		}
	}
}

// A request of 24 MB is one line like any other.
func TestLongLines(t *testing.T) {
	long := `{"amounts": [-1, 1.5` + strings.Repeat(", 0.000000", 2_000_000) + `], "pad": "` + strings.Repeat("x", 4<<20) + `"}`
	var out bytes.Buffer
	if err := Run("irr", strings.NewReader(long+"\n"+`{"amounts": [-1, 2]}`), &out); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(out.String(), "\n"); len(lines) != 3 || lines[1] != `{"rate":1}` || !strings.HasPrefix(lines[0], `{"rate":0.5`) {
		t.Errorf("got %.200s", out.String())
	}
}

// An answer is out before the next request has come in.
func TestRunStreams(t *testing.T) {
	in, feed := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := Run("irr", in, out)
		out.Close()
		done <- err
	}()
	buffer := make([]byte, 100)
	for range 3 {
		if _, err := feed.Write([]byte("{\"amounts\": [-1, 2]}\n")); err != nil {
			t.Fatal(err)
		}
		if n, err := answers.Read(buffer); err != nil || string(buffer[:n]) != "{\"rate\":1}\n" {
			t.Fatalf("got %q, %v", buffer[:n], err)
		}
	}
	feed.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestRunReportsAFailingWriter(t *testing.T) {
	err := Run("irr", strings.NewReader("{\"amounts\": [-1, 2]}\n"), brokenWriter{})
	if err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
}

func TestErrorCarriesItsFields(t *testing.T) {
	e := &Error{Code: "insufficient_lots", Detail: "too few", Fields: map[string]any{"remaining_lots": []string{"a"}}}
	if got := string(e.line()); got != `{"error":{"code":"insufficient_lots","detail":"too few","remaining_lots":["a"]}}` {
		t.Error(got)
	}
	e.Fields["remaining_lots"] = math.NaN()
	if got := string(e.line()); got != `{"error":{"code":"insufficient_lots","detail":"too few"}}` {
		t.Error(got)
	}
}

func TestObjectKeepsOrderAndReasons(t *testing.T) {
	var o object
	o.figure("b", 0.1, "")
	o.figure("a", math.Inf(1), "")
	o.figure("c", 3, "too_short")
	got, err := json.Marshal(&o)
	if want := `{"b":0.1,"a":null,"c":null,"reasons":{"a":"not_finite","c":"too_short"}}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

// fuzzEngine holds the law of every door: whatever comes in, there is an answer
// in JSON, a refusal with a code, or a usage error; never a panic, never a
// figure that JSON cannot hold, and never a wait: what takes half a minute, where
// a third of a second is the longest, goes round in a circle.
func fuzzEngine(f *testing.F, engine string, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		if len(request) > 1<<14 {
			return
		}
		late := time.AfterFunc(30*time.Second, func() { panic("no answer in 30 s: " + engine + " of " + string(request)) })
		body, err := Answer(engine, request)
		late.Stop()
		var refused *Error
		var usage *UsageError
		switch {
		case errors.As(err, &refused):
			if refused.Code == "" || refused.Detail == "" || refused.Code == "not_finite" {
				t.Fatalf("refused as %+v", refused)
			}
		case errors.As(err, &usage):
		case err != nil:
			t.Fatalf("unexpected error %v", err)
		case !json.Valid(body) || body[0] != '{':
			t.Fatalf("answer %s", body)
		}
	})
}

func FuzzIRR(f *testing.F) {
	fuzzEngine(f, "irr", `{"amounts":[-1,6,-11,6]}`, `{"amounts":[1e308,-1e308,1e-308]}`, `{"amounts":[null]}`, `{"amounts":[0,0]}`)
}

func FuzzXIRR(f *testing.F) {
	fuzzEngine(f, "xirr", `{"flows":[["2024-01-01",-1],["2025-01-01",2]]}`, `{"flows":[["9999-12-31",1e308],["1583-01-01",-1e308]]}`,
		`{"flows":[["x",1]]}`, `{"flows":[["2024-01-01",null]]}`, `{"flows":7}`)
}

func FuzzXNPV(f *testing.F) {
	fuzzEngine(f, "xnpv", `{"rate":0.1,"flows":[["2024-01-01",-1],["2025-01-01",2]]}`, `{"rate":-0.999999,"flows":[["9999-12-31",1e308],["1583-01-01",-1e308]]}`,
		`{"rate":-1,"flows":[]}`, `{"rate":"NaN"}`)
}
