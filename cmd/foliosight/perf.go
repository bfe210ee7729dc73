package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/performance"
	"github.com/foliosight/foliosight/internal/store"
)

// perfCommand says how quick the installation is.
type perfCommand struct {
	Slow     perfSlow     `cmd:"" help:"List statements and requests that take long."`
	Report   perfReport   `cmd:"" help:"Sizes, statements, indexes, sequential scans, the plan of the newest bookings, requests and errors of a day."`
	Trends   perfTrends   `cmd:"" help:"Say day by day how requests went, and whether they have become slower."`
	Baseline perfBaseline `cmd:"" help:"Compare with what was saved when it was well; the first time, or with --save, save it."`
}

type (
	perfSlow struct {
		Threshold time.Duration `help:"What takes as long or longer is slow." default:"500ms"`
		Days      int           `help:"Requests of so many days." default:"1"`
		asJSON
	}
	perfReport struct{ asJSON }
	perfTrends struct {
		Days int `help:"So many days, 90 at most." default:"7"`
		asJSON
	}
	perfBaseline struct {
		Save bool `help:"Take what is measured now as what should be."`
		asJSON
	}
)

const day = 24 * time.Hour

// measures runs one of them with what is kept of requests since some time, and the database.
func (g *globals) measures(ctx context.Context, name string, json asJSON, days int, work func(context.Context, *check.Report, performance.Database, store.RequestGate, []store.RequestHour, time.Time) error) error {
	if most := int(performance.Kept / day); days < 1 || days > most {
		return &exitError{exitUsage, fmt.Sprintf("--days %d: requests are kept for %d days; ask for 1 to %d", days, most, most)}
	}
	return g.operate(ctx, name, json, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		looking, closing, err := app.Looking(cfg)
		if err != nil {
			return err
		}
		defer closing()
		kept, end, err := app.Requests(ctx, cfg)
		if err != nil {
			return err
		}
		since := r.Began.Add(-time.Duration(days) * day)
		hours, err := kept.RequestHours(ctx, since)
		if err == nil {
			err = work(ctx, r, looking, kept, hours, since)
		}
		return errors.Join(err, end())
	})
}

// Run lists what is slow.
func (c *perfSlow) Run(ctx context.Context, g *globals) error {
	if c.Threshold <= 0 {
		return &exitError{exitUsage, "--threshold is a time, as 500ms"}
	}
	return g.measures(ctx, fmt.Sprintf("perf slow --threshold %s", c.Threshold), c.asJSON, c.Days, func(ctx context.Context, r *check.Report, d performance.Database, _ store.RequestGate, hours []store.RequestHour, since time.Time) error {
		d.Statements(ctx, r, c.Threshold)
		performance.Slow(r, hours, c.Threshold, since)
		d.Newest(ctx, r)
		return nil
	})
}

// slowStatement is from which time on the report lists statements.
const slowStatement = 100 * time.Millisecond

// Run reports.
func (c *perfReport) Run(ctx context.Context, g *globals) error {
	return g.measures(ctx, "perf report", c.asJSON, 1, func(ctx context.Context, r *check.Report, d performance.Database, _ store.RequestGate, hours []store.RequestHour, since time.Time) error {
		d.Sizes(ctx, r)
		d.Statements(ctx, r, slowStatement)
		d.Indexes(ctx, r)
		d.Newest(ctx, r)
		performance.Recent(r, hours, since)
		return nil
	})
}

// Run says how it changes.
func (c *perfTrends) Run(ctx context.Context, g *globals) error {
	return g.measures(ctx, fmt.Sprintf("perf trends --days %d", c.Days), c.asJSON, c.Days, func(_ context.Context, r *check.Report, _ performance.Database, _ store.RequestGate, hours []store.RequestHour, _ time.Time) error {
		performance.Trends(r, hours, c.Days, r.Began)
		return nil
	})
}

// Run saves or compares.
func (c *perfBaseline) Run(ctx context.Context, g *globals) error {
	return g.measures(ctx, "perf baseline", c.asJSON, 1, func(ctx context.Context, r *check.Report, d performance.Database, kept store.RequestGate, hours []store.RequestHour, since time.Time) error {
		figures := append(d.Sizes(ctx, r), d.Newest(ctx, r)...)
		figures = append(figures, performance.Recent(r, hours, since)...)
		before, err := kept.NewestBaseline(ctx)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil && !c.Save {
			performance.Compare(r, before, figures)
			return nil
		}
		b, err := performance.Save(figures, operator(), r.Began)
		if err != nil {
			return err
		}
		if err := kept.SaveBaseline(ctx, b); err != nil {
			return err
		}
		r.Fine("baseline", fmt.Sprintf("saved: %d figures", len(figures)))
		return nil
	})
}
