package app

import (
	"context"
	"errors"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/alarm"
	"github.com/foliosight/foliosight/internal/ops/audit"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/environment"
	"github.com/foliosight/foliosight/internal/ops/maintain"
	"github.com/foliosight/foliosight/internal/ops/performance"
	"github.com/foliosight/foliosight/internal/ops/quality"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Upkeep does what the commands that look after an installation do, for them and for the
// schedule: each method fills a report; its error is what kept the whole from being looked
// at.
type Upkeep struct {
	Config  config.Config
	Input   config.Input // what the configuration is made from
	Version string
	Commit  string
	Now     func() time.Time // time.Now unless given
	// Busy says on a terminal what is under way, until the function that it returns is
	// called; nil: nothing is said.
	Busy func(what string) (done func())

	house *House // that this process serves; nil: the database is opened beside it
}

func (u Upkeep) now() time.Time {
	if u.Now == nil {
		return time.Now()
	}
	return u.Now()
}

func (u Upkeep) busy(what string) (done func()) {
	if u.Busy == nil {
		return func() {}
	}
	return u.Busy(what)
}

func nothing() error { return nil }

// reading are the services, for looking.
func (u Upkeep) reading(ctx context.Context) (on *service.Service, closing func() error, err error) {
	if u.house != nil {
		return u.house.Service, nothing, nil
	}
	return Reading(ctx, u.Config)
}

// record is the record of operations, with what is kept beside it.
func (u Upkeep) record(ctx context.Context) (kept store.Upkeep, closing func() error, err error) {
	if u.house != nil {
		return u.house.store, nothing, nil
	}
	return Record(ctx, u.Config)
}

// Series sees the series that tenants need: of a user, of all tenants, or of the first.
func Series(ctx context.Context, on *service.Service, as string, all bool, now time.Time) (quality.State, error) {
	owners, err := on.Owners(ctx)
	if err != nil {
		return quality.State{}, err
	}
	switch {
	case as != "":
		who, err := on.ByEmail(ctx, as)
		if err != nil {
			return quality.State{}, err
		}
		owners = []service.Caller{who}
	case !all && len(owners) > 1:
		owners = owners[:1]
	}
	return quality.Look(ctx, on, owners, now)
}

// Quality looks at the market data that figures rest on.
func (u Upkeep) Quality(ctx context.Context, r *check.Report, as string, all bool, bounds quality.Bounds) error {
	on, closing, err := u.reading(ctx)
	if err != nil {
		return err
	}
	state, err := Series(ctx, on, as, all, u.now())
	if err = errors.Join(err, closing()); err != nil {
		return err
	}
	state.Report(r, bounds)
	return nil
}

// Alert tells what a report found, as configured.
func (u Upkeep) Alert(ctx context.Context, r *check.Report, severe ...string) error {
	channels, err := alarm.Of(u.Config)
	if err != nil {
		return err
	}
	record, closing, err := u.record(ctx)
	if err != nil {
		return err
	}
	before, err := record.Operations(ctx, store.OperationFilter{Command: r.Command, Since: u.now().Add(-2 * alarm.Repeat), Limit: 1000})
	if err = errors.Join(err, closing()); err != nil {
		return err
	}
	channels.Tell(ctx, r, before, u.now(), "", severe...)
	return nil
}

// Installation runs what looks at an installation beside its server.
func (u Upkeep) Installation(ctx context.Context, r *check.Report, look func(context.Context, audit.Installation, *check.Report) error) error {
	i := audit.Installation{Inspection: config.Inspect(u.Input), Now: u.now()}
	if u.house != nil {
		i.Config = u.Config // as this process was started with it
	}
	kept, closing, err := u.record(ctx)
	if err != nil {
		i.Why = err
		return look(ctx, i, r)
	}
	i.Kept = kept
	return errors.Join(look(ctx, i, r), closing())
}

// Daily makes the round of a day.
func (u Upkeep) Daily(ctx context.Context, r *check.Report) error {
	return u.Installation(ctx, r, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		maintain.Daily(ctx, i, r)
		return nil
	})
}

// Weekly makes the round of a week.
func (u Upkeep) Weekly(ctx context.Context, r *check.Report) error {
	return u.Installation(ctx, r, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		maintain.Weekly(ctx, i, u.Settings(ctx, i.Now), r)
		return nil
	})
}

// Monthly makes the round of a month.
func (u Upkeep) Monthly(ctx context.Context, r *check.Report) error {
	return u.Installation(ctx, r, func(ctx context.Context, i audit.Installation, r *check.Report) error {
		maintain.Monthly(ctx, i, u.Settings(ctx, i.Now), r)
		return nil
	})
}

// Settings looks through the settings as for production, without connecting to anything.
func (u Upkeep) Settings(ctx context.Context, now time.Time) check.Report {
	r := check.Begin("", now)
	environment.Check(ctx, environment.Options{Input: u.Input, Profile: environment.Production, Offline: true, Now: u.now}, r)
	return *r
}

// Trends says whether requests have become slower.
func (u Upkeep) Trends(ctx context.Context, r *check.Report, days int) error {
	kept, closing, err := Requests(ctx, u.Config)
	if err != nil {
		return err
	}
	hours, err := kept.RequestHours(ctx, r.Began.AddDate(0, 0, -days))
	if err = errors.Join(err, closing()); err != nil {
		return err
	}
	performance.Trends(r, hours, days, r.Began)
	return nil
}
