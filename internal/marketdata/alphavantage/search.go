package alphavantage

import (
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

var searchColumns = map[string]string{"matchscore": "matchScore"}

// search reads SYMBOL_SEARCH. Nothing found is an answer too.
func (o *answer) search(body []byte) *marketdata.Refusal {
	found, bad := list(body, "bestMatches", searchColumns, nil, func(r *record) *fault {
		symbol := words(r.get("symbol"))
		if symbol == "" {
			o.leave("%q: no symbol", words(r.get("name")))
			return nil
		}
		e, region := place(symbol), words(r.get("region"))
		c := marketdata.Candidate{
			Instrument: instrument.Instrument{
				Symbol: ours(symbol), Name: words(r.get("name")), Class: class(r.get("type")), Currency: currency(r.get("currency")),
				Exchange: e.mic, Country: countries[strings.ToLower(region)],
			},
			Score: math.NaN(),
		}
		if e.mic == "" {
			c.Exchange = region
		}
		if bad := r.number(&c.Score, "matchScore"); bad != nil {
			return bad
		}
		o.delivery.Found = append(o.delivery.Found, c)
		return nil
	})
	switch {
	case bad != nil:
		return o.garbled(bad)
	case !found:
		return o.garbled(&fault{"start", `there is no "bestMatches"`})
	}
	if n := o.request.Limit; n > 0 && len(o.delivery.Found) > n {
		o.delivery.Found = o.delivery.Found[:n]
	}
	return nil
}

// listing reads LISTING_STATUS: what is or was listed in the United States, with its days.
func (o *answer) listing(body []byte) *marketdata.Refusal {
	t := newTable(body)
	symbols, names, markets_ := t.need("symbol"), t.need("name"), t.need("exchange")
	types, listed, delisted, status := t.need("assettype"), t.need("ipodate"), t.need("delistingdate"), t.need("status")
	for t.next() {
		symbol := words(t.fields[symbols])
		if symbol == "" {
			o.leave("row %d: no symbol", t.row)
			continue
		}
		p := marketdata.Profile{Instrument: instrument.Instrument{
			Symbol: ours(symbol), Name: words(t.fields[names]), Class: class(t.fields[types]), Exchange: markets[strings.ToUpper(words(t.fields[markets_]))],
		}}
		var ok bool
		if p.Listed, ok = day(t.fields[listed]); !ok {
			t.fail(listed, "is no day")
			break
		}
		if p.Delisted, ok = day(t.fields[delisted]); !ok {
			t.fail(delisted, "is no day")
			break
		}
		switch active := strings.EqualFold(words(t.fields[status]), "active"); {
		case active, strings.EqualFold(words(t.fields[status]), "delisted"):
			p.Active = &active
		default:
			o.leave("row %d: the status %q of %s is not known", t.row, clip(t.fields[status]), symbol)
		}
		o.delivery.Profiles = append(o.delivery.Profiles, p)
	}
	switch {
	case t.bad != nil:
		return o.garbled(t.bad)
	case len(o.delivery.Profiles) == 0:
		return o.refuse(marketdata.Empty, fmt.Sprintf("it lists nothing as %s", o.call.Query.Get("state")))
	}
	return nil
}
