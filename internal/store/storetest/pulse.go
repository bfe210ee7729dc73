package storetest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// pulse holds that the pulse moves with everything that could change what is shown, and
// with nothing else of the tenant's or of anybody's.
func pulse(t *testing.T, s store.Store) {
	h, other := build(t, s, "Ada"), build(t, s, "Bob")
	token := bytes.Repeat([]byte{9}, 32)
	session := store.Session{ID: store.NewID(), TokenHash: token, Created: epoch, LastSeen: epoch, Expires: epoch.Add(time.Hour)}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.CreateSession(ctx, session)) })
	now := func() store.Pulse {
		t.Helper()
		got, err := s.SessionOf(ctx, token, epoch)
		check(t, err)
		byID, err := s.SessionByID(ctx, h.owner, session.ID, epoch)
		check(t, err)
		wantEqual(t, byID.Pulse, got.Pulse, "pulse by id")
		return got.Pulse
	}
	last := now()
	if last.Sequence == 0 {
		t.Fatal("a tenant with a portfolio has no pulse")
	}
	write := func(id store.Identity, fn func(context.Context, store.Tx) error) func() {
		return func() { as(t, s, id, func(ctx context.Context, tx store.Tx) { check(t, fn(ctx, tx)) }) }
	}
	var booked ledger.Transaction
	price := store.OwnPrice{Symbol: "HOUSE", Date: date.MustParse("2025-01-02"), Price: money.One, Currency: "EUR"}
	operator := other.owner
	operator.Operator = true
	for _, c := range []struct {
		what  string
		moves bool
		do    func()
	}{
		{"nothing", false, func() {}},
		{"a look", false, func() {
			read(t, s, h.owner, func(ctx context.Context, v store.View) {
				_, err := v.Portfolio(ctx, h.portfolio)
				check(t, err)
			})
		}},
		{"a booking", true, func() {
			booked = buy("2025-01-02", "ACME", "1", "10")
			book(t, s, h.owner, h.portfolio, booked)
		}},
		{"a booking taken back", true, write(h.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Append(ctx, store.Change{Portfolio: h.portfolio, Expected: store.AnyVersion, Kind: store.Deleted, Remove: []string{booked.ID}})
			return err
		})},
		{"a portfolio renamed", true, write(h.owner, func(ctx context.Context, tx store.Tx) error {
			p, err := tx.Portfolio(ctx, h.portfolio)
			if err != nil {
				return err
			}
			p.Name = "Other"
			_, err = tx.UpdatePortfolio(ctx, p)
			return err
		})},
		{"another portfolio", true, write(h.owner, func(ctx context.Context, tx store.Tx) error {
			return tx.CreatePortfolio(ctx, store.Portfolio{ID: store.NewID(), Name: "Second", Base: "USD"})
		})},
		{"the user's currency", true, write(h.owner, func(ctx context.Context, tx store.Tx) error {
			u, err := tx.User(ctx, h.owner.User)
			if err != nil {
				return err
			}
			u.BaseCurrency = "CHF"
			return tx.UpdateUser(ctx, u)
		})},
		{"a grant", true, write(h.owner, func(ctx context.Context, tx store.Tx) error {
			return tx.PutGrant(ctx, store.Grant{Portfolio: h.portfolio, User: h.member.User, Role: store.CanView})
		})},
		{"an own price", true, write(h.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.SetOwnPrices(ctx, []store.OwnPrice{price})
			return err
		})},
		{"an own series", true, write(h.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.WriteMarket(ctx, store.Batch{Own: true, Source: "file", Series: []store.Series{{Kind: store.Prices, Symbol: "ACME", Source: "file", Currency: "EUR",
				Dates: []date.Date{date.MustParse("2025-01-02")}, Close: []float64{10}}}})
			return err
		})},
		{"a shared series", true, write(operator, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.WriteMarket(ctx, store.Batch{Source: "file", Series: []store.Series{{Kind: store.Prices, Symbol: "WIDE", Source: "file", Currency: "EUR",
				Dates: []date.Date{date.MustParse("2025-01-02")}, Close: []float64{10}}}})
			return err
		})},
		{"a booking of another tenant", false, func() { book(t, s, other.owner, other.portfolio, buy("2025-01-02", "ACME", "1", "10")) }},
		{"an own price of another tenant", false, write(other.owner, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.SetOwnPrices(ctx, []store.OwnPrice{price})
			return err
		})},
	} {
		c.do()
		got := now()
		if moved := got != last; moved != c.moves {
			t.Errorf("after %s the pulse went from %+v to %+v", c.what, last, got)
		}
		if got.Sequence < last.Sequence || got.Market.Shared < last.Market.Shared || got.Market.Own < last.Market.Own {
			t.Errorf("after %s the pulse went back from %+v to %+v", c.what, last, got)
		}
		last = got
	}
}
