package route_test

import (
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/marketdata/route"
)

// Without faults each source's reader gets exactly the market out of its own form: what
// the storm shows does not rest on one of them.
func TestEachSourceTellsTheWholeMarket(t *testing.T) {
	s := newStorm(t)
	defer s.server.Close()
	share := instrument.Instrument{Symbol: "BBB", Currency: "USD", Class: instrument.Equity}
	asked := map[string][]marketdata.Request{
		"polygon": {{Kind: marketdata.Bars}, {Kind: marketdata.Dividends}}, "alphavantage": {{Kind: marketdata.Bars}, {Kind: marketdata.Dividends}}, "yahoo": {{Kind: marketdata.Bars}, {Kind: marketdata.Dividends}},
		"stooq": {{Kind: marketdata.Bars}}, "ecb": {{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "JPY"}}}, "fred": {{Kind: marketdata.Rates, Series: "DGS10"}},
	}
	for _, p := range providers {
		for _, q := range asked[p.Name()] {
			if q.Kind == marketdata.Bars || q.Kind == marketdata.Dividends {
				q.Instrument = share
			}
			for _, all := range []bool{true, false} {
				if !all {
					q.From, q.To = first+100, last-10
				}
				f, err := fetch.New(fetch.Source{Provider: p, Base: s.server.Base(p.Name()), Key: func() string { return "key" }}, fetch.Options{Allowance: allowance.NewMemory(), Now: s.clock.Now, Sleep: s.clock.Sleep})
				if err != nil {
					t.Fatal(err)
				}
				d, err := f.Fetch(t.Context(), q, time.Hour)
				if err != nil {
					t.Errorf("%s, %s: %v", p.Name(), q.Kind, err)
				} else if bad := s.untrue(q, route.Answer{Delivery: d}); bad != "" || len(d.Left) > 0 {
					t.Errorf("%s, %s from %s to %s: %s (left: %q)", p.Name(), q.Kind, q.From, q.To, bad, d.Left)
				}
			}
		}
	}
	pages := 0
	for _, a := range s.server.Arrivals("polygon") {
		if a.Key != "key" || a.Fault.Kind != replay.None {
			t.Errorf("%+v", a)
		}
		pages++
	}
	if pages < 8 {
		t.Errorf("%d pages of polygon, want several of each answer", pages)
	}
}
