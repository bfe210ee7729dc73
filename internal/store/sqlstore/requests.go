package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// AddRequestHours implements store.RequestGate.
func (s *Store) AddRequestHours(ctx context.Context, all []store.RequestHour, keep time.Time) error {
	// In one order, so that of two processes which add to the same rows none waits for one
	// that waits for it.
	ordered := slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b store.RequestHour) int {
		return cmp.Or(a.Hour.Compare(b.Hour), strings.Compare(a.Route, b.Route), strings.Compare(a.Method, b.Method))
	})
	return s.atTheGate(ctx, "requests of an hour", func(begun *sql.Tx) error {
		for _, h := range ordered {
			_, err := begun.ExecContext(ctx, `INSERT INTO request_hours (hour, route, method, requests, refused, failed, total_us, longest_us, over_100, over_250, over_500, over_1000, over_5000)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
				ON CONFLICT (hour, route, method) DO UPDATE SET requests = request_hours.requests + excluded.requests, refused = request_hours.refused + excluded.refused,
					failed = request_hours.failed + excluded.failed, total_us = request_hours.total_us + excluded.total_us,
					longest_us = CASE WHEN excluded.longest_us > request_hours.longest_us THEN excluded.longest_us ELSE request_hours.longest_us END,
					over_100 = request_hours.over_100 + excluded.over_100, over_250 = request_hours.over_250 + excluded.over_250, over_500 = request_hours.over_500 + excluded.over_500,
					over_1000 = request_hours.over_1000 + excluded.over_1000, over_5000 = request_hours.over_5000 + excluded.over_5000`,
				formatTime(h.Hour), h.Route, h.Method, h.Requests, h.Refused, h.Failed, h.Total.Microseconds(), h.Longest.Microseconds(), h.Over[0], h.Over[1], h.Over[2], h.Over[3], h.Over[4])
			if err != nil {
				return err
			}
		}
		_, err := begun.ExecContext(ctx, `DELETE FROM request_hours WHERE hour < $1`, formatTime(keep))
		return err
	})
}

// RequestHours implements store.RequestGate.
func (s *Store) RequestHours(ctx context.Context, since time.Time) ([]store.RequestHour, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT hour, route, method, requests, refused, failed, total_us, longest_us, over_100, over_250, over_500, over_1000, over_5000
		FROM request_hours WHERE hour >= $1 ORDER BY hour, route, method`, formatTime(since))
	if err != nil {
		return nil, fmt.Errorf("requests: %w", s.dialect.named(err))
	}
	defer rows.Close()
	var all []store.RequestHour
	for rows.Next() {
		var h store.RequestHour
		var total, longest int64
		if err := rows.Scan(timeOf{&h.Hour}, &h.Route, &h.Method, &h.Requests, &h.Refused, &h.Failed, &total, &longest, &h.Over[0], &h.Over[1], &h.Over[2], &h.Over[3], &h.Over[4]); err != nil {
			return nil, fmt.Errorf("requests: %w", err)
		}
		h.Total, h.Longest = time.Duration(total)*time.Microsecond, time.Duration(longest)*time.Microsecond
		all = append(all, h)
	}
	return all, rows.Err()
}

// SaveBaseline implements store.RequestGate.
func (s *Store) SaveBaseline(ctx context.Context, b store.Baseline) error {
	return s.atTheGate(ctx, "baseline", func(begun *sql.Tx) error {
		_, err := begun.ExecContext(ctx, `INSERT INTO baselines (id, taken, by_whom, contents) VALUES ($1, $2, $3, $4)`, b.ID, formatTime(b.Taken), b.By, string(b.Contents))
		return err
	})
}

// NewestBaseline implements store.RequestGate.
func (s *Store) NewestBaseline(ctx context.Context) (b store.Baseline, err error) {
	var contents string
	err = s.reader.QueryRowContext(ctx, `SELECT id, taken, by_whom, contents FROM baselines ORDER BY taken DESC, id DESC LIMIT 1`).
		Scan(textOf{&b.ID}, timeOf{&b.Taken}, &b.By, textOf{&contents})
	if errors.Is(err, sql.ErrNoRows) {
		return b, fmt.Errorf("baseline: %w", store.ErrNotFound)
	}
	if err != nil {
		return b, fmt.Errorf("baseline: %w", s.dialect.named(err))
	}
	b.Contents = []byte(contents)
	return b, nil
}
