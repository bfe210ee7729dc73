package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

func mailTokens(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	token := func(b byte, kind store.MailTokenKind) store.MailToken {
		return store.MailToken{ID: store.NewID(), Kind: kind, Email: "ada@example.org", TokenHash: hash(b), Created: epoch, Expires: epoch.Add(time.Hour)}
	}
	second := token(2, store.ForReset)
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.CreateMailToken(ctx, token(1, store.ForReset)))
		check(t, tx.CreateMailToken(ctx, second))
		check(t, tx.CreateMailToken(ctx, token(3, store.ForVerify)))
	})
	_, err := s.MailTokenOf(ctx, store.ForReset, hash(1), epoch)
	wantError(t, err, store.ErrNotFound, "a token that a later one replaced")
	_, err = s.MailTokenOf(ctx, store.ForReset, hash(3), epoch)
	wantError(t, err, store.ErrNotFound, "a token of another kind")
	_, err = s.MailTokenOf(ctx, store.ForReset, hash(2), epoch.Add(time.Hour))
	wantError(t, err, store.ErrNotFound, "an expired token")
	got, err := s.MailTokenOf(ctx, store.ForReset, hash(2), epoch)
	check(t, err)
	wantEqual(t, got.Identity, h.owner, "whose it is")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.UseMailToken(ctx, second.ID)) })
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.UseMailToken(ctx, second.ID) })
	wantError(t, err, store.ErrNotFound, "a token used again")
	_, err = s.MailTokenOf(ctx, store.ForReset, hash(2), epoch)
	wantError(t, err, store.ErrNotFound, "a used token")

	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.VerifyEmail(ctx, "ADA@example.org", epoch))
		u, err := tx.User(ctx, h.owner.User)
		check(t, err)
		wantEqual(t, u.Verified, epoch, "verified")
		u.Country, u.CostMethod, u.Email = "DE", "HIFO", "ada@elsewhere.example"
		check(t, tx.UpdateUser(ctx, u))
		u, err = tx.User(ctx, h.owner.User)
		check(t, err)
		if !u.Verified.IsZero() || u.Country != "DE" || u.CostMethod != "HIFO" {
			t.Errorf("after the address changed: %+v", u)
		}
	})
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.VerifyEmail(ctx, "ada@example.org", epoch) })
	wantError(t, err, store.ErrNotFound, "verifying an address that is no longer the user's")
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		u, err := tx.User(ctx, h.owner.User)
		check(t, err)
		u.Tier = "unlimited"
		return tx.UpdateUser(ctx, u)
	})
	wantError(t, err, store.ErrForbidden, "an owner choosing a tier")
}

func outbox(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	ids := map[string]bool{}
	for i, id := range []store.Identity{ada.owner, ada.member, bob.owner, bob.member} {
		m := store.Sending{ID: store.NewID(), Channel: "mail", Purpose: "test", Message: []byte("sealed"), Created: epoch, Expires: epoch.Add(24 * time.Hour), Due: epoch.Add(time.Duration(i) * time.Second)}
		ids[m.ID] = true
		as(t, s, id, func(ctx context.Context, tx store.Tx) { check(t, tx.Send(ctx, m)) })
	}
	early, err := s.ClaimOutbox(ctx, epoch.Add(-time.Second), time.Minute, 10)
	check(t, err)
	wantEqual(t, len(early), 0, "messages before they are due")
	// Several processes look at once: each message is given to one.
	var wait sync.WaitGroup
	var mu sync.Mutex
	given := map[string]int{}
	var some store.Sending
	for range 4 {
		wait.Go(func() {
			got, err := s.ClaimOutbox(ctx, epoch.Add(time.Minute), time.Minute, 2)
			check(t, err)
			mu.Lock()
			defer mu.Unlock()
			for _, m := range got {
				given[m.ID]++
				some = m
			}
		})
	}
	wait.Wait()
	// Who came too late for a message may have got nothing; what is left comes next.
	left, err := s.ClaimOutbox(ctx, epoch.Add(time.Minute), time.Minute, 10)
	check(t, err)
	for _, m := range left {
		given[m.ID]++
		some = m
	}
	wantEqual(t, len(given), 4, "messages given out")
	for id, n := range given {
		if n != 1 || !ids[id] {
			t.Errorf("message %s was given %d times", id, n)
		}
	}
	err = s.Read(ctx, ada.owner, func(ctx context.Context, v store.View) error {
		if some.Identity == ada.owner {
			return store.ErrNotFound
		}
		_, err := v.Sending(ctx, some.ID)
		return err
	})
	wantError(t, err, store.ErrNotFound, "another's message")
	as(t, s, some.Identity, func(ctx context.Context, tx store.Tx) {
		m, err := tx.Sending(ctx, some.ID)
		check(t, err)
		wantEqual(t, m.Attempts, 1, "attempts")
		wantEqual(t, string(m.Message), "sealed", "message")
		check(t, tx.Unsent(ctx, some.ID, "no connection", epoch.Add(time.Hour)))
	})
	got, err := s.ClaimOutbox(ctx, epoch.Add(time.Hour), time.Minute, 10)
	check(t, err)
	wantEqual(t, len(got), 4, "messages due again: those whose process died, and the one that failed")
	as(t, s, some.Identity, func(ctx context.Context, tx store.Tx) {
		check(t, tx.Sent(ctx, some.ID, epoch))
		m, err := tx.Sending(ctx, some.ID)
		check(t, err)
		if m.Sent.IsZero() || len(m.Message) != 0 {
			t.Errorf("what was sent is kept: %+v", m)
		}
	})
	got, err = s.ClaimOutbox(ctx, epoch.Add(2*time.Hour), time.Minute, 10)
	check(t, err)
	wantEqual(t, len(got), 3, "messages due after one was sent")
}
