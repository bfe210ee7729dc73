package storetest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

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
