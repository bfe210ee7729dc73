package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/store"
)

// Alerts of the portfolios that the caller sees, the newest first: of a portfolio that is
// named, wherever it lies; else of those at home, and of the caller's own rules as a guest.
func (s *Service) Alerts(ctx context.Context, c Caller, f store.AlertFilter) (all []store.Alert, err error) {
	for _, state := range f.States {
		if state != store.AlertRaised && state != store.AlertAcknowledged && state != store.AlertResolved {
			return nil, fault("state", string(state), "there is no such state", "use raised, acknowledged or resolved")
		}
	}
	err = s.read(ctx, c.about(f.Portfolio), func(ctx context.Context, v store.View) (err error) {
		all, err = v.Alerts(ctx, f)
		return err
	})
	if err != nil || f.Portfolio != "" {
		return all, err
	}
	f.Guest = true
	err = s.asGuest(ctx, c, func(ctx context.Context, v store.View) error {
		theirs, err := v.Alerts(ctx, f)
		all = append(all, theirs...)
		return err
	})
	slices.SortFunc(all, func(a, b store.Alert) int { return strings.Compare(b.ID, a.ID) })
	return all[:min(len(all), cmp.Or(max(f.Limit, 0), alertsAtOnce))], err
}

// alertsAtOnce is how many alerts are given where it is not said how many.
const alertsAtOnce = 100

// AlertDetail is an alert with how it was told through the caller's own channels.
type AlertDetail struct {
	store.Alert
	Deliveries []AlertDelivery
}

// AlertDelivery is one delivery with its attempts.
type AlertDelivery struct {
	store.AlertDelivery
	Channel  store.AlertChannel
	Attempts []store.AlertAttempt
}

// Alert is one of them.
func (s *Service) Alert(ctx context.Context, c Caller, id string) (d AlertDetail, err error) {
	about, err := s.aboutRow(ctx, c, id)
	if err != nil {
		return d, err
	}
	own, err := s.AlertChannels(ctx, c) // at home, wherever the alert is
	if err != nil {
		return d, err
	}
	err = s.read(ctx, about, func(ctx context.Context, v store.View) error {
		if d.Alert, err = v.Alert(ctx, id); err != nil {
			return err
		}
		all, err := v.AlertDeliveries(ctx, id)
		if err != nil {
			return err
		}
		for _, one := range all {
			told := AlertDelivery{AlertDelivery: one, Channel: store.AlertChannel{ID: one.Channel, Name: "a channel that is gone"}}
			if i := slices.IndexFunc(own, func(ch store.AlertChannel) bool { return ch.ID == one.Channel }); i >= 0 {
				told.Channel = own[i]
			}
			if told.Attempts, err = v.AlertAttempts(ctx, one.ID); err != nil {
				return err
			}
			d.Deliveries = append(d.Deliveries, told)
		}
		return nil
	})
	return d, err
}

// AlertsWaiting is how many alerts wait for somebody to see to them.
func (s *Service) AlertsWaiting(ctx context.Context, c Caller) (n int, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		n, err = v.AlertsWaiting(ctx)
		return err
	})
	if err != nil || c.Tenant == "" {
		return n, err
	}
	theirs, err := s.store.GuestAlertsWaiting(ctx, c.User)
	return n + theirs, err
}

const longestWhy = 500

func whySaid(why string) (string, error) {
	why = strings.TrimSpace(why)
	if utf8.RuneCountInString(why) > longestWhy {
		return "", fault("reason", "", "it is too long", fmt.Sprintf("say it in %d letters", longestWhy))
	}
	return why, nil
}

// AcknowledgeAlert notes who has seen to an alert, and what they said.
func (s *Service) AcknowledgeAlert(ctx context.Context, c Caller, id, why string) (a store.Alert, err error) {
	if why, err = whySaid(why); err != nil {
		return a, err
	}
	if c, err = s.aboutRow(ctx, c, id); err != nil {
		return a, err
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) (err error) {
		if err = tx.AcknowledgeAlert(ctx, id, why); err != nil {
			return err
		}
		a, err = tx.Alert(ctx, id)
		return err
	})
	return a, err
}

// ResolveAlert ends an alert by hand, which takes a reason. It is not raised again before
// the figure has gone back by the whole band.
func (s *Service) ResolveAlert(ctx context.Context, c Caller, id, why string) (a store.Alert, err error) {
	if why, err = whySaid(why); err != nil {
		return a, err
	}
	if why == "" {
		return a, fault("reason", "", "an alert is resolved without a reason", "say why; the audit trail keeps it")
	}
	if c, err = s.aboutRow(ctx, c, id); err != nil {
		return a, err
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) (err error) {
		if err = tx.ResolveAlert(ctx, id, why, false); err != nil {
			return err
		}
		a, err = tx.Alert(ctx, id)
		return err
	})
	return a, err
}

// RuleCheck is what stood against a rule when it was last looked at.
type RuleCheck struct {
	store.AlertCheck
	Read []alert.Reading
}

// AlertChecks are those of a portfolio.
func (s *Service) AlertChecks(ctx context.Context, c Caller, portfolio string) (all []RuleCheck, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) error {
		checks, err := v.AlertChecks(ctx, portfolio)
		for _, one := range checks {
			r := RuleCheck{AlertCheck: one}
			if err := json.Unmarshal(one.Readings, &r.Read); err != nil {
				return fmt.Errorf("check of %s: %w", one.Rule, err)
			}
			all = append(all, r)
		}
		return err
	})
	return all, err
}

// AlertsFound says what came of holding a portfolio against its rules.
type AlertsFound struct {
	Rules    int       // looked at, the portfolio's limits counted as one
	Raised   int       // new alerts
	Resolved int       // that ended by themselves
	Open     int       // that are open now
	Unknown  int       // figures that could not be checked
	Reasons  []string  // why not, at most a few
	Day      date.Date // of the figures
}

// String says it in a sentence.
func (f AlertsFound) String() string {
	if f.Rules == 0 {
		return "no rules"
	}
	words := []string{fmt.Sprintf("%d rules", f.Rules), fmt.Sprintf("%d raised", f.Raised), fmt.Sprintf("%d resolved", f.Resolved), fmt.Sprintf("%d open", f.Open)}
	if f.Unknown > 0 {
		words = append(words, fmt.Sprintf("%d could not be checked (%s)", f.Unknown, strings.Join(f.Reasons, "; ")))
	}
	return strings.Join(words, ", ")
}

// CheckAlerts holds a portfolio against its rules and limits now.
func (s *Service) CheckAlerts(ctx context.Context, c Caller, portfolio string) (AlertsFound, error) {
	if err := c.Require(ScopeTrade); err != nil {
		return AlertsFound{}, err
	}
	var p store.Portfolio
	tenant := ""
	err := s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		tenant = v.Identity().Tenant
		p, err = v.Portfolio(ctx, portfolio)
		return err
	})
	if err != nil {
		return AlertsFound{}, err
	}
	if !p.Role.Allows(store.CanTrade) {
		return AlertsFound{}, fmt.Errorf("portfolio %q: %w", p.Name, ErrForbidden)
	}
	// The owner's rules for all portfolios hold too, and nobody else sees those: what a
	// portfolio is held against does not depend on who asks.
	return s.CheckAlertsFor(ctx, Work{Tenant: tenant, User: p.Owner, Portfolio: p.ID})
}

// CheckAlertsFor does the same for a job, on behalf of the portfolio's owner, and then
// holds the same figures against the rules of its guests, each in a transaction of theirs.
// What comes of those is the guests' alone.
func (s *Service) CheckAlertsFor(ctx context.Context, w Work) (found AlertsFound, err error) {
	owner := Caller{Identity: store.Identity{Tenant: w.Tenant, User: w.User}}
	today := date.FromTime(s.now().UTC())
	f := evaluation{facts: alert.Facts{Day: today}}
	var guests []string
	err = s.read(ctx, owner, func(ctx context.Context, v store.View) (err error) {
		if f.portfolio, err = v.Portfolio(ctx, w.Portfolio); err != nil {
			return err
		}
		if f.facts.Analysis, err = s.analyses.answer(ctx, v, Question{Portfolios: []string{w.Portfolio}, Period: "Max"}, today); err != nil {
			return err
		}
		if guests, err = v.GuestsOf(ctx, w.Portfolio, false); err != nil {
			return err
		}
		f.market, err = v.MarketVersion(ctx)
		return err
	})
	if err != nil {
		return found, err
	}
	f.ledger, f.day = f.facts.Analysis.LedgerVersion, f.facts.Analysis.AsOf
	err = s.as(ctx, owner, func(ctx context.Context, tx store.Tx) (err error) {
		found, err = s.evaluate(ctx, tx, f)
		return err
	})
	if err != nil {
		return found, err
	}
	return found, s.evaluateForGuests(ctx, w.Tenant, guests, f)
}

// checkAlerts holds a nightly analysis against the rules, in the transaction that
// completes it.
func (n *NightlyAnalysis) checkAlerts(ctx context.Context, tx store.Tx) (AlertsFound, error) {
	if n.analysis == nil { // every section was made by an attempt before
		var err error
		if n.analysis, err = n.s.analyses.asOfVersions(ctx, tx, n.run.Portfolio, &n.document, true); err != nil {
			return AlertsFound{}, err
		}
	}
	if err := n.s.checkGuestsSoon(ctx, tx, n.run); err != nil {
		return AlertsFound{}, err
	}
	return n.s.evaluate(ctx, tx, evaluation{portfolio: n.portfolio, facts: alert.Facts{Analysis: n.analysis, Day: n.run.Day, JobRead: true}, day: n.run.Day,
		ledger: n.run.Ledger, market: n.run.Market})
}

// failedAlerts tells the rules about jobs that an attempt failed.
func (n *NightlyAnalysis) failedAlerts(ctx context.Context) error {
	return n.s.as(ctx, n.caller, func(ctx context.Context, tx store.Tx) error {
		_, err := n.s.evaluate(ctx, tx, evaluation{portfolio: n.portfolio, facts: alert.Facts{Day: n.run.Day, Failures: n.run.Attempt, JobRead: true}, day: n.run.Day,
			ledger: n.run.Ledger, market: n.run.Market})
		return err
	})
}
