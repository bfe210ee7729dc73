package handbook

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// aboutPostgreSQL is the chapter that makes roles and a database itself, and fills it.
const aboutPostgreSQL = "docs/operations/database.md"

// onBoth are chapters whose commands are run on PostgreSQL too.
var onBoth = []string{"people", "upgrade", "health", "performance"}

// TestChaptersOnPostgreSQL runs the chapter of databases as it stands, and others in an
// installation that was moved.
func TestChaptersOnPostgreSQL(t *testing.T) {
	pgtest.Cluster(t)
	t.Run("database", func(t *testing.T) {
		t.Parallel()
		w := begin(t)
		w.shared = true
		w.sealed()
		w.cluster()
		w.follow(commands(aboutPostgreSQL, text(t, aboutPostgreSQL)))
	})
	for _, chapter := range onBoth {
		name := "docs/operations/" + chapter + ".md"
		t.Run(chapter, func(t *testing.T) {
			t.Parallel()
			d := pgtest.New(t)
			w := begin(t)
			w.shared = true
			w.sealed()
			w.env = append(w.env, "DATABASE_URL="+d.URL, "DATABASE_ADMIN_URL="+d.AdminURL)
			t.Cleanup(w.stop) // before the database goes
			for _, text := range []string{"foliosight move --from sqlite:/srv/foliosight/foliosight.db --to $DATABASE_ADMIN_URL", "foliosight migrate up"} {
				if r := w.run("", text); r.status != 0 {
					t.Fatalf("%s: status %d\n%s", text, r.status, r.both)
				}
			}
			w.follow(commands(name, text(t, name)))
		})
	}
}

// sealed gives the world the key that its database was sealed with as a setting.
func (w *world) sealed() {
	w.t.Helper()
	key, err := os.ReadFile(filepath.Join(w.home, "data", "foliosight.key"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.env = append(w.env, "ENCRYPTION_KEY="+strings.TrimSpace(string(key)))
}

// cluster lets the chapter's administrator make roles and a database under names of this
// test's own, which are taken away again.
func (w *world) cluster() {
	w.t.Helper()
	address, err := url.Parse(pgtest.Cluster(w.t))
	if err != nil {
		w.t.Fatal(err)
	}
	db, err := sql.Open("pgx", address.String())
	if err != nil {
		w.t.Fatal(err)
	}
	own := "handbook_" + strings.ToLower(rand.Text()[:8])
	at := func(role string) string {
		u := *address
		u.User, u.Path = url.UserPassword(own+role, "secret-of-a-test"), "/"+own
		return u.String()
	}
	w.t.Cleanup(func() {
		w.stop()
		for _, s := range []string{"DROP DATABASE IF EXISTS " + own + " WITH (FORCE)", "DROP ROLE IF EXISTS " + own + "_owner", "DROP ROLE IF EXISTS " + own + "_server"} {
			if _, err := db.Exec(s); err != nil {
				w.t.Errorf("%s: %v", s, err)
			}
		}
		db.Close()
	})
	here := strings.NewReplacer("foliosight_owner", own+"_owner", "foliosight_server", own+"_server", "DATABASE foliosight", "DATABASE "+own, "'…'", "'secret-of-a-test'")
	w.administer = func(c command) {
		if _, err := db.Exec(here.Replace(c.text)); err != nil {
			w.t.Errorf("%s: %v", c, err)
		}
	}
	w.names = strings.NewReplacer("postgres://foliosight_server:…@db/foliosight", "'"+at("_server")+"'", "postgres://foliosight_owner:…@db/foliosight", "'"+at("_owner")+"'",
		"/srv/foliosight/foliosight.db", filepath.Join(w.home, "data", "foliosight.db"), "/srv/", filepath.Join(w.home, "srv")+"/")
}
