package calc

import (
	"math"
	"strings"
	"testing"
)

const oneFactor = `"exposures":{"ACME":{"market":1}},"specific":{"ACME":0},"factor_covariance":{"factors":["market"],"matrix":[[0.0001]]}`

func TestMonteCarloDoor(t *testing.T) {
	// one asset of one percent a day: 1.6449 % at 95 %, twice that over four days
	a := ask(t, "monte_carlo", `{"positions":[{"id":"ACME","value":1000}],`+oneFactor+`,"horizon":4,"paths":40000,"seed":2}`)
	want := 1000 * 0.02 * 1.6448536269514722
	if v := a["var"].(float64); math.Abs(v/want-1) > 0.02 || a["var_low"].(float64) > v || v > a["var_high"].(float64) || a["antithetic"] != true {
		t.Errorf("got %v, want %v", a, want)
	}
	if part := a["component_es"].(map[string]any)["ACME"].(float64); math.Abs(part-a["es"].(float64)) > 1e-9 {
		t.Errorf("part %v of %v", part, a["es"])
	}
	if m := a["mean"].(float64); math.Abs(m) > 1e-9 {
		t.Errorf("mirrored paths have a mean of %v", m)
	}
	// A stock with a put on it loses no more than down to the strike, and what the
	// put costs now; put–call parity makes stock and put worth call and cash.
	put := `{"id":"P","asset":"ACME","option":{"quantity":10,"spot":100,"strike":100,"days":30,"rate":0.02,"volatility":0.2,"type":"put"}}`
	call := `{"id":"C","asset":"ACME","option":{"quantity":10,"spot":100,"strike":100,"days":30,"rate":0.02,"volatility":0.2,"type":"call"}}`
	hedged := ask(t, "monte_carlo", `{"positions":[{"id":"ACME","value":1000},`+put+`],`+oneFactor+`}`)
	parity := ask(t, "monte_carlo", `{"positions":[`+call+`],`+oneFactor+`}`)
	wantFigures(t, hedged, map[string]float64{"var": parity["var"].(float64), "es": parity["es"].(float64)})
	if hedged["var"].(float64) > 0.7*1000*0.01*1.645 {
		t.Errorf("a put hedges nothing: %v", hedged["var"])
	}
	// of an option held for a while only time passes where nothing moves
	still := strings.Replace(oneFactor, "0.0001", "0", 1)
	aged := ask(t, "monte_carlo", `{"positions":[`+call+`],`+still+`,"elapsed_days":10,"paths":10}`)
	before := ask(t, "options", `{"spot":100,"strike":100,"days":30,"rate":0.02,"volatility":0.2,"type":"call"}`)["price"].(float64)
	after := ask(t, "options", `{"spot":100,"strike":100,"days":20,"rate":0.02,"volatility":0.2,"type":"call"}`)["price"].(float64)
	wantFigures(t, aged, map[string]float64{"var": 10 * (before - after)})
	// a volatility that falls when the market rises changes the option's tail
	swayed := ask(t, "monte_carlo", `{"positions":[`+strings.Replace(call, `"type"`, `"volatility_exposures":{"market":-8},"type"`, 1)+`],`+oneFactor+`}`)
	if swayed["var"].(float64) >= parity["var"].(float64) {
		t.Errorf("a call whose volatility rises in falls loses %v, without that %v", swayed["var"], parity["var"])
	}
	american := strings.Replace(put, `"type"`, `"style":"american","type"`, 1)
	if a := ask(t, "monte_carlo", `{"positions":[`+american+`],`+oneFactor+`,"paths":200}`); a["var"].(float64) <= 0 {
		t.Errorf("got %v", a)
	}
	wantReasons(t, ask(t, "monte_carlo", `{"positions":[],`+oneFactor+`}`), map[string]string{"var": "nothing_held", "component_es": "nothing_held"})
	wild := strings.Replace(oneFactor, "0.0001", "1e300", 1)
	wantReasons(t, ask(t, "monte_carlo", `{"positions":[{"id":"ACME","value":1e300}],`+wild+`,"paths":10}`), map[string]string{"var": "out_of_range"})

	position := `{"positions":[{"id":"ACME","value":1}],`
	refusals(t, "monte_carlo", map[string]string{
		`{}`: "missing_field",
		`{"positions":[{"id":"B","value":1}],` + oneFactor + `}`:                                               "missing_exposure",
		`{"positions":[{"id":"ACME"}],` + oneFactor + `}`:                                                      "missing_field",
		`{"positions":[{"value":1}],` + oneFactor + `}`:                                                        "bad_request",
		`{"positions":[{"id":"ACME","value":1},{"id":"ACME","value":1}],` + oneFactor + `}`:                    "bad_request",
		`{"positions":[{"id":"ACME","option":{"quantity":1,"spot":1,"strike":1,"days":5}}],` + oneFactor + `}`: "missing_field",
		`{"positions":[` + put + `],` + oneFactor + `,"elapsed_days":30}`:                                      "expired",
		`{"positions":[` + american + `,` + strings.Replace(american, `"P"`, `"Q"`, 1) + `,` + strings.Replace(american, `"P"`, `"R"`, 1) + `],` + oneFactor + `,"paths":200000}`: "out_of_range",
		position + strings.Replace(oneFactor, "0.0001", "-1", 1) + `}`:                     "not_positive_semidefinite",
		position + strings.Replace(oneFactor, `{"market":1}`, `{"tarot":1}`, 1) + `}`:      "unknown_factor",
		position + strings.Replace(oneFactor, `{"market":1}`, `{"market":null}`, 1) + `}`:  "gap",
		position + strings.Replace(oneFactor, `"ACME":0}`, `"ACME":-1}`, 1) + `}`:          "out_of_range",
		position + strings.Replace(oneFactor, `"ACME":0}`, `"OTHER":0}`, 1) + `}`:          "missing_field",
		position + strings.Replace(oneFactor, `["market"]`, `["market","rates"]`, 1) + `}`: "length_mismatch",
		position + oneFactor + `,"horizon":0.5}`:                                           "out_of_range",
		position + oneFactor + `,"elapsed_days":-1}`:                                       "out_of_range",
		position + oneFactor + `,"paths":1e9}`:                                             "out_of_range",
	})
}

func FuzzMonteCarlo(f *testing.F) {
	fuzzEngine(f, "monte_carlo", `{"positions":[{"id":"ACME","value":1000}],`+oneFactor+`,"paths":20}`,
		`{"positions":[{"id":"P","asset":"ACME","option":{"quantity":10,"spot":100,"strike":100,"days":30,"rate":0.02,"volatility":0.2,"type":"put","style":"american","volatility_exposures":{"market":2}}}],`+oneFactor+`,"paths":4}`,
		`{"positions":[{"id":"P","asset":"ACME","option":{"quantity":1e300,"spot":1e-300,"strike":1e300,"days":30,"volatility":5,"type":"call","cash_dividends":[[3,1]]}}],`+oneFactor+`,"paths":4,"elapsed_days":5}`)
}

func BenchmarkMonteCarloDoorOptions(b *testing.B) {
	request := []byte(`{"positions":[{"id":"ACME","value":1000},{"id":"P","asset":"ACME","option":{"quantity":10,"spot":100,"strike":100,"days":30,"volatility":0.2,"type":"put"}}],` + oneFactor + `}`)
	for b.Loop() {
		if _, err := Answer("monte_carlo", request); err != nil {
			b.Fatal(err)
		}
	}
}
