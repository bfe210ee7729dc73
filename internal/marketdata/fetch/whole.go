package fetch

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// unite makes one series of those that several pages brought of the same thing.
func unite(d *marketdata.Delivery, r marketdata.Request) {
	if len(d.Bars) > 1 {
		type key struct {
			symbol          string
			currency        money.Currency
			basis, adjusted marketdata.Basis
		}
		at := map[key]int{}
		joined := map[int]bool{}
		kept := d.Bars[:0:0]
		for _, s := range d.Bars {
			k := key{s.Symbol, s.Currency, s.Basis, s.AdjustedBasis}
			i, known := at[k]
			if !known {
				at[k] = len(kept)
				kept = append(kept, s)
				continue
			}
			kept[i], joined[i] = beside(kept[i], s), true
		}
		for i := range kept {
			if joined[i] {
				d.Left = append(d.Left, kept[i].Order(r.From, r.To, 0)...)
			}
		}
		d.Bars = kept
	}
	d.FX, d.Left = uniteRates(d.FX, r, d.Left)
	d.Rates, d.Left = uniteRates(d.Rates, r, d.Left)
}

// beside is the rows of two series one after the other; a column that one of them lacks
// is not known for its rows.
func beside(a, b marketdata.BarSeries) marketdata.BarSeries {
	column := func(x, y []float64) []float64 {
		if len(x) == 0 && len(y) == 0 {
			return nil
		}
		return append(padded(x, len(a.Dates)), padded(y, len(b.Dates))...)
	}
	both := a
	both.Open, both.High, both.Low, both.Close = column(a.Open, b.Open), column(a.High, b.High), column(a.Low, b.Low), column(a.Close, b.Close)
	both.Volume, both.Adjusted = column(a.Volume, b.Volume), column(a.Adjusted, b.Adjusted)
	both.Dates = append(a.Dates[:len(a.Dates):len(a.Dates)], b.Dates...)
	both.Unfinished = a.Unfinished || b.Unfinished
	return both
}

// padded is a column of n rows, not known where there is none.
func padded(x []float64, n int) []float64 {
	if len(x) == n {
		return x[:n:n]
	}
	x = make([]float64, n)
	for i := range x {
		x[i] = math.NaN()
	}
	return x
}

func uniteRates(all []marketdata.RateSeries, r marketdata.Request, left []string) ([]marketdata.RateSeries, []string) {
	if len(all) < 2 {
		return all, left
	}
	at := map[string]int{}
	joined := map[int]bool{}
	kept := all[:0:0]
	for _, s := range all {
		k := s.Name + "\x00" + s.Unit
		i, known := at[k]
		if !known {
			at[k] = len(kept)
			kept = append(kept, s)
			continue
		}
		o := &kept[i]
		o.Dates, o.Values = append(o.Dates[:len(o.Dates):len(o.Dates)], s.Dates...), append(o.Values[:len(o.Values):len(o.Values)], s.Values...)
		if s.Provisional != 0 && (o.Provisional == 0 || s.Provisional < o.Provisional) {
			o.Provisional = s.Provisional
		}
		joined[i] = true
	}
	for i := range kept {
		if joined[i] {
			left = append(left, kept[i].Order(r.From, r.To, 0)...)
		}
	}
	return kept, left
}

// announced is how many days ahead dividends and splits may be known: general meetings
// decide on at most a year.
const announced = 2 * 366

// wrong names the first place where a delivery is not what is promised of it; empty where
// there is none. It is the readers' duty: this is the last look before it is believed.
func wrong(d marketdata.Delivery, today date.Date) string {
	for _, a := range d.Dividends {
		if a.ExDate > today+announced {
			return fmt.Sprintf("%s, dividend of %s", a.Symbol, a.ExDate)
		}
	}
	for _, a := range d.Splits {
		if a.Date > today+announced {
			return fmt.Sprintf("%s, split of %s", a.Symbol, a.Date)
		}
	}
	for _, s := range d.Bars {
		for i, column := range [][]float64{s.Open, s.High, s.Low, s.Volume, s.Adjusted} {
			if len(column) != 0 && len(column) != len(s.Dates) {
				return fmt.Sprintf("%s: %d rows of %s for %d days", s.Symbol, len(column), []string{"open", "high", "low", "volume", "adjusted"}[i], len(s.Dates))
			}
		}
		if place := ascending(s.Dates, s.Close); place != "" {
			return s.Symbol + ", " + place
		}
	}
	for _, all := range [][]marketdata.RateSeries{d.FX, d.Rates} {
		for _, s := range all {
			if place := ascending(s.Dates, s.Values); place != "" {
				return s.Name + ", " + place
			}
		}
	}
	return ""
}

func ascending(days []date.Date, values []float64) string {
	if len(days) != len(values) {
		return fmt.Sprintf("%d values for %d days", len(values), len(days))
	}
	for i, day := range days {
		switch {
		case i > 0 && days[i-1] >= day:
			return fmt.Sprintf("%s after %s", day, days[i-1])
		case math.IsNaN(values[i]) || math.IsInf(values[i], 0):
			return fmt.Sprintf("%s: no value", day)
		}
	}
	return ""
}

// nothing reports whether an answer lacks what was asked for, where having none is not an
// answer: a company without dividends is known, one without a price is not.
func nothing(d marketdata.Delivery, r marketdata.Request) bool {
	switch r.Kind {
	case marketdata.Bars, marketdata.Grouped:
		for _, s := range d.Bars {
			if len(s.Dates) > 0 {
				return false
			}
		}
		return true
	case marketdata.FX, marketdata.Rates:
		for _, all := range [][]marketdata.RateSeries{d.FX, d.Rates} {
			for _, s := range all {
				if len(s.Dates) > 0 {
					return false
				}
			}
		}
		return len(d.Quotes) == 0
	case marketdata.Quotes:
		return len(d.Quotes) == 0
	case marketdata.Profiles:
		return len(d.Profiles) == 0
	}
	return false
}
