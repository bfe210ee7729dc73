package market

import (
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// SplitEvent is a split on its ex-date: from the open of that day on, Ratio.New pieces
// stand where Ratio.Old stood.
type SplitEvent struct {
	Date  date.Date    `json:"date"`
	Ratio ledger.Ratio `json:"ratio"`
}

// DividendEvent is a cash dividend on its ex-date. Whoever holds the share at the close
// of the day before is entitled to it.
type DividendEvent struct {
	ExDate   date.Date      `json:"ex_date"`
	PayDate  date.Date      `json:"pay_date,omitzero"`
	Amount   money.Decimal  `json:"amount"` // per share as traded on that day
	Currency money.Currency `json:"currency"`
}

// Actions are the corporate actions of one instrument, in order of date.
type Actions struct {
	Splits    []SplitEvent
	Dividends []DividendEvent
}

// Sort puts the actions in order of date.
func (a *Actions) Sort() {
	slices.SortStableFunc(a.Splits, func(x, y SplitEvent) int { return int(x.Date) - int(y.Date) })
	slices.SortStableFunc(a.Dividends, func(x, y DividendEvent) int { return int(x.ExDate) - int(y.ExDate) })
}

// SplitFactor is how many pieces on day `to` stand where one stood on day `from`
// (the product of the ratios of splits in (from, to]).
func (a *Actions) SplitFactor(from, to date.Date) float64 {
	f := 1.0
	if a == nil {
		return f
	}
	for _, s := range a.Splits {
		if s.Date > from && s.Date <= to {
			f *= s.Ratio.Float64()
		}
	}
	return f
}

// Entitled returns the dividends that a holder of quantity shares through the days
// (from, to] receives, one entry an ex-date on which the shares were held before:
// held says how many were held at the close of a day.
func (a *Actions) Entitled(from, to date.Date, held func(date.Date) money.Decimal) []Entitlement {
	var out []Entitlement
	if a == nil {
		return out
	}
	for _, d := range a.Dividends {
		if d.ExDate <= from || d.ExDate > to {
			continue
		}
		if q := held(d.ExDate - 1); !q.IsZero() {
			out = append(out, Entitlement{Event: d, Quantity: q, Gross: money.Of(q.Mul(d.Amount), d.Currency)})
		}
	}
	return out
}

// Entitlement is a dividend due to a holder: quantity at the close before the
// ex-date times the amount. It is negative for a short position, which owes it.
type Entitlement struct {
	Event    DividendEvent
	Quantity money.Decimal
	Gross    money.Money
}

// SplitAdjusted is the price series in today's pieces: each close divided by the
// splits after it up to asOf. Returns of it are free of splits.
func SplitAdjusted(s *Series, a *Actions, asOf date.Date) *Series {
	if s == nil || a == nil || len(a.Splits) == 0 {
		return s
	}
	out := &Series{Dates: s.Dates, Values: slices.Clone(s.Values), Source: s.Source}
	for _, sp := range a.Splits {
		if sp.Date > asOf {
			continue
		}
		by := sp.Ratio.Float64()
		for i := range out.Values {
			if out.Dates[i] >= sp.Date {
				break
			}
			out.Values[i] /= by
		}
	}
	return out
}

// TotalReturn is the series of a holder who reinvests each dividend at the close of
// its ex-date, scaled to the last split-adjusted close at or before asOf being equal
// to the price. Returns of it are total returns. Dividends in another currency than
// the price are left out and named in skipped.
func TotalReturn(s *Series, a *Actions, currency money.Currency, asOf date.Date) (out *Series, skipped int) {
	adjusted := SplitAdjusted(s, a, asOf)
	if adjusted == nil || a == nil || len(a.Dividends) == 0 {
		return adjusted, 0
	}
	values := slices.Clone(adjusted.Values)
	dates := adjusted.Dates
	factor := 1.0
	factors := make([]float64, len(values)) // growth of units from day i to the end
	next := len(a.Dividends) - 1
	for i := len(values) - 1; i >= 0; i-- {
		factors[i] = factor
		// Dividends whose ex-date is day i (or a day after the previous observation).
		for next >= 0 && (i == 0 || a.Dividends[next].ExDate > dates[i-1]) {
			d := a.Dividends[next]
			next--
			if d.ExDate > dates[i] || d.ExDate > asOf || i == 0 {
				continue
			}
			if d.Currency != currency && d.Currency != "" {
				skipped++
				continue
			}
			perShare := d.Amount.Float64() / a.SplitFactor(d.ExDate, asOf)
			if close := adjusted.Values[i]; close > 0 {
				factor *= 1 + perShare/close
			}
		}
	}
	for i := range values {
		values[i] /= factors[i]
	}
	// factors[i] excludes the dividends of day i itself, which a holder at the close of
	// day i−1 receives: so the step into day i carries them.
	for i := range values {
		if math.IsInf(values[i], 0) {
			values[i] = math.NaN()
		}
	}
	return NewSeries(dates, values, adjusted.Source), skipped
}
