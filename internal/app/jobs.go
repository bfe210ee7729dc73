package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/job"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// drainTime is how long jobs under way may take when the server stops; what is left then
// goes on elsewhere, or at the next start.
const drainTime = 25 * time.Second

// queueConnections is how many connections the queue has beside the store's.
const queueConnections = 4

// openQueue opens the queue of jobs in the file of the books.
func openQueue(ctx context.Context, path string, o Outside) (*job.Queue, error) {
	db, err := sqlite.Queue(path)
	if err != nil {
		return nil, fmt.Errorf("queue of jobs: %w", err)
	}
	options := job.Options{DB: db, Log: o.Log}
	if err := job.Migrate(ctx, options); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return job.Open(options)
}

// openPostgresQueue opens the queue with the server's role; its tables are brought up to
// date only where the owner's address is given too.
func openPostgresQueue(ctx context.Context, cfg config.Config, o Outside) (*job.Queue, error) {
	db, err := postgres.Pool(postgres.Options{URL: cfg.Database, PasswordFile: cfg.Password, PoolSize: queueConnections})
	if err != nil {
		return nil, fmt.Errorf("queue of jobs: %w", err)
	}
	options := job.Options{DB: db, Postgres: true, Log: o.Log}
	err = job.Ready(ctx, options)
	if errors.Is(err, job.ErrOlder) && cfg.Admin != "" {
		err = InstallQueue(ctx, cfg)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return job.Open(options)
}

// InstallQueue makes the queue's tables on PostgreSQL, or brings them up to date, as the
// owner and with nobody else migrating meanwhile, and gives the server's role what it
// needs of them.
func InstallQueue(ctx context.Context, cfg config.Config) error {
	role, err := postgres.Role(cfg.Database, cfg.Password)
	if err != nil {
		return fmt.Errorf("queue of jobs: %w", err)
	}
	return postgres.AsOwner(ctx, cfg.Admin, func(ctx context.Context, db *sql.DB) error { return job.Install(ctx, db, role) })
}

// Work runs jobs in this process until the function that it returns is called, which
// waits for those under way. Beside people who wait for answers it leaves them half of the
// cores.
func (h *House) Work(ctx context.Context, o Outside, schedules, beside bool) (stop func() error, err error) {
	o = o.complete()
	options := job.WorkOptions{Service: h.Service, Now: o.Now, NoSchedules: !schedules, Operations: o.operations}
	if beside {
		options.Computing = max(1, runtime.GOMAXPROCS(0)/2)
	}
	workers, err := h.queue.Start(ctx, options)
	if err != nil {
		return nil, err
	}
	return func() error {
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		return workers.Stop(drain)
	}, nil
}
