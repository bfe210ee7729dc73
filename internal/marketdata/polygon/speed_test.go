package polygon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// manyBars is an answer with so many daily bars, in the source's short form.
func manyBars(n int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"ticker":"AAPL","queryCount":%d,"resultsCount":%d,"adjusted":false,"results":[`, n, n)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		at := time.Date(2004, 1, 2+i, 0, 0, 0, 0, newYork)
		price := 100 + float64(i%977)/100
		fmt.Fprintf(&b, `{"v":%d,"vw":%.4f,"o":%.2f,"c":%.2f,"h":%.2f,"l":%.2f,"t":%d,"n":%d}`,
			50000000+i, price+0.0312, price, price+0.5, price+1, price-1, at.UnixMilli(), 400000+i)
	}
	b.WriteString(`],"status":"OK","request_id":"6a7e466379af0a71039d60cc78e72282","count":1}`)
	return []byte(b.String())
}

// wholeMarket is an answer with so many tickers on 2024-01-09.
func wholeMarket(n int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"queryCount":%d,"resultsCount":%d,"adjusted":false,"results":[`, n, n)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"T":"T%d","v":%d,"vw":26.4071,"o":26.07,"c":25.91,"h":26.25,"l":25.91,"t":1704834000000,"n":74674}`, i, 4369370+i)
	}
	b.WriteString(`],"status":"OK","request_id":"x","count":1}`)
	return []byte(b.String())
}

// wholeChain is a page with so many contracts on AAPL.
func wholeChain(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"request_id":"x","results":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"break_even_price":179.075,"day":{"change":-2.4,"change_percent":-7.643,"close":29,"high":32.25,"last_updated":1651204800000000000,"low":29,"open":29.99,"previous_close":31.4,"volume":8,"vwap":30.7738},`+
			`"details":{"contract_type":"call","exercise_style":"american","expiration_date":"2023-06-16","shares_per_contract":100,"strike_price":%d,"ticker":"O:AAPL230616C%08d"},`+
			`"greeks":{"delta":0.6436614934293701,"gamma":0.0061735291012820675,"theta":-0.028227189324641973,"vega":0.6381159723175714},"implied_volatility":0.3570277203465058,`+
			`"last_quote":{"ask":29.25,"ask_size":209,"bid":28.9,"bid_size":294,"last_updated":1651254260800059648,"midpoint":29.075,"timeframe":"REAL-TIME"},`+
			`"last_trade":{"price":29.25,"sip_timestamp":1651254260714665700,"size":1,"conditions":[209],"exchange":309,"timeframe":"REAL-TIME"},"open_interest":8133,`+
			`"underlying_asset":{"change_to_break_even":19.11439999999999,"last_updated":1651254263172073152,"price":159.9606,"ticker":"AAPL","timeframe":"REAL-TIME"}}`, 5+i, (5+i)*1000)
	}
	b.WriteString(`],"status":"OK"}`)
	return []byte(b.String())
}

var apple = instrument.Instrument{Symbol: "AAPL", Currency: "USD"}

func BenchmarkBars(b *testing.B) {
	bench(b, manyBars(5000), marketdata.Request{Kind: marketdata.Bars, Instrument: apple})
}

func BenchmarkGrouped(b *testing.B) {
	bench(b, wholeMarket(11000), marketdata.Request{Kind: marketdata.Grouped, To: date.Must(2024, 1, 9)})
}

func BenchmarkChain(b *testing.B) {
	bench(b, wholeChain(250), marketdata.Request{Kind: marketdata.Chain, Instrument: apple})
}

func bench(b *testing.B, body []byte, r marketdata.Request) {
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	c, err := New().Ask(r)
	if err != nil {
		b.Fatal(err)
	}
	at := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		d, _, err := New().Read(r, c, marketdata.Response{Status: 200, Body: body, At: at})
		if err != nil || len(d.Left) > 0 {
			b.Fatal(err, d.Left)
		}
	}
}
