package api_test

import (
	"math"
	"testing"
)

// TestContribution asks what each holding added, as its owner, for another period, and as
// somebody who does not see the portfolio.
func TestContribution(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", story).is(201)
	ada.upload("/api/v1/prices/imports", map[string]string{"p.csv": "date,symbol,close\n2024-01-03,ACME,100\n2024-06-03,ACME,130\n2024-06-28,ACME,140\n"}, map[string]string{"currency": "EUR"}).is(200)
	whole := ada.get(p + "/contribution?as_of=2024-06-28").is(200)
	// One share: what it added and the fees that are in its gain are the whole return.
	if got, want := whole.number("holdings.0.contribution.value")+whole.number("rest.contribution.value"), whole.number("return.value"); math.Abs(got-want) > 1e-12 || want == 0 {
		t.Errorf("parts %v, return %v", got, want)
	}
	if whole.text("holdings.0.key") != "ACME" || whole.text("linking") != "carino" || whole.text("currency.0.key") != "EUR" {
		t.Errorf("%s", whole.body)
	}
	// 5 shares from 130 to 140 in 9,747 + 650.
	last := ada.get(p + "/contribution?from=2024-06-03&to=2024-06-28&as_of=2024-06-28").is(200)
	if got, want := last.number("holdings.0.contribution.value"), 50.0/(9747+650); math.Abs(got-want) > 1e-12 {
		t.Errorf("contribution %v, want %v", got, want)
	}
	ada.get("/api/v1/portfolios/nobody-s/contribution").problem(404, "not-found")
	client{house: h}.get(p+"/contribution").problem(401, "not-signed-in")
	ada.get(p+"/contribution?period=2Q").problem(422, "no-such-period")
}
