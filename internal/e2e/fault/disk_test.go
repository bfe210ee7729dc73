//go:build linux

package fault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// left says that a test is left out because this machine does not let it break its disk.
func left(t *testing.T, what string, err error) {
	t.Helper()
	t.Skipf("%s: %v: left out", what, err)
}

// tmpfs is a file system of its own, that the test may fill and mount anew.
func tmpfs(t *testing.T, size string) string {
	t.Helper()
	directory := t.TempDir()
	if err := syscall.Mount("tmpfs", directory, "tmpfs", 0, "size="+size); err != nil {
		left(t, "a file system of its own cannot be mounted here", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(directory, 0); err != nil {
			t.Error(errors.Join(err, syscall.Unmount(directory, syscall.MNT_DETACH)))
		}
	})
	return directory
}

// Where the data directory cannot be written the server says so at the start, with what
// to do, and ends.
func TestReadOnlyAtStart(t *testing.T) {
	refused := func(t *testing.T, directory string, words ...string) {
		t.Helper()
		p := newProgram(t, "FOLIOSIGHT_DATA="+directory)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		status, out := p.run(ctx, "serve", "--listen", p.address)
		if status != 3 || strings.Count(strings.TrimSpace(out), "\n") > 1 {
			t.Errorf("it ended with %d: %s", status, out)
		}
		for _, word := range append(words, directory) {
			if !strings.Contains(out, word) {
				t.Errorf("it does not say %q: %s", word, out)
			}
		}
	}
	t.Run("mounted so", func(t *testing.T) {
		directory := tmpfs(t, "8m")
		if err := syscall.Mount("tmpfs", directory, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			left(t, "it cannot be mounted anew", err)
		}
		refused(t, directory, "mounted read-only", "mount it for writing", "--data")
		refused(t, filepath.Join(directory, "books"), "mounted read-only")
	})
	t.Run("with a database", func(t *testing.T) {
		directory := tmpfs(t, "32m")
		p := newProgram(t, "FOLIOSIGHT_DATA="+directory)
		p.start()
		p.client().found(t)
		p.stop()
		if err := syscall.Mount("tmpfs", directory, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			left(t, "it cannot be mounted anew", err)
		}
		refused(t, directory, "mounted read-only", "mount it for writing")
	})
	t.Run("not ours", func(t *testing.T) {
		if os.Getuid() == 0 {
			t.Skip("root may write everywhere: left out")
		}
		directory := t.TempDir()
		if err := os.Chmod(directory, 0o500); err != nil {
			t.Fatal(err)
		}
		refused(t, directory, "chmod u+rwx")
	})
}

// fixed lets nobody write a file any more, those included who have it open, or lets them
// again: what a disk does that the system has made read-only after an error.
func fixed(file string, is bool) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	flags, err := unix.IoctlGetUint32(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	if err != nil {
		return err
	}
	const immutable = 0x10 // FS_IMMUTABLE_FL
	if flags &^= immutable; is {
		flags |= immutable
	}
	return unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, int(flags))
}

// fixes reports whether this file system keeps those out who have a file open.
func fixes(t *testing.T, directory string) error {
	t.Helper()
	f, err := os.Create(filepath.Join(directory, "trial"))
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := fixed(f.Name(), true); err != nil {
		return err
	}
	defer func() {
		if err := fixed(f.Name(), false); err != nil {
			t.Error(err)
		}
	}()
	if _, err := f.WriteString("x"); err == nil {
		return errors.New("who has a file open may write it all the same")
	}
	return nil
}

// installation is a server with a few bookings, whose disk breaks.
type installation struct {
	*program
	people       *client
	books        string
	acknowledged []string
}

func newInstallation(t *testing.T, directory string) *installation {
	t.Helper()
	i := &installation{program: newProgram(t, "FOLIOSIGHT_DATA="+directory)}
	i.start()
	i.people = i.client()
	i.books = i.people.found(t)
	i.mustBook(t, "before", 3)
	return i
}

// book enters a booking.
func (i *installation) book(note, more string) (answer, error) {
	sent, err := json.Marshal(deposit(note + more))
	if err != nil {
		return answer{}, err
	}
	a, err := i.people.send(context.Background(), "POST", "/api/v1/portfolios/"+i.books+"/transactions", "application/json", sent, "")
	if err == nil && a.status == 201 && more == "" {
		i.acknowledged = append(i.acknowledged, note)
	}
	return a, err
}

// mustBook makes bookings that must be acknowledged.
func (i *installation) mustBook(t *testing.T, note string, n int) {
	t.Helper()
	for k := range n {
		if a, err := i.book(fmt.Sprint(note, " ", k), ""); err != nil || a.status != 201 {
			t.Fatalf("booking %s %d: %s %v", note, k, a, err)
		}
	}
}

// refuses wants bookings refused with a problem, and reading to go on.
func (i *installation) refuses(t *testing.T, status int, problem string) {
	t.Helper()
	a, err := i.book("refused", "")
	if err != nil || a.status != status || a.field("type") != "/docs#problem-"+problem || a.field("detail") == "" || a.took > 3*time.Second {
		t.Errorf("a booking: %s %v after %s", a, err, a.took)
	}
	kind, body := file("x.csv", []byte("date,account,type,symbol,quantity,price,amount,fee,currency,note\n2025-03-04,bank,deposit,,,,7,,EUR,refused\n"))
	if a, err := i.people.send(context.Background(), "POST", "/api/v1/portfolios/"+i.books+"/imports", kind, body, ""); err != nil || a.status != status {
		t.Errorf("an import: %s %v", a, err)
	}
	for _, path := range []string{"/portfolios", "/portfolios/" + i.books, "/portfolios/" + i.books + "/transactions", "/portfolios/" + i.books + "/analysis", "/auth/me"} {
		if a, err := i.people.ask(context.Background(), "GET", path, nil, ""); err != nil || a.status != 200 {
			t.Errorf("reading %s: %s %v", path, a, err)
		}
	}
	if a, err := i.people.send(context.Background(), "GET", "/health/ready", "", nil, ""); err != nil || a.status != 200 {
		t.Errorf("readings are answered, and it is not ready: %s %v", a, err)
	}
	services := i.health(t)
	if services["database"] != "connected" || services["writes"] != problem {
		t.Errorf("health does not say it: %v", services)
	}
	if i.gauge(t, "foliosight_database_writable") != 0 {
		t.Error("the metric does not say it")
	}
	if status, out := i.run(t.Context(), "health", "--url", "http://"+i.address); status != 1 || !strings.Contains(out, "takes no changes") {
		t.Errorf("foliosight health: %d %s", status, out)
	}
}

// health are the parts that /health names.
func (i *installation) health(t *testing.T) map[string]any {
	t.Helper()
	a, err := i.people.send(context.Background(), "GET", "/health", "", nil, "")
	services, ok := a.body["services"].(map[string]any)
	if err != nil || !ok {
		t.Fatalf("/health: %s %v", a, err)
	}
	return services
}

// recovers wants everything to work again, without a restart, and nothing to be lost.
func (i *installation) recovers(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(8 * time.Second); i.health(t)["writes"] != nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("health does not say that it is over: %v", i.health(t))
			break
		}
	}
	i.mustBook(t, "after", 3)
	if i.pid() != pid {
		t.Error("it is another process")
	}
	there := i.people.notes(t, i.books)
	for _, note := range i.acknowledged {
		if there[note] != 1 {
			t.Errorf("%s was acknowledged and is there %d times", note, there[note])
		}
	}
	if there["refused"] != 0 {
		t.Error("what was refused is there")
	}
	i.stop()
	i.fine("db", "verify")
}

// While the server runs its disk becomes read-only.
func TestReadOnlyWhileRunning(t *testing.T) {
	directory := t.TempDir()
	if err := fixes(t, directory); err != nil {
		left(t, "no file can be made read-only for those who have it open", err)
	}
	i := newInstallation(t, directory)
	pid := i.pid()
	files := []string{filepath.Join(directory, "foliosight.db"), filepath.Join(directory, "foliosight.db-wal")}
	fix := func(is bool) {
		for _, file := range files {
			if err := fixed(file, is); err != nil && !errors.Is(err, os.ErrNotExist) { // a server that stopped well has no log
				t.Error(err)
			}
		}
	}
	fix(true)
	t.Cleanup(func() { fix(false) })
	i.refuses(t, 503, "read-only")
	fix(false)
	i.recovers(t, pid)
}

// The disk becomes full while the server runs, and room is made again.
func TestFullDisk(t *testing.T) {
	directory := tmpfs(t, "24m")
	i := newInstallation(t, directory)
	pid := i.pid()
	filler, err := os.Create(filepath.Join(directory, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer filler.Close()
	for {
		if _, err := filler.Write(make([]byte, 4096)); errors.Is(err, syscall.ENOSPC) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat(" a long note", 20)
	for n := 0; ; n++ { // what the database holds in reserve
		a, err := i.book(fmt.Sprint("filling ", n), long)
		if err == nil && a.status == 507 {
			break
		}
		if err != nil || a.status != 201 || n > 3000 {
			t.Fatalf("booking %d on a full disk: %s %v", n, a, err)
		}
	}
	i.refuses(t, 507, "no-room")
	if err := filler.Truncate(0); err != nil {
		t.Fatal(err)
	}
	i.recovers(t, pid)
}
