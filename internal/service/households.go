package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// householdsAtMost is how many households a person founds, and peopleAtMost how many
// people one has.
const (
	householdsAtMost = 20
	peopleAtMost     = 50
)

// Household is some people who look at portfolios together, as a member sees it.
type Household struct {
	store.Household
	Me      string // id of the caller's place in it
	Founded bool   // by the caller
	Joined  bool   // else the caller is invited
	People  []store.HouseholdPerson
	Parts   []HouseholdPart // for members
}

// HouseholdPart is a portfolio that a member brought in. Its name is said where
// everything is shown, and to whom it belongs.
type HouseholdPart struct {
	store.Contribution
	By   string // the member's name
	Name string // of the portfolio; empty where it is shown together only
	Mine bool   // the caller brought it in
}

// Households are those of the caller, and those they are invited to.
func (s *Service) Households(ctx context.Context, c Caller) (all []Household, err error) {
	places, err := s.memberships(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, m := range places {
		h, err := s.household(ctx, c, m)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

// Household is one of them.
func (s *Service) Household(ctx context.Context, c Caller, id string) (Household, error) {
	m, err := s.membership(ctx, c, id)
	if err != nil {
		return Household{}, err
	}
	return s.household(ctx, c, m)
}

func (s *Service) memberships(ctx context.Context, c Caller) ([]store.Membership, error) {
	if err := c.Require(ScopeRead); err != nil {
		return nil, err
	}
	if c.Tenant == "" {
		return nil, fmt.Errorf("households: %w", ErrForbidden)
	}
	return s.store.Memberships(ctx, c.Identity, s.provesAddresses())
}

// membership is the caller's place in a household. Who has none does not learn that
// there is such a household.
func (s *Service) membership(ctx context.Context, c Caller, id string) (store.Membership, error) {
	places, err := s.memberships(ctx, c)
	if err != nil {
		return store.Membership{}, err
	}
	for _, m := range places {
		if m.Household == id {
			return m, nil
		}
	}
	return store.Membership{}, fmt.Errorf("household %s: %w", id, ErrNotFound)
}

// member is membership for what takes having joined.
func (s *Service) member(ctx context.Context, c Caller, id string) (store.Membership, error) {
	m, err := s.membership(ctx, c, id)
	if err == nil && !m.Joined {
		err = fmt.Errorf("household %s: join it first: %w", id, ErrForbidden)
	}
	return m, err
}

// household reads what a member, or somebody invited, may know of one.
func (s *Service) household(ctx context.Context, c Caller, m store.Membership) (h Household, err error) {
	h = Household{Me: m.Person, Joined: m.Joined, Founded: m.Founder == (store.Identity{Tenant: c.Tenant, User: c.User})}
	err = s.store.Read(ctx, m.Founder, func(ctx context.Context, v store.View) (err error) {
		h.Household, h.People, err = v.Household(ctx, m.Household)
		return err
	})
	if err != nil || !m.Joined {
		// Who is only invited learns who invited them, and nothing of the others.
		h.People = slices.DeleteFunc(h.People, func(p store.HouseholdPerson) bool { return p.User != m.Founder.User && p.ID != m.Person })
		return h, err
	}
	parts, err := s.store.Contributions(ctx, m.Household, c.User)
	if err != nil {
		return h, err
	}
	for _, part := range parts {
		p := HouseholdPart{Contribution: part, Mine: part.User == c.User}
		if i := slices.IndexFunc(h.People, func(x store.HouseholdPerson) bool { return x.User == part.User }); i >= 0 {
			p.By = h.People[i].Name
		}
		if p.Mine || part.Shows == store.Everything {
			as := store.Identity{Tenant: part.Tenant, User: m.Household}
			err := s.store.Read(ctx, as, func(ctx context.Context, v store.View) error {
				own, err := v.Portfolio(ctx, part.Portfolio)
				p.Name = own.Name
				return err
			})
			if errors.Is(err, ErrNotFound) { // withdrawn meanwhile
				continue
			}
			if err != nil {
				return h, err
			}
		}
		h.Parts = append(h.Parts, p)
	}
	return h, nil
}

// CreateHousehold founds a household, with the caller as its first member.
func (s *Service) CreateHousehold(ctx context.Context, c Caller, name string) (h Household, err error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 100 {
		return h, fault("name", name, "it is empty or too long", "give a name of at most 100 letters")
	}
	places, err := s.memberships(ctx, c)
	if err != nil {
		return h, err
	}
	founded := 0
	for _, m := range places {
		if m.Founder.User == c.User {
			founded++
		}
	}
	if founded >= householdsAtMost {
		return h, fault("name", name, "you have founded 20 households already", "end one that is not used any more")
	}
	id := store.NewID()
	err = s.manage(ctx, c, func(ctx context.Context, tx store.Tx) error {
		me, err := tx.User(ctx, c.User)
		if err != nil {
			return err
		}
		return tx.CreateHousehold(ctx, store.Household{ID: id, Name: name}, store.HouseholdPerson{ID: store.NewID(), Email: me.Email, Name: me.Name})
	})
	if err != nil || writing(ctx) {
		return Household{Household: store.Household{ID: id, Tenant: c.Tenant, Founder: c.User, Name: name, Created: s.now().UTC()}, Founded: true, Joined: true}, err
	}
	return s.Household(ctx, c, id)
}

// founder refuses everybody but who founded a household.
func (s *Service) founder(ctx context.Context, c Caller, id string) (Household, error) {
	h, err := s.Household(ctx, c, id)
	if err == nil && !h.Founded {
		err = fmt.Errorf("household %s: only its founder may: %w", id, ErrForbidden)
	}
	return h, err
}

// InviteToHousehold lets whoever has an address join. Whether they have an account is
// neither looked at nor said.
func (s *Service) InviteToHousehold(ctx context.Context, c Caller, id, email string) (mailed bool, err error) {
	email = strings.TrimSpace(email)
	if err := checkEmail(email); err != nil {
		return false, err
	}
	from, err := s.sender(ctx, c, email)
	if err != nil {
		return false, err
	}
	h, err := s.founder(ctx, c, id)
	if err != nil {
		return false, err
	}
	if len(h.People) >= peopleAtMost {
		return false, fault("email", email, "the household has 50 people already", "remove one first")
	}
	err = s.manage(ctx, c, func(ctx context.Context, tx store.Tx) error {
		return tx.InviteToHousehold(ctx, id, store.HouseholdPerson{ID: store.NewID(), Email: email})
	})
	if err != nil {
		return false, err
	}
	return s.tell(ctx, c, "household", email, from+" invites you to a household",
		fmt.Sprintf("%s invites you to look at portfolios together, as the household %q on FolioSight. Nothing of yours is shown until you choose what:\n\n%s\n\n%s\n\nIf you do not know %s, leave it.\n", from, h.Name, s.accounts.PublicURL+"/households", s.howToRegister(), from))
}

// JoinHousehold accepts an invitation. It shows nothing: that is Contribute.
func (s *Service) JoinHousehold(ctx context.Context, c Caller, id string) error {
	if err := c.Require(ScopeManage); err != nil {
		return err
	}
	m, err := s.membership(ctx, c, id)
	if err != nil || m.Joined {
		return err
	}
	me, err := s.Me(ctx, c)
	if err != nil {
		return err
	}
	// The invitation was the founder's; in their name it is taken up.
	return s.store.As(ctx, m.Founder, func(ctx context.Context, tx store.Tx) error {
		return tx.JoinHousehold(ctx, id, m.Person, c.User, me.Name)
	})
}

// LeaveHousehold takes the caller out, with everything that they brought in; an
// invitation is declined. The founder ends a household instead.
func (s *Service) LeaveHousehold(ctx context.Context, c Caller, id string) error {
	if err := c.Require(ScopeManage); err != nil {
		return err
	}
	m, err := s.membership(ctx, c, id)
	if err != nil {
		return err
	}
	if m.Founder.User == c.User {
		return fault("household", id, "you founded it", "end it instead")
	}
	return s.part(ctx, m, m.Person, c.User)
}

// RemoveFromHousehold takes somebody out, with everything that they brought in; for its
// founder.
func (s *Service) RemoveFromHousehold(ctx context.Context, c Caller, id, person string) error {
	if err := c.Require(ScopeManage); err != nil {
		return err
	}
	h, err := s.founder(ctx, c, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(h.People, func(p store.HouseholdPerson) bool { return p.ID == person })
	switch {
	case i < 0:
		return fmt.Errorf("person %s: %w", person, ErrNotFound)
	case h.People[i].User == c.User:
		return fault("person", person, "you founded it", "end the household instead")
	}
	m := store.Membership{Household: id, Founder: store.Identity{Tenant: c.Tenant, User: c.User}}
	return s.part(ctx, m, person, h.People[i].User)
}

// part withdraws what a user brought in, and takes them out: in this order, so that
// nothing of theirs stays where it does not end well.
func (s *Service) part(ctx context.Context, m store.Membership, person, user string) error {
	if user != "" {
		parts, err := s.store.Contributions(ctx, m.Household, m.Founder.User)
		if err != nil {
			return err
		}
		for _, p := range parts {
			if p.User != user {
				continue
			}
			if err := s.withdraw(ctx, p); err != nil {
				return err
			}
		}
	}
	return s.store.As(ctx, m.Founder, func(ctx context.Context, tx store.Tx) error { return tx.LeaveHousehold(ctx, m.Household, person) })
}

// withdraw takes a portfolio out in the name of who brought it in.
func (s *Service) withdraw(ctx context.Context, p store.Contribution) error {
	err := s.store.As(ctx, store.Identity{Tenant: p.Tenant, User: p.User}, func(ctx context.Context, tx store.Tx) error { return tx.Withdraw(ctx, p.Household, p.Portfolio) })
	return ignoreMissing(err)
}

// EndHousehold ends a household and withdraws everything from it; for its founder.
func (s *Service) EndHousehold(ctx context.Context, c Caller, id string) error {
	if err := c.Require(ScopeManage); err != nil {
		return err
	}
	h, err := s.founder(ctx, c, id)
	if err != nil {
		return err
	}
	for _, p := range h.Parts {
		if err := s.withdraw(ctx, p.Contribution); err != nil {
			return err
		}
	}
	return s.manage(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DeleteHousehold(ctx, id) })
}

// Contribute brings a portfolio of the caller's into a household: into figures of all
// portfolios together only, or with everything.
func (s *Service) Contribute(ctx context.Context, c Caller, id, portfolio string, shows store.Shows) error {
	if shows != store.Everything && shows != store.Together {
		return fault("shows", string(shows), "there is no such choice", "use together or everything")
	}
	if _, err := s.member(ctx, c, id); err != nil {
		return err
	}
	return s.manage(ctx, c, func(ctx context.Context, tx store.Tx) error {
		p, err := tx.Portfolio(ctx, portfolio)
		if err != nil {
			return err
		}
		if p.Owner != c.User {
			return fmt.Errorf("portfolio %q: only its owner brings it into a household: %w", p.Name, ErrForbidden)
		}
		return tx.Contribute(ctx, store.Contribution{Household: id, Portfolio: portfolio, Shows: shows})
	})
}

// Withdraw takes a portfolio of the caller's out again, at once.
func (s *Service) Withdraw(ctx context.Context, c Caller, id, portfolio string) error {
	if _, err := s.member(ctx, c, id); err != nil {
		return err
	}
	return s.manage(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.Withdraw(ctx, id, portfolio) })
}

// householdAnalysis is the analysis of everything that was brought into a household, as
// of one ledger. Simulated portfolios are left out where there are real ones. Which
// parts it has is for members; what it says of accounts and single portfolios is not:
// see HouseholdFigures.
func (s *Service) householdAnalysis(ctx context.Context, c Caller, id string, q Question) (out *analysis.Analysis, err error) {
	if _, err := s.member(ctx, c, id); err != nil {
		return nil, err
	}
	parts, err := s.store.Contributions(ctx, id, c.User)
	if err != nil {
		return nil, err
	}
	places, simulated := map[string]store.Identity{}, map[string]bool{}
	q.Portfolios, q.Account = nil, ""
	real := false
	for _, p := range parts {
		as := store.Identity{Tenant: p.Tenant, User: id}
		err := s.store.Read(ctx, as, func(ctx context.Context, v store.View) error {
			own, err := v.Portfolio(ctx, p.Portfolio)
			if err != nil || !own.Archived.IsZero() {
				return err
			}
			places[p.Portfolio], simulated[p.Portfolio] = as, own.Simulated
			q.Portfolios, real = append(q.Portfolios, p.Portfolio), real || !own.Simulated
			return nil
		})
		if ignoreMissing(err) != nil {
			return nil, err
		}
	}
	q.Portfolios = slices.DeleteFunc(q.Portfolios, func(p string) bool { return real && simulated[p] })
	if len(q.Portfolios) == 0 {
		return nil, fmt.Errorf("household %s: nobody has brought a portfolio in: %w", id, ErrNotFound)
	}
	if q.Currency == "" {
		me, err := s.Me(ctx, c)
		if err != nil {
			return nil, err
		}
		q.Currency = me.BaseCurrency
	}
	err = s.across(ctx, q, places, func(ctx context.Context, v store.View) (err error) {
		out, err = s.analyses.answer(ctx, v, q, date.FromTime(s.now().UTC()))
		return err
	})
	return out, err
}
