package load

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// figures are what a run came to.
type figures struct {
	engine    string
	plan      plan
	reached   float64            // answers a second, of those asked
	took      [kinds]percentiles // by kind
	reads     percentiles        // dashboard and holdings together
	statuses  map[int]int        // by status; 0: no answer
	server    time.Duration      // of processors
	database  time.Duration      // the same of PostgreSQL
	ours      time.Duration      // the same of whoever asks
	machine   time.Duration      // the same of everybody on the machine
	lasted    time.Duration
	resident  float64       // bytes of the server after the run
	idle      float64       // bytes of heap that a person who does nothing leaves in it
	ready     time.Duration // from the start of the process, schema in place
	lost      int           // acknowledged bookings that are not there
	bookings  int           // acknowledged
	unsettled int           // sent without an answer
}

// percentiles of a kind of request, from the time at which each was due.
type percentiles struct {
	n                   int
	p50, p95, p99, most time.Duration
}

// percentilesOf sorts what it is given. A percentile is the least time that so many in a
// hundred did not exceed (nearest rank).
func percentilesOf(took []time.Duration) percentiles {
	if len(took) == 0 {
		return percentiles{}
	}
	slices.Sort(took)
	at := func(part int) time.Duration { return took[(len(took)*part+99)/100-1] }
	return percentiles{len(took), at(50), at(95), at(99), took[len(took)-1]}
}

func TestPercentiles(t *testing.T) {
	var took []time.Duration
	for i := range 200 {
		took = append(took, time.Duration(200-i)) // 1 to 200, backwards
	}
	if got, want := percentilesOf(took), (percentiles{200, 100, 190, 198, 200}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := percentilesOf([]time.Duration{7}), (percentiles{1, 7, 7, 7, 7}); got != want {
		t.Errorf("of one: %v, want %v", got, want)
	}
	if got := percentilesOf(nil); got != (percentiles{}) {
		t.Errorf("of none: %v", got)
	}
}

// add counts what was asked.
func (f *figures) add(all []asked) {
	by := [kinds][]time.Duration{}
	for _, a := range all {
		f.statuses[a.status]++
		by[a.kind] = append(by[a.kind], a.took)
		switch {
		case a.kind != booking:
		case a.status == 201:
			f.bookings++
		case a.status == 0:
			f.unsettled++
		}
	}
	for k, took := range by {
		if len(took) > 0 {
			f.took[k] = percentilesOf(took)
		}
	}
	if reads := slices.Concat(by[dashboard], by[holdings]); len(reads) > 0 {
		f.reads = percentilesOf(reads)
	}
}

// failures are answers that were the server's fault, and requests without one.
func (f *figures) failures() (n int) {
	for status, count := range f.statuses {
		if status == 0 || status >= 500 {
			n += count
		}
	}
	return n
}

func (f *figures) said() string {
	var parts []string
	for _, status := range slices.Sorted(mapKeys(f.statuses)) {
		name := fmt.Sprint(status)
		if status == 0 {
			name = "no answer"
		}
		parts = append(parts, fmt.Sprintf("%s: %d", name, f.statuses[status]))
	}
	return strings.Join(parts, ", ")
}

func mapKeys(m map[int]int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// What is asked of the program on a machine of two cores.
const (
	wantedP99   = 25 * time.Millisecond
	wantedIdle  = 20e3 // bytes
	wantedReady = 300 * time.Millisecond
)

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// table is the part of docs/performance.md that a run writes.
func table(all []*figures) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d cores, %s, %s/%s; %s.\n\n", time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), processorName(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	p := all[0].plan
	fmt.Fprintf(&b, "%d people signed in, %d of them booking; %.0f requests a second asked for, and %.0f bookings, for %s.\n\n", p.people, p.writers, p.rate, p.bookings, p.lasts)
	row := func(name, asked string, of func(f *figures) string) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, f := range all {
			fmt.Fprintf(&b, " %s |", of(f))
		}
		fmt.Fprintf(&b, " %s |\n", asked)
	}
	row("", "Asked", func(f *figures) string { return f.engine })
	fmt.Fprintf(&b, "| --- |%s --- |\n", strings.Repeat(" ---: |", len(all)))
	row("requests answered a second", fmt.Sprintf("%.0f", p.rate+p.bookings), func(f *figures) string { return fmt.Sprintf("%.0f", f.reached) })
	spread := func(p percentiles) string {
		return fmt.Sprintf("%s / %s / %s, most %s", ms(p.p50), ms(p.p95), ms(p.p99), ms(p.most))
	}
	row("dashboard and holdings: p50 / p95 / p99", "p99 ≤ "+ms(wantedP99), func(f *figures) string { return spread(f.reads) })
	for k := range kinds {
		row(k.String()+" alone: p50 / p95 / p99", "", func(f *figures) string { return spread(f.took[k]) })
	}
	row("answers by status", "none of 5xx", func(f *figures) string { return f.said() })
	row("bookings acknowledged, and lost", "0 lost", func(f *figures) string { return fmt.Sprintf("%d, %d", f.bookings, f.lost) })
	cores := func(f *figures, d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()/f.lasted.Seconds()) }
	row("cores at work: the server", "", func(f *figures) string { return cores(f, f.server) })
	row("the database's processes", "", func(f *figures) string {
		if f.database == 0 {
			return "in the server"
		}
		return cores(f, f.database)
	})
	row("whoever asks", "", func(f *figures) string { return cores(f, f.ours) })
	row("others on the machine", "0", func(f *figures) string { return cores(f, max(0, f.machine-f.server-f.database-f.ours)) })
	row("memory of the server after it", "", func(f *figures) string { return fmt.Sprintf("%.0f MB", f.resident/1e6) })
	row("memory per idle signed-in person", fmt.Sprintf("≤ %.0f KB", wantedIdle/1e3), func(f *figures) string { return fmt.Sprintf("%.1f KB", f.idle/1e3) })
	row("start to ready, schema in place", "≤ "+ms(wantedReady), func(f *figures) string { return ms(f.ready) })
	return b.String()
}

// processorName is what the system calls its processors.
func processorName() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if _, rest, ok := strings.Cut(string(info), "model name"); err == nil && ok {
		line, _, _ := strings.Cut(rest, "\n")
		return strings.TrimSpace(strings.TrimLeft(line, "\t :"))
	}
	return runtime.GOARCH
}

// The marks around the table.
const (
	tableBegins = "<!-- table: make load -->"
	tableEnds   = "<!-- end of table -->"
)

// write puts a table between the marks of a document.
func write(t *testing.T, path, table string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !found || !ends {
		t.Fatalf("%s: the marks %q and %q are not in it", path, tableBegins, tableEnds)
	}
	if err := os.WriteFile(path, []byte(before+tableBegins+"\n\n"+table+"\n"+tableEnds+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
