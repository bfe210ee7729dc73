package fmp

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// maturities are the series of Treasury rates under the source's names, in their order.
var maturities = map[string]int{"month1": 0, "month2": 1, "month3": 2, "month6": 3, "year1": 4, "year2": 5,
	"year3": 6, "year5": 7, "year7": 8, "year10": 9, "year20": 10, "year30": 11}

// windowDays is how many days one call for Treasury rates may span.
const windowDays = 90

// firstWindow is the span of the first call of a request: from its first day, or, where
// it names none, the last ninety days before To.
func firstWindow(r marketdata.Request) (from, to date.Date) {
	switch {
	case r.From != 0:
		to = r.From + windowDays - 1
		if r.To != 0 {
			to = min(to, r.To)
		}
		return r.From, to
	case r.To != 0:
		return r.To - windowDays + 1, r.To
	}
	return 0, 0
}

func (p *Provider) treasury(from, to date.Date) marketdata.Call {
	return p.call("treasury-rates", "", "/api/v4/treasury", "", span(from, to))
}

// treasury reads rates in percent as fractions: all maturities, or the one of the request.
func (x *answer) treasury() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	type point struct {
		day  date.Date
		rate [12]money.Optional
	}
	var points []point
	ref := x.rows(func(s *scanner, _ string) {
		var p point
		s.object(func(key []byte, v token) {
			if at, ok := maturities[string(key)]; ok {
				p.rate[at] = v.percent()
			} else if string(key) == "date" {
				p.day = v.dayOr()
			}
		})
		switch {
		case s.fault != "":
		case p.day == 0 || p.day > x.latest():
			x.notes.add("row %d: a day that is not known or to come", s.row)
		case x.request.From != 0 && p.day < x.request.From || x.request.To != 0 && p.day > x.request.To:
			x.notes.add("row %d: %s was not asked for", s.row, p.day)
		default:
			points = append(points, p)
		}
	})
	next := x.nextWindow()
	if ref == nil && len(points) == 0 && (x.seen > 0 || next == nil) {
		ref = x.empty()
	}
	if ref != nil {
		return marketdata.Delivery{}, nil, ref
	}
	slices.SortStableFunc(points, func(a, b point) int { return int(a.day) - int(b.day) })
	series := make([]marketdata.RateSeries, len(maturities))
	for name, at := range maturities {
		series[at] = marketdata.RateSeries{Name: name, Unit: "fraction"}
	}
	for i, p := range points {
		if i > 0 && p.day == points[i-1].day {
			x.notes.add("%s comes twice: the first is kept", p.day)
			continue
		}
		for at, rate := range p.rate {
			if rate.Known {
				series[at].Dates = append(series[at].Dates, p.day)
				series[at].Values = append(series[at].Values, rate.Decimal.Float64())
			}
		}
	}
	var d marketdata.Delivery
	for _, one := range series {
		if len(one.Dates) > 0 && (x.request.Series == "" || x.request.Series == one.Name) {
			d.Rates = append(d.Rates, one)
		}
	}
	if x.request.From == 0 {
		x.notes.add("only the last %d days were asked for; name a first day for more", windowDays)
	}
	return d, next, nil
}

// nextWindow is the call for the days after those of this one.
func (x *answer) nextWindow() *marketdata.Call {
	to, err := date.Parse(x.call.Query.Get("to"))
	if err != nil || x.request.From == 0 {
		return nil
	}
	end := x.request.To
	if end == 0 {
		end = x.latest() - 1
		if x.response.At.IsZero() {
			return nil
		}
	}
	if to >= end {
		return nil
	}
	c := x.provider.treasury(to+1, min(to+windowDays, end))
	return &c
}
