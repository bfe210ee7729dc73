package api_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// Trades are suggested, tried as they come, and do what was said of them.
func TestProposals(t *testing.T) {
	c, address := fund(t)
	version := c.get(address).is(200).number("ledger_version")
	a := c.post(address+"/proposals", `{"objective":"min_volatility","max_turnover":0.1,"max_weight":0.12,"fee":2,"lots":"least_tax","short_term_tax":0.35,"long_term_tax":0.2}`).is(200)
	trades := a.value("trades").([]any)
	if len(trades) < 3 || len(a.value("names").([]any)) < 20 || len(a.value("frontier").([]any)) < 20 {
		t.Fatalf("%s", a.body[:300])
	}
	body, err := json.Marshal(map[string]any{"trades": trades})
	if err != nil {
		t.Fatal(err)
	}
	tried := c.post(address+"/what-if", string(body)).is(200)
	if said, found := a.number("after.volatility.value"), tried.number("after.ex_ante.volatility.model.value"); math.Abs(said-found) > 1e-3 {
		t.Errorf("volatility of %v was said, %v is found", said, found)
	}
	if said, found := a.text("least_tax.long_term.value"), tried.text("realised.long_term.value"); said != found {
		t.Errorf("realised long-term %s was said, %s is found", said, found)
	}
	if a.number("turnover.value") > 0.1+1e-9 || !(a.number("after.volatility.value") < a.number("now.volatility.value")) {
		t.Errorf("turnover %v, volatility from %v to %v", a.number("turnover.value"), a.number("now.volatility.value"), a.number("after.volatility.value"))
	}
	if now := c.get(address).is(200).number("ledger_version"); now != version {
		t.Errorf("the ledger went from version %v to %v", version, now)
	}
	p := c.post(address+"/proposals", `{"objective":"min_volatility","cash":0.95,"max_turnover":0.01}`).problem(422, "invalid")
	said := ""
	for _, e := range p.Errors {
		said += e.Value + "; "
	}
	if len(p.Errors) < 2 || !strings.Contains(said, "with cash at 95.0%") || !strings.Contains(said, "turnover of at most 1.0%") {
		t.Errorf("in conflict are %q", said)
	}
	c.post(address+"/proposals", `{"objective":"luck"}`).problem(422, "invalid")
	c.post(address+"/proposals", `{"objective":"efficient_return"}`).problem(422, "invalid")
}
