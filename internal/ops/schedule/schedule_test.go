package schedule_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/ops/alarm"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/schedule"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

var ctx = context.Background()

// place is an installation whose clock is moved by hand.
type place struct {
	t     *testing.T
	now   time.Time
	runs  []string // what was done, as HH:MM command
	state func(command string, now time.Time) check.State
	told  []string // titles of alarms
	s     *schedule.Schedule
	store store.Gate
}

func newPlace(t *testing.T, s store.Gate, owner bool, began time.Time) *place {
	p := &place{t: t, store: s, state: func(string, time.Time) check.State { return check.Fine }}
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		var b struct{ Event, Title string }
		if err != nil || json.Unmarshal(text, &b) != nil {
			t.Errorf("%s, %v", text, err)
		}
		p.told = append(p.told, b.Event+" "+b.Title)
	}))
	t.Cleanup(hook.Close)
	do := func(ctx context.Context, r *check.Report) error {
		p.runs = append(p.runs, p.now.Format("15:04 ")+r.Command)
		switch p.state(r.Command, p.now) {
		case check.Finding:
			r.Find("thing", "it is broken", "mend it")
		case check.Unknown:
			return errors.New("set DATABASE_ADMIN_URL")
		default:
			r.Fine("thing", fmt.Sprintf("well at %s", p.now))
		}
		return nil
	}
	p.s = schedule.New(schedule.Options{
		Clock: schedule.Clock{Night: 2 * time.Hour, Zone: time.UTC}, Record: s, Host: "here", Owner: owner, Now: func() time.Time { return p.now },
		Began:    func(context.Context) (time.Time, error) { return began, nil },
		Channels: alarm.Channels{Webhook: hook.URL, WebhookSecret: "a secret of the hook", Post: notify.NewPoster(notify.PostOptions{Private: true})},
		Tasks: []schedule.Task{
			{Command: "quality check", When: schedule.When{Every: 5 * time.Minute}, Do: do},
			{Command: "health --full", When: schedule.When{Every: time.Hour}, Do: do},
			{Command: "backup create", Owner: true, Within: 26 * time.Hour, First: true, Do: do, Typed: func(at time.Time, _ schedule.Clock) string {
				if at.Weekday() == time.Sunday {
					return "backup create --full"
				}
				return "backup create"
			}},
			{Command: "backup verify", When: schedule.When{Weekly: true}, Do: do},
			{Command: "drill restore", When: schedule.When{Monthly: true}, Do: do},
			{Command: "maintain daily", Do: do},
		},
	})
	return p
}

// turn runs what is due now, one after the other.
func (p *place) turn() {
	p.t.Helper()
	for {
		command, err := p.s.Due(ctx)
		if err == nil && command != "" {
			_, err = p.s.Run(ctx, command, p.now)
		}
		if err != nil {
			p.t.Fatal(err)
		}
		if command == "" {
			return
		}
	}
}

// until moves the clock on, minute by minute.
func (p *place) until(end time.Time, step time.Duration) {
	p.t.Helper()
	for ; p.now.Before(end); p.now = p.now.Add(step) {
		p.turn()
	}
}

func (p *place) count(command string) (n int) {
	for _, r := range p.runs {
		if strings.HasSuffix(r, " "+command) {
			n++
		}
	}
	return n
}

// recorded is what the record has of a command, the latest first.
func (p *place) recorded(command string) []string {
	p.t.Helper()
	all, err := p.store.Operations(ctx, store.OperationFilter{Command: command, Limit: 1000})
	if err != nil {
		p.t.Fatal(err)
	}
	var out []string
	for _, o := range all {
		if o.By != "schedule@here" {
			p.t.Errorf("%s is by %s", o.Command, o.By)
		}
		out = append(out, o.Began.Format("02 15:04 ")+o.Outcome)
	}
	return out
}

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err) // a mistake of the test
	}
	return t
}

func local(t *testing.T) store.Gate {
	s, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestDay(t *testing.T)         { testDay(t, local(t)) }
func TestDayPostgres(t *testing.T) { pgtest.Cluster(t); s, _ := pgtest.Open(t); testDay(t, s) }

// A Sunday that is the first of a month, minute by minute: each thing at its time, as often
// as it is due; of what runs all day the record has what is new; whoever is to know is told.
func testDay(t *testing.T, s store.Gate) {
	p := newPlace(t, s, true, at("2026-01-01 00:00"))
	p.now = at("2026-02-27 00:00")
	p.turn() // so that nothing of the time before is missed
	p.now = at("2026-02-28 02:00")
	p.turn()
	p.now = at("2026-02-28 23:56")
	p.turn()
	p.runs = nil
	p.now = at("2026-03-01 00:00")
	p.state = func(command string, now time.Time) check.State { // broken from 10:07 to 10:52
		if command == "quality check" && now.After(at("2026-03-01 10:07")) && now.Before(at("2026-03-01 10:52")) {
			return check.Finding
		}
		return check.Fine
	}
	p.until(at("2026-03-02 00:00"), time.Minute)
	for command, want := range map[string]int{"quality check": 288, "health --full": 24, "backup create --full": 1, "backup create": 0, "backup verify": 1, "drill restore": 1, "maintain daily": 1} {
		if got := p.count(command); got != want {
			t.Errorf("%s ran %d times, want %d", command, got, want)
		}
	}
	night := slices.DeleteFunc(slices.Clone(p.runs), func(r string) bool { return !strings.HasPrefix(r, "02:00") })
	if want := []string{"02:00 quality check", "02:00 health --full", "02:00 backup create --full", "02:00 backup verify", "02:00 drill restore", "02:00 maintain daily"}; !slices.Equal(night, want) {
		t.Errorf("at 02:00 %q", night)
	}
	since := func(command string) []string {
		return slices.DeleteFunc(p.recorded(command), func(r string) bool { return !strings.HasPrefix(r, "01 ") })
	}
	if got := since("quality check"); !slices.Equal(got, []string{"01 10:55 fine", "01 10:10 finding", "01 00:00 fine"}) {
		t.Errorf("recorded: %q", got)
	}
	if got := since("health"); !slices.Equal(got, []string{"01 00:00 fine"}) {
		t.Errorf("recorded: %q", got)
	}
	if got := since("backup create"); !slices.Equal(got, []string{"01 02:00 fine"}) {
		t.Errorf("recorded: %q", got)
	}
	if want := []string{"operations.alert quality check: thing", "operations.resolved quality check: all is well again"}; !slices.Equal(p.told, want) {
		t.Errorf("told %q", p.told)
	}
}

// A machine that slept makes up for what it missed once, in order.
func TestMissed(t *testing.T) {
	p := newPlace(t, local(t), true, at("2026-01-01 00:00"))
	p.now = at("2026-03-02 03:00") // a Monday; never run before
	p.turn()
	p.runs = nil
	p.now = at("2026-03-20 09:31") // a Friday
	p.until(at("2026-03-20 09:34"), time.Minute)
	if want := []string{"09:31 quality check", "09:31 health --full", "09:31 backup create", "09:31 backup verify", "09:31 maintain daily"}; !slices.Equal(p.runs, want) {
		t.Errorf("%q", p.runs)
	}
}

// Of an installation that is new nothing was missed, but it has a backup at once.
func TestNewInstallation(t *testing.T) {
	p := newPlace(t, local(t), true, at("2026-03-20 09:31"))
	p.now = at("2026-03-20 09:31")
	p.until(at("2026-03-20 10:01"), time.Minute)
	if want := []string{"09:31 backup create", "09:35 quality check", "09:40 quality check", "09:45 quality check", "09:50 quality check", "09:55 quality check", "10:00 quality check", "10:00 health --full"}; !slices.Equal(p.runs, want) {
		t.Errorf("%q", p.runs)
	}
}

// What a person ran is not run again; what only the owner can do is left to whoever does it.
func TestLeftToOthers(t *testing.T) {
	s := local(t)
	p := newPlace(t, s, false, at("2026-01-01 00:00"))
	other := func(command, began string) {
		t.Helper()
		o := store.Operation{ID: store.NewID(), Command: command, Began: at(began), Ended: at(began), Outcome: "fine", By: "ops@elsewhere", Report: []byte(`{}`)}
		if err := s.RecordOperation(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	other("backup create --full", "2026-03-19 05:00")
	other("maintain daily", "2026-03-20 02:30")
	p.now = at("2026-03-20 03:00")
	p.turn()
	if p.count("backup create")+p.count("maintain daily") != 0 || p.count("drill restore") != 1 {
		t.Errorf("%q", p.runs)
	}
	// Where they stop it is said once a night that it is not done, and why.
	p.state = func(command string, _ time.Time) check.State {
		if strings.HasPrefix(command, "backup create") {
			return check.Unknown
		}
		return check.Fine
	}
	p.runs = nil
	p.now = at("2026-03-20 03:01")
	p.until(at("2026-03-23 03:00"), 30*time.Minute)
	if p.count("backup create") != 3 || p.count("backup create --full") != 1 {
		t.Errorf("%d and %d times", p.count("backup create"), p.count("backup create --full"))
	}
	all, err := s.Operations(ctx, store.OperationFilter{Command: "backup create", Limit: 1})
	if err != nil || all[0].Outcome != string(check.Unknown) || !strings.Contains(string(all[0].Report), "DATABASE_ADMIN_URL") {
		t.Errorf("%+v, %v", all, err)
	}
}

// A run that is interrupted leaves no record and is due still; one that was given up is
// recorded and told, and is not due until its next time.
func TestInterrupted(t *testing.T) {
	p := newPlace(t, local(t), true, at("2026-01-01 00:00"))
	p.now = at("2026-03-20 03:00")
	p.turn()
	p.now = at("2026-03-21 02:00")
	stopped, stop := context.WithCancelCause(ctx)
	why := errors.New("the process stops")
	p.state = func(string, time.Time) check.State { stop(why); return check.Fine }
	if _, err := p.s.Run(stopped, "backup create", p.now); !errors.Is(err, why) {
		t.Errorf("it ended with %v", err)
	}
	p.state = func(string, time.Time) check.State { return check.Fine }
	due := func() (all []string) {
		states, err := p.s.States(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range states {
			if one.Due {
				all = append(all, one.Command)
			}
		}
		return all
	}
	if got := due(); !slices.Contains(got, "backup create") {
		t.Errorf("due: %q", got)
	}
	if err := p.s.Abandon(ctx, "backup create", "its process ended twice", true); err != nil {
		t.Fatal(err)
	}
	if got := due(); slices.Contains(got, "backup create") || len(p.told) != 1 {
		t.Errorf("due: %q; told %q", got, p.told)
	}
	if says, err := p.s.Run(ctx, "backup create", p.now); err != nil || !strings.Contains(says, "nothing was due: schedule@here ran it") {
		t.Errorf("%q, %v", says, err)
	}
	if _, err := p.s.Run(ctx, "dance", p.now); !errors.Is(err, schedule.ErrUnknown) {
		t.Errorf("%v", err)
	}
}

// What breaks is said and does not take the process with it.
func TestPanic(t *testing.T) {
	p := newPlace(t, local(t), true, at("2026-01-01 00:00"))
	p.now = at("2026-03-20 03:00")
	p.state = func(string, time.Time) check.State { panic("a bug") }
	if says, err := p.s.Run(ctx, "maintain daily", p.now); err != nil || says != string(check.Unknown) {
		t.Errorf("%q, %v", says, err)
	}
}
