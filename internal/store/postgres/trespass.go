package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// errUndo rolls a trespass back.
var errUndo = errors.New("tried enough")

// Trespass tries, as one identity and past the store's own scope, to read, change,
// delete and add rows of another's tenant in every table that has a tenant. What the
// policies let through is found; nothing lasts. The audit trail of neither notes it.
func Trespass(ctx context.Context, s *sqlstore.Store, as, of store.Identity) (tried int, found []string, err error) {
	err = s.As(ctx, as, func(ctx context.Context, tx store.Tx) error {
		raw, ok := tx.(store.SQLTx)
		if !ok {
			return errors.New("the store has no SQL")
		}
		for _, table := range migrations.Catalogue() {
			key, err := tenantColumn(ctx, raw.SQL(), table.Name)
			if err != nil {
				return err
			}
			if key == "" {
				continue // a table of no tenant
			}
			tried++
			said, err := trespass(ctx, raw.SQL(), quote(table.Name), key, of.Tenant)
			if err != nil {
				return fmt.Errorf("table %s: %w", table.Name, err)
			}
			found = append(found, said...)
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		err = nil
	}
	return tried, found, err
}

// tenantColumn is the column that says whose a row is; empty where there is none.
func tenantColumn(ctx context.Context, tx *sql.Tx, table string) (string, error) {
	if table == "tenants" {
		return "id", nil
	}
	var there bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'tenant_id' AND NOT attisdropped)`, quote(table)).Scan(&there)
	if err != nil || !there {
		return "", err
	}
	return "tenant_id", nil
}

func trespass(ctx context.Context, tx *sql.Tx, table, key, tenant string) (found []string, err error) {
	for _, attempt := range []struct{ what, statement string }{
		{"read", `SELECT 1 FROM ` + table + ` WHERE ` + key + ` = $1`},
		{"changed", `UPDATE ` + table + ` SET ` + key + ` = ` + key + ` WHERE ` + key + ` = $1`},
		{"deleted", `DELETE FROM ` + table + ` WHERE ` + key + ` = $1`},
		// Any policy is asked before a constraint: 42501 is its word, or that of a missing right.
		{"added", `INSERT INTO ` + table + ` (` + key + `) VALUES ($1)`},
	} {
		if _, err := tx.ExecContext(ctx, `SAVEPOINT attempt`); err != nil {
			return nil, err
		}
		result, err := tx.ExecContext(ctx, attempt.statement, tenant)
		var refused *pgconn.PgError
		switch {
		case err == nil:
			rows, err := result.RowsAffected()
			if err != nil {
				return nil, err
			}
			if rows > 0 {
				found = append(found, fmt.Sprintf("%s: %d rows of another tenant could be %s", table, rows, attempt.what))
			}
		case !errors.As(err, &refused):
			return nil, err
		case attempt.what == "added" && refused.Code == "23502": // a value is missing, and no policy had said no
			found = append(found, table+": a row of another tenant could be added")
		case refused.Code != "42501" && attempt.what != "added":
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, `ROLLBACK TO SAVEPOINT attempt`); err != nil {
			return nil, err
		}
	}
	return found, nil
}
