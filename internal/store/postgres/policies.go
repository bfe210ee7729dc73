package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

//go:embed sql/functions.sql
var functions string

// definers are the functions that see past the policies, besides the gate's: each says
// which ids somebody may see, or what somebody is.
var definers = []string{"enter_as(uuid, uuid, boolean)", "enter_new(uuid, uuid)", "granted_portfolios(text)", "visible_portfolios(text)", "see_portfolio(uuid)"}

// plainFunctions are what policies ask without seeing anything.
var plainFunctions = []string{"app_tenant()", "app_user()", "app_role()", "app_operator()", "app_shared()", "app_seen(text)", "role_rank(text)", "digest_text(text)"}

// createFunctions is the text that makes every function.
func createFunctions() string {
	var b strings.Builder
	b.WriteString(functions)
	for _, q := range sqlstore.Questions() {
		b.WriteString(createQuestion(q))
	}
	return b.String()
}

// createQuestion makes the function of one question. One that is asked within a
// transaction is refused about any other tenant than the transaction's.
func createQuestion(q sqlstore.Question) string {
	var b strings.Builder
	name := signature(q)
	// A function whose answer has other columns than before cannot be replaced.
	fmt.Fprintf(&b, "\nDROP FUNCTION IF EXISTS %s;\nCREATE FUNCTION %s RETURNS ", name, name)
	if q.Columns == "" {
		b.WriteString("void")
	} else {
		fmt.Fprintf(&b, "TABLE (%s)", q.Columns)
	}
	stability := "STABLE"
	if q.Writes {
		stability = "VOLATILE"
	}
	statement, check := statementOf(q), ""
	if q.Columns != "" {
		statement = "RETURN QUERY " + statement
	}
	if q.Scoped {
		check = `
	IF $1 IS DISTINCT FROM app_tenant() THEN
		RAISE insufficient_privilege USING MESSAGE = 'asked about another tenant';
	END IF;`
	}
	// PL/pgSQL keeps the plan of a statement for the connection; a function in plain SQL
	// is planned anew whenever it is called.
	fmt.Fprintf(&b, ` LANGUAGE plpgsql %s SECURITY DEFINER SET search_path = %s, pg_temp AS $gate$
#variable_conflict use_column
BEGIN%s
	%s;
END $gate$;
`, stability, Schema, check, statement)
	return b.String()
}

func signature(q sqlstore.Question) string {
	return "gate_" + q.Name + "(" + strings.Join(q.Arguments, ", ") + ")"
}

// quote writes a name so that PostgreSQL takes it as it is.
func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// policeTable makes the policies of one table anew.
func policeTable(t migrations.Table, existing []string, complete bool) []string {
	table := quote(t.Name)
	var all []string
	for _, p := range existing {
		all = append(all, fmt.Sprintf("DROP POLICY %s ON %s", quote(p), table))
	}
	if !t.Policed() {
		return all
	}
	all = append(all, "ALTER TABLE "+table+" ENABLE ROW LEVEL SECURITY", "ALTER TABLE "+table+" FORCE ROW LEVEL SECURITY",
		// Forced policies bind the owner too; this one lets it do its work.
		"CREATE POLICY owner ON "+table+" TO CURRENT_USER USING (true) WITH CHECK (true)")
	if !complete {
		return all
	}
	for _, p := range t.Rules() {
		text := fmt.Sprintf("CREATE POLICY %s ON %s FOR %s", quote(p.Name), table, p.For)
		if p.Using != "" {
			text += " USING (" + p.Using + ")"
		}
		if p.Check != "" {
			text += " WITH CHECK (" + p.Check + ")"
		}
		all = append(all, text)
	}
	return all
}

// secure makes functions, policies and grants as this program has them, in one
// transaction, so that no moment is without them. Of a schema that is not complete
// (after going back) only the owner's policies are made: the server sees nothing there.
func secure(ctx context.Context, db *sql.DB, server string, complete bool) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	there, err := tablesThere(ctx, tx)
	if err != nil {
		return err
	}
	policies, err := policiesThere(ctx, tx)
	if err != nil {
		return err
	}
	var statements []string
	if complete {
		statements = append(statements, createFunctions())
	}
	for _, t := range migrations.Catalogue() {
		if there[t.Name] {
			statements = append(statements, policeTable(t, policies[t.Name], complete)...)
		}
	}
	if complete {
		statements = append(statements, grantStatements(server, there)...)
	} else {
		statements = append(statements, fmt.Sprintf("COMMENT ON SCHEMA %s IS 'not complete'", Schema))
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("policies: %.120s: %w", strings.TrimSpace(s), err)
		}
	}
	if complete {
		// What was made is noted with how the database writes it, so that a change is found.
		live, err := liveDigest(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("COMMENT ON SCHEMA %s IS '%s made %s'", Schema, fingerprint(server), live)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// grantStatements give the server's role what it needs, and take from it, and from
// everybody, what it does not.
func grantStatements(server string, there map[string]bool) []string {
	all := []string{
		"REVOKE ALL ON SCHEMA " + Schema + " FROM PUBLIC",
		"REVOKE ALL ON ALL TABLES IN SCHEMA " + Schema + " FROM PUBLIC",
		"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA " + Schema + " FROM PUBLIC",
	}
	if server == "" {
		return all
	}
	role := quote(server)
	all = append(all,
		"REVOKE ALL ON ALL TABLES IN SCHEMA "+Schema+" FROM "+role,
		"GRANT USAGE ON SCHEMA "+Schema+" TO "+role)
	for _, t := range migrations.Catalogue() {
		if t.Rights != "" && there[t.Name] {
			all = append(all, "GRANT "+t.Rights+" ON "+quote(t.Name)+" TO "+role)
		}
	}
	for _, f := range append(append([]string(nil), definers...), plainFunctions...) {
		all = append(all, "GRANT EXECUTE ON FUNCTION "+f+" TO "+role)
	}
	for _, q := range sqlstore.Questions() {
		all = append(all, "GRANT EXECUTE ON FUNCTION "+signature(q)+" TO "+role)
	}
	return all
}

// Fingerprint changes when the schema, its functions, policies or the grants of the
// server's role do.
func Fingerprint(server string) string {
	sum := sha256.Sum256([]byte(fingerprint(server) + migrations.Fingerprint()))
	return hex.EncodeToString(sum[:])
}

// fingerprint changes when functions, policies or grants do.
func fingerprint(server string) string {
	h := sha256.New()
	h.Write([]byte(createFunctions()))
	all := map[string]bool{}
	for _, t := range migrations.Catalogue() {
		all[t.Name] = true
		h.Write([]byte(strings.Join(policeTable(t, nil, true), ";\n")))
	}
	h.Write([]byte(strings.Join(grantStatements(server, all), ";\n")))
	return "policies " + hex.EncodeToString(h.Sum(nil))
}

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func tablesThere(ctx context.Context, q querier) (map[string]bool, error) {
	names, err := texts(ctx, q, `SELECT relname::text FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind IN ('r', 'p')`, Schema)
	there := map[string]bool{}
	for _, n := range names {
		there[n] = true
	}
	return there, err
}

func policiesThere(ctx context.Context, q querier) (map[string][]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT tablename::text, policyname::text FROM pg_policies WHERE schemaname = $1`, Schema)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var table, policy string
		if err := rows.Scan(&table, &policy); err != nil {
			return nil, err
		}
		all[table] = append(all[table], policy)
	}
	for _, p := range all {
		sort.Strings(p)
	}
	return all, rows.Err()
}

// texts are the first column of what a query answers.
func texts(ctx context.Context, q querier, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}
