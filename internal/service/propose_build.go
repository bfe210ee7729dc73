package service

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
)

// proposer is a proposal on its way.
type proposer struct {
	analyses *analyses
	asked    ProposalAsked
	before   *analysis.Analysis
	folded   *foldedBook
	model    *analysis.WeightModel
	limits   Limits
	request  proposal.Request
	why      []string // each asset is not traded
	unmarked string
	wished   *proposal.Proposal
	orders   *proposal.Orders
	after    proposal.Figures
	out      *Proposal
}

func (p *proposer) note(text string) { p.out.Notes = append(p.out.Notes, text) }

// keep leaves an asset as it is.
func (p *proposer) keep(i int, why string) {
	p.request.Assets[i].Fixed, p.why[i] = true, why
}

// build writes what is asked for as a request to the optimiser.
func (p *proposer) build() error {
	m, asked := p.model, &p.asked
	p.out.From, p.out.To = m.From, m.To
	n := len(m.Assets)
	p.why = make([]string, n)
	p.request = proposal.Request{Assets: make([]proposal.Asset, n), Covariance: m.Covariance, RiskFree: m.RiskFree, Total: m.Total, Objective: asked.Objective, Target: asked.Target, Cash: asked.Cash}
	if asked.Turnover > 0 {
		p.request.Turnover = asked.Turnover
	}
	for _, text := range m.Reasons {
		p.note(sentenceOf(text))
	}
	gross := 0.0
	for i := range m.Assets {
		a := &m.Assets[i]
		p.request.Assets[i] = proposal.Asset{ID: a.Symbol, Value: a.Value, Cash: a.Cash}
		if !a.Cash {
			gross += math.Abs(a.Value) / m.Total
		}
		if why := p.untraded(a); why != "" {
			p.keep(i, why)
		}
	}
	for _, symbols := range [][]string{asked.Keep, namesOf(asked.Budgets), namesOf(asked.Targets), asked.Consider} {
		for _, s := range symbols {
			if p.find(s) < 0 {
				return &ledger.Fault{Field: "symbol", Value: s, Problem: "nothing of it is held or considered", Cure: "add it to what may be bought"}
			}
		}
	}
	for _, s := range asked.Keep {
		p.keep(p.find(s), "you keep it as it is")
	}
	for _, s := range asked.Consider {
		if i := p.find(s); p.request.Assets[i].Fixed {
			return &ledger.Fault{Field: "consider", Value: s, Problem: p.why[i], Cure: "leave it out"}
		}
	}
	p.sides(gross)
	if err := p.bounds(); err != nil {
		return err
	}
	if err := p.groups(); err != nil {
		return err
	}
	p.shares()
	why, err := p.expect()
	if err != nil {
		return err
	}
	if p.unmarked = why; why != "" && asked.Objective.NeedsReturns() {
		return &ledger.Fault{Field: "returns", Problem: why, Cure: "set a benchmark, choose means of the past, or another objective"}
	}
	if asked.Objective == proposal.Limits {
		return p.inside()
	}
	return nil
}

// sentenceOf begins with a capital and ends with a stop.
func sentenceOf(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }

func namesOf(list []NamedShare) (out []string) {
	for _, x := range list {
		out = append(out, x.Symbol)
	}
	return out
}

// find is the place of a symbol, −1 where there is none.
func (p *proposer) find(symbol string) int {
	return slices.IndexFunc(p.model.Assets, func(a analysis.Weighable) bool { return !a.Cash && strings.EqualFold(a.Symbol, symbol) })
}

// untraded says why something is not traded.
func (p *proposer) untraded(a *analysis.Weighable) string {
	switch {
	case a.Cash:
		return "cash of another currency stays"
	case a.Instrument.IsOption():
		return "options stay as they are"
	case a.Instrument.Class == instrument.Private:
		return "a private asset cannot be traded"
	case a.Instrument.Class == instrument.Index || a.Instrument.Class == instrument.Currency:
		return "it cannot be traded as such"
	case a.Reason != "":
		return "it is outside the model: " + a.Reason
	case !(a.Price > 0):
		return "no price of it is stored"
	case a.Holding == nil && !a.Candidate:
		return "it is the benchmark, not held"
	}
	return ""
}

// sides sets the widest bounds that the choice of sides leaves.
func (p *proposer) sides(gross float64) {
	shorts := false
	for i := range p.request.Assets {
		a := &p.request.Assets[i]
		shorts = shorts || a.Value < 0 && !a.Cash
		wide := math.Max(1, gross)
		switch {
		case p.asked.Sides == LongShort:
			a.Low, a.High = -wide, wide
		case p.asked.Sides == LongOnly || a.Value >= 0:
			a.Low, a.High = 0, wide
		default:
			a.Low, a.High = -wide, 0
		}
	}
	switch {
	case p.asked.Gross > 0:
		p.request.Gross = p.asked.Gross
	case shorts && p.asked.Sides != LongOnly || p.asked.Sides == LongShort:
		p.request.Gross = math.Max(gross, 1)
		if p.asked.Objective == proposal.Limits || p.asked.Objective == proposal.Targets {
			break
		}
		p.note("Gross exposure may be " + percentWords(p.request.Gross) + " at most, as it is unless you say otherwise.")
	}
}

// bounds narrows them to what is asked for.
func (p *proposer) bounds() error {
	if h := p.asked.Highest; h == h {
		for i := range p.request.Assets {
			a := &p.request.Assets[i]
			a.Low, a.High = math.Max(a.Low, -h), math.Min(a.High, h)
		}
	}
	for _, b := range p.asked.Bounds {
		i := p.find(b.Symbol)
		if i < 0 {
			return &ledger.Fault{Field: "bounds", Value: b.Symbol, Problem: "nothing of it is held or considered", Cure: "add it to what may be bought"}
		}
		a := &p.request.Assets[i]
		if a.Fixed {
			return &ledger.Fault{Field: "bounds", Value: b.Symbol, Problem: "it is not traded: " + p.why[i], Cure: "leave its bounds out"}
		}
		if b.Low == b.Low {
			a.Low = b.Low
		}
		if b.High == b.High {
			a.High = b.High
		}
		if a.Low > a.High {
			return &ledger.Fault{Field: "bounds", Value: b.Symbol, Problem: fmt.Sprintf("it must be at least %s and at most %s", percentWords(a.Low), percentWords(a.High)), Cure: "change one of them, or the sides"}
		}
	}
	return nil
}

// groups adds a row for each.
func (p *proposer) groups() error {
	for k, g := range p.asked.Groups {
		row := optimize.Row{Name: g.By + " " + g.Name, Weights: make([]float64, len(p.model.Assets)), Low: math.Inf(-1), High: math.Inf(1)}
		any := false
		var known []string
		for i := range p.model.Assets {
			name := groupName(&p.model.Assets[i], g.By)
			if name != "" && !slices.Contains(known, name) {
				known = append(known, name)
			}
			if name != "" && strings.EqualFold(name, g.Name) && !p.model.Assets[i].Cash {
				row.Weights[i], any = 1, true
			}
		}
		if !any {
			slices.Sort(known)
			return &ledger.Fault{Row: k + 1, Field: "groups", Value: g.Name, Problem: "nothing held or considered is of this " + g.By, Cure: "use one of " + strings.Join(known, ", ")}
		}
		if g.Low == g.Low {
			row.Low = g.Low
		}
		if g.High == g.High {
			row.High = g.High
		}
		if math.IsInf(row.Low, 0) && math.IsInf(row.High, 0) {
			return &ledger.Fault{Row: k + 1, Field: "groups", Value: g.Name, Problem: "it says no bound", Cure: "give a low or a high"}
		}
		p.request.Rows = append(p.request.Rows, row)
	}
	return nil
}

// groupName is what an asset belongs to: an option to what its underlying does.
func groupName(a *analysis.Weighable, by string) string {
	switch by {
	case "sector":
		return a.Instrument.Sector
	case "class":
		return string(a.Instrument.Class)
	case "country":
		return a.Instrument.Country
	}
	c, _ := a.Instrument.Currency.Major()
	return string(c)
}

// shares fills budgets and targets.
func (p *proposer) shares() {
	n := len(p.model.Assets)
	if len(p.asked.Budgets) > 0 {
		p.request.Budget = make([]float64, n)
		for i := range p.request.Budget {
			p.request.Budget[i] = 1
		}
		for _, b := range p.asked.Budgets {
			p.request.Budget[p.find(b.Symbol)] = b.Share
		}
	}
	if p.asked.Objective == proposal.Targets {
		p.request.Weights = make([]float64, n)
		for i := range p.request.Weights {
			p.request.Weights[i] = math.NaN()
		}
		for _, t := range p.asked.Targets {
			p.request.Weights[p.find(t.Symbol)] = t.Share
		}
	}
}

// margin is how far inside its limits a proposal aims, as a part of each: whole shares
// then still fit.
const margin = 0.995

// inside writes the limits that are set for the portfolio as constraints.
func (p *proposer) inside() error {
	if len(p.limits.Check(p.before)) == 0 {
		return &ledger.Fault{Field: "objective", Value: string(proposal.Limits), Problem: "no limits are set for the portfolio", Cure: "set them in its settings"}
	}
	n := len(p.model.Assets)
	within := func(name string, limit money.Decimal, of func(a *analysis.Weighable) float64) {
		if limit.Sign() <= 0 {
			return
		}
		row := optimize.Row{Name: name, Weights: make([]float64, n), Low: -limit.Float64() * margin, High: limit.Float64() * margin}
		for i := range p.model.Assets {
			if x := of(&p.model.Assets[i]); x == x {
				row.Weights[i] = x
			}
		}
		p.request.Rows = append(p.request.Rows, row)
	}
	within("the limit of net exposure", p.limits.Net, func(a *analysis.Weighable) float64 {
		if a.Cash {
			return 0
		}
		return 1
	})
	within("the limit of beta", p.limits.Beta, func(a *analysis.Weighable) float64 { return a.Beta })
	if p.limits.Beta.Sign() > 0 && p.model.Benchmark < 0 {
		p.note("The limit of beta is not looked at: no benchmark is set.")
	}
	if g := p.limits.Gross; g.Sign() > 0 {
		p.request.Gross = g.Float64() * margin
	} else if p.asked.Gross != p.asked.Gross {
		p.request.Gross = 0
	}
	if l := p.limits.Largest; l.Sign() > 0 {
		most := l.Float64() * margin
		for i := range p.request.Assets {
			a := &p.request.Assets[i]
			if w := a.Value / p.model.Total; a.Fixed && !a.Cash && math.Abs(w) > l.Float64() {
				p.note(a.ID + " is " + percentWords(w) + " and over the limit of the largest position, and cannot be traded: " + p.why[i] + ".")
			}
			a.Low, a.High = math.Max(a.Low, -most), math.Min(a.High, most)
		}
	}
	if l := p.limits.Volatility; l.Sign() > 0 {
		p.request.Volatility = l.Float64() * margin
	}
	return nil
}

// refused turns the optimiser's refusals into what a person can change.
func (p *proposer) refused(err error) error {
	var conflict *proposal.Conflict
	switch {
	case errors.As(err, &conflict):
		out := &Infeasible{Short: conflict.Short}
		for _, name := range conflict.Constraints {
			out.Constraints = append(out.Constraints, p.constraintWords(name, conflict.Assets))
		}
		return out
	case errors.Is(err, proposal.ErrNothing):
		return &ledger.Fault{Field: "objective", Problem: "nothing can be traded: " + err.Error(), Cure: "hold or consider shares or funds with prices", Err: err}
	case errors.Is(err, proposal.ErrUnsupported):
		return &ledger.Fault{Field: "objective", Value: string(p.asked.Objective), Problem: strings.TrimSuffix(err.Error(), ": "+proposal.ErrUnsupported.Error()), Cure: "this objective knows no such constraint: leave it out, or choose the least volatility", Err: err}
	case errors.Is(err, proposal.ErrCash):
		return &ledger.Fault{Field: "targets", Problem: strings.TrimSuffix(err.Error(), ": "+proposal.ErrCash.Error()) + ": there is too little cash", Cure: "lower a target, or give one to a name that is to be sold", Err: err}
	case errors.Is(err, proposal.ErrVolatility):
		return &Infeasible{Constraints: []string{"the limit of volatility, or of VaR: " + strings.TrimSuffix(err.Error(), ": "+proposal.ErrVolatility.Error()), "all other constraints"}}
	case errors.Is(err, optimize.ErrNoExcess):
		return &ledger.Fault{Field: "returns", Problem: "no weights are expected to return more than cash, " + percentWords(p.model.RiskFree), Cure: "expect more of something, or choose the least volatility", Err: err}
	case errors.Is(err, optimize.ErrTarget):
		return &ledger.Fault{Field: "target", Value: percentWords(p.asked.Target), Problem: err.Error(), Cure: "ask for one that lies on the frontier", Err: err}
	case errors.Is(err, optimize.ErrNotSolved), errors.Is(err, optimize.ErrSingular), errors.Is(err, optimize.ErrScale), errors.Is(err, optimize.ErrIndefinite):
		return &ledger.Fault{Field: "objective", Problem: err.Error(), Cure: "change a constraint a little, or keep what has almost no value", Err: err}
	}
	return err
}

// constraintWords names a constraint for a person.
func (p *proposer) constraintWords(name string, assets []string) string {
	switch name {
	case optimize.SumRow:
		cash := "as it is"
		if p.asked.Cash == p.asked.Cash {
			cash = "at " + percentWords(p.asked.Cash)
		}
		return "all else is invested, with cash " + cash
	case optimize.BoundsName:
		text := "bounds of single names"
		if h := p.asked.Highest; h == h {
			text += ", at most " + percentWords(h) + " each"
		}
		if len(assets) > 0 {
			more := ""
			if len(assets) > 6 {
				assets, more = assets[:6], fmt.Sprintf(" and %d more", len(assets)-6)
			}
			text += " (" + strings.Join(assets, ", ") + more + ")"
		}
		return text
	case optimize.TurnoverRow:
		return "turnover of at most " + percentWords(p.asked.Turnover)
	case optimize.GrossRow:
		return "gross exposure of at most " + percentWords(p.request.Gross)
	}
	for _, row := range p.request.Rows {
		if row.Name != name {
			continue
		}
		switch {
		case math.IsInf(row.Low, -1):
			return name + " at most " + percentWords(row.High)
		case math.IsInf(row.High, 1):
			return name + " at least " + percentWords(row.Low)
		}
		return name + " between " + percentWords(row.Low) + " and " + percentWords(row.High)
	}
	return name
}
