package calc

import "testing"

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
		`{"cash":1,"band":-1}`: "out_of_range",
	})
}

func FuzzRebalance(f *testing.F) {
	fuzzEngine(f, "rebalance", `{`+book+`,"tax_rates":{"short":0.4,"long":0.15},"max_turnover":0.1,"whole_units":true,"cash":3,"band":0.01}`,
		`{"holdings":[{"symbol":"A","price":1e308,"target":1,"lots":[{"quantity":1e-300,"cost":1e308,"long_term":true}]},{"symbol":"B","price":1e-308,"target":0}],"cash":1e300}`)
}
