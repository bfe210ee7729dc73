package api_test

import (
	"context"
	"sync"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// paying makes a portfolio that holds a payer whose last dividend is not booked.
func paying(t *testing.T, h *house, ada client) (address, id string) {
	t.Helper()
	address = ada.portfolio("Income")
	id = ada.get(address).is(200).text("id")
	ada.post(address+"/transactions", `{"transactions":[{"date":"2025-01-06","type":"buy","account":"depot","symbol":"ACME","quantity":"10","price":"80","currency":"EUR"},
		{"date":"2025-03-31","type":"dividend","account":"depot","symbol":"ACME","amount":"4","taxes":"1","currency":"EUR"}]}`).is(201)
	var all []store.Action
	for _, day := range []string{"2024-09-16", "2024-12-16", "2025-03-17", "2025-06-16"} {
		ex := date.MustParse(day)
		all = append(all, store.Action{Kind: store.DividendAction, Symbol: "ACME", Date: ex, PayDate: ex + 14, Amount: money.Some(money.MustParse("0.5")), Currency: "EUR"})
	}
	owner, err := h.svc.Owner(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	err = h.store.As(context.Background(), owner.Identity, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.WriteMarket(ctx, store.Batch{Own: true, Source: "file", Actions: all})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return address, id
}

// TestIncome asks for what came and comes, finds what is to be booked and books it, once
// however often it is asked.
func TestIncome(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p, id := paying(t, h, ada)
	in := ada.get(p + "/income").is(200)
	if in.text("received.value") != "5" || in.text("withheld.value") != "1" || in.text("expected.status") != "estimated" || in.text("holdings.0.payer") != "pays" {
		t.Errorf("%s", in.body)
	}
	found := ada.post(p+"/income/find", `{}`).is(200)
	if found.number("added") != 1 || ada.post(p+"/income/find", `{}`).is(200).number("same") != 1 {
		t.Errorf("%s", found.body)
	}
	list := ada.get(p + "/income/proposals?status=open").is(200)
	one := p + "/income/proposals/" + list.text("items.0.id")
	if list.text("items.0.gross") != "5" || list.text("items.0.pay_date") != "2025-06-30" || list.text("items.0.source") != "file" || list.text("items.0.portfolio_id") != id {
		t.Errorf("%s", list.body)
	}
	ada.get("/api/v1/portfolios/all/income/proposals?status=paid").problem(422, "invalid")
	ada.post(one+"/confirm", `{"withholding":"6"}`).problem(422, "invalid")
	ada.post(one+"/confirm", `{"date":"2025-07-09"}`).problem(422, "invalid")
	ada.post(one+"/reject", `{"reason":""}`).problem(422, "invalid")
	ada.post(one+"/reject", `{"reason":"not yet"}`).is(200)
	ada.post(one+"/confirm", `{}`).problem(409, "stale")
	ada.post(one+"/reopen", `{}`).is(200)

	bodies := make([]string, 6)
	var wait sync.WaitGroup
	for i := range bodies {
		wait.Go(func() { bodies[i] = string(ada.post(one+"/confirm", `{"withholding":"1.25"}`).is(200).body) })
	}
	wait.Wait()
	for _, body := range bodies {
		if body != bodies[0] {
			t.Errorf("answers differ:\n%s\n%s", body, bodies[0])
		}
	}
	booked := ada.get(p + "/transactions?type=dividend").is(200)
	if booked.number("total") != 2 || booked.text("items.0.amount") != "3.75" || booked.text("items.0.taxes") != "1.25" || booked.text("items.0.date") != "2025-06-30" {
		t.Errorf("%s", booked.body)
	}
	ada.post(one+"/reopen", `{}`).problem(409, "stale")
	if got := ada.get(one).is(200); got.text("status") != "edited" || got.text("transaction_id") != booked.text("items.0.id") {
		t.Errorf("%s", got.body)
	}
}

// TestIncomeIsForItsPortfolio: of another portfolio, of somebody else and without signing
// in there is nothing.
func TestIncomeIsForItsPortfolio(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p, _ := paying(t, h, ada)
	ada.post(p+"/income/find", `{}`).is(200)
	proposal := ada.get(p + "/income/proposals").is(200).text("items.0.id")
	other := ada.portfolio("Other")
	ada.get(other+"/income/proposals/"+proposal).problem(404, "not-found")
	client{house: h}.get(p+"/income/proposals/"+proposal).problem(401, "not-signed-in")
	for do, body := range map[string]string{"confirm": `{}`, "reject": `{"reason":"x"}`, "reopen": `{}`} {
		at := "/income/proposals/" + proposal + "/" + do
		ada.post(other+at, body).problem(404, "not-found")
		client{house: h}.post(p+at, body).problem(401, "not-signed-in")
	}
}
