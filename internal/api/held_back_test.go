package api_test

import (
	"context"
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// TestHeldBack decides about a value that a source gave in pence: the series follows, the
// decision can be taken back, and only who runs the installation may.
func TestHeldBack(t *testing.T) {
	h := open(t)
	ada := h.owner()
	owner, err := h.svc.Owner(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	bar := func(x float64) store.Bar {
		return store.Bar{Open: nan, High: nan, Low: nan, Close: x, Volume: nan, Adjusted: nan}
	}
	day := date.Must(2025, 3, 4)
	as := owner.Identity
	as.Operator = true
	err = h.store.As(context.Background(), as, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.HoldValues(ctx, []store.HeldValue{{Kind: store.Prices, Symbol: "VOD.L", Source: "yahoo", Day: day, Bar: bar(7412), Expected: 74.12, Finding: "unit-mixup", Reason: "a hundred times the day before", Corrected: nan}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	list := ada.get("/api/v1/held-back?decision=open").is(200)
	if list.text("items.0.symbol") != "VOD.L" || list.number("items.0.value") != 7412 || list.number("items.0.expected") != 74.12 || list.text("items.0.decision") != "open" {
		t.Fatalf("%s", list.body)
	}
	one := "/api/v1/held-back/" + list.text("items.0.id") + "/decision"
	h.stranger().post(one, `{"decision":"accepted"}`).problem(404, "not-found")
	ada.post(one, `{"decision":"corrected"}`).problem(422, "invalid")
	ada.post(one, `{"decision":"open"}`).problem(409, "stale")
	done := ada.post(one, `{"decision":"corrected","corrected":74.12,"note":"page of the exchange"}`).is(200)
	if done.text("decision") != "corrected" || done.number("corrected") != 74.12 || done.text("note") != "page of the exchange" {
		t.Errorf("%s", done.body)
	}
	if close := h.close(t, as, "VOD.L", day); close != 74.12 {
		t.Errorf("after the correction the close is %v", close)
	}
	ada.post(one, `{"decision":"accepted"}`).problem(409, "stale")
	ada.post(one, `{"decision":"open"}`).is(200)
	if close := h.close(t, as, "VOD.L", day); !math.IsNaN(close) {
		t.Errorf("taken back, the close is %v", close)
	}
	ada.post(one, `{"decision":"accepted"}`).is(200)
	if close := h.close(t, as, "VOD.L", day); close != 7412 {
		t.Errorf("accepted, the close is %v", close)
	}
	if rest := ada.get("/api/v1/held-back?decision=open").is(200); len(rest.value("items").([]any)) != 0 {
		t.Errorf("%s", rest.body)
	}
}

// close is the close of a day as it is stored; NaN: there is none.
func (h *house) close(t *testing.T, as store.Identity, symbol string, day date.Date) (x float64) {
	t.Helper()
	x = math.NaN()
	err := h.store.Read(context.Background(), as, func(ctx context.Context, v store.View) error {
		all, err := v.Series(ctx, store.SeriesQuery{Kind: store.Prices, Symbols: []string{symbol}, From: day, To: day, Version: store.LatestMarket})
		for _, s := range all {
			x = s.Close[0]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}
