package store

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Watchlist is a list of instruments that a user looks at.
type Watchlist struct {
	ID       string
	User     string // whose it is
	Name     string // unique among the user's
	Shared   bool   // the tenant's other members see it too
	Position int    // among the user's lists
	Revision int64  // of the fields above; 0: new
	Created  time.Time
	Changed  time.Time
	Entries  []WatchEntry // in their order; read, not written
}

// WatchEntry is one instrument of a list.
type WatchEntry struct {
	Symbol string
	Note   string
	Added  time.Time
}

// Target is a price that a user expects an instrument to reach.
type Target struct {
	Symbol   string
	Sequence int64          // from 1, per user and symbol; the last one is in force
	Price    money.Optional // of one piece; not known: the target was taken back
	Currency money.Currency
	Horizon  date.Date // by when; zero or None: not said
	Note     string
	Set      time.Time
}

// ResearchNote is what a user wrote about an instrument.
type ResearchNote struct {
	ID       string
	User     string
	Symbol   string
	Text     string // Markdown
	Shared   bool   // the tenant's other members see it too
	Revision int64  // 0: new
	Created  time.Time
	Edited   time.Time
}

// ResearchGate is what background work asks before it fetches what people watch.
type ResearchGate interface {
	// Watchers are the users of all tenants who watch anything or have a target.
	Watchers(ctx context.Context) ([]Identity, error)
}

// ResearchReader reads a user's own research and what members of the tenant share.
type ResearchReader interface {
	// Watchlists are the user's own by position, then those that others share.
	Watchlists(ctx context.Context) ([]Watchlist, error)
	Watchlist(ctx context.Context, id string) (Watchlist, error)
	// Targets are the user's that are in force, of symbols (nil: all), by symbol.
	Targets(ctx context.Context, symbols []string) ([]Target, error)
	// TargetHistory is every one that the user set for a symbol, the newest first.
	TargetHistory(ctx context.Context, symbol string) ([]Target, error)
	// AllTargets are those of every symbol, by symbol and the newest first.
	AllTargets(ctx context.Context) ([]Target, error)
	// ResearchNotes on a symbol (empty: all), the last edited first.
	ResearchNotes(ctx context.Context, symbol string) ([]ResearchNote, error)
	ResearchNote(ctx context.Context, id string) (ResearchNote, error)
}

// ResearchWriter writes a user's own.
type ResearchWriter interface {
	// PutWatchlist creates a list (Revision 0) or changes one whose revision is current,
	// else ErrStale. A name that the user has already: ErrExists.
	PutWatchlist(ctx context.Context, w Watchlist) (Watchlist, error)
	DeleteWatchlist(ctx context.Context, id string) error
	// PutWatchEntry adds an instrument at the end, or changes the note of one that is there.
	PutWatchEntry(ctx context.Context, list string, e WatchEntry) error
	DropWatchEntry(ctx context.Context, list, symbol string) error
	// OrderWatchlist puts the entries into an order; those not named come after it as they
	// were, and names that are not there are ErrNotFound.
	OrderWatchlist(ctx context.Context, list string, symbols []string) error
	// SetTarget puts a target in force; the ones before it stay as its history. One that
	// says the same as the one in force changes nothing.
	SetTarget(ctx context.Context, t Target) (Target, error)
	// DropTarget takes back the one in force; else ErrNotFound.
	DropTarget(ctx context.Context, symbol string) error
	// PutResearchNote creates a note (Revision 0) or changes one whose revision is
	// current, else ErrStale.
	PutResearchNote(ctx context.Context, n ResearchNote) (ResearchNote, error)
	DeleteResearchNote(ctx context.Context, id string) error
}
