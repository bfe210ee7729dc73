package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/internal/app"
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
	return unanswered(g.on(ctx, func(h *app.House, who service.Caller) error {
		all, err := h.Doctor(ctx, who, c.Symbols)
		if err != nil {
			return err
		}
		if c.JSON {
			err = printList(all)
		} else {
			printDiagnoses(all)
		}
		if err == nil && slices.ContainsFunc(all, func(d service.Diagnosis) bool { return !d.Fine }) {
			err = &exitError{exitFinding, ""}
		}
		return err
	}))
}

func printDiagnoses(all []service.Diagnosis) {
	if len(all) == 0 {
		fmt.Println("everything that is needed is there")
	}
	for _, d := range all {
		fmt.Printf("%s: %s\n", d.Symbol, d.Says)
		for _, s := range d.Steps {
			mark := "ok"
			if !s.Good {
				mark = "!!"
			}
			fmt.Printf("  %s  %-12s  %s\n", mark, s.What, s.Says)
		}
	}
}
