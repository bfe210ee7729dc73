package calc

import (
	"errors"
	"reflect"
	"testing"
)

// Growth 1.1, 0.99, 1.188, 1.188 in windows of three periods.
func TestRollingDoor(t *testing.T) {
	a := ask(t, "rolling", `{"returns":[0.1,-0.1,0.2,0],"window":3,"periods_per_year":1,"dates":["2024-01-01","2024-01-02","2024-01-03","2024-01-04"],
		"benchmark":[0.05,-0.05,0.1,0],"measures":["max_drawdown","beta","correlation"]}`)
	wantFigures(t, a, map[string]float64{"window": 3, "from": 2})
	for key, want := range map[string][]float64{"max_drawdown": {-0.1, -0.1}, "beta": {2, 2}, "correlation": {1, 1}} {
		got := a[key].([]any)
		for i, w := range want {
			if x, ok := got[i].(float64); !ok || x < w-1e-12 || x > w+1e-12 {
				t.Errorf("%s: got %v, want %v", key, got, want)
			}
		}
	}
	if !reflect.DeepEqual(a["dates"], []any{"2024-01-03", "2024-01-04"}) || a["volatility"] != nil {
		t.Errorf("got %v", a)
	}
	short := ask(t, "rolling", `{"returns":[0.1],"window":3}`)
	if reasons := short["reasons"].(map[string]any); reasons["sharpe"] != "too_short" || len(short["sharpe"].([]any)) != 0 {
		t.Errorf("a window longer than the series: %v", short)
	}
	flat := ask(t, "rolling", `{"returns":[0.1,0.1,0.1],"window":2,"measures":["sharpe","return"]}`)
	if !reflect.DeepEqual(flat["sharpe"], []any{nil, nil}) || flat["reasons"].(map[string]any)["sharpe"] != "no_volatility" {
		t.Errorf("a series that stands still: %v", flat)
	}
}

func TestRollingDoorRefuses(t *testing.T) {
	for request, code := range map[string]string{
		`{"returns":[1,2]}`:                                   "missing_field",
		`{"window":2}`:                                        "missing_field",
		`{"returns":[1,2],"window":1}`:                        "out_of_range",
		`{"returns":[1,null],"window":2}`:                     "gap",
		`{"returns":[1,2],"window":2,"measures":["beta"]}`:    "missing_field",
		`{"returns":[1,2],"window":2,"measures":["gamma"]}`:   "unknown_choice",
		`{"returns":[1,2],"window":2,"dates":["2024-01-01"]}`: "length_mismatch",
		`{"returns":[1],"window":2,"dates":[null]}`:           "bad_date",
		`{"returns":[1,2],"window":2,"benchmark":[1]}`:        "length_mismatch",
		`{"returns":[1,2],"window":2,"periods_per_year":0}`:   "out_of_range",
		`{"returns":[1,2],"detail":true,"ruin_level":1}`:      "missing_field",
		`{"returns":[1,2],"window":2.5}`:                      "bad_request",
	} {
		var refused *Error
		if _, err := Answer("rolling", []byte(request)); !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%s: got %v, want %s", request, err, code)
		}
	}
}

// The detailed set is asked for, and comes after the standard one.
func TestMetricsDetail(t *testing.T) {
	const request = `{"returns":[0.1,-0.1,0.2,0],"benchmark":[0.05,-0.05,0.1,0],"periods_per_year":4`
	plain, detail := ask(t, "metrics", request+`}`), ask(t, "metrics", request+`,"detail":true,"minimum":0,"trials":1,"trials_deviation":0.5}`)
	for key, v := range plain {
		if !reflect.DeepEqual(detail[key], v) {
			t.Errorf("%s: %v became %v", key, v, detail[key])
		}
	}
	if plain["payoff"] != nil || len(detail) < len(plain)+60 {
		t.Errorf("%d figures, %d in detail", len(plain), len(detail))
	}
	wantFigures(t, detail, map[string]float64{"payoff": 1.5, "profit_factor": 3, "exposure": 0.75, "kelly": 2.0/3 - (1.0/3)/1.5, "recovery_factor": 1.88,
		"average_drawdown": -0.1, "average_drawdown_length": 2, "average_recovery": 1, "specific_risk": 0, "bull_beta": 2, "batting": 0.5, "deflated_hurdle": 0})
	for request, code := range map[string]string{
		`{"returns":[1,2],"detail":true,"ruin_level":1}`: "out_of_range", `{"returns":[1,2],"detail":true,"minimum":-1}`: "out_of_range",
		`{"returns":[1,2],"detail":true,"trials":0.5}`: "out_of_range", `{"returns":[1,2],"detail":1}`: "bad_request",
	} {
		var refused *Error
		if _, err := Answer("metrics", []byte(request)); !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%s: got %v, want %s", request, err, code)
		}
	}
}

func FuzzRolling(f *testing.F) {
	fuzzEngine(f, "rolling", `{"returns":[0.1,-0.1,0.2,0],"window":2,"benchmark":[0.1,0,0,0],"risk_free":0.02,"dates":["2024-01-01","2024-01-02","2024-01-03","2024-01-04"]}`,
		`{"returns":[1e308,-1e308,1e-308,-1,-2],"window":3,"benchmark":[1e200,1,1,1,-1e200],"periods_per_year":1e300}`, `{"returns":[],"window":9999999999}`)
}

func FuzzMetricsDetail(f *testing.F) {
	fuzzEngine(f, "metrics", `{"returns":[0.1,-0.1,0.2,0],"benchmark":[0.1,0,0,0],"risk_free":0.02,"detail":true,"minimum":0.03,"sharpe_above":1,"trials":10,"trials_deviation":0.4,"ruin_level":0.9}`,
		`{"returns":[1e308,-1e308,1e-308,-1,-2],"benchmark":[1e200,1,1,1,-1e200],"periods_per_year":1e300,"detail":true,"trials":1e308,"trials_deviation":1e308}`, `{"returns":[0,0,0],"detail":true}`, `{"returns":[],"detail":true}`)
}
