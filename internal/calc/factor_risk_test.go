package calc

import (
	"fmt"
	"strings"
	"testing"
)

// By hand: exposures 100·1 + 50·(−2) = 0 and 100·0.5 + 50·1 = 100, so that only the
// second factor's variance 0.01 counts: 100; specific (100·0.1)² + (50·0.2)² = 200.
const riskByHand = `{"positions":[{"id":"A","value":100,"betas":{"M":1,"V":0.5},"specific":0.1},{"id":"B","value":50,"betas":{"M":-2,"V":1},"specific":0.2}],
	"factor_covariance":{"factors":["M","V"],"matrix":[[0.04,0.002],[0.002,0.01]]},"periods_per_year":4%s}`

func TestFactorRiskDoor(t *testing.T) {
	a := ask(t, "factor_risk", fmt.Sprintf(riskByHand, ""))
	p := a["portfolio"].(map[string]any)
	wantFigures(t, a, map[string]float64{"capital": 150, "coverage": 1})
	wantFigures(t, p, map[string]float64{"variance": 300, "specific_variance": 200, "factor_share": 1.0 / 3, "volatility": 17.320508075688775, "annual_volatility": 0.2309401076758503})
	wantFigures(t, p["exposures"].(map[string]any), map[string]float64{"M": 0, "V": 100})
	wantFigures(t, p["betas"].(map[string]any), map[string]float64{"M": 0, "V": 2.0 / 3})
	first := a["positions"].([]any)[0].(map[string]any)
	// A: 100 (1·0.2 + 0.5·1), and its own 100
	wantFigures(t, first, map[string]float64{"factor_variance": 70, "specific_variance": 100, "share": 170.0 / 300})
	// one issuer: specific (10 + 10)²
	same := strings.ReplaceAll(fmt.Sprintf(riskByHand, `,"capital":0`), `"specific"`, `"issuer":"X","specific"`)
	p = ask(t, "factor_risk", same)["portfolio"].(map[string]any)
	wantFigures(t, p, map[string]float64{"specific_variance": 400})
	wantReasons(t, p, map[string]string{"betas": "no_capital", "annual_volatility": "no_capital"})
	refusals(t, "factor_risk", map[string]string{
		`{}`:                                                                                      "missing_field",
		`{"positions":[{"id":"A"}]}`:                                                              "missing_field",
		`{"positions":[{"value":1}]}`:                                                             "missing_field",
		`{"positions":[{"id":"A","value":1}]}`:                                                    "missing_field",
		`{"positions":[{"id":"A","value":"1"}]}`:                                                  "bad_request",
		fmt.Sprintf(riskByHand, `,"specific":"sample"`):                                           "bad_request",
		fmt.Sprintf(riskByHand, `,"specific":"x"`):                                                "unknown_choice",
		fmt.Sprintf(riskByHand, `,"minimum_history":1`):                                           "out_of_range",
		strings.Replace(fmt.Sprintf(riskByHand, ""), `"M":1,`, ``, 1):                             "missing_exposure",
		strings.Replace(fmt.Sprintf(riskByHand, ""), `"M":1,`, `"M":null,`, 1):                    "missing_exposure",
		strings.Replace(fmt.Sprintf(riskByHand, ""), `"M":1,`, `"M":1,"Q":1,`, 1):                 "unknown_factor",
		strings.Replace(fmt.Sprintf(riskByHand, ""), `"specific":0.1`, `"x":0`, 1):                "missing_field",
		strings.Replace(fmt.Sprintf(riskByHand, ""), `"specific":0.1`, `"specific":-1`, 1):        "out_of_range",
		strings.Replace(fmt.Sprintf(riskByHand, ""), `[0.002,0.01]`, `[0.003,0.01]`, 1):           "not_symmetric",
		strings.Replace(fmt.Sprintf(riskByHand, ""), `[[0.04,0.002]`, `[[-0.04,0.002]`, 1):        "bad_request",
		strings.Replace(fmt.Sprintf(riskByHand, ""), `"id":"B"`, `"id":"A"`, 1):                   "bad_request",
		strings.Replace(fmt.Sprintf(riskByHand, ""), `"factors":["M","V"]`, `"factors":["M"]`, 1): "length_mismatch",
	})
}

func TestFactorRiskFromSeries(t *testing.T) {
	series := `"factors":{"X":[0,1,2,3,1,-1],"Y":[1,-1,0,2,2,1]},"minimum_history":4`
	a := ask(t, "factor_risk", `{"positions":[{"id":"A","value":10,"returns":[2,2,4,8,5,0]},{"id":"B","value":-5,"returns":[null,1,0,1,2,1]},{"id":"NEW","value":5,"returns":[null,null,null,null,1,1]}],`+series+`}`)
	wantFigures(t, a, map[string]float64{"periods": 6, "coverage": 0.75})
	positions := a["positions"].([]any)
	first, last := positions[0].(map[string]any), positions[2].(map[string]any)
	if first["quality"] != "limited_history" || first["jarque_bera"] == nil || positions[1].(map[string]any)["periods"] != 5.0 {
		t.Errorf("got %v", positions)
	}
	wantReasons(t, last, map[string]string{"betas": "too_short", "share": "too_short", "quality": "too_short"})
	alone := ask(t, "factors", `{"dependent":[2,2,4,8,5,0],"factors":{"X":[0,1,2,3,1,-1],"Y":[1,-1,0,2,2,1]}}`)
	wantFigures(t, first["betas"].(map[string]any), map[string]float64{"X": alone["params"].(map[string]any)["X"].(float64)})
	// with the residuals' own covariance the whole is the variance of the book's own returns:
	// 10·A − 5·B = 15, 15, 40, 75, 40, −5 has squared deviations of 3900 about its mean 30, over 5
	b := ask(t, "factor_risk", `{"positions":[{"id":"A","value":10,"returns":[2,2,4,8,5,0]},{"id":"B","value":-5,"returns":[1,1,0,1,2,1]}],"specific":"sample",`+series+`}`)
	wantFigures(t, b["portfolio"].(map[string]any), map[string]float64{"variance": 780})
	none := ask(t, "factor_risk", `{"positions":[{"id":"A","value":10,"returns":[2,2,null,null,null,0]}],`+series+`}`)
	wantReasons(t, none["portfolio"].(map[string]any), map[string]string{"variance": "no_position_explained"})
	refusals(t, "factor_risk", map[string]string{
		`{"positions":[{"id":"A","value":10,"returns":[2]}],` + series + `}`:                                               "length_mismatch",
		`{"positions":[{"id":"A","value":10}],` + series + `}`:                                                             "missing_field",
		`{"positions":[{"id":"A","value":10,"returns":[null,2,4,8,5,0]}],"specific":"sample",` + series + `}`:              "gap",
		`{"positions":[{"id":"A","value":10,"returns":[2,2,4,8,5,0]}],"factors":{"X":[0,1,2,3,1,-1],"Y":[0,1,2,3,1,-1]}}`:  "collinear",
		`{"positions":[{"id":"A","value":10,"returns":[2,2,4,8,5,0]}],"factors":{"X":[0,0,0,0,0,0]},"orthogonalise":true}`: "collinear",
		`{"positions":[{"id":"A","value":10,"returns":[2,2,4,8,5,0]}],"set":"spreads","proxies":{"VUG":[0,1,2,3,1,-1]}}`:   "missing_proxy",
		`{"positions":[{"id":"A","value":10,"returns":[2,2,4,8,5,0]}],"set":"moon","proxies":{"VUG":[0,1,2,3,1,-1]}}`:      "unknown_choice",
	})
}

func TestFactorRiskOrthogonal(t *testing.T) {
	request := `{"positions":[{"id":"A","value":10,"returns":[2,2,4,8,5,0]}],"factors":{"X":[0,1,2,3,1,-1],"Y":[1,0,2,4,2,1],"Z":[0,2,4,6,2,-2]},"minimum_history":4,"orthogonalise":true}`
	a := ask(t, "factor_risk", request)
	if got := fmt.Sprint(a["factors"]); got != "[X Y]" {
		t.Errorf("got %v", got)
	}
	out := a["orthogonal"].(map[string]any)["left_out"].(map[string]any)
	wantFigures(t, out, map[string]float64{"Z": 0})
	wantFigures(t, a["quality"].(map[string]any), map[string]float64{"condition_number": 1})
	spreads := ask(t, "factor_risk", `{"set":"spreads","minimum_history":6,"positions":[{"id":"A","value":10,"returns":[2,2,4,8,5,0,1]}],
		"proxies":{"VUG":[0,1,2,3,1,-1,0],"VTV":[1,1,0,1,1,0,1],"MTUM":[0,1,0,1,3,0,2],"SPY":[0,1,1,1,0,0,1],"IWM":[2,1,0,0,1,0,0],"QUAL":[0,2,1,1,1,0,3]}}`)
	if got := fmt.Sprint(spreads["factors"]); got != "[growth_value momentum size quality]" {
		t.Errorf("got %v", got)
	}
}

func FuzzFactorRisk(f *testing.F) {
	fuzzEngine(f, "factor_risk", fmt.Sprintf(riskByHand, ""), fmt.Sprintf(riskByHand, `,"capital":-1e300,"issuer":"x"`),
		`{"positions":[{"id":"A","value":10,"returns":[2,2,null,8,5,0]},{"id":"B","value":-1e300,"returns":[1,1,0,1,2,1]}],"factors":{"X":[0,1,2,3,1,-1],"Y":[1,0,2,4,2,1e9]},"minimum_history":4,"orthogonalise":true}`,
		`{"positions":[{"id":"A","value":10,"returns":[2,2,4,8,5,0]}],"factors":{"X":[0,1,2,3,1,1e170]},"specific":"sample","minimum_history":3}`)
}

func BenchmarkFactorRiskDoor(b *testing.B) {
	var request strings.Builder
	line := func(k int) string {
		parts := make([]string, 252)
		for i := range parts {
			parts[i] = fmt.Sprintf("%.6f", float64((i*k*7919+i*i*31+k*104729)%2003-1001)/50000)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	request.WriteString(`{"factors":{"M":` + line(1) + `,"S":` + line(2) + `,"V":` + line(3) + `},"positions":[`)
	for k := range 30 {
		fmt.Fprintf(&request, `{"id":"P%d","value":%d,"returns":%s},`, k, 1000*k-8000, line(k+4))
	}
	body := []byte(strings.TrimSuffix(request.String(), ",") + "]}")
	for b.Loop() {
		if _, err := Answer("factor_risk", body); err != nil {
			b.Fatal(err)
		}
	}
}
