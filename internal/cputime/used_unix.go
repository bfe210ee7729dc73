//go:build unix

package cputime

import (
	"os"
	"runtime"
	"syscall"
)

// used is the processor time of this process so far.
func used() (seconds float64, ok bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	of := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return of(u.Utime) + of(u.Stime), true
}

// PeakMemory is the most memory that a process which has ended held at a time. A process
// is charged with what its parent held when it started it, so the parent should be small.
// It is 0 where the system does not tell.
func PeakMemory(ended *os.ProcessState) (bytes float64) {
	u, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return float64(u.Maxrss)
	}
	return float64(u.Maxrss) * 1024
}
