package alphavantage

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// BenchmarkRead reads the large answers: twenty years of adjusted days in both forms, and
// a chain of 3,000 options.
func BenchmarkRead(b *testing.B) {
	var csv, json, chain strings.Builder
	csv.WriteString("timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\r\n")
	json.WriteString(`{"Meta Data": {"2. Symbol": "IBM"}, "Time Series (Daily)": {`)
	day := d("2026-05-15")
	for i := range 5000 {
		price := 100 + float64(i%400)/4
		fmt.Fprintf(&csv, "%s,%.4f,%.4f,%.4f,%.4f,%.14f,%d,0.0000,1.0\r\n", day, price, price+1, price-1, price, price*0.987654321, 4e6+i)
		if i > 0 {
			json.WriteByte(',')
		}
		fmt.Fprintf(&json, "\n        %q: {\n            \"1. open\": \"%.4f\",\n            \"2. high\": \"%.4f\",\n            \"3. low\": \"%.4f\",\n            \"4. close\": \"%.4f\",\n            \"5. adjusted close\": \"%.14f\",\n            \"6. volume\": \"%d\",\n            \"7. dividend amount\": \"0.0000\",\n            \"8. split coefficient\": \"1.0\"\n        }",
			day, price, price+1, price-1, price, price*0.987654321, 4000000+i)
		day--
	}
	json.WriteString("}}")
	chain.WriteString(`{"endpoint": "Historical Options", "message": "success", "data": [`)
	for i := range 3000 {
		if i > 0 {
			chain.WriteByte(',')
		}
		fmt.Fprintf(&chain, "\n        {\n            \"contractID\": \"IBM251107C%08d\",\n            \"symbol\": \"IBM\",\n            \"expiration\": \"2025-11-07\",\n            \"strike\": \"%d.00\",\n            \"type\": \"call\",\n            \"last\": \"1.25\",\n            \"mark\": \"157.10\",\n            \"bid\": \"155.80\",\n            \"bid_size\": \"6\",\n            \"ask\": \"158.40\",\n            \"ask_size\": \"79\",\n            \"volume\": \"0\",\n            \"open_interest\": \"0\",\n            \"date\": \"2025-11-05\",\n            \"implied_volatility\": \"4.31233\",\n            \"delta\": \"0.99184\",\n            \"gamma\": \"0.00023\",\n            \"theta\": \"-0.56174\",\n            \"vega\": \"0.00507\",\n            \"rho\": \"0.00806\"\n        }", (100+i)*1000, 100+i)
	}
	chain.WriteString("]}")
	for _, c := range []struct {
		name string
		r    marketdata.Request
		body string
	}{
		{"days as CSV", marketdata.Request{Kind: marketdata.Bars, Instrument: of("IBM")}, csv.String()},
		{"days as JSON", marketdata.Request{Kind: marketdata.Bars, Instrument: of("IBM")}, json.String()},
		{"options", marketdata.Request{Kind: marketdata.Chain, Instrument: of("IBM")}, chain.String()},
	} {
		b.Run(c.name, func(b *testing.B) {
			call, err := New().Ask(c.r)
			if err != nil {
				b.Fatal(err)
			}
			a := marketdata.Response{Status: 200, Body: []byte(c.body), At: noon}
			b.SetBytes(int64(len(c.body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := New().Read(c.r, call, a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
