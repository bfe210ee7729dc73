package polygon

import (
	"math"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// contract is a row of a chain, or of the list of contracts, which has the terms only.
// NaN is not known.
type contract struct {
	ticker, right, expiry, underlying string
	problem, said                     string
	strike, pieces                    money.Optional
	bid, ask, last, close, volume     float64
	volatility, interest              float64
	delta, gamma, theta, vega         float64
	price                             float64 // of the underlying
	bar, quoted, traded, priced       int64   // nanoseconds
	timeframe                         string
	exchange                          string
}

func newContract() contract {
	n := math.NaN()
	return contract{bid: n, ask: n, last: n, close: n, volume: n, volatility: n, interest: n, delta: n, gamma: n, theta: n, vega: n, price: n}
}

func (o *contract) next(s *scanner) {
	*o = newContract()
	s.object(func(key []byte) {
		switch string(key) {
		case "details":
			s.object(func(key []byte) { o.terms(s, key) })
		case "greeks":
			s.object(func(key []byte) { o.greek(s, key) })
		case "day", "session":
			s.object(func(key []byte) { o.day(s, key) })
		case "last_quote":
			s.object(func(key []byte) { o.quote(s, key) })
		case "last_trade":
			s.object(func(key []byte) { o.trade(s, key) })
		case "underlying_asset":
			s.object(func(key []byte) { o.asset(s, key) })
		case "implied_volatility":
			o.volatility = s.Float()
		case "open_interest":
			o.interest = s.Float()
		case "error":
			o.problem = words(s)
		case "message":
			o.said = words(s)
		default:
			o.terms(s, key)
		}
	})
}

// terms reads what the contract is.
func (o *contract) terms(s *scanner, key []byte) {
	switch string(key) {
	case "ticker":
		if t := words(s); t != "" {
			o.ticker = t
		}
	case "contract_type":
		o.right = words(s)
	case "expiration_date":
		o.expiry = words(s)
	case "strike_price":
		o.strike, _ = exact(s)
	case "shares_per_contract":
		o.pieces, _ = exact(s)
	case "underlying_ticker":
		o.underlying = words(s)
	case "primary_exchange":
		o.exchange = words(s)
	default:
		s.Skip()
	}
}

func (o *contract) greek(s *scanner, key []byte) {
	switch string(key) {
	case "delta":
		o.delta = s.Float()
	case "gamma":
		o.gamma = s.Float()
	case "theta":
		o.theta = s.Float()
	case "vega":
		o.vega = s.Float()
	default:
		s.Skip()
	}
}

func (o *contract) day(s *scanner, key []byte) {
	switch string(key) {
	case "close":
		o.close = s.Float()
	case "volume":
		o.volume = s.Float()
	case "last_updated":
		o.bar, _ = s.integer()
	default:
		s.Skip()
	}
}

func (o *contract) quote(s *scanner, key []byte) {
	switch string(key) {
	case "bid":
		o.bid = s.Float()
	case "ask":
		o.ask = s.Float()
	case "last_updated":
		o.quoted, _ = s.integer()
	case "timeframe":
		o.timeframe = words(s)
	default:
		s.Skip()
	}
}

func (o *contract) trade(s *scanner, key []byte) {
	switch string(key) {
	case "price":
		o.last = s.Float()
	case "sip_timestamp", "last_updated":
		if n, ok := s.integer(); ok {
			o.traded = n
		}
	case "timeframe":
		if t := words(s); o.timeframe == "" {
			o.timeframe = t
		}
	default:
		s.Skip()
	}
}

func (o *contract) asset(s *scanner, key []byte) {
	switch string(key) {
	case "price", "value": // a value where it is an index
		o.price = s.Float()
	case "ticker":
		if t := words(s); o.underlying == "" {
			o.underlying = t
		}
	case "last_updated":
		o.priced, _ = s.integer()
	default:
		s.Skip()
	}
}

// instrument is what the contract is. The OCC symbol says its terms; where the row says
// others, neither is believed and the reason is returned.
func (o *contract) instrument() (i instrument.Instrument, why string) {
	i, err := instrument.ParseOCC(strings.TrimPrefix(o.ticker, optionPrefix))
	if err != nil {
		return i, "its ticker is not an OCC symbol"
	}
	switch {
	case o.expiry != "" && dayOf(o.expiry) != i.Expiry:
		return i, "expiration_date " + o.expiry + " is not that of its symbol"
	case o.right != "" && !strings.EqualFold(o.right, string(i.Right)):
		return i, "contract_type " + o.right + " is not that of its symbol"
	case o.strike.Known && !o.strike.Decimal.Equal(i.Strike.Decimal):
		return i, "strike_price " + o.strike.Decimal.String() + " is not that of its symbol"
	}
	i.Currency = "USD"
	if under := strings.TrimPrefix(o.underlying, indexPrefix); under != "" {
		i.Underlying = under
	}
	if o.pieces.Known && o.pieces.Decimal.Sign() > 0 {
		i.Multiplier = o.pieces
	}
	if len(o.exchange) == 4 {
		i.Exchange = o.exchange
	}
	return i, ""
}

// option is the contract as it stands.
func (o *contract) option(i instrument.Instrument) marketdata.OptionQuote {
	q := marketdata.OptionQuote{
		Instrument: i, Bid: o.bid, Ask: o.ask, Last: o.last, Close: o.close,
		ImpliedVolatility: o.volatility, Delta: o.delta, Gamma: o.gamma, Theta: o.theta, Vega: o.vega,
		OpenInterest: o.interest, Volume: o.volume, UnderlyingPrice: o.price,
		At: moment(max(o.quoted, o.traded)),
	}
	if day := max(o.bar, o.quoted, o.traded); !moment(day).IsZero() {
		q.Day, _ = clock{}.day(day / 1_000_000)
	}
	return q
}

// readChain reads a page of a chain, or of a list of contracts.
func readChain(body []byte, r marketdata.Request) (*scanner, envelope, answer) {
	var (
		o contract
		a answer
		l left
	)
	s, e := whole(body, "results", func(s *scanner) {
		o.next(s)
		a.rows++
		if o.problem != "" {
			l.out("row %d: %q: %s", a.rows, o.ticker, o.said)
			return
		}
		i, why := o.instrument()
		if why != "" {
			l.out("row %d: %q: %s", a.rows, o.ticker, why)
			return
		}
		if i.Underlying == "" {
			i.Underlying = r.Instrument.Symbol
		}
		a.d.Options = append(a.d.Options, o.option(i))
	})
	a.d.Left = l.all()
	return s, e, a
}

// readOption reads the snapshot of one contract as a quote: its last trade, or the
// close of its last day with trades.
func readOption(body []byte, r marketdata.Request, theirs string, at time.Time) (*scanner, envelope, answer) {
	s, e, a := readChain(body, r)
	var l left
	var o contract
	if s.ok() && len(a.d.Options) == 1 {
		whole(body, "results", func(s *scanner) { o.next(s) })
		q := a.d.Options[0]
		a.d.Options = nil
		switch {
		case o.ticker != theirs:
			a.wrong = "results: " + o.ticker + " answers for " + theirs
		default:
			stamp, price := o.traded, o.last
			if !(price > 0) || moment(stamp).IsZero() {
				stamp, price = o.bar, o.close
			}
			d, ok := clock{}.day(stamp / 1_000_000)
			today := clock{}.today(at)
			if !(price > 0) || moment(stamp).IsZero() || !ok || today != 0 && d > today {
				l.out("no trade of the contract that has a day")
				break
			}
			a.d.Quotes = []marketdata.Quote{{
				Symbol: r.Instrument.Symbol, Currency: "USD", Price: price, Previous: math.NaN(), Open: math.NaN(), High: math.NaN(), Low: math.NaN(),
				Volume: q.Volume, Day: d, At: moment(stamp), Delay: delay(o.timeframe, e.status),
			}}
		}
	}
	a.d.Options, a.d.Left = nil, append(a.d.Left, l.all()...)
	return s, e, a
}

// readContract reads what one contract is.
func readContract(body []byte, r marketdata.Request) (*scanner, envelope, answer) {
	s, e, a := readChain(body, r)
	for _, q := range a.d.Options {
		i := q.Instrument
		i.Symbol = r.Instrument.Symbol
		a.d.Profiles = append(a.d.Profiles, marketdata.Profile{Instrument: i})
	}
	a.d.Options = nil
	return s, e, a
}
