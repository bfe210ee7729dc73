package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

const newKey = "another encryption key: 32 bytes"

// somebody founds the installation, as the first page does.
func somebody(t *testing.T) {
	t.Helper()
	cfg, err := config.Load(config.Input{Environ: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	h, err := app.Open(t.Context(), cfg, app.Outside{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.SetUp(t.Context(), service.NewOwner{Email: "ada@example.org", Password: "correct horse staple", Name: "Ada", BaseCurrency: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

// rotation is docs/operations/security.md, "Rotating the encryption key", as it stands there.
func rotation(t *testing.T) {
	t.Helper()
	t.Setenv("ENCRYPTION_KEY", testKey)
	foliosight(t, "keys", "rotate").is(0, "a new one signs", "") // something is sealed from here on
	foliosight(t, "keys", "reseal").is(0, "none is given, and no row needs one", "")
	foliosight(t, "backup", "create", "--verify").is(0, "rows of", "")
	t.Setenv("ENCRYPTION_KEY", newKey)
	if ages := foliosight(t, "keys", "ages"); ages.status == 0 || !strings.Contains(ages.result, "is opened by none of the keys") {
		t.Errorf("without the earlier key: status %d\n%s", ages.status, ages.result)
	}
	t.Setenv("ENCRYPTION_KEY_PREVIOUS", testKey)
	foliosight(t, "keys", "ages").is(1, "1 of 1 are under an earlier key", "")
	foliosight(t, "keys", "reseal", "--dry-run").is(0, "1 rows, 1 to be sealed anew", "")
	foliosight(t, "keys", "ages").is(1, "foliosight keys reseal", "")
	foliosight(t, "keys", "rotate").is(1, "1 of 2 are under an earlier key", "")
	done := foliosight(t, "keys", "reseal").is(0, "2 rows, 1 sealed anew, 1 under key", "")
	for _, part := range []string{"ENCRYPTION_KEY_PREVIOUS can go", "1 of 1 need an earlier key", "make one without"} {
		if !strings.Contains(done.result, part) {
			t.Errorf("%q is not said:\n%s", part, done.result)
		}
	}
	foliosight(t, "operations", "--command", "keys reseal").is(0, "keys reseal --dry-run", "")
	foliosight(t, "backup", "create", "--verify").is(0, "rows of", "")
	foliosight(t, "keys", "reseal", "--json").is(0, "1 of 2 need an earlier key", "")
	t.Setenv("ENCRYPTION_KEY_PREVIOUS", "")
	if ages := foliosight(t, "keys", "ages"); strings.Contains(ages.result, "!!") || !strings.Contains(ages.result, "the current one") {
		t.Errorf("without the earlier key:\n%s", ages.result)
	}
	foliosight(t, "keys", "rotate", "--emergency").is(0, "encryption key: not changed", "")
	t.Setenv("ENCRYPTION_KEY", testKey)
	t.Setenv("ENCRYPTION_KEY_PREVIOUS", newKey)
	urgent := foliosight(t, "keys", "rotate", "--emergency").is(0, "tokens signed before are good no more", "")
	if !strings.Contains(urgent.result, "encryption key: earlier keys") || !strings.Contains(urgent.result, "encryption key: what was sealed") {
		t.Errorf("in an emergency it does not look at the encryption key:\n%s", urgent.result)
	}
}

func TestRotationSQLite(t *testing.T) {
	data := apart(t)
	t.Setenv("FOLIOSIGHT_DATA", data)
	t.Setenv("ENCRYPTION_KEY_PREVIOUS", "")
	t.Setenv("ENCRYPTION_KEY", testKey)
	foliosight(t, "keys", "reseal").is(3, "", "")
	somebody(t)
	rotation(t)

	// With a key in a file: it is looked for, and never made by who looks.
	path := filepath.Join(data, "foliosight.key")
	t.Setenv("ENCRYPTION_KEY", "")
	foliosight(t, "keys", "reseal").is(3, "there is no key", "")
	if ages := foliosight(t, "keys", "ages"); ages.status != 3 || !strings.Contains(ages.result, "no key is given") {
		t.Errorf("without a file: status %d\n%s", ages.status, ages.result)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("looking made a key: %v", err)
	}
}

func TestRotationPostgreSQL(t *testing.T) {
	p := pgtest.New(t)
	t.Setenv("FOLIOSIGHT_DATA", apart(t))
	t.Setenv("DATABASE_URL", p.URL)
	t.Setenv("DATABASE_ADMIN_URL", p.AdminURL)
	t.Setenv("ENCRYPTION_KEY_PREVIOUS", "")
	t.Setenv("ENCRYPTION_KEY", testKey)
	foliosight(t, "migrate", "up").is(0, "", "")
	somebody(t)
	rotation(t)
	t.Setenv("DATABASE_ADMIN_URL", p.URL)
	foliosight(t, "keys", "reseal").is(3, "does not own the tables", "")
	t.Setenv("DATABASE_ADMIN_URL", "")
	foliosight(t, "keys", "reseal").is(3, "DATABASE_ADMIN_URL", "")
	db, err := sql.Open("pgx", p.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRow(`SELECT COUNT(*) FROM foliosight.operations WHERE command LIKE 'keys reseal%' AND outcome = 'unknown'`).Scan(&n); err != nil || n != 2 {
		t.Errorf("%d runs that could not be made are recorded, want 2, %v", n, err)
	}
}
