package alphavantage

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// dividends reads DIVIDENDS: all that were paid as far as the source knows, and those
// announced. Amounts are as paid then.
func (o *answer) dividends(body []byte) *marketdata.Refusal {
	var symbol []byte
	found, bad := list(body, "data", nil, func(key, value []byte) {
		if string(key) == "symbol" {
			symbol = value
		}
	}, func(r *record) *fault {
		if r.get("ex_dividend_date") == nil {
			return &fault{"ex_dividend_date", "there is none"}
		}
		var days [4]date.Date
		for i, name := range []string{"ex_dividend_date", "payment_date", "record_date", "declaration_date"} {
			d, ok := day(r.get(name))
			if !ok {
				return &fault{name, fmt.Sprintf("%q is no day", clip(r.get(name)))}
			}
			days[i] = d
		}
		amount, ok := exact(r.get("amount"))
		switch {
		case !ok || amount.Known && amount.Decimal.Sign() < 0:
			return &fault{"amount", fmt.Sprintf("%q is no amount", clip(r.get("amount")))}
		case days[0] == 0:
			o.leave("a dividend of %s paid %s: no ex-date", words(r.get("amount")), words(r.get("payment_date")))
		case !amount.Known || amount.Decimal.IsZero():
			o.leave("the dividend of %s: no amount", days[0])
		default:
			o.delivery.Dividends = append(o.delivery.Dividends, marketdata.Dividend{
				Symbol: o.symbol(symbol), ExDate: days[0], PayDate: days[1], Record: days[2], Declared: days[3],
				Amount: amount.Decimal, Basis: marketdata.AsTraded,
			})
		}
		return nil
	})
	return o.listed(found, bad, symbol, len(o.delivery.Dividends), "dividends")
}

// splits reads SPLITS.
func (o *answer) splits(body []byte) *marketdata.Refusal {
	var symbol []byte
	found, bad := list(body, "data", nil, func(key, value []byte) {
		if string(key) == "symbol" {
			symbol = value
		}
	}, func(r *record) *fault {
		d, ok := day(r.get("effective_date"))
		if !ok || d == 0 {
			return &fault{"effective_date", fmt.Sprintf("%q is no day", clip(r.get("effective_date")))}
		}
		if unknown(r.get("split_factor")) {
			o.leave("the split of %s: no factor", d)
			return nil
		}
		return o.split(o.symbol(symbol), d, r.get("split_factor"), "split_factor")
	})
	return o.listed(found, bad, symbol, len(o.delivery.Splits), "splits")
}

// listed says what is wrong with a list, or that nothing is on it. The source answers
// alike for a symbol that it does not know and for one without any.
func (o *answer) listed(found bool, bad *fault, symbol []byte, n int, what string) *marketdata.Refusal {
	if bad == nil {
		bad = o.strange(symbol)
	}
	switch {
	case bad != nil:
		return o.garbled(bad)
	case !found && len(symbol) == 0:
		return o.refuse(marketdata.NotFound, "it answers without any data")
	case n == 0 && len(o.delivery.Left) == 0:
		return o.refuse(marketdata.Empty, "it lists no "+what)
	}
	return nil
}
