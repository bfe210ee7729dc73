package store

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/money"
)

// Tenant is a household or a firm.
type Tenant struct {
	ID      string
	Name    string
	Created time.Time
}

// User is a person.
type User struct {
	ID           string
	Email        string // unique over all tenants, in any case
	Name         string
	Role         UserRole
	PasswordHash string // argon2id in PHC form; empty on reading, except from Gate.Credentials
	BaseCurrency money.Currency
	Locale       string    // BCP 47, such as "en-GB"
	TimeZone     string    // IANA, such as "Europe/Berlin"
	Country      string    // ISO 3166 alpha-2; empty: not said
	CostMethod   string    // lot method of new portfolios; empty: FIFO
	Tier         string    // name of the limits that hold; empty: the usual ones
	Verified     time.Time // when the e-mail address was proved; zero: it was not
	Created      time.Time
	Disabled     bool
}

// UserRole is what a user may do in the tenant, besides the portfolios.
type UserRole string

// The roles of users.
const (
	Owner  UserRole = "owner"  // administers the tenant
	Member UserRole = "member" // sees own and granted portfolios
)

// Credentials are what a sign-in is checked against.
type Credentials struct {
	Identity     Identity
	PasswordHash string
	Disabled     bool
}

// Session is a signed-in browser or program. Of its token only the SHA-256 is kept.
type Session struct {
	ID        string
	Identity  Identity
	TokenHash []byte // on writing
	Created   time.Time
	LastSeen  time.Time
	Expires   time.Time
	// TokenUntil is until when the token is good, where refresh tokens keep the session
	// longer; zero: as long as the session.
	TokenUntil time.Time
	Agent      string // what the browser said it is, for the list of sessions
	Address    string // on writing: the network address it came from; it stands in the audit trail alone
	Pulse      Pulse  // of the tenant when the session was asked for by its token or id
}

// Pulse is the state that everything shown of a tenant rests on. Each committed change
// of what the tenant keeps raises Sequence (its audit trail), and each of market data its
// version. Two that are equal mean that nothing changed between them; it never returns to
// an earlier one.
type Pulse struct {
	Sequence int64
	Market   MarketVersion
}

// PeopleReader reads the people of the tenant.
type PeopleReader interface {
	Tenant(ctx context.Context) (Tenant, error)
	User(ctx context.Context, id string) (User, error)
	Users(ctx context.Context) ([]User, error)
	// Sessions are the identity's own, newest first.
	Sessions(ctx context.Context) ([]Session, error)
}

// PeopleWriter changes them. Another's data are changed by an owner only.
type PeopleWriter interface {
	CreateUser(ctx context.Context, u User) error
	// UpdateUser writes name, role, currency, locale, zone, country, cost method, tier,
	// disabled and e-mail; a new address is not verified. Role and disabled are for
	// owners to change, the tier for operators.
	UpdateUser(ctx context.Context, u User) error
	SetPassword(ctx context.Context, user, hash string) error
	CreateSession(ctx context.Context, s Session) error
	// TouchSession notes that an own session was used, and until when its token now
	// lasts; zero leaves that as it is.
	TouchSession(ctx context.Context, id string, seen, expires time.Time) error
	DeleteSession(ctx context.Context, id string) error
	// DeleteSessions ends all of a user's sessions except one ("" for none).
	DeleteSessions(ctx context.Context, user, except string) error
}
