//go:build !unix

package health

// processorTime is what this process has used so far; this system does not tell.
func processorTime() (float64, bool) { return 0, false }
