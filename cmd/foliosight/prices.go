package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
)

// pricesCommand keeps prices.
type pricesCommand struct {
	Import pricesImport `cmd:"" help:"Import files of prices, splits and dividends, exchange and interest rates, holdings of funds."`
}

// pricesImport imports price files, all or none.
type pricesImport struct {
	Files    []string `arg:"" name:"file" help:"Long or wide tables, plain or gzip; files that belong together (prices and their splits) at once." type:"existingfile"`
	Basis    string   `help:"Basis of the prices: ${enum}." enum:"auto,traded,split-adjusted,total-return" default:"auto"`
	Currency string   `help:"Currency of symbols that are not known yet." placeholder:"CODE"`
	Source   string   `help:"Who says so." default:"file" placeholder:"NAME"`
	Own      bool     `help:"Keep them for the user's household alone."`
	JSON     bool     `name:"json" help:"Print the outcome as JSON."`
}

// Run imports them together.
func (c *pricesImport) Run(ctx context.Context, g *globals) error {
	h, err := g.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	base := money.Currency("")
	if c.Currency != "" {
		if base, err = money.ParseCurrency(c.Currency); err != nil {
			return &exitError{exitUsage, "--currency: " + err.Error()}
		}
	}
	caller, err := g.caller(ctx, h, "", true)
	if err != nil {
		return err
	}
	files := make([]service.File, len(c.Files))
	for i, path := range c.Files {
		if files[i], err = readFile(path); err != nil {
			return err
		}
	}
	done := busy("prices")
	r, err := h.ImportPrices(ctx, caller, files, service.PriceOptions{Basis: c.Basis, Own: c.Own, Source: c.Source, Currency: base})
	done()
	if err != nil {
		return refusedPrices(err)
	}
	if c.JSON {
		return printJSON(pricesOutcomeOf(r))
	}
	for _, f := range r.Files {
		fmt.Printf("%s  %s\n  %d rows, %d series", f.File, f.Kind, f.Rows, f.Symbols)
		if !f.From.IsNone() && f.Rows > 0 {
			fmt.Printf(", %s to %s", f.From, f.To)
		}
		if f.Basis != "" {
			fmt.Printf(", %s", f.Basis)
		}
		fmt.Println()
		for _, n := range f.Notes {
			fmt.Printf("  note: %s\n", n)
		}
	}
	fmt.Printf("days: %d added, %d replaced, %d the same; %d splits and dividends; holdings of %d funds\n", r.Added, r.Replaced, r.Same, r.Actions, r.Instruments)
	return nil
}

// pricesOutcome is what became of price files.
type pricesOutcome struct {
	Files    []priceFileOutcome `json:"files"`
	Added    int                `json:"added"`
	Replaced int                `json:"replaced"`
	Same     int                `json:"same"`
	Actions  int                `json:"actions"`
	Funds    int                `json:"funds"` // whose holdings are new
}

type priceFileOutcome struct {
	File    string   `json:"file"`
	Kind    string   `json:"kind"`
	Rows    int      `json:"rows"`
	Symbols int      `json:"symbols"`
	From    string   `json:"from,omitempty"`
	To      string   `json:"to,omitempty"`
	Basis   string   `json:"basis,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

func pricesOutcomeOf(r *service.PriceImport) pricesOutcome {
	out := pricesOutcome{Added: r.Added, Replaced: r.Replaced, Same: r.Same, Actions: r.Actions, Funds: r.Instruments}
	for _, f := range r.Files {
		one := priceFileOutcome{File: f.File, Kind: f.Kind, Rows: f.Rows, Symbols: f.Symbols, Basis: f.Basis, Notes: f.Notes}
		if !f.From.IsNone() {
			one.From, one.To = f.From.String(), f.To.String()
		}
		out.Files = append(out.Files, one)
	}
	return out
}

// refusedPrices prints every fault on its line.
func refusedPrices(err error) error {
	var many ledger.Faults
	if !errors.As(err, &many) {
		return err
	}
	for _, f := range many {
		fmt.Fprintln(os.Stderr, f.Error())
	}
	return &exitError{exitFinding, "nothing was imported"}
}
