package service

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

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
		return s.begin(ctx, id, n.Agent)
	}
	tenant := store.Tenant{ID: store.NewID(), Name: n.Name}
	if err := s.store.Found(ctx, tenant, u, true); err != nil {
		if errors.Is(err, store.ErrExists) {
			return SignedIn{}, ErrSetUp
		}
		return SignedIn{}, err
	}
	return s.begin(ctx, store.Identity{Tenant: tenant.ID, User: u.ID}, n.Agent)
}

// newUser checks what a person gives of themselves.
func newUser(n NewOwner) (store.User, error) {
	u := store.User{ID: store.NewID(), Email: strings.TrimSpace(n.Email), Name: strings.TrimSpace(n.Name), Role: store.Owner,
		BaseCurrency: n.BaseCurrency, Locale: n.Locale, TimeZone: n.TimeZone}
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
	return u, checkPassword(n.Password)
}

func checkUser(u store.User) error {
	if address, err := mail.ParseAddress(u.Email); err != nil || address.Address != u.Email {
		return &ledger.Fault{Field: "email", Value: u.Email, Problem: "it is not an e-mail address", Cure: "give it as name@example.org"}
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
	return nil
}

// SignIn checks address and password; which of the two is wrong is not said.
func (s *Service) SignIn(ctx context.Context, email, password, agent string) (SignedIn, error) {
	c, err := s.store.Credentials(ctx, email)
	unknown := errors.Is(err, store.ErrNotFound)
	if err != nil && !unknown {
		return SignedIn{}, err
	}
	if unknown {
		c.PasswordHash = nobodysHash
	}
	ok, err := s.matches(ctx, password, c.PasswordHash)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok || unknown || c.Disabled {
		return SignedIn{}, ErrCredentials
	}
	return s.begin(ctx, c.Identity, agent)
}

// begin opens a session with a fresh token.
func (s *Service) begin(ctx context.Context, id store.Identity, agent string) (SignedIn, error) {
	token := make([]byte, 32)
	rand.Read(token)
	now := s.now().UTC().Truncate(time.Microsecond)
	if len(agent) > 300 {
		agent = agent[:300]
	}
	session := store.Session{ID: store.NewID(), Identity: id, Created: now, LastSeen: now, Expires: now.Add(s.sessions), Agent: strings.ToValidUTF8(agent, "")}
	in := SignedIn{Token: base64.RawURLEncoding.EncodeToString(token), Expires: session.Expires}
	session.TokenHash = tokenHash(in.Token)
	err := s.store.As(ctx, id, func(ctx context.Context, tx store.Tx) (err error) {
		if err := tx.Expire(ctx, now); err != nil { // a good moment to clear away what ended
			return err
		}
		if err := tx.CreateSession(ctx, session); err != nil {
			return err
		}
		in.User, err = tx.User(ctx, id.User)
		return err
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
	if s.admin.User != "" {
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

// Authenticate finds out whose token it is; ErrSignedOut where it is nobody's (any more).
func (s *Service) Authenticate(ctx context.Context, token string) (Caller, error) {
	now := s.now().UTC()
	session, err := s.store.SessionOf(ctx, tokenHash(token), now)
	if errors.Is(err, store.ErrNotFound) {
		return Caller{}, ErrSignedOut
	}
	if err != nil {
		return Caller{}, err
	}
	if now.Sub(session.LastSeen) > touchEvery {
		err = s.store.As(ctx, session.Identity, func(ctx context.Context, tx store.Tx) error {
			return tx.TouchSession(ctx, session.ID, now, now.Add(s.sessions))
		})
		if errors.Is(err, store.ErrNotFound) {
			return Caller{}, ErrSignedOut // ended meanwhile
		}
		if err != nil {
			return Caller{}, err
		}
	}
	return s.caller(ctx, session.Identity, session.ID)
}

// SignOut ends the caller's session.
func (s *Service) SignOut(ctx context.Context, c Caller) error {
	if c.Session == "" {
		return nil
	}
	err := s.as(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DeleteSession(ctx, c.Session) })
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
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		u, err = v.User(ctx, c.User)
		return err
	})
	return u, err
}

// UpdateMe changes what the caller says of themselves.
func (s *Service) UpdateMe(ctx context.Context, c Caller, p Profile) (u store.User, err error) {
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) (err error) {
		if u, err = tx.User(ctx, c.User); err != nil {
			return err
		}
		set(&u.Name, p.Name)
		set(&u.Email, p.Email)
		set(&u.BaseCurrency, p.BaseCurrency)
		set(&u.Locale, p.Locale)
		set(&u.TimeZone, p.TimeZone)
		if err := checkUser(u); err != nil {
			return err
		}
		return tx.UpdateUser(ctx, u)
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
	if err := checkPassword(new); err != nil {
		return err
	}
	me, err := s.Me(ctx, c)
	if err != nil {
		return err
	}
	credentials, err := s.store.Credentials(ctx, me.Email)
	if err != nil {
		return err
	}
	ok, err := s.matches(ctx, old, credentials.PasswordHash)
	if err != nil {
		return err
	}
	if !ok {
		return ErrCredentials
	}
	hash, err := s.hashPassword(ctx, new)
	if err != nil {
		return err
	}
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if err := tx.SetPassword(ctx, c.User, hash); err != nil {
			return err
		}
		return tx.DeleteSessions(ctx, c.User, c.Session)
	})
}
