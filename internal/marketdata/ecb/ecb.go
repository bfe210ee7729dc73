// Package ecb asks the European Central Bank for its euro reference rates.
//
// Model: three files that anybody may fetch: the last day (eurofxref-daily.xml), the last
// ninety days (eurofxref-hist-90d.xml), and all since 1999-01-04 as a table in an archive
// (eurofxref-hist.zip). A file holds every currency. The smallest file that may do is asked
// for first; one that does not reach back far enough leads to the next larger one.
//
// Units: a rate is how much of a currency one euro costs, so it is EUR/XXX as it stands.
// Only pairs with the euro as their base are offered; the others follow by arithmetic, which
// is not a source's. A currency that changed its unit (TRL to TRY, ROL to RON) is two
// series, each as long as it was published; N/A and an absent day are unknown. TARGET
// closing days have no rate.
//
// The rates are fixed at 14:15 and published at about 16:00 Central European Time on every
// TARGET day, for information only, as the bank says (Euro foreign exchange reference
// rates, ecb.europa.eu). They do not change afterwards. There is no key.
package ecb

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// Name is the source's name.
const Name = "ecb"

type provider struct{}

// New returns the source.
func New() marketdata.Provider { return provider{} }

func (provider) Name() string   { return Name }
func (provider) Base() string   { return "https://www.ecb.europa.eu" }
func (provider) NeedsKey() bool { return false }

// Limits are our own: the files change once a day, and the bank states no limit.
func (provider) Limits() map[string][]marketdata.Limit {
	return map[string][]marketdata.Limit{"": {
		{Window: marketdata.Minute, Most: 4},
		{Window: marketdata.Day, Most: 60, Resets: "Europe/Berlin"},
	}}
}

func (p provider) Offers(r marketdata.Request) bool {
	_, err := p.Ask(r)
	return err == nil
}

// Sign does nothing: there is no key.
func (provider) Sign(*http.Request, string) {}

// ErrNotOffered reports a request that the bank cannot be asked.
var ErrNotOffered = errors.New("the ECB does not offer this")

// currencies are those that the bank ever published a rate of (header of eurofxref-hist.csv).
var currencies = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range strings.Fields("USD JPY BGN CYP CZK DKK EEK GBP HUF LTL LVL MTL PLN ROL RON SEK SIT SKK CHF ISK NOK HRK RUB TRL TRY AUD BRL CAD CNY HKD IDR ILS INR KRW MXN MYR NZD PHP SGD THB ZAR") {
		m[c] = true
	}
	return m
}()

// The files, from the smallest to the largest, with the days that they hold at least.
var files = []struct {
	path string
	days int
}{
	{"/stats/eurofxref/eurofxref-daily.xml", 1},
	{"/stats/eurofxref/eurofxref-hist-90d.xml", 85},
	{"/stats/eurofxref/eurofxref-hist.zip", 0},
}

// Ask writes the call for a rate of the euro; a pair without a quote currency is all of them.
func (provider) Ask(r marketdata.Request) (marketdata.Call, error) {
	switch {
	case r.Kind != marketdata.FX:
		return marketdata.Call{}, fmt.Errorf("%s: %w", r.Kind, ErrNotOffered)
	case r.Pair.Base != "EUR":
		return marketdata.Call{}, fmt.Errorf("exchange rate %s, whose base is not the euro: %w", r.Pair, ErrNotOffered)
	case r.Pair.Quote != "" && !currencies[r.Pair.Quote]:
		return marketdata.Call{}, fmt.Errorf("exchange rate %s: %w", r.Pair, ErrNotOffered)
	}
	if r.From != 0 && r.To >= r.From {
		for i, f := range files {
			if f.days > 0 && int(r.To-r.From) < f.days {
				return file(i), nil
			}
		}
	}
	return file(len(files) - 1), nil
}

func file(i int) marketdata.Call {
	path := files[i].path
	return marketdata.Call{Endpoint: path[strings.LastIndexByte(path, '/')+1:], Path: path, Query: url.Values{}}
}

// larger is the next larger file, nil after the largest.
func larger(c marketdata.Call) *marketdata.Call {
	for i := range files[:len(files)-1] {
		if files[i].path == c.Path {
			next := file(i + 1)
			return &next
		}
	}
	return nil
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
	table, refusal := parse(a.Body, r.Pair.Quote)
	if refusal != nil {
		return d, nil, refusal
	}
	if len(table.days) == 0 {
		return d, nil, garbled("a file without days", "")
	}
	first := table.days[0]
	for _, day := range table.days {
		first = min(first, day)
	}
	if r.From != 0 && r.From < first {
		if next := larger(c); next != nil {
			return d, next, nil
		}
	}
	last := marketdata.Latest(a.At)
	for i, currency := range table.currencies {
		s := marketdata.RateSeries{Name: "EUR/" + currency, Dates: append([]date.Date(nil), table.days...), Values: table.values[i]}
		d.Left = append(d.Left, s.Order(r.From, r.To, last)...)
		if len(s.Dates) > 0 {
			d.FX = append(d.FX, s)
		}
	}
	switch {
	case len(table.currencies) == 0 && larger(c) == nil:
		return d, nil, &marketdata.Refusal{Reason: marketdata.NotFound, Said: "no rate of " + r.Pair.Quote}
	case len(d.FX) == 0:
		return d, nil, &marketdata.Refusal{Reason: marketdata.Empty}
	}
	return d, nil, nil
}
