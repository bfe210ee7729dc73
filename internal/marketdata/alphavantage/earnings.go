package alphavantage

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
)

func askCalendar(symbol string) marketdata.Call {
	return call("EARNINGS_CALENDAR", "symbol", symbol, "horizon", "12month")
}

// earnings reads EARNINGS: the quarters reported. The years beside them are sums of
// quarters and are passed over. The currency is not said.
func (o *answer) earnings(body []byte) *marketdata.Refusal {
	var symbol []byte
	found, bad := list(body, "quarterlyEarnings", nil, func(key, value []byte) {
		if string(key) == "symbol" {
			symbol = value
		}
	}, func(r *record) *fault {
		e := marketdata.Earning{When: session(r.get("reportTime"))}
		var ok1, ok2 bool
		if e.Fiscal, ok1 = day(r.get("fiscalDateEnding")); !ok1 {
			return &fault{"fiscalDateEnding", fmt.Sprintf("%q is no day", clip(r.get("fiscalDateEnding")))}
		}
		if e.Date, ok2 = day(r.get("reportedDate")); !ok2 {
			return &fault{"reportedDate", fmt.Sprintf("%q is no day", clip(r.get("reportedDate")))}
		}
		if e.EPS, ok1 = exact(r.get("reportedEPS")); !ok1 {
			return &fault{"reportedEPS", fmt.Sprintf("%q is no number", clip(r.get("reportedEPS")))}
		}
		if e.Estimate, ok2 = exact(r.get("estimatedEPS")); !ok2 {
			return &fault{"estimatedEPS", fmt.Sprintf("%q is no number", clip(r.get("estimatedEPS")))}
		}
		if e.Date == 0 {
			o.leave("the quarter to %s: the day of its report is not known", words(r.get("fiscalDateEnding")))
			return nil
		}
		e.Symbol = o.symbol(symbol)
		o.delivery.Earnings = append(o.delivery.Earnings, e)
		return nil
	})
	if refused := o.listed(found, bad, symbol, len(o.delivery.Earnings), "quarters"); refused != nil {
		return refused
	}
	if o.request.Part == "" {
		n := askCalendar(o.call.Query.Get("symbol"))
		o.next = &n
	}
	return nil
}

// session is when of the day a report comes.
func session(b []byte) string {
	switch text := strings.ToLower(words(b)); {
	case strings.HasPrefix(text, "pre"), strings.HasPrefix(text, "before"):
		return "before"
	case strings.HasPrefix(text, "post"), strings.HasPrefix(text, "after"):
		return "after"
	}
	return ""
}

// calendar reads EARNINGS_CALENDAR: the reports expected, which is none for a symbol that
// the source does not know.
func (o *answer) calendar(body []byte) *marketdata.Refusal {
	t := newTable(body)
	symbols, dates, fiscal := t.need("symbol"), t.need("reportdate"), t.column("fiscaldateending")
	estimates, units, times := t.column("estimate"), t.column("currency"), t.column("timeoftheday", "reporttime")
	asked := letters(o.call.Query.Get("symbol"))
	for t.next() {
		if letters(string(t.fields[symbols])) != asked {
			continue
		}
		e := marketdata.Earning{Symbol: o.symbol(t.fields[symbols]), Currency: currency(t.at(units)), When: session(t.at(times))}
		var ok bool
		if e.Date, ok = day(t.fields[dates]); !ok || e.Date == 0 {
			t.fail(dates, "is no day")
			break
		}
		if fiscal >= 0 {
			if e.Fiscal, ok = day(t.fields[fiscal]); !ok {
				t.fail(fiscal, "is no day")
			}
		}
		if estimates >= 0 {
			if e.Estimate, ok = exact(t.fields[estimates]); !ok {
				t.fail(estimates, "is no number")
			}
		}
		o.delivery.Earnings = append(o.delivery.Earnings, e)
	}
	switch {
	case t.bad != nil:
		return o.garbled(t.bad)
	case len(o.delivery.Earnings) == 0 && o.request.Part == "coming":
		return o.refuse(marketdata.Empty, "it expects no report")
	}
	return nil
}
