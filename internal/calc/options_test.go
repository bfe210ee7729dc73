package calc

import "testing"

func TestOptionsDoor(t *testing.T) {
	// Hull, example 15.6
	a := ask(t, "options", `{"spot":42,"strike":40,"days":182.5,"rate":0.1,"volatility":0.2,"type":"call"}`)
	wantFigures(t, a, map[string]float64{"price": 4.759422392871532, "delta": 0.7791312909426690, "implied_volatility": 0.2})
	back := ask(t, "options", `{"spot":42,"strike":40,"days":182.5,"rate":0.1,"price":4.759422392871532,"type":"call"}`)
	wantFigures(t, back, map[string]float64{"implied_volatility": 0.2, "vega": a["vega"].(float64)})
	wantFigures(t, ask(t, "options", `{"spot":10,"strike":100,"days":365,"rate":0.05,"volatility":0.2,"type":"put","style":"american"}`),
		map[string]float64{"price": 90, "delta": -1, "gamma": 0, "theta": 0})
	wantFigures(t, ask(t, "options", `{"spot":90,"strike":100,"days":0,"volatility":0.2,"type":"put"}`), map[string]float64{"price": 10, "delta": -1})
	last := ask(t, "options", `{"spot":90,"strike":100,"days":0,"rate":0.05,"volatility":0.2,"type":"put"}`)
	wantFigures(t, last, map[string]float64{"price": 10, "delta": -1, "gamma": 0, "vega": 0, "theta": 0, "rho": 0})
	if last["stage"] != "at_expiry" || a["stage"] != nil {
		t.Errorf("stages %v and %v", last["stage"], a["stage"])
	}
	base := `{"spot":42,"strike":40,"days":100,"rate":0.1,"type":"call",`
	wantReasons(t, ask(t, "options", base+`"price":1}`), map[string]string{"implied_volatility": "price_below_bound", "delta": "price_below_bound"})
	wantReasons(t, ask(t, "options", base+`"price":43}`), map[string]string{"implied_volatility": "price_above_bound"})
	wantReasons(t, ask(t, "options", base+`"price":60,"style":"american"}`), map[string]string{"implied_volatility": "price_above_bound"})
	wantReasons(t, ask(t, "options", `{"spot":90,"strike":100,"days":10,"type":"put","style":"american","rate":0.05,"price":10}`), map[string]string{"implied_volatility": "no_time_value"})
	refusals(t, "options", map[string]string{
		`{}`:                      "missing_field",
		base + `"volatility":-1}`: "out_of_range",
		base + `"volatility":0.2,"style":"bermudan"}`:                                        "unknown_choice",
		base + `"volatility":0.2,"cash_dividends":[[10]]}`:                                   "bad_request",
		base + `"volatility":0.2,"cash_dividends":[[10,50]]}`:                                "out_of_range",
		base + `"volatility":0.2,"cash_dividends":[[10,50]],"style":"american"}`:             "out_of_range",
		base + `"rate":5000,"volatility":0.2}`:                                               "out_of_range",
		base + `"volatility":"NaN"}`:                                                         "bad_request",
		`{"spot":1,"strike":1,"days":-1,"volatility":0.2,"type":"call"}`:                     "expired",
		`{"spot":1,"strike":1,"days":0,"price":0.2,"type":"call"}`:                           "expired",
		`{"spot":1,"strike":1,"days":1,"type":"call"}`:                                       "missing_field",
		`{"spot":1,"strike":1,"days":1,"volatility":0.2}`:                                    "missing_field",
		`{"spot":1,"strike":1,"days":1,"volatility":0.2,"type":"straddle"}`:                  "unknown_choice",
		`{"spot":-1,"strike":1,"days":1,"volatility":0.2,"type":"put"}`:                      "out_of_range",
		`{"spot":1,"strike":0,"days":1,"volatility":0.2,"type":"put"}`:                       "out_of_range",
		`{"spot":1,"strike":1,"days":1,"volatility":0.2,"type":"put","cash_dividends":"no"}`: "bad_request",
	})
}

func FuzzOptions(f *testing.F) {
	base := `{"spot":42,"strike":40,"days":182.5,"rate":0.1,"dividend_yield":0.02,"type":"call",`
	fuzzEngine(f, "options", base+`"volatility":0.2}`, base+`"price":4.7}`, base+`"volatility":0.2,"style":"american"}`, base+`"price":4.7,"style":"american"}`,
		`{"spot":1e300,"strike":1e-300,"days":1e-9,"rate":-1,"type":"put","style":"american","volatility":1e-9}`,
		`{"spot":5,"strike":4,"days":9,"rate":-0.1,"dividend_yield":-0.2,"type":"put","style":"american","volatility":3}`,
		`{"spot":5,"strike":4,"days":1,"type":"put","volatility":0.3,"cash_dividends":[[0.5,1],[0.6,1]],"style":"american"}`)
}
