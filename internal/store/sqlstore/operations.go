package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// usualOperations is how many runs are read where it is not said.
const usualOperations = 100

// RecordOperation implements store.OperationGate.
func (s *Store) RecordOperation(ctx context.Context, o store.Operation) error {
	return s.atTheGate(ctx, "record of "+o.Command, func(begun *sql.Tx) error {
		_, err := begun.ExecContext(ctx, `INSERT INTO operations (id, command, began, ended, outcome, by_whom, report) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			o.ID, o.Command, formatTime(o.Began), formatTime(o.Ended), o.Outcome, o.By, string(o.Report))
		return err
	})
}

// Operations implements store.OperationGate.
func (s *Store) Operations(ctx context.Context, f store.OperationFilter) ([]store.Operation, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = usualOperations
	}
	command := strings.Join(strings.Fields(f.Command), " ")
	rows, err := s.reader.QueryContext(ctx, `SELECT id, command, began, ended, outcome, by_whom, report FROM operations
		WHERE ($1 = '' OR command = $1 OR substr(command, 1, length($1) + 1) = $1 || ' ') AND began >= $2
		ORDER BY began DESC, id DESC LIMIT $3`, command, formatTime(f.Since), limit)
	if err != nil {
		return nil, fmt.Errorf("operations: %w", s.dialect.named(err))
	}
	defer rows.Close()
	var all []store.Operation
	for rows.Next() {
		var o store.Operation
		var report string
		if err := rows.Scan(textOf{&o.ID}, &o.Command, timeOf{&o.Began}, timeOf{&o.Ended}, &o.Outcome, &o.By, textOf{&report}); err != nil {
			return nil, fmt.Errorf("operations: %w", err)
		}
		o.Report = []byte(report)
		all = append(all, o)
	}
	return all, rows.Err()
}

// FailedAttempts implements store.OperationGate.
func (s *Store) FailedAttempts(ctx context.Context, since, now time.Time) (f store.Failed, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(failures), 0), COALESCE(SUM(CASE WHEN until > $2 THEN 1 ELSE 0 END), 0), COALESCE(MAX(failures), 0)
		FROM attempts WHERE failures > 0 AND last >= $1`, formatTime(since), formatTime(now)).Scan(&f.Keys, &f.Failures, &f.Waiting, &f.Most)
	if err != nil {
		return f, fmt.Errorf("failed attempts: %w", err)
	}
	return f, nil
}
