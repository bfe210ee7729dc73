// Package storetest states what every store does. SQLite and PostgreSQL both run it:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) store.Store { return openTemp(t) })
//	}
package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// Run runs the whole suite. open gives an empty store, closed by the test's cleanup.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, store.Store)
	}{
		{"the first owner is founded once", firstOwner},
		{"people and sessions", people},
		{"the pulse moves with what is shown", pulse},
		{"refresh tokens are exchanged once", refreshTokens},
		{"tokens for programs", personalTokens},
		{"invitations let in once", invitations},
		{"second factors and recovery codes", secondFactors},
		{"passkeys and identities of other providers", passkeys},
		{"tokens sent by mail", mailTokens},
		{"the outbox is claimed by one", outbox},
		{"challenges and attempts", challenges},
		{"attempts at the same time", attemptsTogether},
		{"signing keys and features", signingKeys},
		{"what was run is recorded", operations},
		{"what failed is counted", failedAttempts},
		{"marks are seen and answered", marks},
		{"incidents are kept with their timeline", incidents},
		{"a user and a tenant are deleted with everything", deletion},
		{"portfolios, accounts and grants", portfolios},
		{"a booking comes back as it was given", bookingRoundTrip},
		{"versions rise by one and say what changed", versions},
		{"an edit supersedes and the old row stays", edits},
		{"known on a day through the version committed by then", knownOn},
		{"a change of an older version is stale", stale},
		{"numbers out of bounds are refused", bounds},
		{"an import is undone as one", importUndo},
		{"filters, pages and cursors", find},
		{"tags are kept, found and corrected", tags},
		{"series come back bit for bit", seriesRoundTrip},
		{"options are found by their underlying", seriesOfOptions},
		{"market versions and their history", marketHistory},
		{"market data under random batches", randomBatches},
		{"the tenant's own market data win there and only there", ownMarket},
		{"new days of many series under random batches", manyDays},
		{"new days are folded in pieces", foldedInPieces},
		{"what was taken back of new days stays so", takenBack},
		{"actions and instruments", actions},
		{"own prices are exact and superseded", ownPrices},
		{"no identity reaches another's rows", isolation},
		{"roles of grants", grantRoles},
		{"shares are taken up and end", shares},
		{"links let look for a while", links},
		{"households show members what members bring", households},
		{"answers to repeated requests", answers},
		{"settings", settings},
		{"the audit trail is a chain", audit},
		{"a look at another's portfolio is noted", lookedAt},
		{"a closed period stays as it is", closings},
		{"rules on figures", alertRules},
		{"an alert is raised, acknowledged and resolved", alerts},
		{"channels and what goes through them", alertChannels},
		{"rules of guests", alertGuests},
		{"all or nothing", atomic},
		{"nested calls join", nested},
		{"concurrent writers", concurrentWriters},
		{"a ledger that is held does not change", heldLedger},
		{"a read sees one state", snapshot},
		{"portfolios due are listed by id", portfoliosDue},
		{"runs of jobs and their steps", jobRuns},
		{"snapshots are added, never changed", snapshots},
		{"drafts are their user's alone", drafts},
		{"allowances are exact", allowances},
		{"allowances taken at the same time", allowancesTogether},
		{"how providers fare, and their keys", providers},
		{"supplies are needed, due and covered", supplies},
		{"values are held back until somebody decides", heldValues},
		{"documents change only where they do", documents},
		{"news about many symbols in pages", articles},
		{"names of instruments have their time", aliases},
		{"random names mean what was said last", randomAliases},
		{"what is wanted of the market, by nobody's name", wantedOfMarket},
		{"watchlists", watchlists},
		{"targets keep their history", targets},
		{"notes on instruments", researchNotes},
		{"income is proposed once", proposals},
		{"a dividend confirmed twice is booked once", confirmTwice},
		{"a dividend confirmed by two at once is booked once", confirmTogether},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// house is a tenant with an owner, a member and a portfolio of the owner's.
type house struct {
	tenant    string
	owner     store.Identity
	member    store.Identity
	portfolio string
}

var ctx = context.Background()

// build makes a house; its names carry the given word.
func build(t *testing.T, s store.Store, word string) house {
	t.Helper()
	h := house{tenant: store.NewID(), portfolio: store.NewID()}
	h.owner = store.Identity{Tenant: h.tenant, User: store.NewID()}
	h.member = store.Identity{Tenant: h.tenant, User: store.NewID()}
	check(t, s.Found(ctx, store.Tenant{ID: h.tenant, Name: word}, user(h.owner.User, word+"@example.org"), false))
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		member := user(h.member.User, word+".member@example.org")
		member.Role = store.Member
		check(t, tx.CreateUser(ctx, member))
		check(t, tx.CreatePortfolio(ctx, store.Portfolio{ID: h.portfolio, Name: "Main", Base: "EUR", Benchmark: "SPY"}))
	})
	return h
}

func user(id, email string) store.User {
	return store.User{ID: id, Email: email, Name: "Some One", Role: store.Owner, PasswordHash: "hash of " + email, BaseCurrency: "EUR", Locale: "de-DE", TimeZone: "Europe/Berlin"}
}

func as(t *testing.T, s store.Store, id store.Identity, fn func(context.Context, store.Tx)) {
	t.Helper()
	check(t, s.As(ctx, id, func(ctx context.Context, tx store.Tx) error { fn(ctx, tx); return nil }))
}

func read(t *testing.T, s store.Store, id store.Identity, fn func(context.Context, store.View)) {
	t.Helper()
	check(t, s.Read(ctx, id, func(ctx context.Context, v store.View) error { fn(ctx, v); return nil }))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, got, want error, what string) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

func wantEqual[T comparable](t *testing.T, got, want T, what string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// buy is a purchase on a day.
func buy(day, symbol, quantity, price string) ledger.Transaction {
	return ledger.Transaction{ID: store.NewID(), Date: date.MustParse(day), Type: ledger.Buy, Account: "depot", Symbol: symbol,
		Quantity: some(quantity), Price: some(price), Currency: "EUR"}
}

func some(s string) money.Optional { return money.Some(money.MustParse(s)) }

// book appends bookings and returns the version they made.
func book(t *testing.T, s store.Store, id store.Identity, portfolio string, all ...ledger.Transaction) store.Version {
	t.Helper()
	var v store.Version
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		var err error
		v, err = tx.Append(ctx, store.Change{Portfolio: portfolio, Expected: store.AnyVersion, Kind: store.Booked, Enter: entries(all...)})
		check(t, err)
	})
	return v
}

func entries(all ...ledger.Transaction) []store.Entry {
	var e []store.Entry
	for _, one := range all {
		e = append(e, store.Entry{Transaction: one})
	}
	return e
}

// ledgerOf are the bookings of a version as one line each.
func ledgerOf(t *testing.T, s store.Store, id store.Identity, portfolio string, version int64) []string {
	t.Helper()
	var lines []string
	read(t, s, id, func(ctx context.Context, v store.View) {
		all, err := v.Transactions(ctx, portfolio, version)
		check(t, err)
		for _, one := range all {
			lines = append(lines, one.Date.String()+" "+one.Symbol+" "+one.Quantity.Decimal.String())
		}
	})
	return lines
}

var epoch = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
