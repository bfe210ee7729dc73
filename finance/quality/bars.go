package quality

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/instrument"
)

const (
	// rounding is by how much a close may lie outside high and low where prices were
	// adjusted and rounded one by one.
	rounding = 1e-4
	// outside is from where on it is no matter of rounding, nor of a closing auction that
	// the bar of the session leaves out.
	outside = 0.01
)

// bars checks each row for itself.
func bars(s *Series) (found []Finding) {
	q := s.quantity()
	for i, c := range s.Close {
		if c <= 0 && q != Level {
			found = append(found, notPositive(s, i))
			continue
		}
		if len(s.High) == 0 || len(s.Low) == 0 {
			continue
		}
		h, l := s.High[i], s.Low[i]
		if c <= h && c >= l && l > 0 {
			continue
		}
		if f, ok := badBar(s, i, c, h, l); ok {
			found = append(found, f)
		}
	}
	return found
}

func notPositive(s *Series, i int) Finding {
	f := Finding{Kind: NotPositive, Severity: Suspect, From: s.Dates[i], To: s.Dates[i], Count: 1, Seen: s.Close[i], Expected: math.NaN(),
		Correction: Correction{Remedy: LeaveOut}, Reason: fmt.Sprintf("a close of %s is no price", figure(s.Close[i]))}
	// An option may be worth nothing, a future has traded below zero (crude oil, 20 April 2020).
	if s.Class == instrument.Option && s.Close[i] == 0 || s.Class == instrument.Future {
		f.Severity, f.Remedy = Doubtful, NoRemedy
		f.Reason = fmt.Sprintf("a close of %s", figure(s.Close[i]))
	}
	return f
}

func badBar(s *Series, i int, c, h, l float64) (Finding, bool) {
	f := Finding{Kind: BadBar, Severity: Suspect, From: s.Dates[i], To: s.Dates[i], Count: 1, Seen: c, Expected: math.NaN()}
	switch {
	case h <= 0 || l <= 0:
		f.Severity = Doubtful
		f.Reason = fmt.Sprintf("high %s and low %s are no prices; the close may be right", figure(h), figure(l))
	case h < l*(1-rounding):
		f.Reason = fmt.Sprintf("the high, %s, is below the low, %s", figure(h), figure(l))
		if c <= l && c >= h {
			f.Severity = Doubtful // exchanged columns; the close lies between
		}
	case c > h*(1+rounding):
		f.Expected = h
		f.Reason = fmt.Sprintf("the close, %s, is above the high, %s", figure(c), figure(h))
	case c < l*(1-rounding):
		f.Expected = l
		f.Reason = fmt.Sprintf("the close, %s, is below the low, %s", figure(c), figure(l))
	default:
		return f, false // within rounding, or not known
	}
	if f.Severity == Suspect && known(f.Expected) && math.Abs(c/f.Expected-1) <= outside {
		f.Severity = Doubtful
	}
	return f, true
}
