package main

import (
	"context"
	"fmt"

	"github.com/foliosight/foliosight/internal/service"
)

// doctorCommand explains why a price is there or not.
type doctorCommand struct {
	Symbols []string `arg:"" optional:"" name:"symbol" help:"Symbol, pair (EUR/USD) or rate (USD-10Y); default: all that is needed and not as it should be."`
	JSON    bool     `name:"json" help:"Print the diagnosis as JSON."`
}

// Run looks from the instrument to the source. It asks none. The exit status is 0 where
// all is fine, 1 where something is wrong, 3 where that could not be found out.
func (c *doctorCommand) Run(ctx context.Context, g *globals) error {
	h, err := g.open(ctx)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	defer h.Close()
	caller, err := g.caller(ctx, h, "", true)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	all, err := h.Doctor(ctx, caller, c.Symbols)
	if err != nil {
		return &exitError{exitUnchecked, err.Error()}
	}
	if c.JSON {
		if all == nil {
			all = []service.Diagnosis{}
		}
		if err := printJSON(all); err != nil {
			return err
		}
	} else if len(all) == 0 {
		fmt.Println("everything that is needed is there")
	}
	finding := false
	for _, d := range all {
		finding = finding || !d.Fine
		if c.JSON {
			continue
		}
		fmt.Printf("%s: %s\n", d.Symbol, d.Says)
		for _, s := range d.Steps {
			mark := "ok"
			if !s.Good {
				mark = "!!"
			}
			fmt.Printf("  %s  %-12s  %s\n", mark, s.What, s.Says)
		}
	}
	if finding {
		return &exitError{exitFinding, ""}
	}
	return nil
}
