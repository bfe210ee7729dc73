package audit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/ops/check"
)

const preamble = "package books\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n\t\"fmt\"\n\t\"strings\"\n)\n\nvar _ = fmt.Sprint\nvar _ = strings.Join\nvar _ context.Context\nvar db *sql.DB\n\nconst columns = `id, name`\n\n"

func TestSQL(t *testing.T) {
	for _, c := range []struct {
		name, source, want string
	}{
		{"a literal", "func f(id int) { db.Query(`SELECT 1 WHERE id = $1`, id) }", ""},
		{"constants put together", "func f() { db.Query(`SELECT ` + columns + ` FROM books`) }", ""},
		{"an argument put in", "func f(id string) { db.Query(`SELECT 1 WHERE id = ` + id) }\nfunc g(u user) { f(u.id) }", "u.id"},
		{"Sprintf", "func g(u user) { db.Exec(fmt.Sprintf(`DELETE FROM books WHERE id = %s`, u.id)) }", "u.id"},
		{"through a variable", "func g(ctx context.Context, u user) { q := `SELECT 1`; q += ` WHERE id = '` + u.id; db.QueryContext(ctx, q) }", "u.id"},
		{"through a helper", "func run(ctx context.Context, q string) { db.ExecContext(ctx, q) }\nfunc g(ctx context.Context, u user) { run(ctx, `x` + u.id); run(ctx, `y`) }", "u.id"},
		{"through two helpers and a method", "type s struct{}\nfunc (s) run(q string) { db.Exec(q) }\nfunc again(q string) { s{}.run(q) }\nfunc g(u user) { again(u.id) }", "u.id"},
		{"through a function's answer", "func where(u user) string { return `id = ` + u.id }\nfunc g(u user) { db.Query(`SELECT 1 WHERE ` + where(u)) }", "u.id"},
		{"an answer that is constant", "func where(all bool) string { if all { return `true` }; return `false` }\nfunc g() { db.Query(`SELECT 1 WHERE ` + where(true)) }", ""},
		{"a builder", "func g(u user) { var b strings.Builder; b.WriteString(`SELECT `); fmt.Fprintf(&b, `%s`, u.id); db.Query(b.String()) }", "u.id"},
		{"a list", "func g(u user) { w := []string{`a = $1`}; if u.id != `` { w = append(w, u.id) }; db.Query(`SELECT ` + strings.Join(w, ` AND `)) }", "u.id"},
		{"a closure", "func g(u user) { run := func(q string) { db.Exec(q) }; run(`x`); run(u.id) }", "u.id"},
		{"a prepared statement takes values", "func g(u user) { s, _ := db.Prepare(`SELECT $1`); s.Query(u.id) }", ""},
		{"allowed with a reason", "func g(u user) { db.Query(`SELECT 1` + u.allowed) }", ""},
	} {
		dir := t.TempDir()
		allowed := ".\tu.allowed\tfor this test\n"
		if !strings.Contains(c.source, "u.allowed") {
			allowed = ""
		}
		for name, text := range map[string]string{"go.mod": "module books\n", "books.go": preamble + "type user struct{ id, allowed string }\n\n" + c.source} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var r check.Report
		if err := sqlOf(dir, allowed, &r); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := ""
		for _, one := range r.Checks {
			if one.State == check.Finding {
				got += strings.TrimPrefix(one.Says, "SQL is built from ")
			}
		}
		if got != c.want {
			t.Errorf("%s: found %q, want %q\n%s", c.name, got, c.want, r.Text())
		}
	}
}

func TestSQLNeedsASource(t *testing.T) {
	var r check.Report
	if err := SQL(t.TempDir(), &r); err == nil {
		t.Error("a directory without source was looked through")
	}
	if _, err := parseAllowed("internal/x\tq\t \n"); err == nil {
		t.Error("something is allowed without a reason")
	}
}
