// Package fred asks FRED, the economic data of the Federal Reserve Bank of St. Louis, for
// series of interest rates and indices, and searches them.
//
// Model: a series is asked for in two calls. The first, fred/series, says what its values
// are in; the second, fred/series/observations, brings them (100,000 at a time, its most).
// Answers are asked for in JSON; the XML form is read too. Values are those known on the
// day of the answer, revisions included, in the series' own frequency: a monthly value
// stands on the first of its month.
//
// Units: a series in percent ("Percent", "Percent per Annum", "Percent Change ...") is given
// as a fraction, unit "fraction"; one in basis points likewise; "Index ..." is "index"; all
// others keep FRED's own word. Dividing is done on the decimal text, so that 4.25 percent is
// exactly what 0.0425 is. "." is a day without a value, which is absent.
//
// A key is needed. It is limited to 120 calls a minute (FRED's terms of use; error 429,
// "Exceeded Rate Limit"). Not offered: vintages, categories, exchange rates as pairs (the
// H.10 series can be asked for by name). Search is of series, not of instruments, and is
// answered for Part "series" only.
package fred

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// Name is the source's name.
const Name = "fred"

type provider struct{}

// New returns the source.
func New() marketdata.Provider { return provider{} }

func (provider) Name() string   { return Name }
func (provider) Base() string   { return "https://api.stlouisfed.org" }
func (provider) NeedsKey() bool { return true }

// Limits are FRED's: 120 calls a minute and key (api.stlouisfed.org, as client libraries
// such as fredr 2.1 observe it, read 2026-11).
func (provider) Limits() map[string][]marketdata.Limit {
	return map[string][]marketdata.Limit{"": {{Window: marketdata.Minute, Most: 120}}}
}

func (p provider) Offers(r marketdata.Request) bool {
	_, err := p.Ask(r)
	return err == nil
}

// Sign puts the key into the call.
func (provider) Sign(h *http.Request, key string) {
	q := h.URL.Query()
	q.Set("api_key", key)
	h.URL.RawQuery = q.Encode()
	h.Header.Set("Accept", "application/json")
}

// ErrNotOffered reports a request that FRED cannot be asked.
var ErrNotOffered = errors.New("FRED does not offer this")

// The endpoints, by FRED's names.
const (
	seriesEndpoint       = "fred/series"
	observationsEndpoint = "fred/series/observations"
	searchEndpoint       = "fred/series/search"
)

// most is how many values an answer holds.
const most = 100000

func (provider) Ask(r marketdata.Request) (marketdata.Call, error) {
	switch {
	case r.Kind == marketdata.Rates && named(r.Series):
		return call(seriesEndpoint, url.Values{"series_id": {r.Series}}), nil
	case r.Kind == marketdata.Rates:
		return marketdata.Call{}, fmt.Errorf("series %q: %w", r.Series, ErrNotOffered)
	case r.Kind == marketdata.Search && r.Part == "series" && strings.TrimSpace(r.Text) != "":
		limit := r.Limit
		if limit <= 0 || limit > 1000 {
			limit = 20
		}
		return call(searchEndpoint, url.Values{"search_text": {strings.TrimSpace(r.Text)}, "limit": {strconv.Itoa(limit)}}), nil
	}
	return marketdata.Call{}, fmt.Errorf("%s: %w", r.Kind, ErrNotOffered)
}

// named reports whether a text can be the name of a series: DGS10, T10Y2Y, DEXUSEU.
func named(series string) bool {
	return series != "" && len(series) <= 64 && strings.Trim(series, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == ""
}

func call(endpoint string, q url.Values) marketdata.Call {
	q.Set("file_type", "json")
	return marketdata.Call{Endpoint: endpoint, Path: "/" + endpoint, Query: q}
}

// observations is the call for the values of a series whose values are in units, from the
// offset-th on.
func observations(r marketdata.Request, units string, offset int) *marketdata.Call {
	q := url.Values{"series_id": {r.Series}, "units": {"lin"}, "sort_order": {"asc"}, "limit": {strconv.Itoa(most)}}
	if r.From != 0 {
		q.Set("observation_start", r.From.String())
	}
	if r.To != 0 {
		q.Set("observation_end", r.To.String())
	}
	if offset > 0 {
		q.Set("offset", strconv.Itoa(offset))
	}
	c := call(observationsEndpoint, q)
	c.Carry = units
	return &c
}

func (p provider) Read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (marketdata.Delivery, *marketdata.Call, error) {
	d, next, refusal := read(r, c, a)
	if refusal != nil {
		refusal.Provider, refusal.Endpoint = Name, c.Endpoint
		return marketdata.Delivery{}, nil, refusal
	}
	return d, next, nil
}

func read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (d marketdata.Delivery, next *marketdata.Call, refusal *marketdata.Refusal) {
	if refusal := refused(a); refusal != nil {
		return d, nil, refusal
	}
	if c.Endpoint == observationsEndpoint {
		return readObservations(r, c, a)
	}
	list, refusal := readSeries(a.Body)
	if refusal != nil {
		return d, nil, refusal
	}
	if c.Endpoint == searchEndpoint {
		for _, s := range list {
			d.Found = append(d.Found, s.candidate())
		}
		if len(d.Found) == 0 {
			return d, nil, &marketdata.Refusal{Reason: marketdata.NotFound}
		}
		return d, nil, nil
	}
	for _, s := range list {
		if s.id == r.Series {
			return d, observations(r, s.units, 0), nil
		}
	}
	if len(list) == 0 {
		return d, nil, &marketdata.Refusal{Reason: marketdata.NotFound}
	}
	return d, nil, garbled("series id", fmt.Sprintf("%s, asked was %s", list[0].id, r.Series))
}
