//go:build !unix && !windows

package sqlite

import "errors"

// lock refuses: where a second process cannot be kept out, the books are not safe.
func lock(string) (release func() error, err error) {
	return nil, errors.New("this system has no file locks; use PostgreSQL")
}
