package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Portfolio is one ledger and how it is kept.
type Portfolio struct {
	ID        string
	Owner     string // user id
	Name      string // unique among the owner's portfolios that are not archived
	Base      money.Currency
	Policy    ledger.Policy
	Benchmark string          // symbol; empty: none
	Simulated bool            // valued with the simulated market
	Settings  json.RawMessage // display and calculation options of the service; an object
	Revision  int64           // raised with each change of the fields above
	Version   int64           // of the ledger; 0: nothing booked yet
	Role      Role            // what the reading identity may do
	Tenant    string          `json:"-"` // whose it is, on reading
	Created   time.Time
	Archived  time.Time // zero: not archived
}

// Role is what a user may do with a portfolio. Each includes the ones before it.
type Role string

// The roles.
const (
	CanView   Role = "view"
	CanTrade  Role = "trade"  // book, edit, import, undo
	CanManage Role = "manage" // rename, share, archive
)

// Allows reports whether r includes what needed is.
func (r Role) Allows(needed Role) bool { return r.rank() >= needed.rank() && needed.rank() > 0 }

func (r Role) rank() int {
	switch r {
	case CanView:
		return 1
	case CanTrade:
		return 2
	case CanManage:
		return 3
	}
	return 0
}

// Account is a place where cash and securities of a portfolio are kept. Bookings
// refer to it by its name, which therefore never changes; the label does.
type Account struct {
	Name        string
	Label       string
	Currency    money.Currency
	Institution string
}

// Grant lets a user who is not the owner see or change a portfolio.
type Grant struct {
	Portfolio string
	User      string
	Role      Role
	Created   time.Time
}

// PortfolioReader reads the portfolios that are the identity's own or granted to it.
type PortfolioReader interface {
	// Portfolios are in the order of their creation; archived ones only if asked for.
	Portfolios(ctx context.Context, archived bool) ([]Portfolio, error)
	Portfolio(ctx context.Context, id string) (Portfolio, error)
	// Accounts are those of a portfolio, by name.
	Accounts(ctx context.Context, portfolio string) ([]Account, error)
	// Grants of a portfolio; for those who may manage it.
	Grants(ctx context.Context, portfolio string) ([]Grant, error)
}

// PortfolioWriter changes them.
type PortfolioWriter interface {
	// CreatePortfolio makes one that the identity owns.
	CreatePortfolio(ctx context.Context, p Portfolio) error
	// UpdatePortfolio writes name, base, policy, benchmark, settings and archived when
	// p.Revision is still current (else ErrStale), and returns the new revision.
	UpdatePortfolio(ctx context.Context, p Portfolio) (int64, error)
	// DeletePortfolio removes a portfolio with everything in it, for good.
	DeletePortfolio(ctx context.Context, id string) error
	// PutAccount adds an account or changes the one of that name.
	PutAccount(ctx context.Context, portfolio string, a Account) error
	// DeleteAccount removes an account that no booking ever named (else ErrExists).
	DeleteAccount(ctx context.Context, portfolio, name string) error
	PutGrant(ctx context.Context, g Grant) error
	DeleteGrant(ctx context.Context, portfolio, user string) error
}
