package bond

import (
	"fmt"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// Flow is a payment still to come, per 100 of face.
type Flow struct {
	On     date.Date
	Time   float64 // years after settlement in the bond's day count
	Amount float64
}

// Flows are all payments after settlement, in order, the redemption with the last coupon.
type Flows struct {
	Settle    date.Date
	Frequency int     // how often a year the yield compounds
	Accrued   float64 // of the current coupon, per 100 of face
	List      []Flow
}

// Flows lists what the bond pays after settle. The list is built in room, which
// may be nil; a caller with many bonds passes the same room again to spare the
// garbage collector, and is done with one list before asking for the next.
func (b Bond) Flows(settle date.Date, room []Flow) (Flows, error) {
	if err := b.Check(); err != nil {
		return Flows{}, err
	}
	return b.flows(settle, room)
}

// flows is Flows of terms that are known to be good; the coupon may be negative.
func (b Bond) flows(settle date.Date, room []Flow) (Flows, error) {
	walk, err := periodsFrom(settle, b.Issue, b.Maturity, b.Frequency)
	if err != nil {
		return Flows{}, err
	}
	f := Flows{Settle: settle, Frequency: b.Frequency, List: room[:0]}
	accrued := b.Basis.Fraction(walk.period, settle)
	f.Accrued = 100 * b.Coupon * accrued
	at := -accrued
	fraction := b.Basis.Fraction(walk.period, walk.period.End)
	same := b.Basis.even(b.Maturity)
	for {
		at += fraction
		f.List = append(f.List, Flow{On: walk.period.End, Time: at, Amount: 100 * b.Coupon * fraction})
		if !walk.next() {
			break
		}
		if same {
			fraction = 1 / float64(b.Frequency)
		} else {
			fraction = b.Basis.Fraction(walk.period, walk.period.End)
		}
	}
	f.List[len(f.List)-1].Amount += 100
	return f, nil
}

// Periods lists the coupon periods from the one that holds settle to the last.
func (b Bond) Periods(settle date.Date) ([]Period, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	walk, err := periodsFrom(settle, b.Issue, b.Maturity, b.Frequency)
	if err != nil {
		return nil, err
	}
	list := []Period{walk.period}
	for walk.next() {
		list = append(list, walk.period)
	}
	return list, nil
}

// walk goes through the coupon periods up to maturity. Every date is counted
// from maturity itself, so that a 31st is not lost in a short month.
type walk struct {
	period   Period
	maturity date.Date
	month    int // of maturity, counted from year 0
	day      int // of maturity
	step     int // months
	left     int // periods after this one
}

// periodsFrom starts at the period that holds settle; on a coupon date that is the new one.
func periodsFrom(settle, issue, maturity date.Date, frequency int) (walk, error) {
	switch {
	case settle.IsNone():
		return walk{}, fmt.Errorf("settlement: want a date: %w", ErrTerms)
	case settle >= maturity:
		return walk{}, fmt.Errorf("settlement %s, maturity %s: %w", settle, maturity, ErrMatured)
	case !issue.IsNone() && settle < issue:
		return walk{}, fmt.Errorf("settlement %s, issue %s: %w", settle, issue, ErrNotIssued)
	}
	step := 12 / frequency
	y1, m1, _ := settle.Civil()
	y2, m2, d2 := maturity.Civil()
	w := walk{maturity: maturity, month: 12*y2 + int(m2) - 1, day: d2, step: step}
	back := max(1, (12*(y2-y1)+int(m2-m1))/step)
	start := w.date(back)
	for start > settle {
		back++
		start = w.date(back)
	}
	w.left = back - 1
	w.period = Period{Start: max(start, issue), End: w.date(w.left), RegularStart: start, Frequency: frequency}
	return w, nil
}

// next moves to the following period; false after the last.
func (w *walk) next() bool {
	if w.left == 0 {
		return false
	}
	w.left--
	w.period.Start, w.period.RegularStart = w.period.End, w.period.End
	w.period.End = w.date(w.left)
	return true
}

// date is maturity less a number of periods: maturity.AddMonths(−back × step)
// without taking maturity apart each time.
func (w *walk) date(back int) date.Date {
	month := w.month - back*w.step
	year, in := month/12, time.Month(month%12+1)
	d, err := date.New(year, in, min(w.day, date.DaysIn(year, in)))
	if err != nil { // before the calendar that date.New accepts
		return w.maturity.AddMonths(-back * w.step)
	}
	return d
}
