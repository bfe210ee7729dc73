package calc

import (
	"fmt"
	"testing"
)

func TestCovarianceDoor(t *testing.T) {
	a := ask(t, "covariance", `{"returns":{"B":[1,2,3],"A":[4,6,5]}}`)
	if got := fmt.Sprint(a["symbols"], a["matrix"]); got != "[B A] [[1 0.5] [0.5 1]]" {
		t.Errorf("got %s", got)
	}
	for _, estimator := range []string{"ledoit_wolf", "oas", "ledoit_wolf_constant_correlation"} {
		if a := ask(t, "covariance", `{"returns":{"B":[1,2,3],"A":[4,6,5]},"estimator":"`+estimator+`"}`); a["shrinkage"] == nil {
			t.Errorf("%s: %v", estimator, a)
		}
	}
	wantReasons(t, ask(t, "covariance", `{"returns":{"A":[1e200,-1e200]}}`), map[string]string{"matrix": "not_finite"})
	refusals(t, "covariance", map[string]string{
		`{}`:                                          "missing_field",
		`{"returns":{}}`:                              "missing_field",
		`{"returns":[1]}`:                             "bad_request",
		`{"returns":{"A":[1,2],"B":[1]}}`:             "length_mismatch",
		`{"returns":{"A":[1,null]}}`:                  "gap",
		`{"returns":{"A":null}}`:                      "missing_field",
		`{"returns":{"A":[1]}}`:                       "bad_request",
		`{"returns":{"A":[1,2],"A":[1,2]}}`:           "bad_request",
		`{"returns":{"A":[1,2]},"estimator":"guess"}`: "unknown_choice",
		`{"returns":{"A":[1,2]},"estimator":"ewma","lambda":1.5}`: "bad_request",
	})
}

func TestCorrelationDoor(t *testing.T) {
	a := ask(t, "correlation", `{"returns":{"A":[1,2,3],"B":[2,4,6],"C":[3,1,2]},"linkage":"average"}`)
	if got := fmt.Sprint(a["leaf_order"], len(a["linkage"].([]any))); got != "[C A B] 2" {
		t.Errorf("got %s", got)
	}
	if _, there := a["periods"]; there {
		t.Error("coverage is stated where nothing is missing")
	}
	a = ask(t, "correlation", `{"returns":{"A":[1,2,3,null],"B":[2,4,6,1],"FLAT":[1,1,1,1]},"method":"spearman","linkage":"single"}`)
	if got := fmt.Sprint(a["matrix"], a["periods"]); got != "[[1 1 <nil>] [1 1 <nil>] [<nil> <nil> <nil>]] [[3 3 3] [3 4 4] [3 4 4]]" {
		t.Errorf("got %s", got)
	}
	wantReasons(t, a, map[string]string{"linkage": "correlation_unknown", "leaf_order": "correlation_unknown"})
	refusals(t, "correlation", map[string]string{
		`{"returns":{"A":[1,2],"B":[3,1]},"method":"kendall"}`:  "unknown_choice",
		`{"returns":{"A":[1,2],"B":[3,1]},"linkage":"nearest"}`: "unknown_choice",
	})
}

func FuzzCovariance(f *testing.F) {
	fuzzEngine(f, "covariance", `{"returns":{"A":[1,2,3],"B":[1,1,1]},"estimator":"ledoit_wolf_constant_correlation"}`, `{"returns":{"A":[1e200,-1e200]},"estimator":"oas"}`,
		`{"returns":{"A":[0,0],"B":[0,0]},"estimator":"ledoit_wolf"}`, `{"returns":{"A":[1,2]},"estimator":"ewma","lambda":0.5}`)
}

func FuzzCorrelation(f *testing.F) {
	fuzzEngine(f, "correlation", `{"returns":{"A":[1,2,null],"B":[2,1,3]},"method":"spearman","linkage":"ward"}`, `{"returns":{"A":[1e308,-1e308]},"linkage":"single"}`, `{"returns":{"A":[]}}`)
}
