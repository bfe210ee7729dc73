package yahoo

import (
	"fmt"
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// contract is an option of a chain as it stands there.
type contract struct {
	symbol, currency, size  string
	strike                  []byte
	expires                 int64
	last, bid, ask, implied float64
	openInterest, volume    float64
}

func readContract(s *jsonscan.Scanner) contract {
	nan := math.NaN()
	k := contract{last: nan, bid: nan, ask: nan, implied: nan, openInterest: nan, volume: nan}
	s.Object(func(name []byte) {
		switch string(name) {
		case "contractSymbol":
			k.symbol = word(s)
		case "currency":
			k.currency = word(s)
		case "contractSize":
			k.size = word(s)
		case "strike":
			k.strike = amount(s)
		case "expiration":
			k.expires = seconds(s)
		case "lastPrice":
			k.last = s.Float()
		case "bid":
			k.bid = s.Float()
		case "ask":
			k.ask = s.Float()
		case "impliedVolatility":
			k.implied = s.Float()
		case "openInterest":
			k.openInterest = s.Float()
		case "volume":
			k.volume = s.Float()
		}
	})
	return k
}

// readOptions reads one expiry of a chain; next asks for the one after it. The first call
// names no expiry and is answered with the nearest.
func readOptions(r marketdata.Request, c marketdata.Call, a marketdata.Response) (d marketdata.Delivery, next *marketdata.Call, err error) {
	var (
		found     bool
		expiries  []int64
		shown     int64
		head      quote
		contracts []contract
		headed    bool
		underlies string
	)
	s := jsonscan.New(a.Body)
	s.Object(func(name []byte) {
		if string(name) != "optionChain" {
			return
		}
		s.Object(func(name []byte) {
			if string(name) != "result" || s.Null() {
				return
			}
			s.Array(func() {
				if found {
					return
				}
				found = true
				s.Object(func(name []byte) {
					switch string(name) {
					case "underlyingSymbol":
						underlies = word(s)
					case "expirationDates":
						s.Array(func() { expiries = append(expiries, seconds(s)) })
					case "quote":
						if !s.Null() {
							head, headed = readQuote(s), true
						}
					case "options":
						s.Array(func() {
							s.Object(func(name []byte) {
								switch string(name) {
								case "expirationDate":
									shown = seconds(s)
								case "calls", "puts":
									s.Array(func() { contracts = append(contracts, readContract(s)) })
								}
							})
						})
					}
				})
			})
		})
	})
	s.End()
	if err := broken(s, "optionChain"); err != nil {
		return d, nil, err
	}
	symbol, err := theirs(r.Instrument)
	switch {
	case err != nil:
		return d, nil, refusal(marketdata.Refused, err.Error())
	case !found:
		return d, nil, refusal(marketdata.NotFound, "")
	case underlies != "" && underlies != symbol:
		return d, nil, garbled("underlyingSymbol", fmt.Sprintf("%s, asked was %s", underlies, symbol))
	case !headed:
		return d, nil, garbled("quote", "")
	}
	latest, priced, err := head.latest(r.Instrument.Symbol)
	if err != nil {
		return d, nil, err
	}
	if priced {
		d.Quotes = append(d.Quotes, latest)
	}
	if len(expiries) == 0 && len(contracts) == 0 {
		return d, nil, refusal(marketdata.Empty, "it has no options")
	}
	for i := range contracts {
		option, why := contracts[i].option(r.Instrument.Symbol)
		if why != "" {
			d.Left = append(d.Left, why)
			continue
		}
		option.UnderlyingPrice = math.NaN()
		if priced {
			option.UnderlyingPrice, option.Day, option.At = latest.Price, latest.Day, latest.At
		}
		d.Options = append(d.Options, option)
	}
	return d, following(symbol, c, expiries, shown), nil
}

// following is the call for the expiry after the one that was shown, nil after the last.
func following(symbol string, c marketdata.Call, expiries []int64, shown int64) *marketdata.Call {
	if asked, err := strconv.ParseInt(c.Query.Get("date"), 10, 64); err == nil {
		// What was asked counts, so that an answer for another expiry cannot lead in circles.
		shown = asked
	}
	var after int64
	for _, e := range expiries {
		if e > shown && (after == 0 || e < after) {
			after = e
		}
	}
	if after == 0 {
		return nil
	}
	call := options(symbol, after)
	return &call
}

// option is the contract in our words, or why it is left out.
func (k contract) option(underlying string) (o marketdata.OptionQuote, why string) {
	i, err := instrument.ParseOCC(k.symbol)
	if err != nil {
		return o, fmt.Sprintf("%q: %v", k.symbol, err)
	}
	root := i.Underlying
	strike, err := money.ParseBytes(k.strike)
	switch {
	case err != nil || !strike.Equal(i.Strike.Decimal):
		return o, fmt.Sprintf("%s: its strike is said to be %q", k.symbol, k.strike)
	case k.expires != 0 && date.Date(k.expires/86400) != i.Expiry:
		return o, fmt.Sprintf("%s: its expiry is said to be %s", k.symbol, date.Date(k.expires/86400))
	case root[len(root)-1]-'0' <= 9:
		// OCC numbers the roots of contracts whose deliverable a corporate action changed.
		return o, fmt.Sprintf("%s: an adjusted contract, what it delivers is not said", k.symbol)
	}
	switch k.size {
	case "REGULAR":
	case "MINI":
		i.Multiplier = money.Some(money.Int(10))
	default:
		return o, fmt.Sprintf("%s: contract size %q", k.symbol, k.size)
	}
	currency, err := quoted(k.currency)
	if err != nil {
		return o, fmt.Sprintf("%s: currency %q", k.symbol, k.currency)
	}
	i.Underlying, i.Currency = underlying, currency
	nan := math.NaN()
	o = marketdata.OptionQuote{
		Instrument: i, Bid: k.bid, Ask: k.ask, Last: k.last, Close: nan, ImpliedVolatility: k.implied,
		Delta: nan, Gamma: nan, Theta: nan, Vega: nan, OpenInterest: k.openInterest, Volume: k.volume,
	}
	if !(o.Ask > 0) {
		// Nothing is offered: both sides are written as 0 then, and the volatility is
		// what Yahoo puts for none.
		o.Bid, o.Ask, o.ImpliedVolatility = nan, nan, nan
	}
	// 1e-5 is where its search for a volatility begins, and stays where there is none.
	if !(o.ImpliedVolatility > 0.0001) {
		o.ImpliedVolatility = nan
	}
	if !(o.Last > 0) {
		o.Last = nan
	}
	return o, ""
}
