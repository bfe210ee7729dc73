package calc

import (
	"fmt"
	"strings"
	"testing"
)

func TestLiquidityDoor(t *testing.T) {
	// a fifth of 100 a day: A's 40 take two days, B's short of 5 a quarter; D does not trade, E is not known
	a := ask(t, "liquidity", `{"positions":[
		{"id":"A","quantity":40,"value":8000,"adv":100,"volatility":0.02,"spread":0.001},
		{"id":"B","quantity":-5,"price":100,"multiplier":2,"volumes":[90,null,110,100,100,100,100,100,100,100,100],"returns":[0.01,-0.01,0.03,-0.03],"spread":0.002},
		{"id":"D","quantity":1,"value":500,"adv":0,"volatility":0.02,"spread":0.1},
		{"id":"E","quantity":1,"value":500}],"days":[0,1,2],"buckets":[1,3]}`)
	rows := a["positions"].([]any)
	first, second, third, fourth := rows[0].(map[string]any), rows[1].(map[string]any), rows[2].(map[string]any), rows[3].(map[string]any)
	wantFigures(t, first, map[string]float64{"days": 2, "spread_cost": 4, "impact_cost": 160 * 0.6324555320336759, "cost_fraction": 0.0005 + 0.02*0.6324555320336759})
	// 0.02582 is the deviation of the four returns, √(0.002/3)
	wantFigures(t, second, map[string]float64{"value": -1000, "adv": 100, "days": 0.25, "impact_cost": 1000 * 0.025819888974716113 * 0.22360679774997896})
	wantReasons(t, third, map[string]string{"days": "no_market", "impact_cost": "no_market", "cost": "no_market"})
	wantReasons(t, fourth, map[string]string{"days": "no_volume", "cost": "no_spread", "impact_cost": "no_volume"})
	if got := fmt.Sprintln(first["bucket"], second["bucket"], third["bucket"], fourth["bucket"]); got != "up_to_3 up_to_1 no_market unknown\n" {
		t.Errorf("got %s", got)
	}
	wantFigures(t, a, map[string]float64{"gross_value": 10000, "unknown": 0.05, "no_market": 0.05, "cost_coverage": 0.9})
	for i, want := range []float64{0, 0.5, 0.9} {
		wantFigures(t, a["profile"].([]any)[i].(map[string]any), map[string]float64{"share": want})
	}
	wantFigures(t, a["days_to"].([]any)[0].(map[string]any), map[string]float64{"share": 0.5, "days": 1})
	wantReasons(t, a["days_to"].([]any)[4].(map[string]any), map[string]string{"days": "not_sold"})
	wantFigures(t, a["buckets"].([]any)[1].(map[string]any), map[string]float64{"value": 8000, "share": 0.8, "count": 1})
	// over four days a tenth of the volume each; with the hedge of correlation one the risk falls by what it is
	o := ask(t, "liquidity", `{"positions":[{"id":"A","quantity":40,"value":8000,"adv":100,"volatility":0.02,"spread":0.001},{"id":"B","quantity":-5,"value":-1000,"adv":100,"volatility":0.02,"spread":0}],
		"within_days":[1,4],"correlation":[[1,1],[1,1]],"risk_aversion":1}`)
	four := o["tradeoff"].([]any)[1].(map[string]any)
	wantFigures(t, four, map[string]float64{"days": 4, "spread_cost": 4, "impact_cost": 160*0.31622776601683794 + 20*0.11180339887498949, "risk": 140 * 1.3693063937629153, "risk_together": 180 * 1.3693063937629153, "feasible": 1, "coverage": 1})
	wantFigures(t, o["tradeoff"].([]any)[0].(map[string]any), map[string]float64{"feasible": 1.0 / 9})
	wantFigures(t, o["classes"].([]any)[0].(map[string]any), map[string]float64{"value": 9000, "share": 1, "count": 2})
	// of 160: √0.4 + 1 = 1.63 for a day, √0.2 + √1.25 = 1.57 for two, √0.133 + √1.556 = 1.61 for three
	wantFigures(t, o["positions"].([]any)[0].(map[string]any), map[string]float64{"best_days": 2})
	wantReasons(t, a["tradeoff"].([]any)[0].(map[string]any), map[string]string{"risk": "no_correlation"})
	few := ask(t, "liquidity", `{"positions":[{"id":"A","quantity":40,"volumes":[1,2]}]}`)
	wantReasons(t, few["positions"].([]any)[0].(map[string]any), map[string]string{"adv": "too_short", "value": "no_price", "days": "too_short"})
	wantReasons(t, few, map[string]string{"cost": "no_value"})
	refusals(t, "liquidity", map[string]string{
		`{}`:                         "missing_field",
		`{"positions":[{"id":"A"}]}`: "missing_field",
		`{"positions":[{"id":"A","quantity":1,"adv":-1}]}`:                    "out_of_range",
		`{"positions":[{"id":"A","quantity":1,"volumes":[1,-1]}]}`:            "out_of_range",
		`{"positions":[{"id":"A","quantity":1,"returns":[1,null]}]}`:          "gap",
		`{"positions":[{"id":"A","quantity":1,"spread":-1}]}`:                 "out_of_range",
		`{"positions":[{"id":"A","quantity":1,"volatility":-1}]}`:             "out_of_range",
		`{"positions":[{"id":"A","quantity":1e300,"price":1e300}]}`:           "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"participation":0}`:           "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"participation":1.1}`:         "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"window":0}`:                  "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"impact":-1}`:                 "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"days":[-1]}`:                 "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"buckets":[3,1]}`:             "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"within_days":[0]}`:           "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"settlement_days":-1}`:        "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"risk_aversion":-1}`:          "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"correlation":[[2]]}`:         "out_of_range",
		`{"positions":[{"id":"A","quantity":1}],"correlation":[[1,0],[0,1]]}`: "length_mismatch",
	})
}

func FuzzLiquidity(f *testing.F) {
	fuzzEngine(f, "liquidity", `{"positions":[{"id":"A","quantity":40,"value":8000,"adv":100,"volatility":0.02,"spread":0.001},{"id":"B","quantity":-5,"price":100,"volumes":[1,2,null],"returns":[1,2]}],"days":[1e300],"window":2,"within_days":[1,9],"correlation":[[1,0.5],[0.5,1]],"risk_aversion":2}`,
		`{"positions":[{"quantity":1e308,"value":1e308,"adv":1e-308},{"quantity":0,"value":0,"adv":0},{"quantity":1e308,"value":-1e308,"adv":1}],"participation":1e-300,"buckets":[1e-320,1e300]}`)
}

func BenchmarkLiquidityDoor(b *testing.B) {
	var request strings.Builder
	request.WriteString(`{"positions":[`)
	for k := range 300 {
		fmt.Fprintf(&request, `{"id":"P%d","quantity":%d,"price":20,"adv":%d,"volatility":0.02,"spread":0.001},`, k, 1000*k-8000, 50000+k*k)
	}
	body := []byte(strings.TrimSuffix(request.String(), ",") + "]}")
	for b.Loop() {
		if _, err := Answer("liquidity", body); err != nil {
			b.Fatal(err)
		}
	}
}
