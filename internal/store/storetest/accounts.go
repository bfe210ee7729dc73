package storetest

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
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

func invitations(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	invite := func(b byte, founds bool) store.Invite {
		return store.Invite{ID: store.NewID(), Email: "new@example.org", Role: store.Member, Founds: founds, TokenHash: hash(b), Created: epoch, Expires: epoch.Add(time.Hour)}
	}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.CreateInvite(ctx, invite(1, false))) })
	err := s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.CreateInvite(ctx, invite(2, false)) })
	wantError(t, err, store.ErrForbidden, "a member inviting")
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.CreateInvite(ctx, invite(2, true)) })
	wantError(t, err, store.ErrForbidden, "an owner letting others found tenants")
	err = s.Read(ctx, h.member, func(ctx context.Context, v store.View) error { _, err := v.Invites(ctx); return err })
	wantError(t, err, store.ErrForbidden, "a member looking at invitations")
	got, err := s.InviteOf(ctx, hash(1), epoch)
	check(t, err)
	if got.Tenant != h.tenant || got.Email != "new@example.org" || got.Role != store.Member {
		t.Errorf("%+v", got)
	}
	_, err = s.InviteOf(ctx, hash(1), epoch.Add(time.Hour))
	wantError(t, err, store.ErrNotFound, "an expired invitation")

	// Of several who accept it at once one is let in.
	var wait sync.WaitGroup
	errs, ids := make([]error, 5), make([]store.Identity, 5)
	for i := range errs {
		wait.Go(func() {
			ids[i], errs[i] = s.Accept(ctx, hash(1), epoch, store.Tenant{}, user(store.NewID(), string(rune('a'+i))+"@new.example"))
		})
	}
	wait.Wait()
	var joined store.Identity
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			joined = ids[i]
		} else {
			wantError(t, err, store.ErrNotFound, "an invitation used again")
		}
	}
	wantEqual(t, won, 1, "people let in")
	wantEqual(t, joined.Tenant, h.tenant, "tenant joined")
	read(t, s, joined, func(ctx context.Context, v store.View) {
		u, err := v.User(ctx, joined.User)
		check(t, err)
		wantEqual(t, u.Role, store.Member, "role, whatever the user says")
		all, err := v.Portfolios(ctx, true)
		check(t, err)
		wantEqual(t, len(all), 0, "portfolios seen by who joined")
	})
	// An address that is taken uses nothing up.
	as(t, s, operator(h.owner), func(ctx context.Context, tx store.Tx) { check(t, tx.CreateInvite(ctx, invite(3, true))) })
	_, err = s.Accept(ctx, hash(3), epoch, store.Tenant{ID: store.NewID(), Name: "x"}, user(store.NewID(), "ADA@example.org"))
	wantError(t, err, store.ErrExists, "an address that is taken")
	own := store.Tenant{ID: store.NewID(), Name: "own"}
	id, err := s.Accept(ctx, hash(3), epoch, own, user(store.NewID(), "own@example.org"))
	check(t, err)
	wantEqual(t, id.Tenant, own.ID, "tenant founded")
	read(t, s, id, func(ctx context.Context, v store.View) {
		_, err := v.Invites(ctx)
		check(t, err) // an owner
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.Invites(ctx)
		check(t, err)
		wantEqual(t, len(all), 2, "invitations")
		for _, i := range all {
			if i.Accepted.IsZero() {
				t.Errorf("still open: %+v", i)
			}
		}
	})
}

func secondFactors(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	err := s.Read(ctx, h.owner, func(ctx context.Context, v store.View) error { _, err := v.SecondFactor(ctx); return err })
	wantError(t, err, store.ErrNotFound, "a second factor")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.PutSecondFactor(ctx, store.SecondFactor{Secret: []byte("sealed 1"), Created: epoch}))
		check(t, tx.PutSecondFactor(ctx, store.SecondFactor{Secret: []byte("sealed"), Created: epoch}))
		check(t, tx.ConfirmSecondFactor(ctx, epoch, 7, [][]byte{hash(1), hash(2)}))
	})
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		f, err := v.SecondFactor(ctx)
		check(t, err)
		if string(f.Secret) != "sealed" || f.Confirmed.IsZero() || f.LastStep != 7 {
			t.Errorf("%+v", f)
		}
	})
	for step, want := range map[int64]error{7: store.ErrStale, 6: store.ErrStale} {
		err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.UseStep(ctx, step) })
		wantError(t, err, want, "a code used again")
	}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.UseStep(ctx, 8))
		check(t, tx.UseRecoveryCode(ctx, hash(1)))
		left, err := tx.RecoveryCodes(ctx)
		check(t, err)
		wantEqual(t, left, 1, "codes left")
	})
	err = s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error { return tx.UseRecoveryCode(ctx, hash(1)) })
	wantError(t, err, store.ErrNotFound, "a recovery code used again")
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.UseRecoveryCode(ctx, hash(2)) })
	wantError(t, err, store.ErrNotFound, "another's recovery code")
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.DeleteSecondFactor(ctx, h.owner.User) })
	wantError(t, err, store.ErrForbidden, "a member removing another's second factor")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.DeleteSecondFactor(ctx, h.owner.User))
		left, err := tx.RecoveryCodes(ctx)
		check(t, err)
		wantEqual(t, left, 0, "codes left")
	})
}

func passkeys(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	p := store.Passkey{ID: store.NewID(), Credential: []byte("credential"), Name: "laptop", Data: []byte(`{"counter": 1}`), Created: epoch}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.CreatePasskey(ctx, p)) })
	err := s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error {
		return tx.CreatePasskey(ctx, store.Passkey{ID: store.NewID(), Credential: p.Credential, Data: p.Data, Created: epoch})
	})
	wantError(t, err, store.ErrExists, "a credential registered twice")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.UsePasskey(ctx, p.ID, []byte(`{"counter":2}`), epoch))
	})
	got, err := s.PasskeyOf(ctx, p.Credential)
	check(t, err)
	if got.Identity != h.owner || got.ID != p.ID || !bytes.Contains(got.Data, []byte("2")) || !got.LastUsed.Equal(epoch) {
		t.Errorf("%+v", got)
	}
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.RenamePasskey(ctx, p.ID, "Mine") })
	wantError(t, err, store.ErrNotFound, "renaming another's passkey")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) {
		check(t, tx.RenamePasskey(ctx, p.ID, "Old laptop"))
		all, err := tx.Passkeys(ctx)
		check(t, err)
		wantEqual(t, all[0].Name, "Old laptop", "name of the passkey")
	})
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { return tx.DeletePasskey(ctx, p.ID) })
	wantError(t, err, store.ErrNotFound, "deleting another's passkey")
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeletePasskey(ctx, p.ID)) })
	_, err = s.PasskeyOf(ctx, p.Credential)
	wantError(t, err, store.ErrNotFound, "a deleted passkey")

	l := store.Linked{ID: store.NewID(), Issuer: "https://id.example", Subject: "42", Email: "ada@id.example", Created: epoch}
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.Link(ctx, l)) })
	id, err := s.LinkedTo(ctx, l.Issuer, l.Subject)
	check(t, err)
	wantEqual(t, id, h.owner, "who signs in")
	_, err = s.LinkedTo(ctx, "https://other.example", l.Subject)
	wantError(t, err, store.ErrNotFound, "the same subject of another issuer")
	err = s.As(ctx, h.member, func(ctx context.Context, tx store.Tx) error { l.ID = store.NewID(); return tx.Link(ctx, l) })
	wantError(t, err, store.ErrExists, "one identity for two users")
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		all, err := v.Linked(ctx)
		check(t, err)
		wantEqual(t, len(all), 1, "identities")
		l = all[0]
	})
	as(t, s, h.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.Unlink(ctx, l.ID)) })
	_, err = s.LinkedTo(ctx, l.Issuer, l.Subject)
	wantError(t, err, store.ErrNotFound, "an identity taken away")
}

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

func challenges(t *testing.T, s store.Store) {
	c := store.Challenge{TokenHash: hash(1), Kind: "second-factor", Data: []byte("sealed"), Expires: epoch.Add(time.Minute)}
	check(t, s.PutChallenge(ctx, c, epoch))
	_, err := s.TryChallenge(ctx, "passkey", hash(1), epoch)
	wantError(t, err, store.ErrNotFound, "a challenge of another kind")
	for tries := 1; tries <= 2; tries++ {
		got, err := s.TryChallenge(ctx, c.Kind, hash(1), epoch)
		check(t, err)
		wantEqual(t, got.Tries, tries, "tries")
		wantEqual(t, string(got.Data), "sealed", "data")
	}
	_, err = s.TakeChallenge(ctx, c.Kind, hash(1), epoch.Add(time.Minute))
	wantError(t, err, store.ErrNotFound, "an expired challenge")
	_, err = s.TakeChallenge(ctx, c.Kind, hash(1), epoch)
	check(t, err)
	_, err = s.TakeChallenge(ctx, c.Kind, hash(1), epoch)
	wantError(t, err, store.ErrNotFound, "a challenge taken twice")

	account := store.AttemptLimit{Key: hash(2), Free: 3, First: time.Second, Longest: 4 * time.Second, Forget: time.Hour}
	address := store.AttemptLimit{Key: hash(3), Free: 100, First: time.Second, Longest: time.Minute, Forget: time.Hour}
	now := epoch
	for _, step := range []struct {
		after time.Duration
		wait  time.Duration // until the next; 0: it was let through
	}{
		{0, 0}, {0, 0}, {0, 0}, // three are free
		{0, time.Second}, {time.Second, 0}, // then a second
		{time.Second, time.Second}, {time.Second, 0}, // then two
		{4 * time.Second, 0}, {3 * time.Second, time.Second}, {time.Second, 0}, // then four, and not more
		{2 * time.Hour, 0}, {0, 0}, {0, 0}, {0, time.Second}, // after a quiet time it starts anew
	} {
		now = now.Add(step.after)
		until, err := s.SpendAttempt(ctx, []store.AttemptLimit{account, address}, now)
		check(t, err)
		want := time.Time{}
		if step.wait > 0 {
			want = now.Add(step.wait)
		}
		if !until.Equal(want) {
			t.Errorf("at %s: until %v, want %v", now.Sub(epoch), until, want)
		}
	}
	check(t, s.GoodAttempt(ctx, account.Key, address.Key))
	until, err := s.SpendAttempt(ctx, []store.AttemptLimit{account, address}, now)
	check(t, err)
	if !until.IsZero() {
		t.Errorf("after a good one: until %v", until)
	}
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

func deletion(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	furnish(t, s, ada)
	furnish(t, s, bob)
	memberOwns := store.NewID()
	as(t, s, ada.member, func(ctx context.Context, tx store.Tx) {
		check(t, tx.CreatePortfolio(ctx, store.Portfolio{ID: memberOwns, Name: "Member's", Base: "EUR"}))
		check(t, tx.PutSetting(ctx, store.OfUser, "theme", []byte(`"dark"`)))
	})
	err := s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, ada.owner.User) })
	wantError(t, err, store.ErrForbidden, "the last owner going alone")
	err = s.As(ctx, ada.member, func(ctx context.Context, tx store.Tx) error { return tx.DeleteTenant(ctx) })
	wantError(t, err, store.ErrForbidden, "a member deleting the tenant")
	err = s.As(ctx, bob.owner, func(ctx context.Context, tx store.Tx) error { return tx.DeleteUser(ctx, ada.member.User) })
	wantError(t, err, store.ErrNotFound, "another tenant's owner deleting a user")

	// What was granted ends with whoever it was granted to, here and in other tenants, and
	// the trail of the portfolio says so.
	granted := func(user string) {
		t.Helper()
		as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
			check(t, tx.PutGrant(ctx, store.Grant{Portfolio: ada.portfolio, User: user, Role: store.CanView}))
		})
	}
	ended := func(user string, want int) {
		t.Helper()
		read(t, s, ada.owner, func(ctx context.Context, v store.View) {
			all, err := v.Grants(ctx, ada.portfolio)
			check(t, err)
			wantEqual(t, len(all), 0, "grants left")
			events, err := v.FindEvents(ctx, store.EventFilter{Portfolio: ada.portfolio, Action: "grant.delete", Limit: 10})
			check(t, err)
			wantEqual(t, len(events), want, "grants that the trail says have ended")
			wantEqual(t, events[0].Object, "grant/"+ada.portfolio+"/"+user, "which")
		})
	}
	granted(bob.owner.User)
	guest := store.Identity{Tenant: ada.tenant, User: bob.owner.User}
	as(t, s, guest, func(ctx context.Context, tx store.Tx) { check(t, tx.LeaveGrants(ctx)) })
	ended(bob.owner.User, 1)
	err = s.As(ctx, guest, func(ctx context.Context, tx store.Tx) error { return tx.LeaveGrants(ctx) })
	wantError(t, err, store.ErrNotFound, "leaving again")
	granted(ada.member.User)
	as(t, s, ada.member, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteUser(ctx, ada.member.User)) })
	ended(ada.member.User, 2)
	err = s.Read(ctx, ada.member, func(context.Context, store.View) error { return nil })
	wantError(t, err, store.ErrNotFound, "a deleted user")
	read(t, s, ada.owner, func(ctx context.Context, v store.View) {
		_, err := v.VerifyEvents(ctx)
		check(t, err)
		events, err := v.Events(ctx, 0, 1000)
		check(t, err)
		gone := false
		for _, e := range events {
			gone = gone || e.Action == "user.delete"
			if (e.User == ada.member.User || e.Object == "user/"+ada.member.User) && (e.Before != nil || e.After != nil) {
				t.Errorf("event %s of the deleted user says %s %s", e.Action, e.Before, e.After)
			}
		}
		if !gone {
			t.Error("the trail does not say that the user went")
		}
	})

	as(t, s, operator(bob.owner), func(ctx context.Context, tx store.Tx) {
		_, err := tx.SetOwnPrices(ctx, []store.OwnPrice{{Symbol: "X", Date: date.MustParse("2025-01-02"), Price: money.One, Currency: "EUR"}})
		check(t, err)
	})
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) { check(t, tx.DeleteTenant(ctx)) })
	err = s.Read(ctx, ada.owner, func(context.Context, store.View) error { return nil })
	wantError(t, err, store.ErrNotFound, "the owner of a deleted tenant")
	_, err = s.Credentials(ctx, "ada@example.org")
	wantError(t, err, store.ErrNotFound, "an address of a deleted tenant")
	tenants, err := s.Tenants(ctx)
	check(t, err)
	wantEqual(t, len(tenants), 1, "tenants left")
	watch, err := s.Watchers(ctx)
	check(t, err)
	wantEqual(t, len(watch) == 1 && watch[0] == bob.owner, true, "who watches anything still")
	read(t, s, bob.owner, func(ctx context.Context, v store.View) { // the other is whole
		all, err := v.Portfolios(ctx, true)
		check(t, err)
		wantEqual(t, len(all), 1, "portfolios of the other")
		_, err = v.VerifyEvents(ctx)
		check(t, err)
	})
	wantEqual(t, len(ledgerOf(t, s, bob.owner, bob.portfolio, store.Latest)), 1, "bookings of the other")
}
