package job

import (
	"context"
	"encoding/json"
	"fmt"
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
