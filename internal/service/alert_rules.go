package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/alert"
	"github.com/foliosight/foliosight/internal/store"
)

// AlertRules are the caller's own, those they made as a guest too, and those of portfolios
// they see at home.
func (s *Service) AlertRules(ctx context.Context, c Caller) (all []store.AlertRule, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.AlertRules(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.asGuest(ctx, c, func(ctx context.Context, v store.View) error {
		theirs, err := v.AlertRules(ctx)
		for _, r := range theirs {
			if r.Home != "" {
				all = append(all, r)
			}
		}
		return err
	})
	slices.SortFunc(all, func(a, b store.AlertRule) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}

// AlertRule is one of them.
func (s *Service) AlertRule(ctx context.Context, c Caller, id string) (r store.AlertRule, err error) {
	if c, err = s.aboutRow(ctx, c, id); err != nil {
		return r, err
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		r, err = v.AlertRule(ctx, id)
		return err
	})
	return r, err
}

// Bounds of rules.
const (
	mostRules    = 200 // that a user sees
	longestName  = 100
	mostChannels = 20
)

// SaveAlertRule adds a rule (without an id) or changes one. The kind and the portfolio of
// a rule stay; a rule that is switched off resolves what it raised. Of a portfolio that
// was granted in another tenant it is the caller's alone, and ends with the grant.
func (s *Service) SaveAlertRule(ctx context.Context, c Caller, r store.AlertRule) (saved store.AlertRule, err error) {
	if err := checkRule(&r); err != nil {
		return saved, err
	}
	own, err := s.AlertChannels(ctx, c) // at home, wherever the rule is
	if err != nil {
		return saved, err
	}
	about := c.about(r.Portfolio)
	if r.ID != "" {
		if about, err = s.aboutRow(ctx, c, r.ID); err != nil {
			return saved, err
		}
	}
	err = s.as(ctx, about, func(ctx context.Context, tx store.Tx) error {
		if err := s.knownChannels(ctx, tx, r, own); err != nil {
			return err
		}
		if err := guestRule(c, tx.Identity(), &r); err != nil {
			return err
		}
		if r.ID == "" {
			all, err := tx.AlertRules(ctx)
			if err != nil {
				return err
			}
			if r.Home != "" {
				all = slices.DeleteFunc(all, func(one store.AlertRule) bool { return one.Home == "" })
			}
			if len(all) >= mostRules {
				return fault("rules", fmt.Sprint(len(all)), "there are as many rules as there may be", "delete one that is of no use any more")
			}
			r.ID, r.Revision = store.NewID(), 0
		} else {
			was, err := tx.AlertRule(ctx, r.ID)
			if err != nil {
				return err
			}
			if was.Kind != r.Kind || was.Portfolio != r.Portfolio {
				return fault("kind", r.Kind, "the kind and the portfolio of a rule stay as they are", "make a new rule and delete this one")
			}
			if r.Revision == 0 {
				r.Revision = was.Revision
			}
			if !r.Enabled && was.Enabled {
				if err := resolveAll(ctx, tx, was.ID, "the rule was switched off"); err != nil {
					return err
				}
			}
		}
		saved, err = tx.PutAlertRule(ctx, r)
		return err
	})
	return saved, err
}

// knownChannels refuses a channel that the caller does not have. Those of a rule of
// somebody else, who set them, stay.
func (s *Service) knownChannels(ctx context.Context, v store.View, r store.AlertRule, own []store.AlertChannel) error {
	if len(r.Channels) == 0 {
		return nil
	}
	var before []string
	if r.ID != "" {
		was, err := v.AlertRule(ctx, r.ID)
		if err != nil {
			return err
		}
		if was.User != v.Identity().User {
			if !slices.Equal(was.Channels, r.Channels) {
				return fault("channels", "", "the channels of a rule are those of whoever made it", "leave them as they are")
			}
			before = was.Channels
		}
	}
	for _, id := range r.Channels {
		if !slices.ContainsFunc(own, func(c store.AlertChannel) bool { return c.ID == id }) && !slices.Contains(before, id) {
			return fault("channels", id, "there is no such channel", "use one of your channels")
		}
	}
	return nil
}

// resolveAll ends what a rule raised.
func resolveAll(ctx context.Context, tx store.Tx, rule, why string) error {
	open, err := tx.Alerts(ctx, store.AlertFilter{Rule: rule, States: []store.AlertState{store.AlertRaised, store.AlertAcknowledged}, Limit: 10000})
	if err != nil {
		return err
	}
	for _, a := range open {
		if err := tx.ResolveAlert(ctx, a.ID, why, true); err != nil {
			return err
		}
	}
	return nil
}

// DeleteAlertRule takes a rule away and resolves what it raised; the alerts stay in the
// history.
func (s *Service) DeleteAlertRule(ctx context.Context, c Caller, id string) error {
	c, err := s.aboutRow(ctx, c, id)
	if err != nil {
		return err
	}
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.AlertRule(ctx, id); err != nil {
			return err
		}
		if err := resolveAll(ctx, tx, id, "the rule was deleted"); err != nil {
			return err
		}
		return tx.DeleteAlertRule(ctx, id)
	})
}

// checkRule says what is wrong with a rule, and fills in what was not said.
func checkRule(r *store.AlertRule) error {
	r.Name, r.Subject = strings.TrimSpace(r.Name), strings.TrimSpace(r.Subject)
	d, ok := alert.Describe(alert.Kind(r.Kind))
	if !ok {
		var kinds []string
		for _, k := range alert.Kinds() {
			kinds = append(kinds, string(k.Kind))
		}
		return fault("kind", r.Kind, "there is no such kind of rule", "use one of "+strings.Join(kinds, ", "))
	}
	var faults ledger.Faults
	bad := func(field, value, problem, cure string) {
		faults = append(faults, &ledger.Fault{Field: field, Value: value, Problem: problem, Cure: cure})
	}
	if r.Name == "" {
		r.Name = d.Name
	}
	if r.Severity == "" {
		r.Severity = string(d.Severity)
	}
	if !d.Either {
		r.Below = d.Below
	}
	if utf8.RuneCountInString(r.Name) > longestName || utf8.RuneCountInString(r.Subject) > longestName {
		bad("name", "", "it is too long", fmt.Sprintf("use at most %d letters", longestName))
	}
	switch {
	case d.Subject == alert.OneOf && r.Subject == "":
		bad("subject", "", "it is not said which holding", "give its symbol")
	case d.Subject == alert.Whole && r.Subject != "":
		bad("subject", r.Subject, "a rule of this kind is about the portfolio as a whole", "leave it empty")
	}
	if !slices.Contains(alert.Severities(), alert.Severity(r.Severity)) {
		bad("severity", r.Severity, "there is no such severity", "use info, warning or critical")
	}
	whole := d.Unit == alert.Days || d.Unit == alert.Sessions || d.Unit == alert.Attempts
	switch {
	case r.Threshold.Sign() < 0 || r.Threshold.Sign() == 0 && d.Unit != alert.Days && d.Unit != alert.Sessions && d.Kind != alert.Limits:
		bad("threshold", r.Threshold.String(), "it is not positive", "losses and shares are positive here")
	case d.Unit == alert.Fraction && r.Threshold.Float64() > 100:
		bad("threshold", r.Threshold.String(), "it is a fraction of the value: 0.1 is 10%", "divide it by 100")
	case whole && !r.Threshold.Round(0).Equal(r.Threshold):
		bad("threshold", r.Threshold.String(), "it is counted in whole "+d.Unit, "use a whole number")
	case !r.Threshold.Round(8).Equal(r.Threshold) || r.Threshold.Float64() > 1e12:
		bad("threshold", r.Threshold.String(), "it has too many digits", "use at most 8 after the point")
	}
	switch {
	case r.Band.Sign() < 0:
		bad("band", r.Band.String(), "it is negative", "give how far back the figure has to go, or 0")
	case d.Kind == alert.Limits && r.Band.Float64() >= 1:
		bad("band", r.Band.String(), "it is a share of each limit and below 1", "0.02 is 2% of the limit")
	case d.Kind != alert.Limits && !r.Below && r.Threshold.Sign() > 0 && r.Band.Cmp(r.Threshold) > 0:
		bad("band", r.Band.String(), "it is wider than the threshold, so that the rule would never be armed again", "use a smaller one")
	case !r.Band.Round(8).Equal(r.Band):
		bad("band", r.Band.String(), "it has too many digits", "use at most 8 after the point")
	}
	if (r.QuietFrom == "") != (r.QuietTo == "") {
		bad("quiet_from", r.QuietFrom, "quiet hours have a beginning and an end", "give both or neither")
	}
	for field, value := range map[string]*string{"quiet_from": &r.QuietFrom, "quiet_to": &r.QuietTo} {
		if *value == "" {
			continue
		}
		at, err := time.Parse("15:04", *value)
		if err != nil {
			bad(field, *value, "it is no time of the day", "write it as 22:00")
			continue
		}
		*value = at.Format("15:04")
	}
	if r.QuietFrom != "" && r.QuietFrom == r.QuietTo {
		r.QuietFrom, r.QuietTo = "", "" // a stretch of no length
	}
	if len(r.Channels) > mostChannels {
		bad("channels", fmt.Sprint(len(r.Channels)), "there are too many", fmt.Sprintf("use at most %d", mostChannels))
	}
	slices.SortFunc(faults, func(a, b *ledger.Fault) int { return strings.Compare(a.Field, b.Field) })
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// quietUntil is when the quiet hours that t lies in end, in a time zone; zero: it lies in
// none. Hours whose end is before their beginning go over midnight.
func quietUntil(t time.Time, from, to, zone string) time.Time {
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	begin, errBegin := time.Parse("15:04", from)
	end, errEnd := time.Parse("15:04", to)
	if errBegin != nil || errEnd != nil {
		return time.Time{}
	}
	t = t.In(place)
	year, month, day := t.Date()
	at := func(clock time.Time, days int) time.Time {
		return time.Date(year, month, day+days, clock.Hour(), clock.Minute(), 0, 0, place)
	}
	for _, days := range []int{-1, 0} { // hours that began yesterday, and today
		over := 0
		if end.Before(begin) {
			over = 1
		}
		if b, e := at(begin, days), at(end, days+over); !t.Before(b) && t.Before(e) {
			return e.UTC()
		}
	}
	return time.Time{}
}
