package schedule

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// gently does work on a thread of its own that gives way to those who answer people, where
// the system allows that; the thread, and with it its rank, ends with the work. Programs
// that the work starts inherit the rank.
func gently(work func() error) error {
	ended := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked
		defer func() {
			if p := recover(); p != nil {
				ended <- fmt.Errorf("it broke: %v\n%s", p, debug.Stack())
			}
		}()
		giveWay()
		ended <- work()
	}()
	return <-ended
}
