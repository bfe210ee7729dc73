package calc

import (
	"math"
	"testing"
)

func TestTailDoor(t *testing.T) {
	returns := `[-0.03,-0.02,-0.01,0,0.01,0.02,0.03,0.04,0.05,0.06,0.07]`
	wantFigures(t, ask(t, "tail", `{"returns":`+returns+`,"confidence":0.9}`), map[string]float64{"var": 0.02, "es": 0.025, "horizon": 1, "observations": 11})
	wantFigures(t, ask(t, "tail", `{"returns":`+returns+`,"confidence":0.9,"horizon":4}`), map[string]float64{"var": 0.04, "es": 0.05})
	// five days with a decay of one half, worked out in package risk
	wantFigures(t, ask(t, "tail", `{"returns":[-0.04,-0.05,0.02,0.03,-0.01],"method":"age_weighted","lambda":0.5,"confidence":0.9}`),
		map[string]float64{"var": 0.01, "es": (2*0.05 + 1*0.04 + 0.1*0.01) / 3.1})
	a := ask(t, "tail", `{"returns":[0.1,-0.1,0.2],"horizon":2,"horizon_method":"overlapping","confidence":0.5}`)
	wantFigures(t, a, map[string]float64{"var": -0.035, "observations": 2, "independent_observations": 1})

	book := `"returns":{"A":` + drawn(1, 400) + `,"B":` + drawn(2, 400) + `},"weights":{"B":-0.5,"A":1}`
	for _, request := range []string{`{` + book + `}`, `{` + book + `,"method":"age_weighted","horizon":10}`, `{` + book + `,"method":"filtered"}`,
		`{` + book + `,"method":"filtered","model":"garch"}`, `{` + book + `,"horizon":5,"horizon_method":"overlapping"}`,
		`{` + book + `,"method":"normal","horizon":10}`, `{` + book + `,"method":"student_t"}`, `{` + book + `,"method":"cornish_fisher","horizon":5,"horizon_method":"overlapping"}`} {
		a := ask(t, "tail", request)
		for _, key := range []string{"var", "es"} {
			sum := 0.0
			for _, part := range a["component_"+key].([]any) {
				sum += part.(float64)
			}
			if math.Abs(sum-a[key].(float64)) > 1e-12 || a["es"].(float64) < a["var"].(float64) || len(a["incremental_"+key].([]any)) != 2 {
				t.Errorf("%.40s…: %s parts %v of %v", request[len(request)-40:], key, sum, a[key])
			}
		}
	}
	wantReasons(t, ask(t, "tail", `{"returns":{"A":[0.1,0.1,0.1]},"weights":{"A":1},"method":"normal"}`), map[string]string{"component_es": "no_volatility", "component_var": "no_volatility"})
	simulated := ask(t, "tail", `{`+book+`,"method":"filtered","model":"gjr","horizon":10,"horizon_method":"simulated","paths":2000,"seed":3}`)
	wantReasons(t, simulated, map[string]string{"component_es": "no_components"})
	if again := ask(t, "tail", `{`+book+`,"method":"filtered","model":"gjr","horizon":10,"horizon_method":"simulated","paths":2000,"seed":3}`); again["var"] != simulated["var"] || simulated["var"].(float64) <= 0 {
		t.Errorf("%v, then %v", simulated["var"], again["var"])
	}
	if c := ask(t, "tail", `{"returns":`+drawn(3, 300)+`,"method":"cornish_fisher"}`); c["monotone"] == nil {
		t.Errorf("no word on the domain of the expansion: %v", c)
	}
	wantReasons(t, ask(t, "tail", `{"returns":[0.1,0.2],"method":"filtered"}`), map[string]string{"var": "too_short"})
	wantReasons(t, ask(t, "tail", `{"returns":[],"method":"age_weighted"}`), map[string]string{"var": "empty"})
	refusals(t, "tail", map[string]string{
		`{}`:                                           "missing_field",
		`{"returns":[1,null]}`:                         "gap",
		`{"returns":{"A":[1]}}`:                        "missing_field",
		`{"returns":[1],"weights":{}}`:                 "missing_field",
		`{"returns":7}`:                                "bad_request",
		`{"returns":[1],"method":"x"}`:                 "unknown_choice",
		`{"returns":[1],"model":"x"}`:                  "unknown_choice",
		`{"returns":[1],"lambda":1}`:                   "out_of_range",
		`{"returns":[1],"horizon":0}`:                  "out_of_range",
		`{"returns":[1],"paths":1}`:                    "out_of_range",
		`{"returns":[1],"seed":-1}`:                    "bad_request",
		`{"returns":[1],"confidence":2}`:               "out_of_range",
		`{"returns":{"A":[1]},"weights":{"B":1}}`:      "missing_field",
		`{"returns":{"A":[1]},"weights":{"A":null}}`:   "gap",
		`{"returns":{"A":[1],"B":[1,2]},"weights":{}}`: "length_mismatch",
		`{"returns":[1],"horizon_method":"x"}`:         "unknown_choice",
		`{"returns":[1],"horizon_method":"simulated"}`: "unknown_choice",
		`{"returns":[1],"method":"filtered","horizon_method":"overlapping"}`:              "unknown_choice",
		`{"returns":[1e300,1e300],"horizon":2,"horizon_method":"overlapping"}`:            "out_of_range",
		`{"returns":[1],"method":"filtered","model":"ewma","horizon_method":"simulated"}`: "unknown_choice",
	})
}

func TestBacktestESDoor(t *testing.T) {
	a := ask(t, "backtest_es", `{"losses":[3,0,0,0,5,0,0,0,0,1],"var":2,"es":[3,3,3,3,4,3,3,3,3,3],"confidence":0.9}`)
	// losses of 3/3 and 5/4 of the ES in ten days, one of which was expected
	wantFigures(t, a, map[string]float64{"exceptions": 2, "severity": 1.125, "z1": -0.125, "z2": -1.25, "trials": 10000})
	if p := a["z2_p"].(float64); !(p > 0 && p < 1) {
		t.Errorf("p %v", p)
	}
	wantReasons(t, ask(t, "backtest_es", `{"losses":[1],"var":2,"es":3}`), map[string]string{"z1": "no_exceptions", "duration_p": "too_short"})
	wantReasons(t, ask(t, "backtest_es", `{"losses":[],"var":2,"es":3}`), map[string]string{"z2": "empty", "duration_p": "empty"})
	refusals(t, "backtest_es", map[string]string{
		`{"losses":[1],"var":2}`:                      "missing_field",
		`{"losses":[1],"var":2,"es":1}`:               "out_of_range",
		`{"losses":[1],"var":-2,"es":0}`:              "out_of_range",
		`{"losses":[1],"var":2,"es":[3,4]}`:           "length_mismatch",
		`{"losses":[1],"var":2,"es":3,"degrees":1}`:   "out_of_range",
		`{"losses":[1],"var":2,"es":3,"trials":1e18}`: "out_of_range",
		`{"losses":[null],"var":2,"es":3}`:            "gap",
	})
	b := ask(t, "backtest", `{"losses":[0,2,2,0,0,0,0,0,2,0],"var":1}`)
	if shape, known := b["duration_shape"].(float64); !known || shape <= 0 {
		t.Errorf("backtest says nothing of durations: %v", b)
	}
}

func FuzzTail(f *testing.F) {
	fuzzEngine(f, "tail", `{"returns":`+drawn(1, 90)+`,"method":"filtered"}`, `{"returns":{"A":[0.1,-0.2,0.3],"B":[0.1,0.1,-0.2]},"weights":{"A":1,"B":-1},"confidence":0.6}`,
		`{"returns":{"A":[1e308,-1e308],"B":[1e308,2]},"weights":{"A":1e10,"B":-1},"method":"age_weighted"}`, `{"returns":[0.1,-0.2,0.3],"horizon":2,"horizon_method":"overlapping"}`,
		`{"returns":`+drawn(2, 120)+`,"method":"filtered","model":"gjr","horizon_method":"simulated","horizon":3,"paths":10}`, `{"returns":{"A":[1,2,3,4]},"weights":{"A":1},"method":"student_t"}`)
}

func FuzzBacktestES(f *testing.F) {
	fuzzEngine(f, "backtest_es", `{"losses":[1,2,3],"var":2,"es":3,"confidence":0.5,"trials":20}`, `{"losses":[1,2],"var":[0,9],"es":[1,10],"confidence":1e-300,"degrees":1.01}`, `{"losses":[1e308],"var":-1,"es":1e-308}`)
}

func BenchmarkTailDoorParts(b *testing.B) {
	request := []byte(`{"returns":{"A":` + drawn(1, 1260) + `,"B":` + drawn(2, 1260) + `,"C":` + drawn(3, 1260) + `},"weights":{"A":0.4,"B":0.3,"C":0.3}}`)
	for b.Loop() {
		if _, err := Answer("tail", request); err != nil {
			b.Fatal(err)
		}
	}
}
