package cputime

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

var sink float64

// Work counts, waiting does not.
func TestUsedCountsWork(t *testing.T) {
	began, ok := used()
	if !ok {
		t.Skip("this system does not tell")
	}
	time.Sleep(200 * time.Millisecond)
	slept, _ := used()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		for i := range 1000 {
			sink += float64(i)
		}
		if now, _ := used(); now-slept > 0.1 {
			break
		}
	}
	worked, _ := used()
	if slept-began > 0.15 || worked-slept < 0.1 {
		t.Errorf("%.3f s while asleep, %.3f s at work", slept-began, worked-slept)
	}
}

func TestPeakMemoryOfAProcess(t *testing.T) {
	if _, ok := used(); !ok {
		t.Skip("this system does not tell")
	}
	child := exec.Command(os.Args[0], "-test.run=^$")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	if peak := PeakMemory(child.ProcessState); peak < 1e6 || peak > 1e9 {
		t.Errorf("%.0f bytes", peak)
	}
}
