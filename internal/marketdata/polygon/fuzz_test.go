package polygon

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// asked are the requests whose answers are fuzzed, one for each reader.
var asked = []marketdata.Request{
	{Kind: marketdata.Bars, Instrument: apple},
	{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}},
	{Kind: marketdata.Grouped, To: date.Must(2020, 10, 14)},
	{Kind: marketdata.Quotes, Instrument: apple},
	{Kind: marketdata.Quotes, Instrument: instrument.Instrument{Symbol: "SPX", Class: instrument.Index}},
	{Kind: marketdata.Quotes, Instrument: instrument.Instrument{Symbol: "AAPL230616C00150000"}},
	{Kind: marketdata.Splits},
	{Kind: marketdata.Dividends},
	{Kind: marketdata.Profiles, Instrument: apple},
	{Kind: marketdata.Profiles, Instrument: instrument.Instrument{Symbol: "AAPL230616C00150000"}},
	{Kind: marketdata.Search, Text: "a"},
	{Kind: marketdata.Chain, Instrument: apple},
	{Kind: marketdata.News, Instrument: apple},
	{Kind: marketdata.Statements, Instrument: apple},
	{Kind: marketdata.Changes, Instrument: apple},
	{Kind: marketdata.Changes, Part: "delisted"},
}

// kept checks what the contract promises of every delivery.
func kept(t *testing.T, d marketdata.Delivery) {
	t.Helper()
	ascending := func(days []date.Date) {
		for i, day := range days {
			if day < earliest || day > latest || i > 0 && day <= days[i-1] {
				t.Fatalf("days %v", days)
			}
		}
	}
	for _, b := range d.Bars {
		ascending(b.Dates)
		for _, column := range [][]float64{b.Open, b.High, b.Low, b.Volume} {
			if column != nil && len(column) != len(b.Dates) {
				t.Fatalf("a column of %d for %d days", len(column), len(b.Dates))
			}
		}
		if len(b.Close) != len(b.Dates) || len(b.Dates) == 0 || slices.ContainsFunc(b.Close, func(c float64) bool { return math.IsNaN(c) || math.IsInf(c, 0) }) {
			t.Fatalf("closes %v", b.Close)
		}
	}
	for _, x := range d.FX {
		ascending(x.Dates)
		if len(x.Values) != len(x.Dates) || slices.ContainsFunc(x.Values, math.IsNaN) {
			t.Fatalf("rates %v", x.Values)
		}
	}
	for _, q := range d.Quotes {
		if !(q.Price > 0) || q.Day == 0 || q.Symbol == "" {
			t.Fatalf("%+v", q)
		}
	}
	for _, s := range d.Splits {
		if s.Symbol == "" || s.Date == 0 || s.Ratio.New.Sign() <= 0 || s.Ratio.Old.Sign() <= 0 {
			t.Fatalf("%+v", s)
		}
	}
	for _, v := range d.Dividends {
		if v.Symbol == "" || v.ExDate == 0 || v.Amount.Sign() <= 0 || v.Amount.CheckBounds() != nil {
			t.Fatalf("%+v", v)
		}
	}
	for _, o := range d.Options {
		if !o.Instrument.IsOption() {
			t.Fatalf("%+v", o.Instrument)
		}
	}
	for _, s := range d.Statements {
		if s.End == 0 || len(s.Lines) == 0 || s.Period == "" || s.Part == "" {
			t.Fatalf("%+v", s)
		}
	}
	for _, n := range d.Renames {
		if n.Old == "" || n.New == "" || n.Old == n.New || n.Date == 0 {
			t.Fatalf("%+v", n)
		}
	}
	for _, f := range d.Found {
		if f.Instrument.Symbol == "" {
			t.Fatalf("%+v", f)
		}
	}
	if len(d.Left) > mostLeft*3+3 {
		t.Fatalf("%d things left out are told", len(d.Left))
	}
}

// answered reads a body as the answer to a request, whatever it is.
func answered(t *testing.T, r marketdata.Request, status int, body []byte) *marketdata.Refusal {
	t.Helper()
	d, next, no := ask(t, r, marketdata.Response{Status: status, Body: body})
	if no != nil {
		if no.Reason == "" || no.Provider != Name || no.Reason == marketdata.Garbled && no.Place == "" {
			t.Fatalf("%+v", no)
		}
		return no
	}
	kept(t, d)
	if next != nil && next.Path == "" {
		t.Fatalf("%+v", next)
	}
	return nil
}

func seeds() [][]byte {
	return [][]byte{
		[]byte(twoDays), manyBars(3), wholeMarket(3), wholeChain(2), []byte(snapshotBody), []byte(`{"results":` + contractBody + `,"status":"OK"}`),
		[]byte(`{"results":[{"cash_amount":0.26,"currency":"USD","ex_dividend_date":"2025-08-11","ticker":"AAPL"}],"status":"OK","next_url":"https://x/v3/reference/dividends?cursor=1"}`),
		[]byte(`{"results":[{"execution_date":"2022-05-02","split_from":3,"split_to":4.5e1,"ticker":"CIG.C"}],"status":"OK"}`),
		[]byte(`{"results":{"ticker":"AAPL","market":"stocks","type":"CS","market_cap":2.4e12,"active":true},"status":"OK"}`),
		[]byte(`{"results":[{"ticker":"X:BTCUSD","market":"crypto","currency_symbol":"USD","base_currency_symbol":"BTC"}],"status":"OK"}`),
		[]byte(`{"results":[{"id":"1","title":"t","published_utc":"2022-04-28T17:08:00Z","tickers":["A"],"insights":[{"ticker":"A","sentiment":"positive"}]}],"status":"OK"}`),
		[]byte(`{"results":[{"end_date":"2022-04-03","fiscal_period":"Q1","financials":{"income_statement":{"revenues":{"value":3.136e+09,"unit":"USD","order":1}}}}],"status":"OK"}`),
		[]byte(`{"results":{"name":"n","events":[{"ticker_change":{"ticker":"B"},"type":"ticker_change","date":"2022-06-11"},{"ticker_change":{"ticker":"A"},"date":"2012-05-18"}]},"status":"OK"}`),
		[]byte(`{"results":[{"value":3822.39,"ticker":"I:SPX","last_updated":1679597116344223500}]}`),
		[]byte(`{"status":"ERROR","error":"You've exceeded the maximum requests per minute"}`), []byte(`<html>`), []byte(``),
	}
}

func FuzzRead(f *testing.F) {
	for i := range asked {
		for _, s := range seeds() {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		r := asked[int(which)%len(asked)]
		answered(t, r, 200, body)
		answered(t, r, 403, body)
	})
}

// TestBrokenBodies changes, cuts and doubles parts of good bodies: each is read within
// the contract or refused, and a cut one is always refused.
func TestBrokenBodies(t *testing.T) {
	g := rand.New(rand.NewPCG(7, 7))
	bytes := []byte(`{}[]",:0123456789.-e\nulltrue `)
	for _, r := range asked {
		for _, body := range seeds() {
			for range 40 {
				b := slices.Clone(body)
				if len(b) == 0 {
					continue
				}
				for range 1 + g.IntN(3) {
					i := g.IntN(len(b))
					switch g.IntN(3) {
					case 0:
						b[i] = bytes[g.IntN(len(bytes))]
					case 1:
						b = append(b[:i:i], b[min(len(b), i+g.IntN(20)):]...)
					case 2:
						b = append(b[:i:i], body[min(len(body), i):]...)
					}
					if len(b) == 0 {
						break
					}
				}
				answered(t, r, 200, b)
			}
			if len(body) > 0 && body[0] == '{' {
				if no := answered(t, r, 200, body[:g.IntN(len(body))]); no == nil || no.Reason != marketdata.Garbled {
					t.Fatalf("%s: a half body is not garbled: %v", r.Kind, no)
				}
			}
		}
	}
}
