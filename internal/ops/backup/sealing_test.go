package backup_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// Which backups need an earlier key: those sealed with it, and those that hold rows which
// are, though they are sealed with the current one.
func TestSealing(t *testing.T) {
	s, path := books(t)
	seal := func(k *secret.Keys) {
		t.Helper()
		blob, err := k.Seal(secret.SigningKeys.At("00000000-0000-0000-0000-000000000001"), []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		db, err := sqlite.Queue(path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, statement := range []string{`DELETE FROM signing_keys`, `DELETE FROM second_factors`, `DELETE FROM outbox`, `DELETE FROM alert_channels`, `DELETE FROM provider_keys`, `DELETE FROM answers`} {
			if _, err := db.Exec(statement); err != nil { // what the tests' database has is sealed with no key
				t.Fatal(err)
			}
		}
		if _, err := db.Exec(`INSERT INTO signing_keys (id, secret, created) VALUES ('00000000-0000-0000-0000-000000000001', $1, '2026-01-01T00:00:00.000000Z')`, blob); err != nil {
			t.Fatal(err)
		}
	}
	both, err := secret.New(bytes.Repeat([]byte{2}, secret.KeySize), bytes.Repeat([]byte{1}, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	old, only := keysOf(t, 1), keysOf(t, 2)
	place := backup.Directory(filepath.Join(t.TempDir(), "backups"))
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s.Now = func() time.Time { return at }
	taken := func(archive, rows *secret.Keys) {
		t.Helper()
		seal(rows)
		at, s.Keys = at.Add(time.Hour), archive
		create(t, s, place, nil)
	}
	tell := func(k *secret.Keys, parts ...string) {
		t.Helper()
		r := check.Begin("keys reseal", at)
		backup.TellSealing(ctx, []backup.Place{place}, k, r)
		for _, part := range parts {
			if text := r.Text(); r.State() != check.Fine || !strings.Contains(text, part) {
				t.Errorf("%q is not said:\n%s", part, text)
			}
		}
	}
	tell(both, "there is none")
	taken(old, old)   // before the new key
	taken(both, old)  // before the rows were sealed anew
	taken(both, both) // after it
	got, err := backup.SealedWith(ctx, place, both)
	if err != nil || got.Archives != 3 || got.Need != 2 || len(got.Keys) != 1 || got.Keys[0] != old.ID() || !got.Newest.Equal(at.Add(-time.Hour)) || got.Unread != 0 || got.Silent != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	tell(both, "2 of 3 need an earlier key, the newest of them of 2026-11-22T14:00:00Z", old.ID())
	if got, err = backup.SealedWith(ctx, place, only); err != nil || got.Need != 2 || got.Unread != 1 {
		t.Errorf("without the earlier key: %+v, %v", got, err)
	}
	if got, err = backup.SealedWith(ctx, place, old); err != nil || got.Need != 2 || got.Unread != 2 {
		t.Errorf("with the earlier key alone: %+v, %v", got, err)
	}
	fresh := backup.Directory(t.TempDir())
	create(t, s, fresh, nil)
	if got, err = backup.SealedWith(ctx, fresh, both); err != nil || got.Need != 0 || got.Archives != 1 {
		t.Errorf("after it: %+v, %v", got, err)
	}
	m, err := backup.Verify(ctx, fresh, "foliosight-20261122T150000Z-data.backup", both)
	if err != nil || len(m.Sealed) != 1 || m.Sealed[both.ID()] != 1 {
		t.Errorf("sealed with %v, %v", m.Sealed, err)
	}
}
