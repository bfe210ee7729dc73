package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/store"
)

const incidentColumns = `id, kind, severity, state, opened, by_whom, closed, cause`

func scanIncident(row interface{ Scan(...any) error }) (i store.Incident, err error) {
	err = row.Scan(&i.ID, &i.Kind, &i.Severity, &i.State, timeOf{&i.Opened}, &i.By, timeOf{&i.Closed}, &i.Cause)
	return i, err
}

// OpenIncident implements store.IncidentGate.
func (s *Store) OpenIncident(ctx context.Context, i store.Incident) error {
	return s.atTheGate(ctx, "incident "+i.ID, func(begun *sql.Tx) error {
		_, err := begun.ExecContext(ctx, `INSERT INTO incidents (`+incidentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			i.ID, i.Kind, i.Severity, i.State, formatTime(i.Opened), i.By, timeOrNull(i.Closed), i.Cause)
		if err != nil {
			return err
		}
		return appendEntries(ctx, begun, i.ID, i.Entries)
	})
}

// SaveIncident implements store.IncidentGate.
func (s *Store) SaveIncident(ctx context.Context, i store.Incident) error {
	return s.atTheGate(ctx, "incident "+i.ID, func(begun *sql.Tx) error {
		_, err := begun.ExecContext(ctx, `INSERT INTO incidents (`+incidentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, state = excluded.state, closed = excluded.closed, cause = excluded.cause`,
			i.ID, i.Kind, i.Severity, i.State, formatTime(i.Opened), i.By, timeOrNull(i.Closed), i.Cause)
		if err != nil {
			return err
		}
		return appendEntries(ctx, begun, i.ID, i.Entries)
	})
}

// AppendIncident implements store.IncidentGate.
func (s *Store) AppendIncident(ctx context.Context, id string, entries []store.IncidentEntry) error {
	return s.atTheGate(ctx, "incident "+id, func(begun *sql.Tx) error {
		var there int
		if err := begun.QueryRowContext(ctx, `SELECT COUNT(*) FROM incidents WHERE id = $1`, id).Scan(&there); err != nil {
			return err
		}
		if there == 0 {
			return store.ErrNotFound
		}
		return appendEntries(ctx, begun, id, entries)
	})
}

func appendEntries(ctx context.Context, begun *sql.Tx, id string, entries []store.IncidentEntry) error {
	for _, e := range entries {
		_, err := begun.ExecContext(ctx, `INSERT INTO incident_entries (id, incident, at, by_whom, contents) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
			e.ID, id, formatTime(e.At), e.By, string(e.Contents))
		if err != nil {
			return err
		}
	}
	return nil
}

// usualIncidents is how many are read where it is not said.
const usualIncidents = 100

// Incidents implements store.IncidentGate.
func (s *Store) Incidents(ctx context.Context, limit int) ([]store.Incident, error) {
	if limit <= 0 {
		limit = usualIncidents
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT `+incidentColumns+` FROM incidents ORDER BY opened DESC, id DESC LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("incidents: %w", s.dialect.named(err))
	}
	defer rows.Close()
	var all []store.Incident
	for rows.Next() {
		i, err := scanIncident(rows)
		if err != nil {
			return nil, fmt.Errorf("incidents: %w", err)
		}
		all = append(all, i)
	}
	return all, rows.Err()
}

// Incident implements store.IncidentGate.
func (s *Store) Incident(ctx context.Context, id string) (store.Incident, error) {
	i, err := scanIncident(s.reader.QueryRowContext(ctx, `SELECT `+incidentColumns+` FROM incidents WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return i, fmt.Errorf("incident %s: %w", id, store.ErrNotFound)
	}
	if err != nil {
		return i, fmt.Errorf("incident %s: %w", id, s.dialect.named(err))
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT id, at, by_whom, contents FROM incident_entries WHERE incident = $1 ORDER BY at, id`, id)
	if err != nil {
		return i, fmt.Errorf("incident %s: %w", id, s.dialect.named(err))
	}
	defer rows.Close()
	for rows.Next() {
		var e store.IncidentEntry
		var contents string
		if err := rows.Scan(textOf{&e.ID}, timeOf{&e.At}, &e.By, textOf{&contents}); err != nil {
			return i, fmt.Errorf("incident %s: %w", id, err)
		}
		e.Contents = []byte(contents)
		i.Entries = append(i.Entries, e)
	}
	return i, rows.Err()
}
