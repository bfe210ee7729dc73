package service

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/optimize"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
	"github.com/foliosight/foliosight/internal/store"
)

// ReturnsBy is where expected returns come from.
type ReturnsBy string

// Equilibrium returns are what the model's betas to the benchmark are worth, moved by a
// person's views (Black and Litterman); past means are an estimate with a large error.
const (
	Equilibrium ReturnsBy = "equilibrium"
	PastMeans   ReturnsBy = "past"
)

// Sides are what may be held short.
type Sides string

// As held keeps longs long and shorts short; long only covers the shorts; long and short
// lets every name be either, within the limit on gross.
const (
	AsHeld    Sides = "as_held"
	LongOnly  Sides = "long_only"
	LongShort Sides = "long_short"
)

// LotsBy is who chooses the lots that are sold.
type LotsBy string

// The portfolio's own method, or the least tax.
const (
	ByMethod   LotsBy = "method"
	ByLeastTax LotsBy = "least_tax"
)

// AsIs leaves a number of a proposal as it is, or without a limit.
var AsIs = math.NaN()

// ProposalAsked is what trades are to be suggested for. Weights are parts of the whole
// value; NaN (AsIs) is no wish.
type ProposalAsked struct {
	Objective proposal.Objective
	Target    float64 // yearly return or volatility, of the objectives that have one
	Returns   ReturnsBy
	Market    float64 // expected return of the benchmark, a year; NaN: what an aversion of 2.5 to risk asks for it
	Views     []ReturnView
	Budgets   []NamedShare // shares of risk, in any scale; names left out count one each
	Targets   []NamedShare // weights wanted
	Highest   float64      // the most any one name may weigh, in size
	Bounds    []WeightBound
	Groups    []GroupBound
	Keep      []string // not traded
	Consider  []string // may be bought though nothing of it is held
	Sides     Sides
	Gross     float64
	Turnover  float64
	Cash      float64
	Fractions bool // fractions of a share are traded
	MinTrade  float64
	Fee       float64 // of a trade, in the base currency
	CostRate  float64 // the part of a trade's value that it costs besides
	Lots      LotsBy
	TaxShort  float64 // rates that realised gains are taxed at; NaN: not known
	TaxLong   float64
}

// ReturnView is a person's opinion: Symbol will return Return a year, or so much more than
// Over. Confidence from 0 to 1; NaN: as much as the equilibrium.
type ReturnView struct {
	Symbol, Over       string
	Return, Confidence float64
}

// NamedShare is a number of a symbol.
type NamedShare struct {
	Symbol string
	Share  float64
}

// WeightBound bounds one name; NaN is no bound of its own.
type WeightBound struct {
	Symbol    string
	Low, High float64
}

// GroupBound bounds the names of one sector, class, country or currency together.
type GroupBound struct {
	By        string // sector, class, country, currency
	Name      string
	Low, High float64
}

// Proposal is trades that are suggested, and why.
type Proposal struct {
	Before    *analysis.Analysis
	Asked     ProposalAsked
	Trades    []Trade // to be tried, or changed first
	Names     []ProposedName
	Lots      []ProposedLot
	Realised  struct{ Method, LeastTax RealisedGain } // what the same trades realise by either choice of lots
	Tax       struct{ Method, LeastTax analysis.Figure }
	Method    ledger.Method
	Costs     analysis.Figure
	Turnover  analysis.Figure
	Points    struct{ Now, Wished, After, MinVolatility, MaxSharpe ProposedPoint }
	Frontier  []ProposedPoint
	Unmarked  string // why there is no frontier
	Limits    []LimitCheck
	Notes     []string
	From, To  date.Date // the window of the model
	Benchmark string
	MarketAt  float64 // expected return of the benchmark, a year; NaN where none is used
	RiskFree  float64
}

// ProposedName is one name before and after.
type ProposedName struct {
	Symbol, Name      string
	Now, Wished       analysis.Figure
	After             analysis.Figure
	Expected          analysis.Figure
	Risk, RiskAfter   analysis.Figure // share of the variance
	Traded, Candidate bool
	Why               string // it is not traded
}

// ProposedLot is a part of a lot that is closed.
type ProposedLot struct {
	Symbol, Account string
	Opened          date.Date
	Quantity        money.Decimal
	Gain, Tax       analysis.Figure
	LongTerm        bool
}

// ProposedPoint is a portfolio in the plane of risk and return, both a year.
type ProposedPoint struct{ Volatility, Return, Sharpe, Gross, Cash analysis.Figure }

// Infeasible is the error of constraints that contradict each other.
type Infeasible struct {
	Constraints []string // in words
	Short       float64  // by how much of the value at least; 0 where it is not known
}

func (e *Infeasible) Error() string {
	text := "these constraints cannot all hold: " + strings.Join(e.Constraints, "; ")
	if e.Short > 0 {
		text += fmt.Sprintf(" (they are apart by %.1f%% of the value at least)", 100*e.Short)
	}
	return text
}

// Unwrap makes it what the optimiser calls it.
func (e *Infeasible) Unwrap() error { return optimize.ErrInfeasible }

// Propose suggests trades for one portfolio. Nothing is booked. What cannot be is a fault
// of the field that is in the way; constraints that contradict each other are named.
func (s *Service) Propose(ctx context.Context, c Caller, q Question, asked ProposalAsked) (*Proposal, error) {
	if len(q.Portfolios) != 1 {
		return nil, &ledger.Fault{Field: "portfolio", Problem: "trades are suggested for one portfolio", Cure: "name one"}
	}
	if err := asked.check(); err != nil {
		return nil, err
	}
	if err := s.Featured(ctx, c, FeatureAdvanced); err != nil {
		return nil, err
	}
	var out *Proposal
	err := s.asked(ctx, c, q, func(ctx context.Context, v store.View) (err error) {
		out, err = s.analyses.propose(ctx, v, q, asked, date.FromTime(s.now().UTC()))
		s.analyses.count("proposal", err)
		return err
	})
	return out, err
}

// check refuses what cannot be meant.
func (a *ProposalAsked) check() error {
	wrong := func(field, value, problem, cure string) error {
		return &ledger.Fault{Field: field, Value: value, Problem: problem, Cure: cure}
	}
	if !slices.Contains(proposal.Objectives, a.Objective) {
		return wrong("objective", string(a.Objective), "there is no such objective", "use "+objectiveNames())
	}
	if (a.Objective == proposal.EfficientReturn || a.Objective == proposal.EfficientRisk) && a.Target != a.Target {
		return wrong("target", "", "the objective needs a target", "give the return, or the volatility, a year")
	}
	if a.Objective == proposal.EfficientRisk && !(a.Target > 0) {
		return wrong("target", fmt.Sprint(a.Target), "a volatility is positive", "give more than 0")
	}
	if a.Objective == proposal.Targets && len(a.Targets) == 0 {
		return wrong("targets", "", "no target weight is given", "name a symbol and its weight")
	}
	for _, f := range []struct {
		name string
		x    float64
		most float64
	}{{"highest", a.Highest, 10}, {"gross", a.Gross, 10}, {"turnover", a.Turnover, 10}, {"min_trade", a.MinTrade, 1e15}, {"fee", a.Fee, 1e9}, {"cost_rate", a.CostRate, 0.5}, {"tax_short", a.TaxShort, 1}, {"tax_long", a.TaxLong, 1}} {
		if f.x < 0 || f.x > f.most {
			return wrong(f.name, fmt.Sprint(f.x), "it lies outside 0 to "+fmt.Sprint(f.most), "change it or leave it out")
		}
	}
	if a.Cash < -10 || a.Cash > 1 {
		return wrong("cash", fmt.Sprint(a.Cash), "it is not a part of the value", "give a fraction up to 1")
	}
	for _, g := range a.Groups {
		if !slices.Contains([]string{"sector", "class", "country", "currency"}, g.By) {
			return wrong("groups", g.By, "there is no such group", "use sector, class, country or currency")
		}
		if g.Low > g.High {
			return wrong("groups", g.Name, "its low lies above its high", "swap them")
		}
	}
	for _, b := range a.Bounds {
		if b.Low > b.High {
			return wrong("bounds", b.Symbol, "its low lies above its high", "swap them")
		}
	}
	for _, b := range a.Budgets {
		if !(b.Share > 0) {
			return wrong("budgets", b.Symbol, "a share of risk is positive", "give more than 0, or keep the name as it is")
		}
	}
	if len(a.Consider) > 50 {
		return wrong("consider", fmt.Sprint(len(a.Consider)), "there are too many", "name at most 50")
	}
	return nil
}

func objectiveNames() string {
	var names []string
	for _, o := range proposal.Objectives {
		names = append(names, string(o))
	}
	return strings.Join(names, ", ")
}

// propose finds weights, turns them into trades, and chooses their lots.
func (a *analyses) propose(ctx context.Context, v store.View, q Question, asked ProposalAsked, today date.Date) (*Proposal, error) {
	before, err := a.answer(ctx, v, q, today)
	if err != nil {
		return nil, err
	}
	set, err := gather(ctx, v, q)
	if err != nil {
		return nil, err
	}
	asOf := q.AsOf
	if unset(asOf) {
		asOf = date.None
	}
	now, err := a.fold(ctx, v, set, asOf, today)
	if err != nil {
		return nil, err
	}
	folded := now
	if len(asked.Consider) > 0 {
		parts, err := a.ledgersOf(ctx, v, set)
		if err != nil {
			return nil, err
		}
		var wanted []Trade
		for _, symbol := range asked.Consider {
			wanted = append(wanted, Trade{Symbol: symbol})
		}
		panel, err := a.panelWith(ctx, v, set, parts[0], wanted, today)
		if err != nil {
			return nil, err
		}
		folded = &foldedBook{book: now.book, panel: panel, asOf: now.asOf, doubts: now.doubts}
	}
	in, err := folded.input(set, q)
	if err != nil {
		return nil, err
	}
	p := &proposer{analyses: a, asked: asked, before: before, folded: folded, limits: ReadLimits(set.portfolios[0].Settings),
		out: &Proposal{Before: before, Asked: asked, Method: set.portfolios[0].Policy.MethodOf(""), Benchmark: set.benchmark, MarketAt: math.NaN()}}
	try := func(trades []Trade) (*trial, error) { return a.try(ctx, v, set, now, trades, today) }
	whole := func(trades []Trade) (*WhatIf, error) { return a.whatIf(ctx, v, q, trades, today) }
	return p.run(ctx, in, try, whole)
}

// run finds the proposal. try realises trades, whole is the analysis after them.
func (p *proposer) run(ctx context.Context, in analysis.Input, try func([]Trade) (*trial, error), whole func([]Trade) (*WhatIf, error)) (out *Proposal, err error) {
	if p.model, err = waitFor(ctx, func() (*analysis.WeightModel, error) { return p.folded.prepared(in).WeightModel(p.asked.Consider) }); err != nil {
		return nil, refusedModel(err)
	}
	if err := p.build(); err != nil {
		return nil, err
	}
	if err := p.settle(ctx, whole); err != nil {
		return nil, err
	}
	if err := p.realise(try); err != nil {
		return nil, err
	}
	_, err = waitFor(ctx, func() (struct{}, error) { p.frontier(); return struct{}{}, nil })
	return p.out, err
}

// refusedModel says why weights cannot be chosen at all.
func refusedModel(err error) error {
	if errors.Is(err, analysis.ErrNoModel) || errors.Is(err, analysis.ErrNothingToWeigh) {
		return &ledger.Fault{Field: "objective", Problem: err.Error(), Cure: "weights need some months of prices of the holdings and of a market index, and a positive value", Err: err}
	}
	return err
}
