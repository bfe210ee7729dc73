package stooq

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// few is how many days "No data" may be about without casting doubt on the symbol: the
// longest that markets were closed in a row, and some.
const few = 14

// refused says what came instead of a table, nil where the body may be one. The sentences
// are Stooq's in English and Polish.
func refused(r marketdata.Request, c marketdata.Call, a marketdata.Response) *marketdata.Refusal {
	body := bytes.TrimSpace(a.Body)
	said := marketdata.Words(string(body[:min(len(body), 1000)]), c.Query.Get("apikey"))
	low := strings.ToLower(said)
	no := func(reason marketdata.Reason) *marketdata.Refusal {
		return &marketdata.Refusal{Reason: reason, Said: said}
	}
	page := strings.HasPrefix(low, "<")
	if page {
		said = titled(body)
	}
	switch {
	case strings.Contains(low, "daily hits limit") || strings.Contains(low, "przekroczony dzienny limit"):
		r := no(marketdata.Limited)
		r.Window = marketdata.Day
		r.RetryAfter = marketdata.RetryAfter(a.Header, a.At)
		return r
	case a.Status == http.StatusTooManyRequests:
		r := no(marketdata.Limited)
		r.RetryAfter = marketdata.RetryAfter(a.Header, a.At)
		return r
	case !page && strings.Contains(low, "apikey"):
		return no(marketdata.BadKey)
	case strings.HasPrefix(low, "no data") || strings.HasPrefix(low, "brak danych"):
		if r.From != 0 && r.To != 0 && r.To-r.From < few {
			return no(marketdata.Empty)
		}
		return no(marketdata.NotFound)
	case a.Status >= 500:
		return no(marketdata.Failed)
	case page:
		// A page that lets a browser prove itself, or one that says that it is out of
		// order: no table comes until that changes.
		return no(marketdata.Failed)
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return no(marketdata.Failed)
	case a.Status == http.StatusNotFound:
		return no(marketdata.NotFound)
	case a.Status >= 400:
		return no(marketdata.Refused)
	case a.Status >= 300:
		return no(marketdata.Failed)
	case len(body) == 0:
		return &marketdata.Refusal{Reason: marketdata.Garbled, Place: "an empty body"}
	}
	return nil
}

// titled says what a page is, by its title.
func titled(page []byte) string {
	low := bytes.ToLower(page[:min(len(page), 4096)])
	if from := bytes.Index(low, []byte("<title>")); from >= 0 {
		if n := bytes.Index(low[from:], []byte("</title>")); n > 0 && from+n <= len(page) {
			return marketdata.Words("a page where a table was due: " + string(page[from+len("<title>"):from+n]))
		}
	}
	return "a page where a table was due, such as one that wants to see a browser"
}
