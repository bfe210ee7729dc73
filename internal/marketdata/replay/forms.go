package replay

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // New York opens by its own clock on every machine

	"github.com/foliosight/foliosight/finance/date"
)

// newYork is where the shares of the market trade.
var newYork = func() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err) // it is built in
	}
	return zone
}()

// answer is a body in the form of a source.
type answer struct {
	status int
	kind   string // its media type
	body   []byte
	table  bool // it is CSV, whose end nothing shows
}

func inJSON(v any) answer {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a form that cannot be written is a mistake in this package
	}
	return answer{http.StatusOK, "application/json", b, false}
}

func inText(text string) answer {
	return answer{http.StatusOK, "text/csv", []byte(text), true}
}

type object map[string]any

func number(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'f', -1, 64)) }

func text(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }

func at(day date.Date, hour, minute int) time.Time {
	y, m, d := day.Civil()
	return time.Date(y, m, d, hour, minute, 0, 0, newYork)
}

// bound is a day of a call, with or without dashes; zero where there is none.
func bound(text string) date.Date {
	if d, err := date.ParseCompact(strings.ReplaceAll(text, "-", "")); err == nil {
		return d
	}
	return 0
}

// forms are how each source writes the market, by its name. days is what a fault does to
// the days that are told; else it changes nothing.
var forms = map[string]func(m *Market, path string, q url.Values, now time.Time, days func([]Row) []Row) answer{
	"yahoo": yahoo, "alphavantage": alphaVantage, "polygon": polygon, "stooq": stooq, "ecb": ecb, "fred": fred, "fmp": fmp, "tradefeeds": tradeFeeds,
}

// yahoo is /v8/finance/chart/SYMBOL?period1=&period2=.
func yahoo(m *Market, path string, q url.Values, now time.Time, days func([]Row) []Row) answer {
	switch {
	case strings.HasPrefix(path, "/v7/"): // it wants a session of a browser
		a := inJSON(object{"finance": object{"result": nil, "error": object{"code": "Unauthorized", "description": "Invalid Crumb"}}})
		a.status = http.StatusUnauthorized
		return a
	case strings.HasPrefix(path, "/v1/"):
		return yahooSearch(m, q)
	}
	symbol := path[strings.LastIndexByte(path, '/')+1:]
	if m.Bars[symbol] == nil {
		a := inJSON(object{"chart": object{"result": nil, "error": object{"code": "Not Found", "description": "No data found, symbol may be delisted"}}})
		a.status = http.StatusNotFound
		return a
	}
	seconds := func(name string) date.Date {
		n, _ := strconv.ParseInt(q.Get(name), 10, 64)
		return date.FromTime(time.Unix(n, 0).UTC())
	}
	rows := m.rows(symbol, seconds("period1"), seconds("period2"))
	adjusted := m.adjusted(symbol, rows)
	var times []int64
	columns := map[string][]json.Number{}
	dividends := object{}
	for i, r := range days(slices.Clone(rows)) {
		t := at(r.Day, 9, 30).Unix()
		times = append(times, t)
		for name, x := range map[string]float64{"open": r.Open, "high": r.High, "low": r.Low, "close": r.Close, "volume": r.Volume} {
			columns[name] = append(columns[name], number(x))
		}
		if cents := m.dividend(symbol, rows[i].Day); cents > 0 {
			dividends[strconv.FormatInt(t, 10)] = object{"amount": number(float64(cents) / 100), "date": t}
		}
	}
	var plain []json.Number
	for _, x := range adjusted {
		plain = append(plain, number(x))
	}
	result := object{
		"meta":       object{"currency": "USD", "symbol": symbol, "exchangeName": "NYQ", "instrumentType": "EQUITY", "gmtoffset": -18000, "timezone": "EST", "exchangeTimezoneName": "America/New_York", "dataGranularity": "1d"},
		"indicators": object{"quote": []any{columns}, "adjclose": []any{object{"adjclose": plain}}},
	}
	if len(times) > 0 {
		result["timestamp"], result["events"] = times, object{"dividends": dividends}
	} else {
		result["indicators"] = object{"quote": []any{object{}}, "adjclose": []any{object{}}}
	}
	return inJSON(object{"chart": object{"result": []any{result}, "error": nil}})
}

// alphaVantage is /query?function=TIME_SERIES_DAILY_ADJUSTED, TIME_SERIES_DAILY and DIVIDENDS.
func alphaVantage(m *Market, _ string, q url.Values, now time.Time, days func([]Row) []Row) answer {
	symbol, function := q.Get("symbol"), q.Get("function")
	wrong := inJSON(object{"Error Message": "Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for " + function + "."})
	switch function {
	case "OVERVIEW", "ETF_PROFILE", "INCOME_STATEMENT", "BALANCE_SHEET", "CASH_FLOW", "EARNINGS":
		return inJSON(object{}) // what it does not know
	case "SYMBOL_SEARCH":
		return alphaVantageSearch(m, q)
	case "NEWS_SENTIMENT":
		return inJSON(object{"items": "0", "sentiment_score_definition": "", "relevance_score_definition": "", "feed": []object{}})
	}
	if m.Bars[symbol] == nil {
		return wrong
	}
	if function == "DIVIDENDS" {
		data := []object{}
		for _, d := range m.Dividends[symbol] {
			data = append(data, object{"ex_dividend_date": d.Ex.String(), "declaration_date": "None", "record_date": d.Ex.String(), "payment_date": d.Pay.String(), "amount": fmt.Sprintf("%.2f", float64(d.Cents)/100)})
		}
		slices.Reverse(data)
		return inJSON(object{"symbol": symbol, "data": data})
	}
	if function != "TIME_SERIES_DAILY_ADJUSTED" && function != "TIME_SERIES_DAILY" {
		return wrong
	}
	rows := m.Bars[symbol]
	adjusted := m.adjusted(symbol, rows)
	size := "Full size"
	if q.Get("outputsize") != "full" && len(rows) > 100 {
		rows, adjusted, size = rows[len(rows)-100:], adjusted[len(adjusted)-100:], "Compact"
	}
	rows = days(slices.Clone(rows))
	// The source writes the latest day first; an object of Go would not keep that.
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n    \"Meta Data\": {\n        \"1. Information\": \"Daily Time Series with Splits and Dividend Events\",\n        \"2. Symbol\": %q,\n        \"3. Last Refreshed\": %q,\n"+
		"        \"4. Output Size\": %q,\n        \"5. Time Zone\": \"US/Eastern\"\n    },\n    \"Time Series (Daily)\": {", symbol, rows[len(rows)-1].Day, size)
	for i := len(rows) - 1; i >= 0; i-- {
		r := rows[i]
		if function == "TIME_SERIES_DAILY" {
			fmt.Fprintf(&b, "\n        %q: {\"1. open\": %q, \"2. high\": %q, \"3. low\": %q, \"4. close\": %q, \"5. volume\": \"%.0f\"}", r.Day, text(r.Open), text(r.High), text(r.Low), text(r.Close), r.Volume)
		} else {
			fmt.Fprintf(&b, "\n        %q: {\"1. open\": %q, \"2. high\": %q, \"3. low\": %q, \"4. close\": %q, \"5. adjusted close\": %q, \"6. volume\": \"%.0f\", \"7. dividend amount\": %q, \"8. split coefficient\": \"1.0\"}",
				r.Day, text(r.Open), text(r.High), text(r.Low), text(r.Close), text(adjusted[i]), r.Volume, text(float64(m.dividend(symbol, r.Day))/100))
		}
		if i > 0 {
			b.WriteByte(',')
		}
	}
	b.WriteString("\n    }\n}")
	return answer{http.StatusOK, "application/json", b.Bytes(), false}
}

// pageRows is how many rows a page of Polygon holds here, so that there are several.
const pageRows = 40

// polygon is /v2/aggs/ticker/T/range/1/day/FROM/TO in pages, and /v3/reference/dividends.
func polygon(m *Market, path string, q url.Values, now time.Time, days func([]Row) []Row) answer {
	begin, _ := strconv.Atoi(q.Get("cursor"))
	envelope := object{"status": "OK", "request_id": "a47d1beb8c11b6ae897ab76cdbbf35a3"}
	page := func(n int, results func(i int) object) answer {
		list := []object{}
		for i := min(begin, n); i < min(begin+pageRows, n); i++ {
			list = append(list, results(i))
		}
		envelope["results"], envelope["count"], envelope["resultsCount"] = list, len(list), len(list)
		if begin+pageRows < n {
			next := url.Values{"cursor": {strconv.Itoa(begin + pageRows)}}
			for k, v := range q {
				if k != "cursor" && k != "apiKey" {
					next[k] = v
				}
			}
			envelope["next_url"] = "https://api.polygon.io" + path + "?" + next.Encode()
		}
		return inJSON(envelope)
	}
	if strings.HasSuffix(path, "/dividends") {
		symbol := q.Get("ticker")
		from, to := bound(q.Get("ex_dividend_date.gte")), bound(q.Get("ex_dividend_date.lte"))
		all := slices.DeleteFunc(slices.Clone(m.Dividends[symbol]), func(d Dividend) bool { return from != 0 && d.Ex < from || to != 0 && d.Ex > to })
		return page(len(all), func(i int) object {
			d := all[i]
			return object{"cash_amount": number(float64(d.Cents) / 100), "currency": "USD", "dividend_type": "CD", "ex_dividend_date": d.Ex.String(), "frequency": 4,
				"id": "E" + strconv.Itoa(i), "pay_date": d.Pay.String(), "record_date": d.Ex.String(), "ticker": symbol}
		})
	}
	parts := strings.Split(path, "/")
	if len(parts) < 10 {
		a := inJSON(object{"status": "NOT_FOUND", "request_id": "1", "message": "Ticker not found."})
		a.status = http.StatusNotFound
		return a
	}
	symbol := parts[4]
	from, to := bound(parts[8]), bound(parts[9])
	rows := days(m.rows(symbol, from, to))
	envelope["ticker"], envelope["adjusted"], envelope["queryCount"] = symbol, false, len(rows)
	return page(len(rows), func(i int) object {
		r := rows[i]
		return object{"v": number(r.Volume), "vw": number(r.Close), "o": number(r.Open), "c": number(r.Close), "h": number(r.High), "l": number(r.Low), "t": at(r.Day, 0, 0).UnixMilli(), "n": 1000}
	})
}

// stooq is /q/d/l/?s=&d1=&d2=.
func stooq(m *Market, _ string, q url.Values, now time.Time, days func([]Row) []Row) answer {
	symbol := strings.ToUpper(strings.TrimSuffix(q.Get("s"), ".us"))
	from, to := bound(q.Get("d1")), bound(q.Get("d2"))
	rows := days(m.rows(symbol, from, to))
	if len(rows) == 0 {
		return inText("No data")
	}
	var b strings.Builder
	b.WriteString("Date,Open,High,Low,Close,Volume\r\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "%s,%v,%v,%v,%v,%.0f\r\n", r.Day, number(r.Open), number(r.High), number(r.Low), number(r.Close), r.Volume)
	}
	return inText(b.String())
}

// ecb is /stats/eurofxref/: the files of one day, of ninety and of all.
func ecb(m *Market, path string, _ url.Values, now time.Time, days func([]Row) []Row) answer {
	currencies := []string{"USD", "JPY", "GBP"}
	rates := map[date.Date]map[string]float64{}
	var all []Row
	for _, c := range currencies {
		for _, v := range m.FX[c] {
			if rates[v.Day] == nil {
				rates[v.Day] = map[string]float64{}
				all = append(all, Row{Day: v.Day})
			}
			rates[v.Day][c] = v.Value
		}
	}
	slices.SortFunc(all, func(a, b Row) int { return int(b.Day - a.Day) })
	most := map[string]int{"eurofxref-daily.xml": 1, "eurofxref-hist-90d.xml": 64}[path[strings.LastIndexByte(path, '/')+1:]]
	if most > 0 {
		all = all[:min(most, len(all))]
	}
	told := days(slices.Clone(all))
	var b bytes.Buffer
	if most > 0 {
		b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\" xmlns=\"http://www.ecb.int/vocabulary/2002-08-01/eurofxref\">\n" +
			"\t<gesmes:subject>Reference rates</gesmes:subject>\n\t<gesmes:Sender>\n\t\t<gesmes:name>European Central Bank</gesmes:name>\n\t</gesmes:Sender>\n\t<Cube>\n")
		for i, r := range all {
			fmt.Fprintf(&b, "\t\t<Cube time=\"%s\">\n", told[i].Day)
			for _, c := range currencies {
				fmt.Fprintf(&b, "\t\t\t<Cube currency=\"%s\" rate=\"%s\"/>\n", c, number(rates[r.Day][c]))
			}
			b.WriteString("\t\t</Cube>\n")
		}
		b.WriteString("\t</Cube>\n</gesmes:Envelope>")
		return answer{http.StatusOK, "text/xml", b.Bytes(), false}
	}
	files := zip.NewWriter(&b)
	file, err := files.Create("eurofxref-hist.csv")
	if err != nil {
		panic(err) // memory takes everything
	}
	fmt.Fprintf(file, "Date,%s,\n", strings.Join(currencies, ","))
	for i, r := range all {
		fmt.Fprintf(file, "%s,", told[i].Day)
		for _, c := range currencies {
			fmt.Fprintf(file, "%s,", number(rates[r.Day][c]))
		}
		fmt.Fprintln(file)
	}
	if err := files.Close(); err != nil {
		panic(err)
	}
	return answer{http.StatusOK, "application/zip", b.Bytes(), false}
}

// fred is /fred/series and /fred/series/observations.
func fred(m *Market, path string, q url.Values, now time.Time, days func([]Row) []Row) answer {
	series := q.Get("series_id")
	today := date.FromTime(now.UTC()).String()
	if m.Rates[series] == nil {
		a := inJSON(object{"error_code": 400, "error_message": "Bad Request.  The series does not exist."})
		a.status = http.StatusBadRequest
		return a
	}
	if strings.HasSuffix(path, "/series") {
		return inJSON(object{"realtime_start": today, "realtime_end": today, "seriess": []object{{"id": series, "realtime_start": today, "realtime_end": today,
			"title": "Market Yield on U.S. Treasury Securities at 10-Year Constant Maturity", "frequency": "Daily", "frequency_short": "D", "units": "Percent", "units_short": "%",
			"seasonal_adjustment": "Not Seasonally Adjusted", "seasonal_adjustment_short": "NSA"}}})
	}
	from, to := bound(q.Get("observation_start")), bound(q.Get("observation_end"))
	var rows []Row
	for _, v := range m.Rates[series] {
		if (from == 0 || v.Day >= from) && (to == 0 || v.Day <= to) {
			rows = append(rows, Row{Day: v.Day, Close: v.Value})
		}
	}
	all := []object{}
	for _, r := range days(rows) {
		value := "."
		if !math.IsNaN(r.Close) {
			value = number(r.Close).String()
		}
		all = append(all, object{"realtime_start": today, "realtime_end": today, "date": r.Day.String(), "value": value})
	}
	return inJSON(object{"realtime_start": today, "realtime_end": today, "observation_start": from.String(), "observation_end": to.String(), "units": "lin", "output_type": 1, "file_type": "json",
		"order_by": "observation_date", "sort_order": "asc", "count": len(all), "offset": 0, "limit": 100000, "observations": all})
}
