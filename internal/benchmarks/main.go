// Command benchmarks measures the library and the program beside their peers, in one run,
// and writes the table of docs/benchmarks.md.
//
// Model: a line of the table is one task. Turn after turn, each line's own benchmark runs
// once and its peer right after it, so that both meet the same machine; of the turns the
// least counts, for each side. A target stated as a ratio is held against the peer of the
// same run; where the peer cannot run, against its recorded figure, and the table says so.
//
// Units: seconds; processor time of all threads where a task has one core, time on the
// wall where it has all of them or is a process of its own. Memory is the most that the
// process had.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/foliosight/foliosight/internal/workload"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

// run measures. The table goes to out, progress to log.
func run(ctx context.Context, args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.SetOutput(log)
	turns := flags.Int("turns", 5, "how often each line is measured")
	only := flags.String("only", "", "only the lines whose name or benchmark matches this expression")
	into := flags.String("into", "", "page whose table is written anew")
	python := flags.String("python", "python3", "Python with numpy, and scipy and cvxopt where they are there")
	patience := flags.Duration("patience", 10*time.Minute, "how long to wait in all for other work to end before what is measured on the wall")
	write := flags.String("write", "", "write the workloads of the process lines into this folder, and end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *write != "" {
		return writeWorkloads(*write)
	}
	if *turns < 1 {
		return fmt.Errorf("-turns %d: give 1 or more", *turns)
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	chosen = slices.DeleteFunc(chosen, func(l line) bool {
		out := l.needs != "" && os.Getenv(l.needs) == ""
		if out {
			fmt.Fprintf(log, "left out, because %s is not set: %s\n", l.needs, l.name)
		}
		return out
	})
	if *into != "" && *only != "" {
		return errors.New("-into writes the whole table: leave out -only")
	}
	work, err := os.MkdirTemp("", "benchmarks")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b := &bench{ctx: ctx, log: log, work: work, python: *python, binaries: map[string]string{}, figures: map[string]*figure{}, patience: *patience}
	if err := b.prepare(chosen); err != nil {
		return err
	}
	for turn := range *turns {
		for _, l := range chosen {
			if turn > 0 && l.once {
				continue
			}
			fmt.Fprintf(log, "turn %d of %d: %s\n", turn+1, *turns, l.name)
			if err := b.measure(l); err != nil {
				return err
			}
		}
	}
	text := b.table(chosen, *turns)
	if *into != "" {
		if err := replaceTable(*into, text); err != nil {
			return err
		}
	}
	_, err = io.WriteString(out, text)
	return err
}

// choose are the lines that match.
func choose(pattern string) ([]line, error) {
	match, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("-only %s: %w", pattern, err)
	}
	var chosen []line
	for _, l := range lines {
		if match.MatchString(l.name) || match.MatchString(l.benchmark) {
			chosen = append(chosen, l)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("-only %s: no line is called so", pattern)
	}
	return chosen, nil
}

// writeWorkloads makes the files of the process lines. A process of its own does it, since
// one that is started is charged with the memory of the one that starts it.
func writeWorkloads(dir string) error {
	for _, size := range []workload.Size{workload.Home, workload.Office, workload.L} {
		into := filepath.Join(dir, size.Name)
		if err := os.MkdirAll(into, 0o700); err != nil {
			return err
		}
		if err := workload.New(size, 1).Write(into); err != nil {
			return err
		}
	}
	return nil
}

const begins, ends = "<!-- table: make bench -->\n", "<!-- end of the table -->\n"

// replaceTable puts the table where the page has one.
func replaceTable(path, text string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(page), begins)
	_, after, ended := strings.Cut(rest, ends)
	if !found || !ended {
		return fmt.Errorf("%s: no place for the table: it goes between the lines %q and %q", path, strings.TrimSpace(begins), strings.TrimSpace(ends))
	}
	return os.WriteFile(path, []byte(before+begins+"\n"+text+"\n"+ends+after), 0o644)
}
