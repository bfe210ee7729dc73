package income

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// What makes a payment a special one, see Specials.
const (
	specialWithin = 730 // days on either side in which payments are compared
	specialTimes  = 1.75
	specialDiffer = 0.25
)

// Specials are the ex-dates of payments that are not among a payer's regular ones. A
// source's list does not say it, so that it is read off the payments, in shares of
// today. One is special
//
//   - that is over 1.75 times as large as every other within two years on either side, of
//     which there are two at least (a final dividend that comes every year is matched by
//     the last one's), or
//   - that comes between two others whose distance is the usual one, and differs from
//     both by over a quarter.
func Specials(a *market.Actions) map[date.Date]bool {
	all := Payments(a)
	special := map[date.Date]bool{}
	amounts := perShareToday(all, a)
	for i := range all {
		others, largest := 0, 0.0
		for k := range all {
			if k != i && max(all[k].ExDate-all[i].ExDate, all[i].ExDate-all[k].ExDate) <= specialWithin {
				others++
				largest = max(largest, amounts[k])
			}
		}
		if others >= 2 && amounts[i] > specialTimes*largest {
			special[all[i].ExDate] = true
		}
	}
	usual := interval(without(all, special))
	for i := 1; i+1 < len(all) && usual > 0; i++ {
		before, after := float64(all[i].ExDate-all[i-1].ExDate), float64(all[i+1].ExDate-all[i].ExDate)
		between := before+after <= 1.25*usual && before < 0.8*usual && after < 0.8*usual
		if between && differs(amounts[i], amounts[i-1]) && differs(amounts[i], amounts[i+1]) {
			special[all[i].ExDate] = true
		}
	}
	return special
}

func differs(a, b float64) bool { return max(a, b) > (1+specialDiffer)*min(a, b) }

// perShareToday are the amounts for today's shares, to compare those on both sides of a
// split.
func perShareToday(all []market.DividendEvent, a *market.Actions) []float64 {
	out := make([]float64, len(all))
	for i, d := range all {
		out[i] = d.Amount.Float64() / a.SplitFactor(d.ExDate, maxDay)
	}
	return out
}

const maxDay = date.Date(1<<30 - 1)

func without(all []market.DividendEvent, special map[date.Date]bool) []market.DividendEvent {
	return slices.DeleteFunc(slices.Clone(all), func(d market.DividendEvent) bool { return special[d.ExDate] })
}

// interval is the usual distance in days between the ex-dates of regular payments: the
// median of the last twelve; 0 where there are not two.
func interval(regular []market.DividendEvent) float64 {
	var gaps []float64
	for i := max(1, len(regular)-12); i < len(regular); i++ {
		gaps = append(gaps, float64(regular[i].ExDate-regular[i-1].ExDate))
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// Growth is by how much the regular payments a share of the last year exceed those of the
// year before, for today's shares: 0.05 is five percent more. So many payments are
// compared as come in a year by the payer's usual interval; ok is false where there are
// not that many in both years, in one currency, or the payer has stopped.
func Growth(a *market.Actions, asOf date.Date) (growth float64, ok bool) {
	special := Specials(a)
	regular := slices.DeleteFunc(without(Payments(a), special), func(d market.DividendEvent) bool { return d.ExDate > asOf })
	usual := interval(regular)
	if usual == 0 || stopped(regular, usual, asOf) {
		return 0, false
	}
	n := max(1, int(365.25/usual+0.5))
	if len(regular) < 2*n {
		return 0, false
	}
	regular = regular[len(regular)-2*n:]
	amounts := perShareToday(regular, a)
	before, last := 0.0, 0.0
	for i := range n {
		if regular[i].Currency != regular[n+i].Currency {
			return 0, false
		}
		before += amounts[i]
		last += amounts[n+i]
	}
	return last/before - 1, true
}

// stopped reports whether a payer is overdue by more than half its usual interval and
// three weeks.
func stopped(regular []market.DividendEvent, usual float64, asOf date.Date) bool {
	return float64(asOf-regular[len(regular)-1].ExDate) > float64(1.5*usual)+21
}

// today turns an amount a share of a day into one a share of asOf, exactly.
func today(amount money.Decimal, a *market.Actions, day, asOf date.Date) money.Decimal {
	for _, s := range a.Splits {
		if s.Date > day && s.Date <= asOf {
			amount = amount.MulDiv(s.Ratio.Old, s.Ratio.New, money.Places)
		}
	}
	return amount
}
