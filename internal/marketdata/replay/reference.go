package replay

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// About is what is true of a share or a fund beside its prices.
type About struct {
	Name, Exchange, Sector, Country, ISIN string // the exchange in the words of the sources: NASDAQ
	Fund                                  bool
	Reports                               []Report
	Articles                              []Article
	Held                                  []Held             // of a fund
	Sectors                               map[string]float64 // of a fund, in percent
	AsOf                                  date.Date          // of what it holds
}

// Report is a quarter or a year of a company.
type Report struct {
	End, Told date.Date // of the period, and when it was or will be told
	Annual    bool
	Revenue   int64 // 0: it is to come
	EPS       float64
}

// Article is a piece of news.
type Article struct {
	Address, Title string
	At             time.Time
}

// Held is what a fund holds.
type Held struct {
	Symbol, Name, ISIN string
	Percent            float64
}

// chapters are the statements of a company by their names at Financial Modeling Prep, with
// the line that each has here.
var chapters = map[string]string{"income-statement": "revenue", "balance-sheet-statement": "totalAssets", "cash-flow-statement": "operatingCashFlow"}

// fmp is /stable/NAME?symbol= and, where older keys ask, /api/v3/NAME/SYMBOL.
func fmp(m *Market, path string, q url.Values, _ time.Time, _ func([]Row) []Row) answer {
	name, symbol, older := strings.TrimPrefix(path, "/stable/"), q.Get("symbol"), false
	if rest, ok := strings.CutPrefix(path, "/api/v3/"); ok {
		name, older = rest, true
		if at := strings.LastIndexByte(rest, '/'); at >= 0 {
			name, symbol = rest[:at], rest[at+1:]
		}
	}
	for _, as := range []string{"symbols", "tickers"} {
		if q.Has(as) {
			symbol = q.Get(as)
		}
	}
	a, known := m.About[symbol]
	if !known {
		return inJSON([]object{})
	}
	rows := []object{}
	switch name {
	case "profile":
		row := object{"symbol": symbol, "companyName": a.Name, "currency": "USD", "isin": a.ISIN, "exchange": a.Exchange, "exchangeFullName": a.Exchange, "sector": a.Sector, "industry": "Anvils", "country": a.Country,
			"isEtf": a.Fund, "isFund": false, "isActivelyTrading": true, "marketCap": 1000000, "beta": 1.1}
		if older {
			delete(row, "exchangeFullName")
			row["exchange"], row["exchangeShortName"], row["mktCap"] = a.Exchange, a.Exchange, row["marketCap"]
		}
		rows = append(rows, row)
	case "income-statement", "balance-sheet-statement", "cash-flow-statement":
		for _, r := range a.Reports {
			if r.Revenue == 0 || r.Annual != (q.Get("period") == "annual") {
				continue
			}
			row := object{"date": r.End.String(), "symbol": symbol, "reportedCurrency": "USD", "fiscalYear": r.End.String()[:4], "period": "Q4", chapters[name]: r.Revenue}
			if r.Annual {
				row["period"] = "FY"
			}
			rows = append(rows, row)
		}
	case "earnings", "historical/earning_calendar":
		for _, r := range a.Reports {
			if r.Annual {
				continue
			}
			row := object{"symbol": symbol, "date": r.Told.String(), "epsActual": nil, "epsEstimated": number(r.EPS)}
			if r.Revenue > 0 {
				row["epsActual"] = number(r.EPS)
			}
			if older {
				row["fiscalDateEnding"], row["eps"], row["time"] = r.End.String(), row["epsActual"], "amc"
				delete(row, "epsActual")
			}
			rows = append(rows, row)
		}
	case "news/stock", "stock_news":
		for _, n := range a.Articles {
			rows = append(rows, object{"symbol": symbol, "publishedDate": n.At.In(newYork).Format(time.DateTime), "publisher": "Wire", "title": n.Title, "site": "example.org", "text": n.Title, "url": n.Address})
		}
	case "etf/holdings", "etf-holder":
		for _, h := range a.Held {
			rows = append(rows, object{"symbol": symbol, "asset": h.Symbol, "name": h.Name, "isin": h.ISIN, "weightPercentage": number(h.Percent), "updatedAt": a.AsOf.String() + " 05:01:09"})
		}
	case "etf/sector-weightings", "etf-sector-weightings":
		for _, sector := range slices.Sorted(maps.Keys(a.Sectors)) {
			rows = append(rows, object{"symbol": symbol, "sector": sector, "weightPercentage": number(a.Sectors[sector])})
		}
	}
	return inJSON(rows)
}

// tradeFeeds is /api/v1/etf_holdings?ticker=, in the form of a report to the SEC.
func tradeFeeds(m *Market, path string, q url.Values, _ time.Time, _ func([]Row) []Row) answer {
	if !strings.HasSuffix(path, "/etf_holdings") {
		return answer{http.StatusNotFound, "text/plain", []byte("404 page not found"), false}
	}
	ok := object{"code": 200, "message": "OK", "details": ""}
	a := m.About[q.Get("ticker")]
	if len(a.Held) == 0 {
		return inJSON(object{"status": ok, "result": object{"basics": object{}, "output": []object{}}})
	}
	list := []object{}
	for _, h := range a.Held {
		list = append(list, object{"invstOrSec": object{"name": h.Name, "isin": h.ISIN, "pctVal": number(h.Percent), "payoffProfile": "Long", "invCountry": "US", "curCd": "USD"}})
	}
	return inJSON(object{"status": ok, "result": object{"basics": object{"regName": a.Name}, "output": []object{{"attributes": object{"repPdDate": a.AsOf.String()}, "invstOrSecs": list}}}})
}
