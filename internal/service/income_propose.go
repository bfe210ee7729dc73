package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/income"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/store"
)

// proposedDays is how far back ex-dates are looked at: two years.
const proposedDays = 731

// IncomeFound is what came of looking for income that is not booked.
type IncomeFound struct {
	store.Proposed
	Dropped int // open ones that no longer stand: booked by hand, or not held then after all
}

// String says it in a sentence.
func (f IncomeFound) String() string {
	if f.Added+f.Changed+f.Same+f.Dropped == 0 {
		return "no income waits"
	}
	return fmt.Sprintf("%d proposed, %d changed, %d as before, %d dropped", f.Added, f.Changed, f.Same, f.Dropped)
}

// FindIncome looks now for dividends of a portfolio that are not booked, for who may
// trade in it.
func (s *Service) FindIncome(ctx context.Context, c Caller, id string) (found IncomeFound, err error) {
	if err := c.Require(ScopeTrade); err != nil {
		return found, err
	}
	var p store.Portfolio
	err = s.read(ctx, c.about(id), func(ctx context.Context, v store.View) (err error) {
		p, err = v.Portfolio(ctx, id)
		return err
	})
	if err != nil {
		return found, err
	}
	if !p.Role.Allows(store.CanTrade) {
		return found, fmt.Errorf("portfolio %q: %w", p.Name, ErrForbidden)
	}
	err = s.as(ctx, c.about(id), func(ctx context.Context, tx store.Tx) (err error) {
		found, err = s.propose(ctx, tx, id)
		return err
	})
	return found, err
}

// ProposeIncome looks for dividends that the accounts of a portfolio were entitled to in
// the last two years and that are not booked, and proposes them; open proposals that no
// longer stand go. It writes only where something changed, so that it may be run as often
// as one likes: after market data changed, after bookings, and every night. What was
// decided stays as it was decided.
//
// A dividend is due to who held at the close before the ex-date; see package income for
// when one counts as booked. Those that would be booked in a closed period are left out.
func (s *Service) ProposeIncome(ctx context.Context, w Work) (found IncomeFound, err error) {
	owner := Caller{Identity: store.Identity{Tenant: w.Tenant, User: w.User}}
	plan := &incomePlan{}
	err = s.read(ctx, owner, func(ctx context.Context, v store.View) (err error) {
		plan, err = s.planIncome(ctx, v, w.Portfolio)
		return err
	})
	if err != nil || plan.nothing() {
		return plan.found, err
	}
	err = s.as(ctx, owner, func(ctx context.Context, tx store.Tx) (err error) {
		found, err = plan.write(ctx, tx)
		return err
	})
	return found, err
}

// propose does it within a transaction.
func (s *Service) propose(ctx context.Context, tx store.Tx, id string) (IncomeFound, error) {
	plan, err := s.planIncome(ctx, tx, id)
	if err != nil || plan.nothing() {
		return plan.found, err
	}
	return plan.write(ctx, tx)
}

// incomePlan is what is to be written about the proposals of a portfolio.
type incomePlan struct {
	portfolio string
	put       []store.Proposal // new ones, and open ones whose terms are others now
	keep      []string         // ids of open ones that stand
	dropped   int
	found     IncomeFound // where nothing is to be written
}

func (p *incomePlan) nothing() bool { return len(p.put) == 0 && p.dropped == 0 }

// beginning is before every ex-date.
var beginning = date.Must(1600, 1, 1)

func (p *incomePlan) write(ctx context.Context, tx store.Tx) (found IncomeFound, err error) {
	found = p.found
	if found.Proposed, err = tx.Propose(ctx, p.put); err != nil {
		return found, err
	}
	found.Same += p.found.Same
	if p.dropped == 0 {
		return found, nil
	}
	open, err := openProposals(ctx, tx, p.portfolio)
	if err != nil {
		return found, err
	}
	keep := slices.Clone(p.keep)
	for _, x := range open { // with those that were just added
		if slices.ContainsFunc(p.put, func(n store.Proposal) bool { return samePosition(n, x) }) {
			keep = append(keep, x.ID)
		}
	}
	found.Dropped, err = tx.DropProposals(ctx, p.portfolio, beginning, keep)
	return found, err
}

func samePosition(a, b store.Proposal) bool {
	return a.Account == b.Account && a.Symbol == b.Symbol && a.ExDate == b.ExDate
}

// openProposals are all that are open in a portfolio.
func openProposals(ctx context.Context, v store.View, id string) (all []store.Proposal, err error) {
	f := store.ProposalFilter{Portfolio: id, Statuses: []store.ProposalStatus{store.ProposalOpen}, Limit: 1000}
	for {
		page, err := v.Proposals(ctx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Proposals...)
		if f.After = page.Next; f.After == "" {
			return all, nil
		}
	}
}

// planIncome holds what is due against what is booked and what is proposed already.
func (s *Service) planIncome(ctx context.Context, v store.View, id string) (*incomePlan, error) {
	plan := &incomePlan{portfolio: id}
	p, err := v.Portfolio(ctx, id)
	if err != nil {
		return plan, err
	}
	var due []store.Proposal // of an archived one there is nothing to decide
	if p.Archived.IsZero() && p.Version > 0 {
		if due, err = s.incomeDue(ctx, v, p); err != nil {
			return plan, err
		}
	}
	open, err := openProposals(ctx, v, id)
	if err != nil {
		return plan, err
	}
	decided, err := decidedProposals(ctx, v, id, due)
	if err != nil {
		return plan, err
	}
	stand := map[string]bool{}
	for _, d := range due {
		i := slices.IndexFunc(open, func(x store.Proposal) bool { return samePosition(x, d) })
		switch {
		case i < 0 && decided[positionOf(d)]:
			plan.found.Same++
			continue
		case i < 0:
			plan.put = append(plan.put, d)
			continue
		}
		stand[open[i].ID] = true
		plan.keep = append(plan.keep, open[i].ID)
		if sameTerms(open[i], d) {
			plan.found.Same++
		} else {
			plan.put = append(plan.put, d)
		}
	}
	plan.dropped = len(open) - len(stand)
	return plan, nil
}

func positionOf(p store.Proposal) string {
	return p.Account + "\x00" + p.Symbol + "\x00" + p.ExDate.String()
}

func decidedProposals(ctx context.Context, v store.View, id string, due []store.Proposal) (map[string]bool, error) {
	decided := map[string]bool{}
	if len(due) == 0 {
		return decided, nil
	}
	f := store.ProposalFilter{Portfolio: id, From: due[0].ExDate, Limit: 1000,
		Statuses: []store.ProposalStatus{store.ProposalConfirmed, store.ProposalEdited, store.ProposalRejected}}
	for {
		page, err := v.Proposals(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Proposals {
			decided[positionOf(p)] = true
		}
		if f.After = page.Next; f.After == "" {
			return decided, nil
		}
	}
}

func sameTerms(a, b store.Proposal) bool {
	return (a.PayDate == b.PayDate || unset(a.PayDate) && unset(b.PayDate)) && a.Amount.Equal(b.Amount) && a.Currency == b.Currency && a.Quantity.Equal(b.Quantity) && a.Gross.Equal(b.Gross) &&
		a.Withholding.Known == b.Withholding.Known && a.Withholding.OrZero().Equal(b.Withholding.OrZero()) && a.Source == b.Source && a.Kind == b.Kind
}

// incomeBook folds a ledger as far as income needs it.
func (s *Service) incomeBook(ctx context.Context, v store.View, p store.Portfolio) (*portfolio.Book, *knowledge, error) {
	state, err := s.analyses.ledgerOf(ctx, v, p.ID)
	if err != nil {
		return nil, nil, err
	}
	version, err := v.MarketVersion(ctx)
	if err != nil {
		return nil, nil, err
	}
	known, err := s.analyses.know(ctx, v, version, p.Simulated)
	if err != nil {
		return nil, nil, err
	}
	d := newDraft(p, state.bookings)
	d.instruments, d.actions = known.instruments, known.actions
	book, err := portfolio.Fold(portfolio.Input{Base: p.Base, Transactions: slices.Clone(state.bookings), Instrument: d.instrument, Policy: p.Policy, Through: date.None, Given: true, WithoutLots: true,
		Actions: func(symbol string) *market.Actions { return known.actions[symbol] }})
	return book, known, err
}

// incomeDue is what is due in a portfolio and not booked, as it is proposed, in order of
// ex-date.
func (s *Service) incomeDue(ctx context.Context, v store.View, p store.Portfolio) ([]store.Proposal, error) {
	book, known, err := s.incomeBook(ctx, v, p)
	if err != nil {
		return nil, err
	}
	today := date.FromTime(s.now().UTC())
	due := income.Unbooked(income.Entitled(book, func(symbol string) *market.Actions { return known.actions[symbol] }, today-proposedDays, today), book)
	if len(due) == 0 {
		return nil, nil
	}
	closed, err := v.ClosedThrough(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	sources, err := sourcesOf(ctx, v, due, p.Simulated)
	if err != nil {
		return nil, err
	}
	var all []store.Proposal
	for i := range due {
		d := &due[i]
		if !closed.IsNone() && d.Paid() <= closed || d.Currency == "" {
			continue
		}
		places := max(d.Currency.Places(), 2)
		x := store.Proposal{Portfolio: p.ID, Account: d.Account, Symbol: d.Symbol, ExDate: d.ExDate, PayDate: d.PayDate, Amount: d.PerShare, Currency: d.Currency, Quantity: d.Quantity,
			Gross: d.Gross.Round(places), Source: sources[d.Symbol], Kind: store.ProposedDividend}
		if x.Gross.IsZero() {
			continue // less than is ever paid
		}
		switch {
		case d.Special:
			x.Kind = store.ProposedSpecial
		case d.Gross.Sign() > 0 && income.Reinvests(book, d.Account, d.Symbol):
			x.Kind = store.ProposedDRIP
		}
		x.Withholding = income.Withholding(book, d.Account, d.Symbol, x.Gross, places)
		all = append(all, x)
	}
	return all, nil
}

// sourcesOf says whose list the dividends of symbols are from.
func sourcesOf(ctx context.Context, v store.View, due []income.Due, simulated bool) (map[string]string, error) {
	var symbols []string
	for i := range due {
		if !slices.Contains(symbols, due[i].Symbol) {
			symbols = append(symbols, due[i].Symbol)
		}
	}
	actions, err := v.Actions(ctx, symbols, store.LatestMarket, simulated)
	if err != nil {
		return nil, err
	}
	sources := map[string]string{}
	for _, a := range actions {
		if _, said := sources[a.Symbol]; !said && a.Kind == store.DividendAction {
			sources[a.Symbol] = a.Source
		}
	}
	return sources, nil
}

// IncomeDebounce is how long changes are gathered before income is looked for.
const IncomeDebounce = 10 * time.Second

// incomeSoon has income looked for soon after a change of a ledger that may matter for
// it: bookings of income, what is imported, and trades that lie back, so that other
// entitlements follow.
func (s *Service) incomeSoon(ctx context.Context, tx store.Tx, id string, changed []ledger.Transaction) error {
	if s.queue == nil {
		return nil
	}
	back := date.FromTime(s.now().UTC()) - 3
	matters := slices.ContainsFunc(changed, func(t ledger.Transaction) bool {
		return t.Symbol != "" && (t.Date <= back || t.Type == ledger.Dividend || t.Type == ledger.Coupon || t.Type == ledger.ReturnOfCapital)
	})
	if !matters {
		return nil
	}
	p, err := tx.Portfolio(ctx, id)
	if err != nil {
		return err
	}
	return s.queue.Enqueue(ctx, tx, WorkIncome, s.incomeWork(Work{Tenant: tx.Identity().Tenant, User: p.Owner, Portfolio: id}))
}

// incomeWork names the stretch of time, so that work under way does not stand in the way
// of the next.
func (s *Service) incomeWork(w Work) Work {
	w.ID = s.now().UTC().Truncate(IncomeDebounce).Format(time.RFC3339)
	return w
}

// incomeAfterMarket has income looked for after market data changed: shared ones concern
// all portfolios, the tenant's own those that the caller may trade in.
func (s *Service) incomeAfterMarket(ctx context.Context, tx store.Tx, own bool) error {
	if s.queue == nil {
		return nil
	}
	if !own {
		return s.queue.Enqueue(ctx, tx, WorkIncome, s.incomeWork(Work{}))
	}
	all, err := tx.Portfolios(ctx, false)
	if err != nil {
		return err
	}
	for _, p := range all {
		if !p.Role.Allows(store.CanTrade) {
			continue
		}
		if err := s.queue.Enqueue(ctx, tx, WorkIncome, s.incomeWork(Work{Tenant: tx.Identity().Tenant, User: p.Owner, Portfolio: p.ID})); err != nil {
			return err
		}
	}
	return nil
}

// ProposeIncomeOfAll looks for income in the portfolios of everybody from one on, for as
// long as there is time. next is where it goes on; empty: it is done.
func (s *Service) ProposeIncomeOfAll(ctx context.Context, after string, until time.Time) (looked int, found IncomeFound, next string, err error) {
	for {
		due, err := s.store.PortfoliosDue(ctx, after, 100)
		if err != nil {
			return looked, found, after, err
		}
		for _, d := range due {
			if s.now().After(until) {
				return looked, found, after, nil
			}
			one, err := s.ProposeIncome(ctx, Work{Tenant: d.Tenant, User: d.Owner, Portfolio: d.Portfolio})
			if err != nil && !errors.Is(err, ErrNotFound) && !errors.As(err, new(*ledger.Fault)) { // one ledger that cannot be folded stops no other
				return looked, found, after, fmt.Errorf("portfolio %s: %w", d.Portfolio, err)
			}
			looked, after = looked+1, d.Portfolio
			found.Added, found.Changed, found.Same, found.Dropped = found.Added+one.Added, found.Changed+one.Changed, found.Same+one.Same, found.Dropped+one.Dropped
		}
		if len(due) < 100 {
			return looked, found, "", nil
		}
	}
}

// negative is an amount below zero, for what is owed.
func negative(d money.Decimal) bool { return d.Sign() < 0 }
