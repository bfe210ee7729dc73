package market

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
)

// Bars are the prices of one instrument by day, week or month: Dates ascend, and the
// other columns are as long as it; NaN is not known.
type Bars struct {
	Dates                  []date.Date
	Open, High, Low, Close []float64
	Volume                 []float64 // as the source has it; NaN is not known
}

// Adjusted brings bars as traded into the pieces of asOf: prices are divided by the splits
// after them. Volumes stay as the source has them: some count the pieces of the day, some
// those of today, and none says which.
func (b Bars) Adjusted(a *Actions, asOf date.Date) Bars {
	if a == nil || len(a.Splits) == 0 {
		return b
	}
	out := Bars{Dates: b.Dates}
	factors := make([]float64, len(b.Dates))
	for i, day := range b.Dates {
		factors[i] = a.SplitFactor(day, asOf)
	}
	price := func(column []float64) []float64 {
		scaled := make([]float64, len(column))
		for i, v := range column {
			scaled[i] = v / factors[i]
		}
		return scaled
	}
	out.Open, out.High, out.Low, out.Close = price(b.Open), price(b.High), price(b.Low), price(b.Close)
	out.Volume = b.Volume
	return out
}

// Weeks joins the days of each week, Monday to Sunday; a bar is dated by its last day.
func (b Bars) Weeks() Bars {
	return b.joined(func(d date.Date) date.Date { return d - (date.Date(d.Weekday())+6)%7 })
}

// Months joins the days of each month; a bar is dated by its last day.
func (b Bars) Months() Bars { return b.joined(date.Date.StartOfMonth) }

// joined makes one bar of the days with the same first day of a span: the first open that
// is known, the highest high, the lowest low, the last close, and the sum of the volumes
// that are known. Days without an open, high or low count with their close.
func (b Bars) joined(first func(date.Date) date.Date) Bars {
	var out Bars
	or := func(v, close float64) float64 {
		if math.IsNaN(v) {
			return close
		}
		return v
	}
	for i, day := range b.Dates {
		open, high, low, close := or(b.Open[i], b.Close[i]), or(b.High[i], b.Close[i]), or(b.Low[i], b.Close[i]), b.Close[i]
		n := len(out.Dates) - 1
		if n < 0 || first(out.Dates[n]) != first(day) {
			out.Dates = append(out.Dates, day)
			out.Open, out.High, out.Low, out.Close = append(out.Open, open), append(out.High, high), append(out.Low, low), append(out.Close, close)
			out.Volume = append(out.Volume, b.Volume[i])
			continue
		}
		out.Dates[n], out.Close[n] = day, close
		out.High[n], out.Low[n] = math.Max(out.High[n], high), math.Min(out.Low[n], low)
		switch v := b.Volume[i]; {
		case math.IsNaN(out.Volume[n]):
			out.Volume[n] = v
		case !math.IsNaN(v):
			out.Volume[n] += v
		}
	}
	return out
}

// Whole reports whether any bar has an open, a high and a low, so that candles can be
// drawn.
func (b Bars) Whole() bool {
	for i := range b.Dates {
		if !math.IsNaN(b.Open[i]) && !math.IsNaN(b.High[i]) && !math.IsNaN(b.Low[i]) {
			return true
		}
	}
	return false
}
