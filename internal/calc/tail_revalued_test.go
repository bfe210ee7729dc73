package calc

import (
	"fmt"
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/option"
)

// A stock and a put on it in three periods, the worst of which is the quantile.
func TestHistoricalDoor(t *testing.T) {
	const book = `"positions":[{"id":"stock","asset":"A","value":10000},{"id":"put","asset":"A","option":{"quantity":100,"spot":100,"strike":100,"days":91.25,"rate":0.03,"volatility":0.2,"type":"put"}}]`
	request := func(rest string) string {
		return `{` + book + `,"returns":{"A":[0.02,-0.1,0.01]},"confidence":0.99999999999` + rest + `}`
	}
	price := func(spot, volatility, years float64) float64 {
		return option.European(option.Terms{Kind: option.Put, Spot: spot, Strike: 100, Years: years, Rate: 0.03, Volatility: volatility}).Price
	}
	now := price(100, 0.2, 0.25)
	for _, c := range []struct {
		rest string
		put  float64
	}{
		{``, price(90, 0.2, 0.25)},
		{`,"volatility_moves":{"A":[0,0.05,0]}`, price(90, 0.25, 0.25)},
		{`,"elapsed_days":18.25`, price(90, 0.2, 0.2)},
	} {
		a := ask(t, "historical", request(c.rest))
		put := -100 * (c.put - now)
		// between the worst period and the next, 1e-11 of the way
		if got := a["es"].(float64); math.Abs(got-(1000+put)) > 1e-6 {
			t.Errorf("%s: es %v, want %v", c.rest, got, 1000+put)
		}
		parts := a["component_es"].(map[string]any)
		if math.Abs(parts["stock"].(float64)-1000) > 1e-9 || math.Abs(parts["put"].(float64)-put) > 1e-9 {
			t.Errorf("%s: parts %v", c.rest, parts)
		}
		if saved := a["incremental_es"].(map[string]any)["put"].(float64); math.Abs(saved-put) > 1e-6 {
			t.Errorf("%s: the put adds %v, want %v", c.rest, saved, put)
		}
	}
	for _, method := range []string{"historical", "age_weighted", "filtered"} {
		a := ask(t, "historical", `{`+book+`,"returns":{"A":`+drawn(1, 400)+`},"method":"`+method+`","profits":true}`)
		for _, key := range []string{"var", "es"} {
			sum := 0.0
			for _, part := range a["component_"+key].(map[string]any) {
				sum += part.(float64)
			}
			if math.Abs(sum-a[key].(float64)) > 1e-8 || a["es"].(float64) < a["var"].(float64) {
				t.Errorf("%s: parts of %s sum to %v of %v", method, key, sum, a[key])
			}
		}
		if n := len(a["profits"].([]any)); n != int(a["scenarios"].(float64)) || n != map[string]int{"filtered": 351}[method]+map[bool]int{true: 400}[method != "filtered"] {
			t.Errorf("%s: %d profits in %v scenarios", method, n, a["scenarios"])
		}
	}
	wantReasons(t, ask(t, "historical", `{"positions":[],"returns":{"A":[1]},"profits":true}`), map[string]string{"var": "nothing_held", "component_es": "nothing_held", "profits": "nothing_held"})
	wantReasons(t, ask(t, "historical", `{"positions":[{"id":"A","value":1}],"returns":{"A":[]}}`), map[string]string{"var": "empty", "incremental_es": "empty"})
	wantReasons(t, ask(t, "historical", `{"positions":[{"id":"A","value":1}],"returns":{"A":[0,0]},"method":"filtered"}`), map[string]string{"var": "too_short"})
	wantReasons(t, ask(t, "historical", `{"positions":[{"id":"A","value":1e308}],"returns":{"A":[1e308,-1]}}`), map[string]string{"var": "out_of_range", "component_var": "out_of_range"})
	refusals(t, "historical", map[string]string{
		`{}`: "missing_field",
		`{"positions":[{"id":"A","value":1}],"returns":{"A":[1]},"method":"x"}`:                   "unknown_choice",
		`{"positions":[{"id":"A","value":1}],"returns":{"A":[1]},"lambda":1}`:                     "out_of_range",
		`{"positions":[{"id":"A","value":1}],"returns":{"A":[1]},"elapsed_days":-1}`:              "out_of_range",
		`{"positions":[{"id":"A"}],"returns":{"A":[1]}}`:                                          "missing_field",
		`{"positions":[{"value":1}],"returns":{"A":[1]}}`:                                         "bad_request",
		`{"positions":[{"id":"B","value":1}],"returns":{"A":[1]}}`:                                "unknown_symbol",
		`{"positions":[{"id":"A","value":1}],"returns":{"A":[1]},"volatility_moves":{"B":[1]}}`:   "unknown_symbol",
		`{"positions":[{"id":"A","value":1}],"returns":{"A":[1]},"volatility_moves":{"A":[1,2]}}`: "length_mismatch",
		`{"positions":[{"id":"A","option":{"spot":1,"strike":1,"days":1}}],"returns":{"A":[1]}}`:  "missing_field",
		`{"positions":[{"id":"A","value":1},{"id":"A","value":1}],"returns":{"A":[1]}}`:           "bad_request",
		`{"positions":[{"id":"A","value":1}],"returns":{"A":[null]}}`:                             "gap",
		`{` + book + `,"returns":{"A":[0.1]},"elapsed_days":100}`:                                 "expired",
		`{"positions":[` + manyAmericans(2000) + `],"returns":{"A":` + drawn(1, 300) + `}}`:       "out_of_range",
	})
}

func manyAmericans(n int) (list string) {
	for i := range n {
		if i > 0 {
			list += ","
		}
		list += fmt.Sprintf(`{"id":"o%d","asset":"A","option":{"quantity":1,"spot":100,"strike":100,"days":30,"rate":0.03,"volatility":0.2,"type":"put","style":"american"}}`, i)
	}
	return list
}

func TestBacktestRollingDoor(t *testing.T) {
	profits := drawn(1, 600)
	for _, method := range []string{"historical", "ewma_normal", "filtered"} {
		a := ask(t, "backtest_rolling", `{"profits":`+profits+`,"method":"`+method+`","window":100,"days":300,"trials":100}`)
		if a["first"] != 300.0 || len(a["var"].([]any)) != 300 || len(a["breaches"].([]any)) != int(a["exceptions"].(float64)) || a["z2_p"] == nil || a["traffic_light"] == nil {
			t.Errorf("%s: %v", method, a)
		}
		again := ask(t, "backtest_rolling", `{"profits":`+profits+`,"method":"`+method+`","window":100,"days":300}`)
		wantReasons(t, again, map[string]string{"z2_p": "not_simulated", "z1_p": "not_simulated"})
		if again["z2"] != a["z2"] {
			t.Errorf("%s: z2 %v with trials, %v without", method, a["z2"], again["z2"])
		}
	}
	wantReasons(t, ask(t, "backtest_rolling", `{"profits":[]}`), map[string]string{"var": "empty", "kupiec_p": "empty", "traffic_light": "empty"})
	wantReasons(t, ask(t, "backtest_rolling", `{"profits":[1,2]}`), map[string]string{"var": "too_short", "z2": "too_short"})
	refusals(t, "backtest_rolling", map[string]string{
		`{}`:                             "missing_field",
		`{"profits":[null]}`:             "gap",
		`{"profits":[1],"window":1}`:     "out_of_range",
		`{"profits":[1],"window":2.5}`:   "out_of_range",
		`{"profits":[1],"days":0}`:       "out_of_range",
		`{"profits":[1],"days":1e300}`:   "out_of_range",
		`{"profits":[1],"lambda":0}`:     "out_of_range",
		`{"profits":[1],"method":"x"}`:   "unknown_choice",
		`{"profits":[1],"trials":1}`:     "out_of_range",
		`{"profits":[1],"confidence":1}`: "out_of_range",
	})
}
