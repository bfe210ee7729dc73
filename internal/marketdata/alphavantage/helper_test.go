package alphavantage

import (
	"errors"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// noon is when the answers of these tests are received: a Sunday after all of their days.
var noon = time.Date(2026, 5, 17, 12, 0, 0, 0, time.UTC)

func of(symbol string) instrument.Instrument { return instrument.Instrument{Symbol: symbol} }

// ask writes the first call of a request.
func ask(t *testing.T, p marketdata.Provider, r marketdata.Request) marketdata.Call {
	t.Helper()
	c, err := p.Ask(r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// read asks and reads the first answer.
func read(t *testing.T, r marketdata.Request, body string) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	t.Helper()
	return readCall(t, New(), r, ask(t, New(), r), body)
}

func readCall(t *testing.T, p marketdata.Provider, r marketdata.Request, c marketdata.Call, body string) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	t.Helper()
	d, next, err := p.Read(r, c, marketdata.Response{Status: 200, Body: []byte(body), At: noon})
	var refused *marketdata.Refusal
	if err != nil && !errors.As(err, &refused) {
		t.Fatalf("%T is no refusal: %v", err, err)
	}
	return d, next, refused
}

// must is read of an answer that is data.
func must(t *testing.T, r marketdata.Request, body string) (marketdata.Delivery, *marketdata.Call) {
	t.Helper()
	d, next, refused := read(t, r, body)
	if refused != nil {
		t.Fatal(refused)
	}
	return d, next
}

func d(text string) date.Date { return date.MustParse(text) }
