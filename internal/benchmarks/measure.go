package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/cputime"
	"github.com/foliosight/foliosight/internal/workload"
)

// bench is one run.
type bench struct {
	ctx      context.Context
	log      io.Writer
	work     string
	python   string // "" where there is no numpy
	quantlib string // "" where it cannot be built
	versions []string
	binaries map[string]string // of tests, by package
	files    string            // the folder of the workloads
	figures  map[string]*figure

	patience time.Duration // to wait for a quiet machine, in all
	own      float64       // processor time that the measurement at hand took
}

// figure is what the turns of a line found.
type figure struct {
	ours, peers         float64 // the least; 0 where there is none
	processor           float64 // of what is measured on the wall, the least
	memory              float64 // the most, in bytes
	error, peerError    float64
	errorKnown, peerHas bool
	disturbed           bool // on the wall, and never on a quiet machine
}

// prepare builds what is run.
func (b *bench) prepare(chosen []line) error {
	files := false
	for _, l := range chosen {
		b.figures[l.name] = &figure{}
		if l.process != nil {
			files = true
			continue
		}
		if b.binaries[l.pkg] != "" {
			continue
		}
		b.binaries[l.pkg] = filepath.Join(b.work, strings.ReplaceAll(l.pkg, "/", "-")+".test")
		if _, err := b.output("go", "test", "-c", "-o", b.binaries[l.pkg], "./"+l.pkg); err != nil {
			return err
		}
	}
	if files {
		if err := b.prepareFiles(); err != nil {
			return err
		}
	}
	if version, err := b.output(b.python, "scripts/peers/numeric.py", "versions"); err == nil {
		b.versions = append(b.versions, strings.TrimSpace(version))
	} else {
		fmt.Fprintln(b.log, "no numpy, whose lines have recorded figures alone:", err)
		b.python = ""
	}
	b.quantlib = filepath.Join(b.work, "quantlib")
	if _, err := b.output("g++", "-O3", "-march=native", "-std=c++17", "scripts/peers/quantlib.cpp", "-lQuantLib", "-o", b.quantlib); err != nil {
		fmt.Fprintln(b.log, "no QuantLib, whose lines have recorded figures alone:", err)
		b.quantlib = ""
	} else if version, err := b.output(b.quantlib, "versions"); err == nil {
		b.versions = append(b.versions, strings.TrimSpace(version))
	}
	return nil
}

func (b *bench) prepareFiles() error {
	program := filepath.Join(b.work, "foliosight")
	if _, err := b.output("go", "build", "-trimpath", "-o", program, "./cmd/foliosight"); err != nil {
		return err
	}
	if b.files = workload.DataDir(); b.files != "" {
		if _, err := os.Stat(filepath.Join(b.files, workload.Office.Name)); err == nil {
			return nil
		}
	}
	own, err := os.Executable()
	if err != nil {
		return err
	}
	b.files = filepath.Join(b.work, "files")
	_, err = b.output(own, "-write", b.files)
	return err
}

// output runs a command to its end; the error has the last that it said.
func (b *bench) output(name string, args ...string) (string, error) {
	c := exec.CommandContext(b.ctx, name, args...)
	var complaint bytes.Buffer
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		said := strings.Split(strings.TrimSpace(complaint.String()+string(out)), "\n")
		return "", fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, said[len(said)-1])
	}
	return string(out), nil
}

// measure is one turn of a line: ours, and the peer after it.
func (b *bench) measure(l line) error {
	f := b.figures[l.name]
	var seconds float64
	var err error
	first, told := f.ours == 0, false
	var from ticks
	if l.allCores {
		b.awaitQuiet()
		from, told = processors()
		b.own = 0
	}
	if l.process != nil {
		seconds, err = b.processed(l, f)
	} else {
		seconds, err = b.benchmarked(l, f)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", l.name, err)
	}
	if told {
		to, _ := processors()
		f.disturbed = othersAtWork(from, to, b.own) && (first || f.disturbed)
	}
	f.ours = least(f.ours, seconds)
	if l.key == "" {
		return nil
	}
	said, err := b.peer(l.key)
	if err != nil {
		return fmt.Errorf("%s: %w", l.name, err)
	}
	if t, ok := said[l.key]; ok {
		f.peers = least(f.peers, t)
	}
	if e, ok := said[l.key+"_error"]; ok {
		f.peerError, f.peerHas = e, true
	}
	return nil
}

// least is the lesser of two, of which 0 is none yet.
func least(sofar, next float64) float64 {
	if sofar == 0 || next < sofar {
		return next
	}
	return sofar
}

// processed is the time of the program on the wall.
func (b *bench) processed(l line, f *figure) (seconds float64, err error) {
	args := make([]string, len(l.process))
	for i, a := range l.process {
		args[i] = strings.Replace(a, "{}", filepath.Join(b.files, l.folder), 1)
	}
	for range 3 {
		c := exec.CommandContext(b.ctx, filepath.Join(b.work, "foliosight"), args...)
		var complaint bytes.Buffer
		c.Stderr = &complaint
		began := time.Now()
		if err := c.Run(); err != nil {
			return 0, fmt.Errorf("foliosight %s: %w: %s", strings.Join(args, " "), err, complaint.String())
		}
		seconds = least(seconds, time.Since(began).Seconds())
		b.own += (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
		f.processor = least(f.processor, (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds())
		f.memory = max(f.memory, cputime.PeakMemory(c.ProcessState))
	}
	return seconds, nil
}

// benchmarked is the time of a turn of a benchmark.
func (b *bench) benchmarked(l line, f *figure) (float64, error) {
	long := "300ms"
	if l.requests != "" {
		long = l.requests
	}
	cores := runtime.NumCPU()
	if !l.allCores {
		cores = 1
	}
	c := exec.CommandContext(b.ctx, b.binaries[l.pkg], "-test.run=^$", "-test.bench=^"+strings.ReplaceAll(l.benchmark, "/", "$/^")+"$",
		"-test.benchtime="+long, "-test.cpu="+strconv.Itoa(cores), "-test.timeout=60m")
	c.Dir = l.pkg
	out, err := c.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w:\n%s", l.benchmark, err, out)
	}
	b.own += (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
	f.memory = max(f.memory, cputime.PeakMemory(c.ProcessState))
	found := metrics(string(out))
	if e, ok := found[l.accuracy]; ok && l.accuracy != "" {
		f.error, f.errorKnown = e, true
	}
	if l.allCores && l.metric == "" {
		if t, ok := found[cputime.Unit]; ok {
			f.processor = least(f.processor, t*1e-9)
		}
	}
	unit, scale := "ns/op", 1e-9
	switch {
	case l.metric != "":
		unit, scale = l.metric, 1e-3
	case !l.allCores:
		if _, ok := found[cputime.Unit]; ok {
			unit = cputime.Unit
		}
	}
	t, ok := found[unit]
	if !ok {
		return 0, fmt.Errorf("%s said no %s:\n%s", l.benchmark, unit, out)
	}
	return t * scale, nil
}

// metrics are the figures of the one benchmark in what go test prints, by unit.
func metrics(out string) map[string]float64 {
	found := map[string]float64{}
	for text := range strings.Lines(out) {
		words := strings.Fields(text)
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		for i := 2; i+1 < len(words); i += 2 {
			if v, err := strconv.ParseFloat(words[i], 64); err == nil {
				found[words[i+1]] = v
			}
		}
	}
	return found
}

// peer asks the programs of scripts/peers for a figure: empty where they cannot run.
func (b *bench) peer(key string) (map[string]float64, error) {
	said := map[string]float64{}
	ask := func(name string, args ...string) error {
		out, err := b.output(name, args...)
		if err != nil {
			return err
		}
		lines := bufio.NewScanner(strings.NewReader(out))
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), "\t")
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return fmt.Errorf("%q is no name, tab and number", lines.Text())
			}
			said[name] = v
		}
		return lines.Err()
	}
	if b.python != "" {
		if err := ask(b.python, "scripts/peers/numeric.py", key); err != nil {
			return nil, err
		}
	}
	if b.quantlib != "" && len(said) == 0 {
		if err := ask(b.quantlib, key, "finance/option/testdata/american.tsv"); err != nil {
			return nil, err
		}
	}
	return said, nil
}
