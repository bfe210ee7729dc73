package fmp_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fmp"
)

// everything is a request of each kind and part.
func everything() []marketdata.Request {
	var all []marketdata.Request
	for kind, parts := range map[marketdata.Kind][]string{
		marketdata.Bars: {"", "split-adjusted", "total-return", "light"}, marketdata.Quotes: {""}, marketdata.Splits: {""},
		marketdata.Dividends: {""}, marketdata.Earnings: {""}, marketdata.News: {""}, marketdata.Profiles: {"", "fund", "ratios"},
		marketdata.Statements: {"", "cash-flow"}, marketdata.Holdings: {"", "sectors", "countries", "disclosure"},
		marketdata.Changes: {"", "delisted"}, marketdata.Search: {"", "name", "variants"}, marketdata.Rates: {""}, marketdata.FX: {""},
	} {
		for _, part := range parts {
			all = append(all, marketdata.Request{Kind: kind, Part: part, Instrument: instrument.Instrument{Symbol: "AAPL"},
				Pair: marketdata.Pair{Base: "EUR", Quote: "USD"}, Text: "apple", From: date.Must(2020, 1, 1), To: date.Must(2026, 11, 20)})
		}
	}
	return all
}

// Whatever comes, no parser breaks: there is a refusal with its reason, or a delivery that
// keeps the contract.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		`[{"symbol":"AAPL","date":"2026-11-06","open":1,"high":2,"low":0.5,"close":1.5e2,"adjClose":1,"price":3,"volume":4.1816E8}]`,
		`{"symbol":"AAPL","historical":[{"date":"2026-11-06","close":1},{"date":"2026-11-06","close":2,"adjDividend":0.1,"numerator":4,"denominator":1}]}`,
		`{"historicalStockList":[{"symbol":"AAPL","historical":[{"date":"2026-11-05","close":1,"dividend":1}]}]}`,
		`[{"symbol":"AAPL","asset":"MSFT","name":"A\u00e9","weightPercentage":"1.5%","pctVal":3,"sector":"x","country":"US","period":"FY","revenue":1e5,"oldSymbol":"a","newSymbol":"b","delistedDate":"2024-01-01","month1":5.5}]`,
		`{"Error Message":"Limit Reach ."}`, `<html>`, `[`, `[{"a":[[[[{}]]]]}]`, "\xef\xbb\xbf[]",
	} {
		f.Add([]byte(body), 200)
	}
	requests := everything()
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		for _, legacy := range []bool{false, true} {
			p := fmp.New(fmp.Options{Legacy: legacy})
			for _, r := range requests {
				c, err := p.Ask(r)
				if err != nil {
					continue // a search that the older addresses do not have
				}
				d, next, err := p.Read(r, c, marketdata.Response{Status: status, Body: body, At: now})
				if err != nil {
					var ref *marketdata.Refusal
					if !errors.As(err, &ref) || ref.Reason == "" || next != nil {
						t.Fatalf("%s: %v", r.Kind, err)
					}
					continue
				}
				keepsContract(t, r, d)
			}
		}
	})
}

func keepsContract(t *testing.T, r marketdata.Request, d marketdata.Delivery) {
	t.Helper()
	for _, b := range d.Bars {
		n := len(b.Dates)
		if n == 0 || len(b.Close) != n || b.Basis == "" {
			t.Fatalf("%+v", b)
		}
		for _, column := range [][]float64{b.Open, b.High, b.Low, b.Volume, b.Adjusted} {
			if column != nil && len(column) != n {
				t.Fatalf("a column of %d beside %d days", len(column), n)
			}
		}
		for i := range b.Dates {
			if math.IsNaN(b.Close[i]) || math.IsInf(b.Close[i], 0) || i > 0 && b.Dates[i] <= b.Dates[i-1] || b.Dates[i] < r.From || b.Dates[i] > r.To {
				t.Fatalf("row %d: %s %v", i, b.Dates[i], b.Close[i])
			}
		}
	}
	for _, s := range append(d.FX, d.Rates...) {
		for i := range s.Dates {
			if len(s.Values) != len(s.Dates) || math.IsNaN(s.Values[i]) || i > 0 && s.Dates[i] <= s.Dates[i-1] {
				t.Fatalf("%+v", s)
			}
		}
	}
	for _, v := range d.Dividends {
		if v.Amount.Sign() <= 0 || v.ExDate == 0 || v.Symbol == "" || v.Basis == "" {
			t.Fatalf("%+v", v)
		}
	}
	for _, v := range d.Splits {
		if v.Ratio.New.Sign() <= 0 || v.Ratio.Old.Sign() <= 0 || v.Date == 0 {
			t.Fatalf("%+v", v)
		}
	}
	for _, v := range d.Holdings {
		if len(v.Composition.Constituents) > 0 && v.Composition.Check(v.Symbol) != nil {
			t.Fatalf("%+v", v)
		}
	}
}

// twentyYears is a body of daily prices as the source writes it, 5,000 rows.
func twentyYears(legacy bool) []byte {
	var b bytes.Buffer
	last := date.Must(2026, 11, 20)
	if legacy {
		b.WriteString(`{"symbol" : "AAPL","historical" : `)
	}
	b.WriteByte('[')
	for i := range 5000 {
		if i > 0 {
			b.WriteByte(',')
		}
		day, price := last-date.Date(i), 100+float64(i%977)/7
		if legacy {
			fmt.Fprintf(&b, `{"date":"%s","open":%.6f,"high":%.6f,"low":%.6f,"close":%.6f,"adjClose":%.6f,"volume":%d,"unadjustedVolume":%d,"change":-0.67,"changePercent":-0.293,"vwap":%.4f,"label":"May 01, 20","changeOverTime":-0.00293}`, day, price, price+1, price-1, price, price, 33993570+i, 33993570+i, price)
			continue
		}
		fmt.Fprintf(&b, "\n{\n\"symbol\": \"AAPL\",\n\"date\": \"%s\",\n\"adjOpen\": %.2f,\n\"adjHigh\": %.2f,\n\"adjLow\": %.2f,\n\"adjClose\": %.2f,\n\"volume\": %d\n}", day, price, price+1, price-1, price, 33993570+i)
	}
	b.WriteByte(']')
	if legacy {
		b.WriteByte('}')
	}
	return b.Bytes()
}

func BenchmarkBars(b *testing.B) {
	for name, legacy := range map[string]bool{"stable": false, "older": true} {
		b.Run(name, func(b *testing.B) {
			p := fmp.New(fmp.Options{Legacy: legacy})
			r := marketdata.Request{Kind: marketdata.Bars, Instrument: instrument.Instrument{Symbol: "AAPL"}}
			c, _ := p.Ask(r)
			a := marketdata.Response{Status: 200, Body: twentyYears(legacy), At: now}
			b.SetBytes(int64(len(a.Body)))
			for b.Loop() {
				if _, _, err := p.Read(r, c, a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkHoldings(b *testing.B) {
	var body bytes.Buffer
	for i := range 3000 {
		fmt.Fprintf(&body, `%s{"symbol":"VTI","asset":"S%d","name":"COMPANY %d INC","isin":"US0378331005","securityCusip":"037833100","sharesNumber":188106081,"weightPercentage":0.0%d,"marketValue":44744793487.47,"updatedAt":"2025-01-16 05:01:09","updated":"2025-02-04 19:02:31"}`, map[bool]string{true: "[", false: ","}[i == 0], i, i, 10+i%20)
	}
	body.WriteByte(']')
	p := fmp.New(fmp.Options{})
	r := marketdata.Request{Kind: marketdata.Holdings, Instrument: instrument.Instrument{Symbol: "VTI"}}
	c, _ := p.Ask(r)
	a := marketdata.Response{Status: 200, Body: body.Bytes(), At: now}
	b.SetBytes(int64(body.Len()))
	for b.Loop() {
		if _, _, err := p.Read(r, c, a); err != nil {
			b.Fatal(err)
		}
	}
}
