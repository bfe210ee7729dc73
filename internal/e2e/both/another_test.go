package both

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// TestVector18AnothersDividend: who knows the id of another's dividend cannot look at
// it, change it, delete it or bring it back: 404, nothing is written, and the attempt
// stands in the audit trail of whoever tried.
func TestVector18AnothersDividend(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) { anothersDividend(t, e.open(t)) })
	}
}

func anothersDividend(t *testing.T, db store.Store) {
	ctx, svc := t.Context(), service.New(service.Options{Store: db, Now: now})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	face, err := api.New(svc, api.Options{Version: "test", Limits: api.Unlimited, Now: now, Log: slog.New(slog.DiscardHandler)})
	must(err)
	ada, err := svc.Lodge(ctx, "ada")
	must(err)
	bob, err := svc.Lodge(ctx, "bob")
	must(err)
	book := func(c service.Caller) (portfolio, dividend string) {
		p, err := svc.CreatePortfolio(ctx, c, service.NewPortfolio{Name: "Savings"})
		must(err)
		booked, err := svc.Book(ctx, c, p.ID, store.AnyVersion, []ledger.Transaction{
			{Date: date.MustParse("2025-01-02"), Account: "Depot", Type: ledger.Deposit, Amount: money.Some(money.Int(1000)), Currency: "EUR"},
			{Date: date.MustParse("2025-01-03"), Account: "Depot", Type: ledger.Buy, Symbol: "NORD", Quantity: money.Some(money.Int(10)), Price: money.Some(money.Int(90)), Currency: "EUR"},
			{Date: date.MustParse("2025-04-15"), Account: "Depot", Type: ledger.Dividend, Symbol: "NORD", Amount: money.Some(money.Int(17)), Currency: "EUR"},
		})
		must(err)
		return p.ID, booked.IDs[2]
	}
	hers, dividend := book(ada.Caller)
	his, _ := book(bob.Caller)

	before := history(t, db, ada.Caller, hers)
	trail := len(events(t, db, ada.Caller, ""))
	send := func(token, method, path, body string) int {
		r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		face.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), "NORD") {
			t.Errorf("%s %s tells what was booked: %s", method, path, w.Body)
		}
		return w.Code
	}
	edit := `{"date":"2025-04-15","account":"Depot","type":"dividend","symbol":"XXXX","amount":"1700","currency":"EUR"}`
	tries := func(of string) {
		t.Helper()
		at := fmt.Sprintf("/api/v1/portfolios/%s/transactions/%s", of, dividend)
		for _, r := range []struct{ method, path, body string }{{"GET", at, ""}, {"PUT", at, edit}, {"DELETE", at, ""}, {"POST", at + "/restore", ""}} {
			if status := send(bob.Token, r.method, r.path, r.body); status != http.StatusNotFound {
				t.Errorf("%s %s: %d, want 404", r.method, r.path, status)
			}
		}
	}
	tries(hers) // in her portfolio
	tries(his)  // as if it were in his
	if after := history(t, db, ada.Caller, hers); after != before {
		t.Errorf("her ledger was\n%s\nand is\n%s", before, after)
	}
	if n := len(events(t, db, ada.Caller, "")); n != trail {
		t.Errorf("her audit trail grew from %d to %d", trail, n)
	}
	probes := events(t, db, bob.Caller, "portfolio.probe")
	if len(probes) == 0 || probes[0].User != bob.Caller.User || probes[0].Object != "portfolio/"+hers {
		t.Errorf("his attempt is not in the audit trail: %+v", probes)
	}

	// She deletes it herself: that he cannot undo either, and she can.
	at := fmt.Sprintf("/api/v1/portfolios/%s/transactions/%s", hers, dividend)
	_, err = svc.Delete(ctx, ada.Caller, hers, store.AnyVersion, []string{dividend})
	must(err)
	before = history(t, db, ada.Caller, hers)
	tries(hers)
	if after := history(t, db, ada.Caller, hers); after != before {
		t.Errorf("her ledger was\n%s\nand is\n%s", before, after)
	}
	r := httptest.NewRequestWithContext(ctx, "POST", at+"/restore", nil)
	r.Header.Set("Authorization", "Bearer "+ada.Token)
	w := httptest.NewRecorder()
	if face.ServeHTTP(w, r); w.Code != http.StatusOK {
		t.Errorf("she cannot restore it herself: %d %s", w.Code, w.Body)
	}
}

// history is every row that a ledger ever had, in words.
func history(t *testing.T, db store.Store, c service.Caller, portfolio string) (out string) {
	t.Helper()
	err := db.Read(t.Context(), c.Identity, func(ctx context.Context, v store.View) error {
		rows, err := v.History(ctx, portfolio)
		if err != nil {
			return err
		}
		text, err := json.Marshal(rows)
		out = string(text)
		return err
	})
	if err != nil || out == "null" {
		t.Fatalf("history: %s %v", out, err)
	}
	return out
}

// events are those of a tenant's audit trail that begin so.
func events(t *testing.T, db store.Store, c service.Caller, action string) (all []store.Event) {
	t.Helper()
	err := db.Read(t.Context(), c.Identity, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Events(ctx, 0, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(e store.Event) bool { return !strings.HasPrefix(e.Action, action) })
}
