package load

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// synchronised finds the calls that wait for the disk in what strace wrote.
var synchronised = regexp.MustCompile(`\b(fsync|fdatasync)\(`)

// TestEveryBookingWaitsForTheDisk counts what the server asks of the system while
// bookings come in one after the other: at least one call that waits for the disk for
// each that was acknowledged, so that none is lost with the power.
func TestEveryBookingWaitsForTheDisk(t *testing.T) {
	const bookings = 20
	missing := func(format string, args ...any) {
		t.Helper()
		if os.Getenv("CI") == "true" {
			t.Fatalf(format, args...)
		}
		t.Skipf("left out: "+format, args...)
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		missing("there is no strace to count with: %v (Debian: apt-get install strace)", err)
	}
	crowd := gather(t, 0, 1)
	s := crowd.start(t, "")
	s.signIn(t, crowd.people)
	s.warm(t, crowd)

	trace := filepath.Join(t.TempDir(), "calls")
	watch := exec.Command(strace, "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace, "-p", strconv.Itoa(s.process.Pid))
	said, err := watch.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		var text [512]byte
		n, _ := said.Read(text[:]) // nothing, unless it is refused
		ended <- fmt.Errorf("strace: %s: %v", text[:n], watch.Wait())
	}()
	for began := time.Now(); !traced(s.process.Pid); time.Sleep(5 * time.Millisecond) {
		select {
		case err := <-ended:
			missing("the server cannot be watched: %v", err)
		default:
		}
		if time.Since(began) > 20*time.Second {
			t.Fatal("strace does not attach")
		}
	}
	count := func() int {
		text, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		return len(synchronised.FindAll(text, -1))
	}
	c := client(1)
	defer c.CloseIdleConnections()
	before := count()
	for i := range bookings {
		a := asked{kind: booking, due: time.Now()}
		if s.ask(c, crowd, &a); a.status != http.StatusCreated {
			t.Fatalf("booking %d: %d %v", i, a.status, a.why)
		}
	}
	watch.Process.Signal(syscall.SIGINT) // it detaches, and writes out what it saw
	<-ended
	if n := count() - before; n < bookings {
		t.Errorf("%d bookings were acknowledged with %d calls of fsync or fdatasync", bookings, n)
	} else {
		t.Logf("%d bookings, %d calls of fsync or fdatasync", bookings, n)
	}
}

// traced reports whether every thread of a process is watched.
func traced(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, path := range threads {
		status, err := os.ReadFile(path)
		if err == nil && untraced.Match(status) {
			return false
		}
	}
	return len(threads) > 0
}

var untraced = regexp.MustCompile(`(?m)^TracerPid:\s*0$`)
