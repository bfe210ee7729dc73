package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// LimitsKey is the rule key of a portfolio's own limits, which are kept with its settings.
const LimitsKey = "limits"

// AlertRule says when a figure is worth telling somebody.
type AlertRule struct {
	ID        string
	User      string // whose it is; on reading
	Home      string // tenant of a guest whose rule it is, and whose channels it uses; empty: the portfolio's own
	Portfolio string // empty: every portfolio that the user owns
	Kind      string
	Name      string
	Subject   string // a symbol, a sector or a scenario; empty: each
	Below     bool   // fires at or under the threshold instead of over it
	Threshold money.Decimal
	Band      money.Decimal // how far back the figure goes before the rule is armed again
	Severity  string
	QuietFrom string   // hh:mm in the user's time zone; empty: never quiet
	QuietTo   string   // until when
	Channels  []string // ids of the user's own channels
	Eager     bool     // also looked at after bookings and new prices
	Enabled   bool
	Revision  int64 // raised with each change
	Created   time.Time
	Changed   time.Time
}

// AlertState is how far an alert has come.
type AlertState string

// The states of an alert, in order.
const (
	AlertRaised       AlertState = "raised"
	AlertAcknowledged AlertState = "acknowledged" // somebody has seen to it
	AlertResolved     AlertState = "resolved"
)

// Alert is one time that a rule was raised about one thing.
type Alert struct {
	ID        string
	Portfolio string
	Rule      string // id of the rule, or LimitsKey
	Guest     string // whose alone it is, raised by a rule of theirs as a guest; empty: of all who see the portfolio
	Kind      string
	Subject   string
	Title     string
	Severity  string
	Unit      string
	Below     bool
	State     AlertState
	Armed     bool          // the figure went back, so that it may be raised again
	Threshold money.Decimal // at the last check
	Value     money.Decimal // when it was raised
	Last      money.Decimal // at the last check at which it was known
	First     date.Date     // day of the figure that raised it
	LastDay   date.Date     // day of the last check
	Ledger    int64         // version that the last value rests on
	Market    MarketVersion
	Unchecked string // why the last check could not be made; empty: it could
	Raised    time.Time

	Acknowledged    time.Time // zero: not
	AcknowledgedBy  string
	AcknowledgedWhy string
	Resolved        time.Time // zero: not
	ResolvedBy      string    // empty: by itself
	ResolvedWhy     string
}

// AlertFilter selects alerts. The zero value selects all.
type AlertFilter struct {
	Portfolio string
	States    []AlertState
	Kind      string
	Rule      string
	Guest     bool   // those alone that rules of the identity as a guest raised
	Before    string // id after which the page begins, the newest first
	Limit     int    // 0: 100
}

// AlertCheck is what stood against a rule when it was last looked at.
type AlertCheck struct {
	Portfolio string
	Rule      string // id, or LimitsKey
	Day       date.Date
	At        time.Time
	Ledger    int64
	Readings  json.RawMessage // of the service; an array
}

// AlertChannel is a way to tell one user.
type AlertChannel struct {
	ID      string
	Kind    string // mail, webhook or slack
	Name    string
	Shown   string // where it leads, as far as that is no secret
	Target  []byte // sealed
	Enabled bool
	Created time.Time
}

// AlertDelivery is an alert on its way through a channel.
type AlertDelivery struct {
	ID        string
	Identity  Identity // whose channel it is; of a guest, as whom they see the portfolio
	Home      string   // tenant of a guest's channel; empty: the portfolio's
	Portfolio string
	Alert     string
	Channel   string
	Rule      string // that says to tell it, and when not to
	Event     string // raised or resolved
	Created   time.Time
	Expires   time.Time // kept until then
	Due       time.Time
	Attempts  int
	Reason    string    // why the last attempt failed
	Sent      time.Time // zero: not yet
	Failed    time.Time // given up; zero: not
}

// AlertAttempt is one attempt to deliver.
type AlertAttempt struct {
	Delivery string
	Attempt  int // from 1
	At       time.Time
	Reason   string // empty: it went out
}

// AlertReader reads rules, alerts and channels. What a guest of the tenant made, and what
// it raised, that guest alone reads, changes and deletes; it ends with the grant.
type AlertReader interface {
	// AlertRules are the identity's own and those of portfolios it sees, the oldest first.
	AlertRules(ctx context.Context) ([]AlertRule, error)
	AlertRule(ctx context.Context, id string) (AlertRule, error)
	// AlertRulesFor are the enabled rules that hold for a portfolio: its own, and its
	// owner's for every portfolio where the identity is the owner.
	AlertRulesFor(ctx context.Context, portfolio string) ([]AlertRule, error)
	// GuestRulesFor are the enabled ones that the identity made as a guest.
	GuestRulesFor(ctx context.Context, portfolio string) ([]AlertRule, error)
	// GuestsOf are the ids of the guests who have enabled rules of a portfolio, or of any
	// of the tenant (""); with eager those who have one that is looked at after bookings
	// and new prices. What the rules say is not told.
	GuestsOf(ctx context.Context, portfolio string, eager bool) ([]string, error)
	// Alerts of portfolios that the identity sees, the newest first.
	Alerts(ctx context.Context, f AlertFilter) ([]Alert, error)
	Alert(ctx context.Context, id string) (Alert, error)
	// AlertStates are the alerts of a portfolio that are open or not armed again.
	AlertStates(ctx context.Context, portfolio string) ([]Alert, error)
	// AlertsWaiting is how many alerts of portfolios that the identity sees are raised and
	// not acknowledged.
	AlertsWaiting(ctx context.Context) (int, error)
	AlertChecks(ctx context.Context, portfolio string) ([]AlertCheck, error)
	// AlertChannels are the identity's own.
	AlertChannels(ctx context.Context) ([]AlertChannel, error)
	AlertChannel(ctx context.Context, id string) (AlertChannel, error)
	// AlertDelivery is one that uses a channel of the identity's own.
	AlertDelivery(ctx context.Context, id string) (AlertDelivery, error)
	// AlertDeliveries of an alert through channels of the identity's own, the oldest first.
	AlertDeliveries(ctx context.Context, alert string) ([]AlertDelivery, error)
	// AlertAttempts of a delivery.
	AlertAttempts(ctx context.Context, delivery string) ([]AlertAttempt, error)
}

// AlertWriter changes them.
type AlertWriter interface {
	// PutAlertRule adds a rule of the identity's own, or changes one of those it may
	// change: its own, and those of portfolios it trades in. Revision is the one that was
	// read (0: a new one); ErrStale where it moved. A guest makes rules of portfolios that
	// were granted to them, however little that allows, and says where home is.
	PutAlertRule(ctx context.Context, r AlertRule) (AlertRule, error)
	DeleteAlertRule(ctx context.Context, id string) error

	// RaiseAlert adds an alert; ErrExists where one of its rule and subject is open.
	RaiseAlert(ctx context.Context, a Alert) error
	// SeeAlert notes what a check found of an alert: threshold, last value, day and
	// versions, whether it is armed again, why it could not be checked.
	SeeAlert(ctx context.Context, a Alert) error
	// AcknowledgeAlert notes that the identity has seen to it; ErrStale where it was
	// acknowledged or resolved already.
	AcknowledgeAlert(ctx context.Context, id, why string) error
	// ResolveAlert ends it; ErrStale where it had ended. byItself: the figure went back,
	// and the rule is armed again; else by the identity, and the rule stays disarmed until
	// the figure goes back.
	ResolveAlert(ctx context.Context, id, why string, byItself bool) error
	PutAlertCheck(ctx context.Context, c AlertCheck) error

	// PutAlertChannel adds a channel of the identity's own, or changes it; an empty target
	// leaves the one there was.
	PutAlertChannel(ctx context.Context, c AlertChannel) error
	DeleteAlertChannel(ctx context.Context, id string) error
	// DeliverAlert puts an alert on its way.
	DeliverAlert(ctx context.Context, d AlertDelivery) error
	// PostponeAlert lets a delivery that was claimed wait; that counts as no attempt.
	PostponeAlert(ctx context.Context, id string, due time.Time) error
	// AlertDelivered notes an attempt of a delivery of the identity's own: reason is empty
	// where it went out, and again is zero where it is given up.
	AlertDelivered(ctx context.Context, id, reason string, again time.Time) error
}

// AlertGate is the part of the gate that delivering needs.
type AlertGate interface {
	// ClaimAlertDeliveries gives out what is due, of all tenants, and lets each rest until
	// lease has passed. Only ids are given.
	ClaimAlertDeliveries(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]AlertDelivery, error)
	// GuestTenants are the tenants in which a user made rules as a guest, or has alerts
	// that such rules raised.
	GuestTenants(ctx context.Context, user string) ([]string, error)
	// GuestPlace is the portfolio of such a rule or alert of the user's; else ErrNotFound.
	GuestPlace(ctx context.Context, id, user string) (string, error)
	// GuestAlertsWaiting is how many such alerts are raised and not acknowledged.
	GuestAlertsWaiting(ctx context.Context, user string) (int, error)
}
