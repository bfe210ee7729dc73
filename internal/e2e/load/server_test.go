package load

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is the program in a process of its own.
type server struct {
	url     string
	ready   time.Duration // from the start of the process to the first good answer
	process *os.Process
	said    *strings.Builder // on standard error
	stop    func()
}

var announced = regexp.MustCompile(`http://[0-9.]+:[0-9]+`)

// start runs the program over the crowd's database, with limits that are out of the way:
// the one that LOAD_BINARY names, or else this one. An empty profile: none is made.
func (c *crowd) start(t *testing.T, profile string) *server {
	t.Helper()
	command := exec.Command(os.Args[0])
	environ := []string{childServes + "=1", childProfile + "=" + profile}
	if binary := os.Getenv("LOAD_BINARY"); binary != "" && profile == "" {
		command, environ = exec.Command(binary, "serve"), nil
	}
	s := &server{said: &strings.Builder{}}
	command.Stderr = s.said
	command.Env = append(append(environ, c.environ...), "HOME="+t.TempDir(), "PATH="+os.Getenv("PATH"), "FOLIOSIGHT_LISTEN=127.0.0.1:0", "LOG_LEVEL=warn", "MARKET_DATA=off",
		"API_RATE_LIMIT=1000000000", "RATE_LIMIT_MAX=1000000000", "FOLIOSIGHT_LOGIN_LIMIT=100000000")
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s.process = command.Process
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		s.process.Signal(syscall.SIGTERM)
		if err := command.Wait(); err != nil {
			t.Errorf("the server did not stop well: %v\n%s", err, s.said)
		}
	}
	t.Cleanup(s.stop)
	lines := bufio.NewScanner(out)
	for s.url == "" && lines.Scan() {
		s.url = announced.FindString(lines.Text())
	}
	go func() {
		for lines.Scan() { // what it says later must not fill the pipe
		}
	}()
	if s.url == "" {
		t.Fatalf("the server did not start:\n%s", s.said)
	}
	for {
		answer, err := http.Get(s.url + "/health/ready")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("the server does not get ready: %v\n%s", err, s.said)
		}
		time.Sleep(time.Millisecond)
	}
	s.ready = time.Since(began)
	return s
}

// memory is what the process holds, in bytes; 0 where the system does not tell.
func (s *server) memory() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	text, _, _ := strings.Cut(rest, "kB")
	n, _ := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return n * 1024
}

// tick is the unit of processor time in /proc on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// processors is the time that processes used so far, user and system, with those of
// their children that ended; 0 where the system does not tell.
func processors(pids ...int) time.Duration {
	var ticks float64
	for _, pid := range pids {
		for _, one := range statOf(pid)[11:15] { // utime, stime, cutime, cstime
			n, _ := strconv.ParseFloat(one, 64)
			ticks += n
		}
	}
	return time.Duration(ticks) * tick
}

// statOf are the fields of /proc/PID/stat behind the name, 20 of them at least.
func statOf(pid int) []string {
	fields := make([]string, 20)
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return fields
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	copy(fields, strings.Fields(rest))
	return fields
}

// family is a process and its children.
func family(of int) []int {
	all := []int{of}
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && statOf(pid)[1] == strconv.Itoa(of) {
			all = append(all, pid)
		}
	}
	return all
}

// machine is the time that all processors were at work so far, for anybody.
func machine() time.Duration {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	var ticks float64
	for i, field := range strings.Fields(line) {
		if i == 4 || i == 5 || i == 0 || i > 8 { // idle, waiting for disks, the name, guests (counted already)
			continue
		}
		n, _ := strconv.ParseFloat(field, 64)
		ticks += n
	}
	return time.Duration(ticks) * tick
}
