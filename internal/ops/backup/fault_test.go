//go:build linux

package backup_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/backup"
)

// A disk without room: what is there stays, nothing half-made is left, and the reason is
// said. A file system of its own where that may be mounted, else a limit on the size of
// files.
func TestFullDisk(t *testing.T) {
	s, path := books(t)
	good := backup.Directory(t.TempDir())
	c := create(t, s, good, nil)
	if os.Getuid() != 0 {
		t.Skip("only root may mount a small file system: left out")
	}
	small := func(bytes string) string {
		directory := t.TempDir()
		if err := syscall.Mount("tmpfs", directory, "tmpfs", 0, "size="+bytes); err != nil {
			t.Skipf("a small file system cannot be mounted here (%v): left out", err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(directory, 0); err != nil {
				t.Error(err)
			}
		})
		return directory
	}
	full := func(what string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "no space left") && !strings.Contains(err.Error(), "full") {
			t.Errorf("%s: %v", what, err)
		}
	}
	where := small("8k")
	_, err := backup.Create(ctx, s, []backup.Place{backup.Directory(where)}, nil)
	full("no room for the backup", err)
	emptyOf(t, where)

	cramped := s
	cramped.Work = small("64k")
	_, err = backup.Create(ctx, cramped, []backup.Place{good}, nil)
	full("no room for the copy", err)
	emptyOf(t, cramped.Work)

	where = small("100k")
	_, err = backup.Restore(ctx, s, good, c.Name, backup.RestoreOptions{Into: "sqlite:" + filepath.Join(where, "x.db")})
	full("no room to restore", err)
	emptyOf(t, where, "x.db.lock")
	same(t, everyTable(t, s.Address), everyTable(t, "sqlite:"+path))
}

// TestMain lets the test's own program be the one that is killed.
func TestMain(m *testing.M) {
	if os.Getenv("BACKUP_TEST_CHILD") != "" {
		child()
		return
	}
	os.Exit(m.Run())
}

// child makes one backup after the other until it is killed.
func child() {
	s := sourceOf(&testing.T{}, os.Getenv("BACKUP_TEST_CHILD"), os.Getenv("BACKUP_TEST_WORK"))
	for {
		if _, err := backup.Create(ctx, s, []backup.Place{backup.Directory(os.Getenv("BACKUP_TEST_PLACE"))}, nil); err != nil {
			panic(err)
		}
	}
}

// Killed at any point, what has a backup's name is whole, and the next one clears away
// what was left.
func TestKilled(t *testing.T) {
	s, path := books(t)
	place := backup.Directory(t.TempDir())
	for i := range 12 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "BACKUP_TEST_CHILD="+s.Address, "BACKUP_TEST_WORK="+filepath.Dir(path), "BACKUP_TEST_PLACE="+string(place))
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(40+i*17) * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		var ended *exec.ExitError
		if err := c.Wait(); !errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("it ended by itself: %v", err)
		}
	}
	kept, err := place.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) == 0 {
		t.Fatal("none was made: the test says nothing")
	}
	for _, k := range kept {
		if _, err := backup.Verify(ctx, place, k.Name, s.Keys); err != nil {
			t.Error(err)
		}
	}
	left, err := filepath.Glob(filepath.Join(s.Work, ".backup-*"))
	if err != nil || len(left) == 0 {
		t.Logf("no directory of work was left by %d kills, %v", 12, err)
	}
	time.Sleep(1100 * time.Millisecond) // what is new may be somebody's who has no lock yet
	create(t, s, place, nil)
	emptyOf(t, s.Work)
}
