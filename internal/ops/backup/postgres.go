package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// patient switches off, for one transaction, whatever a server may be set to that ends a
// transaction which waits: the one that holds the snapshot is idle for as long as pg_dump
// takes. Not every version has all of them.
const patient = `SELECT set_config(name, '0', true) FROM pg_settings
	WHERE name IN ('idle_in_transaction_session_timeout', 'statement_timeout', 'transaction_timeout', 'lock_timeout')`

// copyPostgres dumps the owner's database. The dump and what the manifest says are of
// one snapshot, which lasts as long as the transaction that exported it: that one waits,
// idle, until pg_dump is done, and reads the manifest's part then.
func copyPostgres(ctx context.Context, s Source, path string, m *Manifest) error {
	d, err := tend.Open(s.Address)
	if err != nil {
		return err
	}
	defer d.Close()
	m.Engine, m.Database = "postgresql", d.Name
	tx, err := d.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() // it only reads
	if _, err := tx.ExecContext(ctx, patient); err != nil {
		return fmt.Errorf("let the snapshot wait for pg_dump: %w", err)
	}
	var snapshot string
	if err := tx.QueryRowContext(ctx, `SELECT pg_export_snapshot()`).Scan(&snapshot); err != nil {
		return err
	}
	// Policies are forced on the owner too, who has one that shows everything. The
	// archive compresses, so that the dump need not.
	err = s.tool(ctx, "pg_dump", s.Address, "--format=custom", "--compress=0", "--enable-row-security", "--no-owner", "--no-privileges",
		"--schema="+postgres.Schema, "--schema=river", "--snapshot="+snapshot, "--file="+path)
	if err != nil {
		return err
	}
	return m.read(ctx, d, tx)
}

// load restores a dump into an empty database. Policies are left out, for they name roles
// of where they come from; until they are made anew the owner sees all rows.
func load(ctx context.Context, s Source, address, dump string) error {
	list := dump + ".list"
	if err := s.tool(ctx, "pg_restore", "", "--list", "--file="+list, dump); err != nil {
		return err
	}
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	var kept []string
	for _, line := range strings.Split(string(text), "\n") {
		if words := strings.Fields(line); len(words) > 4 && (words[3] == "POLICY" || words[3] == "ROW" && words[4] == "SECURITY") {
			continue
		}
		kept = append(kept, line)
	}
	if err := os.WriteFile(list, []byte(strings.Join(kept, "\n")), 0o600); err != nil {
		return err
	}
	return s.tool(ctx, "pg_restore", address, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--use-list="+list, dump)
}

// tool runs one of PostgreSQL's own programs on a database (empty: on none).
func (s Source) tool(ctx context.Context, name, address string, args ...string) error {
	program, err := s.find(name)
	if err != nil {
		return err
	}
	environ := []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	if address != "" {
		uri, password, err := postgres.Tool(address)
		if err != nil {
			return err
		}
		args = append([]string{"--no-password", "--dbname=" + uri}, args...)
		environ = append(environ, "PGPASSWORD="+password)
	}
	c := exec.CommandContext(ctx, program, args...)
	var says bytes.Buffer
	c.Env, c.Stderr = environ, &says
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		text := strings.TrimSpace(says.String())
		if len(text) > 2000 {
			text = text[:2000] + "…"
		}
		return fmt.Errorf("%s: %w: %s", name, err, text)
	}
	return nil
}

// find looks for a program where it was said to be, where Debian has it (the newest), and
// on the path.
func (s Source) find(name string) (string, error) {
	if s.Tools != "" {
		path := filepath.Join(s.Tools, name)
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("%s: %w", path, ErrNoTool)
		}
		return path, nil
	}
	there, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		return "", err
	}
	if len(there) > 0 {
		return slices.MaxFunc(there, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) }), nil
	}
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("%s: %w", name, ErrNoTool)
	}
	return path, err
}
