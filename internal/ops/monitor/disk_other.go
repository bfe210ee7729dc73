//go:build !linux && !darwin && !freebsd && !windows

package monitor

import "errors"

// Disk is how much space there is; this system does not tell.
func Disk(string) (free, size uint64, err error) {
	return 0, 0, errors.New("this system does not tell how much space is free")
}
