package ratelimit_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ratelimit"
)

func shared(t *testing.T, address string, log io.Writer) *ratelimit.Shared {
	t.Helper()
	c, err := ratelimit.NewShared(address, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestShared runs against a real Redis where there is one on this machine, else
// against one of the test's own that knows the one script.
func TestShared(t *testing.T) {
	address := redisServer(t)
	sliding(t, shared(t, address, t.Output()))
	// Two processes share their counts.
	one, two := shared(t, address, t.Output()), shared(t, address, t.Output())
	for i := range 5 {
		if v := [2]*ratelimit.Shared{one, two}[i%2].Take(ctx, "shared", five, start); !v.Allowed || v.Remaining != 4-i {
			t.Errorf("request %d: %+v", i+1, v)
		}
	}
	if v := two.Take(ctx, "shared", five, start); v.Allowed {
		t.Errorf("sixth: %+v", v)
	}
}

// TestRedisAway: requests are counted all the same, and the log says so once.
func TestRedisAway(t *testing.T) {
	var log bytes.Buffer
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	c := shared(t, "redis://"+nobody.Addr().String(), &log)
	sliding(t, c)
	if got := strings.Count(log.String(), "level=WARN"); got != 1 {
		t.Errorf("%d warnings:\n%s", got, &log)
	}
}

func TestAddressOfRedis(t *testing.T) {
	if _, err := ratelimit.NewShared("http://localhost", slog.Default()); err == nil {
		t.Error("a web address is taken for one of Redis")
	}
}

func redisServer(t *testing.T) string {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Log("no redis-server here: the test's own stands in for it")
		return fakeRedis(t)
	}
	socket := filepath.Join(t.TempDir(), "redis.sock")
	server := exec.Command(path, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Kill(); server.Wait() })
	for range 100 {
		if _, err := os.Stat(socket); err == nil {
			return "unix://" + socket
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("redis-server does not start")
	return ""
}

// fakeRedis speaks enough of the protocol for the one script that is run.
func fakeRedis(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{counts: map[string]int64{}}
	var open sync.WaitGroup
	t.Cleanup(func() { l.Close(); open.Wait() })
	open.Go(func() {
		for {
			connection, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { connection.Close() })
			go f.serve(connection)
		}
	})
	return "redis://" + l.Addr().String()
}

type fake struct {
	mu     sync.Mutex
	counts map[string]int64
}

func (f *fake) serve(c net.Conn) {
	r := bufio.NewReader(c)
	for {
		command, err := readCommand(r)
		if err != nil {
			return
		}
		if _, err := io.WriteString(c, f.answer(command)); err != nil {
			return
		}
	}
}

// answer carries a command out. EVALSHA command: sha, 2, both keys, limit, share, lifetime.
func (f *fake) answer(command []string) string {
	switch strings.ToUpper(command[0]) {
	case "EVAL", "EVALSHA":
		if len(command) != 8 || command[2] != "2" {
			return "-ERR wrong number of arguments\r\n"
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		limit, _ := strconv.ParseFloat(command[5], 64)
		share, _ := strconv.ParseFloat(command[6], 64)
		current, previous := f.counts[command[3]], f.counts[command[4]]
		if limit-float64(previous)*(1-share)-float64(current) >= 1-1e-9 {
			f.counts[command[3]]++
		}
		return fmt.Sprintf("*2\r\n:%d\r\n:%d\r\n", previous, current)
	case "HELLO", "CLIENT":
		return "-ERR unknown command\r\n" // as an older server; the client then speaks the older protocol
	}
	return "+OK\r\n"
}

// readCommand reads an array of bulk strings.
func readCommand(r *bufio.Reader) ([]string, error) {
	number := func(prefix byte) (int, error) {
		line, err := r.ReadString('\n')
		if err != nil {
			return 0, err
		}
		if line[0] != prefix {
			return 0, fmt.Errorf("%q does not begin with %q", line, prefix)
		}
		return strconv.Atoi(strings.TrimSpace(line[1:]))
	}
	n, err := number('*')
	if err != nil {
		return nil, err
	}
	command := make([]string, n)
	for i := range command {
		size, err := number('$')
		if err != nil {
			return nil, err
		}
		b := make([]byte, size+2)
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		command[i] = string(b[:size])
	}
	return command, nil
}
