package pricefile

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Basis says what was done to a series of prices after they were traded.
type Basis string

// The bases.
const (
	Traded        Basis = "traded"         // nothing
	SplitAdjusted Basis = "split-adjusted" // divided by all later splits
	TotalReturn   Basis = "total-return"   // and less all later dividends: returns are right, levels are not prices
	Auto          Basis = "auto"           // to be found out
)

// ParseBasis reads a basis as the command line has it.
func ParseBasis(s string) (Basis, error) {
	switch b := Basis(s); b {
	case Traded, SplitAdjusted, TotalReturn, Auto:
		return b, nil
	case "":
		return Auto, nil
	}
	return "", fmt.Errorf("%q: not a basis (want traded, split-adjusted, total-return or auto)", s)
}

// ErrUnsettled reports prices of which it cannot be said on which basis they stand.
var ErrUnsettled = errors.New("the basis of the prices is not settled")

// ErrNotAPrice reports a total-return series asked for as the price of a holding.
var ErrNotAPrice = errors.New("a total-return series is no price of a holding")

// Verdict is what Settle found.
type Verdict struct {
	Symbol string
	Found  Basis // how the file states the closes
	// Stored is how the returned series stands: Traded, or TotalReturn for what can
	// serve as a benchmark or factor but not as the price of a holding.
	Stored Basis
	// Assumed is true where nothing contradicts Traded but nothing proves it either.
	Assumed bool
	Notes   []string
	// Splits were not in the list but are seen in the prices (closes that jump where
	// adj_close does not); they belong into the list.
	Splits []Action
}

// Price is nil, or ErrNotAPrice where the series may not value a holding.
func (v Verdict) Price() error {
	if v.Stored == TotalReturn {
		return &ledger.Fault{Field: "adj_close", Value: v.Symbol, Problem: "is a total-return series: good for a benchmark or a factor, no price of a holding",
			Cure: "import closes of " + v.Symbol, Err: ErrNotAPrice}
	}
	return nil
}

// Settle puts the series back as traded. splits is the list known of the symbol: nil
// where no list is known, empty where it is known that there was none. A split-adjusted
// series is taken to be adjusted for the splits up to its last day; SettleThrough says
// otherwise. The series given is not changed.
//
// Auto asks the prices: at a split of n for one an as-traded close falls to an n-th and
// an adjusted one does not. Without a list, a close that jumps like a split where
// adj_close does not is as traded; without adj_close such a jump cannot be told from
// a crash, and the series is refused.
func Settle(s Series, splits []Action, basis Basis) (Series, Verdict, error) {
	last := date.None
	if n := len(s.Dates); n > 0 {
		last = s.Dates[n-1]
	}
	return SettleThrough(s, splits, basis, last)
}

// SettleThrough is Settle for prices adjusted for the splits up to the given day, such
// as the day the file was fetched.
func SettleThrough(s Series, splits []Action, basis Basis, through date.Date) (Series, Verdict, error) {
	v := Verdict{Symbol: s.Symbol}
	if basis == "" {
		basis = Auto
	}
	if s.Close == nil && s.AdjClose == nil {
		return Series{}, v, unsettled(s, "has neither close nor adj_close", "give a file with closes", nil)
	}
	if basis == TotalReturn || s.Close == nil {
		return settleTotalReturn(s, v, basis)
	}
	known := splits != nil
	splits = splitsOf(s.Symbol, splits)
	votes := vote(s, splits)
	if votes.traded > 0 && votes.adjusted > 0 {
		return Series{}, v, unsettled(s, fmt.Sprintf("falls at the split of %s as traded prices do and not at that of %s", votes.tradedAt, votes.adjustedAt),
			"correct the list of splits, or import the two stretches apart with --basis traded and --basis split-adjusted", nil)
	}
	if basis == Auto {
		var err error
		if basis, err = find(s, &v, known, votes, splits); err != nil {
			return Series{}, v, err
		}
	} else if err := contradicted(s, basis, votes); err != nil {
		return Series{}, v, err
	}
	v.Found, v.Stored = basis, Traded
	if basis == SplitAdjusted {
		s = unadjust(s, splits, through, &v)
	}
	return s, v, nil
}

func settleTotalReturn(s Series, v Verdict, basis Basis) (Series, Verdict, error) {
	if basis == Traded || basis == SplitAdjusted {
		return Series{}, v, unsettled(s, "has adj_close only, which is no "+string(basis)+" price", "say --basis total-return, or give closes", ErrNotAPrice)
	}
	if s.AdjClose == nil {
		s.AdjClose = s.Close
	}
	s.Open, s.High, s.Low, s.Close = nil, nil, nil, nil
	v.Found, v.Stored = TotalReturn, TotalReturn
	v.Notes = append(v.Notes, "total-return series: serves as benchmark or factor, not as the price of a holding")
	return s, v, nil
}

func unsettled(s Series, problem, cure string, err error) error {
	return &ledger.Fault{Field: "close", Value: s.Symbol, Problem: problem, Cure: cure, Err: errors.Join(ErrUnsettled, err)}
}

// splitsOf keeps the splits of the symbol (or of no named symbol), oldest first.
func splitsOf(symbol string, actions []Action) []Action {
	var splits []Action
	for _, a := range actions {
		if a.Kind == Split && (a.Symbol == symbol || a.Symbol == "") {
			splits = append(splits, a)
		}
	}
	slices.SortStableFunc(splits, func(a, b Action) int { return int(a.Date) - int(b.Date) })
	return splits
}

// votes counts the splits at which the close behaved as traded or as adjusted prices do.
type votes struct {
	traded, adjusted     int
	tradedAt, adjustedAt date.Date
}

// leastSplit is the smallest ratio that the noise of a trading day does not hide.
const leastSplit = 1.2

// closeBy is how many days may lie between the closes before and after a split.
const closeBy = 10

func vote(s Series, splits []Action) votes {
	var result votes
	for _, split := range splits {
		size := math.Log(split.Ratio.Float64())
		if math.Abs(size) < math.Log(leastSplit) {
			continue
		}
		at := sort.Search(len(s.Dates), func(i int) bool { return s.Dates[i] >= split.Date })
		before, after := knownBefore(s.Close, at), knownFrom(s.Close, at)
		if before < 0 || after < 0 || s.Dates[after]-s.Dates[before] > closeBy {
			continue
		}
		// The part of the split that the close shows: 1 as traded, 0 as adjusted.
		switch shown := math.Log(s.Close[before]/s.Close[after]) / size; {
		case shown > 0.7 && shown < 1.5:
			result.traded++
			result.tradedAt = split.Date
		case shown < 0.3 && shown > -0.5:
			result.adjusted++
			result.adjustedAt = split.Date
		}
	}
	return result
}

func knownBefore(v []float64, at int) int {
	for i := at - 1; i >= 0; i-- {
		if !math.IsNaN(v[i]) {
			return i
		}
	}
	return -1
}

func knownFrom(v []float64, at int) int {
	for i := at; i < len(v); i++ {
		if !math.IsNaN(v[i]) {
			return i
		}
	}
	return -1
}

// contradicted refuses a stated basis that the prices deny.
func contradicted(s Series, basis Basis, votes votes) error {
	switch {
	case basis == Traded && votes.adjusted > 0:
		return unsettled(s, fmt.Sprintf("does not fall at the split of %s, so the prices are not as traded", votes.adjustedAt),
			"say --basis split-adjusted, or correct the list of splits", nil)
	case basis == SplitAdjusted && votes.traded > 0:
		return unsettled(s, fmt.Sprintf("falls at the split of %s, so the prices are not split-adjusted", votes.tradedAt),
			"say --basis traded, or correct the list of splits", nil)
	}
	return nil
}

// find is Auto: it asks the splits that are known, then adj_close, then the closes.
func find(s Series, v *Verdict, known bool, votes votes, splits []Action) (Basis, error) {
	switch {
	case votes.traded > 0:
		return Traded, nil
	case votes.adjusted > 0:
		return SplitAdjusted, nil
	case known && !within(s, splits):
		return Traded, nil // no split inside the period: traded and adjusted are the same
	case s.AdjClose != nil:
		return v.fromAdjClose(s, known), nil
	}
	if jump, at := splitLike(s); !known && jump != "" {
		return "", unsettled(s, fmt.Sprintf("jumps like a %s split on %s and no list of splits is known", jump, at),
			"import the splits first, or say --basis traded or --basis split-adjusted", nil)
	}
	v.Assumed = true
	v.Notes = append(v.Notes, "taken as traded: no split shows in the prices; where they are adjusted for one, import the splits and say --basis split-adjusted")
	return Traded, nil
}

// within reports whether a split of a size that matters lies inside the period.
func within(s Series, splits []Action) bool {
	for _, split := range splits {
		if n := len(s.Dates); n > 0 && split.Date > s.Dates[0] && split.Date <= s.Dates[n-1] {
			return true
		}
	}
	return false
}

// fromAdjClose looks for days on which the close jumps like a split and adj_close does
// not: there the closes are as traded, and the split is known from it.
func (v *Verdict) fromAdjClose(s Series, known bool) Basis {
	last := -1
	for i, c := range s.Close {
		if math.IsNaN(c) || math.IsNaN(s.AdjClose[i]) {
			continue
		}
		if last >= 0 {
			jump := s.AdjClose[i] / c / (s.AdjClose[last] / s.Close[last])
			if jump > leastSplit || jump < 1/leastSplit {
				v.seen(s, i, jump)
			}
		}
		last = i
	}
	switch {
	case len(v.Splits) > 0:
		v.Notes = append(v.Notes, fmt.Sprintf("%d splits are seen in the prices that no list has", len(v.Splits)))
	case !known:
		v.Assumed = true
		v.Notes = append(v.Notes, "taken as traded: close and adj_close show no split; where they are adjusted for one, import the splits and say --basis split-adjusted")
	}
	return Traded
}

func (v *Verdict) seen(s Series, i int, jump float64) {
	// Whole splits only, with room for a dividend on the same day: a spin-off moves
	// adj_close by any factor, and 3:2 is as likely one of those.
	large := max(jump, 1/jump)
	if whole := math.Round(large); whole >= 2 && math.Abs(large-whole) <= 0.02*whole {
		ratio := ledger.Ratio{New: money.Int(int64(whole)), Old: money.One}
		if jump < 1 {
			ratio.New, ratio.Old = ratio.Old, ratio.New
		}
		v.Splits = append(v.Splits, Action{Date: s.Dates[i], Symbol: s.Symbol, Kind: Split, Ratio: ratio, Derived: true})
		return
	}
	v.Notes = append(v.Notes, fmt.Sprintf("adj_close changes against close by a factor of %.4f on %s: a spin-off, a large distribution or a split that no list has", jump, s.Dates[i]))
}

// splitLike finds a change from one close to the next that is within 8 % of two for
// one or of a larger whole split, either way.
func splitLike(s Series) (jump string, at date.Date) {
	last := -1
	for i, c := range s.Close {
		if c != c { // NaN: unknown
			continue
		}
		if last >= 0 {
			before := s.Close[last]
			// Most days are decided here, without a division.
			if large, small := max(before, c), min(before, c); large > 1.85*small {
				x := large / small
				if whole := math.Round(x); math.Abs(x-whole) <= 0.08*whole {
					if before > c {
						return fmt.Sprintf("%.0f:1", whole), s.Dates[i]
					}
					return fmt.Sprintf("1:%.0f", whole), s.Dates[i]
				}
			}
		}
		last = i
	}
	return "", date.None
}

// unadjust multiplies prices by the splits after each day, and divides volume by them.
func unadjust(s Series, splits []Action, through date.Date, v *Verdict) Series {
	factors := make([]float64, len(s.Dates))
	factor, k, first := 1.0, len(splits)-1, date.None
	if len(s.Dates) > 0 {
		first = s.Dates[0]
	}
	for ; k >= 0 && splits[k].Date > through; k-- {
		v.Notes = append(v.Notes, fmt.Sprintf("the split %s of %s comes after the last day and is not taken to be in the prices", splits[k].Ratio, splits[k].Date))
	}
	used := 0
	for i := len(s.Dates) - 1; i >= 0; i-- {
		for ; k >= 0 && splits[k].Date > s.Dates[i]; k-- {
			factor *= splits[k].Ratio.Float64()
			used++
		}
		factors[i] = factor
	}
	if used == 0 {
		v.Assumed = v.Assumed || len(splits) == 0
		v.Notes = append(v.Notes, fmt.Sprintf("no split is known after %s: the prices are kept as they are", first))
		return s
	}
	v.Notes = append(v.Notes, fmt.Sprintf("%d splits were taken out of the prices", used))
	scaled := func(from []float64, by func(x, f float64) float64) []float64 {
		if from == nil {
			return nil
		}
		to := make([]float64, len(from))
		for i, x := range from {
			to[i] = by(x, factors[i])
		}
		return to
	}
	up := func(x, f float64) float64 { return x * f }
	s.Open, s.High, s.Low, s.Close = scaled(s.Open, up), scaled(s.High, up), scaled(s.Low, up), scaled(s.Close, up)
	s.Volume = scaled(s.Volume, func(x, f float64) float64 { return x / f })
	return s
}
