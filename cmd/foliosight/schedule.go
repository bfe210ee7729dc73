package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// scheduleCommand shows the built-in schedule.
type scheduleCommand struct{ asJSON }

// Run lists the tasks in their order.
func (c *scheduleCommand) Run(ctx context.Context, g *globals) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	tasks, err := g.upkeep(cfg).Schedule(ctx)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	o := cfg.Operations
	zone := o.Location()
	name := o.Zone
	if name == "" {
		name, _ = time.Now().In(zone).Zone() // the machine's
	}
	night := fmt.Sprintf("%02d:%02d", o.Night/time.Hour, o.Night%time.Hour/time.Minute)
	if c.JSON {
		return printJSON(map[string]any{"on": o.Schedule, "night": night, "zone": name, "tasks": tasks})
	}
	if o.Schedule {
		fmt.Printf("on: a process with the role worker runs what is due; nights begin at %s, %s\n", night, name)
	} else {
		fmt.Println("off (OPERATIONS_SCHEDULE=off): nothing of this runs by itself; times are those that it would run at")
	}
	w := columns()
	fmt.Fprintln(w, "COMMAND\tWHEN\tLAST\tOUTCOME\tBY\tNEXT")
	for _, t := range tasks {
		last, next := "never", t.Next.In(zone).Format("2006-01-02 15:04")
		if t.Last != nil {
			last = t.Last.In(zone).Format("2006-01-02 15:04")
		}
		if t.Due && o.Schedule {
			next = "now"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.Command, t.When, last, t.Outcome, strings.TrimSuffix(t.By, "@"), next)
	}
	return w.Flush()
}
