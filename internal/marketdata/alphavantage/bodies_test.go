package alphavantage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// forms say by a part of its name what a recorded body is: what was asked, and what is
// expected to come of it.
var forms = []struct {
	name, function, symbol string
	kind                   marketdata.Kind
	reason                 marketdata.Reason
}{
	{"limit_note_per_minute", "TIME_SERIES_DAILY", "IBM", marketdata.Bars, marketdata.Limited},
	{"limit_information", "TIME_SERIES_DAILY", "IBM", marketdata.Bars, marketdata.Limited},
	{"error_invalid_key", "TIME_SERIES_DAILY", "IBM", marketdata.Bars, marketdata.BadKey},
	{"DIVIDENDS", "DIVIDENDS", "IBM", marketdata.Dividends, ""},
	{"SPLITS", "SPLITS", "IBM", marketdata.Splits, ""},
	{"DAILY_ADJUSTED", "TIME_SERIES_DAILY_ADJUSTED", "IBM", marketdata.Bars, ""},
	{"daily_AMJ", "TIME_SERIES_DAILY", "AMJ", marketdata.Bars, ""},
	{"data_adjusted", "TIME_SERIES_DAILY_ADJUSTED", "MSFT", marketdata.Bars, ""},
	{"data_daily", "TIME_SERIES_DAILY", "MSFT", marketdata.Bars, ""},
	{"data_intraday", "TIME_SERIES_DAILY", "MSFT", marketdata.Bars, marketdata.Garbled},
	{"data_weekly", "TIME_SERIES_DAILY", "MSFT", marketdata.Bars, marketdata.Garbled},
	{"data_monthly", "TIME_SERIES_DAILY", "MSFT", marketdata.Bars, marketdata.Garbled},
	{"mock_time_series", "TIME_SERIES_DAILY", "MSFT", marketdata.Bars, marketdata.Garbled},
	{"FX_DAILY", "FX_DAILY", "EUR/USD", marketdata.FX, ""},
	{"forex_daily", "FX_DAILY", "EUR/USD", marketdata.FX, ""},
	{"forex_intraday", "FX_DAILY", "EUR/USD", marketdata.FX, marketdata.Garbled},
	{"forex_weekly", "FX_DAILY", "EUR/USD", marketdata.FX, marketdata.Garbled},
	{"forex_monthly", "FX_DAILY", "EUR/USD", marketdata.FX, marketdata.Garbled},
	{"forex_rate", "CURRENCY_EXCHANGE_RATE", "BTC/USD", marketdata.FX, ""},
	{"mock_foreign_exchange", "CURRENCY_EXCHANGE_RATE", "BTC/CNY", marketdata.FX, ""},
	{"GLOBAL_QUOTE", "GLOBAL_QUOTE", "IBM", marketdata.Quotes, ""},
	{"global_quote", "GLOBAL_QUOTE", "MSFT", marketdata.Quotes, ""},
	{"BULK_QUOTES", "REALTIME_BULK_QUOTES", "MSFT,AAPL,IBM", marketdata.Quotes, marketdata.NotInPlan},
	{"REALTIME_OPTIONS", "HISTORICAL_OPTIONS", "XXYYZZ", marketdata.Chain, marketdata.NotInPlan},
	{"ETF_PROFILE", "ETF_PROFILE", "QQQ", marketdata.Holdings, ""},
	{"OVERVIEW", "OVERVIEW", "IBM", marketdata.Profiles, ""},
	{"company_overview", "OVERVIEW", "IBM", marketdata.Profiles, ""},
	{"INCOME_STATEMENT", "INCOME_STATEMENT", "IBM", marketdata.Statements, ""},
	{"income_statement", "INCOME_STATEMENT", "IBM", marketdata.Statements, ""},
	{"balance_sheet", "BALANCE_SHEET", "IBM", marketdata.Statements, ""},
	{"cash_flow", "CASH_FLOW", "IBM", marketdata.Statements, ""},
	{"NEWS_SENTIMENT", "NEWS_SENTIMENT", "AAPL", marketdata.News, ""},
	{"search", "SYMBOL_SEARCH", "", marketdata.Search, ""},
	{"nonfarm_payroll", "NONFARM_PAYROLL", "", marketdata.Rates, ""},
	{"MARKET_STATUS", "SYMBOL_SEARCH", "", marketdata.Search, marketdata.Garbled},
}

// Every recorded body under the folder that FOLIOSIGHT_BODIES names is read as data or
// recognised for what it is, and no part of a JSON one is read as data.
func TestRecordedBodies(t *testing.T) {
	root := os.Getenv("FOLIOSIGHT_BODIES")
	if root == "" {
		t.Skip("FOLIOSIGHT_BODIES names no folder of recorded bodies")
	}
	files, err := filepath.Glob(filepath.Join(root, name, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no bodies in %s: %v", root, err)
	}
files:
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(file)
		for _, f := range forms {
			if !strings.Contains(base, f.name) {
				continue
			}
			r := marketdata.Request{Kind: f.kind, Series: "NONFARM_PAYROLL"}
			c := call(f.function, "symbol", f.symbol)
			if base, quote, pair := strings.Cut(f.symbol, "/"); pair {
				r.Pair = marketdata.Pair{Base: base, Quote: quote}
				c = call(f.function, "from_symbol", base, "to_symbol", quote, "from_currency", base, "to_currency", quote)
			} else {
				r.Instrument = instrument.Instrument{Symbol: f.symbol}
			}
			a := marketdata.Response{Status: 200, Body: body, At: time.Date(2026, 5, 17, 12, 0, 0, 0, time.UTC)}
			d, _, err := New().Read(r, c, a)
			var refused *marketdata.Refusal
			errors.As(err, &refused)
			t.Logf("%-50s %s", base, summary(d, err))
			if (refused == nil) != (f.reason == "") || refused != nil && refused.Reason != f.reason {
				t.Errorf("%s: %v, want %q", base, err, f.reason)
			}
			if refused != nil || base[len(base)-5:] != ".json" {
				continue files
			}
			for cut := range len(strings.TrimSpace(string(body))) - 1 {
				if cut > 3000 && cut%97 != 0 {
					continue
				}
				a.Body = body[:cut]
				if _, _, err := New().Read(r, c, a); err == nil {
					t.Errorf("%s: %d of %d bytes are read as data", base, cut, len(body))
				}
			}
			continue files
		}
		t.Errorf("%s: it is not said what this is", base)
	}
}

func summary(d marketdata.Delivery, err error) string {
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	count := func(what string, n int) {
		if n > 0 {
			fmt.Fprintf(&b, "%d %s; ", n, what)
		}
	}
	for _, s := range d.Bars {
		fmt.Fprintf(&b, "%d bars %s…%s; ", len(s.Dates), s.Dates[0], s.Dates[len(s.Dates)-1])
	}
	for _, s := range append(d.FX, d.Rates...) {
		fmt.Fprintf(&b, "%d rates %s %s…%s; ", len(s.Dates), s.Name, s.Dates[0], s.Dates[len(s.Dates)-1])
	}
	count("quotes", len(d.Quotes))
	count("profiles", len(d.Profiles))
	count("splits", len(d.Splits))
	count("dividends", len(d.Dividends))
	count("statements", len(d.Statements))
	count("articles", len(d.News))
	count("funds", len(d.Holdings))
	count("candidates", len(d.Found))
	for _, l := range d.Left {
		b.WriteString("LEFT " + l + "; ")
	}
	return b.String()
}
