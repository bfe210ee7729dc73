//go:build !unix

package cputime

import "os"

func used() (seconds float64, ok bool) { return 0, false }

// PeakMemory is the most memory that a process which has ended held at a time; this
// system does not tell, so 0.
func PeakMemory(*os.ProcessState) (bytes float64) { return 0 }
