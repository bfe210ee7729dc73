package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// Tier is how much a user may have. Zero: as much as they like.
type Tier struct {
	Portfolios   int `json:"portfolios"`         // owned, archived ones included
	Transactions int `json:"transactions"`       // in force, a portfolio
	Imports      int `json:"imports_a_day"`      // files booked within 24 hours
	Calls        int `json:"api_calls_a_minute"` // of the API; zero: what API_RATE_LIMIT says
}

// UsualTier is what holds where nothing is configured: more than a person needs, less
// than a program gone wrong would take.
var UsualTier = Tier{Portfolios: 1000, Transactions: 1_000_000, Imports: 1000}

// tierOf is the tier of a name, and of everybody else's name that of "".
func (a Accounts) tierOf(name string) Tier {
	if t, ok := a.Tiers[name]; ok {
		return t
	}
	if t, ok := a.Tiers[""]; ok {
		return t
	}
	return UsualTier
}

// Tiers are those configured, by name; "" is everybody's.
func (s *Service) Tiers() map[string]Tier {
	all := maps.Clone(s.accounts.Tiers)
	if all == nil {
		all = map[string]Tier{}
	}
	if _, ok := all[""]; !ok {
		all[""] = UsualTier
	}
	return all
}

// TierOf is how much the caller may have.
func (s *Service) TierOf(ctx context.Context, c Caller) (Tier, error) {
	me, err := s.Me(ctx, c)
	return s.accounts.tierOf(me.Tier), err
}

// tier is that of the owner of what is changed, as far as the caller may look: a guest
// in another's portfolio is bound by their own.
func (s *Service) tier(ctx context.Context, v store.View) (Tier, error) {
	u, err := v.User(ctx, v.Identity().User)
	if errors.Is(err, store.ErrForbidden) || errors.Is(err, store.ErrNotFound) {
		return s.accounts.tierOf(""), nil // a guest of the tenant
	}
	return s.accounts.tierOf(u.Tier), err
}

// beyond is the refusal of what is more than a tier allows.
func beyond(field string, asked, limit int, what string) error {
	return &ledger.Fault{Field: field, Value: strconv.Itoa(asked), Problem: fmt.Sprintf("the limit is %d %s", limit, what), Cure: "remove some, or ask who runs the installation for a larger plan", Err: ErrTier}
}

// onePortfolioMore refuses a portfolio too many.
func (s *Service) onePortfolioMore(ctx context.Context, v store.View) error {
	t, err := s.tier(ctx, v)
	if err != nil || t.Portfolios == 0 {
		return err
	}
	all, err := v.Portfolios(ctx, true)
	if err != nil {
		return err
	}
	own := 0
	for _, p := range all {
		if p.Owner == v.Identity().User {
			own++
		}
	}
	if own >= t.Portfolios {
		return beyond("portfolios", own+1, t.Portfolios, "portfolios")
	}
	return nil
}

// moreBookings refuses so many bookings in a portfolio.
func (s *Service) moreBookings(ctx context.Context, v store.View, before, added int) error {
	if added <= 0 {
		return nil
	}
	t, err := s.tier(ctx, v)
	if err == nil && t.Transactions > 0 && before+added > t.Transactions {
		err = beyond("transactions", before+added, t.Transactions, "transactions a portfolio")
	}
	return err
}

// growth is how many more bookings are in force after a change.
func growth(change store.Change) int {
	n := -len(change.Remove)
	for i := range change.Enter {
		if change.Enter[i].Replaces == "" {
			n++
		}
	}
	return n
}

// oneImportMore refuses an import too many.
func (s *Service) oneImportMore(ctx context.Context, v store.View) error {
	t, err := s.tier(ctx, v)
	if err != nil || t.Imports == 0 {
		return err
	}
	n, err := v.ImportsSince(ctx, s.now().UTC().Add(-24*time.Hour))
	if err == nil && n >= t.Imports {
		err = beyond("imports", n+1, t.Imports, "imports a day")
	}
	return err
}

// mayImport refuses a file that is more than a tier allows.
func (s *Service) mayImport(ctx context.Context, v store.View, p *plan) error {
	if len(p.added) == 0 {
		return nil
	}
	if err := s.oneImportMore(ctx, v); err != nil {
		return err
	}
	return s.moreBookings(ctx, v, len(p.draft.kept), len(p.added))
}
