package fmp_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fmp"
)

// requests are what a recorded body answers, by a part of its file name; the first that
// fits counts.
var requests = []struct {
	file   string
	r      marketdata.Request
	legacy bool
}{
	{file: "chart_eod-dividend-adjusted", r: of(marketdata.Bars, "AAPL", "total-return")},
	{file: "chart_eod-full", r: of(marketdata.Bars, "AAPL", "split-adjusted")},
	{file: "chart_eod-light", r: of(marketdata.Bars, "AAPL", "light")},
	{file: "chart_eod-non-split-adjusted", r: of(marketdata.Bars, "AAPL", "")},
	{file: "historical-price-full_index", r: of(marketdata.Bars, "^DJI", ""), legacy: true},
	{file: "dividends-calendar", r: of(marketdata.Dividends, "", "")},
	{file: "dividends-company", r: of(marketdata.Dividends, "AAPL", "")},
	{file: "earnings-calendar", r: of(marketdata.Earnings, "", "")},
	{file: "earnings-company", r: of(marketdata.Earnings, "AAPL", "")},
	{file: "splits-calendar", r: of(marketdata.Splits, "", "")},
	{file: "calendar_splits", r: of(marketdata.Splits, "AAPL", "")},
	{file: "delisted-companies", r: of(marketdata.Changes, "", "delisted")},
	{file: "symbol-change", r: of(marketdata.Changes, "", "renames")},
	{file: "company_profile", r: of(marketdata.Profiles, "AAPL", "")},
	{file: "shares-float-aapl", r: of(marketdata.Profiles, "AAPL", "float")},
	{file: "key-metrics-ttm", r: of(marketdata.Profiles, "AAPL", "metrics")},
	{file: "etf_info", r: of(marketdata.Profiles, "SPY", "fund")},
	{file: "etf_holdings", r: of(marketdata.Holdings, "SPY", "")},
	{file: "etf_sector", r: of(marketdata.Holdings, "SPY", "sectors")},
	{file: "etf_country", r: of(marketdata.Holdings, "SPY", "countries")},
	{file: "etf_disclosure.json", r: of(marketdata.Holdings, "VFIAX", "disclosure")},
	{file: "directory_stock-list", r: of(marketdata.Search, "", "stocks")},
	{file: "directory_etf-list", r: of(marketdata.Search, "", "funds")},
	{file: "quote_quote-aapl", r: of(marketdata.Quotes, "AAPL", "")},
	{file: "quote_batch-quote", r: of(marketdata.Quotes, "AAPL", "")},
	{file: "quote_quote-short", r: of(marketdata.Quotes, "AAPL", "")},
	{file: "quote_crypto-quotes", r: of(marketdata.Quotes, "BTCUSD", "")},
	{file: "quote_exchange-quotes", r: of(marketdata.Quotes, "MSFT", "")},
	{file: "exchange-variants", r: search("AAPL", "variants")},
	{file: "search-cik", r: search("320193", "cik")},
	{file: "search-cusip", r: search("037833100", "")},
	{file: "search-isin", r: search("US0378331005", "")},
	{file: "search-name", r: search("apple", "name")},
	{file: "search-symbol", r: search("AAPL", "")},
	{file: "statements_balance-sheet-statement-aapl", r: of(marketdata.Statements, "AAPL", "balance")},
	{file: "statements_cash-flow-statement.json", r: of(marketdata.Statements, "AAPL", "cash-flow")},
	{file: "statements_income-statement-aapl", r: of(marketdata.Statements, "AAPL", "income")},
	{file: "statements_balance-sheet-statement-ttm", r: of(marketdata.Statements, "AAPL", "balance")},
	{file: "statements_cash-flow-statement-ttm", r: of(marketdata.Statements, "AAPL", "cash-flow")},
	{file: "statements_income-statement-ttm", r: of(marketdata.Statements, "AAPL", "income")},
	{file: "error_", r: of(marketdata.Quotes, "AAPL", "")},
}

func of(k marketdata.Kind, symbol, part string) marketdata.Request {
	return marketdata.Request{Kind: k, Part: part, Instrument: instrument.Instrument{Symbol: symbol}, To: date.Must(2026, 11, 22)}
}

func search(text, part string) marketdata.Request {
	return marketdata.Request{Kind: marketdata.Search, Text: text, Part: part}
}

// Every recorded body is read as data or recognised as its error; FOLIOSIGHT_BODIES names
// the folder that has them under fmp.
func TestRecordedBodies(t *testing.T) {
	folder := os.Getenv("FOLIOSIGHT_BODIES")
	if folder == "" {
		t.Skip("FOLIOSIGHT_BODIES is not set")
	}
	files, err := filepath.Glob(filepath.Join(folder, "fmp", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no bodies in %s: %v", folder, err)
	}
	read, refused, unasked := 0, 0, []string{}
next:
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		for _, q := range requests {
			if !strings.Contains(name, q.file) {
				continue
			}
			status := 200
			fmt.Sscanf(name, "error_%d", &status)
			p := fmp.New(fmp.Options{Legacy: q.legacy})
			c, err := p.Ask(q.r)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			d, next, err := p.Read(q.r, c, marketdata.Response{Status: status, Body: body, At: time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)})
			if (err != nil) != (status != 200) {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil {
				refused++
			} else {
				read++
			}
			t.Logf("%s: %v, %d left out, goes on %v", name, err, len(d.Left), next != nil)
			continue next
		}
		unasked = append(unasked, name)
	}
	t.Logf("%d read, %d refused, %d not asked for: %s", read, refused, len(unasked), strings.Join(unasked, " "))
}
