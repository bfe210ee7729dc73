package alphavantage

import (
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// answer is an answer being read: to what, and what came of it.
type answer struct {
	provider Provider
	request  marketdata.Request
	call     marketdata.Call
	at       time.Time
	delivery marketdata.Delivery
	next     *marketdata.Call
}

// readers read the answers of the functions.
var readers = map[string]func(*answer, []byte) *marketdata.Refusal{
	"TIME_SERIES_DAILY_ADJUSTED": (*answer).daily,
	"TIME_SERIES_DAILY":          (*answer).daily,
	"DIGITAL_CURRENCY_DAILY":     (*answer).crypto,
	"GLOBAL_QUOTE":               (*answer).quote,
	"REALTIME_BULK_QUOTES":       (*answer).bulk,
	"DIVIDENDS":                  (*answer).dividends,
	"SPLITS":                     (*answer).splits,
	"FX_DAILY":                   (*answer).fxDaily,
	"CURRENCY_EXCHANGE_RATE":     (*answer).exchangeRate,
	"OVERVIEW":                   (*answer).overview,
	"ETF_PROFILE":                (*answer).fund,
	"INCOME_STATEMENT":           (*answer).statement,
	"BALANCE_SHEET":              (*answer).statement,
	"CASH_FLOW":                  (*answer).statement,
	"EARNINGS":                   (*answer).earnings,
	"EARNINGS_CALENDAR":          (*answer).calendar,
	"NEWS_SENTIMENT":             (*answer).news,
	"SYMBOL_SEARCH":              (*answer).search,
	"REALTIME_OPTIONS":           (*answer).chain,
	"HISTORICAL_OPTIONS":         (*answer).chain,
	"LISTING_STATUS":             (*answer).listing,
}

func init() {
	for function := range economic {
		readers[function] = (*answer).series
	}
}

// mostLeft is how many notes of what was left out are kept.
const mostLeft = 50

// leave notes what of the answer is left out, and why.
func (o *answer) leave(format string, args ...any) {
	switch n := len(o.delivery.Left); {
	case n < mostLeft:
		o.delivery.Left = append(o.delivery.Left, fmt.Sprintf(format, args...))
	case n == mostLeft:
		o.delivery.Left = append(o.delivery.Left, "and more of the kind")
	}
}

func (o *answer) refuse(reason marketdata.Reason, said string) *marketdata.Refusal {
	return refuse(o.call, reason, said)
}

func (o *answer) garbled(f *fault) *marketdata.Refusal { return garbled(o.call, f) }

// symbol is ours of the request; where it has none, that of the answer in our form.
func (o *answer) symbol(said []byte) string {
	if s := o.request.Instrument.Symbol; s != "" {
		return s
	}
	return ours(words(said))
}

// strange reports an answer that is about another symbol than asked. The letters and
// digits are compared: BRK-B may be answered as BRK.B.
func (o *answer) strange(said []byte) *fault {
	asked := o.call.Query.Get("symbol")
	if asked == "" || unknown(said) || letters(asked) == letters(string(said)) {
		return nil
	}
	return &fault{"symbol", fmt.Sprintf("it is about %q, asked was %q", clip(said), asked)}
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
}

// wanted reports whether a day is one of those asked for.
func (o *answer) wanted(d date.Date) bool {
	return (o.request.From == 0 || d >= o.request.From) && (o.request.To == 0 || d <= o.request.To)
}

// beyond reports a day that cannot have come when the answer was received.
func (o *answer) beyond(d date.Date) bool {
	last := marketdata.Latest(o.at)
	return last != 0 && d > last
}

// isJSON reports whether a body is JSON, as it is where CSV was asked for and, the other
// way round, in recordings.
func isJSON(body []byte) bool {
	s := newScanner(body)
	c := s.Peek()
	return c == '{' || c == '['
}
