package calc

import (
	"fmt"
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

const tenYears = `"settle":"2024-01-15","issue":"2023-11-26","maturity":"2034-05-15","coupon":0.04,"freq":2,"daycount":"ActActICMA"`

func TestBondsDoor(t *testing.T) {
	// Microsoft Excel's documentation of PRICE and YIELD
	excel := `{"settle":"2008-02-15","maturity":"2017-11-15","coupon":0.0575,"freq":2,"daycount":"30/360",`
	a := ask(t, "bonds", excel+`"yield":0.065}`)
	wantFigures(t, a, map[string]float64{"clean": 94.63436162132213, "accrued": 1.4375, "dirty": 96.07186162132213, "yield": 0.065})
	if _, there := a["key_rates"]; there {
		t.Error("key rates without a curve")
	}
	back := ask(t, "bonds", excel+`"clean":94.63436162132213,"issue":null,"curve":null}`)
	for _, key := range []string{"clean", "yield", "macaulay", "modified", "convexity", "dv01"} {
		wantFigures(t, back, map[string]float64{key: a[key].(float64)})
	}
}

func TestBondsDoorOnACurve(t *testing.T) {
	curve := `"curve":[["2024-01-15",0.05],["2026-01-15",0.05],["2030-01-15",0.05],["2040-01-15",0.05]]`
	a := ask(t, "bonds", `{`+tenYears+`,`+curve+`}`)
	sum := 0.0
	for i, row := range a["key_rates"].([]any) {
		pair := row.([]any)
		if i == 3 && pair[0] != "2040-01-15" || pair[1].(float64) < 0 {
			t.Errorf("key rate %d: %v", i, pair)
		}
		sum += pair[1].(float64)
	}
	// on a flat curve of 5 % every payment is worth e^(−0.05 days/365); the first
	// coupon lacks the 11 days before the issue
	dirty, settle, maturity := 0.0, date.MustParse("2024-01-15"), date.MustParse("2034-05-15")
	for back := 0; back <= 20; back++ {
		amount, on := 2.0, maturity.AddMonths(-6*back)
		switch back {
		case 0:
			amount = 102
		case 20:
			amount = 2 * 171.0 / 182
		}
		dirty += amount * math.Exp(-0.05*float64(on-settle)/365)
	}
	wantFigures(t, a, map[string]float64{"dirty": dirty, "accrued": 2 * 50.0 / 182})
	if dv01 := a["dv01"].(float64); sum < dv01 || sum > dv01*1.03 { // continuous against twice a year
		t.Errorf("key rates add up to %v, dv01 %v", sum, dv01)
	}
	// a market price below the curve's: the same bond at a spread
	cheap := ask(t, "bonds", `{`+tenYears+`,"clean":80,`+curve+`}`)
	wantFigures(t, cheap, map[string]float64{"clean": 80})
	if fmt.Sprint(cheap["key_rates"]) == fmt.Sprint(a["key_rates"]) {
		t.Error("key rates do not feel the price")
	}
}

func TestBondsDoorSaysWhatIsMissing(t *testing.T) {
	a := ask(t, "bonds", `{`+tenYears+`,"clean":-5,"curve":[["2024-01-15",0.05]]}`)
	wantFigures(t, a, map[string]float64{"clean": -5})
	wantReasons(t, a, map[string]string{"yield": "no_yield_for_price", "dv01": "no_yield_for_price", "key_rates": "no_spread_for_price"})
	// in 30/360 the 30th and the 31st are one day: the payment is due, and no yield has time to work
	due := ask(t, "bonds", `{"settle":"2024-01-30","maturity":"2024-01-31","coupon":0.04,"freq":2,"daycount":"30/360","clean":99}`)
	wantFigures(t, due, map[string]float64{"accrued": 2, "dirty": 101})
	wantReasons(t, due, map[string]string{"yield": "no_yield_for_price", "convexity": "no_yield_for_price"})
	with := func(key, value string) string {
		terms := map[string]string{"settle": `"2024-01-15"`, "issue": `"2023-11-26"`, "maturity": `"2034-05-15"`, "coupon": "0.04", "freq": "2", "daycount": `"Act/360"`, "yield": "0.03"}
		terms[key] = value
		request := "{"
		for k, v := range terms {
			if v != "" {
				request += `"` + k + `":` + v + ","
			}
		}
		return request + `"x":0}`
	}
	refusals(t, "bonds", map[string]string{
		`{}`:                                   "missing_field",
		with("settle", ""):                     "missing_field",
		with("maturity", ""):                   "missing_field",
		with("coupon", ""):                     "missing_field",
		with("freq", "null"):                   "missing_field",
		with("daycount", ""):                   "missing_field",
		with("yield", ""):                      "missing_field",
		with("clean", "99"):                    "bad_request",
		with("coupon", `"4"`):                  "bad_request",
		with("settle", `"2024-02-30"`):         "bad_date",
		with("issue", `""`):                    "bad_date",
		with("settle", `"2034-05-15"`):         "matured",
		with("settle", `"2023-11-25"`):         "not_issued",
		with("issue", `"2034-05-15"`):          "out_of_range",
		with("freq", "5"):                      "out_of_range",
		with("freq", "2.5"):                    "out_of_range",
		with("freq", "1e300"):                  "out_of_range",
		with("coupon", "-0.01"):                "out_of_range",
		with("yield", "-2"):                    "out_of_range",
		with("daycount", `"30E/360"`):          "unknown_choice",
		with("curve", `[]`):                    "empty",
		with("curve", `7`):                     "bad_request",
		with("curve", `[["2024-01-15"]]`):      "bad_request",
		with("curve", `[["2024-01-32",0.05]]`): "bad_date",
		with("curve", `[["2024-01-15",null]]`): "gap",
		with("curve", `[["2024-01-15",0.05],["2024-01-15",0.05]]`): "bad_curve",
		with("curve", `[["2024-01-15",5000]]`):                     "bad_curve",
	})
}

func FuzzBonds(f *testing.F) {
	fuzzEngine(f, "bonds", `{`+tenYears+`,"yield":0.05}`, `{`+tenYears+`,"clean":95}`, `{`+tenYears+`,"curve":[["2024-01-15",0.05],["2044-01-15",0.06]]}`,
		`{`+tenYears+`,"clean":1e-300,"curve":[["2024-03-15",-100],["2044-01-15",100]]}`, `{`+tenYears+`,"yield":-1.9999999999999998}`,
		`{"settle":"1583-01-01","maturity":"9999-12-31","coupon":100,"freq":12,"daycount":"30/360","yield":1e308}`,
		`{"settle":"2024-01-30","maturity":"2024-01-31","coupon":0,"freq":1,"daycount":"30/360","clean":1e308}`)
}
