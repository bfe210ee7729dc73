package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/store"
)

// analyses answers questions about portfolios. What it keeps in memory is keyed by
// ledger and market versions read in the caller's own snapshot, so that a change made
// anywhere is seen by the next question.
type analyses struct {
	answers *otter.Cache[string, *analysis.Analysis]
	splits  *otter.Cache[string, *analysis.Contribution]
	active  *otter.Cache[string, *analysis.Attribution]
	folded  *otter.Cache[string, *foldedBook]
	panels  *otter.Cache[string, keptPanel]
	market  *marketMemory // what panels are made of
	ledgers *otter.Cache[string, *ledgerState]
	latest  *otter.Cache[string, latestBook] // the newest fold of a portfolio, by id and base currency
	// knowledge is what is known of instruments, for trying bookings.
	knowledge *otter.Cache[marketKey, *knowledge]
	indexes   *otter.Cache[marketKey, *searched] // instruments ready to be searched
	named     namedIndex                         // what sources named, which is nobody's
	flights   singleflight.Group
	looks     *looks
	// calculated is told of each calculation that was made; nil: nobody is.
	calculated func(kind string, err error, refused bool)
	// shelves are what nightly analyses share.
	shelves shelves
}

// once computes what several ask for at the same time one time only. Who computes it
// may go away; then the others do it themselves.
func once[T any](ctx context.Context, g *singleflight.Group, key string, compute func() (T, error)) (T, error) {
	if writing(ctx) { // sees what others do not
		return compute()
	}
	got, err, shared := g.Do(key, func() (any, error) { return compute() })
	if shared && err != nil && ctx.Err() == nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return compute()
	}
	value, _ := got.(T)
	return value, err
}

// How many of each are kept.
const (
	keptSplits  = 128
	keptBooks   = 128
	keptMarkets = 16
)

// How many bytes of each are kept, as estimated below: by size, so that many people with
// thirty holdings each fit in as well as a few with large books. What was answered is
// kept where it is sent from, as bytes; analyses are only kept for those who look around
// now, as they are many small things that the collector of garbage goes through.
const (
	answersAtMost = 64 << 20
	panelsAtMost  = 128 << 20
	ledgersAtMost = 64 << 20
)

// weightOfAnswer estimates the memory of an analysis: its daily series, and what is said
// of each holding. One of thirty holdings over three years was measured at 470 KB.
func weightOfAnswer(_ string, a *analysis.Analysis) uint32 {
	return uint32(min(40<<10+160*len(a.Series.Days)+10<<10*len(a.Holdings)+len(a.Closed)<<9, answersAtMost))
}

// keptPanel is a panel with an estimate of the memory that is its alone.
type keptPanel struct {
	*market.Panel
	weight uint32
}

// weightOfPanel estimates the memory that is a panel's alone: what it says of each symbol;
// 12 bytes for each day that a series has room for, where it made that series itself or
// shares none with others; and 8 for each day of a total return, which is made when it is
// first asked for, of what was split or paid dividends.
func weightOfPanel(p *market.Panel, shared bool, made map[*market.Series]bool) uint32 {
	n := 4<<10 + 512*p.Known()
	add := func(s *market.Series) {
		if n += 160; !shared || made[s] {
			n += 4*cap(s.Dates) + 8*cap(s.Values)
		}
	}
	for _, symbol := range p.Symbols() {
		s := p.Prices(symbol)
		if s == nil {
			continue
		}
		if add(s); p.Volume(symbol) != nil {
			add(p.Volume(symbol))
		}
		if a := p.Actions(symbol); a != nil {
			n += 256 + 96*(len(a.Splits)+len(a.Dividends)) + 8*len(s.Dates)
		}
	}
	for _, pair := range p.Pairs() {
		add(p.FX(pair))
	}
	for _, name := range p.RateNames() {
		add(p.Rate(name))
	}
	return uint32(min(n, panelsAtMost))
}

// weightOfLedger estimates the memory of a ledger.
func weightOfLedger(_ string, l *ledgerState) uint32 {
	return uint32(min(1<<10+600*len(l.bookings), ledgersAtMost))
}

func newAnalyses() *analyses {
	return &analyses{
		looks:   newLooks(),
		answers: otter.Must(&otter.Options[string, *analysis.Analysis]{StatsRecorder: counting(), MaximumWeight: answersAtMost, Weigher: weightOfAnswer}),
		splits:  otter.Must(&otter.Options[string, *analysis.Contribution]{StatsRecorder: counting(), MaximumSize: keptSplits}),
		active:  otter.Must(&otter.Options[string, *analysis.Attribution]{StatsRecorder: counting(), MaximumSize: keptSplits}),
		folded:  otter.Must(&otter.Options[string, *foldedBook]{StatsRecorder: counting(), MaximumSize: keptBooks}),
		panels:  otter.Must(&otter.Options[string, keptPanel]{StatsRecorder: counting(), MaximumWeight: panelsAtMost, Weigher: func(_ string, p keptPanel) uint32 { return p.weight }}),
		market:  newMarketMemory(),
		ledgers: otter.Must(&otter.Options[string, *ledgerState]{StatsRecorder: counting(), MaximumWeight: ledgersAtMost, Weigher: weightOfLedger}),
		latest:  otter.Must(&otter.Options[string, latestBook]{MaximumSize: keptBooks}),

		knowledge: otter.Must(&otter.Options[marketKey, *knowledge]{MaximumSize: keptMarkets}),
		indexes:   otter.Must(&otter.Options[marketKey, *searched]{MaximumSize: keptIndexes}),
	}
}

// foldedBook is a ledger folded through a day, with the panel it is valued on.
type foldedBook struct {
	book  *portfolio.Book
	panel *market.Panel
	asOf  date.Date
	// doubts is what speaks against series of the panel.
	doubts analysis.Doubts

	preparing sync.Mutex
	whole     *analysis.Prepared            // nil until it is first asked for
	nodes     map[string]*analysis.Prepared // by account and symbol
}

// keptNodes is how many accounts and holdings of one portfolio stay prepared.
const keptNodes = 64

// prepared is what the analyses of a node share whatever their period, so that another
// period of the same portfolio costs little.
func (f *foldedBook) prepared(in analysis.Input) *analysis.Prepared {
	f.preparing.Lock()
	defer f.preparing.Unlock()
	if f.whole == nil {
		all := in
		all.Node = portfolio.Node{}
		f.whole = analysis.Prepare(all)
	}
	if len(in.Node.Accounts)+len(in.Node.Symbols) == 0 {
		return f.whole
	}
	key := fmt.Sprintf("%q %q", in.Node.Accounts, in.Node.Symbols)
	p, ok := f.nodes[key]
	if !ok {
		if f.nodes == nil || len(f.nodes) >= keptNodes {
			f.nodes = map[string]*analysis.Prepared{}
		}
		p = f.whole.Node(in.Node)
		f.nodes[key] = p
	}
	return p
}

// answer computes, or remembers, the analysis that q asks for. today is the clock's day.
func (a *analyses) answer(ctx context.Context, v store.View, q Question, today date.Date) (*analysis.Analysis, error) {
	set, err := gather(ctx, v, q)
	if err != nil {
		return nil, err
	}
	return a.answerTo(ctx, v, q, set, today)
}

// answerTo is answer of a question whose portfolios and versions were read already.
func (a *analyses) answerTo(ctx context.Context, v store.View, q Question, set *asked, today date.Date) (*analysis.Analysis, error) {
	return rememberedOf(ctx, a, v, q, set, today, "analysis", a.answers, (*analysis.Prepared).Run)
}

// remembered computes something of the portfolio and period that q asks for, or gives
// what was computed before; kind tells the things apart.
func remembered[T any](ctx context.Context, a *analyses, v store.View, q Question, today date.Date, kind string, cache *otter.Cache[string, T],
	compute func(*analysis.Prepared, analysis.Period) (T, error)) (nothing T, err error) {
	set, err := gather(ctx, v, q)
	if err != nil {
		return nothing, err
	}
	return rememberedOf(ctx, a, v, q, set, today, kind, cache, compute)
}

// rememberedOf is remembered for portfolios and versions that were read already.
func rememberedOf[T any](ctx context.Context, a *analyses, v store.View, q Question, set *asked, today date.Date, kind string, cache *otter.Cache[string, T],
	compute func(*analysis.Prepared, analysis.Period) (T, error)) (nothing T, err error) {
	asOf := q.AsOf
	if unset(asOf) {
		asOf = date.None
	}
	// A default as-of day depends on the clock's day as well as on the data.
	key := fmt.Sprintf("%s|%d|%d|%s|%s|%s|%s|%s|%s", set.key, asOf, today, q.Account, q.Symbol, q.Period, q.From, q.To, set.benchmark)
	if got, ok := cache.GetIfPresent(key); ok {
		return got, nil
	}
	return once(ctx, &a.flights, kind+"|"+key, func() (T, error) {
		f, err := a.fold(ctx, v, set, asOf, today)
		if err != nil {
			return nothing, err
		}
		in, err := f.input(set, q)
		if err != nil {
			return nothing, err
		}
		reach(ctx, StageFigures)
		got, err := compute(f.prepared(in), in.Period)
		a.count(kind, err)
		if err == nil && !writing(ctx) {
			cache.Set(key, got)
		}
		return got, err
	})
}

func unset(d date.Date) bool { return d == 0 || d.IsNone() }

// fold reads and folds the ledgers, or remembers them. With asOf None it settles the
// day: the last one with a price of something held, at most today.
func (a *analyses) fold(ctx context.Context, v store.View, set *asked, asOf, today date.Date) (*foldedBook, error) {
	key := fmt.Sprintf("%s|%d|%d|%s", set.key, asOf, today, set.benchmark)
	if got, ok := a.folded.GetIfPresent(key); ok {
		return got, nil
	}
	return once(ctx, &a.flights, "fold|"+key, func() (*foldedBook, error) {
		f, err := a.foldAnew(ctx, v, set, asOf, today)
		if err == nil && !writing(ctx) {
			a.folded.Set(key, f)
		}
		return f, err
	})
}

func (a *analyses) foldAnew(ctx context.Context, v store.View, set *asked, asOf, today date.Date) (*foldedBook, error) {
	reach(ctx, StageLedger)
	parts, err := a.ledgersOf(ctx, v, set)
	if err != nil {
		return nil, err
	}
	transactions := slices.Concat(parts...)
	reach(ctx, StagePrices)
	panel, err := a.panel(ctx, v, set, transactions, today)
	if err != nil {
		return nil, err
	}
	doubts, err := doubtsOf(ctx, v, panel, set)
	if err != nil {
		return nil, err
	}
	if asOf.IsNone() {
		asOf = lastValued(panel, &doubts, transactions, today)
	}
	in := portfolio.Input{Base: set.base, Transactions: transactions, Instrument: instruments(panel, transactions, set.base),
		Policy: set.portfolios[0].Policy, Actions: panel.Actions, Through: asOf, Given: true}
	if len(parts) > 1 {
		if in, err = set.join(in, parts); err != nil {
			return nil, err
		}
	}
	reach(ctx, StageFolding)
	book, err := a.foldFrom(ctx, v, set, in)
	if err != nil {
		return nil, err
	}
	return &foldedBook{book: book, panel: panel, asOf: asOf, doubts: doubts}, nil
}

// latestBook is the newest fold of a portfolio's ledger.
type latestBook struct {
	version int64
	book    *portfolio.Book
}

// foldFrom folds a ledger: where an earlier version of it is in memory, only from the
// first day that the versions since have changed.
func (a *analyses) foldFrom(ctx context.Context, v store.View, set *asked, in portfolio.Input) (*portfolio.Book, error) {
	if len(set.portfolios) != 1 || set.versions[0] != set.portfolios[0].Version || writing(ctx) {
		return portfolio.Fold(in)
	}
	id, version := set.portfolios[0].ID, set.versions[0]
	key := fmt.Sprintf("%s|%s|%v", id, set.base, set.simulated)
	book, err := func() (*portfolio.Book, error) {
		before, ok := a.latest.GetIfPresent(key)
		if !ok || before.version >= version || version-before.version > patchAtMost {
			return portfolio.Fold(in)
		}
		since, err := v.Versions(ctx, id, before.version)
		if err != nil {
			return nil, err
		}
		from := in.Through
		for _, change := range since {
			if change.Version <= version && !unset(change.FirstDate) {
				from = min(from, change.FirstDate)
			}
		}
		return portfolio.Refold(before.book, in, from)
	}()
	if err == nil {
		if before, ok := a.latest.GetIfPresent(key); !ok || before.version <= version {
			a.latest.Set(key, latestBook{version, book})
		}
	}
	return book, err
}

// ledger is that of one of the portfolios in the version asked for; it must not be
// changed.
func (a *analyses) ledger(ctx context.Context, v store.View, p *store.Portfolio, version int64) ([]ledger.Transaction, error) {
	if version != p.Version {
		return v.Transactions(ctx, p.ID, version)
	}
	state, err := a.ledgerOf(ctx, v, p.ID)
	if err != nil {
		return nil, err
	}
	return state.bookings, nil
}

// ledgersOf reads the ledgers of the portfolios asked for; they must not be changed.
func (a *analyses) ledgersOf(ctx context.Context, v store.View, set *asked) ([][]ledger.Transaction, error) {
	parts := make([][]ledger.Transaction, len(set.portfolios))
	for i := range set.portfolios {
		var err error
		if parts[i], err = a.ledger(ctx, v, &set.portfolios[i], set.versions[i]); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// panel reads the panel, or remembers it.
func (a *analyses) panel(ctx context.Context, v store.View, set *asked, transactions []ledger.Transaction, today date.Date) (*market.Panel, error) {
	w := wantsOf(transactions, set.base, set.benchmark)
	w.version, w.simulated, w.through = set.market, set.simulated, today
	w.rates = append([]string{set.riskFree}, exante.Yields()...)
	key := fmt.Sprintf("%s|%d.%d|%v|%d|%s|%s|%v", v.Identity().Tenant, w.version.Shared, w.version.Own, w.simulated, w.through, set.riskFree, strings.Join(w.symbols, ","), w.currencies)
	if got, ok := a.panels.GetIfPresent(key); ok {
		return got.Panel, nil
	}
	from, shared := a.market.view(ctx, v, w)
	w.made = map[*market.Series]bool{}
	p, err := loadPanel(ctx, from, w)
	if err != nil {
		return nil, err
	}
	if !writing(ctx) {
		a.panels.Set(key, keptPanel{p, weightOfPanel(p, shared, w.made)})
	}
	return p, nil
}

// lastValued is the last day, at most today, on which something booked has a price, or has
// one that is held back, for which an older one stands in; the last booking's where
// nothing has.
func lastValued(panel *market.Panel, doubts *analysis.Doubts, transactions []ledger.Transaction, today date.Date) date.Date {
	last, booked := date.None, date.None
	seen := map[string]bool{}
	for i := range transactions {
		t := &transactions[i]
		if t.Date <= today {
			booked = max(booked, t.Date)
		}
		if t.Symbol == "" || seen[t.Symbol] {
			continue
		}
		seen[t.Symbol] = true
		if inst, _ := panel.Instrument(t.Symbol); inst.Class == instrument.Private {
			continue
		}
		if s := panel.Prices(t.Symbol); s != nil {
			if i := s.Index(today); i >= 0 {
				last = max(last, s.Dates[i], lastHeld(doubts, t.Symbol, s.Dates[i], today))
			}
		}
	}
	switch {
	case last.IsNone() && booked.IsNone():
		return today
	case last < booked:
		return booked
	}
	return last
}

// instruments is what the market knows of a symbol, else what the bookings imply.
func instruments(panel *market.Panel, transactions []ledger.Transaction, base money.Currency) func(string) instrument.Instrument {
	implied := map[string]instrument.Instrument{}
	for i := range transactions {
		t := &transactions[i]
		if t.Symbol == "" {
			continue
		}
		if _, ok := implied[t.Symbol]; !ok {
			implied[t.Symbol] = instrument.Instrument{Symbol: t.Symbol, Currency: t.Currency}
		}
	}
	return func(symbol string) instrument.Instrument {
		if i, ok := panel.Instrument(symbol); ok {
			if i.Currency == "" {
				i.Currency = implied[symbol].Currency
			}
			return i
		}
		i, ok := implied[symbol]
		if !ok {
			i = instrument.Instrument{Symbol: symbol, Currency: base}
		}
		if o, err := instrument.ParseOCC(symbol); err == nil {
			o.Symbol, o.Currency = symbol, i.Currency
			return o
		}
		return i
	}
}

// input turns the question into what the analysis is run on.
func (f *foldedBook) input(set *asked, q Question) (analysis.Input, error) {
	in := analysis.Input{Name: set.name, Book: f.book, Panel: f.panel, AsOf: f.asOf, Benchmark: set.benchmark, RiskFree: set.riskFree, Sessions: f.sessions, Doubts: f.doubts}
	if len(set.versions) == 1 {
		in.LedgerVersion = set.versions[0]
	}
	if q.Account != "" {
		if !slices.Contains(f.book.Accounts, q.Account) {
			return in, fmt.Errorf("account %q: %w", q.Account, ErrNotFound)
		}
		in.Node.Accounts = []string{q.Account}
	}
	if q.Symbol != "" {
		if !slices.Contains(f.book.Symbols, q.Symbol) {
			return in, fmt.Errorf("holding %q: %w", q.Symbol, ErrNotFound)
		}
		in.Node.Symbols = []string{q.Symbol}
	}
	var err error
	if in.Period, err = analysis.NewPeriod(q.Period, f.asOf, f.book.First()); err != nil {
		return in, &ledger.Fault{Field: "period", Value: q.Period, Problem: "there is no such period", Cure: "use one of " + strings.Join(analysis.PeriodLabels(), ", "), Err: err}
	}
	if !unset(q.From) {
		in.Period.Label, in.Period.Start = "Custom", q.From
	}
	if !unset(q.To) {
		in.Period.Label, in.Period.End = "Custom", q.To
	}
	if in.Period.End < in.Period.Start {
		return in, &ledger.Fault{Field: "from", Value: in.Period.Start.String(), Problem: "lies after the end of the period, " + in.Period.End.String(), Cure: "give an earlier day"}
	}
	return in, nil
}

// sessions counts the trading days of a symbol's exchange in (from, to]; where the
// exchange is not known, weekdays count.
func (f *foldedBook) sessions(symbol string, from, to date.Date) int {
	inst, _ := f.panel.Instrument(symbol)
	if inst.Class == instrument.Crypto {
		return int(to - from)
	}
	c, ok := calendar.For(inst.Exchange)
	if !ok {
		c, _ = calendar.For("WEEKDAYS")
	}
	n := 0
	for d := from + 1; d <= to; d++ {
		if c.IsSession(d) {
			n++
		}
	}
	return n
}
