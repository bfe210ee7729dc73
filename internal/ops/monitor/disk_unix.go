//go:build linux || darwin || freebsd

package monitor

import (
	"fmt"
	"syscall"
)

// Disk is how much space a file system has, and how much of it is free for who is not
// its administrator, in bytes.
func Disk(path string) (free, size uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, 0, fmt.Errorf("space of %s: %w", path, err)
	}
	block := uint64(s.Bsize)
	return uint64(s.Bavail) * block, uint64(s.Blocks) * block, nil
}
