package service

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// adminAge is how old the knowledge may be who runs the installation.
const adminAge = time.Minute

// touchEvery is how stale the note of a session's last use may be: writing it on every
// request would cost an fsync each.
const touchEvery = time.Hour

// NeedsSetup reports whether the first visitor is still to become the owner: nobody has
// been created yet, or the command line alone was used so far.
func (s *Service) NeedsSetup(ctx context.Context) (bool, error) {
	has, err := s.store.HasOwner(ctx)
	if err != nil || !has {
		return !has, err
	}
	_, open, err := s.unclaimed(ctx)
	return open, err
}

// SetUp creates the first user, who owns the installation, and signs them in; what the
// command line imported before is theirs. A second time it is ErrSetUp.
func (s *Service) SetUp(ctx context.Context, n NewOwner) (SignedIn, error) {
	u, err := newUser(n)
	if err != nil {
		return SignedIn{}, err
	}
	if needed, err := s.NeedsSetup(ctx); err != nil || !needed {
		return SignedIn{}, errors.Join(err, ErrSetUp)
	}
	if u.PasswordHash, err = s.hashPassword(ctx, n.Password); err != nil {
		return SignedIn{}, err
	}
	if id, open, err := s.unclaimed(ctx); err != nil {
		return SignedIn{}, err
	} else if open {
		if err := s.claim(ctx, id, u, u.PasswordHash); err != nil {
			return SignedIn{}, err
		}
		return s.begin(ctx, id, Visit{Agent: n.Agent, Program: n.Program})
	}
	tenant := store.Tenant{ID: store.NewID(), Name: n.Name}
	if err := s.store.Found(ctx, tenant, u, true); err != nil {
		if errors.Is(err, store.ErrExists) {
			return SignedIn{}, ErrSetUp
		}
		return SignedIn{}, err
	}
	return s.begin(ctx, store.Identity{Tenant: tenant.ID, User: u.ID}, Visit{Agent: n.Agent, Program: n.Program})
}

// newUser checks what a person gives of themselves.
func newUser(n NewOwner) (store.User, error) {
	u := store.User{ID: store.NewID(), Email: strings.TrimSpace(n.Email), Name: strings.TrimSpace(n.Name), Role: store.Owner,
		BaseCurrency: n.BaseCurrency, Locale: n.Locale, TimeZone: n.TimeZone, Country: n.Country}
	if u.BaseCurrency == "" {
		u.BaseCurrency = "USD"
	}
	if u.Locale == "" {
		u.Locale = "en"
	}
	if u.TimeZone == "" {
		u.TimeZone = "UTC"
	}
	if err := checkUser(u); err != nil {
		return u, err
	}
	if n.Shown {
		return u, nil
	}
	return u, checkPassword(n.Password, u.Email, u.Name)
}

func checkEmail(email string) error {
	if address, err := mail.ParseAddress(email); err != nil || address.Address != email || len(email) > 320 {
		return fault("email", email, "it is not an e-mail address", "give it as name@example.org")
	}
	return nil
}

// country is the form of ISO 3166 alpha-2.
var country = regexp.MustCompile(`^[A-Z]{2}$`)

// fault is wrong input.
func fault(field, value, problem, cure string) error {
	return &ledger.Fault{Field: field, Value: value, Problem: problem, Cure: cure}
}

func checkUser(u store.User) error {
	if err := checkEmail(u.Email); err != nil {
		return err
	}
	if u.Name == "" || len(u.Name) > 200 {
		return &ledger.Fault{Field: "name", Value: u.Name, Problem: "it is empty or too long", Cure: "give a name of at most 200 letters"}
	}
	if code, err := money.ParseCurrency(string(u.BaseCurrency)); err != nil || code != u.BaseCurrency {
		return &ledger.Fault{Field: "base_currency", Value: string(u.BaseCurrency), Problem: "it is not a currency code", Cure: "use the ISO code in capitals, such as EUR"}
	}
	if _, err := time.LoadLocation(u.TimeZone); err != nil {
		return &ledger.Fault{Field: "time_zone", Value: u.TimeZone, Problem: "there is no such time zone", Cure: "give it as Europe/Berlin"}
	}
	if u.Country != "" && !country.MatchString(u.Country) {
		return &ledger.Fault{Field: "country", Value: u.Country, Problem: "it is not a country code", Cure: "use the ISO code in capitals, such as DE"}
	}
	if !methods[ledger.Method(u.CostMethod)] {
		return &ledger.Fault{Field: "cost_method", Value: u.CostMethod, Problem: "there is no such lot method", Cure: "use FIFO, LIFO, HIFO, AVERAGE, STRICT or NONE"}
	}
	return nil
}

// SignIn checks address and password; which of the two is wrong is not said. Who has a
// second factor is let in no further than to it: *SecondFactorNeeded.
func (s *Service) SignIn(ctx context.Context, email, password, agent string) (SignedIn, error) {
	return s.LogIn(ctx, email, password, Visit{Agent: agent})
}

// LogIn is SignIn for any visitor.
func (s *Service) LogIn(ctx context.Context, email, password string, v Visit) (SignedIn, error) {
	id, err := s.checkCredentials(ctx, email, password)
	if err != nil {
		return SignedIn{}, err
	}
	return s.admit(ctx, id, v)
}

// checkCredentials finds out whose address and password they are. An address that is
// not known takes as long as one that is, and counts as many attempts.
func (s *Service) checkCredentials(ctx context.Context, email, password string) (store.Identity, error) {
	done, err := s.slot(ctx)
	if err != nil {
		return store.Identity{}, err
	}
	defer done()
	good, err := s.attempt(ctx, "password", email)
	if err != nil {
		return store.Identity{}, err
	}
	c, err := s.store.Credentials(ctx, email)
	unknown := errors.Is(err, store.ErrNotFound)
	if err != nil && !unknown {
		return store.Identity{}, err
	}
	if unknown || c.PasswordHash == "" {
		c.PasswordHash, unknown = nobodysHash, true
	}
	if ok := matches(password, c.PasswordHash); !ok || unknown || c.Disabled {
		note := func() error { return s.refused(ctx, c.Identity, "password") }
		if c.Identity.User == "" {
			note = func() error { return s.nothing(ctx) }
		}
		return store.Identity{}, errors.Join(ErrCredentials, note())
	}
	return c.Identity, good(ctx)
}

// admit lets somebody in whose first factor was good.
func (s *Service) admit(ctx context.Context, id store.Identity, v Visit) (SignedIn, error) {
	needed, err := s.hasSecondFactor(ctx, id)
	if err != nil {
		return SignedIn{}, err
	}
	if needed {
		return SignedIn{}, s.askSecondFactor(ctx, id, v)
	}
	return s.begin(ctx, id, v)
}

// begin opens a session with a fresh token; a program gets an access token and a
// refresh token with it.
func (s *Service) begin(ctx context.Context, id store.Identity, v Visit) (SignedIn, error) {
	now := s.now().UTC().Truncate(time.Microsecond)
	if len(v.Agent) > 300 {
		v.Agent = v.Agent[:300]
	}
	in := SignedIn{Token: newToken(), Expires: s.lasts(now, now)}
	session := store.Session{ID: store.NewID(), Identity: id, TokenHash: tokenHash(in.Token), Created: now, LastSeen: now, Expires: in.Expires, Agent: strings.ToValidUTF8(v.Agent, ""), Address: addressOf(ctx)}
	if v.Program {
		var err error
		if in.Tokens.Access, in.Tokens.Lasts, err = s.access(ctx, id, session.ID); err != nil {
			return SignedIn{}, err
		}
		if in.Tokens.Access == "" {
			in.Tokens = Tokens{Access: in.Token, Lasts: s.accounts.sessions} // there is no key to sign with
		} else {
			in.Tokens.Refresh = newToken()
			session.TokenUntil, session.Expires = in.Expires, now.Add(min(s.accounts.Refresh, s.accounts.RefreshMost))
		}
	}
	err := s.store.As(ctx, id, func(ctx context.Context, tx store.Tx) (err error) {
		if err := tx.Expire(ctx, now); err != nil { // a good moment to clear away what ended
			return err
		}
		new := false
		if s.accounts.Mail != nil {
			if new, err = strange(ctx, tx, came{Address: session.Address, Agent: session.Agent}); err != nil {
				return err
			}
		}
		if err := tx.CreateSession(ctx, session); err != nil {
			return err
		}
		if in.Tokens.Refresh != "" {
			err := tx.CreateRefresh(ctx, store.Refresh{ID: store.NewID(), Session: session.ID, TokenHash: tokenHash(in.Tokens.Refresh), Created: now, Expires: session.Expires})
			if err != nil {
				return err
			}
		}
		if in.User, err = tx.User(ctx, id.User); err != nil || !new {
			return err
		}
		return s.notice(ctx, tx, in.User, "A browser, program or address that is new for your account signed in.")
	})
	if err != nil {
		return SignedIn{}, err
	}
	in.Caller, err = s.caller(ctx, id, session.ID)
	return in, err
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// caller is an identity with what it may do: the owner of the first tenant runs the
// installation and may write what all tenants share.
func (s *Service) caller(ctx context.Context, id store.Identity, session string) (Caller, error) {
	admin, err := s.administrator(ctx)
	if err != nil {
		return Caller{}, err
	}
	id.Operator = id.Tenant == admin.Tenant && id.User == admin.User
	return Caller{Identity: id, Session: session}, nil
}

func (s *Service) administrator(ctx context.Context) (store.Identity, error) {
	s.adminMu.Lock()
	defer s.adminMu.Unlock()
	if now := s.now(); s.admin.User == "" || now.Sub(s.adminKnown) > adminAge {
		s.admin, s.adminKnown = store.Identity{}, now // the account may have been deleted
	} else {
		return s.admin, nil
	}
	tenants, err := s.store.Tenants(ctx)
	if err != nil || len(tenants) == 0 {
		return store.Identity{}, err
	}
	owner, err := s.store.OwnerOf(ctx, tenants[0])
	if errors.Is(err, store.ErrNotFound) {
		return store.Identity{}, nil
	}
	if err == nil {
		s.admin = store.Identity{Tenant: tenants[0], User: owner}
	}
	return s.admin, err
}

// Authenticate finds out whose token it is: that of a session, an access token, or one
// made for a program. ErrSignedOut where it is nobody's (any more).
func (s *Service) Authenticate(ctx context.Context, text string) (Caller, error) {
	c, err := s.authenticate(ctx, text, s.now().UTC())
	if errors.Is(err, store.ErrNotFound) {
		return Caller{}, ErrSignedOut
	}
	return c, err
}

func (s *Service) authenticate(ctx context.Context, text string, now time.Time) (Caller, error) {
	if strings.HasPrefix(text, tokenPrefix) {
		return s.byPersonalToken(ctx, text, now)
	}
	if strings.HasPrefix(text, linkPrefix) {
		return s.byLink(ctx, text, now)
	}
	var session store.Session
	var err error
	if strings.Count(text, ".") == 2 {
		session, err = s.readAccess(ctx, text, now)
	} else {
		session, err = s.store.SessionOf(ctx, tokenHash(text), now)
	}
	if err != nil {
		return Caller{}, err
	}
	if !now.Before(s.lastDay(session)) {
		return Caller{}, store.ErrNotFound // it is too old, also where the configuration was changed meanwhile
	}
	if now.Sub(session.LastSeen) > touchEvery {
		until := s.lasts(session.Created, now)
		if strings.Count(text, ".") == 2 {
			until = time.Time{} // an access token prolongs nothing
		}
		err = s.store.As(ctx, session.Identity, func(ctx context.Context, tx store.Tx) error { return tx.TouchSession(ctx, session.ID, now, until) })
		if err != nil {
			return Caller{}, err // not found: it ended meanwhile
		}
	}
	c, err := s.caller(ctx, session.Identity, session.ID)
	c.pulse = session.Pulse
	return c, err
}

// SignOut ends the caller's session.
func (s *Service) SignOut(ctx context.Context, c Caller) error {
	if c.Session == "" {
		return nil
	}
	err := s.account(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DeleteSession(ctx, c.Session) })
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// Owner is the caller of commands that name no user: who owns the installation.
func (s *Service) Owner(ctx context.Context) (Caller, error) {
	admin, err := s.administrator(ctx)
	if err != nil {
		return Caller{}, err
	}
	if admin.User == "" {
		return Caller{}, fmt.Errorf("there is no owner yet; start `foliosight serve` and create one: %w", ErrNotFound)
	}
	admin.Operator = true
	return Caller{Identity: admin}, nil
}

// ByEmail is the caller of commands that name a user.
func (s *Service) ByEmail(ctx context.Context, email string) (Caller, error) {
	c, err := s.store.Credentials(ctx, email)
	if err != nil {
		return Caller{}, fmt.Errorf("user %q: %w", email, err)
	}
	c.Identity.Operator = true
	return Caller{Identity: c.Identity}, nil
}

// Me is the caller as a person.
func (s *Service) Me(ctx context.Context, c Caller) (u store.User, err error) {
	if c.Link != "" {
		return store.User{ID: c.User, Name: "Guest", Locale: "en", TimeZone: "UTC"}, nil // nobody in particular
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		u, err = v.User(ctx, c.User)
		return err
	})
	return u, err
}

// UpdateMe changes what the caller says of themselves.
func (s *Service) UpdateMe(ctx context.Context, c Caller, p Profile) (u store.User, err error) {
	err = s.account(ctx, c, func(ctx context.Context, tx store.Tx) (err error) {
		if u, err = tx.User(ctx, c.User); err != nil {
			return err
		}
		before := u
		set(&u.Name, p.Name)
		set(&u.Email, p.Email)
		set(&u.BaseCurrency, p.BaseCurrency)
		set(&u.Locale, p.Locale)
		set(&u.TimeZone, p.TimeZone)
		set(&u.Country, p.Country)
		set(&u.CostMethod, p.CostMethod)
		if err := checkUser(u); err != nil {
			return err
		}
		if err := tx.UpdateUser(ctx, u); err != nil || strings.EqualFold(before.Email, u.Email) {
			return err
		}
		// The address before is told: whoever changed it may not be its owner.
		return s.notice(ctx, tx, before, "The e-mail address of your account was changed to "+u.Email+".")
	})
	return u, err
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// ChangePassword replaces the caller's password and ends their other sessions.
func (s *Service) ChangePassword(ctx context.Context, c Caller, old, new string) error {
	if err := c.Require(ScopeAccount); err != nil {
		return err
	}
	me, err := s.Me(ctx, c)
	if err != nil {
		return err
	}
	if err := checkPassword(new, me.Email, me.Name); err != nil {
		return err
	}
	if id, err := s.checkCredentials(ctx, me.Email, old); err != nil || id.User != c.User {
		return errors.Join(err, ErrCredentials)
	}
	hash, err := s.hashPassword(ctx, new)
	if err != nil {
		return err
	}
	return s.noticed(ctx, c, passwordChanged, func(ctx context.Context, tx store.Tx) error {
		if err := tx.SetPassword(ctx, c.User, hash); err != nil {
			return err
		}
		return tx.DeleteSessions(ctx, c.User, c.Session)
	})
}
