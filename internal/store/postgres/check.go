package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// Severity of a finding.
const (
	Critical = "critical" // one user may reach another's rows
	Warning  = "warning"  // nothing leaks, but it is not as `migrate up` leaves it
)

// Finding is something in the live catalogue that is not as it has to be.
type Finding struct {
	Severity string `json:"severity"`
	Object   string `json:"object"`
	Problem  string `json:"problem"`
	Cure     string `json:"cure"`
}

// TableReport is what protects one table.
type TableReport struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Enabled  bool     `json:"enabled"`
	Forced   bool     `json:"forced"`
	Policies []string `json:"policies"`
	Server   []string `json:"server_may"`
}

// DefinerReport is a function that runs with its owner's rights.
type DefinerReport struct {
	Name       string `json:"name"`
	Owner      string `json:"owner"`
	SearchPath string `json:"search_path"`
	Public     bool   `json:"public_may_execute"`
}

// Report is what `rls check` reads from the live catalogue.
type Report struct {
	Database string          `json:"database"`
	Server   string          `json:"server_role"`
	Tables   []TableReport   `json:"tables"`
	Definers []DefinerReport `json:"definer_functions"`
	Findings []Finding       `json:"findings"`
}

func (r *Report) find(severity, object, problem, cure string) {
	r.Findings = append(r.Findings, Finding{severity, object, problem, cure})
}

const cureUp = "run `foliosight rls check --fix` with DATABASE_ADMIN_URL set"

// Check reads the live catalogue with the given connection (either role's) and holds
// it against the catalogue of tables: policies enabled, forced and as they were made,
// roles without bypass or ownership, grants of no more than is needed, definer functions
// known and of fixed search_path. An error says that it could not look.
func Check(ctx context.Context, address, passwordFile, server string) (Report, error) {
	r := Report{Database: Redacted(address), Server: server, Findings: []Finding{}}
	config, err := configOf(address, passwordFile)
	if err != nil {
		return r, err
	}
	db := pool(config, 2)
	defer db.Close()
	missing, err := migrations.Plan(ctx, db, migrations.Common())
	if err != nil {
		return r, err
	}
	if there, err := tablesThere(ctx, db); err != nil {
		return r, err
	} else if len(there) == 0 {
		return r, fmt.Errorf("%s: there is nothing to check: %w; run `foliosight migrate up` first", r.Database, store.ErrOlder)
	}
	if len(missing) > 0 {
		r.find(Warning, "schema", fmt.Sprintf("%d migrations are missing, from %s", len(missing), missing[0]), "run `foliosight migrate up`")
	}
	for _, look := range []func(context.Context, *sql.DB, *Report) error{checkTables, checkRole, checkGrants, checkDefiners, checkViews, checkMade} {
		if err := look(ctx, db, &r); err != nil {
			return r, err
		}
	}
	sort.SliceStable(r.Findings, func(i, j int) bool { return r.Findings[i].Severity < r.Findings[j].Severity })
	return r, nil
}

// Secure makes functions, policies and grants anew, and drops the gate's questions that
// only other versions of the program asked.
func Secure(ctx context.Context, o MigrateOptions) error {
	return asOwner(ctx, o, func(ctx context.Context, db *sql.DB, server string) error {
		there, err := texts(ctx, db, `SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = to_regnamespace($1) AND p.proname LIKE 'gate\_%' AND p.prosecdef`, Schema)
		if err != nil {
			return err
		}
		for _, f := range there {
			name, _, _ := strings.Cut(f, "(")
			if _, known := questionNames()[name]; known {
				continue
			}
			if _, err := db.ExecContext(ctx, `DROP FUNCTION `+f); err != nil {
				return err
			}
		}
		return secure(ctx, db, server, true)
	})
}

// questionNames are the functions of the gate.
func questionNames() map[string]bool {
	names := map[string]bool{}
	for _, q := range sqlstore.Questions() {
		names["gate_"+q.Name] = true
	}
	return names
}

func checkTables(ctx context.Context, db *sql.DB, r *Report) error {
	policies, err := policiesThere(ctx, db)
	if err != nil {
		return err
	}
	known := map[string]migrations.Table{}
	for _, t := range migrations.Catalogue() {
		known[t.Name] = t
	}
	rows, err := db.QueryContext(ctx, `SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c
		WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p', 'f') ORDER BY c.relname`, Schema)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		t := TableReport{}
		if err := rows.Scan(&t.Name, &t.Enabled, &t.Forced); err != nil {
			return err
		}
		entry, ok := known[t.Name]
		t.Kind, t.Policies = string(entry.Kind), policies[t.Name]
		delete(known, t.Name)
		r.Tables = append(r.Tables, t)
		switch {
		case !ok:
			t.Kind = "unknown"
			r.find(Critical, t.Name, "the table is not in the catalogue: nothing says whose its rows are", "drop it, or add it to the catalogue of the program")
		case !entry.Policed():
		case !t.Enabled:
			r.find(Critical, t.Name, "row-level security is not enabled", cureUp)
		case !t.Forced:
			r.find(Critical, t.Name, "row-level security is not forced on the owner", cureUp)
		}
		if ok && entry.Policed() {
			comparePolicies(r, entry, t.Policies)
		}
	}
	for _, name := range sortedKeys(known) {
		r.find(Warning, name, "the table is not there", "run `foliosight migrate up`")
	}
	return rows.Err()
}

func comparePolicies(r *Report, t migrations.Table, there []string) {
	wanted := []string{"owner"}
	for _, p := range t.Rules() {
		wanted = append(wanted, p.Name)
	}
	for _, p := range wanted {
		if !slices.Contains(there, p) {
			r.find(Warning, t.Name, fmt.Sprintf("the policy %q is not there: the server sees less than it needs", p), cureUp)
		}
	}
	for _, p := range there {
		if !slices.Contains(wanted, p) {
			r.find(Critical, t.Name, fmt.Sprintf("there is a policy %q that the program did not make: policies add up, so it may show more", p), cureUp)
		}
	}
}

func checkRole(ctx context.Context, db *sql.DB, r *Report) error {
	if r.Server == "" {
		r.find(Warning, "server's role", "it was not said which it is", "set DATABASE_URL")
		return nil
	}
	var super, bypass, makes, replicates, owns, member bool
	err := db.QueryRowContext(ctx, `SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication,
			EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = to_regnamespace($2) AND c.relowner = r.oid),
			EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = to_regnamespace($2) AND c.relowner <> r.oid AND NOT r.rolsuper AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
		FROM pg_roles r WHERE r.rolname = $1`, r.Server, Schema).Scan(&super, &bypass, &makes, &replicates, &owns, &member)
	if err == sql.ErrNoRows {
		r.find(Warning, r.Server, "there is no such role", "run `foliosight migrate up`")
		return nil
	}
	if err != nil {
		return err
	}
	cure := fmt.Sprintf("ALTER ROLE %s NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION", quote(r.Server))
	for _, c := range []struct {
		is      bool
		problem string
		cure    string
	}{
		{super, "the server's role is a superuser: no policy binds it", cure},
		{bypass, "the server's role may bypass row-level security", cure},
		{makes, "the server's role may make roles, and through them reach others' rights", cure},
		{replicates, "the server's role may replicate, and so read everything", cure},
		{owns, "the server's role owns tables, and may take their policies away", "give them to another role: ALTER TABLE … OWNER TO …"},
		{member, "the server's role is a member of the tables' owner", fmt.Sprintf("REVOKE the owner's role FROM %s", quote(r.Server))},
	} {
		if c.is {
			r.find(Critical, r.Server, c.problem, c.cure)
		}
	}
	return nil
}

// checkGrants compares what the server's role and everybody may do with the tables.
func checkGrants(ctx context.Context, db *sql.DB, r *Report) error {
	wanted := map[string]map[string]bool{}
	for _, t := range migrations.Catalogue() {
		wanted[t.Name] = map[string]bool{}
		for _, right := range strings.Split(t.Rights, ",") {
			if right, _, _ = strings.Cut(strings.TrimSpace(right), " "); right != "" {
				wanted[t.Name][right] = true
			}
		}
	}
	rows, err := db.QueryContext(ctx, `SELECT c.relname::text, COALESCE(g.rolname::text, 'PUBLIC'), a.privilege_type FROM pg_class c
		CROSS JOIN LATERAL (SELECT grantee, privilege_type FROM aclexplode(c.relacl)
			UNION SELECT x.grantee, x.privilege_type FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) x WHERE t.attrelid = c.oid) a
		LEFT JOIN pg_roles g ON g.oid = a.grantee
		WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p', 'v', 'm') AND a.grantee <> c.relowner ORDER BY 1, 2, 3`, Schema)
	if err != nil {
		return err
	}
	defer rows.Close()
	held := map[string]map[string]bool{}
	for rows.Next() {
		var table, role, right string
		if err := rows.Scan(&table, &role, &right); err != nil {
			return err
		}
		switch {
		case role == "PUBLIC":
			r.find(Critical, table, "everybody may "+right, cureUp)
		case role == r.Server:
			if held[table] == nil {
				held[table] = map[string]bool{}
			}
			held[table][right] = true
			if !wanted[table][right] {
				r.find(Warning, table, fmt.Sprintf("the server's role may %s, which it does not need", right), cureUp)
			}
		}
	}
	for i := range r.Tables {
		r.Tables[i].Server = sortedKeys(held[r.Tables[i].Name])
	}
	if r.Server == "" {
		return rows.Err()
	}
	for _, table := range sortedKeys(wanted) {
		for _, right := range sortedKeys(wanted[table]) {
			if !held[table][right] {
				r.find(Warning, table, fmt.Sprintf("the server's role may not %s, which it needs", right), cureUp)
			}
		}
	}
	return rows.Err()
}

// checkDefiners lists the functions that see past the policies.
func checkDefiners(ctx context.Context, db *sql.DB, r *Report) error {
	known := map[string]bool{}
	for _, d := range definers {
		name, _, _ := strings.Cut(d, "(")
		known[name] = true
	}
	maps.Copy(known, questionNames())
	rows, err := db.QueryContext(ctx, `SELECT p.proname::text, pg_get_userbyid(p.proowner)::text,
			COALESCE((SELECT substr(s, 13) FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%'), ''),
			EXISTS (SELECT 1 FROM aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
		FROM pg_proc p WHERE p.pronamespace = to_regnamespace($1) AND p.prosecdef ORDER BY p.proname`, Schema)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var d DefinerReport
		if err := rows.Scan(&d.Name, &d.Owner, &d.SearchPath, &d.Public); err != nil {
			return err
		}
		r.Definers = append(r.Definers, d)
		switch {
		case known[d.Name]:
		case strings.HasPrefix(d.Name, "gate_"):
			r.find(Warning, d.Name, "the question is of another version of the program", "once no older server runs, "+cureUp)
		default:
			r.find(Critical, d.Name, "a function runs with its owner's rights that the program did not make", "drop it")
		}
		delete(known, d.Name)
		if d.SearchPath != Schema+", pg_temp" {
			r.find(Critical, d.Name, fmt.Sprintf("its search_path is %q: what it calls can be replaced", d.SearchPath), cureUp)
		}
		if d.Public {
			r.find(Critical, d.Name, "everybody may execute it", cureUp)
		}
		if d.Owner == r.Server {
			r.find(Critical, d.Name, "the server's role owns it, and may change it", cureUp)
		}
	}
	for _, name := range sortedKeys(known) {
		r.find(Warning, name, "the function is not there", cureUp)
	}
	return rows.Err()
}

// checkViews finds views, which read with their owner's rights.
func checkViews(ctx context.Context, db *sql.DB, r *Report) error {
	views, err := texts(ctx, db, `SELECT relname::text FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind IN ('v', 'm')`, Schema)
	for _, v := range views {
		r.find(Critical, v, "a view reads with its owner's rights, past the policies", "drop it")
	}
	return err
}

// checkMade compares policies and functions with what they were when they were made.
func checkMade(ctx context.Context, db *sql.DB, r *Report) error {
	var comment sql.NullString
	if err := db.QueryRowContext(ctx, `SELECT obj_description(to_regnamespace($1), 'pg_namespace')`, Schema).Scan(&comment); err != nil {
		return err
	}
	made, live, _ := strings.Cut(comment.String, " made ")
	now, err := liveDigest(ctx, db)
	if err != nil {
		return err
	}
	switch {
	case live == "":
		r.find(Warning, "policies", "it is not noted how they were made", cureUp)
	case live != now:
		r.find(Critical, "policies", "policies or functions were changed after `migrate up` made them", cureUp)
	case made != fingerprint(r.Server):
		r.find(Warning, "policies", "they are those of another version of the program, or for another role", cureUp)
	}
	return nil
}

// liveDigest is a hash of every policy and function as the database has them now.
func liveDigest(ctx context.Context, q querier) (string, error) {
	all, err := texts(ctx, q, `SELECT concat_ws('|', tablename, policyname, permissive, roles::text, cmd, qual, with_check) FROM pg_policies WHERE schemaname = $1
		UNION ALL SELECT concat_ws('|', proname, pg_get_function_identity_arguments(oid), prosecdef::text, provolatile::text, prosrc, proconfig::text)
			FROM pg_proc WHERE pronamespace = to_regnamespace($1)`, Schema)
	if err != nil {
		return "", err
	}
	sort.Strings(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:]), nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
