package calc

import (
	"errors"
	"strings"
	"testing"
)

// Half at home at 2 %, half in dollars at 10 % while they fall by 5 %, against a benchmark
// that is all at home: everything but 1 % of the premium is a decision for the dollar.
const currencyRequest = `{"base_currency":"EUR","currencies":{"HOME":"EUR","US":"USD"},"periods":[{"wp":{"HOME":0.5,"US":0.5},"wb":{"HOME":1},
"lp":{"HOME":0.02,"US":0.1},"lb":{"HOME":0.02},"fx":{"USD":-0.05}}]}`

func TestCurrencyAttributionDoor(t *testing.T) {
	a := ask(t, "currency_attribution", currencyRequest)
	wantFigures(t, a, map[string]float64{"return": 0.0325})
	linked := a["linked"].(map[string]any)
	wantFigures(t, linked["local"].(map[string]any), map[string]float64{"HOME": 0.01, "US": 0.05})
	wantFigures(t, linked["currency"].(map[string]any), map[string]float64{"HOME": 0, "US": -0.025})
	wantFigures(t, linked["cross"].(map[string]any), map[string]float64{"HOME": 0, "US": -0.0025})
	active := a["active"].(map[string]any)
	wantFigures(t, active, map[string]float64{"return": 0.0125})
	effects := active["linked"].(map[string]any)
	wantFigures(t, effects["allocation"].(map[string]any), map[string]float64{"HOME": 0, "US": 0.04})
	wantFigures(t, effects["currency"].(map[string]any), map[string]float64{"EUR": 0, "USD": -0.025})
	wantFigures(t, effects["cross"].(map[string]any), map[string]float64{"HOME": 0, "US": -0.0025})
}

func TestCurrencyAttributionDoorRefuses(t *testing.T) {
	for change, code := range map[[2]string]string{
		{`"base_currency":"EUR",`, ``}:                         "missing_field",
		{`"fx":{"USD":-0.05}`, `"fx":{}`}:                      "missing_fx",
		{`"US":"USD"`, `"UK":"USD"`}:                           "missing_currency",
		{`"fx"`, `"hp":{"USD":-0.5},"fx"`}:                     "missing_cash_rate",
		{`"wb":{"HOME":1}`, `"wb":{"HOME":0.9}`}:               "weights_not_one",
		{`"lb":{"HOME":0.02}`, `"lb":{}`}:                      "missing_return",
		{`{"base_currency"`, `{"linking":"x","base_currency"`}: "unknown_choice",
		{`"US":0.1`, `"US":1e308`}:                             "",
		{`"fx":{"USD":-0.05}`, `"fx":{"USD":1e308}`}:           "",
		{`"HOME":0.02,"US":0.1`, `"HOME":1e308,"US":1e308`}:    "",
	} {
		_, err := Answer("currency_attribution", []byte(strings.Replace(currencyRequest, change[0], change[1], 1)))
		var refused *Error
		switch {
		case code == "" && err == nil: // large, and still a number
		case !errors.As(err, &refused) || code != "" && refused.Code != code || refused.Code == "not_finite":
			t.Errorf("%v: got %v, want %s", change, err, code)
		}
	}
}

func TestAttributionTellsInteractionWithSelection(t *testing.T) {
	const request = `"periods":[{"wp":{"A":0.6,"B":0.4},"wb":{"A":0.5,"B":0.5},"rp":{"A":0.12,"B":0.01},"rb":{"A":0.1,"B":0.02}}]}`
	apart, joined := ask(t, "attribution", `{`+request), ask(t, "attribution", `{"interaction":"with_selection",`+request)
	wantFigures(t, apart["linked"].(map[string]any)["interaction"].(map[string]any), map[string]float64{"A": 0.002, "B": 0.001})
	linked := joined["linked"].(map[string]any)
	wantFigures(t, linked["selection"].(map[string]any), map[string]float64{"A": 0.012, "B": -0.004})
	if _, there := linked["interaction"]; there {
		t.Errorf("interaction is told twice: %v", linked)
	}
	var refused *Error
	if _, err := Answer("attribution", []byte(`{"interaction":"none",`+request)); !errors.As(err, &refused) || refused.Code != "unknown_choice" {
		t.Errorf("got %v", err)
	}
}

func FuzzAttribution(f *testing.F) {
	fuzzEngine(f, "attribution", `{"periods":[{"wp":{"A":0.6,"B":0.4},"wb":{"A":0.5,"B":0.5},"rp":{"A":0.12,"B":0.01},"rb":{"A":0.1,"B":0.02}}],"linking":"menchero"}`,
		`{"periods":[{"wp":{"A":1e308,"B":-1e308,"C":1},"wb":{"A":1},"rp":{"A":1e308,"B":1,"C":0},"rb":{"A":-1}}],"model":"brinson_hood_beebower"}`, `{"periods":[{"wp":null}]}`)
}

func FuzzCurrencyAttribution(f *testing.F) {
	fuzzEngine(f, "currency_attribution", currencyRequest,
		strings.Replace(currencyRequest, `"fx"`, `"hp":{"USD":-0.5},"hb":{"EUR":1},"cash":{"EUR":0.01,"USD":1e200},"fx"`, 1),
		`{"base_currency":"EUR","periods":[]}`, `{"base_currency":"EUR","currencies":{"A":"USD"},"periods":[{"wp":{"A":1},"lp":{"A":1e300},"fx":{"USD":1e300}}]}`)
}
