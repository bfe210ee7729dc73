package fault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built is the program, made once for all tests of the package.
var built struct {
	once      sync.Once
	directory string
	binary    string
	err       error
}

func TestMain(m *testing.M) {
	status := m.Run()
	if built.directory != "" {
		_ = os.RemoveAll(built.directory) // the system clears its temporary directory
	}
	os.Exit(status)
}

// binary is the program of this source, or the one that FAULT_BINARY names.
func binary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.binary = os.Getenv("FAULT_BINARY"); built.binary != "" {
			return
		}
		if built.directory, built.err = os.MkdirTemp("", "foliosight-fault-"); built.err != nil {
			return
		}
		built.binary = filepath.Join(built.directory, "foliosight")
		if out, err := exec.Command("go", "build", "-o", built.binary, "github.com/foliosight/foliosight/cmd/foliosight").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("build: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.binary
}

// number is given in the environment, or the default.
func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s=%s: %v", name, text, err)
	}
	return n
}

// program is one installation: a server that may die and be started again, and the
// commands beside it, all with the same settings.
type program struct {
	t       testing.TB
	binary  string
	env     []string
	address string
	log     *os.File

	mu      sync.Mutex
	command *exec.Cmd
	ended   chan struct{} // closed when the server has ended
}

// newProgram chooses an address; nothing runs yet.
func newProgram(t testing.TB, env ...string) *program {
	t.Helper()
	p := &program{t: t, binary: binary(t)}
	p.move()
	var err error
	if p.log, err = os.Create(filepath.Join(t.TempDir(), "server.log")); err != nil {
		t.Fatal(err)
	}
	p.env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "LOG_LEVEL=warn", "MARKET_DATA=off",
		"API_RATE_LIMIT=1000000", "RATE_LIMIT_MAX=1000000", "FOLIOSIGHT_LOGIN_LIMIT=100000", "SECRET_KEY=" + strings.Repeat("broken-on-purpose-", 3), "ENCRYPTION_KEY=" + strings.Repeat("k", 32)}, env...)
	t.Cleanup(func() {
		p.kill()
		p.log.Close()
		if t.Failed() {
			if said, err := os.ReadFile(p.log.Name()); err == nil {
				t.Logf("the server said:\n%.6000s", said)
			}
		}
	})
	return p
}

// move chooses another address.
func (p *program) move() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	p.address = listener.Addr().String()
	if err := listener.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// url is an address of the server's.
func (p *program) url(path string) string { return "http://" + p.address + path }

// launch starts the server and waits for nothing.
func (p *program) launch() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	c := exec.Command(p.binary, "serve", "--listen", p.address)
	c.Env, c.Stdout, c.Stderr = p.env, p.log, p.log
	if err := c.Start(); err != nil {
		p.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = c.Wait() // how it ended is told by the process's state
		close(ended)
	}()
	p.command, p.ended = c, ended
}

// start returns when the server is ready.
func (p *program) start() {
	p.t.Helper()
	p.launch()
	if err := p.ready(40 * time.Second); err != nil {
		p.t.Fatal(err)
	}
}

// ready waits until the server answers that it is.
func (p *program) ready(within time.Duration) error {
	client := &http.Client{Timeout: 2 * time.Second}
	for end := time.Now().Add(within); ; time.Sleep(5 * time.Millisecond) {
		answer, err := client.Get(p.url("/health/ready"))
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(answer.Status)
		}
		select {
		case <-p.ended:
			return fmt.Errorf("the server ended before it was ready: %s", p.said())
		default:
		}
		if time.Now().After(end) {
			return fmt.Errorf("the server was not ready after %s (%v): %s", within, err, p.said())
		}
	}
}

// said is what the server wrote.
func (p *program) said() string {
	b, err := os.ReadFile(p.log.Name())
	if err != nil {
		return err.Error()
	}
	if len(b) > 4000 {
		b = b[len(b)-4000:]
	}
	return string(b)
}

// pid is the server's process.
func (p *program) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return 0
	}
	return p.command.Process.Pid
}

// kill ends the server at once, in the middle of whatever it does. It reports whether
// that is what ended it.
func (p *program) kill() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return false
	}
	_ = p.command.Process.Kill() // it may have ended
	<-p.ended
	status, ok := p.command.ProcessState.Sys().(syscall.WaitStatus)
	p.command = nil
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// stop asks the server to end, and waits for it.
func (p *program) stop() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return
	}
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Errorf("the server had ended by itself: %v", err)
	}
	select {
	case <-p.ended:
		if status := p.command.ProcessState.ExitCode(); status != 0 {
			p.t.Errorf("the server stopped with status %d: %s", status, p.said())
		}
	case <-time.After(45 * time.Second):
		p.t.Errorf("the server did not stop")
	}
	p.command = nil
}

// run runs a command of the program to its end.
func (p *program) run(ctx context.Context, args ...string) (status int, output string) {
	c := exec.CommandContext(ctx, p.binary, args...)
	var out bytes.Buffer
	c.Env, c.Stdout, c.Stderr = p.env, &out, &out
	err := c.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return -1, err.Error()
	}
	return c.ProcessState.ExitCode(), out.String()
}

// fine runs a command that must end well.
func (p *program) fine(args ...string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	status, out := p.run(ctx, args...)
	if status != 0 {
		p.t.Errorf("foliosight %s ended with %d:\n%.3000s", strings.Join(args, " "), status, out)
	}
	return out
}
