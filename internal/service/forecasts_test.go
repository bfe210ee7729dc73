package service

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
)

// A simulation that nobody waits for any more ends: its goroutine is gone long before it
// could have drawn all paths.
func TestSimulationEndsWhenItIsStopped(t *testing.T) {
	w, q := fund(t)
	asked := analysis.SimulationAsked{Paths: analysis.MostPaths, Seed: 1, Horizon: 10, Confidence: 0.99}
	start := time.Now()
	if _, err := w.s.Simulate(ctx, w.owner, q, asked); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(start)

	short, cancel := context.WithCancel(ctx)
	go func() {
		time.Sleep(whole / 20)
		cancel()
	}()
	start = time.Now()
	_, err := w.s.Simulate(short, w.owner, q, asked)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("it was not stopped: %v", err)
	}
	for simulating() && time.Since(start) < 2*whole+time.Second {
		time.Sleep(time.Millisecond)
	}
	if took := time.Since(start); simulating() || took > whole*3/4 {
		t.Errorf("it went on for %v; all of it takes %v", took, whole)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := w.s.Forecasts(gone, w.owner, q); !errors.Is(err, context.Canceled) {
		t.Errorf("forecasts nobody waits for: %v", err)
	}
}

// simulating says whether any goroutine is drawing paths.
func simulating() bool {
	stacks := make([]byte, 1<<20)
	return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "risk.MonteCarlo(")
}
