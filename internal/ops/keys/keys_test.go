package keys_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/keys"
	"github.com/foliosight/foliosight/internal/store"
)

type kept []store.SealedKey

func (k kept) SigningKeys(context.Context) ([]store.SealedKey, error) { return k, nil }

func TestAges(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name        string
		signing     time.Duration // age of the kept one; 0: none
		sealing     time.Duration // age of the file; 0: none
		environ     []string
		file        bool // the signing key is a file
		first, last check.State
	}{
		{"a new installation", 0, 0, nil, false, check.Fine, check.Fine},
		{"within their time", 89 * day, 364 * day, nil, false, check.Fine, check.Fine},
		{"too old", 91 * day, 366 * day, nil, false, check.Finding, check.Finding},
		{"a variable", 0, day, []string{"SECRET_KEY=0123456789abcdef0123456789abcdef0123456789abcdef"}, false, check.Unknown, check.Fine},
		{"a file", 0, 91 * day, nil, true, check.Finding, check.Fine},
	} {
		data := t.TempDir()
		path := filepath.Join(data, "foliosight.key")
		if c.sealing > 0 {
			if err := os.WriteFile(path, []byte("0123456789abcdef0123456789abcdef0123456789abcdef\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, now, now.Add(-c.sealing)); err != nil {
				t.Fatal(err)
			}
		}
		environ := append([]string{"HOME=" + data}, c.environ...)
		if c.file {
			environ = append(environ, "SECRET_KEY_FILE="+path)
		}
		var all kept
		if c.signing > 0 {
			all = kept{{ID: "1", Created: now.Add(-c.signing)}}
		}
		r := check.Begin("keys ages", now)
		keys.Ages(context.Background(), config.Inspect(config.Input{Environ: environ, Flags: map[string]string{"data": data}}), all, now, r)
		if len(r.Checks) != 2 || r.Checks[0].State != c.first || r.Checks[1].State != c.last {
			t.Errorf("%s: want %s and %s\n%s", c.name, c.first, c.last, r.Text())
		}
	}
}
