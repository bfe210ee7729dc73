//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/foliosight/foliosight/internal/store"
)

// lock takes the lock file for as long as the process lives, or until release is
// called. The kernel lets go of it however the process ends.
func lock(path string) (release func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w; stop it first, or give this one another --data directory", store.ErrInUse)
		}
		return nil, err
	}
	return f.Close, nil
}
