package quality

import (
	"cmp"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

// Kind is what is wrong.
type Kind string

// The kinds of findings.
const (
	Stale           Kind = "stale"            // the newest sessions have no value
	Missing         Kind = "missing"          // sessions between two values have none
	ClosedDay       Kind = "closed-day"       // a value on a day without a session
	ShiftedDays     Kind = "shifted-days"     // all days are one too late or too early
	OutOfRange      Kind = "out-of-range"     // a day that cannot be: to come, before the listing, after the end
	Duplicate       Kind = "duplicate"        // two values for one day
	NotPositive     Kind = "not-positive"     // zero or negative
	BadBar          Kind = "bad-bar"          // high below low, close outside the two
	Spike           Kind = "spike"            // a move that comes back: a false print
	Jump            Kind = "jump"             // a move that stays, or whose next day is not known yet
	UnlistedSplit   Kind = "unlisted-split"   // moves like a split that no list has
	SplitNotShown   Kind = "split-not-shown"  // a listed split that prices as traded do not show
	SplitUnadjusted Kind = "split-unadjusted" // a listed split that adjusted prices still show
	UnitMixup       Kind = "unit-mixup"       // a hundred times too much or too little: pence for pounds
	CurrencyMixup   Kind = "currency-mixup"   // in another currency than stated
	Inverted        Kind = "inverted"         // an exchange rate the wrong way round
	Repeated        Kind = "repeated"         // the same close for longer than chance allows
	AdjustedDiffers Kind = "adjusted-differs" // the source's adjusted close and the list of actions differ
	BasisMismatch   Kind = "basis-mismatch"   // two sources differ by the ratio of splits
	LevelMismatch   Kind = "level-mismatch"   // two sources differ by another constant ratio
	Disagreement    Kind = "disagreement"     // two sources differ on single days
)

// Severity is what follows from a finding.
type Severity string

// The severities.
const (
	Suspect  Severity = "suspect"  // to be quarantined until accepted or corrected
	Doubtful Severity = "doubtful" // to be shown only
)

// Remedy is what would put a finding right.
type Remedy string

// The remedies.
const (
	NoRemedy Remedy = ""          // none can be worked out
	Multiply Remedy = "multiply"  // the values of the days by Factor
	ListIt   Remedy = "list"      // add the split Ratio on the first day to the list of actions
	MoveIt   Remedy = "move"      // the listed split by Days
	Shift    Remedy = "shift"     // all days by Days
	Invert   Remedy = "invert"    // the values of the days
	Convert  Remedy = "convert"   // the values with the exchange rate that the reason names
	LeaveOut Remedy = "leave-out" // the values of the days
)

// Correction is a suggestion. Only what its Remedy reads is filled.
type Correction struct {
	Remedy Remedy       `json:"remedy,omitempty"`
	Factor float64      `json:"factor,omitempty"`
	Ratio  ledger.Ratio `json:"ratio,omitzero"`
	Days   int          `json:"days,omitempty"`
}

// Finding is one thing that cannot be right or may not be.
type Finding struct {
	Kind     Kind
	Severity Severity
	From, To date.Date // the days it is about, both included
	Count    int       // how many values, or for what is absent how many sessions
	Seen     float64   // the first value in question; NaN where the value is what is absent
	Expected float64   // what it would be without the fault; NaN where it cannot be said
	Reason   string    // a sentence for people
	Source   string    // whose values they are; empty where it is not said
	Correction
}

// Questions reports whether a figure made of the values is the weaker for it: whether they
// themselves may be wrong. What is about lists of actions, about levels of several sources,
// or about a move that the days after it have borne out, leaves them as good as they are.
func (f *Finding) Questions() bool {
	if f.Severity == Suspect {
		return true
	}
	switch f.Kind {
	case ClosedDay, BadBar, Spike, UnlistedSplit, Repeated, Disagreement:
		return true
	}
	return false
}

// order sorts findings by day, then kind, so that they come out alike whatever the order
// in which the checks are made.
func order(found []Finding) []Finding {
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.To, b.To))
	})
	return found
}
