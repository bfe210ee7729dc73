//go:build !linux

package schedule

// giveWay does nothing: here a rank belongs to the whole process.
func giveWay() {}
