package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/foliosight/foliosight/internal/service"
)

// stored are the states of River that one of ours stands for.
var stored = map[service.JobState][]rivertype.JobState{
	service.JobQueued:    {rivertype.JobStateAvailable, rivertype.JobStateScheduled, rivertype.JobStatePending},
	service.JobRunning:   {rivertype.JobStateRunning},
	service.JobStuck:     {rivertype.JobStateRunning},
	service.JobWaiting:   {rivertype.JobStateRetryable, rivertype.JobStateAvailable, rivertype.JobStateScheduled},
	service.JobDone:      {rivertype.JobStateCompleted},
	service.JobFailed:    {rivertype.JobStateDiscarded},
	service.JobCancelled: {rivertype.JobStateCancelled},
}

// Jobs implements service.Queue.
func (q *Queue) Jobs(ctx context.Context, f service.JobFilter) ([]service.Job, error) {
	p := river.NewJobListParams().First(max(1, f.Limit)).OrderBy(river.JobListOrderByID, river.SortOrderDesc).States(stored[f.State]...)
	if f.State == "" {
		p = p.States(rivertype.JobStates()...)
	}
	if f.Kind != "" {
		p = p.Kinds(f.Kind)
	}
	if f.Before > 0 {
		p = p.Where("id < @before", river.NamedArgs{"before": f.Before})
	}
	switch horizon := (river.NamedArgs{"stuck": q.instant(time.Now().Add(-stuckAfter))}); f.State {
	case service.JobStuck:
		p = p.Where("attempted_at <= @stuck", horizon)
	case service.JobRunning:
		p = p.Where("attempted_at > @stuck", horizon)
	case service.JobQueued:
		p = p.Where("attempt = 0")
	case service.JobWaiting:
		p = p.Where("attempt > 0")
	}
	if f.Portfolios != nil {
		ids, err := json.Marshal(f.Portfolios)
		if err != nil {
			return nil, err
		}
		about := "json_extract(CAST(args AS TEXT), '$.portfolio') IN (SELECT value FROM json_each(@ids))"
		if q.Postgres {
			about = "args->>'portfolio' IN (SELECT jsonb_array_elements_text(CAST(@ids AS jsonb)))"
		}
		p = p.Where(about, river.NamedArgs{"ids": string(ids)})
	}
	found, err := q.client.JobList(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	all := make([]service.Job, len(found.Jobs))
	for i, row := range found.Jobs {
		if all[i], err = read(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// instant is a time as River's own columns have it: on SQLite text to the millisecond.
func (q *Queue) instant(t time.Time) any {
	if q.Postgres {
		return t.UTC()
	}
	return t.UTC().Format("2006-01-02 15:04:05.000")
}

// Count implements service.Queue.
func (q *Queue) Count(ctx context.Context) (map[service.JobState]int, error) {
	counts := map[service.JobState]int{}
	rows, err := q.DB.QueryContext(ctx, `SELECT state, CASE WHEN attempt > 0 THEN 1 ELSE 0 END, COUNT(*), SUM(CASE WHEN attempted_at <= $1 THEN 1 ELSE 0 END)
		FROM `+q.table()+` GROUP BY 1, 2`,
		q.instant(time.Now().Add(-stuckAfter)))
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var state string
		var tried, count, old int
		if err := rows.Scan(&state, &tried, &count, &old); err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		if state := rivertype.JobState(state); state == rivertype.JobStateRunning {
			counts[service.JobStuck] += old
			counts[service.JobRunning] += count - old
		} else {
			counts[stateOf(&rivertype.JobRow{State: state, Attempt: tried})] += count
		}
	}
	return counts, rows.Err()
}

// Kinds are the names of all kinds of work, in order.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Depth is how many jobs of one kind are in one state.
type Depth struct {
	Kind  string
	State service.JobState
	Count int
	// Oldest is since when the one waits that is due longest; zero: none of them is due.
	Oldest time.Time
}

// Depths counts what waits, runs or failed, by kind and state. What was done well is not
// counted: there is too much of it.
func (q *Queue) Depths(ctx context.Context) ([]Depth, error) {
	now := time.Now()
	rows, err := q.DB.QueryContext(ctx, `SELECT kind, state, CASE WHEN attempt > 0 THEN 1 ELSE 0 END, CASE WHEN state = 'running' AND attempted_at <= $1 THEN 1 ELSE 0 END, COUNT(*),
		CAST(MIN(CASE WHEN state IN ('available', 'scheduled', 'retryable', 'pending') AND scheduled_at <= $2 THEN scheduled_at END) AS `+q.text()+`)
		FROM `+q.table()+` WHERE state IN ('available', 'scheduled', 'pending', 'retryable', 'running', 'discarded', 'cancelled') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
		q.instant(now.Add(-stuckAfter)), q.instant(now))
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	defer rows.Close()
	var all []Depth
	for rows.Next() {
		var d Depth
		var state string
		var tried, stuck int
		var oldest any
		if err := rows.Scan(&d.Kind, &state, &tried, &stuck, &d.Count, &oldest); err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		switch d.State = stateOf(&rivertype.JobRow{State: rivertype.JobState(state), Attempt: tried}); {
		case state == string(rivertype.JobStateRunning) && stuck == 1:
			d.State = service.JobStuck
		case state == string(rivertype.JobStateRunning):
			d.State = service.JobRunning
		}
		if d.Oldest, err = instantOf(oldest); err != nil {
			return nil, fmt.Errorf("jobs of kind %s: %w", d.Kind, err)
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// text is what a time is read as where SQL made it.
func (q *Queue) text() string {
	if q.Postgres {
		return "timestamptz"
	}
	return "text"
}

// instantOf reads a time of River's own columns; nil is zero.
func instantOf(v any) (time.Time, error) {
	switch v := v.(type) {
	case nil:
		return time.Time{}, nil
	case time.Time:
		return v.UTC(), nil
	case string:
		for _, form := range []string{"2006-01-02 15:04:05.999999999", time.RFC3339Nano} {
			if t, err := time.Parse(form, v); err == nil {
				return t.UTC(), nil
			}
		}
		return time.Time{}, fmt.Errorf("%q is no time", v)
	}
	return time.Time{}, fmt.Errorf("%T is no time", v)
}

// Ping asks the database, on a connection that no computation holds.
func (q *Queue) Ping(ctx context.Context) error {
	var one int
	return q.DB.QueryRowContext(ctx, `SELECT 1 FROM `+q.table()+` UNION ALL SELECT 1 LIMIT 1`).Scan(&one)
}

// Stats are those of the queue's own connections.
func (q *Queue) Stats() sql.DBStats { return q.DB.Stats() }
