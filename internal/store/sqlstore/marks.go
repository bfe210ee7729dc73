package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/foliosight/foliosight/internal/store"
)

// Marks implements store.MarkGate.
func (s *Store) Marks(ctx context.Context) ([]store.Mark, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT name, version, contents, changed, by_whom FROM marks ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("marks: %w", s.dialect.named(err))
	}
	defer rows.Close()
	var all []store.Mark
	for rows.Next() {
		var m store.Mark
		var contents string
		if err := rows.Scan(&m.Name, &m.Version, textOf{&contents}, timeOf{&m.Changed}, &m.By); err != nil {
			return nil, fmt.Errorf("marks: %w", err)
		}
		m.Contents = []byte(contents)
		all = append(all, m)
	}
	return all, rows.Err()
}

// SetMark implements store.MarkGate.
func (s *Store) SetMark(ctx context.Context, m store.Mark) (store.Mark, error) {
	err := s.atTheGate(ctx, "mark "+m.Name, func(begun *sql.Tx) error {
		err := begun.QueryRowContext(ctx, `INSERT INTO marks (name, version, contents, changed, by_whom) VALUES ($1, 1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET version = marks.version + 1, contents = excluded.contents, changed = excluded.changed, by_whom = excluded.by_whom
			RETURNING version`, m.Name, string(m.Contents), formatTime(m.Changed), m.By).Scan(&m.Version)
		if err != nil {
			return err
		}
		_, err = begun.ExecContext(ctx, `DELETE FROM mark_answers WHERE name = $1 AND version < $2`, m.Name, m.Version)
		return err
	})
	return m, err
}

// AnswerMark implements store.MarkGate.
func (s *Store) AnswerMark(ctx context.Context, name string, a store.MarkAnswer) error {
	return s.atTheGate(ctx, "answer to mark "+name, func(begun *sql.Tx) error {
		_, err := begun.ExecContext(ctx, `INSERT INTO mark_answers (name, version, process, at, contents) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (name, version, process) DO UPDATE SET at = excluded.at, contents = excluded.contents`,
			name, a.Version, a.Process, formatTime(a.At), string(a.Contents))
		return err
	})
}

// MarkAnswers implements store.MarkGate.
func (s *Store) MarkAnswers(ctx context.Context, name string, version int64) ([]store.MarkAnswer, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT version, process, at, contents FROM mark_answers WHERE name = $1 AND version = $2 ORDER BY process`, name, version)
	if err != nil {
		return nil, fmt.Errorf("answers to mark %s: %w", name, s.dialect.named(err))
	}
	defer rows.Close()
	var all []store.MarkAnswer
	for rows.Next() {
		var a store.MarkAnswer
		var contents string
		if err := rows.Scan(&a.Version, &a.Process, timeOf{&a.At}, textOf{&contents}); err != nil {
			return nil, fmt.Errorf("answers to mark %s: %w", name, err)
		}
		a.Contents = []byte(contents)
		all = append(all, a)
	}
	return all, rows.Err()
}
