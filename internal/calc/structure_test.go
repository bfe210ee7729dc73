package calc

import (
	"fmt"
	"math"
	"testing"
)

func TestStructureDoor(t *testing.T) {
	// A and B move as one but for a little, C against the half of them, FLAT not at all
	a := ask(t, "structure", `{"returns":{"A":[1,-1,2,-2],"B":[1,-1,2,-2.5],"C":[1,1,-1,-1],"FLAT":[3,3,3,3]},
		"weights":{"A":0.5,"C":0.5},"labels":{"A":["Energy"],"B":["Energy"]}}`)
	if got := fmt.Sprint(a["symbols"], a["left_out"]); got != "[A B C] [FLAT]" {
		t.Errorf("got %s", got)
	}
	clusters := a["clusters"].([]any)
	if len(clusters) != 2 || clusters[0].(map[string]any)["name"] != "C" || clusters[1].(map[string]any)["name"] != "Energy" {
		t.Errorf("got %v", clusters)
	}
	// variances 10/3 and 4/3, covariance of A and C: (1 − 1 − 2 + 2)/3 = 0
	wantFigures(t, a, map[string]float64{"volatility": 1.0801234497346435, "diversification_ratio": (1.8257418583505538 + 1.1547005383792515) / 2 / 1.0801234497346435})
	pca := a["pca"].(map[string]any)
	sum := 0.0
	for _, v := range pca["eigenvalues"].([]any) {
		sum += v.(float64)
	}
	wantFigures(t, map[string]any{"sum": sum}, map[string]float64{"sum": 3})
	// N/T = 3/4
	wantFigures(t, a["marchenko_pastur"].(map[string]any), map[string]float64{"lambda_plus": 3.4820508075688776, "lambda_minus": 0.017949192431122807})
	// two names without correlation are two bets of their own risk: 10 and 4
	b := ask(t, "structure", `{"returns":{"A":[1,-1,2,-2],"C":[1,1,-1,-1]},"weights":{"A":0.5,"C":-0.5},"clusters":1,"basis":"covariance"}`)
	wantFigures(t, b["bets"].(map[string]any), map[string]float64{"A": 10.0 / 14, "C": 4.0 / 14})
	wantFigures(t, b, map[string]float64{"effective_bets": 7 / (math.Pow(5, 5.0/7) * math.Pow(2, 2.0/7))})
	twins := ask(t, "structure", `{"returns":{"A":[1,-1,2],"B":[1,-1,2]},"weights":{"A":1,"B":-1}}`)
	wantReasons(t, twins, map[string]string{"effective_bets": "no_volatility", "diversification_ratio": "no_volatility"})
	wantReasons(t, ask(t, "structure", `{"returns":{"A":[1,-1,2],"B":[1,-1,2]},"weights":{"A":1}}`), map[string]string{"effective_bets": "singular"})
	wantReasons(t, ask(t, "structure", `{"returns":{"A":[1,1]}}`), map[string]string{"pca": "does_not_move", "clusters": "does_not_move"})
	refusals(t, "structure", map[string]string{
		`{}`:                                           "missing_field",
		`{"returns":{"A":[1]}}`:                        "too_short",
		`{"returns":{"A":[1,null]}}`:                   "gap",
		`{"returns":{"A":[1e200,-1e200]}}`:             "out_of_range",
		`{"returns":{"A":[1,2]},"basis":"x"}`:          "unknown_choice",
		`{"returns":{"A":[1,2]},"linkage":"x"}`:        "unknown_choice",
		`{"returns":{"A":[1,2]},"clusters":0}`:         "out_of_range",
		`{"returns":{"A":[1,2]},"min_correlation":2}`:  "out_of_range",
		`{"returns":{"A":[1,2]},"weights":{"B":1}}`:    "unknown_symbol",
		`{"returns":{"A":[1,2]},"weights":{"A":null}}`: "gap",
	})
}

func TestSingleIndexDoor(t *testing.T) {
	a := ask(t, "covariance", `{"returns":{"B":[1,2,3],"A":[4,6,5]},"estimator":"ledoit_wolf_single_index"}`)
	if a["shrinkage"] == nil || a["matrix"] == nil {
		t.Errorf("got %v", a)
	}
}

func FuzzStructure(f *testing.F) {
	fuzzEngine(f, "structure", `{"returns":{"A":[1,-1,2,-2],"B":[1,-1,2,-2.5],"C":[3,3,3,3]},"weights":{"A":0.5,"C":-1e300},"labels":{"A":["x"]},"clusters":2}`,
		`{"returns":{"A":[1e150,-1e150],"B":[1e-300,-1e-300]},"weights":{"A":1,"B":1},"basis":"covariance"}`, `{"returns":{"A":[1e-170,2e-170,0]},"weights":{"A":1e308},"min_correlation":-1}`)
}
