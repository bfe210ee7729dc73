package analysis

import (
	"errors"
	"fmt"
	"sync"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// ErrEmptyPeriod reports a period that ends before it begins.
var ErrEmptyPeriod = errors.New("the period ends before it begins")

// Run computes the analysis. The error is about the question (an impossible period),
// never about missing data.
func Run(in Input) (*Analysis, error) { return Prepare(in).Run(in.Period) }

// Prepared is what analyses of one node share whatever their period: its timeline, what
// is held and what that is worth. It is not changed and may be used by several
// goroutines.
type Prepared struct {
	runner
	shared *shared
}

// shared is what the nodes of one book have in common.
type shared struct {
	sync.Mutex // of the view, which keeps the prices it laid onto the axis
	view       *portfolio.View
	index      []float64 // benchmark, total return in the base currency, on the days; nil without
	benchmark  *Benchmark
	costs      []bookedCosts
	tally      func() *performance.Tally // made when the first period is asked for
	market     *exante.Market            // of the factor model
	marks      map[string]*optionMark    // of options without a price of their own
}

// Prepare computes everything that does not depend on the period; Input.Period is not
// looked at.
func Prepare(in Input) *Prepared {
	s := &shared{market: in.Market, marks: markOptions(&in)}
	from := in.AsOf - 1
	if first := in.Book.First(); !first.IsNone() {
		from = min(from, first-1)
	}
	s.view = portfolio.NewView(in.Book, in.Panel, in.Book.Axis(in.Panel, from, in.AsOf))
	s.tally = sync.OnceValue(func() *performance.Tally { return performance.NewTally(in.Book, in.Panel) })
	s.findBenchmark(&in)
	if s.market == nil {
		s.market = exante.NewMarket(in.Panel, in.AsOf, in.Book.Base, in.Benchmark)
	}
	return prepare(in, s)
}

// Node prepares another part of the same portfolio: prices, rates and the benchmark are
// shared.
func (p *Prepared) Node(node portfolio.Node) *Prepared {
	in := p.Input
	in.Node = node
	return prepare(in, p.shared)
}

func prepare(in Input, s *shared) *Prepared {
	p := &Prepared{shared: s}
	r := &p.runner
	r.Input, r.days, r.index, r.marks = in, s.view.Days, s.index, s.marks
	r.out = &Analysis{
		Name: in.Name, Base: in.Book.Base, AsOf: in.AsOf, First: in.Book.First(), Bookings: len(in.Book.Transactions) - in.Book.MarketSplits,
		LedgerVersion: in.LedgerVersion, MarketVersion: in.Panel.Version(), Engine: Engine, Benchmark: s.benchmark,
	}
	r.valuer, r.doubtsSaid = portfolio.NewValuer(in.Book, in.Panel), &remembered{of: map[[2]date.Date][]string{}}
	r.findConversions()
	r.findSessions()
	s.Lock()
	r.timeline = s.view.Timeline(in.Node)
	r.findDayChanges(s.view)
	s.Unlock()
	r.gatherCosts(s)
	r.holdings()
	r.cash()
	r.weigh()
	r.summary()
	r.periods()
	r.allocation()
	r.movers()
	r.priceOptions()
	r.tail()
	r.exposure()
	r.exAnte(s)
	r.dataStatus()
	return p
}

// Run computes the analysis of a period. Slices that do not depend on it are shared
// between the analyses and must not be changed.
func (p *Prepared) Run(period Period) (*Analysis, error) {
	period, err := p.settle(period)
	if err != nil {
		return nil, err
	}
	r, out := p.runner, *p.out
	r.Period, r.out = period, &out
	out.Period = period
	r.change(p.shared.tally())
	r.returns()
	r.series()
	r.months()
	r.drawdowns()
	r.realised()
	return &out, nil
}

// settle gives a period without an end the as-of day.
func (p *Prepared) settle(period Period) (Period, error) {
	if period.End == 0 || period.End.IsNone() {
		period.End = p.AsOf
	}
	if period.End < period.Start {
		return period, fmt.Errorf("%s to %s: %w", period.Start, period.End, ErrEmptyPeriod)
	}
	return period, nil
}

// runner holds what the parts of one analysis share.
type runner struct {
	Input
	out      *Analysis
	valuer   *portfolio.Valuer
	timeline *portfolio.Timeline // from before the first booking through AsOf
	days     []date.Date
	valued   int       // position of the last day with an observed price
	index    []float64 // benchmark on days; nil without
	session  []bool    // days on which a held price was observed, no weekends
	costs    map[string]*costs
	moved    map[string]dayChange // of the last day, by symbol
	options  map[string]*pricedOption
	marks    map[string]*optionMark
	// doubtsSaid are those of spans.
	doubtsSaid *remembered
	model      *exante.Model
	stress     *stress
	pnl        []float64   // of today's holdings on the last sessions
	pnlDays    []date.Date // to whose close each leads
}

// money makes an exact amount in the base currency a figure.
func (r *runner) money(amount money.Decimal, method string) Figure {
	return Money(amount, r.Book.Base, r.AsOf, method)
}

// unit is the base currency as a unit.
func (r *runner) unit() Unit { return Unit(r.Book.Base) }

// measured makes a daily float64 in the base currency a figure.
func (r *runner) measured(x float64, method string) Figure {
	d, err := money.FromFloat(x)
	if err != nil {
		return Unknown(r.unit(), r.AsOf, method, "it cannot be computed from these inputs")
	}
	return r.money(d, method)
}
