package ecb

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// table is a file: a value a day and currency, NaN where there is none.
type table struct {
	currencies []string
	days       []date.Date
	values     [][]float64 // by currency, then by day
}

// largest is how much an archive may unpack to. All rates since 1999 are 2 MB.
const largest = 64 << 20

func garbled(place, said string) *marketdata.Refusal {
	return &marketdata.Refusal{Reason: marketdata.Garbled, Place: place, Said: marketdata.Words(said)}
}

// refused says what came instead of a file, nil where the body may be one.
func refused(a marketdata.Response) *marketdata.Refusal {
	head := strings.ToLower(string(bytes.TrimSpace(a.Body[:min(len(a.Body), 512)])))
	page := strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
	said := head
	if page {
		said = "a page where a file was due"
	} else if strings.HasPrefix(head, "pk\x03\x04") {
		said = ""
	}
	no := func(reason marketdata.Reason) *marketdata.Refusal {
		return &marketdata.Refusal{Reason: reason, Said: marketdata.Words(said), RetryAfter: marketdata.RetryAfter(a.Header, a.At)}
	}
	switch {
	case a.Status == http.StatusTooManyRequests:
		return no(marketdata.Limited)
	case a.Status >= 500 || a.Status == http.StatusForbidden || a.Status >= 300 && a.Status < 400:
		return no(marketdata.Failed)
	case a.Status >= 400:
		return no(marketdata.Refused)
	case head == "":
		return garbled("an empty body", "")
	case page:
		return garbled("a page where a file was due", "")
	}
	return nil
}

// parse reads a file of any of the three forms, all currencies or the one that is named.
func parse(body []byte, only string) (*table, *marketdata.Refusal) {
	switch {
	case bytes.HasPrefix(body, []byte("PK")):
		text, refusal := unpacked(body)
		if refusal != nil {
			return nil, refusal
		}
		return readCSV(text, only)
	case bytes.HasPrefix(bytes.TrimLeft(body, "\xef\xbb\xbf \r\n\t"), []byte("<")):
		return readXML(body, only)
	}
	return readCSV(body, only)
}

// unpacked is the one table of an archive.
func unpacked(body []byte) ([]byte, *marketdata.Refusal) {
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, garbled("the archive", err.Error())
	}
	for _, f := range archive.File {
		if !strings.HasSuffix(strings.ToLower(f.Name), ".csv") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, garbled("the archive", err.Error())
		}
		text, err := io.ReadAll(io.LimitReader(r, largest+1))
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, garbled("the archive", err.Error())
		}
		if len(text) > largest {
			return nil, garbled("the archive", "it unpacks to more than 64 MB")
		}
		return text, nil
	}
	return nil, garbled("the archive", "there is no table in it")
}

// readCSV reads the table: Date and a column a currency, newest day first, a comma at the
// end of each line, N/A where there is no rate.
func readCSV(text []byte, only string) (*table, *marketdata.Refusal) {
	header, rest, _ := bytes.Cut(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), []byte("\n"))
	header = bytes.TrimRight(header, " \r")
	closed := bytes.HasSuffix(header, []byte(",")) // each line ends with a comma
	names := bytes.Split(bytes.TrimRight(header, ", "), []byte(","))
	if string(bytes.TrimSpace(names[0])) != "Date" || len(names) < 2 {
		return nil, garbled("row 1", fmt.Sprintf("header %q", header[:min(len(header), 80)]))
	}
	t := &table{}
	days := bytes.Count(rest, []byte("\n")) + 1
	column := make([]int, len(names)) // in values; -1 of what is not read
	for i, name := range names[1:] {
		code := string(bytes.TrimSpace(name))
		if !isCode(code) || slices.Contains(t.currencies, code) {
			return nil, garbled("row 1", fmt.Sprintf("currency %q", code))
		}
		column[i+1] = -1
		if only == "" || only == code {
			column[i+1] = len(t.values)
			t.currencies = append(t.currencies, code)
			t.values = append(t.values, make([]float64, 0, days))
		}
	}
	for row := 2; len(rest) > 0; row++ {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		rest = after
		line = bytes.TrimRight(line, " \r")
		if len(line) == 0 {
			continue
		}
		field, more, _ := bytes.Cut(line, []byte(","))
		day, ok := dayOf(bytes.TrimSpace(field))
		if !ok {
			return nil, garbled(fmt.Sprintf("row %d, date", row), string(field[:min(len(field), 40)]))
		}
		t.days = append(t.days, day)
		for i := 1; i < len(names); i++ {
			// A number with nothing behind it may be half of one.
			end, next := bytes.IndexByte(more, ','), 1
			if end < 0 && i == len(names)-1 && ended && !closed {
				end, next = len(more), 0
			}
			if end < 0 {
				return nil, garbled(fmt.Sprintf("row %d, %s", row, names[i]), "the line ends")
			}
			field, more = more[:end], more[end+next:]
			if column[i] < 0 {
				continue
			}
			v, ok := rate(bytes.TrimSpace(field))
			if !ok {
				return nil, garbled(fmt.Sprintf("row %d, %s", row, names[i]), string(field[:min(len(field), 40)]))
			}
			t.values[column[i]] = append(t.values[column[i]], v)
		}
	}
	// The newest day comes first; turned round, it need not be sorted for each currency.
	slices.Reverse(t.days)
	for _, column := range t.values {
		slices.Reverse(column)
	}
	return t, nil
}

// rate reads a rate, NaN where there is none. A rate is more than nothing.
func rate(field []byte) (float64, bool) {
	switch string(field) {
	case "N/A", "", "-":
		return math.NaN(), true
	}
	v := jsonscan.Float(field)
	return v, v > 0 && !math.IsInf(v, 0)
}

// dayOf reads 2023-02-17, or 17 February 2023 as the table of the last day writes it.
func dayOf(field []byte) (date.Date, bool) {
	if d, err := date.Parse(string(field)); err == nil {
		return d, true
	}
	if at, err := time.Parse("2 January 2006", string(field)); err == nil {
		d, err := date.New(at.Date())
		return d, err == nil
	}
	return 0, false
}

func isCode(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// envelope is the form of the XML files: a Cube a day in a Cube, a Cube a currency in it.
type envelope struct {
	XMLName xml.Name `xml:"Envelope"`
	Days    []struct {
		Time  string `xml:"time,attr"`
		Rates []struct {
			Currency string `xml:"currency,attr"`
			Rate     string `xml:"rate,attr"`
		} `xml:"Cube"`
	} `xml:"Cube>Cube"`
}

func readXML(body []byte, only string) (*table, *marketdata.Refusal) {
	var e envelope
	decoder := xml.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&e); err != nil {
		return nil, garbled(fmt.Sprintf("byte %d", decoder.InputOffset()), err.Error())
	}
	t := &table{}
	for i, cube := range e.Days {
		day, ok := dayOf([]byte(cube.Time))
		if !ok {
			return nil, garbled(fmt.Sprintf("day %d, time", i+1), cube.Time)
		}
		t.days = append(t.days, day)
		for _, r := range cube.Rates {
			v, ok := rate([]byte(strings.TrimSpace(r.Rate)))
			if !isCode(r.Currency) || !ok {
				return nil, garbled(fmt.Sprintf("%s, currency %q", day, r.Currency), r.Rate)
			}
			if only != "" && only != r.Currency {
				continue
			}
			at := slices.Index(t.currencies, r.Currency)
			if at < 0 {
				at = len(t.currencies)
				t.currencies, t.values = append(t.currencies, r.Currency), append(t.values, nil)
			}
			t.values[at] = padded(t.values[at], i)
			if len(t.values[at]) > i {
				return nil, garbled(fmt.Sprintf("%s, currency %q", day, r.Currency), "twice on one day")
			}
			t.values[at] = append(t.values[at], v)
		}
	}
	for i := range t.values {
		t.values[i] = padded(t.values[i], len(t.days))
	}
	return t, nil
}

// padded fills a column up to n days with days without a rate.
func padded(column []float64, n int) []float64 {
	for len(column) < n {
		column = append(column, math.NaN())
	}
	return column
}
