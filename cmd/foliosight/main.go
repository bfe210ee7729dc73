// Command foliosight tells a person what their portfolio holds, what it earned, what
// it risks, and what would happen if, from their own transactions.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands are the subcommands, each in its file. What several of them need stands
// in globals.
type commands struct {
	globals

	Serve      serveCommand      `cmd:"" help:"Run the server: pages for people, an API for programs."`
	Import     importCommand     `cmd:"" help:"Import transaction files into a portfolio; undo an import."`
	Prices     pricesCommand     `cmd:"" help:"Import prices, splits and dividends, exchange and interest rates."`
	Sync       syncCommand       `cmd:"" help:"Ask the sources of market data for what is needed and not there."`
	Providers  providersCommand  `cmd:"" help:"Show where market data come from: limits used, last success, last error, what is kept of each."`
	Doctor     doctorCommand     `cmd:"" help:"Explain a missing price: from the instrument to the source to what that said."`
	Demo       demoCommand       `cmd:"" help:"Add the simulated portfolios to a database, or make them anew."`
	User       userCommand       `cmd:"" help:"The people: list, add, invite, disable, new passwords, roles, limits."`
	Features   featuresCommand   `cmd:"" help:"Switch parts on and off, for everybody or for some."`
	Isolation  isolationCommand  `cmd:"" help:"Try to reach other people's data."`
	Audit      auditCommand      `cmd:"" help:"Audit settings, source, modules, policies and the audit trail."`
	Monitor    monitorCommand    `cmd:"" help:"Look at what changes by itself and matters for security."`
	Maintain   maintainCommand   `cmd:"" help:"Make the round of a day, a week or a month."`
	Keys       keysCommand       `cmd:"" help:"How old the keys are that sign and seal; rotate them."`
	Jobs       jobsCommand       `cmd:"" help:"Work in the background: list, show, run, cancel, retry; verify the snapshots it left."`
	Schedule   scheduleCommand   `cmd:"" help:"Say what looks after this installation by itself: what runs when, what came of it last, when it runs next."`
	Migrate    migrateCommand    `cmd:"" help:"Change the schema of the database: plan, up, down, status."`
	DB         dbCommand         `cmd:"" name:"db" help:"Look through the database."`
	Operations operationsCommand `cmd:"" help:"Show what was run to look after this installation, and what came of it."`
	Quality    qualityCommand    `cmd:"" help:"Say how good the market data are that figures rest on; tell findings."`
	Perf       perfCommand       `cmd:"" help:"Say how quick the database and the requests are, and what has become slower."`
	RLS        rlsCommand        `cmd:"" name:"rls" help:"Check what keeps one user from another in PostgreSQL."`
	Move       moveCommand       `cmd:"" help:"Copy a whole database into another, from SQLite to PostgreSQL or back."`
	Backup     backupCommand     `cmd:"" help:"Back up, list, verify and prune backups."`
	Restore    restoreCommand    `cmd:"" help:"Bring a backup back: verified, restored beside, compared, then put in its place."`
	Drill      drillCommand      `cmd:"" help:"Rehearse a restore, and measure it."`
	Env        envCommand        `cmd:"" help:"Check what the program is started with."`
	TLS        certificateCmd    `cmd:"" name:"certificate" help:"Look at the certificate that people see; renew one that the server gets itself."`
	Config     configCommand     `cmd:"" help:"Show the configuration."`
	Analyze    analyzeCommand    `cmd:"" help:"Analyse transaction files: value, returns, gains, risk. No server, no database."`
	Scenarios  scenariosCommand  `cmd:"" help:"Say what scenarios do to the holdings of transaction files: the library, your own shocks, a loss turned round."`
	WhatIf     whatIfCommand     `cmd:"" name:"what-if" help:"Try trades on the holdings of transaction files, or suggest some: the portfolio before and after."`
	Calc       calcCommand       `cmd:"" help:"Answer the requests of a calculation engine, one JSON document a line."`
	Holding    holdCommand       `cmd:"" name:"maintenance" help:"Hold requests off while something is done to the installation."`
	Incident   incidentCommand   `cmd:"" help:"Answer something that went wrong, and keep what was found and done."`
	Cache      cacheCommand      `cmd:"" help:"What processes keep in memory."`
	Health     healthCommand     `cmd:"" help:"Ask the running server how it is."`
	Resources  resourcesCommand  `cmd:"" help:"Say what the running server takes: processor, memory, disk, connections, recent errors."`
	Version    versionCommand    `cmd:"" help:"Say which version this is."`
}

// globals are the flags that every command understands.
type globals struct {
	Data     string `help:"Directory of the data (default: the user's data directory)." placeholder:"DIR"`
	Database string `help:"Database, as sqlite:PATH or postgres://…." placeholder:"URL"`
	Config   string `name:"config" help:"File of settings, NAME=VALUE a line (default: foliosight.env in the data directory)." placeholder:"FILE"`
	As       string `help:"E-mail of the user to act as (default: the owner)." placeholder:"USER"`
}

// The exit statuses: fine, a finding or refusal, wrong usage, could not check.
const (
	exitFinding   = 1
	exitUsage     = 2
	exitUnchecked = 3
)

// exitError ends the program with a status of its own. An empty message prints nothing.
type exitError struct {
	status  int
	message string
}

func (e *exitError) Error() string { return e.message }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run parses the command line and runs one command; it returns the exit status.
func run(ctx context.Context, args []string) int {
	var c commands
	status := 0
	parser, err := kong.New(&c, kong.Name("foliosight"), kong.UsageOnError(),
		kong.Description("What a portfolio holds, what it earned, what it risks, and what would happen if."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&c.globals),
		kong.Exit(func(code int) { panic(exitNow(code)) }),
	)
	if err != nil {
		panic(err) // the command line's own structure is wrong: a bug
	}
	defer func() {
		switch end := recover().(type) {
		case nil:
		case exitNow:
			os.Exit(int(end)) // --help
		default:
			panic(end)
		}
	}()
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "foliosight: %v\n", err)
		return exitUsage
	}
	if err := parsed.Run(); err != nil {
		status = exitFinding
		var exit *exitError
		if errors.As(err, &exit) {
			status = exit.status
		}
		if err.Error() != "" {
			fmt.Fprintf(os.Stderr, "foliosight: %v\n", err)
		}
	}
	return status
}

// exitNow carries kong's wish to end (after --help) out of the parser.
type exitNow int
