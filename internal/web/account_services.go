package web

import (
	"context"
	"io"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Accounts is how people come in, and what belongs to their account.
type Accounts interface {
	Doors() service.Doors
	Register(ctx context.Context, n service.NewOwner) (service.SignedIn, error)
	RequestReset(ctx context.Context, email string) error
	ConfirmReset(ctx context.Context, token, password string) error
	SendVerification(ctx context.Context, c service.Caller) error
	Verify(ctx context.Context, token string) error

	SecondFactor(ctx context.Context, c service.Caller) (service.SecondFactor, error)
	BeginTOTP(ctx context.Context, c service.Caller, password string) (service.TOTP, error)
	ConfirmTOTP(ctx context.Context, c service.Caller, code string) ([]string, error)
	DisableTOTP(ctx context.Context, c service.Caller, password string) error
	NewRecoveryCodes(ctx context.Context, c service.Caller, password string) ([]string, error)

	BeginPasskeySignIn(ctx context.Context, v service.Visit) (service.Ceremony, error)
	FinishPasskeySignIn(ctx context.Context, challenge string, answer []byte) (service.SignedIn, error)
	BeginPasskey(ctx context.Context, c service.Caller, password string) (service.Ceremony, error)
	FinishPasskey(ctx context.Context, c service.Caller, challenge, name string, answer []byte) (store.Passkey, error)
	Passkeys(ctx context.Context, c service.Caller) ([]store.Passkey, error)
	RenamePasskey(ctx context.Context, c service.Caller, id, name string) error
	DeletePasskey(ctx context.Context, c service.Caller, id, password string) error

	BeginElsewhere(ctx context.Context, provider string, e service.Elsewhere) (service.Sent, error)
	Linked(ctx context.Context, c service.Caller) ([]store.Linked, error)
	Unlink(ctx context.Context, c service.Caller, id string) error

	Sessions(ctx context.Context, c service.Caller) ([]store.Session, error)
	EndSession(ctx context.Context, c service.Caller, id string) error
	SignOutEverywhere(ctx context.Context, c service.Caller) error

	PersonalTokens(ctx context.Context, c service.Caller) ([]store.PersonalToken, error)
	CreateToken(ctx context.Context, c service.Caller, n service.NewToken) (store.PersonalToken, string, error)
	RevokeToken(ctx context.Context, c service.Caller, id string) error

	ExportMe(ctx context.Context, c service.Caller, w io.Writer) error
	DeleteMe(ctx context.Context, c service.Caller, password string, everybody bool) error
}

// Administration is people, switches and the audit trail.
type Administration interface {
	Users(ctx context.Context, c service.Caller) ([]store.User, error)
	AddUser(ctx context.Context, c service.Caller, n service.NewOwner, role store.UserRole) (store.User, string, error)
	ChangeUser(ctx context.Context, c service.Caller, user string, change service.UserChange) (store.User, error)
	ResetPassword(ctx context.Context, c service.Caller, user string, factors bool) (string, error)
	Tiers() map[string]service.Tier
	Invites(ctx context.Context, c service.Caller) ([]store.Invite, error)
	Invite(ctx context.Context, c service.Caller, n service.NewInvite) (store.Invite, string, error)
	InviteLink(token string) string
	Uninvite(ctx context.Context, c service.Caller, id string) error
	Features(ctx context.Context, c service.Caller) ([]service.FeatureInfo, error)
	SwitchFeature(ctx context.Context, c service.Caller, name string, enabled bool, percent int) error
	FindEvents(ctx context.Context, c service.Caller, f store.EventFilter) ([]store.Event, error)
	VerifyEvents(ctx context.Context, c service.Caller) (int64, error)
	JobCounts(ctx context.Context, c service.Caller) (map[service.JobState]int, error)
}

// BookKeeping is what is set for a portfolio's accounts and periods.
type BookKeeping interface {
	PutAccount(ctx context.Context, c service.Caller, portfolio string, a store.Account) error
	DeleteAccount(ctx context.Context, c service.Caller, portfolio, name string) error
	Closings(ctx context.Context, c service.Caller, portfolio string) ([]store.Closing, error)
	CloseBooks(ctx context.Context, c service.Caller, portfolio string, through date.Date, reason string) (store.Closing, error)
}

// Health is what is known of the parts that a process works with.
type Health struct {
	Database string // where it is; without passwords
	Reached  error  // nil: it answers
	Took     time.Duration
	Schema   []Migration
	Roles    []string // of this process
}

// Migration is a step of the schema that was run.
type Migration struct {
	Name string
	At   time.Time
}
