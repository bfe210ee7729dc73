package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

func checked(t *testing.T, d pgtest.Database) postgres.Report {
	t.Helper()
	role, err := postgres.Role(d.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	r, err := postgres.Check(ctx, d.URL, "", role) // the server's own role may look
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func clean(t *testing.T, d pgtest.Database) {
	t.Helper()
	for _, f := range checked(t, d).Findings {
		t.Errorf("%s: %s: %s", f.Severity, f.Object, f.Problem)
	}
}

// Whatever weakens the isolation is found, and making it anew cures it.
func TestCheckFindsWhatIsWeak(t *testing.T) {
	d := pgtest.Migrated(t)
	clean(t, d)
	db := pgtest.SQL(t, d.AdminURL)
	r := checked(t, d)
	type weakness struct{ statement, object, severity string }
	// Those of a group are found side by side; those that only the note of how all was
	// made can tell stand alone.
	for _, group := range [][]weakness{
		{{`ALTER POLICY own ON answers USING (true)`, "policies", postgres.Critical}},
		{{`CREATE OR REPLACE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'owner' $$`, "policies", postgres.Critical}},
		{
			{`ALTER TABLE transactions DISABLE ROW LEVEL SECURITY`, "transactions", postgres.Critical},
			{`ALTER TABLE portfolios NO FORCE ROW LEVEL SECURITY`, "portfolios", postgres.Critical},
			{`CREATE POLICY open ON users USING (true)`, "users", postgres.Critical},
			{`DROP POLICY read ON closings`, "closings", postgres.Warning},
			{`GRANT DELETE ON events TO ` + r.Server, "events", postgres.Warning},
			{`GRANT SELECT ON sessions TO PUBLIC`, "sessions", postgres.Critical},
			{`REVOKE INSERT ON imports FROM ` + r.Server, "imports", postgres.Warning},
			{`GRANT EXECUTE ON FUNCTION gate_credentials(text) TO PUBLIC`, "gate_credentials", postgres.Critical},
			{`ALTER FUNCTION enter_as(uuid, uuid, boolean) RESET search_path`, "enter_as", postgres.Critical},
			{`CREATE FUNCTION gate_of_before() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = foliosight, pg_temp AS 'SELECT 1::bigint'`, "gate_of_before", postgres.Warning},
			{`CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT COUNT(*) FROM users'`, "peek", postgres.Critical},
			{`CREATE TABLE stray (tenant_id uuid)`, "stray", postgres.Critical},
			{`CREATE VIEW everybody AS SELECT * FROM users`, "everybody", postgres.Critical},
		},
	} {
		for _, w := range group {
			if _, err := db.Exec(w.statement); err != nil {
				t.Fatalf("%s: %v", w.statement, err)
			}
		}
		findings := checked(t, d).Findings
		for _, w := range group {
			if !slices.ContainsFunc(findings, func(f postgres.Finding) bool { return f.Object == w.object && f.Severity == w.severity && f.Cure != "" }) {
				t.Errorf("%s: not found", w.statement)
			}
		}
		if len(group) > 1 { // what the program did not make it does not take away
			if _, err := db.Exec(`DROP VIEW everybody; DROP TABLE stray; DROP FUNCTION peek()`); err != nil {
				t.Fatal(err)
			}
		}
		if err := postgres.Secure(ctx, postgres.MigrateOptions{AdminURL: d.AdminURL, ServerURL: d.URL}); err != nil {
			t.Fatal(err)
		}
		clean(t, d)
	}
	if len(r.Definers) < 10 || len(r.Tables) < 20 {
		t.Errorf("%d definer functions and %d tables are listed", len(r.Definers), len(r.Tables))
	}
	for _, f := range r.Definers {
		if !strings.HasPrefix(f.SearchPath, postgres.Schema) {
			t.Errorf("%s has search_path %q", f.Name, f.SearchPath)
		}
	}
	if r, err := postgres.Check(ctx, d.Super, "", "foliosight_admin"); err != nil || len(r.Findings) == 0 || r.Findings[0].Severity != postgres.Critical {
		t.Errorf("a superuser as the server's role: %+v, %v", r.Findings, err)
	}
}
