package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/finance/snapshot"
	"github.com/foliosight/foliosight/internal/store"
)

// The steps before and after the sections of the snapshot.
const (
	stepDoubts   = "doubts"
	stepSnapshot = "snapshot"
	stepIncome   = "income"
	stepAlerts   = "alerts"
)

// AnalysisSteps are the steps of a nightly analysis, in order.
func AnalysisSteps() []string { return append(sections(), stepSnapshot, stepIncome, stepAlerts) }

// sections are the steps that make parts of the document.
func sections() []string { return append([]string{stepDoubts}, snapshot.Names()...) }

// NightlyAnalysis is the analysis of one portfolio and day under way. Its sections are
// made one by one from the versions that were current when the run began; every attempt
// works on the same ones, so that it does not matter which attempt made which section.
type NightlyAnalysis struct {
	s         *Service
	caller    Caller
	portfolio store.Portfolio
	run       store.Run
	document  snapshot.Document
	analysis  *analysis.Analysis // made when a section is first asked for
	resumed   int                // steps that an earlier attempt had done
}

// BeginAnalysis begins an analysis, or goes on with one that was interrupted.
func (s *Service) BeginAnalysis(ctx context.Context, w Work, job int64, attempt int) (*NightlyAnalysis, error) {
	n := &NightlyAnalysis{s: s, caller: Caller{Identity: store.Identity{Tenant: w.Tenant, User: w.User}},
		run: store.Run{Portfolio: w.Portfolio, Kind: WorkAnalysis, Day: w.Day, Job: job, Attempt: attempt, State: store.RunRunning, Started: s.now()}}
	err := s.read(ctx, n.caller, func(ctx context.Context, v store.View) (err error) {
		if n.portfolio, err = v.Portfolio(ctx, w.Portfolio); err != nil {
			return err
		}
		before, err := v.Run(ctx, w.Portfolio, WorkAnalysis, w.Day)
		if err == nil && before.Job == job && before.State != store.RunDone && before.Engine == analysis.Engine {
			n.run.Basis, n.run.Started, n.run.Steps = before.Basis, before.Started, before.Steps
		} else if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		set, err := gather(ctx, v, Question{Portfolios: []string{w.Portfolio}})
		if err != nil {
			return err
		}
		if n.run.Engine == "" {
			n.run.Basis = store.Basis{Ledger: n.portfolio.Version, Market: set.market, Engine: analysis.Engine}
		}
		n.document = snapshot.Document{Day: w.Day, Ledger: n.run.Ledger, MarketShared: n.run.Market.Shared, MarketOwn: n.run.Market.Own, Engine: n.run.Engine,
			Terms: snapshot.Terms{Name: set.name, Base: set.base, Policy: n.portfolio.Policy, Benchmark: set.benchmark, RiskFree: set.riskFree, Simulated: set.simulated}}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return n, n.resume()
}

// resume puts the sections of an earlier attempt into their places. What comes after the
// first section that is not there is done again.
func (n *NightlyAnalysis) resume() error {
	done := 0
	for i, name := range AnalysisSteps() {
		if i >= len(n.run.Steps) || n.run.Steps[i].Name != name || n.run.Steps[i].Status == "failed" || len(n.run.Steps[i].Output) == 0 {
			break
		}
		if err := n.document.Set(name, n.run.Steps[i].Output); err != nil {
			break // not a section
		}
		done++
	}
	n.run.Steps, n.resumed = n.run.Steps[:done], done
	return nil
}

// Resumed is how many steps an earlier attempt had done.
func (n *NightlyAnalysis) Resumed() int { return n.resumed }

// Sections are the names of the sections that are still to be made.
func (n *NightlyAnalysis) Sections() []string {
	return sections()[min(len(n.run.Steps), len(sections())):]
}

// Make makes one section: the next of Sections.
func (n *NightlyAnalysis) Make(ctx context.Context, name string) error {
	step := store.Step{Name: name, Started: n.s.now()}
	part, err := n.section(ctx, name)
	n.s.analyses.count("snapshot_"+name, err)
	step.Ended = n.s.now()
	if err != nil {
		step.Status, step.Reason = "failed", err.Error()
		n.run.Steps = append(n.run.Steps, step)
		return fmt.Errorf("%s: %w", name, err)
	}
	step.Status, step.Reason, step.Output = string(part.Status), part.Reason, part.JSON
	n.run.Steps = append(n.run.Steps, step)
	return n.document.Set(name, part.JSON)
}

func (n *NightlyAnalysis) section(ctx context.Context, name string) (snapshot.Part, error) {
	if err := ctx.Err(); err != nil {
		return snapshot.Part{}, err
	}
	if name == stepDoubts {
		return n.doubts(ctx)
	}
	if n.analysis == nil {
		err := n.s.read(ctx, n.caller, func(ctx context.Context, v store.View) (err error) {
			n.analysis, err = n.s.analyses.asOfVersions(ctx, v, n.run.Portfolio, &n.document, true)
			return err
		})
		if err != nil {
			return snapshot.Part{}, err
		}
	}
	return snapshot.Section(name, n.analysis)
}

// Save commits the steps done so far, so that another attempt goes on after them.
func (n *NightlyAnalysis) Save(ctx context.Context) error {
	return n.s.as(ctx, n.caller, func(ctx context.Context, tx store.Tx) error { return tx.PutRun(ctx, n.run) })
}

// Failed commits that the attempt failed, and why.
func (n *NightlyAnalysis) Failed(ctx context.Context, reason string, cancelled bool) error {
	n.run.State, n.run.Reason, n.run.Ended = store.RunFailed, reason, n.s.now()
	if cancelled {
		n.run.State = store.RunCancelled
	}
	err := n.Save(ctx)
	if err != nil || cancelled {
		return err
	}
	return n.failedAlerts(ctx)
}

// Finish keeps the snapshot, proposes income that is not booked, holds the snapshot
// against the alerts' rules and commits the run;
// complete marks the job as done in the same transaction.
func (n *NightlyAnalysis) Finish(ctx context.Context, complete func(context.Context, store.Tx) error) error {
	begun := n.s.now()
	text, body, err := n.document.Encode()
	if err != nil {
		return fmt.Errorf("%s: %w", stepSnapshot, err)
	}
	shot := store.Snapshot{Portfolio: n.run.Portfolio, Day: n.run.Day, Basis: n.run.Basis, Settings: n.portfolio.Revision, Format: snapshot.Format, SHA256: snapshot.Sum(text), Body: body}
	run := n.run
	run.State, run.Reason = store.RunDone, ""
	due := &incomePlan{}
	err = n.s.read(ctx, n.caller, func(ctx context.Context, v store.View) (err error) {
		due, err = n.s.planIncome(ctx, v, n.run.Portfolio)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", stepIncome, err)
	}
	return n.s.as(ctx, n.caller, func(ctx context.Context, tx store.Tx) error {
		revision, err := tx.KeepSnapshot(ctx, shot)
		if err != nil {
			return err
		}
		kept := n.s.now()
		steps := append(slices.Clip(n.run.Steps), store.Step{Name: stepSnapshot, Status: string(analysis.Complete), Reason: fmt.Sprintf("revision %d, %d bytes", revision, len(body)), Started: begun, Ended: kept})
		income := due.found
		if !due.nothing() {
			if income, err = due.write(ctx, tx); err != nil {
				return fmt.Errorf("%s: %w", stepIncome, err)
			}
		}
		looked := n.s.now()
		steps = append(steps, store.Step{Name: stepIncome, Status: string(analysis.Complete), Reason: income.String(), Started: kept, Ended: looked})
		found, err := n.checkAlerts(ctx, tx)
		if err != nil {
			return fmt.Errorf("%s: %w", stepAlerts, err)
		}
		run.Ended = n.s.now()
		run.Steps = append(steps, store.Step{Name: stepAlerts, Status: string(analysis.Complete), Reason: found.String(), Started: looked, Ended: run.Ended})
		if err := tx.PutRun(ctx, run); err != nil {
			return err
		}
		return complete(ctx, tx)
	})
}

// asOfVersions analyses a portfolio on the versions and terms of a document, and what it
// says against its series, and on nothing else: not on what is in a cache, nor on what day it is.
func (a *analyses) asOfVersions(ctx context.Context, v store.View, id string, d *snapshot.Document, shared bool) (*analysis.Analysis, error) {
	transactions, panel, model, err := a.panelOf(ctx, v, id, d, shared)
	if err != nil {
		return nil, err
	}
	doubts, err := keptDoubts(d.Doubts)
	if err != nil {
		return nil, err
	}
	book, err := portfolio.Fold(portfolio.Input{Base: d.Terms.Base, Transactions: transactions, Instrument: instruments(panel, transactions, d.Terms.Base),
		Policy: d.Terms.Policy, Actions: panel.Actions, Through: d.Day, Given: true})
	if err != nil {
		return nil, err
	}
	f := &foldedBook{book: book, panel: panel, asOf: d.Day}
	period, err := analysis.NewPeriod("Max", d.Day, book.First())
	if err != nil {
		return nil, err
	}
	return analysis.Run(analysis.Input{Name: d.Terms.Name, Book: book, Panel: panel, AsOf: d.Day, Period: period, Benchmark: d.Terms.Benchmark, RiskFree: d.Terms.RiskFree,
		Sessions: f.sessions, LedgerVersion: d.Ledger, Market: model, Doubts: doubts})
}

// panelOf is the ledger and the market of a document's versions.
func (a *analyses) panelOf(ctx context.Context, v store.View, id string, d *snapshot.Document, shared bool) ([]ledger.Transaction, *market.Panel, *exante.Market, error) {
	transactions, err := v.Transactions(ctx, id, d.Ledger)
	if err != nil {
		return nil, nil, nil, err
	}
	w := wantsOf(transactions, d.Terms.Base, d.Terms.Benchmark)
	w.version, w.simulated, w.through = store.MarketVersion{Shared: d.MarketShared, Own: d.MarketOwn}, d.Terms.Simulated, d.Day
	w.rates = append([]string{d.Terms.RiskFree}, exante.Yields()...)
	panel, model, err := a.panelFor(ctx, v, w, d, shared)
	return transactions, panel, model, err
}

func (a *analyses) panelFor(ctx context.Context, v store.View, w panelWants, d *snapshot.Document, shared bool) (*market.Panel, *exante.Market, error) {
	if shared {
		return a.shelves.panel(ctx, v, w, d.Terms.Base, d.Terms.Benchmark)
	}
	p, err := loadPanel(ctx, v, w)
	return p, nil, err
}

// NightOf is what is due after the close of an exchange: its portfolios, a page at a
// time. next is where the following page begins; empty: this was the last.
func (s *Service) NightOf(ctx context.Context, exchange, after string, limit int) (due []store.Due, next string, err error) {
	all, err := s.store.PortfoliosDue(ctx, after, limit)
	if err != nil {
		return nil, "", err
	}
	if len(all) == limit {
		next = all[len(all)-1].Portfolio
	}
	for _, d := range all {
		if base := ExchangeOf(currency(d.Base)); base.Code == exchange {
			due = append(due, d)
		}
	}
	return due, next, nil
}

// Freshness says how well the shared market data of an exchange's day are known: the
// sentence that the job of that day leaves.
func (s *Service) Freshness(ctx context.Context, day date.Date) (string, error) {
	admin, err := s.administrator(ctx)
	if err != nil {
		return "", err
	}
	if admin.User == "" {
		return "nobody has been here yet", nil
	}
	fresh, stale, last := 0, 0, date.None
	err = s.store.Read(ctx, admin, func(ctx context.Context, v store.View) error {
		infos, err := v.SeriesInfo(ctx, store.Prices, false)
		for _, i := range infos {
			if i.Last >= day {
				fresh++
			} else {
				stale++
			}
			last = max(last, i.Last)
		}
		return err
	})
	switch {
	case err != nil:
		return "", err
	case fresh+stale == 0:
		return "no prices are stored", nil
	case fresh == 0:
		return fmt.Sprintf("none of %d series has a price of %s; the last one is of %s", stale, day, last), nil
	}
	return fmt.Sprintf("%d of %d series have a price of %s", fresh, fresh+stale, day), nil
}

// CleanUp removes what has expired, tenant by tenant from one on, for as long as there is
// time; before that, new days of many series are put where the others are. next is where
// it goes on; empty: it is done.
func (s *Service) CleanUp(ctx context.Context, after string, until time.Time) (cleaned int, next string, err error) {
	tenants, err := s.store.Tenants(ctx)
	if err != nil {
		return 0, "", err
	}
	slices.Sort(tenants)
	if after == "" {
		now := s.now()
		if err := s.foldShared(ctx, now.Add(until.Sub(now)/2)); err != nil {
			return 0, "", err
		}
	}
	for _, tenant := range tenants {
		if tenant <= after {
			continue
		}
		if s.now().After(until) {
			return cleaned, next, nil
		}
		owner, err := s.store.OwnerOf(ctx, tenant)
		if errors.Is(err, ErrNotFound) {
			continue // nobody is left who could own anything
		}
		if err == nil {
			as := store.Identity{Tenant: tenant, User: owner}
			if err = s.store.As(ctx, as, func(ctx context.Context, tx store.Tx) error { return tx.Expire(ctx, s.now()) }); err == nil {
				err = s.foldDays(ctx, as, true, until)
			}
		}
		if err != nil {
			return cleaned, next, fmt.Errorf("tenant %s: %w", tenant, err)
		}
		cleaned, next = cleaned+1, tenant
	}
	return cleaned, "", nil
}

// ChangeFor runs a change on behalf of whom a job works for; change is given the
// transaction to complete the job in.
func (s *Service) ChangeFor(ctx context.Context, w Work, change func(context.Context, store.Tx) error) error {
	return s.as(ctx, Caller{Identity: store.Identity{Tenant: w.Tenant, User: w.User}}, change)
}
