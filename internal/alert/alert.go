// Package alert decides when a figure is worth telling somebody: it reads figures out of
// an analysis, holds them against rules and says what is raised and what is resolved.
// It computes no figure itself and keeps nothing.
//
// Model: a Rule has a threshold and a band. It is raised about a subject (a holding, a
// sector, the whole portfolio) when the figure crosses the threshold, and it is armed
// again only when the figure has gone back by the whole band: in between nothing changes,
// so that a figure that trembles about the threshold raises one alert and not fifty. A
// figure that is not known neither raises nor resolves anything: it could not be checked,
// and says why. What an alert is about may go away (a position is sold); then it is
// resolved.
//
// Units: shares of the value, drawdowns, VaR and stress losses are fractions, losses
// positive; prices are in the instrument's currency; expiries are calendar days, staleness
// is sessions of the market, a failed job counts its attempts. Values are compared as
// exact decimals of at most 8 places, the same ones that are kept and shown.
package alert

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Kind is what a rule looks at.
type Kind string

// The kinds.
const (
	Price       Kind = "price"       // of a holding, reached from below or above
	Position    Kind = "position"    // its size as a share of the value, long or short
	Sector      Kind = "sector"      // a sector's share of the value
	VaR         Kind = "var"         // one day at 95 %, historical, of the value
	Stress      Kind = "stress"      // the loss of a scenario, or of the worst one
	Drawdown    Kind = "drawdown"    // below the highest value so far
	Correlation Kind = "correlation" // mean of all pairs of holdings
	Expiry      Kind = "expiry"      // days until an option expires
	Stale       Kind = "stale"       // sessions without a price
	Job         Kind = "job"         // attempts of the nightly analysis that failed in a row
	Limits      Kind = "limits"      // the portfolio's own limits
)

// Severity is how much it matters.
type Severity string

// The severities.
const (
	Info     Severity = "info"
	Warning  Severity = "warning"
	Critical Severity = "critical"
)

// Severities lists them.
func Severities() []Severity { return []Severity{Info, Warning, Critical} }

// The units of thresholds and values.
const (
	Fraction = "fraction"
	InPrice  = "price"
	Days     = "days"
	Sessions = "sessions"
	Attempts = "attempts"
	Ratio    = "ratio"
)

// Subject is what a rule of a kind may be about.
type Subject string

// The subjects.
const (
	Whole    Subject = ""         // the portfolio as a whole
	Symbol   Subject = "symbol"   // each holding, or one of them
	OneOf    Subject = "holding"  // one holding, which has to be named
	Industry Subject = "sector"   // each sector, or one of them
	Scenario Subject = "scenario" // the worst scenario, or one of them
)

// Description is what there is to know of a kind, with what it is unless one says otherwise.
type Description struct {
	Kind      Kind
	Name      string
	About     string
	Subject   Subject
	Unit      string
	Below     bool // fires at or under the threshold
	Either    bool // the direction is chosen with the rule
	Inclusive bool // fires at the threshold, not only over it
	Threshold money.Decimal
	Band      money.Decimal
	Severity  Severity
}

// Kinds describes them all, in the order of offering them.
func Kinds() []Description {
	d := money.MustParse
	return []Description{
		{Kind: Price, Name: "Price reached", About: "the price of a holding reaches a level or a target", Subject: OneOf, Unit: InPrice, Either: true, Inclusive: true, Threshold: d("100"), Band: d("1"), Severity: Info},
		{Kind: Position, Name: "Large position", About: "a position is more than a share of the value, long or short", Subject: Symbol, Unit: Fraction, Threshold: d("0.1"), Band: d("0.01"), Severity: Warning},
		{Kind: Sector, Name: "Large sector", About: "a sector is more than a share of the value", Subject: Industry, Unit: Fraction, Threshold: d("0.25"), Band: d("0.02"), Severity: Warning},
		{Kind: VaR, Name: "Value at risk", About: "the loss of one day in twenty (95%, historical) is more than a share of the value", Unit: Fraction, Threshold: d("0.03"), Band: d("0.003"), Severity: Warning},
		{Kind: Stress, Name: "Stress loss", About: "a scenario, or the worst of the library, loses more than a share of the value", Subject: Scenario, Unit: Fraction, Threshold: d("0.3"), Band: d("0.02"), Severity: Warning},
		{Kind: Drawdown, Name: "Drawdown", About: "the value, flows taken out, is further below its highest than a share of it", Unit: Fraction, Threshold: d("0.1"), Band: d("0.02"), Severity: Warning},
		{Kind: Correlation, Name: "Average correlation", About: "the holdings move together more than this on average", Unit: Ratio, Threshold: d("0.6"), Band: d("0.05"), Severity: Warning},
		{Kind: Expiry, Name: "Option expiry", About: "an option that is held expires within days", Subject: Symbol, Unit: Days, Below: true, Inclusive: true, Threshold: d("5"), Band: d("0"), Severity: Info},
		{Kind: Stale, Name: "Stale data", About: "a holding has had no price for more sessions of its market than this", Subject: Symbol, Unit: Sessions, Threshold: d("3"), Band: d("1"), Severity: Warning},
		{Kind: Job, Name: "Failed job", About: "the nightly analysis failed this often in a row", Unit: Attempts, Inclusive: true, Threshold: d("1"), Band: d("0"), Severity: Critical},
		{Kind: Limits, Name: "Limits", About: "one of the portfolio's own limits is broken; the alert is raised without a rule too, a rule says how it is told", Unit: Fraction, Threshold: d("0"), Band: d("0.02"), Severity: Warning},
	}
}

// Describe is the description of a kind; ok is false where there is no such kind.
func Describe(k Kind) (d Description, ok bool) {
	for _, d := range Kinds() {
		if d.Kind == k {
			return d, true
		}
	}
	return d, false
}

// Rule is when something is raised.
type Rule struct {
	Kind      Kind
	Subject   string // empty: each, or the worst
	Below     bool
	Threshold money.Decimal
	Band      money.Decimal // not negative
}

// Reading is one figure as it stands against a rule.
type Reading struct {
	Subject   string         `json:"subject,omitempty"`
	Label     string         `json:"label"` // for a reader
	Value     money.Optional `json:"value"`
	Unit      string         `json:"unit"`
	Note      string         `json:"note,omitempty"`   // currency of a price, name of the worst scenario
	Reason    string         `json:"reason,omitempty"` // why the value is not known
	Day       date.Date      `json:"day"`
	Threshold money.Decimal  `json:"threshold"`
	Band      money.Decimal  `json:"band"`
	Below     bool           `json:"below,omitempty"`
	Inclusive bool           `json:"inclusive,omitempty"`
}

// Crossed reports whether the value is over the threshold (under it, where Below). An
// unknown value is not.
func (r Reading) Crossed() bool {
	if !r.Value.Known {
		return false
	}
	c := r.Value.Decimal.Cmp(r.Threshold)
	if r.Below {
		c = -c
	}
	return c > 0 || c == 0 && (r.Inclusive || r.Below)
}

// Back reports whether the value has gone back by the whole band, so that the rule is
// armed. An unknown value has not. No value is both Crossed and Back.
func (r Reading) Back() bool {
	if !r.Value.Known || r.Crossed() {
		return false
	}
	if r.Below {
		return r.Value.Decimal.Cmp(r.Threshold.Add(r.Band)) >= 0
	}
	return r.Value.Decimal.Cmp(r.Threshold.Sub(r.Band)) <= 0
}

// Standing is what is known of a rule and a subject from before. Where there is nothing
// the rule is armed.
type Standing struct {
	Subject string
	Open    bool // raised and not resolved
	Armed   bool // of one that is resolved: the figure went back
}

// Step is what is to be done about a subject.
type Step string

// The steps.
const (
	Nothing Step = ""        // no alert, and none is called for
	Raise   Step = "raise"   // the figure crossed the threshold
	Keep    Step = "keep"    // it is raised, and stays so
	Resolve Step = "resolve" // the figure went back, or its subject is gone
	Rearm   Step = "rearm"   // resolved by hand before; now the figure went back as well
	Unknown Step = "unknown" // the figure is not known
)

// Decision is a step about one subject.
type Decision struct {
	Step    Step
	Reading Reading // of a subject that is gone only Subject is set
	Gone    bool    // nothing is read about the subject any more
}

// Decide holds what was read of one rule against what stands. Each reading has its
// decision, in their order, and then each standing subject that nothing was read about.
// It is a function of its arguments alone, and a second call after what it decided was
// done decides that nothing is to be done.
func Decide(readings []Reading, standing []Standing) []Decision {
	before := map[string]Standing{}
	for _, s := range standing {
		before[s.Subject] = s
	}
	out := make([]Decision, 0, len(readings)+len(standing))
	read := map[string]bool{}
	for _, r := range readings {
		if read[r.Subject] {
			continue // the first one counts
		}
		read[r.Subject] = true
		s, there := before[r.Subject]
		out = append(out, Decision{Step: step(r, s, there), Reading: r})
	}
	for _, s := range standing {
		if read[s.Subject] {
			continue
		}
		read[s.Subject] = true
		d := Decision{Step: Rearm, Reading: Reading{Subject: s.Subject}, Gone: true}
		if s.Open {
			d.Step = Resolve
		} else if s.Armed {
			d.Step = Nothing
		}
		out = append(out, d)
	}
	return out
}

func step(r Reading, s Standing, there bool) Step {
	disarmed := there && !s.Open && !s.Armed
	switch {
	case !r.Value.Known:
		return Unknown
	case there && s.Open && r.Back():
		return Resolve
	case there && s.Open:
		return Keep
	case disarmed && r.Back():
		return Rearm
	case !disarmed && r.Crossed():
		return Raise
	}
	return Nothing
}
