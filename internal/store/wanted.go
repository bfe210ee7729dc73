package store

import (
	"context"

	"github.com/foliosight/foliosight/finance/date"
)

// WantedKind is why something of the market is wanted.
type WantedKind string

// The kinds.
const (
	WantedBooked    WantedKind = "booked"    // a ledger names the symbol
	WantedBenchmark WantedKind = "benchmark" // a portfolio is compared with the symbol
	WantedWatched   WantedKind = "watched"   // a list or a target names the symbol
	WantedCurrency  WantedKind = "currency"  // a ledger or a portfolio is in it; Symbol is its code
)

// Wanted is something of the market that somebody's figures need. Whose is not said.
type Wanted struct {
	Kind   WantedKind
	Symbol string
	First  date.Date // day of the first booking; None: there is none
	Last   date.Date // of the last
	// Open says that something of it may be held still: pieces bought and sold do not even
	// out, or a split, a merger or a transfer speaks of it.
	Open bool
}

// SupplyGate is what background work asks before it fetches market data.
type SupplyGate interface {
	// Wanted is what the ledgers of all tenants that are not archived or simulated need, and
	// what is watched, by kind and symbol. What a tenant values by hand or describes as
	// private is not among it: its name is nobody else's to know.
	Wanted(ctx context.Context) ([]Wanted, error)
}
