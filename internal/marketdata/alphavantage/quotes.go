package alphavantage

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// mostBulk is how many symbols REALTIME_BULK_QUOTES takes.
const mostBulk = 100

func askBulk(r marketdata.Request) (marketdata.Call, error) {
	var asked []string
	for _, s := range strings.Split(r.Text, ",") {
		symbol, ok := theirs(s, "")
		if !ok {
			return marketdata.Call{}, fmt.Errorf("quotes of %q at %s: it does not cover the exchange of this symbol; ask for the others without it", s, name)
		}
		if place(symbol).country != "US" {
			return marketdata.Call{}, fmt.Errorf("quotes of %q at %s: in bulk it has the United States alone; ask for this symbol by itself", s, name)
		}
		asked = append(asked, symbol)
	}
	if len(asked) > mostBulk {
		return marketdata.Call{}, fmt.Errorf("quotes of %d symbols at %s: it takes %d at once; ask in parts", len(asked), name, mostBulk)
	}
	return call("REALTIME_BULK_QUOTES", "symbol", strings.Join(asked, ",")), nil
}

// quoteColumns are the members of GLOBAL_QUOTE by the names of its CSV columns.
var quoteColumns = map[string]string{"latestday": "latest trading day", "previousclose": "previous close"}

// quote reads GLOBAL_QUOTE. The member's name says how old the price is where it is not of
// the end of the day: "Global Quote - DATA DELAYED BY 15 MINUTES".
func (o *answer) quote(body []byte) *marketdata.Refusal {
	r, found, delay := &record{}, false, time.Duration(-1)
	if isJSON(body) {
		s := newScanner(body)
		s.Object(func(key []byte) {
			if !bytes.HasPrefix(key, []byte("Global Quote")) {
				s.Skip()
				return
			}
			found, delay = true, delayed(string(key))
			s.record(r)
		})
		if bad := s.end(); bad != nil {
			return o.garbled(bad)
		}
	} else {
		n := 0
		_, bad := list(body, "", quoteColumns, nil, func(row *record) *fault {
			if n++; n > 1 {
				return &fault{"symbol", "there is more than one quote"}
			}
			r = &record{keys: row.keys, values: append([][]byte(nil), row.values...)}
			return nil
		})
		if bad != nil {
			return o.garbled(bad)
		}
		found = n == 1
	}
	if !found || len(r.keys) == 0 {
		return o.refuse(marketdata.NotFound, "it answers without a quote")
	}
	if bad := o.strange(r.get("symbol")); bad != nil {
		return o.garbled(bad)
	}
	q := marketdata.Quote{Symbol: o.symbol(r.get("symbol")), Delay: delay}
	bad := readQuote(&q, r, "price", "previous close")
	var ok bool
	if q.Day, ok = day(r.get("latest trading day")); bad == nil && !ok {
		bad = &fault{"latest trading day", fmt.Sprintf("%q is no day", clip(r.get("latest trading day")))}
	}
	if bad != nil {
		return o.garbled(bad)
	}
	return o.deliverQuote(q)
}

func readQuote(q *marketdata.Quote, r *record, price, previous string) *fault {
	for _, f := range []struct {
		name string
		into *float64
	}{{price, &q.Price}, {previous, &q.Previous}, {"open", &q.Open}, {"high", &q.High}, {"low", &q.Low}, {"volume", &q.Volume}} {
		if bad := r.number(f.into, f.name); bad != nil {
			return bad
		}
	}
	return nil
}

func (o *answer) deliverQuote(q marketdata.Quote) *marketdata.Refusal {
	switch {
	case math.IsNaN(q.Price):
		return o.refuse(marketdata.Empty, "it gives no price")
	case q.Day == 0:
		return o.garbled(&fault{"latest trading day", "there is none"})
	case o.beyond(q.Day):
		return o.garbled(&fault{"latest trading day", q.Day.String() + " has not come"})
	}
	o.delivery.Quotes = append(o.delivery.Quotes, q)
	return nil
}

// delayed reads "… DELAYED BY 15 MINUTES" and "… REALTIME"; -1 where nothing is said.
func delayed(said string) time.Duration {
	said = strings.ToUpper(said)
	if _, after, ok := strings.Cut(said, "DELAYED BY "); ok {
		if minutes, err := strconv.Atoi(strings.Fields(after + " x")[0]); err == nil && minutes >= 0 && minutes < 1440 {
			return time.Duration(minutes) * time.Minute
		}
	}
	if strings.Contains(said, "REALTIME") {
		return 0
	}
	return -1
}

// bulk reads REALTIME_BULK_QUOTES. The price is that of the session; what was paid outside
// it is left aside. Times are those of New York.
func (o *answer) bulk(body []byte) *marketdata.Refusal {
	asked := map[string]bool{}
	for _, s := range strings.Split(o.call.Query.Get("symbol"), ",") {
		asked[letters(s)] = true
	}
	delay := time.Duration(-1)
	found, bad := list(body, "data", nil, func(key, value []byte) {
		if string(key) == "endpoint" {
			delay = delayed(string(value))
		}
	}, func(r *record) *fault {
		symbol := r.get("symbol")
		if !asked[letters(string(symbol))] {
			o.leave("%s: it was not asked for", words(symbol))
			return nil
		}
		q := marketdata.Quote{Symbol: ours(words(symbol)), Delay: delay}
		if bad := readQuote(&q, r, "close", "previous_close"); bad != nil {
			return bad
		}
		at, err := time.ParseInLocation("2006-01-02 15:04:05", string(r.get("timestamp")), zone(unitedStates.zone))
		if err != nil {
			return &fault{"timestamp", fmt.Sprintf("%q is no time", clip(r.get("timestamp")))}
		}
		if q.At, q.Day = at, date.FromTime(at); math.IsNaN(q.Price) {
			o.leave("%s: no price", q.Symbol)
			return nil
		}
		if o.beyond(q.Day) {
			return &fault{"timestamp", q.Day.String() + " has not come"}
		}
		o.delivery.Quotes = append(o.delivery.Quotes, q)
		return nil
	})
	return o.listed(found, bad, []byte(o.call.Query.Get("symbol")), len(o.delivery.Quotes), "quotes")
}
