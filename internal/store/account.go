package store

import (
	"context"
	"encoding/json"
	"time"
)

// Refresh is a token that a program exchanges, once, for fresh ones. Those that one
// sign-in led to are a family: they share the session, and end with it.
type Refresh struct {
	ID        string
	Identity  Identity
	Session   string
	TokenHash []byte // on writing
	Created   time.Time
	Expires   time.Time
	Used      time.Time // zero: not exchanged yet
}

// PersonalToken is a token that a person made for a program, for some time and for some
// of what the person may do.
type PersonalToken struct {
	ID        string
	Identity  Identity
	Name      string
	TokenHash []byte // on writing
	Scope     string // read, trade, manage or admin; each includes the ones before it
	Created   time.Time
	Expires   time.Time
	LastUsed  time.Time // zero: never
}

// Invite lets somebody join the tenant, or found one of their own.
type Invite struct {
	ID        string
	Tenant    string // on reading at the gate
	Email     string // empty: whoever has the link
	Role      UserRole
	Founds    bool
	TokenHash []byte // on writing
	CreatedBy string
	Created   time.Time
	Expires   time.Time
	Accepted  time.Time // zero: open
}

// SecondFactor is the secret that one-time codes are made of.
type SecondFactor struct {
	Secret    []byte // sealed
	Created   time.Time
	Confirmed time.Time // zero: not in force yet
	LastStep  int64     // of the last code taken
}

// Passkey is a WebAuthn credential.
type Passkey struct {
	ID         string
	Identity   Identity // on reading
	Credential []byte   // its id, as the authenticator gave it
	Name       string
	Data       json.RawMessage // public key and counters
	Created    time.Time
	LastUsed   time.Time // zero: never
}

// Linked is an identity at another provider that signs a user in.
type Linked struct {
	ID      string
	Issuer  string
	Subject string
	Email   string
	Created time.Time
}

// MailTokenKind is what a token that was sent by mail is good for.
type MailTokenKind string

// The kinds.
const (
	ForReset  MailTokenKind = "reset"  // of the password
	ForVerify MailTokenKind = "verify" // of the address
)

// MailToken is a token that was sent by mail, good once.
type MailToken struct {
	ID        string
	Identity  Identity // on reading
	Kind      MailTokenKind
	Email     string // where it was sent
	TokenHash []byte // on writing
	Created   time.Time
	Expires   time.Time
}

// Sending is a message on its way to a user.
type Sending struct {
	ID       string
	Identity Identity // on reading
	Channel  string   // "mail"
	Purpose  string
	Message  []byte // sealed
	Created  time.Time
	Expires  time.Time // not worth sending afterwards
	Due      time.Time
	Attempts int
	Reason   string    // why the last attempt failed
	Sent     time.Time // zero: not yet
	Failed   time.Time // given up; zero: not
}

// Challenge is something begun at the door and not finished yet.
type Challenge struct {
	TokenHash []byte
	Kind      string
	Data      []byte // sealed with the token itself
	Tries     int    // how often it was looked at, this time included
	Expires   time.Time
}

// SealedKey is a key that tokens are signed with.
type SealedKey struct {
	ID      string
	Secret  []byte // sealed
	Created time.Time
	Retired time.Time // zero: it signs
}

// Feature is a switch as it was set; what was never set is as configured.
type Feature struct {
	Name    string
	Enabled bool
	Percent int // of users, when enabled; 100: all
	Changed time.Time
}

// AccountGate is the part of the gate that accounts need.
type AccountGate interface {
	// SessionByID is the session that a signed token names, if it has not ended by now.
	SessionByID(ctx context.Context, id Identity, session string, now time.Time) (Session, error)
	// RefreshOf is the refresh token of a SHA-256 that has not expired; one that was
	// exchanged already comes with Used set.
	RefreshOf(ctx context.Context, tokenHash []byte, now time.Time) (Refresh, error)
	PersonalTokenOf(ctx context.Context, tokenHash []byte, now time.Time) (PersonalToken, error)
	// InviteOf is an invitation that is open.
	InviteOf(ctx context.Context, tokenHash []byte, now time.Time) (Invite, error)
	// Accept uses an invitation up and creates the user that it lets in: in its tenant,
	// or as the owner of the new tenant where it founds one. It returns who that is.
	Accept(ctx context.Context, tokenHash []byte, now time.Time, own Tenant, u User) (Identity, error)
	// MailTokenOf is a token of a kind that is open.
	MailTokenOf(ctx context.Context, kind MailTokenKind, tokenHash []byte, now time.Time) (MailToken, error)
	// PasskeyOf is the passkey of a credential's id.
	PasskeyOf(ctx context.Context, credential []byte) (Passkey, error)
	// LinkedTo is who signs in with an identity of another provider.
	LinkedTo(ctx context.Context, issuer, subject string) (Identity, error)

	// PutChallenge keeps one, and clears away those that expired.
	PutChallenge(ctx context.Context, c Challenge, now time.Time) error
	// TryChallenge looks at one and counts that.
	TryChallenge(ctx context.Context, kind string, tokenHash []byte, now time.Time) (Challenge, error)
	// TakeChallenge removes one: of several who take it one gets it, the others
	// ErrNotFound.
	TakeChallenge(ctx context.Context, kind string, tokenHash []byte, now time.Time) (Challenge, error)

	// SpendAttempt counts an attempt for each key before it is made. Where one of them
	// has to wait, nothing is counted and the time is returned until when.
	SpendAttempt(ctx context.Context, limits []AttemptLimit, now time.Time) (until time.Time, err error)
	// GoodAttempt takes back the attempt that was good: of one key all are forgotten, of
	// the other this one alone, so that one good password does not make room for guesses
	// at others.
	GoodAttempt(ctx context.Context, forget, refund []byte) error

	// SigningKeys are all that are kept, the newest first.
	SigningKeys(ctx context.Context) ([]SealedKey, error)
	// RotateSigningKey adds a key, retires the ones before it and removes those that
	// were retired before a time. With first set it adds nothing where one signs already.
	RotateSigningKey(ctx context.Context, k SealedKey, first bool, forget time.Time) error

	// ClaimOutbox gives out messages that are due, of all tenants, and lets each rest
	// until lease has passed: of several processes one sends it. Only ids are given.
	ClaimOutbox(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]Sending, error)
}

// AttemptLimit is how often something may fail before it has to wait.
type AttemptLimit struct {
	Key     []byte        // SHA-256 of what is counted
	Free    int           // failures without a wait
	First   time.Duration // the wait after them; it doubles with each
	Longest time.Duration
	Forget  time.Duration // without failures, after which it starts anew
}

// AccountReader reads what belongs to the identity's own account.
type AccountReader interface {
	PersonalTokens(ctx context.Context) ([]PersonalToken, error)
	// Invites are those of the tenant; for its owners.
	Invites(ctx context.Context) ([]Invite, error)
	// SecondFactor is the identity's own; ErrNotFound where there is none.
	SecondFactor(ctx context.Context) (SecondFactor, error)
	// RecoveryCodes is how many are left.
	RecoveryCodes(ctx context.Context) (int, error)
	Passkeys(ctx context.Context) ([]Passkey, error)
	Linked(ctx context.Context) ([]Linked, error)
	// Sending is a message of the identity's own.
	Sending(ctx context.Context, id string) (Sending, error)
	// Features are the switches that were set, by name.
	Features(ctx context.Context) ([]Feature, error)
	// ImportsSince counts the identity's own imports from a time on.
	ImportsSince(ctx context.Context, from time.Time) (int, error)
}

// AccountWriter changes it.
type AccountWriter interface {
	CreateRefresh(ctx context.Context, r Refresh) error
	// RotateRefresh exchanges an own token: the old one is used up (ErrStale where it
	// was already) and the session lasts as long as the new one.
	RotateRefresh(ctx context.Context, old string, r Refresh) error

	CreatePersonalToken(ctx context.Context, p PersonalToken) error
	TouchPersonalToken(ctx context.Context, id string, used time.Time) error
	DeletePersonalToken(ctx context.Context, id string) error

	CreateInvite(ctx context.Context, i Invite) error
	DeleteInvite(ctx context.Context, id string) error

	// PutSecondFactor replaces the identity's own.
	PutSecondFactor(ctx context.Context, f SecondFactor) error
	// ConfirmSecondFactor puts it in force and keeps the codes for its loss.
	ConfirmSecondFactor(ctx context.Context, at time.Time, step int64, recovery [][]byte) error
	// UseStep notes the step of a code; ErrStale where it, or a later one, was used.
	UseStep(ctx context.Context, step int64) error
	// PutRecoveryCodes replaces the codes.
	PutRecoveryCodes(ctx context.Context, hashes [][]byte) error
	// UseRecoveryCode uses one up; ErrNotFound where it is none or was used.
	UseRecoveryCode(ctx context.Context, hash []byte) error
	// DeleteSecondFactor removes a user's, with the codes; another's for owners.
	DeleteSecondFactor(ctx context.Context, user string) error

	CreatePasskey(ctx context.Context, p Passkey) error
	// UsePasskey writes the counters after a use.
	UsePasskey(ctx context.Context, id string, data json.RawMessage, used time.Time) error
	RenamePasskey(ctx context.Context, id, name string) error
	DeletePasskey(ctx context.Context, id string) error

	Link(ctx context.Context, l Linked) error
	Unlink(ctx context.Context, id string) error

	CreateMailToken(ctx context.Context, m MailToken) error
	// UseMailToken uses one up; ErrNotFound where it was already.
	UseMailToken(ctx context.Context, id string) error
	// VerifyEmail notes that the user's address is theirs, if it is still this one.
	VerifyEmail(ctx context.Context, email string, at time.Time) error

	// Send puts a message into the outbox.
	Send(ctx context.Context, m Sending) error
	// Sent notes that it went out; Unsent why it did not, and when it is tried again
	// (zero: it is given up).
	Sent(ctx context.Context, id string, at time.Time) error
	Unsent(ctx context.Context, id, reason string, again time.Time) error

	// PutFeature sets a switch; for operators.
	PutFeature(ctx context.Context, f Feature) error

	// LeaveGrants ends what was granted to the identity in the tenant, as its guest too,
	// and says so in the trail of each portfolio.
	LeaveGrants(ctx context.Context) error
	// DeleteUser removes a user of the tenant with all portfolios they own. The audit
	// trail keeps its chain; the contents of what the user did are erased. The last
	// owner cannot be removed: ErrForbidden; that is DeleteTenant.
	DeleteUser(ctx context.Context, id string) error
	// DeleteTenant removes the tenant with everybody and everything in it; for owners.
	DeleteTenant(ctx context.Context) error
}
