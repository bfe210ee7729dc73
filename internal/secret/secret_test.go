package secret_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/foliosight/foliosight/internal/secret"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, secret.KeySize) }

func keys(t *testing.T, current []byte, previous ...[]byte) *secret.Keys {
	t.Helper()
	k, err := secret.New(current, previous...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var here = secret.Place{Purpose: "totp", ID: "tenant/user"}

// TestWhatIsSealedOpensInItsPlaceOnly holds for any text and any two places.
func TestWhatIsSealedOpensInItsPlaceOnly(t *testing.T) {
	k := keys(t, key(1))
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		at := secret.Place{Purpose: rapid.String().Draw(t, "purpose"), ID: rapid.String().Draw(t, "id")}
		blob, err := k.Seal(at, plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := k.Open(at, blob)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%x, %v", got, err)
		}
		other := secret.Place{Purpose: rapid.String().Draw(t, "other purpose"), ID: rapid.String().Draw(t, "other id")}
		if other != at {
			if _, err := k.Open(other, blob); !errors.Is(err, secret.ErrDamaged) {
				t.Fatalf("moved from %q to %q: %v", at, other, err)
			}
		}
		i := rapid.IntRange(0, len(blob)-1).Draw(t, "byte")
		blob[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := k.Open(at, blob); err == nil {
			t.Fatalf("opens with byte %d changed", i)
		}
		if _, err := k.Open(at, blob[:i]); err == nil {
			t.Fatalf("opens with %d bytes", i)
		}
	})
}

// TestPlacesDoNotRunTogether: a purpose and an id that spell the same text together.
func TestPlacesDoNotRunTogether(t *testing.T) {
	k := keys(t, key(1))
	blob, _ := k.Seal(secret.Place{Purpose: "ab", ID: "c"}, []byte("x"))
	if _, err := k.Open(secret.Place{Purpose: "a", ID: "bc"}, blob); !errors.Is(err, secret.ErrDamaged) {
		t.Errorf("%v", err)
	}
}

func TestRotation(t *testing.T) {
	old := keys(t, key(1))
	blob, err := old.Seal(here, []byte("seed"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(blob, []byte("seed")) {
		t.Error("the text is in the blob")
	}
	both := keys(t, key(2), key(1))
	if plain, err := both.Open(here, blob); err != nil || string(plain) != "seed" {
		t.Errorf("%q %v", plain, err)
	}
	moved, changed, err := both.Reseal(here, blob)
	if err != nil || !changed {
		t.Fatalf("changed %v, %v", changed, err)
	}
	if _, changed, err = both.Reseal(here, moved); err != nil || changed {
		t.Errorf("a second time: changed %v, %v", changed, err)
	}
	only := keys(t, key(2))
	if plain, err := only.Open(here, moved); err != nil || string(plain) != "seed" {
		t.Errorf("%q %v", plain, err)
	}
	if _, err := only.Open(here, blob); !errors.Is(err, secret.ErrUnknown) || !strings.Contains(err.Error(), "ENCRYPTION_KEY_PREVIOUS") {
		t.Errorf("%v", err)
	}
	if both.ID() != only.ID() || both.ID() == old.ID() {
		t.Errorf("ids %s %s %s", both.ID(), only.ID(), old.ID())
	}
}

func TestWithoutAKey(t *testing.T) {
	var none *secret.Keys
	if _, err := none.Seal(here, nil); !errors.Is(err, secret.ErrNoKey) {
		t.Errorf("%v", err)
	}
	if _, err := none.Open(here, nil); !errors.Is(err, secret.ErrNoKey) {
		t.Errorf("%v", err)
	}
	if none.ID() != "" {
		t.Error("an id of nothing")
	}
	if _, err := secret.New(key(1)[:31]); err == nil {
		t.Error("a key of 31 bytes is taken")
	}
}

func TestParse(t *testing.T) {
	raw := key(0xfb)
	for _, c := range []struct{ name, text string }{
		{"base64", base64.StdEncoding.EncodeToString(raw)},
		{"base64 without padding", base64.RawStdEncoding.EncodeToString(raw)},
		{"base64 for addresses", base64.URLEncoding.EncodeToString(raw)},
		{"with a line end", base64.StdEncoding.EncodeToString(raw) + "\n"},
	} {
		if got, err := secret.Parse(c.text); err != nil || !bytes.Equal(got, raw) {
			t.Errorf("%s: %x %v", c.name, got, err)
		}
	}
	letters := "abcdefghijklmnopqrstuvwxyz012345"
	if got, err := secret.Parse(letters); err != nil || string(got) != letters {
		t.Errorf("%q %v", got, err)
	}
	for _, bad := range []string{"", "short", letters + "6", base64.StdEncoding.EncodeToString(raw[:31])} {
		if _, err := secret.Parse(bad); err == nil || strings.Contains(err.Error(), "short") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "foliosight.key")
	first, err := secret.File(path)
	if err != nil || len(first) != secret.KeySize {
		t.Fatalf("%x %v", first, err)
	}
	again, err := secret.File(path)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("%x %v", again, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.File(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a broken file: %v", err)
	}
}
