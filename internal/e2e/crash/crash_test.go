package crash

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		if err := runChild(path); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// fromEnv is a number given in the environment, or the default.
func fromEnv(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%s: %v", name, text, err)
	}
	return n
}

// A program killed at any moment loses nothing that it acknowledged and leaves no half of
// anything. CRASH_RUNS says how often it is killed; CRASH_SEED repeats a series of kills
// as far as the machine's timing lets it.
func TestCrash(t *testing.T) {
	runs := int(fromEnv(t, "CRASH_RUNS", 8))
	seed := fromEnv(t, "CRASH_SEED", uint64(time.Now().UnixNano()))
	random := rand.New(rand.NewPCG(seed, 1))
	path := filepath.Join(t.TempDir(), "foliosight.db")
	known := &known{imports: map[string]bool{}}
	var all tally
	for run := range runs {
		said := runAndKill(t, path, momentOf(random, all.usual()), random.Uint64())
		if err := known.check(path, said, &all); err != nil {
			t.Fatalf("run %d of %d (CRASH_SEED=%d), last said %s: %v", run+1, runs, seed, said.last(), err)
		}
		all.acknowledged += said.done()
		all.took += said.took
	}
	t.Logf("%d kills: %d changes acknowledged, %d refused, %d kills while a change was under way, %d of those changes there as a whole; %d while opening; %d bookings and %d standing imports at the end",
		runs, all.acknowledged, all.refused, all.under, all.beyond, all.opening, len(known.rows), all.standing)
	if all.valued == 0 {
		t.Error("the figures were never compared")
	}
}

// A kill while the file is made and the owner is set up leaves one that opens, with an
// owner or without.
func TestCrashAtFirstStart(t *testing.T) {
	seed := fromEnv(t, "CRASH_SEED", uint64(time.Now().UnixNano()))
	random := rand.New(rand.NewPCG(seed, 2))
	for run := range max(4, int(fromEnv(t, "CRASH_RUNS", 0))/10) {
		path := filepath.Join(t.TempDir(), "foliosight.db")
		runAndKill(t, path, moment{after: time.Duration(random.IntN(250_000)) * time.Microsecond}, random.Uint64())
		if err := setUpAgain(path); err != nil {
			t.Fatalf("run %d (CRASH_SEED=%d): %v", run+1, seed, err)
		}
	}
}

// setUpAgain does what the next start would: sets up what is missing.
func setUpAgain(path string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		return err
	}
	defer db.Close()
	b := &books{ctx: ctx, svc: service.New(service.Options{Store: db})}
	if err := b.enter(); err != nil {
		return err
	}
	if _, err := b.svc.SignIn(ctx, "ada@example.org", password, "test"); err != nil {
		return fmt.Errorf("the owner cannot sign in: %w", err)
	}
	return sound(path)
}

// moment is when a child is killed: so long after its n-th intent, or, with none, after
// its start.
type moment struct {
	intent int
	after  time.Duration
}

// momentOf draws one: mostly in the middle of a change, which usually takes so long, or
// shortly after it; sometimes while the file is opened.
func momentOf(random *rand.Rand, usual time.Duration) moment {
	if random.IntN(8) == 0 {
		return moment{after: time.Duration(random.IntN(120_000)) * time.Microsecond}
	}
	return moment{intent: 1 + random.IntN(25), after: time.Duration(random.Int64N(int64(2 * usual)))}
}

// spoken is what a child said before it died.
type spoken struct {
	opened bool
	lines  []line
	took   time.Duration // by all changes that were acknowledged
}

func (s spoken) done() (n int) {
	for _, l := range s.lines {
		if l.Done != "" {
			n++
		}
	}
	return n
}

func (s spoken) last() string {
	if len(s.lines) == 0 {
		return "nothing"
	}
	l := s.lines[len(s.lines)-1]
	return fmt.Sprintf("%q done %q refused %q version %d", l.Intent, l.Done, l.Refused, l.Version)
}

// runAndKill starts a child, kills it at the moment, and returns what it said.
func runAndKill(t *testing.T, path string, m moment, seed uint64) (said spoken) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childPath+"="+path, childSeed+"="+strconv.FormatUint(seed, 10))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { child.Process.Kill() }
	if m.intent == 0 {
		time.AfterFunc(m.after, kill)
	}
	defer time.AfterFunc(time.Minute, kill).Stop()
	intents, began := 0, time.Now()
	lines := bufio.NewReader(out)
	for {
		text, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			t.Fatal(err)
		}
		if err == io.EOF {
			break // a line without its end is no acknowledgement
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatalf("the child said %s: %v", text, err)
		}
		if l.Done == "open" {
			said.opened = true
			continue
		}
		said.lines = append(said.lines, l)
		if l.Done != "" {
			said.took += time.Since(began)
		}
		if l.Intent == "" {
			continue
		}
		began = time.Now()
		if intents++; intents == m.intent {
			time.AfterFunc(m.after, kill)
		}
	}
	child.Wait()
	if status := child.ProcessState; status.Exited() {
		t.Fatalf("the child ended by itself (%s); it last said %s", status, said.last())
	}
	return said
}
