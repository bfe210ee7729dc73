package alphavantage

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// askChain asks for the options as they stand; for those of a past day where To is given
// in the part "history".
func askChain(p Provider, r marketdata.Request, symbol string) marketdata.Call {
	c := call("REALTIME_OPTIONS", "symbol", symbol, "require_greeks", "true")
	if p.free || r.Part == "history" {
		c = call("HISTORICAL_OPTIONS", "symbol", symbol)
		if r.To != 0 && r.Part == "history" {
			c.Query.Set("date", r.To.String())
		}
	}
	c.Large = true
	return c
}

// chain reads REALTIME_OPTIONS and HISTORICAL_OPTIONS: options of the United States, in
// dollars. A last or an ask of 0 is none; a bid of 0 is one: nobody bids.
func (o *answer) chain(body []byte) *marketdata.Refusal {
	asked := o.call.Query.Get("symbol")
	rows := 0
	found, bad := list(body, "data", nil, nil, func(r *record) *fault {
		rows++
		i, err := instrument.ParseOCC(string(r.get("contractID", "contractid")))
		if err != nil {
			return &fault{"contractID", err.Error()}
		}
		if letters(string(r.get("symbol"))) != letters(asked) {
			return &fault{"symbol", fmt.Sprintf("it is about %q, asked was %q", clip(r.get("symbol")), asked)}
		}
		if bad := sameTerms(i, r); bad != "" {
			o.leave("%s: %s", i.Symbol, bad)
			return nil
		}
		i.Currency, i.Underlying = "USD", o.symbol([]byte(asked))
		q := marketdata.OptionQuote{Instrument: i, Close: math.NaN(), UnderlyingPrice: math.NaN()}
		for _, f := range []struct {
			name string
			into *float64
		}{
			{"bid", &q.Bid}, {"ask", &q.Ask}, {"last", &q.Last}, {"implied_volatility", &q.ImpliedVolatility},
			{"delta", &q.Delta}, {"gamma", &q.Gamma}, {"theta", &q.Theta}, {"vega", &q.Vega}, {"open_interest", &q.OpenInterest}, {"volume", &q.Volume},
		} {
			if bad := r.number(f.into, f.name); bad != nil {
				return bad
			}
		}
		if q.Last == 0 {
			q.Last = math.NaN()
		}
		if q.Ask == 0 {
			q.Ask = math.NaN()
		}
		var ok bool
		if q.Day, ok = day(r.get("date")); !ok || q.Day == 0 || o.beyond(q.Day) {
			return &fault{"date", fmt.Sprintf("%q is no day that has been", clip(r.get("date")))}
		}
		o.delivery.Options = append(o.delivery.Options, q)
		return nil
	})
	switch {
	case bad != nil:
		return o.garbled(bad)
	case !found:
		return o.garbled(&fault{"start", `there is no "data"`})
	case rows == 0:
		return o.refuse(marketdata.Empty, "it lists no options")
	}
	return nil
}

// sameTerms says where the columns differ from the terms that the symbol spells out.
func sameTerms(i instrument.Instrument, r *record) string {
	expiry, ok1 := day(r.get("expiration"))
	strike, ok2 := exact(r.get("strike"))
	switch right := string(r.get("type")); {
	case !ok1 || expiry != i.Expiry:
		return fmt.Sprintf("it expires %s by its symbol, %s by its column", i.Expiry, clip(r.get("expiration")))
	case !ok2 || !strike.Known || !strike.Decimal.Equal(i.Strike.Decimal):
		return fmt.Sprintf("its strike is %s by its symbol, %s by its column", i.Strike.Decimal, clip(r.get("strike")))
	case right != string(i.Right):
		return fmt.Sprintf("it is a %s by its symbol, a %s by its column", i.Right, clip(r.get("type")))
	}
	return ""
}
