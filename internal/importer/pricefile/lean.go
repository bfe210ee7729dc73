package pricefile

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// isLean reports whether the first line is one of Lean's: no header, a compact date
// first; four columns in factor files, three in map files.
func (t *table) isLean(columns int) bool {
	if len(t.header) != columns || t.separator != ',' || len(t.header[0]) != 8 {
		return false
	}
	_, dated := day([]byte(t.header[0]))
	_, numeric := number([]byte(t.header[1]))
	return dated && numeric == (columns == 4)
}

// leanRows gives the first line too, which openTable took for a header.
func (t *table) leanRows(f func(r row) *ledger.Fault) (int, ledger.Faults) {
	first := row{line: t.firstLine - 1}
	for _, text := range t.header {
		first.fields = append(first.fields, []byte(text))
	}
	if fault := f(first); fault != nil {
		fault.Row = first.line
		return 1, ledger.Faults{fault}
	}
	n, faults := t.rows(f)
	return n + 1, faults
}

// leanEnd is the date Lean writes for "still valid".
var leanEnd = date.Must(2050, 12, 31)

// leanFactor is a line of a factor file: valid up to and including its day.
type leanFactor struct {
	until        date.Date
	price, split float64
	reference    float64 // the close of that day
}

// readLeanFactors works out splits and dividends from a factor file. Between one line
// and the next the split factor changes by old/new, and the price factor by
// 1 − dividend / reference; both take effect on the session after the line's day.
func (f *File) readLeanFactors(t *table) ledger.Faults {
	var lines []leanFactor
	var faults ledger.Faults
	f.Rows, faults = t.leanRows(func(r row) *ledger.Fault {
		d, ok := day(r.fields[0])
		if !ok {
			return badDate("date", r.fields[0])
		}
		line := leanFactor{until: d}
		for k, to := range []*float64{&line.price, &line.split, &line.reference} {
			name := [3]string{"price factor", "split factor", "reference price"}[k]
			v, ok := number(r.fields[k+1])
			if !ok || math.IsNaN(v) {
				return badNumber(name, r.fields[k+1])
			}
			if v < 0 || v == 0 && k < 2 {
				return &ledger.Fault{Field: name, Value: clip(string(r.fields[k+1])), Problem: "is not above zero", Cure: "fetch the factor file again"}
			}
			*to = v
		}
		if n := len(lines); n > 0 && d < lines[n-1].until {
			return &ledger.Fault{Field: "date", Value: d.String(), Problem: "comes after a later day", Cure: "sort the lines by date"}
		}
		lines = append(lines, line)
		return nil
	})
	if len(faults) > 0 {
		return faults
	}
	f.allKinds = true
	symbol := symbolOfName(f.Name)
	sessions, _ := calendar.For("XNYS")
	for i := 0; i+1 < len(lines); i++ {
		a, b := lines[i], lines[i+1]
		if a.until == b.until || a.until == leanEnd {
			continue
		}
		exDate := sessions.Next(a.until)
		if ratio, ok := leanRatio(b.split / a.split); ok {
			f.Actions = append(f.Actions, Action{Date: exDate, Symbol: symbol, Kind: Split, Ratio: ratio, Derived: true})
		}
		// The dividend is as traded, in shares of that day, as the reference is. Seven
		// decimals of the factor leave it known to about a ten-thousandth of a dollar.
		cash := a.reference * (1 - a.price/b.price)
		if amount, err := money.FromFloat(math.Round(cash*1e4) / 1e4); err == nil && amount.Sign() > 0 {
			f.Actions = append(f.Actions, Action{Date: exDate, Symbol: symbol, Kind: Dividend, Amount: amount, Derived: true})
		} else if a.price > b.price*1.0001 {
			f.Notes = append(f.Notes, fmt.Sprintf("the price factor falls after %s, which no dividend explains; it is left out", a.until))
		}
	}
	f.Actions = SortActions(f.Actions)
	return nil
}

// leanRatio turns the change of a split factor (new shares per old) into a ratio: of
// small whole numbers where one is within the factor's precision, else as it is.
func leanRatio(change float64) (ledger.Ratio, bool) {
	if math.Abs(change-1) < 1e-6 || math.IsInf(change, 0) {
		return ledger.Ratio{}, false
	}
	if ratio, ok := wholeRatio(change, 1e-5); ok {
		return ratio, true
	}
	value, err := money.FromFloat(change)
	if err != nil {
		return ledger.Ratio{}, false
	}
	if change < 1 {
		if inverse, err := money.FromFloat(1 / change); err == nil {
			return ledger.Ratio{New: money.One, Old: inverse.Round(6)}, true
		}
	}
	return ledger.Ratio{New: value.Round(6), Old: money.One}, value.Round(6).Sign() > 0
}

// wholeRatio finds new:old of small whole numbers within a relative tolerance.
func wholeRatio(x, tolerance float64) (ledger.Ratio, bool) {
	for _, small := range []float64{1, 2, 3, 4, 5} {
		for _, up := range []bool{true, false} {
			large := small * x
			if !up {
				large = small / x
			}
			whole := math.Round(large)
			if whole < small || whole > 1000 || math.Abs(large-whole) > tolerance*large {
				continue
			}
			many, few := money.Int(int64(whole)), money.Int(int64(small))
			if up {
				return ledger.Ratio{New: many, Old: few}, true
			}
			return ledger.Ratio{New: few, Old: many}, true
		}
	}
	return ledger.Ratio{}, false
}

// readLeanMap reads the tickers that a security had: date, ticker, exchange.
func (f *File) readLeanMap(t *table) ledger.Faults {
	symbol := symbolOfName(f.Name)
	var faults ledger.Faults
	f.Rows, faults = t.leanRows(func(r row) *ledger.Fault {
		d, ok := day(r.fields[0])
		if !ok {
			return badDate("date", r.fields[0])
		}
		ticker := strings.ToUpper(string(bytes.TrimSpace(r.fields[1])))
		if ticker == "" {
			return &ledger.Fault{Field: "ticker", Problem: "is empty", Cure: "fetch the map file again"}
		}
		// The first line is the day the security begins, under its first ticker.
		if n := len(f.Renames); n > 0 && f.Renames[n-1].Ticker == ticker {
			f.Renames[n-1].Until = d
			return nil
		}
		f.Renames = append(f.Renames, Rename{Symbol: symbol, Until: d, Ticker: ticker, Exchange: string(r.fields[2])})
		return nil
	})
	return faults
}
