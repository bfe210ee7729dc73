package analysis

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/risk"
)

// Concentration says how much hangs on few names. The figures at its head are by
// instrument, at market value, weights of the gross exposure; LookThrough is by what
// stands behind them.
type Concentration struct {
	HHI          Figure      `json:"hhi"`       // Σ w², one name: 1
	Effective    Figure      `json:"effective"` // 1 / HHI, number of equal names
	Top3         Figure      `json:"top3"`
	Top10        Figure      `json:"top10"`
	Largest      string      `json:"largest,omitempty"`
	LargestShare Figure      `json:"largest_share"`
	LookThrough  LookThrough `json:"look_through"`
}

// LookThrough is what the holdings, cash apart, are exposed to: options on their
// underlyings with their delta-adjusted exposure, funds on what they hold where that is
// known. Every list adds up to the cent to Long, Short, Net and Gross.
type LookThrough struct {
	Long  Figure `json:"long"`
	Short Figure `json:"short"` // negative
	Net   Figure `json:"net"`
	Gross Figure `json:"gross"`
	// Known is the share of what is held in funds of which it is known what it is
	// invested in; AsOf is the day of the oldest list of holdings that was read.
	Known Figure      `json:"known"`
	AsOf  date.Date   `json:"as_of,omitzero"`
	Funds []FundKnown `json:"funds,omitempty"`
	// AsHeld counts each fund as one name, Through what is behind it. Both are by name,
	// options on their underlyings.
	AsHeld     NameMeasures `json:"as_held"`
	Through    NameMeasures `json:"through"`
	Names      []Exposed    `json:"names"` // the largest; the last line may gather the others
	Issuers    []Exposed    `json:"issuers"`
	Sectors    []Exposed    `json:"sectors"`
	Countries  []Exposed    `json:"countries"`
	Currencies []Exposed    `json:"currencies"`
}

// NameMeasures says how much hangs on few names; the weight of a name is its net
// exposure, on either side, as a share of the sum over all names.
type NameMeasures struct {
	HHI       Figure `json:"hhi"`
	Effective Figure `json:"effective"`
	Top3      Figure `json:"top3"`
	Top10     Figure `json:"top10"`
}

// Exposed is the exposure to one name, issuer, sector, country or currency, in the base
// currency. Net = Long + Short = Direct + Indirect; Gross = Long − Short.
type Exposed struct {
	Key      string         `json:"key"`            // symbol or name; "unknown"; empty for what gathers the others
	Name     string         `json:"name,omitempty"` // of a security
	Rest     bool           `json:"rest,omitempty"` // what the fund holds and is not known
	Count    int            `json:"count"`          // of names in it
	Long     money.Decimal  `json:"long"`
	Short    money.Decimal  `json:"short"` // negative
	Net      money.Decimal  `json:"net"`
	Gross    money.Decimal  `json:"gross"`
	Direct   money.Decimal  `json:"direct"`   // net of what is held itself
	Indirect money.Decimal  `json:"indirect"` // net of what funds hold
	Share    float64        `json:"share"`    // of the gross exposure
	Weight   money.Optional `json:"weight"`   // net, of the total value; null where that is not positive
}

// FundKnown is a fund that is held, itself or through options, and how well it is known
// what it holds.
type FundKnown struct {
	Symbol   string    `json:"symbol"`
	Name     string    `json:"name,omitempty"`
	Exposure Figure    `json:"exposure"`
	Known    Figure    `json:"known"` // share of the fund
	AsOf     date.Date `json:"as_of,omitzero"`
	Source   string    `json:"source,omitempty"`
	Reason   string    `json:"reason,omitempty"` // why not all of it is known
}

// concentration measures today's book by instrument, and by what stands behind it.
func (r *runner) concentration(book []risk.Position, status Status, reasons []string) {
	out := &r.out.Risk.Concentration
	c := risk.Concentrations(book)
	take := func(f risk.Figure, unit Unit, method string) Figure {
		if !f.Known() {
			return Unknown(unit, r.AsOf, method, nothingHeld(reasons)...)
		}
		return Measure(f.Value, unit, r.AsOf, method).With(status, reasons...)
	}
	out.HHI, out.Effective = take(c.HHI, Ratio, "hhi"), take(c.Effective, Count, "effective_number")
	out.Top3, out.Top10 = take(c.Top3, Fraction, "top3"), take(c.Top10, Fraction, "top10")
	out.Largest = c.Largest
	out.LargestShare = Unknown(Fraction, r.AsOf, "largest", nothingHeld(reasons)...)
	if len(c.Weights) > 0 {
		out.LargestShare = Measure(c.Weights[0].Share, Fraction, r.AsOf, "largest").With(status, reasons...)
	}
	r.lookThrough()
}

// nothingHeld is why there is nothing to measure: what is held has no value for these
// reasons, or nothing is.
func nothingHeld(reasons []string) []string {
	if len(reasons) > 0 {
		return reasons
	}
	return []string{"nothing is held"}
}
