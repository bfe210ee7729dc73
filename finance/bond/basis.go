package bond

import "github.com/foliosight/foliosight/finance/date"

// Basis is a day count: how many years lie between two dates of one coupon period.
type Basis string

// The day counts.
const (
	Thirty360  Basis = "30/360"     // bond basis: months of 30 days, a 31st counts as the 30th when the period began on a 30th or 31st
	ActActICMA Basis = "ActActICMA" // actual days over frequency × actual days of the regular period
	Act365F    Basis = "Act/365F"   // actual days over 365
	Act360     Basis = "Act/360"    // actual days over 360
)

// Known reports one of the day counts above.
func (b Basis) Known() bool {
	return b == Thirty360 || b == ActActICMA || b == Act365F || b == Act360
}

// Period is a coupon period. A short first one starts at the issue date, inside
// its regular period; of all others the two are the same.
type Period struct {
	Start, End   date.Date
	RegularStart date.Date // where the period would start had the bond been older
	Frequency    int       // periods a year
}

// Fraction is the years from the start of the period to on, a day inside it or its end.
func (b Basis) Fraction(p Period, on date.Date) float64 {
	switch b {
	case Thirty360:
		return float64(days30(p.Start, on)) / 360
	case ActActICMA:
		return float64(on-p.Start) / float64(int(p.End-p.RegularStart)*p.Frequency)
	case Act360:
		return float64(on-p.Start) / 360
	}
	return float64(on-p.Start) / 365
}

// even reports that every whole period of a bond is the same fraction, one over
// its frequency: always in ICMA's count, in months of 30 days when no month is
// too short for the day of maturity.
func (b Basis) even(maturity date.Date) bool {
	if b == Thirty360 {
		_, _, day := maturity.Civil()
		return day <= 28
	}
	return b == ActActICMA
}

// days30 counts days as ISDA 2006 section 4.16(f) does.
func days30(from, to date.Date) int {
	y1, m1, d1 := from.Civil()
	y2, m2, d2 := to.Civil()
	if d1 == 31 {
		d1 = 30
	}
	if d2 == 31 && d1 == 30 {
		d2 = 30
	}
	return 360*(y2-y1) + 30*int(m2-m1) + d2 - d1
}
