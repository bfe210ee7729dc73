package liquidity

import "math"

// Class is a class of rule 22e-4 of the SEC (17 CFR 270.22e-4).
type Class string

// The classes, by how soon a position turns into cash without moving its price much. The
// rule speaks of business and of calendar days; seven calendar days hold five of trade.
const (
	HighlyLiquid     Class = "highly_liquid"     // into cash within three business days
	ModeratelyLiquid Class = "moderately_liquid" // into cash in more than three business days, within seven calendar days
	LessLiquid       Class = "less_liquid"       // sold within seven calendar days, but settled later
	Illiquid         Class = "illiquid"          // not sold within seven calendar days
	Unclassified     Class = "unknown"           // volume not known; a fund would have to judge
)

const (
	highDays = 3
	weekDays = 5
)

// Classify is the class of a position of which days (broken, as of Days) are sold and
// which settles settlement business days after a trade. It looks at the whole
// position; the rule asks of a fund only for the size it reasonably expects to trade,
// so that this is the stricter view.
func Classify(days float64, settlement int) Class {
	if math.IsNaN(days) {
		return Unclassified
	}
	if sold := math.Max(math.Ceil(days*(1-1e-12)), 1); sold <= weekDays {
		switch cash := sold + float64(settlement); {
		case cash <= highDays:
			return HighlyLiquid
		case cash <= weekDays:
			return ModeratelyLiquid
		}
		return LessLiquid
	}
	return Illiquid
}
