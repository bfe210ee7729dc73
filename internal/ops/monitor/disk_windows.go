package monitor

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// Disk is how much space a volume has, and how much of it is free for this user, in bytes.
func Disk(path string) (free, size uint64, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err == nil {
		err = windows.GetDiskFreeSpaceEx(name, &free, &size, nil)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("space of %s: %w", path, err)
	}
	return free, size, nil
}
