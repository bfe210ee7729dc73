package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// ErrNoSources reports an installation that asks nobody for market data.
var ErrNoSources = errors.New("market data are not asked for here")

// SyncOptions say what is asked for.
type SyncOptions struct {
	Symbols []string // only these, due or not; nil: all that is due
	// Full asks for whole histories again, also for days that are there.
	Full bool
	// DryRun asks nobody and changes nothing: it says what would be asked.
	DryRun bool
	// PricesOnly leaves out what is asked for beside prices: what instruments are, what funds
	// hold, reports and news.
	PricesOnly bool
	// Patience is how long is waited for a limit of a source to free, for one subject.
	Patience time.Duration
	// AtOnce is how many subjects are asked for at the same time; 4 unless given.
	AtOnce int
	// Progress is told of each subject when it is done; calls do not overlap.
	Progress func(SyncProgress)
}

// SyncProgress is how far it has come.
type SyncProgress struct {
	Done, Total int
	Last        SyncOutcome // that was done last
}

// SyncOutcome is what became of one subject.
type SyncOutcome struct {
	Kind     string    `json:"kind"`
	Symbol   string    `json:"symbol"`
	Provider string    `json:"provider,omitempty"` // that answered, or refused first
	From     date.Date `json:"from,omitzero"`      // days that were asked for
	To       date.Date `json:"to,omitzero"`
	Added    int       `json:"added"`    // days that were not there
	Replaced int       `json:"replaced"` // days with another value than before
	Held     int       `json:"held"`     // values put into quarantine
	Released int       `json:"released"` // values that came out of it by themselves
	Actions  int       `json:"actions"`  // splits and dividends added or changed
	// Documents is how many profiles, reports, lists of holdings and articles are new or changed.
	Documents int `json:"documents,omitempty"`
	// Reason is why nothing came; empty: it did, or nothing was asked.
	Reason string    `json:"reason,omitempty"`
	Said   string    `json:"said,omitempty"`  // in plain words
	Hosts  []string  `json:"hosts,omitempty"` // that were tried where none could be reached
	Due    time.Time `json:"due,omitzero"`    // when it is asked for next
	Asked  bool      `json:"asked"`           // a source was asked, or with DryRun would be
}

// SyncReport is what a sync did.
type SyncReport struct {
	Started  time.Time     `json:"started"`
	Ended    time.Time     `json:"ended"`
	Needed   int           `json:"needed"` // subjects that anybody needs
	Outcomes []SyncOutcome `json:"outcomes"`
	// Left is how many were due and not reached: it was interrupted.
	Left int `json:"left"`
	// Next is when the first of those that only a limit or the network held up can be asked
	// for; zero: none.
	Next time.Time `json:"next,omitzero"`
	// Unreached are the hosts that were tried where nobody could be reached: is there a network?
	Unreached []string `json:"unreached,omitempty"`
	// Reasons are why subjects got nothing, each once.
	Reasons []Refusals `json:"reasons,omitempty"`
}

// String is the report in a sentence.
func (r SyncReport) String() string {
	asked, refused, days, held, documents := 0, 0, 0, 0, 0
	for _, o := range r.Outcomes {
		if o.Asked {
			asked++
		}
		if o.Reason != "" {
			refused++
		}
		days, held, documents = days+o.Added+o.Replaced, held+o.Held, documents+o.Documents
	}
	text := fmt.Sprintf("%d of %d subjects asked for: %d days came", asked, r.Needed, days)
	if documents > 0 {
		text += fmt.Sprintf(", %d documents", documents)
	}
	if refused > 0 {
		text += fmt.Sprintf(", %d got nothing", refused)
	}
	if held > 0 {
		text += fmt.Sprintf(", %d values held back", held)
	}
	if r.Left > 0 {
		text += fmt.Sprintf(", %d left", r.Left)
	}
	if len(r.Unreached) > 0 {
		text += "; " + NoNetwork(r.Unreached)
	}
	return text
}

// Sync asks for what is needed and not there, writes what came, and says of the rest why
// not. It is for who runs the installation. What is done is done: when ctx ends it stops
// between two subjects, and the next time goes on from there.
func (s *Service) Sync(ctx context.Context, c Caller, o SyncOptions) (SyncReport, error) {
	if err := operator(c); err != nil {
		return SyncReport{}, err
	}
	return s.sync(ctx, store.Identity{Tenant: c.Tenant, User: c.User, Operator: true}, o)
}

// SyncDue is Sync of what is due, as jobs do it.
func (s *Service) SyncDue(ctx context.Context, o SyncOptions) (SyncReport, error) {
	admin, err := s.administrator(ctx)
	if err != nil {
		return SyncReport{}, err
	}
	if admin.User == "" {
		return SyncReport{Started: s.now(), Ended: s.now()}, nil // nobody has been here yet
	}
	admin.Operator = true
	return s.sync(ctx, admin, o)
}

// syncing is one sync under way.
type syncing struct {
	s       *Service
	as      store.Identity
	options SyncOptions
	now     time.Time
	known   map[string]instrument.Instrument
	rows    map[subjectKey]store.Supply
	seen    map[subjectKey]bool // that were asked for in this sync
	ref     referencing
	markets *markets
	lander  lander
	have    map[subjectKey][]date.Date // that were read ahead

	mu     sync.Mutex
	report SyncReport
	total  int
}

// atOnce is how many subjects are asked for at the same time.
const atOnce = 4

// mostTogether is how many exchange rates are.
const mostTogether = 50

func (s *Service) sync(ctx context.Context, as store.Identity, o SyncOptions) (SyncReport, error) {
	y := &syncing{s: s, as: as, options: o, now: s.now(), rows: map[subjectKey]store.Supply{}, seen: map[subjectKey]bool{}}
	y.report.Started = y.now
	if s.sources == nil {
		why := s.market.Off
		if why == "" {
			why = "no source is configured"
		}
		return y.report, fmt.Errorf("%w: %s", ErrNoSources, why)
	}
	var unprepared error
	for range mostRounds {
		list, err := y.prepare(ctx)
		if unprepared = err; err != nil {
			break
		}
		if len(list) == 0 || ctx.Err() != nil {
			break
		}
		y.total += len(list)
		y.round(ctx, list)
		if o.DryRun || len(o.Symbols) > 0 {
			break
		}
		// What was booked meanwhile is not left to the next sync.
		y.now = s.now()
	}
	var held error
	if unprepared == nil {
		y.reference(ctx)
		held = y.lookAgain(ctx)
	}
	settled := s.desk.settleCalls(context.WithoutCancel(ctx)) // also of what was asked before it failed
	y.close()
	if unprepared != nil {
		return y.report, errors.Join(unprepared, settled)
	}
	if err := ctx.Err(); err != nil {
		return y.report, fmt.Errorf("sync: %w", err)
	}
	if held != nil {
		return y.report, fmt.Errorf("sync: looking again at what is held back: %w", held)
	}
	if settled != nil {
		return y.report, fmt.Errorf("sync: the count of calls: %w", settled)
	}
	return y.report, nil
}

// mostRounds is how often a sync looks for what is due anew when it is through.
const mostRounds = 5

// round asks for subjects: for what is held first, then for what it is exchanged with, then
// for the rest by rank.
func (y *syncing) round(ctx context.Context, list []subject) {
	most := cmp.Or(y.options.AtOnce, atOnce)
	rest, held := partition(list, func(x subject) bool { return x.rank == rankHeld })
	// One file of a source holds the rates of all currencies: asked for together they are one call.
	rest, together := partition(rest, func(x subject) bool { return x.kind == marketdata.FX })
	y.run(ctx, held, most)
	y.run(ctx, together, cmp.Or(y.options.AtOnce, mostTogether))
	y.run(ctx, rest, most)
	for _, x := range list {
		y.seen[subjectKey{x.kind, x.symbol}] = true
	}
}

// close works out what the report says of all outcomes.
func (y *syncing) close() {
	r := &y.report
	r.Ended, r.Left = y.s.now(), y.total-len(r.Outcomes)
	answered := false
	for _, o := range r.Outcomes {
		unreached := o.Reason == string(marketdata.Unreached)
		if (unreached || o.Reason == string(marketdata.Limited)) && (r.Next.IsZero() || o.Due.Before(r.Next)) {
			r.Next = o.Due
		}
		switch marketdata.Reason(o.Reason) {
		case marketdata.Unreached, marketdata.BadKey, marketdata.NotInPlan, route.NotOffered: // nobody answered
		default:
			answered = answered || o.Asked && o.Provider != ""
		}
		for _, host := range o.Hosts {
			if !slices.Contains(r.Unreached, host) {
				r.Unreached = append(r.Unreached, host)
			}
		}
	}
	slices.Sort(r.Unreached)
	r.Reasons = outcomeReasons(r.Outcomes)
	if answered || y.options.DryRun {
		r.Unreached = nil
	}
	slices.SortStableFunc(r.Outcomes, func(a, b SyncOutcome) int {
		return compareText(a.Kind+"\x00"+a.Symbol, b.Kind+"\x00"+b.Symbol)
	})
}

func partition[T any](all []T, is func(T) bool) (no, yes []T) {
	for _, x := range all {
		if is(x) {
			yes = append(yes, x)
		} else {
			no = append(no, x)
		}
	}
	return no, yes
}

// one asks for a subject and tells what became of it. An error is about it alone.
func (y *syncing) one(ctx context.Context, x subject) {
	out, err := y.ask(ctx, x)
	if err != nil {
		if ctx.Err() != nil {
			return // interrupted: it is due still
		}
		out.Reason, out.Said = string(marketdata.Failed), err.Error()
		if kept := y.keepFailure(ctx, x, &out); kept != nil {
			out.Said += "; " + kept.Error()
		}
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.report.Outcomes = append(y.report.Outcomes, out)
	if y.options.Progress != nil {
		y.options.Progress(SyncProgress{Done: len(y.report.Outcomes), Total: y.total, Last: out})
	}
}

// prepare finds out what is needed, writes that down, and returns what is due.
func (y *syncing) prepare(ctx context.Context) ([]subject, error) {
	wanted, err := y.s.store.Wanted(ctx)
	if err != nil {
		return nil, err
	}
	var needed []store.Supply
	err = y.s.store.Read(ctx, y.as, func(ctx context.Context, v store.View) (err error) {
		if y.known, err = v.Instruments(ctx, nil, store.LatestMarket, false); err != nil {
			return err
		}
		for f := (store.SupplyFilter{Limit: 1000}); ; {
			page, err := v.Supplies(ctx, f)
			if err != nil {
				return err
			}
			for _, row := range page.Supplies {
				y.rows[subjectKey{marketdata.Kind(row.Kind), row.Symbol}] = row
				if row.Needed {
					needed = append(needed, row)
				}
			}
			if f.After = page.Next; f.After == "" {
				return nil
			}
		}
	})
	if err != nil {
		return nil, err
	}
	list := wants(wanted, y.known, date.FromTime(y.now.UTC()))
	y.report.Needed = len(list)
	if err := y.need(ctx, list, needed); err != nil {
		return nil, err
	}
	if len(y.options.Symbols) > 0 {
		if list, err = y.named(list); err != nil {
			return nil, err
		}
	}
	if list, y.ref.later = partition(list, ofReference); len(y.options.Symbols) > 0 {
		return list, nil
	}
	return slices.DeleteFunc(list, func(x subject) bool { return y.seen[subjectKey{x.kind, x.symbol}] || !y.due(x) }), nil
}

// need writes down what is needed now and what is not any more.
func (y *syncing) need(ctx context.Context, list []subject, before []store.Supply) error {
	if y.options.DryRun {
		return nil
	}
	var now, gone []store.Need
	is := map[subjectKey]bool{}
	for _, x := range list {
		is[subjectKey{x.kind, x.symbol}] = true
		if row, there := y.rows[subjectKey{x.kind, x.symbol}]; !there || !row.Needed {
			now = append(now, store.Need{Kind: string(x.kind), Symbol: x.symbol})
		}
	}
	for _, row := range before {
		if synced(row.Kind) && !is[subjectKey{marketdata.Kind(row.Kind), row.Symbol}] {
			gone = append(gone, store.Need{Kind: row.Kind, Symbol: row.Symbol})
		}
	}
	if len(now)+len(gone) == 0 {
		return nil
	}
	return y.s.store.As(ctx, y.as, func(ctx context.Context, tx store.Tx) error {
		if err := tx.NeedSupplies(ctx, now); err != nil {
			return err
		}
		return tx.UnneedSupplies(ctx, gone)
	})
}

// synced are the kinds of requests that this sync sees to.
func synced(kind string) bool {
	return slices.Contains([]marketdata.Kind{marketdata.Bars, marketdata.Splits, marketdata.Dividends, marketdata.FX, marketdata.Rates}, marketdata.Kind(kind)) || isReference(marketdata.Kind(kind))
}

// due reports whether a subject is to be asked for.
func (y *syncing) due(x subject) bool {
	row, there := y.rows[subjectKey{x.kind, x.symbol}]
	if !there || row.Asked.IsZero() || y.options.Full {
		return true
	}
	// Somebody booked something earlier than what is there reaches back.
	if seriesKindOf(row.Kind) != "" && row.Reason == "" && !unset(row.First) && !x.from.IsNone() && x.from < row.First {
		return true
	}
	return !row.Due.IsZero() && !row.Due.After(y.now)
}

// named are the subjects of the symbols that were asked for by name.
func (y *syncing) named(list []subject) ([]subject, error) {
	var out []subject
	for _, symbol := range y.options.Symbols {
		found := false
		for _, x := range list {
			if x.symbol == symbol {
				out, found = append(out, x), true
			}
		}
		if !found {
			return nil, fault("symbol", symbol, "nobody holds or watches it, nor is anything compared or exchanged with it", "book it or put it on a watchlist first; `foliosight doctor "+symbol+"` says what is known of it")
		}
	}
	return out, nil
}
