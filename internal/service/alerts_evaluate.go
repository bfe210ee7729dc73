package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/store"
)

// evaluation is a portfolio that is held against its rules, and the figures for it.
type evaluation struct {
	portfolio store.Portfolio
	facts     alert.Facts
	day       date.Date // of the figures
	ledger    int64
	market    store.MarketVersion
	guest     bool // against the rules that a guest made
}

// evaluate holds figures against the rules of a portfolio, on behalf of its owner, and
// does what package alert decides. Figures that are older than those of the last check
// change nothing, and the same ones a second time change nothing either.
func (s *Service) evaluate(ctx context.Context, tx store.Tx, f evaluation) (found AlertsFound, err error) {
	found.Day = f.day
	of := tx.AlertRulesFor
	if f.guest {
		of = tx.GuestRulesFor
	}
	rules, err := of(ctx, f.portfolio.ID)
	if err != nil {
		return found, err
	}
	limits := f.limits(rules)
	if len(rules) == 0 && limits == nil {
		return found, nil
	}
	e := &evaluator{s: s, tx: tx, evaluation: f, found: &found, standing: map[string][]store.Alert{}, last: map[string]store.AlertCheck{}}
	if err := e.load(ctx); err != nil {
		return found, err
	}
	for _, r := range rules {
		readings, ok := alert.Read(alert.Rule{Kind: alert.Kind(r.Kind), Subject: r.Subject, Below: r.Below, Threshold: r.Threshold, Band: r.Band}, f.facts)
		if !ok {
			continue
		}
		if err := e.hold(ctx, ruleHeld{key: r.ID, kind: alert.Kind(r.Kind), severity: r.Severity, tells: []store.AlertRule{r}}, readings); err != nil {
			return found, fmt.Errorf("rule %s: %w", r.Name, err)
		}
	}
	if limits != nil && f.facts.Analysis != nil && (len(limits.readings) > 0 || len(e.standing[limits.key]) > 0) {
		if err := e.hold(ctx, limits.ruleHeld, limits.readings); err != nil {
			return found, fmt.Errorf("limits: %w", err)
		}
	}
	if e.told > 0 && s.queue != nil {
		// A job of its own: one that runs already may have looked before this commits.
		err = s.queue.Enqueue(ctx, tx, WorkDeliver, Work{ID: store.NewID()})
	}
	return found, err
}

// ruleHeld is what readings are held against: a rule, or the portfolio's limits.
type ruleHeld struct {
	key      string
	kind     alert.Kind
	severity string
	tells    []store.AlertRule // whose channels are told
}

// limitsHeld are the portfolio's limits as they stand.
type limitsHeld struct {
	ruleHeld
	readings []alert.Reading
}

// limitSubjects are the limits as sentences begin with them.
var limitSubjects = map[string]string{"net_exposure": "Net exposure", "gross_exposure": "Gross exposure", "beta": "Beta", "volatility": "Volatility", "var": "Value at risk (95%, one day)", "largest_position": "The largest position"}

// limits reads the portfolio's own limits. The band is a share of each limit, that of the
// first rule about limits where there is one. Nil: none is set and no rule asks.
func (f *evaluation) limits(rules []store.AlertRule) *limitsHeld {
	d, _ := alert.Describe(alert.Limits)
	out := &limitsHeld{ruleHeld: ruleHeld{key: store.LimitsKey, kind: alert.Limits, severity: string(d.Severity)}}
	band := d.Band
	for i, r := range rules {
		if r.Kind != string(alert.Limits) {
			continue
		}
		if len(out.tells) == 0 {
			band, out.severity = rules[i].Band, r.Severity
		}
		out.tells = append(out.tells, r)
	}
	if f.guest {
		if len(out.tells) == 0 {
			return nil // broken limits are raised without a rule for those whose portfolio it is
		}
		out.key = out.tells[0].ID
	}
	set := ReadLimits(f.portfolio.Settings)
	if f.facts.Analysis == nil || set == (Limits{}) && len(out.tells) == 0 && f.portfolio.Revision == 1 {
		return nil // revision 1: none was ever set, so that none can stand
	}
	for _, c := range set.Check(f.facts.Analysis) {
		r := alert.Reading{Subject: c.Name, Label: limitSubjects[c.Name], Unit: alert.Fraction, Day: f.day, Threshold: c.Limit, Band: c.Limit.Mul(band).Round(8)}
		if c.Name == "beta" {
			r.Unit = alert.Ratio
		}
		if c.Value.Known() {
			value, err := alert.Exact(c.Value)
			if err != nil {
				r.Reason = err.Error()
			} else {
				r.Value = money.Some(value.Decimal.Abs())
			}
		} else {
			r.Reason = "the figure is not known"
			if len(c.Value.Reasons) > 0 {
				r.Reason = c.Value.Reasons[0]
			}
		}
		out.readings = append(out.readings, r)
	}
	return out
}

// evaluator does what is decided, rule by rule.
type evaluator struct {
	evaluation
	s        *Service
	tx       store.Tx
	found    *AlertsFound
	standing map[string][]store.Alert // by rule
	last     map[string]store.AlertCheck
	told     int
}

func (e *evaluator) load(ctx context.Context) error {
	states, err := e.tx.AlertStates(ctx, e.portfolio.ID)
	if err != nil {
		return err
	}
	for _, a := range states {
		e.standing[a.Rule] = append(e.standing[a.Rule], a)
	}
	checks, err := e.tx.AlertChecks(ctx, e.portfolio.ID)
	for _, c := range checks {
		e.last[c.Rule] = c
	}
	return err
}

// mostReadings is how many readings of a rule are kept to be shown.
const mostReadings = 60

// hold holds readings against a rule.
func (e *evaluator) hold(ctx context.Context, h ruleHeld, readings []alert.Reading) error {
	e.found.Rules++
	if last, ok := e.last[h.key]; ok && (last.Day > e.day || last.Day == e.day && last.Ledger > e.ledger) {
		for _, a := range e.standing[h.key] {
			if a.State != store.AlertResolved {
				e.found.Open++
			}
		}
		return nil // something newer was looked at already
	}
	before := map[string]store.Alert{}
	var standing []alert.Standing
	for _, a := range e.standing[h.key] {
		open := a.State != store.AlertResolved
		if was, ok := before[a.Subject]; ok && was.State != store.AlertResolved {
			continue // an open one counts before one that was resolved by hand
		}
		before[a.Subject] = a
		standing = slices.DeleteFunc(standing, func(s alert.Standing) bool { return s.Subject == a.Subject })
		standing = append(standing, alert.Standing{Subject: a.Subject, Open: open, Armed: a.Armed})
	}
	for _, d := range alert.Decide(readings, standing) {
		if err := e.do(ctx, h, d, before[d.Reading.Subject]); err != nil {
			return fmt.Errorf("%s: %w", d.Reading.Subject, err)
		}
	}
	return e.keep(ctx, h, readings)
}

// do does one step. a is the alert that stands, where there is one.
func (e *evaluator) do(ctx context.Context, h ruleHeld, d alert.Decision, a store.Alert) error {
	r := d.Reading
	seen := a
	seen.LastDay, seen.Ledger, seen.Market, seen.Unchecked = e.day, e.ledger, e.market, ""
	if !d.Gone {
		seen.Threshold = r.Threshold
		if r.Value.Known {
			seen.Last = r.Value.Decimal
		}
	}
	switch d.Step {
	case alert.Raise:
		return e.raise(ctx, h, r)
	case alert.Keep:
		e.found.Open++
	case alert.Unknown:
		e.found.Unknown++
		if reason := r.Label + ": " + r.Reason; len(e.found.Reasons) < 3 {
			e.found.Reasons = append(e.found.Reasons, reason)
		}
		if a.ID == "" || a.State == store.AlertResolved {
			return nil
		}
		e.found.Open++
		seen.Unchecked, seen.Ledger, seen.Market = r.Reason, a.Ledger, a.Market
	case alert.Rearm:
		seen.Armed = true
	case alert.Resolve:
		e.found.Resolved++
		why := "it is no longer there"
		if !d.Gone {
			why = alert.Sentence(h.kind, r)
		}
		if err := e.tx.SeeAlert(ctx, seen); err != nil {
			return err
		}
		if err := e.tx.ResolveAlert(ctx, a.ID, why, true); err != nil {
			return err
		}
		return e.tell(ctx, h, a.ID, "resolved")
	default:
		return nil
	}
	if same(seen, a) {
		return nil
	}
	return e.tx.SeeAlert(ctx, seen)
}

// same reports that a check found what the one before it found.
func same(a, b store.Alert) bool {
	return a.Threshold.Equal(b.Threshold) && a.Last.Equal(b.Last) && a.LastDay == b.LastDay && a.Ledger == b.Ledger && a.Market == b.Market && a.Unchecked == b.Unchecked && a.Armed == b.Armed
}

func (e *evaluator) raise(ctx context.Context, h ruleHeld, r alert.Reading) error {
	now := e.s.now().UTC().Truncate(time.Microsecond)
	a := store.Alert{ID: store.NewID(), Portfolio: e.portfolio.ID, Rule: h.key, Kind: string(h.kind), Subject: r.Subject, Title: alert.Sentence(h.kind, r), Severity: h.severity, Unit: r.Unit, Below: r.Below,
		Threshold: r.Threshold, Value: r.Value.Decimal, First: e.day, Ledger: e.ledger, Market: e.market, Raised: now}
	if err := e.tx.RaiseAlert(ctx, a); err != nil {
		return err
	}
	e.found.Raised++
	e.found.Open++
	return e.tell(ctx, h, a.ID, "raised")
}

// keptDeliveries is how long it is kept how an alert was told.
const keptDeliveries = 90 * 24 * time.Hour

// tell puts an alert on its way through the channels of its rules.
func (e *evaluator) tell(ctx context.Context, h ruleHeld, id, event string) error {
	now := e.s.now().UTC().Truncate(time.Microsecond)
	told := map[string]bool{}
	for _, r := range h.tells {
		for _, channel := range r.Channels {
			if told[channel] {
				continue
			}
			told[channel] = true
			d := store.AlertDelivery{ID: store.NewID(), Identity: store.Identity{Tenant: e.tx.Identity().Tenant, User: r.User}, Home: r.Home, Portfolio: e.portfolio.ID, Alert: id, Channel: channel, Rule: r.ID,
				Event: event, Expires: now.Add(keptDeliveries), Due: now}
			if err := e.tx.DeliverAlert(ctx, d); err != nil {
				return err
			}
			e.told++
		}
	}
	return nil
}

// keep writes what was read, so that it can be shown: what is over first, then what could
// not be checked.
func (e *evaluator) keep(ctx context.Context, h ruleHeld, readings []alert.Reading) error {
	rank := func(r alert.Reading) int {
		switch {
		case r.Crossed():
			return 0
		case !r.Value.Known:
			return 1
		case !r.Back():
			return 2
		}
		return 3
	}
	shown := slices.Clone(readings)
	slices.SortStableFunc(shown, func(a, b alert.Reading) int { return rank(a) - rank(b) })
	if len(shown) > mostReadings {
		shown = shown[:mostReadings]
	}
	if shown == nil {
		shown = []alert.Reading{}
	}
	text, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	return e.tx.PutAlertCheck(ctx, store.AlertCheck{Portfolio: e.portfolio.ID, Rule: h.key, Day: e.day, At: e.s.now().UTC().Truncate(time.Microsecond), Ledger: e.ledger, Readings: text})
}

// AlertsDebounce is how long bookings and prices are gathered before a portfolio is held
// against its rules again.
const AlertsDebounce = 10 * time.Second

// checkSoon has a portfolio held against its rules soon, where one of them asks for that
// after bookings and new prices. Many changes in a short time lead to one check.
func (s *Service) checkSoon(ctx context.Context, tx store.Tx, portfolio string) error {
	if s.queue == nil {
		return nil
	}
	rules, err := tx.AlertRulesFor(ctx, portfolio)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(rules, func(r store.AlertRule) bool { return r.Eager }) {
		if guests, err := tx.GuestsOf(ctx, portfolio, true); err != nil || len(guests) == 0 {
			return err
		}
	}
	p, err := tx.Portfolio(ctx, portfolio)
	if err != nil {
		return err
	}
	// The stretch of time is part of what the job is about: one that runs already does not
	// stand in the way of the next.
	w := Work{Tenant: tx.Identity().Tenant, User: p.Owner, Portfolio: portfolio, ID: s.now().UTC().Truncate(AlertsDebounce).Format(time.RFC3339)}
	return s.queue.Enqueue(ctx, tx, WorkAlerts, w)
}

// checkPricesSoon does so for every portfolio that the caller may trade in and has such a
// rule.
func (s *Service) checkPricesSoon(ctx context.Context, tx store.Tx) error {
	if s.queue == nil {
		return nil
	}
	rules, err := tx.AlertRules(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(rules, func(r store.AlertRule) bool { return r.Eager && r.Enabled }) {
		if guests, err := tx.GuestsOf(ctx, "", true); err != nil || len(guests) == 0 {
			return err
		}
	}
	portfolios, err := tx.Portfolios(ctx, false)
	if err != nil {
		return err
	}
	for _, p := range portfolios {
		if !p.Role.Allows(store.CanTrade) {
			continue
		}
		if err := s.checkSoon(ctx, tx, p.ID); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}
