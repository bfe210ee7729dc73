package service

import (
	"context"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// linkPrefix marks the tokens of links.
const linkPrefix = "fsl_"

// How long links last, how many a portfolio has, and how often a visit is noted.
const (
	longestLink  = 366 * 24 * time.Hour
	linksAtMost  = 50
	visitedEvery = time.Minute
)

// NewLink is a link to be made.
type NewLink struct {
	Label   string
	Shows   store.Shows // Everything or Percentages
	Expires time.Time   // at most a year from now
}

// Links of a portfolio, for those who manage it.
func (s *Service) Links(ctx context.Context, c Caller, portfolio string) (all []store.Link, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		all, err = v.Links(ctx, portfolio)
		return err
	})
	return all, err
}

// CreateLink makes a link that shows a portfolio to whoever has it. Its token is
// returned once and kept nowhere.
func (s *Service) CreateLink(ctx context.Context, c Caller, portfolio string, n NewLink) (l store.Link, token string, err error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	if n.Shows == "" {
		n.Shows = store.Percentages
	}
	token = linkPrefix + newToken()
	l = store.Link{ID: store.NewID(), Portfolio: portfolio, TokenHash: tokenHash(token), Label: strings.TrimSpace(n.Label), Shows: n.Shows, Created: now, Expires: n.Expires.UTC().Truncate(time.Microsecond)}
	switch {
	case l.Label == "" || len(l.Label) > 100:
		return l, "", fault("label", l.Label, "it is empty or too long", "say for whom the link is, in at most 100 letters")
	case l.Shows != store.Everything && l.Shows != store.Percentages:
		return l, "", fault("shows", string(l.Shows), "there is no such choice", "use everything or percentages")
	case !l.Expires.After(now):
		return l, "", fault("expires", l.Expires.Format(time.RFC3339), "it lies in the past", "give a time to come")
	case l.Expires.Sub(now) > longestLink:
		return l, "", fault("expires", l.Expires.Format(time.RFC3339), "it is more than a year away", "make a link for a year at most")
	}
	err = s.manage(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		have, err := tx.Links(ctx, portfolio)
		if err != nil {
			return err
		}
		good := 0
		for _, one := range have {
			if one.Revoked.IsZero() && one.Expires.After(now) {
				good++
			}
		}
		if good >= linksAtMost {
			return fault("label", l.Label, "there are 50 links already", "revoke one that is not used any more")
		}
		return tx.CreateLink(ctx, l)
	})
	return l, token, err
}

// LinkAddress is where a link leads.
func (s *Service) LinkAddress(token string) string { return s.accounts.PublicURL + "/l/" + token }

// RevokeLink ends a link at once.
func (s *Service) RevokeLink(ctx context.Context, c Caller, portfolio, id string) error {
	return s.manage(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error { return tx.RevokeLink(ctx, portfolio, id) })
}

// byLink is somebody who looks by a link: a guest of no tenant who sees one portfolio.
func (s *Service) byLink(ctx context.Context, token string, now time.Time) (Caller, error) {
	l, err := s.store.LinkOf(ctx, tokenHash(token), now)
	if err != nil {
		return Caller{}, err
	}
	if now.Sub(l.LastUsed) >= visitedEvery {
		err := s.store.As(ctx, store.Identity{Tenant: l.Tenant, User: l.CreatedBy}, func(ctx context.Context, tx store.Tx) error {
			return tx.TouchLink(ctx, l.Portfolio, l.ID, now.Truncate(time.Microsecond))
		})
		if err != nil {
			return Caller{}, err
		}
	}
	c := Caller{Identity: store.Identity{User: l.ID}, Token: l.ID, Scope: ScopeRead, Link: l.Portfolio, Until: l.Expires, Shows: l.Shows}
	if l.Shows == store.Percentages {
		c.Scope = ScopeGlance
	}
	return c, nil
}
