package alphavantage

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

func askFX(p Provider, r marketdata.Request) (marketdata.Call, error) {
	base, err1 := money.ParseCurrency(r.Pair.Base)
	quote, err2 := money.ParseCurrency(r.Pair.Quote)
	if err1 != nil || err2 != nil {
		return marketdata.Call{}, fmt.Errorf("fx of %q at %s: want two currency codes such as EUR and USD", r.Pair, name)
	}
	for _, c := range []money.Currency{base, quote} {
		if major, parts := c.Major(); parts != 1 {
			return marketdata.Call{}, fmt.Errorf("fx of %q at %s: it has no rates of %s; ask for %s", r.Pair, name, c, major)
		}
	}
	if r.Part == "now" {
		return call("CURRENCY_EXCHANGE_RATE", "from_currency", string(base), "to_currency", string(quote)), nil
	}
	size := outputSize(r.From, r.To)
	if p.free {
		size = "compact"
	}
	c := call("FX_DAILY", "from_symbol", string(base), "to_symbol", string(quote), "outputsize", size)
	c.Large = size == "full"
	return c, nil
}

// fxDaily reads FX_DAILY: the last rate of each day of UTC. The day that was not over
// when it was asked is provisional.
func (o *answer) fxDaily(body []byte) *marketdata.Refusal {
	if isJSON(body) {
		if bad := o.otherPair(body); bad != nil {
			return o.garbled(bad)
		}
	}
	h, bad := readDaily(body, "Time Series FX (Daily)", "")
	if bad != nil {
		return o.garbled(bad)
	}
	if o.tooShort(h.Dates) {
		return nil
	}
	for i, rate := range h.Close {
		if rate <= 0 {
			o.leave("%s: the rate %v cannot be", h.Dates[i], rate)
			h.Close[i] = math.NaN()
		}
	}
	if refused := o.order(h); refused != nil {
		return refused
	}
	series := marketdata.RateSeries{Name: o.request.Pair.String(), Dates: h.Dates, Values: h.Close}
	if last := h.Dates[len(h.Dates)-1]; o.unfinished(last, h.refreshed, utc) {
		series.Provisional = last
	}
	o.delivery.FX = append(o.delivery.FX, series)
	return nil
}

// otherPair reports an answer about another pair than asked.
func (o *answer) otherPair(body []byte) (bad *fault) {
	s, r := newScanner(body), &record{}
	s.Object(func(key []byte) {
		if string(key) != "Meta Data" {
			s.Stop("", "the rest is for readDaily")
			return
		}
		s.record(r)
	})
	from, to := r.get("From Symbol"), r.get("To Symbol")
	if from == nil || to == nil {
		return nil
	}
	return o.strangePair(from, to, "from_symbol", "to_symbol")
}

func (o *answer) strangePair(from, to []byte, fromName, toName string) *fault {
	q := o.call.Query
	if strings.EqualFold(string(from), q.Get(fromName)) && strings.EqualFold(string(to), q.Get(toName)) {
		return nil
	}
	return &fault{"pair", fmt.Sprintf("it is about %s/%s, asked was %s/%s", clip(from), clip(to), q.Get(fromName), q.Get(toName))}
}

// exchangeRate reads CURRENCY_EXCHANGE_RATE: one rate, provisional, on its day of UTC.
func (o *answer) exchangeRate(body []byte) *marketdata.Refusal {
	s, r := newScanner(body), &record{}
	s.Object(func(key []byte) {
		if !bytes.HasPrefix(key, []byte("Realtime Currency Exchange Rate")) {
			s.Skip()
			return
		}
		s.record(r)
	})
	if bad := s.end(); bad != nil {
		return o.garbled(bad)
	}
	if len(r.keys) == 0 {
		return o.refuse(marketdata.NotFound, "it answers without a rate")
	}
	if bad := o.strangePair(r.get("From_Currency Code"), r.get("To_Currency Code"), "from_currency", "to_currency"); bad != nil {
		return o.garbled(bad)
	}
	rate, ok := number(r.get("Exchange Rate"))
	if !ok || rate <= 0 {
		return o.garbled(&fault{"Exchange Rate", fmt.Sprintf("%q is no rate", clip(r.get("Exchange Rate")))})
	}
	if math.IsNaN(rate) {
		return o.refuse(marketdata.Empty, "it gives no rate")
	}
	where := "UTC"
	if z := words(r.get("Time Zone")); z != "" {
		where = z
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", string(r.get("Last Refreshed")), zone(where))
	if err != nil {
		return o.garbled(&fault{"Last Refreshed", fmt.Sprintf("%q is no time", clip(r.get("Last Refreshed")))})
	}
	d := date.FromTime(at.UTC())
	if o.beyond(d) {
		return o.garbled(&fault{"Last Refreshed", d.String() + " has not come"})
	}
	o.delivery.FX = append(o.delivery.FX, marketdata.RateSeries{
		Name: o.request.Pair.String(), Dates: []date.Date{d}, Values: []float64{rate}, Provisional: d,
	})
	return nil
}
