package calc

import (
	"fmt"
	"testing"
)

const twoAssets = `{"symbols":["A","B"],"covariance":[[0.04,0],[0,0.09]],"market_weights":[0.5,0.5],"risk_aversion":2,"tau":0.1%s}`

func TestBlackLittermanDoor(t *testing.T) {
	// equilibrium 2·0.04·0.5 and 2·0.09·0.5; the view on A counts as much as it: half way from 0.04 to 0.10
	a := ask(t, "black_litterman", fmt.Sprintf(twoAssets, `,"views":[{"weights":{"A":1},"return":0.1}]`))
	wantFigures(t, a["equilibrium_returns"].(map[string]any), map[string]float64{"A": 0.04, "B": 0.09})
	wantFigures(t, a["expected_returns"].(map[string]any), map[string]float64{"A": 0.07, "B": 0.09})
	// variance 0.04 + 0.004/2
	wantFigures(t, a["weights"].(map[string]any), map[string]float64{"A": 0.035 / 0.042, "B": 0.5 / 1.1})
	wantFigures(t, a, map[string]float64{"cash": 1 - 0.035/0.042 - 0.5/1.1})
	wantFigures(t, a["views"].([]any)[0].(map[string]any), map[string]float64{"uncertainty": 0.004, "equilibrium": 0.04, "expected": 0.07})
	sure := ask(t, "black_litterman", fmt.Sprintf(twoAssets, `,"views":[{"weights":{"A":1,"B":-1},"return":0.01,"confidence":1},{"weights":{"B":1},"return":9,"confidence":0}]`))
	wantFigures(t, sure["views"].([]any)[0].(map[string]any), map[string]float64{"uncertainty": 0, "expected": 0.01})
	wantReasons(t, sure["views"].([]any)[1].(map[string]any), map[string]string{"uncertainty": "ignored"})
	refusals(t, "black_litterman", map[string]string{
		`{}`: "missing_field",
		`{"symbols":["A","A"],"covariance":[[1,0],[0,1]],"market_weights":[0.5,0.5]}`:                                                    "bad_request",
		`{"symbols":["A"],"covariance":[[1,0],[0,1]],"market_weights":[1]}`:                                                              "length_mismatch",
		`{"symbols":["A"],"covariance":[[1]]}`:                                                                                           "missing_field",
		`{"symbols":["A"],"covariance":[[1]],"market_weights":[0.5]}`:                                                                    "bad_weights",
		`{"symbols":["A"],"covariance":[[1]],"market_caps":[-5]}`:                                                                        "out_of_range",
		`{"symbols":["A"],"covariance":[[-1]],"market_caps":[5]}`:                                                                        "not_a_covariance",
		fmt.Sprintf(twoAssets, `,"risk_aversion":-1`):                                                                                    "out_of_range",
		fmt.Sprintf(twoAssets, `,"views":[{"weights":{"C":1},"return":0.1}]`):                                                            "unknown_symbol",
		fmt.Sprintf(twoAssets, `,"views":[{"weights":{"A":null},"return":0.1}]`):                                                         "gap",
		fmt.Sprintf(twoAssets, `,"views":[{"weights":{"A":1}}]`):                                                                         "missing_field",
		fmt.Sprintf(twoAssets, `,"views":[{"weights":{},"return":1}]`):                                                                   "bad_view",
		fmt.Sprintf(twoAssets, `,"views":[{"weights":{"A":1},"return":1,"confidence":2}]`):                                               "out_of_range",
		fmt.Sprintf(twoAssets, `,"views":[{"weights":{"A":1},"return":1,"confidence":1},{"weights":{"A":1},"return":2,"confidence":1}]`): "singular",
	})
}

func FuzzBlackLitterman(f *testing.F) {
	fuzzEngine(f, "black_litterman", fmt.Sprintf(twoAssets, `,"views":[{"weights":{"A":1,"B":-1},"return":0.01,"confidence":0.5},{"weights":{"B":1},"return":9}]`),
		`{"symbols":["A"],"covariance":[[1e300]],"market_caps":[5],"tau":1e300,"views":[{"weights":{"A":1e300},"return":1e308,"uncertainty":1e-300}]}`)
}
