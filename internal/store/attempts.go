package store

import "time"

// Wait is how long the attempt after so many failures has to wait.
func (l AttemptLimit) Wait(failures int) time.Duration {
	if failures < l.Free {
		return 0
	}
	wait := l.First
	for i := l.Free; i < failures && wait < l.Longest; i++ {
		wait *= 2
	}
	return min(wait, l.Longest)
}
