// Package cputime tells what a benchmark, or a program that was run, cost in processor
// time and memory. It is support for tests; nothing that ships imports it.
//
// On a machine that others use too, the time on the wall counts their work as well; the
// processor's does not. It counts every thread of the process, so also what collects
// garbage beside the benchmark.
//
// Units: seconds and bytes. Source: getrusage(2), user and system time; on a system
// without it nothing is reported.
package cputime

import "testing"

// Unit is the name of what Report adds to the figures of a benchmark: nanoseconds of all
// threads, one turn of the loop.
const Unit = "cpu-ns/op"

// Report starts to count, and returns what ends it and adds the figure to those of b. It
// goes right before the loop, with all that is prepared behind it:
//
//	defer cputime.Report(b)()
//	for b.Loop() {
func Report(b *testing.B) (end func()) {
	began, ok := used()
	return func() {
		if now, _ := used(); ok && b.N > 0 {
			b.ReportMetric((now-began)*1e9/float64(b.N), Unit)
		}
	}
}
