package calc

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// two assets without correlation: the least variance has weights as 1/0.04 to 1/0.01
const plain = `"symbols":["A","B"],"expected_returns":[0.1,0.05],"covariance":[[0.04,0],[0,0.01]]`

func TestOptimizeDoor(t *testing.T) {
	weights := func(request string, want ...float64) map[string]any {
		t.Helper()
		a := ask(t, "optimize", request)
		for i, w := range a["weights"].([]any) {
			if math.Abs(w.(float64)-want[i]) > 1e-8 {
				t.Errorf("%s: got %v, want %v", request, a["weights"], want)
			}
		}
		check := a["check"].(map[string]any)
		if check["violation"].(float64) > 1e-9 {
			t.Errorf("%s: %v", request, check)
		}
		return a
	}
	a := weights(`{`+plain+`,"objective":"min_volatility"}`, 0.2, 0.8)
	wantFigures(t, a, map[string]float64{"volatility": math.Sqrt(0.2*0.2*0.04 + 0.8*0.8*0.01), "return": 0.06, "gross": 1})
	weights(`{`+plain+`,"objective":"min_volatility","groups":[{"name":"a","members":["A"],"low":0.3}]}`, 0.3, 0.7)
	weights(`{`+plain+`,"objective":"min_volatility","groups":[{"members":[1],"high":0.6}]}`, 0.4, 0.6)
	weights(`{`+plain+`,"objective":"min_volatility","constraints":[{"weights":{"A":1,"B":-1},"low":0,"high":0}]}`, 0.5, 0.5)
	weights(`{`+plain+`,"objective":"min_volatility","bounds":[[0,1],[0,0.75]]}`, 0.25, 0.75)
	a = weights(`{`+plain+`,"objective":"min_volatility","current":{"A":1},"max_turnover":0.3}`, 0.7, 0.3)
	wantFigures(t, a, map[string]float64{"turnover": 0.3})
	// the most return is all in A; gross 1.4 allows 0.2 short of B
	weights(`{`+plain+`,"objective":"efficient_risk","target_volatility":9,"bounds":[-1,2],"max_gross":1.4}`, 1.2, -0.2)
	weights(`{`+plain+`,"objective":"efficient_return","target_return":0.075}`, 0.5, 0.5)
	weights(`{`+plain+`,"objective":"efficient_risk","target_volatility":0.11180339887498949}`, 0.5, 0.5)
	// (μ − r)/σ²: 2.5 to 5
	weights(`{`+plain+`,"objective":"max_sharpe"}`, 1.0/3, 2.0/3)
	weights(`{`+plain+`,"objective":"max_diversification"}`, 1.0/3, 2.0/3)
	weights(`{`+plain+`,"objective":"risk_parity"}`, 1.0/3, 2.0/3)
	weights(`{`+plain+`,"objective":"hrp"}`, 0.2, 0.8)
	a = weights(`{"objective":"min_cvar","returns_matrix":[[-2,1],[1,-1]],"confidence":0.5}`, 0.4, 0.6)
	wantFigures(t, a, map[string]float64{"cvar": 0.2, "cvar_bound": 0.2})
	wantReasons(t, a, map[string]string{"return": "no_expected_returns"})

	f := ask(t, "optimize", `{`+plain+`,"objective":"efficient_frontier","points":3}`)
	rows, corners := f["frontier"].([]any), f["corners"].([]any)
	if len(rows) != 3 || len(corners) != 2 {
		t.Fatalf("got %v", f)
	}
	for k, w := range []float64{0.2, 0.6, 1} {
		wantFigures(t, rows[k].(map[string]any), map[string]float64{"return": 0.05 + 0.05*w})
	}
	wantFigures(t, ask(t, "optimize", `{"covariance":[[0.04]],"objective":"min_volatility"}`), map[string]float64{"volatility": 0.2})
}

func TestOptimizeRefusals(t *testing.T) {
	with := func(more string) string { return `{` + plain + `,` + more + `}` }
	refusals(t, "optimize", map[string]string{
		`{}`: "missing_field",
		`{"objective":"min_volatility","covariance":[[-1]]}`:                                 "not_a_covariance",
		`{"objective":"min_volatility","covariance":[[1,2],[2,1]]}`:                          "not_positive_semidefinite",
		`{"objective":"min_volatility","covariance":[[1,0],[0.5,1]]}`:                        "not_a_covariance",
		`{"objective":"min_volatility","covariance":[[1e300]]}`:                              "out_of_range",
		`{"objective":"max_sharpe","covariance":[[1]]}`:                                      "expected_returns",
		`{"objective":"min_cvar"}`:                                                           "missing_field",
		`{"objective":"min_cvar","returns_matrix":[[1,2],[2,1],[0,1]]}`:                      "too_short",
		with(`"objective":"best"`):                                                           "unknown_objective",
		with(`"objective":"efficient_return"`):                                               "missing_field",
		with(`"objective":"efficient_return","target_return":0.2`):                           "target_unreachable",
		with(`"objective":"efficient_risk"`):                                                 "missing_field",
		with(`"objective":"efficient_risk","target_volatility":0.01`):                        "target_unreachable",
		with(`"objective":"efficient_frontier","points":1`):                                  "out_of_range",
		with(`"objective":"efficient_frontier","points":1000000`):                            "out_of_range",
		with(`"objective":"max_sharpe","risk_free":0.2`):                                     "no_excess_return",
		with(`"objective":"hrp","bounds":[0,0.5]`):                                           "constraints_unsupported",
		with(`"objective":"risk_parity","groups":[{"members":["A"],"high":0.1}]`):            "constraints_unsupported",
		with(`"objective":"risk_parity","budget":[1,0]`):                                     "bad_budget",
		with(`"objective":"min_volatility","bounds":[0.6,1]`):                                "infeasible",
		with(`"objective":"min_volatility","bounds":[[0,1]]`):                                "length_mismatch",
		with(`"objective":"min_volatility","bounds":[1]`):                                    "bad_request",
		with(`"objective":"min_volatility","symbols":["A"]`):                                 "length_mismatch",
		with(`"objective":"min_volatility","groups":[{"members":["C"],"high":1}]`):           "unknown_symbol",
		with(`"objective":"min_volatility","groups":[{"members":["A","A"],"high":1}]`):       "bad_constraint",
		with(`"objective":"min_volatility","groups":[{"members":["A"]}]`):                    "bad_constraint",
		with(`"objective":"min_volatility","groups":[{"members":[7],"high":1}]`):             "unknown_symbol",
		with(`"objective":"min_volatility","constraints":[{"weights":[1],"high":1}]`):        "length_mismatch",
		with(`"objective":"min_volatility","constraints":[{"weights":{"A":null},"high":1}]`): "gap",
		with(`"objective":"min_volatility","max_turnover":0.1`):                              "missing_field",
		with(`"objective":"min_volatility","max_turnover":-1,"current":[1,0]`):               "out_of_range",
		with(`"objective":"min_volatility","max_gross":0.5`):                                 "infeasible",
	})
	_, err := Answer("optimize", []byte(with(`"objective":"min_volatility","groups":[{"name":"tech","members":["A"],"low":0.7},{"name":"banks","members":["B"],"low":0.6}]`)))
	var refused *Error
	if !errors.As(err, &refused) || refused.Code != "infeasible" || !strings.Contains(refused.Detail, "tech") || !strings.Contains(refused.Detail, "banks") || !strings.Contains(refused.Detail, "0.3") {
		t.Errorf("got %v", err)
	}
}

func FuzzOptimize(f *testing.F) {
	var seeds []string
	for _, objective := range []string{"min_volatility", "max_sharpe", "efficient_frontier", "hrp", "risk_parity", "max_diversification"} {
		seeds = append(seeds, `{`+plain+`,"objective":"`+objective+`","groups":[{"members":["A"],"low":0.1,"high":0.6}],"current":[1,0],"max_turnover":0.9,"max_gross":1.5,"bounds":[-1,1]}`)
	}
	fuzzEngine(f, "optimize", append(seeds,
		`{"objective":"min_cvar","returns_matrix":[[-2,1],[1,-1]],"confidence":0.5}`,
		`{"objective":"efficient_risk","target_volatility":0.1,"covariance":[[1,1],[1,1]],"expected_returns":[1e29,-1e29],"bounds":[[-1e29,1e29],[0,1]]}`,
		`{"objective":"efficient_return","target_return":0.1,"covariance":[[1e-59,0],[0,1e59]],"expected_returns":[1,2],"constraints":[{"weights":[1e-30,1e30],"low":-1e300,"high":1e300}]}`)...)
}

// Random problems, many of them odd, get an answer or a refusal, and an answer holds.
func TestOptimizeOfOddProblems(t *testing.T) {
	answered, refused := 0, 0
	odd := []float64{0, 1, -1, 1e-30, 1e20, 0.5, 1e-9}
	for seed := range uint64(1500) {
		g := rand.New(rand.NewPCG(seed, 61))
		n := 1 + g.IntN(6)
		rank := 1 + g.IntN(n)
		number := func() float64 {
			if g.IntN(12) == 0 {
				return odd[g.IntN(len(odd))]
			}
			return g.NormFloat64()
		}
		loads := make([][]float64, n)
		for i := range loads {
			for range rank {
				loads[i] = append(loads[i], number())
			}
		}
		c, mu, returns := make([][]float64, n), make([]float64, n), make([][]float64, 30)
		for i := range n {
			mu[i] = number()
			for j := range n {
				sum := 0.0
				for k := range rank {
					sum += loads[i][k] * loads[j][k]
				}
				c[i] = append(c[i], sum)
			}
		}
		for k := range returns {
			for range n {
				returns[k] = append(returns[k], number())
			}
		}
		doc := map[string]any{"covariance": c, "expected_returns": mu, "returns_matrix": returns, "target_return": number(), "target_volatility": math.Abs(number()),
			"objective": []string{"min_volatility", "max_sharpe", "efficient_return", "efficient_risk", "efficient_frontier", "risk_parity", "hrp", "max_diversification", "min_cvar"}[g.IntN(9)]}
		if g.IntN(2) == 0 {
			doc["bounds"] = []float64{-math.Abs(number()), 1}
		}
		if g.IntN(3) == 0 {
			doc["groups"] = []any{map[string]any{"members": []int{g.IntN(n)}, "low": number(), "high": 2}}
		}
		if g.IntN(3) == 0 {
			doc["current"], doc["max_turnover"] = mu, math.Abs(number())
		}
		if g.IntN(3) == 0 {
			doc["max_gross"] = 1 + math.Abs(number())
		}
		request, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		body, err := Answer("optimize", request)
		var no *Error
		switch {
		case errors.As(err, &no):
			if refused++; no.Code == "" || no.Detail == "" || no.Code == "not_finite" {
				t.Fatalf("seed %d: %s refused as %+v", seed, request, no)
			}
			// equal risks need not exist where some portfolio has none
			if no.Code == "not_solved" && (doc["objective"] != "risk_parity" || rank == n) {
				t.Errorf("seed %d: %v %s: %v", seed, doc["objective"], request, no)
			}
		case err != nil:
			t.Fatalf("seed %d: %v", seed, err)
		default:
			answered++
			var a struct {
				Weights []float64
				Check   struct{ Violation float64 }
			}
			if err := json.Unmarshal(body, &a); err != nil {
				t.Fatal(err)
			}
			largest := 1.0
			for _, w := range a.Weights {
				largest = math.Max(largest, math.Abs(w))
			}
			if a.Check.Violation > 1e-7*largest {
				t.Errorf("seed %d: %v breaches by %v in %s", seed, doc["objective"], a.Check.Violation, request)
			}
		}
	}
	if answered < 400 || refused < 200 {
		t.Fatalf("%d answered, %d refused: the problems are not what they should be", answered, refused)
	}
}
