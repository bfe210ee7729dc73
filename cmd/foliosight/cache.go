package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/health"
	"github.com/foliosight/foliosight/internal/ops/standing"
	"github.com/foliosight/foliosight/internal/store"
)

// cacheCommand looks after what processes keep in memory.
type cacheCommand struct {
	Clear cacheClear `cmd:"" help:"Have every running process let go of what it keeps in memory and can compute again; remove what is past its time in the database."`
}

type cacheClear struct {
	URL  string        `name:"url" help:"Only the server at this address, with an administrator's token in FOLIOSIGHT_TOKEN (default: every process of the database)." placeholder:"URL"`
	Wait time.Duration `help:"Wait so long for the processes to say what they let go." default:"2.5s" placeholder:"DURATION"`
	asJSON
}

// clearedProcess is what one process let go.
type clearedProcess struct {
	Process string             `json:"process"`
	Cleared []standing.Cleared `json:"cleared"`
	Bytes   uint64             `json:"bytes"`   // of what is weighed
	Entries int                `json:"entries"` // of everything
}

// Run clears.
func (c *cacheClear) Run(ctx context.Context, g *globals) error {
	all := []clearedProcess{}
	return g.told(ctx, "cache clear", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) (err error) {
		if c.URL != "" {
			cleared, err := standing.ClearAt(ctx, http.DefaultClient, c.URL, os.Getenv("FOLIOSIGHT_TOKEN"))
			if err == nil {
				all = append(all, sumCleared(r, c.URL, cleared))
			}
			return err
		}
		all, err = clearCaches(ctx, cfg, r, c.Wait)
		return err
	}, func() map[string]any { return map[string]any{"processes": all} })
}

// clearCaches has all processes let go, and removes what is past its time.
func clearCaches(ctx context.Context, cfg config.Config, r *check.Report, wait time.Duration) (out []clearedProcess, err error) {
	out = []clearedProcess{}
	err = beside(ctx, cfg, func(kept store.Upkeep) error {
		mark, err := standing.Clear(ctx, kept, operator(), time.Now())
		if err != nil {
			return err
		}
		answers, err := standing.Answers(ctx, kept, mark, wait)
		if err != nil {
			return err
		}
		for _, a := range answers {
			cleared, err := standing.ClearedBy(a)
			if err != nil {
				return err
			}
			out = append(out, sumCleared(r, a.Process, cleared))
		}
		if len(answers) == 0 {
			r.Fine("processes", fmt.Sprintf("none said within %s that it let anything go; one that starts keeps nothing yet", wait))
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	aside, err := app.Beside(ctx, cfg, app.Outside{})
	if err != nil {
		return out, err
	}
	defer aside.Close()
	tenants, err := aside.Expire(ctx, time.Now())
	if err != nil {
		return out, err
	}
	r.Fine("database", fmt.Sprintf("what was past its time is removed, of %d tenants; replies to repeated requests that are still good stay: without them a booking sent twice would be booked twice", tenants))
	return out, nil
}

func sumCleared(r *check.Report, name string, cleared []standing.Cleared) clearedProcess {
	p := clearedProcess{Process: name, Cleared: cleared}
	for _, one := range cleared {
		p.Bytes, p.Entries = p.Bytes+one.Bytes, p.Entries+one.Entries
	}
	r.Fine(name, fmt.Sprintf("let %d entries go; those that are weighed had about %s", p.Entries, health.Bytes(p.Bytes)))
	return p
}
