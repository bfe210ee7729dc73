package calc

import "testing"

func TestFactorsDoor(t *testing.T) {
	// y = 1 + 2x with residuals (1, −1, −1, 1): by hand
	a := ask(t, "factors", `{"dependent":[2,2,4,8],"factors":{"X":[0,1,2,3]}}`)
	wantFigures(t, a["params"].(map[string]any), map[string]float64{"alpha": 1, "X": 2})
	wantFigures(t, a["se"].(map[string]any), map[string]float64{"X": 0.6324555320336759, "alpha": 1.1832159566199232})
	wantFigures(t, a, map[string]float64{"r2": 20.0 / 24, "residual_sd": 1.4142135623730951, "f": 10, "durbin_watson": 2, "n": 4})
	wantFigures(t, a["vif"].(map[string]any), map[string]float64{"X": 1})
	perfect := ask(t, "factors", `{"dependent":[1,2,3,4],"factors":{"X":[0,1,2,3]},"errors":"hc3"}`)
	wantReasons(t, perfect, map[string]string{"se": "perfect_fit", "t": "perfect_fit", "f": "perfect_fit", "durbin_watson": "perfect_fit"})
	still := ask(t, "factors", `{"dependent":[1,1,1,1],"factors":{"X":[0,1,2,3]}}`)
	wantReasons(t, still, map[string]string{"r2": "dependent_constant", "se": "perfect_fit"})
	shrunk := ask(t, "factors", `{"dependent":[2,2,4,8],"factors":{"X":[0,1,2,3]},"ridge":4}`)
	wantFigures(t, shrunk["params"].(map[string]any), map[string]float64{"X": 1})
	wantReasons(t, shrunk, map[string]string{"se": "ridge", "p": "ridge"})
	refusals(t, "factors", map[string]string{
		`{}`:                      "missing_field",
		`{"dependent":[1,2,3,4]}`: "missing_field",
		`{"dependent":[1,2,3],"factors":{"X":[1,2]}}`:                            "length_mismatch",
		`{"dependent":[1,2],"factors":{"X":[1,2]}}`:                              "too_short",
		`{"dependent":[1,2,3,4],"factors":{"X":[1,1,1,1]}}`:                      "collinear",
		`{"dependent":[1,2,3,4,5],"factors":{"X":[1,2,3,5,4],"Y":[2,4,6,10,8]}}`: "collinear",
		`{"dependent":[1,2,3,4],"factors":{"X":[1,null,3,4]}}`:                   "gap",
		`{"dependent":[1,2,3,4],"factors":{"X":[1,3,2,4]},"errors":"white"}`:     "unknown_choice",
		`{"dependent":[1,2,3,4],"factors":{"X":[1,3,2,4]},"hac_lags":-1}`:        "out_of_range",
		`{"dependent":[1,2,3,4],"factors":{"X":[1,3,2,4]},"ridge":-1}`:           "out_of_range",
	})
}

func FuzzFactors(f *testing.F) {
	fuzzEngine(f, "factors", `{"dependent":[2,2,4,8,5],"factors":{"X":[0,1,2,3,9],"Y":[3,1,4,1,5]},"errors":"hac","hac_lags":9}`, `{"dependent":[2,2,4,8],"factors":{"X":[0,1,2,3]},"errors":"hc3"}`,
		`{"dependent":[1e300,2,-1e300],"factors":{"X":[1e-300,2,1e300]}}`, `{"dependent":[2,2,4],"factors":{"X":[0,1,2]},"ridge":1e-300}`)
}
