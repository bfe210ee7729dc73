package quality

import (
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Quantity is what the values of a series are.
type Quantity string

// The quantities. Of a Level (a rate of interest, an index of volatility) only the days are
// checked: it may be zero, negative, and jump.
const (
	Price Quantity = "price"
	FX    Quantity = "fx"
	Level Quantity = "level"
)

// Basis says what was done to prices after they were traded.
type Basis string

// The bases, as in files of prices. On an unknown one, splits are not looked for in the list.
const (
	Traded        Basis = "traded"
	SplitAdjusted Basis = "split-adjusted"
	TotalReturn   Basis = "total-return"
	UnknownBasis  Basis = ""
)

// Series is what one source says of one instrument. Columns other than Dates and Close
// are empty or as long; NaN is not known. Rows may come in any order.
type Series struct {
	Name     string // as reasons name it
	Source   string
	Quantity Quantity // empty: Price
	Basis    Basis    // of Open to Close
	Class    instrument.Class
	Currency money.Currency
	// AdjustedThrough is the day up to which splits are in split-adjusted prices; the zero
	// date: the last day of the series.
	AdjustedThrough date.Date
	Calendar        calendar.Calendar // the zero calendar: its days are not checked

	Dates                  []date.Date
	Open, High, Low, Close []float64
	Volume                 []float64
	Adjusted               []float64 // the source's own adjusted close
}

// Context is what is known apart from the series. All of it may be absent.
type Context struct {
	// Through is the last session for which a value is due: the caller knows the clock and
	// the delay of the source. The zero date: not said, nothing is stale or to come.
	Through date.Date
	// Listed and Ended are the first and the last day on which the instrument was traded.
	Listed, Ended date.Date
	// Actions is the list of splits and dividends; nil: none is known.
	Actions *market.Actions
	Market  *Market
	// Others are the same instrument by other sources: a jump that one of them has too is
	// no false print.
	Others []*Series
}

// quantity is Price where none is said.
func (s *Series) quantity() Quantity {
	if s.Quantity == "" {
		return Price
	}
	return s.Quantity
}

// at is column[i], NaN where the column is absent.
func at(column []float64, i int) float64 {
	if i < 0 || i >= len(column) {
		return math.NaN()
	}
	return column[i]
}

func known(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// said reports whether a day was given at all.
func said(d date.Date) bool { return d != 0 && d != date.None }

// adjustedThrough is the day up to which splits are in the prices.
func (s *Series) adjustedThrough() date.Date {
	if said(s.AdjustedThrough) || len(s.Dates) == 0 {
		return s.AdjustedThrough
	}
	return s.Dates[len(s.Dates)-1]
}

// columns are all of a series that run along its days.
func (s *Series) columns() []*[]float64 {
	return []*[]float64{&s.Open, &s.High, &s.Low, &s.Close, &s.Volume, &s.Adjusted}
}

// ascending returns the series by day, each day once; of several rows of a day the first
// one given counts, and different ones are reported.
func (s Series) ascending() (Series, []Finding) {
	ordered := true
	for i := 1; i < len(s.Dates) && ordered; i++ {
		ordered = s.Dates[i] > s.Dates[i-1]
	}
	if ordered {
		return s, nil
	}
	rows := make([]int, len(s.Dates))
	for i := range rows {
		rows[i] = i
	}
	// Rows of one day in order of their close, so that the order given does not matter.
	sort.SliceStable(rows, func(a, b int) bool {
		x, y := rows[a], rows[b]
		if s.Dates[x] != s.Dates[y] {
			return s.Dates[x] < s.Dates[y]
		}
		return s.Close[x] < s.Close[y]
	})
	var found []Finding
	keep := rows[:0:0]
	for _, r := range rows {
		if n := len(keep); n > 0 && s.Dates[keep[n-1]] == s.Dates[r] {
			if first := s.Close[keep[n-1]]; first != s.Close[r] && known(first) && known(s.Close[r]) {
				found = append(found, Finding{Kind: Duplicate, Severity: Suspect, From: s.Dates[r], To: s.Dates[r], Count: 2, Seen: s.Close[r], Expected: math.NaN(),
					Reason: "two values are given for " + s.Dates[r].String() + ": " + figure(first) + " and " + figure(s.Close[r]) + "; one of them is wrong"})
			}
			continue
		}
		keep = append(keep, r)
	}
	return s.pick(keep), found
}

// pick is the series of some rows.
func (s Series) pick(rows []int) Series {
	days := make([]date.Date, len(rows))
	for k, r := range rows {
		days[k] = s.Dates[r]
	}
	s.Dates = days
	for _, c := range s.columns() {
		if len(*c) == 0 {
			continue
		}
		to := make([]float64, len(rows))
		for k, r := range rows {
			to[k] = (*c)[r]
		}
		*c = to
	}
	return s
}

// tail is the last n rows; it shares memory with the series.
func (s Series) tail(n int) Series {
	from := max(0, len(s.Dates)-n)
	for _, c := range s.columns() {
		if len(*c) > 0 {
			*c = (*c)[from:]
		}
	}
	s.Dates = s.Dates[from:]
	return s
}
