package storetest

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// hash is a distinct SHA-256 for tests.
func hash(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

// signIn opens a session and returns it.
func signIn(t *testing.T, s store.Store, id store.Identity, token byte, until time.Time) store.Session {
	t.Helper()
	session := store.Session{ID: store.NewID(), Identity: id, TokenHash: hash(token), Created: epoch, LastSeen: epoch, Expires: epoch.Add(30 * 24 * time.Hour), TokenUntil: until}
	as(t, s, id, func(ctx context.Context, tx store.Tx) { check(t, tx.CreateSession(ctx, session)) })
	return session
}

func refreshTokens(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	session := signIn(t, s, h.owner, 1, epoch.Add(time.Hour))
	_, err := s.SessionOf(ctx, hash(1), epoch.Add(59*time.Minute))
	check(t, err)
	_, err = s.SessionOf(ctx, hash(1), epoch.Add(time.Hour))
	wantError(t, err, store.ErrNotFound, "a token past its own end")
	got, err := s.SessionByID(ctx, h.owner, session.ID, epoch.Add(24*time.Hour))
	check(t, err)
	wantEqual(t, got.Identity, h.owner, "session by its id")
	for what, id := range map[string]store.Identity{"another user": h.member, "another tenant": {Tenant: store.NewID(), User: h.owner.User}} {
		_, err = s.SessionByID(ctx, id, session.ID, epoch)
		wantError(t, err, store.ErrNotFound, "session by its id as "+what)
	}

	first := store.Refresh{ID: store.NewID(), Session: session.ID, TokenHash: hash(10), Created: epoch, Expires: epoch.Add(48 * time.Hour)}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.CreateRefresh(ctx, first)) })
	next := func(b byte) store.Refresh {
		return store.Refresh{ID: store.NewID(), Session: session.ID, TokenHash: hash(b), Created: epoch.Add(time.Hour), Expires: epoch.Add(60 * 24 * time.Hour)}
	}
	// Of several who exchange one token at once one gets a new one.
	var wait sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wait.Go(func() {
			errs[i] = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.RotateRefresh(ctx, first.ID, next(byte(20+i))) })
		})
	}
	wait.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wantError(t, err, store.ErrStale, "a token exchanged again")
		}
	}
	wantEqual(t, won, 1, "exchanges of one token")
	used, err := s.RefreshOf(ctx, hash(10), epoch)
	check(t, err)
	if used.Used.IsZero() || used.Session != session.ID || used.Identity != h.owner {
		t.Errorf("the used token: %+v", used)
	}
	got, err = s.SessionByID(ctx, h.owner, session.ID, epoch.Add(59*24*time.Hour))
	check(t, err) // the session lasts as long as its newest refresh token
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.RotateRefresh(ctx, used.ID, next(40)) })
	wantError(t, err, store.ErrStale, "another's token")
	// With the session its family is gone.
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteSession(ctx, session.ID)) })
	_, err = s.RefreshOf(ctx, hash(10), epoch)
	wantError(t, err, store.ErrNotFound, "a token of a session that ended")
}

func personalTokens(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	token := store.PersonalToken{ID: store.NewID(), Name: "script", TokenHash: hash(1), Scope: "read", Created: epoch, Expires: epoch.Add(time.Hour)}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.CreatePersonalToken(ctx, token)) })
	got, err := s.PersonalTokenOf(ctx, hash(1), epoch)
	check(t, err)
	if got.Identity != h.owner || got.Scope != "read" || got.Name != "script" || !got.LastUsed.IsZero() {
		t.Errorf("%+v", got)
	}
	_, err = s.PersonalTokenOf(ctx, hash(1), epoch.Add(time.Hour))
	wantError(t, err, store.ErrNotFound, "an expired token")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.TouchPersonalToken(ctx, token.ID, epoch.Add(time.Minute)))
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.PersonalTokens(ctx)
		check(t, err)
		if len(all) != 1 || !all[0].LastUsed.Equal(epoch.Add(time.Minute)) {
			t.Errorf("%+v", all)
		}
	})
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		all, err := v.PersonalTokens(ctx)
		check(t, err)
		wantEqual(t, len(all), 0, "tokens of another")
	})
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.DeletePersonalToken(ctx, token.ID) })
	wantError(t, err, store.ErrNotFound, "deleting another's token")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeletePersonalToken(ctx, token.ID)) })
	_, err = s.PersonalTokenOf(ctx, hash(1), epoch)
	wantError(t, err, store.ErrNotFound, "a deleted token")
}

func signingKeys(t *testing.T, s store.Store) {
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			check(t, s.RotateSigningKey(ctx, store.SealedKey{ID: store.NewID(), Secret: hash(byte(i)), Created: epoch}, true, time.Time{}))
		})
	}
	wait.Wait()
	all, err := s.SigningKeys(ctx)
	check(t, err)
	wantEqual(t, len(all), 1, "keys of four that start at once")
	for i := range 3 {
		at := epoch.Add(time.Duration(i+1) * time.Hour)
		check(t, s.RotateSigningKey(ctx, store.SealedKey{ID: store.NewID(), Secret: hash(9), Created: at}, false, at.Add(-90*time.Minute)))
	}
	all, err = s.SigningKeys(ctx)
	check(t, err)
	wantEqual(t, len(all), 3, "keys: one signs, those retired lately verify")
	if !all[0].Retired.IsZero() || all[1].Retired.IsZero() || all[2].Retired.IsZero() {
		t.Errorf("%+v", all)
	}

	h := build(t, s, "ada")
	f := store.Feature{Name: "reports", Enabled: true, Percent: 25}
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.PutFeature(ctx, f) })
	wantError(t, err, store.ErrForbidden, "an owner switching for everybody")
	as(t, s, operator(h.owner), func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutFeature(ctx, store.Feature{Name: "reports", Percent: 100}))
		check(t, tx.PutFeature(ctx, f))
	})
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		all, err := v.Features(ctx)
		check(t, err)
		if len(all) != 1 || all[0].Name != "reports" || !all[0].Enabled || all[0].Percent != 25 {
			t.Errorf("%+v", all)
		}
	})
}
