package alphavantage

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// contract says where a delivery breaks what is promised of it.
func contract(d marketdata.Delivery) error {
	for _, s := range d.Bars {
		for _, c := range [][]float64{s.Open, s.High, s.Low, s.Adjusted, s.Volume} {
			if len(c) != 0 && len(c) != len(s.Dates) {
				return fmt.Errorf("a column of %d for %d days", len(c), len(s.Dates))
			}
		}
		if len(s.Close) != len(s.Dates) || len(s.Dates) == 0 {
			return fmt.Errorf("%d closes for %d days", len(s.Close), len(s.Dates))
		}
		for i, v := range s.Close {
			if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && s.Dates[i] <= s.Dates[i-1] || s.Dates[i] > marketdata.Latest(noon) {
				return fmt.Errorf("%s: the close %v after %s", s.Dates[i], v, s.Dates[max(i-1, 0)])
			}
		}
	}
	for _, s := range slices.Concat(d.FX, d.Rates) {
		if len(s.Dates) != len(s.Values) || !slices.IsSorted(s.Dates) || len(slices.Compact(slices.Clone(s.Dates))) != len(s.Dates) {
			return fmt.Errorf("the rates %v on %v", s.Values, s.Dates)
		}
	}
	for _, s := range d.Splits {
		if s.Ratio.New.Sign() <= 0 || s.Ratio.Old.Sign() <= 0 || s.Date == 0 {
			return fmt.Errorf("the split %+v", s)
		}
	}
	for _, v := range d.Dividends {
		if v.Amount.Sign() <= 0 || v.ExDate == 0 {
			return fmt.Errorf("the dividend %+v", v)
		}
	}
	for _, q := range d.Quotes {
		if math.IsNaN(q.Price) || q.Day == 0 {
			return fmt.Errorf("the quote %+v", q)
		}
	}
	for _, h := range d.Holdings {
		if flaw := h.Composition.Check(h.Symbol); flaw != nil && len(h.Composition.Constituents) > 0 {
			return flaw
		}
	}
	for _, o := range d.Options {
		if !o.Instrument.IsOption() || o.Day == 0 {
			return fmt.Errorf("the option %+v", o)
		}
	}
	for _, s := range d.Statements {
		if s.End == 0 || len(s.Lines) == 0 || s.Symbol == "" {
			return fmt.Errorf("the statement %+v", s)
		}
	}
	return nil
}

// requests are one of each kind.
var requests = []marketdata.Request{
	{Kind: marketdata.Bars, Instrument: of("IBM")},
	{Kind: marketdata.Bars, Instrument: of("IBM"), From: 20000, To: 20100},
	{Kind: marketdata.Quotes, Instrument: of("IBM")},
	{Kind: marketdata.Quotes, Text: "IBM,MSFT"},
	{Kind: marketdata.Splits, Instrument: of("IBM")},
	{Kind: marketdata.Dividends, Instrument: of("IBM")},
	{Kind: marketdata.FX, Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}},
	{Kind: marketdata.FX, Part: "now", Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}},
	{Kind: marketdata.Rates, Series: "TREASURY_YIELD:10year"},
	{Kind: marketdata.Profiles, Instrument: of("IBM")},
	{Kind: marketdata.Holdings, Instrument: of("QQQ")},
	{Kind: marketdata.Statements, Instrument: of("IBM")},
	{Kind: marketdata.Earnings, Instrument: of("IBM")},
	{Kind: marketdata.Earnings, Instrument: of("IBM"), Part: "coming"},
	{Kind: marketdata.News, Instrument: of("IBM")},
	{Kind: marketdata.Chain, Instrument: of("IBM")},
	{Kind: marketdata.Search, Text: "ibm"},
	{Kind: marketdata.Changes, Part: "delisted"},
}

// FuzzRead gives any body to every parser: none panics, an error is a refusal that says
// its place, and what is delivered keeps the contract.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		adjustedCSV, adjustedJSON, `{"Note": "5 calls per minute"}`, `{"Global Quote": {"05. price": "1", "07. latest trading day": "2026-05-15"}}`,
		"effective_date,split_factor\n2021-11-04,1.0460\n", `{"symbol": "IBM", "data": [{"ex_dividend_date": "2026-05-08", "amount": "1e-3", "effective_date": "2026-05-08", "split_factor": "0.3333"}]}`,
		`{"Realtime Currency Exchange Rate": {"1. From_Currency Code": "EUR", "3. To_Currency Code": "USD", "5. Exchange Rate": "1.1", "6. Last Refreshed": "2025-11-09 02:01:42"}}`,
		`{"Time Series FX (Daily)": {"2026-05-15": {"4. close": "1.1"}}}`, `{"unit": "percent", "data": [{"date": "2026-05-15", "value": "4.06"}]}`,
		`{"Symbol": "IBM", "EPS": "1e5"}`, `{"sectors": [{"sector": "A", "weight": "0.1"}], "holdings": [{"symbol": "A", "weight": "0.1"}]}`,
		`{"symbol": "IBM", "annualReports": [{"fiscalDateEnding": "2025-12-31", "netIncome": "1"}], "quarterlyEarnings": [{"reportedDate": "2025-10-22"}]}`,
		"symbol,name,reportDate,fiscalDateEnding,estimate,currency\nIBM,\"a \"\"b\"\"\",2026-07-22,2026-06-30,2.95,USD\n",
		`{"feed": [{"title": "\ud83d\ude00", "url": "u", "time_published": "20260517T110100", "ticker_sentiment": [{"ticker": "A"}]}]}`,
		"contractID,symbol,expiration,strike,type,last,date\nIBM251107C00150000,IBM,2025-11-07,150.00,call,0.00,2025-11-05\n",
		"symbol,name,exchange,assetType,ipoDate,delistingDate,status\nA,B,NYSE,Stock,2004-02-05,null,Active\n", `{"bestMatches": [{"1. symbol": "A"}]}`,
		strings.Repeat("[", 100), strings.Repeat(`{"a":`, 100), "\ufeff{}", `{"a": "\u12`, `{"Time Series (Daily)": {"2026-05-15": {"4. close": tru`, "a,b\n\"", "\"a\"x,b\n",
	} {
		f.Add([]byte(body))
	}
	p := New()
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, r := range requests {
			c, err := p.Ask(r)
			if err != nil {
				t.Fatal(err)
			}
			d, _, err := p.Read(r, c, marketdata.Response{Status: 200, Body: body, At: noon})
			var refused *marketdata.Refusal
			switch {
			case err == nil:
				if broken := contract(d); broken != nil {
					t.Errorf("%s of %q: %v", c.Endpoint, body, broken)
				}
			case !errors.As(err, &refused):
				t.Errorf("%s: %v is no refusal", c.Endpoint, err)
			case refused.Reason == marketdata.Garbled && refused.Place == "":
				t.Errorf("%s of %q: no place", c.Endpoint, body)
			}
		}
	})
}

// No JSON answer that was cut is read as data, wherever it was cut.
func TestCutBodies(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Bars, Instrument: of("IBM")}
	for cut := range len(adjustedJSON) {
		if _, _, refused := read(t, r, adjustedJSON[:cut]); refused == nil || refused.Reason != marketdata.Garbled || refused.Place == "" {
			t.Fatalf("the first %d bytes: %v", cut, refused)
		}
	}
	// Of CSV a cut shows but at the end of a line.
	for cut := range len(adjustedCSV) {
		if _, _, refused := read(t, r, adjustedCSV[:cut]); refused == nil && (cut == 0 || adjustedCSV[cut-1] != '\n') {
			t.Fatalf("the first %d bytes of CSV are read as data", cut)
		}
	}
}
