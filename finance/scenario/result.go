package scenario

import "fmt"

// Status says how far a result can be relied on.
type Status string

// The statuses.
const (
	Complete    Status = "complete"
	Estimated   Status = "estimated"   // a replay in which proxies stand in for some assets
	Partial     Status = "partial"     // leaves out a position or a shock; the reasons name it
	Unavailable Status = "unavailable" // none of what it shocks is known; the reasons say why
)

// Method says how a position's result came about.
type Method string

// The methods.
const (
	Linear       Method = "linear"   // value × betas × moves, or the return it was given
	OptionPriced Method = "option"   // priced anew
	BondPriced   Method = "bond"     // flows at the moved yields, betas to all but rates
	Replayed     Method = "replayed" // its own returns of the time
	Proxied      Method = "proxied"  // betas × the factors of the time, nothing specific
	NotMeasured  Method = "left_out"
)

// Reason is why something is missing or only partly there: a code for programs and
// what it is about.
type Reason struct {
	Code string
	On   string
}

// The codes of reasons.
const (
	MissingFactor = "missing_factor" // the model has no such factor
	NothingHeld   = "nothing_held"   // no asset of that sector, symbol or side
	NoOptions     = "no_options"     // a volatility is shocked that nothing depends on
	NoBeta        = "no_beta"        // an asset without betas
	NoAsset       = "no_asset"       // a position without an asset
	BadTerms      = "bad_terms"      // an option or bond that cannot be priced
	NoWindow      = "no_history"     // the past of the replay is not there
	NoProxy       = "no_proxy"       // did not trade, nor did its factors
	ProxiedAssets = "proxied"        // stand-ins were used
	Singular      = "singular"       // the shocks follow from one another
	BeyondTotal   = "beyond_total"   // the linear model would take a price below zero
	NoPropagation = "no_propagation" // shocked assets have no betas: others stay
	NotReachable  = "not_reachable"  // no move along the way loses as much
	NoExposure    = "no_exposure"    // nothing in the book depends on the factors
)

// String says the reason in plain words.
func (r Reason) String() string {
	if r.On == "" {
		return r.Code
	}
	return fmt.Sprintf("%s: %s", r.Code, r.On)
}

// PositionResult is what a scenario does to one position. Move is the return of its
// asset in the base currency. Direct is the profit from the shocked moves alone.
type PositionResult struct {
	ID          string
	PnL, Direct float64
	Move        float64
	Method      Method
	Reason      string // where it is left out, or to be read with care
}

// Rest is what the factors do not explain of a result.
type Rest struct {
	Specific float64 // returns given to assets beyond their betas
	Options  float64 // full revaluation of options less their linear effect
	Bonds    float64 // the same of bonds: convexity, and duration against the beta to rates
	Replay   float64 // returns of the time beyond betas × factors
	Bent     float64 // of falls by more than four fifths, which are not in proportion any more
}

// Sum is all of it.
func (r Rest) Sum() float64 { return r.Specific + r.Options + r.Bonds + r.Replay + r.Bent }

// LeftOut is a position that a result does not cover, and its value.
type LeftOut struct {
	Position int
	ID       string
	Value    float64
	Reason   Reason
}

// Result is what a scenario does to a book. Total is Σ ByPosition and equals
// Σ ByFactor + Rest.Sum(); groups of positions add up to it too.
type Result struct {
	Scenario Scenario
	Mode     Mode
	Status   Status
	Reasons  []Reason

	Moves    []float64 // of each factor of the model; NaN where a replay does not know it
	Fixed    []bool    // which of them the scenario fixes itself
	Distance float64   // √(y′ (H F H′ + N)⁻¹ y) of what is fixed; NaN where there is none

	Total, Direct float64
	ByPosition    []PositionResult
	ByFactor      []float64
	Rest          Rest

	LeftOut []LeftOut
	Proxies []string // assets that a replay moved by proxy
}

// Group is the part of the positions that share a label.
type Group struct {
	Label string
	PnL   float64
}

// ByGroup adds positions up by label, in the order in which labels first occur.
// labels has one a position, as Book.Labels gives them.
func (r *Result) ByGroup(labels []string) []Group {
	at := map[string]int{}
	var out []Group
	for i, p := range r.ByPosition {
		k, ok := at[labels[i]]
		if !ok {
			k = len(out)
			at[labels[i]], out = k, append(out, Group{Label: labels[i]})
		}
		out[k].PnL += p.PnL
	}
	return out
}
