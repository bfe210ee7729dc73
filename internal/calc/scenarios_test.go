package calc

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

const scenarioModel = `"base_currency":"USD","factor_covariance":{"factors":["market","rates","implied_volatility"],"matrix":[[1e-4,0,-5e-4],[0,3.6e-7,0],[-5e-4,0,0.0049]]},` +
	`"assets":{"ACME":{"betas":{"market":1.2},"specific":0.015,"sector":"Energy","country":"US","currency":"USD"},"NOTE":{"betas":{"rates":-7}},"OLD":{}}`

const scenarioBook = scenarioModel + `,"positions":[{"id":"ACME","value":10000},{"id":"P","asset":"ACME","option":{"quantity":100,"spot":100,"strike":95,"days":60,"rate":0.04,"volatility":0.3,"type":"put","style":"american"}},` +
	`{"id":"NOTE","class":"bond","bond":{"face":10000,"maturity":"2034-05-15","settle":"2025-03-03","coupon":0.04,"freq":2,"daycount":"30/360","clean":97}},{"id":"OLD","value":50}]`

func TestScenariosDoor(t *testing.T) {
	a := ask(t, "scenarios", `{`+scenarioBook+`,"scenarios":["market_down_10","value_rotation_20","replay_2020"],"sectors":-0.2,"shocks":[{"kind":"curve","on":"10","move":0.01}],`+
		`"windows":{"replay_2020":{"days":["2020-02-20","2020-02-21"],"factors":{"market":[-0.1,-0.1],"rates":[-0.001,0],"implied_volatility":[0.5,0]},"returns":{"ACME":[-0.2,0.1],"NOTE":[0.01,null]}}},"reverse_loss":2000}`)
	list := a["scenarios"].([]any)
	if len(list) != 5 {
		t.Fatalf("%d scenarios", len(list))
	}
	for i, want := range []string{"market_down_10 partial", "value_rotation_20 unavailable", "replay_2020 partial", "sector_energy partial", "own partial"} {
		s := list[i].(map[string]any)
		if got := fmt.Sprint(s["id"], " ", s["status"]); got != want {
			t.Errorf("scenario %d is %s, want %s", i, got, want)
		}
		if s["status"] == "unavailable" {
			wantReasons(t, s, map[string]string{"total": "missing_factor", "moves": "missing_factor"})
			continue
		}
		positions, factors := 0.0, 0.0
		for _, p := range s["by_position"].([]any) {
			pnl, _ := p.(map[string]any)["pnl"].(float64)
			positions += pnl
		}
		for _, part := range []string{"by_factor", "rest"} {
			for _, x := range s[part].(map[string]any) {
				v, _ := x.(float64)
				factors += v
			}
		}
		if total := s["total"].(float64); math.Abs(positions-total) > 1e-8 || math.Abs(factors-total) > 1e-8 {
			t.Errorf("%s: total %v, positions %v, factors and rest %v", want, total, positions, factors)
		}
		if left := s["left_out"].([]any); len(left) != 1 || left[0].(map[string]any)["reason"] != "no_beta" {
			t.Errorf("%s: left out %v", want, left)
		}
	}
	// −10 % of the market, beta 1.2; its covariance with volatility puts that up by a half
	first := list[0].(map[string]any)
	if m := first["moves"].(map[string]any); math.Abs(m["implied_volatility"].(float64)-0.5) > 1e-12 {
		t.Errorf("moves %v", m)
	}
	if p := first["by_position"].([]any)[0].(map[string]any); math.Abs(p["pnl"].(float64)+1200) > 1e-9 || p["method"] != "linear" {
		t.Errorf("ACME %v", p)
	}
	replay := list[2].(map[string]any)
	if path := replay["path"].([]any); len(path) != 2 || math.Abs(path[1].([]any)[1].(float64)-replay["total"].(float64)) > 1e-9 {
		t.Errorf("path %v, total %v", path, replay["total"])
	}
	if r := a["reverse"].(map[string]any)["result"].(map[string]any); math.Abs(r["total"].(float64)+2000) > 1e-5 {
		t.Errorf("reverse loses %v", r["total"])
	}
	direct := ask(t, "scenarios", `{`+scenarioBook+`,"mode":"direct","shocks":[{"kind":"factor","on":"market","move":-0.1}]}`)["scenarios"].([]any)[0].(map[string]any)
	if direct["total"] != first["direct"] {
		t.Errorf("direct %v and %v", direct["total"], first["direct"])
	}
	if all := ask(t, "scenarios", `{`+scenarioBook+`}`)["scenarios"].([]any); len(all) != 34 {
		t.Errorf("the library has %d", len(all))
	}
	refusals(t, "scenarios", map[string]string{
		`{` + scenarioBook + `,"scenarios":["doom"]}`:                                                 "unknown_choice",
		`{` + scenarioBook + `,"mode":"sideways"}`:                                                    "unknown_choice",
		`{` + scenarioBook + `,"elapsed_days":-1}`:                                                    "out_of_range",
		`{` + scenarioBook + `,"shocks":[{"kind":"factor","on":"market"}]}`:                           "missing_field",
		`{` + scenarioBook + `,"shocks":[{"kind":"symbol","on":"ACME","move":-2}]}`:                   "out_of_range",
		`{` + scenarioBook + `,"shocks":[]}`:                                                          "out_of_range",
		`{` + scenarioBook + `,"reverse_loss":0}`:                                                     "out_of_range",
		`{` + scenarioBook + `,"windows":{"x":{"days":["2020-02-30"]}}}`:                              "bad_date",
		`{` + scenarioBook + `,"windows":{"x":{"days":["2020-02-02","2020-02-01"]}}}`:                 "bad_date",
		`{` + scenarioBook + `,"windows":{"x":{"days":["2020-02-03"],"returns":{"ACME":[0.1,0.2]}}}}`: "length_mismatch",
		`{` + scenarioModel + `,"positions":[{"id":"ACME"}]}`:                                         "missing_field",
		`{` + scenarioModel + `,"positions":[{"id":"ACME","value":1,"fx":0}]}`:                        "out_of_range",
		`{` + scenarioModel + `,"positions":[{"id":"ACME","value":1},{"id":"ACME","value":1}]}`:       "bad_request",
		`{"factor_covariance":{"factors":["a","a"],"matrix":[[1,0],[0,1]]}}`:                          "bad_request",
		`{"factor_covariance":{"factors":["a"],"matrix":[[-1]]}}`:                                     "not_positive_semidefinite",
		`{"factor_covariance":{"factors":["a"],"matrix":[[1]]},"assets":{"x":{"betas":{"b":1}}}}`:     "unknown_factor",
	})
}

func FuzzScenarios(f *testing.F) {
	fuzzEngine(f, "scenarios", `{`+scenarioBook+`,"reverse_loss":500}`, `{`+scenarioBook+`,"shocks":[{"kind":"side","on":"long","move":1e300},{"kind":"volatility","on":"ACME","move":9}],"elapsed_days":59}`,
		`{`+scenarioBook+`,"scenarios":["replay_2008"],"windows":{"replay_2008":{"days":["2008-09-15"],"factors":{"market":[-5],"rates":[null]},"returns":{"ACME":[null]}}}}`,
		strings.Replace(`{`+scenarioBook+`,"sectors":-1,"shocks":[{"kind":"curve","move":-5},{"kind":"currency","on":"USD","move":0.1}]}`, `"rate":0.04`, `"rate":-0.04`, 1),
		`{"factor_covariance":{"factors":["market"],"matrix":[[1e-300]]},"assets":{"A":{"betas":{"market":1e300}}},"positions":[{"id":"A","value":1e300}],"reverse_loss":1e-300}`)
}
