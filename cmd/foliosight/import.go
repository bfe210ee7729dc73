package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// importCommand reads transaction files into a portfolio, and takes imports back.
type importCommand struct {
	Files importFiles `cmd:"" default:"withargs" help:"Import transaction files."`
	Undo  importUndo  `cmd:"" help:"Undo an import."`
}

// importFiles imports files, each as one unit.
type importFiles struct {
	Files       []string `arg:"" name:"file" help:"Files of brokers and other programs." type:"existingfile"`
	Portfolio   string   `help:"Name or id of the portfolio; one of a new name is created (default: the only one there is)." placeholder:"NAME"`
	Format      string   `help:"Format of the files." default:"auto" placeholder:"NAME"`
	Account     string   `help:"Account of rows that name none." placeholder:"NAME"`
	Currency    string   `help:"Base currency of a new portfolio (default: that of the file)." placeholder:"CODE"`
	DateOrder   string   `help:"Order of dates that could be read in two ways: dmy, mdy or ymd." enum:",dmy,mdy,ymd" default:"" placeholder:"ORDER"`
	Decimal     string   `help:"Decimal sign of numbers that could be read in two ways: point or comma." enum:",point,comma" default:"" placeholder:"SIGN"`
	Unfunded    bool     `help:"Leave out the bookings that pay for purchases, in formats that keep no cash."`
	DryRun      bool     `help:"Say what would be booked and book nothing."`
	SkipRefused bool     `help:"Book the rest of a file although rows of it are refused."`
	JSON        bool     `name:"json" help:"Print the outcome as JSON."`
}

// fileOutcome is what became of one file.
type fileOutcome struct {
	File      string        `json:"file"`
	Format    string        `json:"format,omitempty"`
	Portfolio string        `json:"portfolio,omitempty"`
	Import    string        `json:"import,omitempty"`
	DryRun    bool          `json:"dry_run"`
	Booked    bool          `json:"booked"` // whether anything was, or would be
	Read      int           `json:"read"`
	New       int           `json:"new"`
	Bookings  int           `json:"bookings"`
	Present   int           `json:"present"`
	Ignored   int           `json:"ignored"`
	Refused   int           `json:"refused"`
	From      string        `json:"from,omitempty"`
	To        string        `json:"to,omitempty"`
	Prices    int           `json:"prices,omitempty"`
	Faults    ledger.Faults `json:"faults,omitempty"`
	Notes     []string      `json:"notes,omitempty"`
	Checks    []string      `json:"disagreements,omitempty"` // with the file's own closing figures
}

// Run imports the files one after the other. Its status is 1 when one was refused.
func (c *importFiles) Run(ctx context.Context, g *globals) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	var h *app.House
	if c.DryRun && app.Empty(cfg) {
		var gone func()
		if h, gone, err = app.OpenThrowaway(ctx, cfg, app.Outside{}); err != nil {
			return unchecked(err)
		}
		defer gone()
	} else {
		if h, err = app.Open(ctx, cfg, app.Outside{}); err != nil {
			return unchecked(err)
		}
		defer h.Close()
	}
	refused := false
	var outcomes []fileOutcome
	for _, path := range c.Files {
		f, err := readFile(path)
		if err != nil {
			return err
		}
		out, err := c.one(ctx, g, h, f)
		if err != nil {
			return err
		}
		refused = refused || len(out.Faults) > 0 && !(c.SkipRefused && out.Booked)
		outcomes = append(outcomes, out)
		if !c.JSON {
			out.print(c.SkipRefused)
		}
	}
	if c.JSON {
		if err := printJSON(map[string]any{"files": outcomes}); err != nil {
			return err
		}
	}
	if refused {
		return &exitError{exitFinding, ""}
	}
	return nil
}

// one imports a file, or says what importing it would do.
func (c *importFiles) one(ctx context.Context, g *globals, h *app.House, f service.File) (out fileOutcome, err error) {
	options := service.ImportOptions{Format: c.Format, Account: c.Account, SkipRefused: c.SkipRefused, Expected: store.AnyVersion, DateOrder: c.DateOrder, Decimal: c.Decimal, Unfunded: c.Unfunded}
	base := money.Currency(c.Currency)
	if base == "" {
		base = h.CurrencyOf(f, options)
	}
	caller, err := g.caller(ctx, h, base, !c.DryRun)
	if err != nil {
		return out, err
	}
	out = fileOutcome{File: f.Name, DryRun: c.DryRun}
	work := func(ctx context.Context) error {
		p, found, err := target(ctx, h, caller, c.Portfolio)
		if err != nil {
			return err
		}
		if !found {
			if p, err = h.CreatePortfolio(ctx, caller, service.NewPortfolio{Name: c.newName(), Base: base}); err != nil {
				return err
			}
		}
		out.Portfolio = p.Name
		do := h.CommitImport
		if c.DryRun {
			do = h.PreviewImport
		}
		done := busy(f.Name)
		preview, err := do(ctx, caller, p.ID, f, options)
		done()
		out.fill(preview)
		if err == nil && !found && !c.DryRun {
			note("created portfolio %q in %s", p.Name, p.Base)
		}
		return err
	}
	// a portfolio is not left behind by a file that is refused: both or neither
	if c.DryRun {
		err = h.Rehearse(ctx, caller, work)
	} else {
		err = h.Together(ctx, caller, work)
	}
	return out, out.refusal(err)
}

func (c *importFiles) newName() string {
	if c.Portfolio != "" {
		return c.Portfolio
	}
	return "Portfolio"
}

// fill takes over what a preview says.
func (o *fileOutcome) fill(p *service.Preview) {
	if p == nil {
		return
	}
	o.Format, o.Read, o.New, o.Bookings, o.Present, o.Ignored, o.Refused, o.Prices, o.Notes = p.Format.Label, p.Read, p.New, p.Bookings, p.Present, p.Ignored, p.Refused, p.Prices, p.Notes
	o.Booked = p.New > 0
	if p.Import != nil {
		o.Import = p.Import.ID
	}
	if p.Bookings > 0 {
		o.From, o.To = p.From.String(), p.To.String()
	}
	for _, r := range p.Rows {
		o.Faults = append(o.Faults, r.Faults...)
	}
	for _, c := range p.Checks {
		if !c.Agrees {
			what := c.Symbol
			if what == "" {
				what = string(c.Currency)
			}
			o.Checks = append(o.Checks, fmt.Sprintf("%s %s on %s: the file says %s, the ledger gives %s", c.Account, what, c.Date, c.Stated, c.Found))
		}
	}
}

// refusal keeps the faults of a file and lets other errors through.
func (o *fileOutcome) refusal(err error) error {
	var many ledger.Faults
	var one *ledger.Fault
	switch {
	case err == nil:
		return nil
	case errors.Is(err, service.ErrRefused):
	case errors.As(err, &many):
		o.Faults = many
	case errors.As(err, &one):
		o.Faults = ledger.Faults{one}
	default:
		return err
	}
	o.Booked, o.New, o.Bookings, o.From, o.To = false, 0, 0, "", ""
	return nil
}

func (o *fileOutcome) print(skipped bool) {
	verb := "booked"
	if o.DryRun {
		verb = "to book"
	}
	fmt.Printf("%s", o.File)
	if o.Format != "" {
		fmt.Printf("  %s", o.Format)
	}
	fmt.Printf("\n  rows: %d read, %d %s, %d present, %d ignored, %d refused\n", o.Read, o.New, verb, o.Present, o.Ignored, o.Refused)
	if o.Bookings > 0 {
		fmt.Printf("  %d bookings from %s to %s in portfolio %q\n", o.Bookings, o.From, o.To, o.Portfolio)
	}
	if o.Prices > 0 {
		fmt.Printf("  %d prices and rates\n", o.Prices)
	}
	for _, n := range o.Notes {
		fmt.Printf("  note: %s\n", n)
	}
	for _, c := range o.Checks {
		fmt.Printf("  differs: %s\n", c)
	}
	for _, f := range o.Faults {
		fmt.Fprintf(os.Stderr, "  refused: %s\n", f.Error())
	}
	switch {
	case len(o.Faults) > 0 && !o.Booked:
		note("  nothing of %s was booked; mend the rows, or book the others with --skip-refused", o.File)
	case len(o.Faults) > 0 && !o.DryRun && skipped:
		note("  the refused rows were left out")
	}
	if o.Import != "" {
		fmt.Printf("  take it back with: foliosight import undo %s\n", o.Import)
	}
}

func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// importUndo takes an import back.
type importUndo struct {
	ID string `arg:"" help:"Id of the import, as it was printed."`
}

// Run undoes it.
func (c *importUndo) Run(ctx context.Context, g *globals) error {
	h, err := g.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	caller, err := g.caller(ctx, h, "", true)
	if err != nil {
		return err
	}
	all, err := h.Portfolios(ctx, caller, true)
	if err != nil {
		return err
	}
	for _, p := range all {
		imports, err := h.Imports(ctx, caller, p.ID)
		if err != nil {
			return err
		}
		for _, i := range imports {
			if i.ID != c.ID {
				continue
			}
			if i.Undone != 0 {
				return fmt.Errorf("the import of %s was undone already, in version %d", i.File, i.Undone)
			}
			b, err := h.UndoImport(ctx, caller, p.ID, i.ID, store.AnyVersion)
			if err != nil {
				return err
			}
			fmt.Printf("%s: %d bookings taken out of portfolio %q\n", i.File, b.Version.Removed, p.Name)
			return nil
		}
	}
	return fmt.Errorf("there is no import %q", c.ID)
}
