package api_test

import (
	"context"
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

// fund is the demonstration's long/short fund: a client who owns it, and its address.
func fund(t *testing.T) (client, string) {
	h := open(t)
	c := h.owner()
	caller, err := h.svc.Authenticate(context.Background(), c.token)
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.svc.SeedDemo(context.Background(), caller, date.Must(2025, 6, 30))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if strings.HasPrefix(p.Name, "Long/short") {
			return c, "/api/v1/portfolios/" + p.ID
		}
	}
	t.Fatal("there is no fund")
	return c, ""
}

func TestWhatIf(t *testing.T) {
	c, address := fund(t)
	version := c.get(address).is(200).number("ledger_version")
	a := c.post(address+"/what-if", `{"trades":[{"side":"sell","symbol":"JPM","quantity":"10"},{"side":"cover","symbol":"NFLX","quantity":"5","price":"700.25","fee":"3"}]}`).is(200)
	if got := a.text("trades.0.account") + " " + a.text("trades.0.price_date") + " " + a.text("trades.1.amount"); got != "Prime 2025-06-30 -3504.25" {
		t.Errorf("filled in: %s", got)
	}
	if lots := a.number("realised.lots"); lots < 2 || a.text("realised.method") != "FIFO" {
		t.Errorf("%v lots are closed by %s", lots, a.text("realised.method"))
	}
	if a.text("cash_changes.0.before") == a.text("cash_changes.0.after") {
		t.Error("the cash does not change")
	}
	if before, after := a.text("before.summary.value.value"), a.text("after.summary.value.value"); before == after {
		t.Errorf("the value stays at %s although a price was given", before)
	}
	if before, after := a.number("before.ex_ante.volatility.model.value"), a.number("after.ex_ante.volatility.model.value"); before == after || !(before > 0) {
		t.Errorf("the expected volatility is %v before and %v after", before, after)
	}
	if now := c.get(address).is(200).number("ledger_version"); now != version {
		t.Errorf("the ledger went from version %v to %v", version, now)
	}

	p := c.post(address+"/what-if", `{"trades":[{"side":"buy","symbol":"JPM","quantity":"1"},{"side":"sell","symbol":"JPM","quantity":"99999999"}]}`).problem(422, "invalid")
	if len(p.Errors) != 1 || p.Errors[0].Row != 2 || p.Errors[0].Field != "quantity" || !strings.Contains(p.Errors[0].Problem, "more than is open") {
		t.Errorf("refused with %+v", p.Errors)
	}
	c.post(address+"/what-if", `{"trades":[]}`).problem(422, "invalid")
	c.post(address+"/what-if", `{"trades":[{"side":"give","symbol":"JPM","quantity":"1"}]}`).problem(422, "invalid")
}

func TestScenarios(t *testing.T) {
	c, address := fund(t)
	a := c.get(address + "/scenarios").is(200)
	library := a.value("library").([]any)
	if len(library) < 25 || len(a.value("own").([]any)) != 0 {
		t.Fatalf("%d scenarios", len(library))
	}
	for _, item := range library {
		s := item.(map[string]any)
		pnl := s["pnl"].(map[string]any)
		if pnl["value"] == nil {
			if len(pnl["reasons"].([]any)) == 0 {
				t.Errorf("%v is unknown without a reason", s["id"])
			}
		} else if len(s["positions"].([]any)) == 0 {
			t.Errorf("%v has no positions", s["id"])
		}
	}
	if got := c.get(address + "/scenarios/market_down_10").is(200); got.text("scenario.shocks.0.on") != "Market" || got.number("scenario.shocks.0.move") != -0.1 {
		t.Errorf("%s", got.body)
	}
	c.get(address+"/scenarios/none").problem(404, "not-found")

	tried := c.post(address+"/scenarios", `{"name":"Chips","alone":true,"shocks":[{"kind":"symbol","on":"JPM","move":-0.2}],"keep":true}`).is(200)
	id := tried.text("kept.id")
	if tried.text("scenario.id") != id || id == "" {
		t.Errorf("%s", tried.body)
	}
	kept := c.get(address + "/scenarios").is(200)
	if kept.text("own.0.id") != id || kept.text("own.0.pnl.value") != tried.text("scenario.pnl.value") || kept.text("kept.0.shocks.0.on") != "JPM" {
		t.Errorf("kept: %v", kept.value("own.0.pnl"))
	}
	c.delete(address + "/scenarios/" + url.PathEscape(id)).is(204)
	c.delete(address+"/scenarios/"+url.PathEscape(id)).problem(404, "not-found")
	c.post(address+"/scenarios", `{"shocks":[{"kind":"symbol","on":"JPM","move":-1.2}]}`).problem(422, "invalid")

	back := c.post(address+"/scenarios/reverse", `{"share":"0.05"}`).is(200)
	if share := back.number("scenario.share.value"); math.Abs(share+0.05) > 1e-4 {
		t.Errorf("a loss of %v, want 0.05", share)
	}
	c.post(address+"/scenarios/reverse", `{}`).problem(422, "invalid")
	c.post(address+"/scenarios/reverse", `{"amount":"-5"}`).problem(422, "invalid")
}
