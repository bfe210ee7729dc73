package calc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// chainRequest has quotes of AAPL at the close of 6 June 2014 for two expiries
// (QuantConnect Lean, sample data), re-typed for every twentieth strike.
const chainRequest = `{"on":"2014-06-06","spot":645.57,"rate":0.0015,"style":"american","quotes":[
{"expiry":"2014-07-25","strike":600,"type":"put","bid":7.85,"ask":8.25},{"expiry":"2014-07-25","strike":620,"type":"put","bid":13.65,"ask":14.15},
{"expiry":"2014-07-25","strike":640,"type":"put","bid":21.95,"ask":22.5},{"expiry":"2014-07-25","strike":640,"type":"call","bid":27.6,"ask":28.15},
{"expiry":"2014-07-25","strike":660,"type":"call","bid":18.5,"ask":18.95},{"expiry":"2014-07-25","strike":660,"type":"put","bid":32.75,"ask":33.55},
{"expiry":"2014-08-16","strike":580,"type":"put","bid":6.15,"ask":6.55},{"expiry":"2014-08-16","strike":600,"type":"put","bid":10.95,"ask":11.2},
{"expiry":"2014-08-16","strike":620,"type":"put","bid":17.3,"ask":17.95},{"expiry":"2014-08-16","strike":640,"type":"put","bid":26.5,"ask":27.1},
{"expiry":"2014-08-16","strike":640,"type":"call","bid":30.3,"ask":30.85},{"expiry":"2014-08-16","strike":660,"type":"call","bid":21.15,"ask":21.65},
{"expiry":"2014-08-16","strike":660,"type":"put","bid":37.35,"ask":38.35},{"expiry":"2014-08-16","strike":680,"type":"call","bid":14.55,"ask":14.95},
{"expiry":"2014-08-16","strike":700,"type":"call","bid":9.9,"ask":10.05},{"expiry":"2014-08-16","strike":720,"type":"call","bid":0,"ask":6.9},
{"expiry":"2014-06-06","strike":645,"type":"call","bid":0.46,"ask":0.74},{"expiry":"2014-08-16","strike":730,"type":"call","bid":null,"ask":5.7}],
"marks":[{"expiry":"2014-08-16","strike":620,"type":"put"},{"expiry":"2014-08-01","strike":650},{"expiry":"2014-12-20","strike":650,"type":"call"},{"expiry":"2014-06-06","strike":650}]}`

func TestSurfaceDoor(t *testing.T) {
	a := ask(t, "surface", chainRequest)
	wantFigures(t, a, map[string]float64{"quotes": 18, "used": 11, "inside": 11, "inside_share": 1})
	expiries := a["expiries"].([]any)
	first, second := expiries[0].(map[string]any), expiries[1].(map[string]any)
	if first["forward_from"] != "parity" || first["smile"].(map[string]any)["method"] != "svi_three" || second["smile"].(map[string]any)["method"] != "svi" {
		t.Errorf("smiles %v and %v", first["smile"], second["smile"])
	}
	reasons := map[string]int{}
	for _, l := range a["left_out"].([]any) {
		reasons[l.(map[string]any)["reason"].(string)]++
	}
	if fmt.Sprint(reasons) != "map[expires_today:1 in_the_money:4 no_bid:1 no_quote:1]" {
		t.Errorf("left out: %v", reasons)
	}
	if found := a["findings"].([]any); len(found) != 0 {
		t.Errorf("findings %v", found)
	}
	marks := a["marks"].([]any)
	for i, want := range []string{"quoted", "interpolated", "extrapolated"} {
		m := marks[i].(map[string]any)
		if v := m["volatility"].(float64); m["status"] != want || v < 0.2 || v > 0.3 {
			t.Errorf("mark %d: %v", i, m)
		}
	}
	wantFigures(t, marks[0].(map[string]any), map[string]float64{"strike": 620})
	if price := marks[0].(map[string]any)["price"].(float64); price < 17.62 || price > 17.63 { // the middle of 17.30 and 17.95
		t.Errorf("the price of a quoted option is %v", price)
	}
	wantReasons(t, marks[3].(map[string]any), map[string]string{"volatility": "expired", "price": "expired"})
}

func TestSurfaceDoorRefusesAndExplains(t *testing.T) {
	quote := `"quotes":[{"expiry":"2014-07-25","strike":600,"type":"put","bid":7.85,"ask":8.25}]`
	none := ask(t, "surface", `{"on":"2014-06-06","spot":645,"rate":0,`+quote+`,"marks":[{"expiry":"2014-07-25","strike":600}]}`)
	wantReasons(t, none, map[string]string{"inside_share": "no_usable_quote"})
	wantReasons(t, none["marks"].([]any)[0].(map[string]any), map[string]string{"volatility": "no_usable_quote"})
	one := ask(t, "surface", `{"on":"2014-06-06","spot":645,"dividend_yield":0,"curve":[["2014-06-06",0.001],["2015-06-06",0.002]],`+quote+`}`)
	if e := one["expiries"].([]any)[0].(map[string]any); e["forward_from"] != "dividend_yield" || e["smile"].(map[string]any)["method"] != "flat" {
		t.Errorf("one quote: %v", e)
	}
	refusals(t, "surface", map[string]string{
		`{}`:                           "missing_field",
		`{"on":"2014-02-30","rate":0}`: "bad_date",
		`{"on":"2014-06-06"}`:          "missing_field",
		`{"on":"2014-06-06","rate":0}`: "missing_field",
		`{"on":"2014-06-06","rate":70,"spot":1,"dividend_yield":0,` + quote + `}`:                                 "out_of_range",
		`{"on":"2014-06-06","rate":0,"spot":-1,` + quote + `}`:                                                    "out_of_range",
		`{"on":"2014-06-06","rate":0,"style":"american",` + quote + `}`:                                           "missing_field",
		`{"on":"2014-06-06","rate":0,"style":"bermudan",` + quote + `}`:                                           "unknown_choice",
		`{"on":"2014-06-06","rate":0,"curve":[["2014-06-06",0]],"spot":1,` + quote + `}`:                          "bad_request",
		`{"on":"2014-06-06","rate":0,"curve":"flat",` + quote + `}`:                                               "bad_request",
		`{"on":"2014-06-06","rate":0,"quotes":7}`:                                                                 "bad_request",
		`{"on":"2014-06-06","rate":0,"quotes":[{"strike":1,"type":"put"}]}`:                                       "missing_field",
		`{"on":"2014-06-06","rate":0,"quotes":[{"expiry":"2014-07-25","type":"put"}]}`:                            "missing_field",
		`{"on":"2014-06-06","rate":0,"quotes":[{"expiry":"2014-07-25","strike":1}]}`:                              "missing_field",
		`{"on":"2014-06-06","rate":0,"quotes":[{"expiry":"2014-07-25","strike":1,"type":"straddle"}]}`:            "unknown_choice",
		`{"on":"2014-06-06","rate":0,"quotes":[{"expiry":"July","strike":1,"type":"put"}]}`:                       "bad_date",
		`{"on":"2014-06-06","rate":0,` + quote + `,"marks":[{"strike":1}]}`:                                       "missing_field",
		`{"on":"2014-06-06","rate":0,` + quote + `,"marks":[{"expiry":"2014-07-25","strike":1,"type":"collar"}]}`: "unknown_choice",
	})
}

// Requests that are right but for a few places get an answer or a refusal.
func TestSurfaceOfBrokenChains(t *testing.T) {
	odd := []any{nil, "", "x", -1, 0, 1e-300, 1e300, 7, true, []any{}, map[string]any{}, "2014-02-30", "9999-12-31", "1583-01-01", "put", 1e9, 5e-324}
	answered, refused := 0, 0
	for seed := range uint64(120) {
		g := rand.New(rand.NewPCG(seed, 71))
		var doc map[string]any
		if err := json.Unmarshal([]byte(chainRequest), &doc); err != nil {
			t.Fatal(err)
		}
		for range g.IntN(4) {
			quotes := doc["quotes"].([]any)
			quote := quotes[g.IntN(len(quotes))].(map[string]any)
			quote[[]string{"expiry", "strike", "type", "bid", "ask", "last"}[g.IntN(6)]] = odd[g.IntN(len(odd))]
		}
		if g.IntN(3) == 0 {
			doc[[]string{"on", "spot", "rate", "style", "dividend_yield", "use_last", "marks", "curve"}[g.IntN(8)]] = odd[g.IntN(len(odd))]
		}
		request, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		body, err := Answer("surface", request)
		var no *Error
		switch {
		case errors.As(err, &no):
			if refused++; no.Code == "" || no.Detail == "" || no.Code == "not_finite" {
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
	if answered < 30 || refused < 30 {
		t.Fatalf("%d answered, %d refused: the requests are not what they should be", answered, refused)
	}
}

func FuzzSurface(f *testing.F) {
	fuzzEngine(f, "surface", chainRequest,
		`{"on":"2014-06-06","rate":0.01,"quotes":[{"expiry":"2014-07-25","strike":600,"type":"put","bid":20,"ask":21},{"expiry":"2014-07-25","strike":600,"type":"call","bid":20,"ask":21}]}`,
		`{"on":"2014-06-06","rate":-9,"spot":1e12,"dividend_yield":9,"style":"american","quotes":[{"expiry":"2014-06-07","strike":1e-9,"type":"put","bid":1e12,"ask":1e12}]}`,
		`{"on":"1583-01-01","curve":[["9999-12-31",1]],"spot":1,"use_last":true,"quotes":[{"expiry":"9999-12-31","strike":600,"type":"put","last":1}],"marks":[{"expiry":"9999-12-31","strike":1}]}`,
		`{"on":"2014-06-06","rate":0.01,"spot":5,"quotes":[{"expiry":"2014-06-07","strike":5,"type":"put","bid":0.001,"ask":4},{"expiry":"2014-06-07","strike":5,"type":"call","bid":0.001,"ask":4}]}`)
}
