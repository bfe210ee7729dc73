package calc

import (
	"fmt"
	"testing"
)

func TestLookthroughDoor(t *testing.T) {
	// F's 2,000 are half A, a fifth B and 30 % not known; the option on A is short of 300
	a := ask(t, "lookthrough", `{"positions":[{"symbol":"A","amount":1000},{"symbol":"F","amount":2000},{"symbol":"A","amount":-300},{"symbol":"X","amount":null}],
		"symbols":{"A":{"issuer":"Alpha","country":"US","currency":"GBX"},"F":{"type":"etf","composition":{"as_of":"2026-05-29","constituents":[{"symbol":"A","weight":"0.5"},{"symbol":"B","weight":0.2,"country":"DE"}]}}}}`)
	wantFigures(t, a, map[string]float64{"known": 0.7})
	wantFigures(t, a["total"].(map[string]any), map[string]float64{"long": 3000, "short": -300, "net": 2700, "gross": 3300, "direct": 700, "indirect": 2000})
	wantFigures(t, a["as_held"].(map[string]any), map[string]float64{"hhi": (700.0*700 + 2000*2000) / (2700 * 2700)})
	wantFigures(t, a["through"].(map[string]any), map[string]float64{"hhi": (1700.0*1700 + 400*400 + 600*600) / (2700 * 2700), "top3": 1})
	names := a["names"].([]any)
	wantFigures(t, names[0].(map[string]any), map[string]float64{"long": 2000, "short": -300, "direct": 700, "indirect": 1000, "count": 1})
	var got []string
	for _, list := range []string{"names", "issuers", "countries", "currencies"} {
		for _, x := range a[list].([]any) {
			k := x.(map[string]any)
			got = append(got, fmt.Sprint(k["key"], " ", k["net"], " ", k["rest"] == true))
		}
	}
	if text, want := fmt.Sprint(got, a["left_out"]), "[A 1700 false F 600 true B 400 false Alpha 1700 false F 600 true B 400 false US 1700 false unknown 600 false DE 400 false GBP 1700 false unknown 1000 false] [X]"; text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	one := ask(t, "lookthrough", `{"positions":[{"symbol":"A","amount":3},{"symbol":"B","amount":2},{"symbol":"C","amount":1}],"lines":1}`)
	wantReasons(t, one, map[string]string{"known": "no_fund"})
	wantFigures(t, one["names"].([]any)[1].(map[string]any), map[string]float64{"net": 3, "count": 2})
	none := ask(t, "lookthrough", `{"positions":[{"symbol":"A","amount":0}]}`)
	wantReasons(t, none["through"].(map[string]any), map[string]string{"hhi": "nothing_held"})
	refusals(t, "lookthrough", map[string]string{
		`{}`:                           "missing_field",
		`{"positions":[{"amount":1}]}`: "missing_field",
		`{"positions":[{"symbol":"A","amount":1}],"lines":0}`:                                                                        "out_of_range",
		`{"positions":[{"symbol":"A","amount":1e300}]}`:                                                                              "out_of_range",
		`{"positions":[{"symbol":"A","amount":1}],"symbols":{"F":{"composition":{"constituents":[{"symbol":"A","weight":"1.1"}]}}}}`: "out_of_range",
		`{"positions":[{"symbol":"A","amount":"x"}]}`:                                                                                "bad_request",
	})
}

func FuzzLookthroughDoor(f *testing.F) {
	fuzzEngine(f, "lookthrough", `{"positions":[{"symbol":"F","amount":2},{"symbol":"A","amount":-1}],"lines":2,"symbols":{"F":{"composition":{"as_of":"2026-05-29","constituents":[{"symbol":"G","weight":0.6},{"isin":"X","weight":0.3}]}},"G":{"composition":{"constituents":[{"symbol":"F","weight":1}]}}}}`)
}
