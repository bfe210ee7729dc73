package yahoo

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// Whatever comes, it is read or refused, and what is delivered is as promised.
func FuzzRead(f *testing.F) {
	f.Add(uint8(0), 200, chartOf(newYork, "1704724200,1704810600", `"close":[1,2]`, "1,2", `{"dividends":{"a":{"amount":1e-2,"date":1704724200}},"splits":{"a":{"date":1,"numerator":2,"denominator":1}}}`))
	f.Add(uint8(1), 200, `{"quoteResponse":{"result":[{"symbol":"ACME","currency":"USD","regularMarketPrice":1,"regularMarketTime":1739566802,"exchangeTimezoneName":"UTC"}],"error":null}}`)
	f.Add(uint8(2), 200, `{"optionChain":{"result":[{"underlyingSymbol":"ACME","expirationDates":[1740700800],"quote":{},"options":[{"expirationDate":1740700800,"calls":[{"contractSymbol":"ACME250228C00400000","strike":400,"contractSize":"REGULAR"}]}]}]}}`)
	f.Add(uint8(3), 200, `{"quotes":[{"symbol":"A-B","quoteType":"EQUITY"}],"news":[{"uuid":"a","title":"b","link":"https://c","providerPublishTime":1}]}`)
	f.Add(uint8(0), 404, `{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found"}}}`)
	kinds := []marketdata.Kind{marketdata.Bars, marketdata.Profiles, marketdata.Chain, marketdata.Search, marketdata.Quotes}
	f.Fuzz(func(t *testing.T, kind uint8, status int, body string) {
		r := marketdata.Request{Kind: kinds[int(kind)%len(kinds)], Instrument: share("ACME"), Text: "ACME"}
		c, err := New().Ask(r)
		if err != nil {
			t.Fatal(err)
		}
		d, _, err := New().Read(r, c, marketdata.Response{Status: status, Body: []byte(body), At: time.Unix(1.8e9, 0)})
		if err != nil {
			if _, ok := err.(*marketdata.Refusal); !ok {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		for _, s := range d.Bars {
			for i := range s.Dates {
				if i > 0 && s.Dates[i-1] >= s.Dates[i] || math.IsNaN(s.Close[i]) || math.IsInf(s.Close[i], 0) {
					t.Fatalf("row %d of %+v", i, s)
				}
			}
		}
		for _, p := range d.Dividends {
			if p.Amount.Sign() <= 0 || p.Amount.CheckBounds() != nil {
				t.Fatalf("%+v", p)
			}
		}
	})
}

// Twenty years of days, as a full history comes.
func BenchmarkChart(b *testing.B) {
	const days = 5000
	var times, prices, volumes strings.Builder
	for i := range days {
		if i > 0 {
			times.WriteByte(',')
			prices.WriteByte(',')
			volumes.WriteByte(',')
		}
		fmt.Fprintf(&times, "%d", 1104762600+86400*i)
		fmt.Fprintf(&prices, "%v", float64(float32(100+float32(i)*0.37)))
		fmt.Fprintf(&volumes, "%d", 22570270+i)
	}
	p := "[" + prices.String() + "]"
	body := []byte(chartOf(newYork, times.String(), `"open":`+p+`,"high":`+p+`,"low":`+p+`,"close":`+p+`,"volume":[`+volumes.String()+`]`, prices.String(), ""))
	r := bars("ACME")
	c, _ := New().Ask(r)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, _, err := New().Read(r, c, marketdata.Response{Status: 200, Body: body}); err != nil {
			b.Fatal(err)
		}
	}
}
