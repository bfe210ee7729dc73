package replicas

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
)

// isReplica says that this process is one of those that the test runs.
const isReplica = "FOLIOSIGHT_TEST_REPLICA"

func TestMain(m *testing.M) {
	if os.Getenv(isReplica) == "" {
		os.Exit(m.Run())
	}
	if err := runReplica(); err != nil {
		fmt.Fprintln(os.Stderr, "replica:", err)
		os.Exit(1)
	}
}

// runReplica serves, as `foliosight serve` does.
func runReplica() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	cfg, err := config.Load(config.Input{Environ: os.Environ()})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return app.Run(ctx, cfg, app.Outside{Log: log, Started: func(string) { fmt.Println("ready") }})
}

// process is one replica, which may be killed and started again.
type process struct {
	name    string
	roles   string
	address string
	env     []string
	log     *os.File

	mu      sync.Mutex
	command *exec.Cmd
}

// newProcess chooses an address for a replica; it is not started yet.
func newProcess(t *testing.T, name, roles string, env []string) *process {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(t.TempDir() + "/" + name + ".log")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return &process{name: name, roles: roles, address: address, env: env, log: log}
}

// start returns when the replica answers, and how long that took.
func (p *process) start() (time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	command := exec.Command(os.Args[0])
	command.Env = append(append(os.Environ(), p.env...), isReplica+"=1", "FOLIOSIGHT_LISTEN="+p.address, "FOLIOSIGHT_ROLES="+p.roles)
	command.Stderr = p.log
	said, err := command.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		return 0, err
	}
	ready := make(chan error, 1)
	go func() {
		lines := bufio.NewScanner(said)
		for lines.Scan() {
			if strings.TrimSpace(lines.Text()) == "ready" {
				ready <- nil
				_, _ = io.Copy(io.Discard, said)
				return
			}
		}
		ready <- fmt.Errorf("%s ended before it was ready; see %s", p.name, p.log.Name())
	}()
	select {
	case err := <-ready:
		if err != nil {
			return 0, err
		}
	case <-time.After(30 * time.Second):
		return 0, fmt.Errorf("%s was not ready after 30 s", p.name)
	}
	p.command = command
	return time.Since(began), nil
}

// kill ends the replica at once, in the middle of whatever it does.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command != nil {
		_ = p.command.Process.Kill() // it may have ended
		_ = p.command.Wait()         // killed: that is its error
		p.command = nil
	}
}

// end asks the replica to stop and waits until it has finished what it does.
func (p *process) end() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return nil
	}
	defer func() { p.command = nil }()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.command.Wait()
}
