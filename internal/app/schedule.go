package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/job"
	"github.com/foliosight/foliosight/internal/ops/alarm"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/health"
	"github.com/foliosight/foliosight/internal/ops/quality"
	"github.com/foliosight/foliosight/internal/ops/schedule"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

const day = 24 * time.Hour

// mostAge is how old the newest backup may be in a drill: a night and some patience.
const mostAge = 26 * time.Hour

// tasks are what the schedule runs, in the order in which it does where several are due:
// what takes a moment first, then a night from its backup to the rounds that look at it.
func (u Upkeep) tasks(status func(context.Context) health.Status) []schedule.Task {
	places := func(do func([]backup.Place) error) error {
		all, err := BackupPlaces(u.Config, "")
		if err != nil {
			return err
		}
		return do(all)
	}
	return []schedule.Task{
		{Command: "quality check --all --alert", When: schedule.When{Every: 5 * time.Minute}, Severe: []string{quality.Missing, quality.MissingRates},
			Do: func(ctx context.Context, r *check.Report) error { return u.Quality(ctx, r, "", true, quality.Usual) }},
		{Command: "health --full", When: schedule.When{Every: time.Hour}, Severe: []string{"database", "disk", "policies"},
			Do: func(ctx context.Context, r *check.Report) error { status(ctx).Full(r, u.now()); return nil }},
		{Command: backup.Command, Owner: true, Within: mostAge, First: true, Severe: []string{"backup", "retention"},
			Typed: func(at time.Time, c schedule.Clock) string {
				if at.In(c.Zone).Weekday() == time.Sunday {
					return backup.Command + " --full"
				}
				return backup.Command
			},
			Do: func(ctx context.Context, r *check.Report) error {
				return places(func(all []backup.Place) error {
					return u.BackUp(ctx, r, BackupCreate{Places: all, Full: strings.HasSuffix(r.Command, " --full"), Verify: true})
				})
			}},
		{Command: "backup verify", When: schedule.When{Weekly: true}, Owner: true, Within: 8 * day,
			Do: func(ctx context.Context, r *check.Report) error {
				if b := u.Config.Backup; u.Config.PostgreSQL() && u.Config.Admin == "" && b.Directory == "" && b.Bucket == "" {
					return errors.New("no backups are made here, and where others make them is not said: set BACKUP_DIR or AWS_S3_BUCKET, or DATABASE_ADMIN_URL to have them made here")
				}
				return places(func(all []backup.Place) error { return u.VerifyBackups(ctx, r, all, false) })
			}},
		{Command: "drill restore", When: schedule.When{Monthly: true}, Owner: true, Within: 35 * day, Severe: []string{"drill"},
			Do: func(ctx context.Context, r *check.Report) error {
				return places(func(all []backup.Place) error { return u.Drill(ctx, r, Drill{Places: all, MaxRPO: mostAge}) })
			}},
		{Command: "perf trends --days 7", When: schedule.When{Weekly: true},
			Do: func(ctx context.Context, r *check.Report) error { return u.Trends(ctx, r, 7) }},
		{Command: "maintain daily", Do: u.Daily},
		{Command: "maintain weekly", When: schedule.When{Weekly: true}, Do: u.Weekly},
		{Command: "maintain monthly", When: schedule.When{Monthly: true}, Do: u.Monthly},
	}
}

// plan is the schedule over a record and a queue.
func (u Upkeep) plan(record store.Upkeep, queue *job.Queue, status func(context.Context) health.Status) (*schedule.Schedule, error) {
	channels, err := alarm.Of(u.Config)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	c := u.Config
	return schedule.New(schedule.Options{Clock: schedule.Clock{Night: c.Operations.Night, Zone: c.Operations.Location()}, Tasks: u.tasks(status), Record: record, Channels: channels, Link: c.PublicURL(""),
		Host: host, Owner: !c.PostgreSQL() || c.Admin != "", Now: u.now,
		Seen:  func(ctx context.Context) (map[string]schedule.Run, error) { return seen(ctx, queue) },
		Began: func(ctx context.Context) (time.Time, error) { return began(ctx, record) }}), nil
}

// seen are the latest runs that the queue remembers.
func seen(ctx context.Context, queue *job.Queue) (map[string]schedule.Run, error) {
	all, err := queue.Operations(ctx)
	runs := map[string]schedule.Run{}
	for command, ran := range all {
		run := schedule.Run{At: ran.Found, Outcome: string(ran.State), By: schedule.By}
		if ran.State == service.JobDone {
			run.Outcome = ran.Note
		}
		runs[command] = run
	}
	return runs, err
}

// began is when the first migration was run: times before that were not missed.
func began(ctx context.Context, record store.Upkeep) (time.Time, error) {
	tells, ok := record.(interface {
		Schema(ctx context.Context) ([]migrations.Applied, error)
	})
	if !ok {
		return time.Time{}, errors.New("the store does not tell when it began")
	}
	all, err := tells.Schema(ctx)
	if err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return all[0].At, nil
}

// keep gives what this process does of the schedule: nothing where that is off.
func (h *House) keep(cfg config.Config, o Outside, seen *watch) (job.Operations, error) {
	if o.Upkeep == nil || !cfg.Operations.Schedule || cfg.Demo {
		return nil, nil
	}
	u := *o.Upkeep
	u.Config, u.Version, u.Now, u.house = cfg, o.Version, o.Now, h
	s, err := u.plan(h.store, h.queue, seen.overview.Look)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Schedule says how the tasks of the schedule stand, also while a server holds the
// database.
func (u Upkeep) Schedule(ctx context.Context) (all []schedule.State, err error) {
	record, closing, err := Record(ctx, u.Config)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closing()) }()
	options := job.Options{Postgres: u.Config.PostgreSQL()}
	if options.Postgres {
		options.DB, err = postgres.Pool(postgres.Options{URL: u.Config.Database, PasswordFile: u.Config.Password, PoolSize: 1})
	} else {
		options.DB, err = sqlite.Queue(u.Config.SQLite())
	}
	if err != nil {
		return nil, fmt.Errorf("queue of jobs: %w", err)
	}
	queue, err := job.Open(options)
	if err != nil {
		return nil, errors.Join(err, options.DB.Close())
	}
	defer func() { err = errors.Join(err, queue.Close()) }()
	s, err := u.plan(record, queue, nil)
	if err != nil {
		return nil, err
	}
	return s.States(ctx)
}
