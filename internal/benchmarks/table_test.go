package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMetrics(t *testing.T) {
	got := metrics("goos: linux\ncpu: some\nBenchmarkAmerican/a_b-2  \t 54648\t 21770 ns/op\t 14050 cpu-ns/op\t 1.3e-06 rmse/strike\t 0 B/op\nPASS\n")
	for unit, want := range map[string]float64{"ns/op": 21770, "cpu-ns/op": 14050, "rmse/strike": 1.3e-6, "B/op": 0} {
		if v, ok := got[unit]; !ok || v != want {
			t.Errorf("%s: got %v, want %v", unit, v, want)
		}
	}
	if len(got) != 4 {
		t.Errorf("%v", got)
	}
}

// A ratio is held against the peer of the same run, and against its record only without
// one; time, memory and error each may miss.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name       string
		line       line
		figure     figure
		asked, met bool
	}{
		{"nothing asked", line{}, figure{ours: 5}, false, true},
		{"in time", line{seconds: 2}, figure{ours: 2}, true, true},
		{"late", line{seconds: 2}, figure{ours: 2.01}, true, false},
		{"five times as fast", line{faster: 5, recorded: 1}, figure{ours: 1, peers: 5}, true, true},
		{"not five times", line{faster: 5, recorded: 100}, figure{ours: 1, peers: 4.9}, true, false},
		{"by the record", line{faster: 5, recorded: 5}, figure{ours: 1}, true, true},
		{"within four", line{faster: 0.25}, figure{ours: 4, peers: 1}, true, true},
		{"not within four", line{faster: 0.25}, figure{ours: 4.1, peers: 1}, true, false},
		{"too much memory", line{seconds: 2, megabyte: 100}, figure{ours: 1, memory: 101e6}, true, false},
		{"memory unknown", line{megabyte: 100}, figure{ours: 1}, true, false},
		{"more exact", line{accuracy: "x"}, figure{error: 1, errorKnown: true, peerError: 2, peerHas: true}, true, true},
		{"less exact", line{seconds: 2, accuracy: "x"}, figure{ours: 1, error: 3, errorKnown: true, peerError: 2, peerHas: true}, true, false},
	} {
		if asked, met := c.line.verdict(&c.figure); asked != c.asked || met != c.met {
			t.Errorf("%s: asked %v, met %v", c.name, asked, met)
		}
	}
}

func TestDuration(t *testing.T) {
	for seconds, want := range map[float64]string{366e-9: "366 ns", 4.082e-6: "4.08 µs", 0.0162: "16.2 ms", 50.57: "50.6 s", 286: "286 s"} {
		if got := duration(seconds); got != want {
			t.Errorf("%v: %s, want %s", seconds, got, want)
		}
	}
}

func TestTicks(t *testing.T) {
	from, ok := parseTicks("cpu  100 0 50 800 50 0 0 0 7 0")
	if !ok || from != (ticks{idle: 850, all: 1000}) {
		t.Errorf("%+v, %v", from, ok)
	}
	to, _ := parseTicks("cpu  160 0 60 820 60 0 0 0 7 0")
	if got := to.idleSince(from); got != 0.3 {
		t.Errorf("idle %v of the time, want 0.3", got)
	}
	for _, row := range []string{"", "cpu0 1 2 3 4 5", "cpu 1 2 3 x 5"} {
		if _, ok := parseTicks(row); ok {
			t.Errorf("%q is taken", row)
		}
	}
}

func TestOthersAtWork(t *testing.T) {
	from, to := ticks{idle: 100, all: 1000}, ticks{idle: 500, all: 2000} // ten seconds on one core, six of them at work
	for ours, want := range map[float64]bool{6: false, 5: false, 4.4: true, 0: true} {
		if got := othersAtWork(from, to, ours); got != want {
			t.Errorf("with %v s of ours: %v", ours, got)
		}
	}
	if othersAtWork(from, from, 0) {
		t.Error("in no time others were at work")
	}
}

func TestReplaceTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# Page\n" + begins + "old\n" + ends + "After.\n")
	if err := replaceTable(path, "new\n"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if want := "# Page\n" + begins + "\nnew\n\n" + ends + "After.\n"; err != nil || string(got) != want {
		t.Errorf("%q, want %q; %v", got, want, err)
	}
	write("# Page\n")
	if err := replaceTable(path, "new\n"); err == nil || !strings.Contains(err.Error(), "no place") {
		t.Errorf("got %v", err)
	}
}

// Names tell lines apart, every benchmark is there, and a pattern that names none is
// refused.
func TestLines(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range lines {
		if seen[l.name] {
			t.Errorf("%s is there twice", l.name)
		}
		seen[l.name] = true
		if l.process != nil {
			continue
		}
		name, _, _ := strings.Cut(l.benchmark, "/")
		files, err := filepath.Glob(filepath.Join("..", "..", l.pkg, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(text), "func "+name+"(b *testing.B)")
		}
		if !found {
			t.Errorf("%s has no %s", l.pkg, name)
		}
	}
	if _, err := choose("nothing is called so"); err == nil {
		t.Error("a pattern that matches nothing is taken")
	}
}
