package calc

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
)

// ask is the decoded answer to a request that must be answered.
func ask(t *testing.T, engine, request string) map[string]any {
	t.Helper()
	body, err := Answer(engine, []byte(request))
	if err != nil {
		t.Fatalf("%s %.200s: %v", engine, request, err)
	}
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func wantFigures(t *testing.T, answer map[string]any, want map[string]float64) {
	t.Helper()
	for key, v := range want {
		got, ok := answer[key].(float64)
		if !ok || math.Abs(got-v) > 1e-9*math.Max(1, math.Abs(v)) {
			t.Errorf("%s: got %v, want %v", key, answer[key], v)
		}
	}
}

func wantReasons(t *testing.T, answer map[string]any, want map[string]string) {
	t.Helper()
	reasons, _ := answer["reasons"].(map[string]any)
	for key, v := range want {
		if answer[key] != nil || reasons[key] != v {
			t.Errorf("%s: got %v because %v, want null because %s", key, answer[key], reasons[key], v)
		}
	}
}

// refusals are requests and the code each is refused with.
func refusals(t *testing.T, engine string, cases map[string]string) {
	t.Helper()
	for request, code := range cases {
		_, err := Answer(engine, []byte(request))
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%s %s: got %v, want %s", engine, request, err, code)
		}
	}
}

func TestMetricsDoor(t *testing.T) {
	a := ask(t, "metrics", `{"returns":[0.1,-0.1,0.2,0],"periods_per_year":4}`)
	wantFigures(t, a, map[string]float64{"total_return": 0.188, "max_drawdown": -0.1, "omega": 3, "var_historical_95": 0.085})
	if _, there := a["beta"]; there {
		t.Error("beta without a benchmark")
	}
	a = ask(t, "metrics", `{"returns":[0.01],"benchmark":[0.02],"risk_free":0.05}`)
	wantReasons(t, a, map[string]string{"annual_volatility": "too_short", "beta": "too_short"})
	a = ask(t, "metrics", `{"returns":[]}`)
	wantReasons(t, a, map[string]string{"total_return": "empty", "es_historical_95": "empty"})
	// a yearly rate is the same as its compound equivalent each period
	rate := math.Pow(1.05, 1.0/252) - 1
	list, _ := json.Marshal([]float64{rate, rate, rate})
	one := ask(t, "metrics", `{"returns":[0.01,0.02,-0.01],"risk_free":0.05}`)
	wantFigures(t, ask(t, "metrics", `{"returns":[0.01,0.02,-0.01],"risk_free":`+string(list)+`}`), map[string]float64{"sharpe": one["sharpe"].(float64)})
	refusals(t, "metrics", map[string]string{
		`{}`:                                   "missing_field",
		`{"returns":[0.1,null]}`:               "gap",
		`{"returns":["NaN"]}`:                  "bad_request",
		`{"returns":[1,2],"benchmark":[1]}`:    "length_mismatch",
		`{"returns":[1,2],"risk_free":[1]}`:    "length_mismatch",
		`{"returns":[1,2],"risk_free":-1}`:     "out_of_range",
		`{"returns":[1,2],"risk_free":"low"}`:  "bad_request",
		`{"returns":[1],"periods_per_year":0}`: "out_of_range",
	})
}

func TestVaRDoor(t *testing.T) {
	returns := `[-0.03,-0.02,-0.01,0,0.01,0.02,0.03,0.04,0.05,0.06,0.07]`
	wantFigures(t, ask(t, "var", `{"returns":`+returns+`,"confidence":0.9}`), map[string]float64{"var": 0.02, "es": 0.025})
	wantFigures(t, ask(t, "var", `{"weights":[1,1],"covariance":[[9,0],[0,16]],"confidence":0.95}`), map[string]float64{"var": 5 * 1.6448536269514722})
	wantReasons(t, ask(t, "var", `{"returns":[0.1,0.1,0.1,0.1],"method":"student_t"}`), map[string]string{"var": "no_volatility"})
	wantReasons(t, ask(t, "var", `{"returns":[0.1],"method":"normal"}`), map[string]string{"var": "too_short", "es": "too_short"})
	wantReasons(t, ask(t, "var", `{"weights":[0,0],"covariance":[[1,0],[0,1]]}`), map[string]string{"component": "no_volatility"})
	refusals(t, "var", map[string]string{
		`{"returns":[1],"confidence":1}`:                     "out_of_range",
		`{"returns":[1],"method":"crystal_ball"}`:            "unknown_choice",
		`{"weights":[1],"covariance":[[1,2],[3,4]]}`:         "length_mismatch",
		`{"weights":[1,2],"covariance":[[1,2],[3,4]]}`:       "not_symmetric",
		`{"weights":[1,1],"covariance":[[1,-3],[-3,1]]}`:     "not_positive_semidefinite",
		`{"weights":[1,1],"returns_matrix":[[1,2]]}`:         "too_short",
		`{"weights":[1,1],"returns_matrix":[[1,2],null]}`:    "gap",
		`{"weights":[1,1]}`:                                  "missing_field",
		`{"weights":[1],"covariance":7}`:                     "bad_request",
		`{"weights":[1],"covariance":[[1]],"method":"hist"}`: "unknown_choice",
	})
}

func TestBacktestDoor(t *testing.T) {
	losses := "[" + strings.TrimSuffix(strings.Repeat("2,"+strings.Repeat("0,", 49), 5), ",") + "]"
	a := ask(t, "backtest", `{"losses":`+losses+`,"var":1,"confidence":0.99}`)
	if a["exceptions"] != 5.0 || a["traffic_light"] != "yellow" {
		t.Errorf("got %v", a)
	}
	wantReasons(t, ask(t, "backtest", `{"losses":[],"var":[]}`), map[string]string{"kupiec_p": "empty", "traffic_light": "empty"})
	refusals(t, "backtest", map[string]string{
		`{"losses":[1,2],"var":[1]}`:             "length_mismatch",
		`{"losses":[1,2],"var":[1,null]}`:        "gap",
		`{"losses":[1,2],"var":"high"}`:          "bad_request",
		`{"losses":[1,2]}`:                       "missing_field",
		`{"losses":[1],"var":1,"confidence":-1}`: "out_of_range",
	})
}

func FuzzMetrics(f *testing.F) {
	fuzzEngine(f, "metrics", `{"returns":[0.1,-0.2,0.3],"benchmark":[0.1,0.1,-0.2],"risk_free":0.05}`, `{"returns":[1e308,-1e308,1e-320],"benchmark":[-1e308,1,2],"risk_free":[1,2,3]}`,
		`{"returns":[-1,-2],"periods_per_year":1e300}`, `{"returns":[0.1,0.1],"benchmark":[0,0]}`)
}

func FuzzVaR(f *testing.F) {
	fuzzEngine(f, "var", `{"returns":[0.1,-0.2,0.3,0.2,0.15],"method":"student_t"}`, `{"returns":[0.1,-0.2,0.3],"method":"cornish_fisher","confidence":0.01}`,
		`{"returns":[1e308,-1e308],"method":"normal"}`, `{"weights":[1e300,-1e300],"covariance":[[1e300,0],[0,1]]}`, `{"weights":[1,2],"returns_matrix":[[1,2],[1,2]]}`)
}

func FuzzBacktest(f *testing.F) {
	fuzzEngine(f, "backtest", `{"losses":[1,2,3],"var":2,"confidence":0.5}`, `{"losses":[1,2],"var":[0,9],"confidence":1e-300}`, `{"losses":[1],"var":-1}`)
}
