package calc

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

// drawn is a JSON list of n returns with volatility that comes in waves.
func drawn(seed uint64, n int) string {
	rng := rand.New(rand.NewPCG(seed, 5))
	list, v := make([]float64, n), 1e-4
	for i := range list {
		list[i] = math.Sqrt(v) * rng.NormFloat64()
		v = 2e-6 + 0.1*list[i]*list[i] + 0.88*v
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestVolatilityDoor(t *testing.T) {
	a := ask(t, "volatility", `{"returns":[0.01,-0.02,0.03],"model":"ewma","horizons":[4],"path":true}`)
	wantFigures(t, a, map[string]float64{"volatility": math.Sqrt(1.6492e-4), "annual_volatility": math.Sqrt(252 * 1.6492e-4), "lambda": 0.94})
	term := a["term_structure"].([]any)[0].(map[string]any)
	wantFigures(t, term, map[string]float64{"horizon": 4, "volatility": 2 * math.Sqrt(1.6492e-4), "annual_volatility": math.Sqrt(252 * 1.6492e-4)})
	if path := a["path"].([]any); len(path) != 3 || math.Abs(path[2].(float64)-math.Sqrt(1.18e-4)) > 1e-15 {
		t.Errorf("path %v", path)
	}
	month := a["realised"].([]any)[0].(map[string]any)
	wantReasons(t, month, map[string]string{"annual_volatility": "too_short", "trend": "too_short", "percentile": "too_short"})

	long := drawn(1, 700)
	for _, model := range []string{"sample", "ewma", "garch", "gjr", "har"} {
		a := ask(t, "volatility", `{"returns":`+long+`,"model":"`+model+`"}`)
		if a["reasons"] != nil || a["annual_volatility"].(float64) < 0.03 || a["annual_volatility"].(float64) > 1 || len(a["term_structure"].([]any)) != 5 {
			t.Errorf("%s: %v", model, a)
		}
		if want := "variance of the return of a period"; model != "har" && a["forecasts"] != want {
			t.Errorf("%s forecasts %v", model, a["forecasts"])
		}
	}
	if a := ask(t, "volatility", `{"returns":`+long+`,"model":"har"}`); a["forecasts"] != "mean squared return of a period" {
		t.Errorf("har forecasts %v", a["forecasts"])
	}
	wantReasons(t, ask(t, "volatility", `{"returns":[0.1,0.2],"model":"garch"}`), map[string]string{"parameters": "too_short", "term_structure": "too_short", "half_life": "too_short"})
	wantReasons(t, ask(t, "volatility", `{"returns":[],"path":true}`), map[string]string{"volatility": "empty", "path": "empty"})
	wantReasons(t, ask(t, "volatility", `{"returns":[1,2],"path":true}`), map[string]string{"path": "no_path"})
	refusals(t, "volatility", map[string]string{
		`{}`:                                "missing_field",
		`{"returns":[1,null]}`:              "gap",
		`{"returns":[1,2],"model":"tarot"}`: "unknown_choice",
		`{"returns":[1],"model":"ewma","lambda":1}`: "out_of_range",
		`{"returns":[1],"horizons":[0]}`:            "out_of_range",
		`{"returns":[1],"horizons":[1.5]}`:          "out_of_range",
		`{"returns":[1],"horizons":[1e9]}`:          "out_of_range",
		`{"returns":[1],"horizons":"far"}`:          "bad_request",
		`{"returns":[1],"periods_per_year":0}`:      "out_of_range",
	})
}

func FuzzVolatility(f *testing.F) {
	fuzzEngine(f, "volatility", `{"returns":[0.1,-0.2,0.3],"model":"ewma","path":true}`, `{"returns":[1e308,-1e308,1e-320],"model":"sample"}`,
		`{"returns":`+drawn(2, 120)+`,"model":"garch","periods_per_year":1e300}`, `{"returns":`+drawn(3, 120)+`,"model":"gjr"}`, `{"returns":`+drawn(4, 80)+`,"model":"har","horizons":[1008]}`)
}
