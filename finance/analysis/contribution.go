package analysis

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
)

// Contribution says what each holding added to the time-weighted return of the period.
// The holdings and Rest add up to Return, and so does each list of groups; of each line
// the local part, the currency's and the cross part add up to its contribution.
type Contribution struct {
	Period   Period            `json:"period"`
	Return   Figure            `json:"return"`              // time-weighted
	Linking  string            `json:"linking,omitempty"`   // carino, or frongello where everything was lost on a day
	Days     int               `json:"days"`                // with a return
	Holdings []ContributionRow `json:"holdings"`            // the largest contribution first
	Rest     ContributionRow   `json:"rest"`                // cash, and costs that belong to no holding
	Sector   []ContributionRow `json:"sector"`              // the largest first, the rest as "cash"
	Class    []ContributionRow `json:"class"`               // likewise
	Currency []ContributionRow `json:"currency"`            // with the currency's effect on cash in its line
	Effects  ContributionRow   `json:"effects"`             // all lines together
	Unlinked Figure            `json:"unlinked"`            // gained on days without a return
	Reason   string            `json:"reason,omitempty"`    // why there is nothing to split
	LinkNote string            `json:"link_note,omitempty"` // why the days are linked otherwise than usual
}

// ContributionRow is what one holding, or a group of them, added to the return.
type ContributionRow struct {
	Key          string         `json:"key"` // symbol, or name of the group
	Name         string         `json:"name,omitempty"`
	Currency     money.Currency `json:"currency,omitempty"` // of a holding
	Count        int            `json:"count"`              // holdings in it
	Contribution Figure         `json:"contribution"`       // part of the return
	Weight       Figure         `json:"weight"`             // mean over the days, a short one negative
	Return       Figure         `json:"return"`             // its own; of a holding only
	Gain         Figure         `json:"gain"`               // in the base currency, income and costs included
	Local        Figure         `json:"local"`              // part earned in the holding's own currency
	FX           Figure         `json:"fx"`                 // part that its currency made
	Cross        Figure         `json:"cross"`              // part of both together
}

// split is a line before it is made of figures.
type split struct {
	key, name                 string
	currency                  money.Currency
	count                     int
	contribution, weight, own float64
	gain                      float64
	local, fx, cross          float64
}

func (s *split) add(o *split) {
	s.count += o.count
	s.contribution += o.contribution
	s.weight += o.weight
	s.gain += o.gain
	s.local += o.local
	s.fx += o.fx
	s.cross += o.cross
}

// restKey is the key of what belongs to no holding.
const restKey = "cash"

// Contribution splits the time-weighted return of a period by holding, group and
// currency. It is apart from Run because it goes through every day of every holding.
func (p *Prepared) Contribution(period Period) (*Contribution, error) {
	period, err := p.settle(period)
	if err != nil {
		return nil, err
	}
	r := p.runner
	r.Period = period
	p.shared.Lock()
	defer p.shared.Unlock()
	return r.contribution(p.shared), nil
}

func (r *runner) contribution(shared *shared) *Contribution {
	s := performance.NewSpan(r.timeline, r.Period.Start, r.Period.End)
	out := &Contribution{Period: r.Period, Return: r.measuredAll(r.gapStatus(r.twr(s, r.Period.End), s)), Linking: string(performance.Carino), Holdings: []ContributionRow{}}
	if r.neverPriced() {
		return r.noContribution(out, nothingPriced)
	}
	linking := performance.Carino
	whole, err := performance.NewContributions(shared.view, r.Node, r.timeline, s, linking)
	if errors.Is(err, performance.ErrLost) {
		linking = performance.Frongello
		out.Linking, out.LinkNote = string(linking), err.Error()
		whole, err = performance.NewContributions(shared.view, r.Node, r.timeline, s, linking)
	}
	if err == nil {
		var parts *performance.CurrencyContributions
		if parts, err = performance.NewCurrencyContributions(shared.view, r.Node, r.timeline, s, linking); err == nil {
			r.contributions(out, whole, parts, s)
			return out
		}
	}
	return r.noContribution(out, contributionReason(err))
}

// noContribution says why there is nothing to split.
func (r *runner) noContribution(out *Contribution, why string) *Contribution {
	out.Linking, out.LinkNote, out.Reason = "", "", why
	part := func(method string) Figure { return Unknown(Fraction, r.Period.End, method, why) }
	out.Rest = ContributionRow{Key: restKey, Contribution: part("contribution"), Weight: part("contribution_weight"), Return: part("contribution_return"),
		Local: part("contribution_local"), FX: part("contribution_fx"), Cross: part("contribution_cross"), Gain: Unknown(r.unit(), r.Period.End, "contribution_gain", why)}
	out.Effects = out.Rest
	out.Effects.Key = ""
	out.Unlinked = Unknown(r.unit(), r.Period.End, "contribution_unlinked", why)
	return out
}

func contributionReason(err error) string {
	if errors.Is(err, performance.ErrNoCapital) {
		return "nothing was invested in the period"
	}
	return err.Error()
}

// contributions makes figures of what was split.
func (r *runner) contributions(out *Contribution, whole *performance.Contributions, parts *performance.CurrencyContributions, s performance.Span) {
	lines := make([]split, len(whole.Holdings))
	instruments := make([]instrument.Instrument, len(lines))
	for i := range whole.Holdings {
		h, c := &whole.Holdings[i], &parts.Holdings[i] // both in order of first appearance
		instruments[i] = r.Book.Instrument(h.Symbol)
		lines[i] = split{key: h.Symbol, name: instruments[i].Name, currency: instruments[i].Currency, count: 1, contribution: h.Contribution, weight: h.Weight,
			own: h.Return, gain: h.Gain, local: c.Local, fx: c.FX, cross: c.Cross}
	}
	rest := split{key: restKey, own: math.NaN(), contribution: whole.Rest.Contribution, weight: whole.Rest.Weight, gain: whole.Rest.Gain, local: parts.Rest}
	for _, c := range parts.Cash {
		rest.fx += c.FX
	}
	by := func(key func(*instrument.Instrument) string) *splits {
		g := newSplits()
		for i := range lines {
			g.add(key(&instruments[i]), &lines[i])
		}
		return g
	}
	sector, class := by(sectorOf), by(classOf)
	sector.add(restKey, &rest)
	class.add(restKey, &rest)
	out.Sector, out.Class = r.contributionRows(sector.list, s), r.contributionRows(class.list, s)
	out.Currency = r.contributionRows(byCurrency(lines, instruments, rest, parts.Cash), s)
	all := split{own: math.NaN()}
	for i := range lines {
		all.add(&lines[i])
	}
	all.add(&rest)
	out.Days = whole.Days
	out.Effects, out.Rest = r.contributionRow(&all, s), r.contributionRow(&rest, s)
	out.Holdings = r.contributionRows(lines, s)
	r.doubtContributions(out, s)
	if out.Unlinked = r.onPeriodEnd(whole.Unlinked, "contribution_unlinked").From("Days", itoa(whole.UnlinkedDays)); whole.UnlinkedDays > 0 {
		out.Unlinked = r.over(out.Unlinked, s)
	}
}

// sectorOf is the sector under which the allocation counts an instrument.
func sectorOf(i *instrument.Instrument) string {
	return cmp.Or(i.Sector, sectorless(&Holding{Instrument: *i}))
}

// classOf is the class under which the contributions count an instrument.
func classOf(i *instrument.Instrument) string { return cmp.Or(string(i.Class), unclassified) }

// byCurrency groups holdings by the currency they are quoted in; what a currency did to
// cash stands in its line.
func byCurrency(lines []split, instruments []instrument.Instrument, rest split, cash []performance.CurrencyContribution) []split {
	g := newSplits()
	for i := range lines {
		major, _ := instruments[i].Currency.Major()
		g.add(string(major), &lines[i])
	}
	for _, c := range cash {
		major, _ := c.Currency.Major()
		g.add(string(major), &split{contribution: c.FX, fx: c.FX})
		rest.fx -= c.FX
		rest.contribution -= c.FX
	}
	rest.fx = 0
	g.add(restKey, &rest)
	return g.list
}

// splits sums lines under their keys, in order of first appearance.
type splits struct {
	at   map[string]int
	list []split
}

func newSplits() *splits { return &splits{at: map[string]int{}} }

func (g *splits) add(key string, line *split) {
	i, ok := g.at[key]
	if !ok {
		i = len(g.list)
		g.at[key] = i
		g.list = append(g.list, split{key: key, own: math.NaN()})
	}
	g.list[i].add(line)
}

// contributionRows makes figures of lines, the largest contribution first.
func (r *runner) contributionRows(lines []split, s performance.Span) []ContributionRow {
	slices.SortStableFunc(lines, func(a, b split) int { return cmp.Compare(b.contribution, a.contribution) })
	out := make([]ContributionRow, len(lines))
	for i := range lines {
		out[i] = r.contributionRow(&lines[i], s)
	}
	return out
}

func (r *runner) contributionRow(l *split, s performance.Span) ContributionRow {
	row := ContributionRow{Key: l.key, Name: l.name, Currency: l.currency, Count: l.count}
	for _, f := range []struct {
		into   *Figure
		x      float64
		method string
	}{{&row.Contribution, l.contribution, "contribution"}, {&row.Weight, l.weight, "contribution_weight"}, {&row.Return, l.own, "contribution_return"},
		{&row.Local, l.local, "contribution_local"}, {&row.FX, l.fx, "contribution_fx"}, {&row.Cross, l.cross, "contribution_cross"}} {
		if *f.into = Measure(f.x, Fraction, r.Period.End, f.method); math.IsNaN(f.x) {
			*f.into = Unknown(Fraction, r.Period.End, f.method, "there was no capital of its own on any day")
		}
	}
	row.Gain = r.onPeriodEnd(l.gain, "contribution_gain")
	for _, g := range r.timeline.Gaps {
		if g.Symbol == l.key && g.From <= s.End && g.To > s.Start {
			row.Contribution = row.Contribution.With(Partial, "not valued from "+g.From.String()+" to "+g.To.String()+": "+g.Reason)
		}
	}
	return row
}

// onPeriodEnd makes a daily float64 in the base currency a figure of the end of the period.
func (r *runner) onPeriodEnd(x float64, method string) Figure {
	d, err := money.FromFloat(x)
	if err != nil {
		return Unknown(r.unit(), r.Period.End, method, "it cannot be computed from these inputs")
	}
	return r.onEnd(d, method)
}
