package calc

import (
	"strings"
	"testing"
)

const book = `"holdings":[{"symbol":"A","price":10,"target":0.3,"lots":[{"quantity":2,"cost":8,"opened":"2025-11-23"},{"quantity":3,"cost":6,"opened":"2025-11-21"},{"id":"loss","quantity":1,"cost":12,"long_term":false}]},
	{"symbol":"B","price":5,"target":0.6,"lots":[{"quantity":8,"cost":5,"long_term":true}]}],"as_of":"2026-11-22"`

func TestRebalanceDoor(t *testing.T) {
	a := ask(t, "rebalance", `{`+book+`,"tax_rates":{"short":0.4,"long":0.15}}`)
	wantFigures(t, a, map[string]float64{"cash": 10, "part": 1, "turnover": 0.25, "realised_gain": 6, "tax": 0.4})
	sale := a["orders"].([]any)[0].(map[string]any)
	wantFigures(t, sale, map[string]float64{"quantity": -3, "value": -30})
	lots := sale["lots"].([]any) // the loss, then two of the three held for a year and a day
	if len(lots) != 2 || lots[0].(map[string]any)["id"] != "loss" || lots[1].(map[string]any)["id"] != "2" {
		t.Errorf("got %v", lots)
	}
	half := ask(t, "rebalance", `{`+book+`,"max_turnover":0.125}`)
	wantFigures(t, half, map[string]float64{"part": 0.5, "turnover": 0.125})
	// the third lot's loss of 2 at 40 %: one unit bought ten days ago takes it away
	washed := ask(t, "rebalance", `{`+book+`,"tax_rates":{"short":0.4,"long":0.15},"recent_buys":[{"symbol":"A","date":"2026-11-12","quantity":1}]}`)
	wantFigures(t, washed, map[string]float64{"tax": 0.4, "wash_sale_tax": 0.8})
	first := washed["orders"].([]any)[0].(map[string]any)
	wantFigures(t, first, map[string]float64{"loss": 2, "washed_loss": 2})
	if w, _ := first["warning"].(string); !strings.Contains(w, "wash sale") {
		t.Errorf("got %v", first)
	}
	small := ask(t, "rebalance", `{`+book+`,"min_trade":25,"cash_reserve":0.1}`)
	if got := small["orders"].([]any); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	refusals(t, "rebalance", map[string]string{
		`{}`: "empty",
		`{"holdings":[{"symbol":"A","target":1}]}`:                                                                                       "missing_field",
		`{"holdings":[{"symbol":"A","price":1}]}`:                                                                                        "missing_field",
		`{"holdings":[{"price":1,"target":1}]}`:                                                                                          "bad_request",
		`{"holdings":[{"symbol":"A","price":1,"target":2}],"cash":1}`:                                                                    "bad_targets",
		`{"holdings":[{"symbol":"A","price":-1,"target":1}],"cash":1}`:                                                                   "out_of_range",
		`{"holdings":[{"symbol":"A","price":1,"target":1,"lots":[{"quantity":1,"long_term":true}]}]}`:                                    "missing_field",
		`{"holdings":[{"symbol":"A","price":1,"target":1,"lots":[{"quantity":1,"cost":1}]}]}`:                                            "missing_field",
		`{"holdings":[{"symbol":"A","price":1,"target":1,"lots":[{"quantity":1,"cost":1,"opened":"2024-02-30"}]}],"as_of":"2026-11-22"}`: "bad_date",
		`{"cash":1,"band":-1}`:      "out_of_range",
		`{"cash":1,"min_trade":-1}`: "out_of_range",
		`{"holdings":[{"symbol":"A","price":1,"target":1}],"cash":1,"cash_reserve":0.1}`:                                     "bad_targets",
		`{"holdings":[{"symbol":"A","price":1,"target":1}],"cash":1,"recent_buys":[{"symbol":"A"}]}`:                         "missing_field",
		`{"holdings":[{"symbol":"A","price":1,"target":1}],"cash":1,"recent_buys":[{"symbol":"A","quantity":1,"date":"x"}]}`: "missing_field",
		`{"as_of":"2026-11-22","cash":1,"recent_buys":[{"symbol":"A","quantity":1,"date":"x"}]}`:                             "bad_date",
	})
}

func FuzzRebalance(f *testing.F) {
	fuzzEngine(f, "rebalance", `{`+book+`,"tax_rates":{"short":0.4,"long":0.15},"max_turnover":0.1,"whole_units":true,"cash":3,"band":0.01}`,
		`{"holdings":[{"symbol":"A","price":1e308,"target":1,"lots":[{"quantity":1e-300,"cost":1e308,"long_term":true}]},{"symbol":"B","price":1e-308,"target":0}],"cash":1e300}`)
}
