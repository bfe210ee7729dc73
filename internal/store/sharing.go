package store

import (
	"context"
	"time"
)

// Share lets whoever has an e-mail address see or change a portfolio: at once, or as
// soon as they have an account. Whether they have is not looked at when it is made.
type Share struct {
	ID        string
	Portfolio string
	Email     string
	Role      Role
	CreatedBy string
	Created   time.Time
	User      string // who took it up; empty: nobody yet
}

// Offer is an open share that a user may take up, on behalf of who made it.
type Offer struct {
	By        Identity
	Portfolio string
	Share     string
}

// Shows is how much of a portfolio is seen by those it is shown to.
type Shows string

// How much.
const (
	Everything  Shows = "everything"
	Percentages Shows = "percentages" // of a link: no amount, quantity or price
	Together    Shows = "together"    // of a contribution: figures of all portfolios together
)

// Link shows a portfolio to whoever has it, until it expires. Its id is the user of a
// grant to look, which ends with it.
type Link struct {
	ID        string
	Tenant    string // on reading at the gate
	Portfolio string
	TokenHash []byte // on writing
	Label     string
	Shows     Shows // Everything or Percentages
	CreatedBy string
	Created   time.Time
	Expires   time.Time
	Revoked   time.Time // zero: it was not
	LastUsed  time.Time // zero: never
	Views     int64     // visits; of those within a minute one counts
}

// Household is some people, of one tenant or several, who look at portfolios together.
// Its id is the user of the grants to look at what they contribute.
type Household struct {
	ID      string
	Tenant  string // of who founded it
	Founder string
	Name    string
	Created time.Time
}

// HouseholdPerson is one of them, or somebody invited.
type HouseholdPerson struct {
	ID      string
	Email   string
	Name    string // once they joined
	User    string // empty until they join
	Created time.Time
	Joined  time.Time // zero: invited
}

// Membership is a user's place in a household.
type Membership struct {
	Household string
	Founder   Identity
	Person    string
	Joined    bool // else invited
}

// Contribution is a portfolio that a member brings into a household.
type Contribution struct {
	Tenant    string // on reading at the gate
	Household string
	Portfolio string
	User      string
	Shows     Shows // Everything or Together
	Created   time.Time
}

// SharingGate finds what lies in other tenants. It gives ids, and those alone that the
// user who is named may know.
type SharingGate interface {
	// PortfolioAt is on whose behalf a user sees a portfolio: in its tenant as
	// themselves, or as a household of theirs to which it shows everything. Else
	// ErrNotFound.
	PortfolioAt(ctx context.Context, portfolio, user string) (Identity, error)
	// SharedWith are the other tenants that granted a user something, and the shares
	// that wait for the user's address; with verified only once it was proved theirs.
	SharedWith(ctx context.Context, id Identity, verified bool) (tenants []string, open []Offer, err error)
	// LinkOf is the link of a token's SHA-256 that is good at a time, as long as who made
	// it may manage the portfolio.
	LinkOf(ctx context.Context, tokenHash []byte, now time.Time) (Link, error)
	// Memberships are a user's households, and those the user's address was invited to.
	Memberships(ctx context.Context, id Identity, verified bool) ([]Membership, error)
	// Contributions are what a household looks at together; ErrNotFound unless the user
	// is one of it.
	Contributions(ctx context.Context, household, user string) ([]Contribution, error)
}

// SharingReader reads what was shared.
type SharingReader interface {
	// Shares of a portfolio, the first first; for those who may manage it. Links too.
	Shares(ctx context.Context, portfolio string) ([]Share, error)
	Links(ctx context.Context, portfolio string) ([]Link, error)
	// Household is one that the identity founded, with its people, the first first.
	Household(ctx context.Context, id string) (Household, []HouseholdPerson, error)
}

// SharingWriter changes it.
type SharingWriter interface {
	// PutShare makes a share or changes the role of the one for its address; whoever took
	// it up has the new role at once. It returns what stands then.
	PutShare(ctx context.Context, s Share) (Share, error)
	// ChangeShare changes the role of one.
	ChangeShare(ctx context.Context, portfolio, id string, role Role) (Share, error)
	// DeleteShare ends a share, and the grant of who took it up.
	DeleteShare(ctx context.Context, portfolio, id string) error
	// TakeShare gives an open share to a user; ErrStale where somebody was quicker.
	TakeShare(ctx context.Context, portfolio, id, user string) error

	CreateLink(ctx context.Context, l Link) error
	// TouchLink notes a visit.
	TouchLink(ctx context.Context, portfolio, id string, at time.Time) error
	// RevokeLink ends a link. Its row stays, to be read.
	RevokeLink(ctx context.Context, portfolio, id string) error

	// CreateHousehold makes one, with who makes it as its first person.
	CreateHousehold(ctx context.Context, h Household, first HouseholdPerson) error
	// DeleteHousehold ends one that the identity founded.
	DeleteHousehold(ctx context.Context, id string) error
	// InviteToHousehold adds somebody who has not joined yet; ErrExists for an address
	// that is there already.
	InviteToHousehold(ctx context.Context, household string, p HouseholdPerson) error
	// JoinHousehold lets somebody in who was invited; ErrStale where they are in.
	JoinHousehold(ctx context.Context, household, person, user, name string) error
	// LeaveHousehold takes somebody out.
	LeaveHousehold(ctx context.Context, household, person string) error

	// Contribute brings a portfolio into a household, or changes how much it shows; for
	// those who may manage it.
	Contribute(ctx context.Context, c Contribution) error
	// Withdraw takes it out.
	Withdraw(ctx context.Context, household, portfolio string) error
}
