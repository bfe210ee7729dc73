package polygon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// TestRecordedBodies reads every body of the folder "polygon" in the directory that
// FOLIOSIGHT_BODIES names, and says what each gave. A name is the path that was asked,
// with points for slashes.
func TestRecordedBodies(t *testing.T) {
	dir := os.Getenv("FOLIOSIGHT_BODIES")
	if dir == "" {
		t.Skip("FOLIOSIGHT_BODIES names no directory of recorded bodies")
	}
	names, err := filepath.Glob(filepath.Join(dir, "polygon", "*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no bodies in %s: %v", dir, err)
	}
	of := func(symbol string) instrument.Instrument { return instrument.Instrument{Symbol: symbol} }
	known := []struct {
		prefix string
		r      marketdata.Request
		count  func(d marketdata.Delivery) int
	}{
		{"v2.aggs.grouped", marketdata.Request{Kind: marketdata.Grouped, To: date.Must(2020, 10, 14)}, func(d marketdata.Delivery) int { return len(d.Bars) }},
		{"v2.aggs.ticker.AAPL.prev", marketdata.Request{Kind: marketdata.Quotes, Instrument: of("AAPL")}, func(d marketdata.Delivery) int { return len(d.Quotes) }},
		{"v2.aggs.ticker.AAPL.range", marketdata.Request{Kind: marketdata.Bars, Instrument: of("AAPL")}, func(d marketdata.Delivery) int { return len(d.Bars[0].Dates) }},
		{"v2.snapshot.locale.us.markets.stocks.tickers.AAPL", marketdata.Request{Kind: marketdata.Quotes, Instrument: of("AAPL")}, func(d marketdata.Delivery) int { return len(d.Quotes) }},
		{"v2.snapshot.locale.us.markets.stocks.tickers.index", marketdata.Request{Kind: marketdata.Quotes, Instrument: of("BCAT")}, func(d marketdata.Delivery) int { return len(d.Quotes) }},
		{"v2.snapshot.locale.us.markets.stocks.gainers", marketdata.Request{Kind: marketdata.Quotes, Instrument: of("NVCN")}, func(d marketdata.Delivery) int { return len(d.Quotes) }},
		{"v3.snapshot.indices", marketdata.Request{Kind: marketdata.Quotes, Instrument: instrument.Instrument{Symbol: "APx", Class: instrument.Index}}, nil},
		{"v3.snapshot.options.AAPL.O_", marketdata.Request{Kind: marketdata.Quotes, Instrument: of("AAPL230616C00150000")}, func(d marketdata.Delivery) int { return len(d.Quotes) }},
		{"v3.snapshot.options.AAPL.json", marketdata.Request{Kind: marketdata.Chain, Instrument: of("AAPL")}, func(d marketdata.Delivery) int { return len(d.Options) }},
		{"v3.reference.options.contracts.OEVRI", marketdata.Request{Kind: marketdata.Profiles, Instrument: of("EVRI240119C00002500")}, func(d marketdata.Delivery) int { return len(d.Profiles) }},
		{"v3.reference.options.contracts", marketdata.Request{Kind: marketdata.Chain, Part: "contracts", Instrument: of("A")}, func(d marketdata.Delivery) int { return len(d.Options) }},
		{"v3.reference.dividends", marketdata.Request{Kind: marketdata.Dividends}, func(d marketdata.Delivery) int { return len(d.Dividends) }},
		{"v3.reference.splits", marketdata.Request{Kind: marketdata.Splits}, func(d marketdata.Delivery) int { return len(d.Splits) }},
		{"v3.reference.tickers.AAPL", marketdata.Request{Kind: marketdata.Profiles, Instrument: of("AAPL")}, func(d marketdata.Delivery) int { return len(d.Profiles) }},
		{"v3.reference.tickers.json", marketdata.Request{Kind: marketdata.Search, Text: "a"}, func(d marketdata.Delivery) int { return len(d.Found) }},
		{"v3.reference.tickers_cursor", marketdata.Request{Kind: marketdata.Search, Text: "a"}, func(d marketdata.Delivery) int { return len(d.Found) }},
		{"v2.reference.news", marketdata.Request{Kind: marketdata.News, Instrument: of("NFLX")}, func(d marketdata.Delivery) int { return len(d.News) }},
		{"vX.reference.financials", marketdata.Request{Kind: marketdata.Statements, Instrument: of("NXPI")}, func(d marketdata.Delivery) int { return len(d.Statements) }},
		{"vX.reference.tickers.META.events", marketdata.Request{Kind: marketdata.Changes, Instrument: of("META")}, func(d marketdata.Delivery) int { return len(d.Renames) }},
	}
	statuses := map[string]int{"error_429": 429, "error_403": 403}
	reasons := map[string]marketdata.Reason{"error_429": marketdata.Limited, "error_403": marketdata.NotInPlan}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		base, read := filepath.Base(name), false
		for _, k := range known {
			if !strings.HasPrefix(base, k.prefix) {
				continue
			}
			read = true
			c, err := New().Ask(k.r)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(k.prefix, ".prev") {
				c = previous("AAPL")
			}
			d, next, no := readAs(t, k.r, c, marketdata.Response{Status: 200, Body: body})
			switch {
			case k.count == nil && no != nil:
				t.Logf("%-60.60s recognised: %v", base, no)
			case no != nil || k.count(d) == 0:
				t.Errorf("%s: %v", base, no)
			default:
				kept(t, d)
				t.Logf("%-60.60s %-10s %d read, left %q, more %v", base, k.r.Kind, k.count(d), d.Left, next != nil)
			}
			break
		}
		for prefix, status := range statuses {
			if strings.HasPrefix(base, prefix) {
				read = true
				_, _, no := ask(t, barsOf("AAPL"), marketdata.Response{Status: status, Body: body})
				if no == nil || no.Reason != reasons[prefix] {
					t.Errorf("%s: %v", base, no)
				} else {
					t.Logf("%-60.60s recognised: %v", base, no)
				}
			}
		}
		if read {
			continue
		}
		// An address that is not ours: whatever is taken for its answer, it is refused or
		// read within the contract.
		for _, r := range asked {
			answered(t, r, 200, body)
		}
		t.Logf("%-60.60s of an address that is not asked", base)
	}
}
