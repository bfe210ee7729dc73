// Package standing is what every process of an installation looks at each second, so that
// one word in the database reaches all of them: whether there is maintenance, and when
// what is kept in memory was to be cleared.
//
// Model: a mark is a row with a version (store.Mark). Whoever runs the installation sets
// it; each process sees the new version at its next look, does what it says, and answers
// with what it did. A process that starts sees what holds before it serves anybody; what
// was to be cleared before it started it has not kept. Where the database does not answer,
// what was last seen holds.
package standing

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// The names of the marks.
const (
	MarkMaintenance = "maintenance"
	MarkCaches      = "caches"
)

// Every is how often a process looks.
const Every = time.Second

// Maintenance is whether requests are held off, and why. The zero value is that they
// are not.
type Maintenance struct {
	On       bool      `json:"on"`
	ReadOnly bool      `json:"read_only"` // what only looks is answered
	Reason   string    `json:"reason"`
	Until    time.Time `json:"until,omitzero"` // it ends by itself then; zero: when somebody ends it
	Since    time.Time `json:"since,omitzero"`
	By       string    `json:"by,omitempty"` // account and machine
}

// Active reports whether it holds at a time.
func (m Maintenance) Active(now time.Time) bool {
	return m.On && (m.Until.IsZero() || now.Before(m.Until))
}

// Word is what it is called: empty where there is none.
func (m Maintenance) Word() string {
	switch {
	case !m.On:
		return ""
	case m.ReadOnly:
		return "read-only"
	}
	return "maintenance"
}

// Retry is after how long it is worth trying again: until its end where that is known,
// for an hour at most, else a minute.
func (m Maintenance) Retry(now time.Time) time.Duration {
	if m.Until.IsZero() {
		return time.Minute
	}
	return min(max(m.Until.Sub(now), time.Second), time.Hour)
}

// Says tells people of it in a sentence or two.
func (m Maintenance) Says() string {
	text := "Maintenance is under way"
	if m.ReadOnly {
		text = "Maintenance is under way: everything can be looked at, nothing can be changed"
	}
	if m.Reason != "" {
		text += ": " + m.Reason
	}
	if !m.Until.IsZero() {
		text += ", until " + m.Until.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	return text + "."
}

// SetMaintenance sets what holds from now on for all processes, and gives the version
// that they answer to.
func SetMaintenance(ctx context.Context, marks store.MarkGate, m Maintenance, now time.Time) (store.Mark, error) {
	contents, err := json.Marshal(m)
	if err != nil {
		return store.Mark{}, err
	}
	return marks.SetMark(ctx, store.Mark{Name: MarkMaintenance, Contents: contents, Changed: now, By: m.By})
}

// ReadMaintenance is what was set last, whether or not it has ended by itself; the mark's
// version is 0 where nothing ever was.
func ReadMaintenance(ctx context.Context, marks store.MarkGate) (m Maintenance, of store.Mark, err error) {
	all, err := marks.Marks(ctx)
	if err != nil {
		return m, of, err
	}
	for _, one := range all {
		if one.Name == MarkMaintenance {
			if err := json.Unmarshal(one.Contents, &m); err != nil {
				return m, one, fmt.Errorf("mark %s of version %d: %w", one.Name, one.Version, err)
			}
			of = one
		}
	}
	return m, of, nil
}

// Cleared is what a process let go of one of the things that it kept in memory.
type Cleared struct {
	Name    string `json:"name"`
	Entries int    `json:"entries"`
	Bytes   uint64 `json:"bytes"` // as they are estimated; 0 where entries are counted instead
}

// Options are what a Watcher needs.
type Options struct {
	Marks store.MarkGate
	Now   func() time.Time // time.Now unless given
	Log   *slog.Logger     // discarded unless given
	// Process is what this one is called in answers; machine and number unless given.
	Process string
	// Clear lets go of what is kept in memory; nil: nothing is.
	Clear func() []Cleared
	// Hold keeps workers from taking jobs, or lets them go on; nil: there are none here.
	Hold func(ctx context.Context, held bool) error
}

// Watcher is the look of one process. It is safe for concurrent use.
type Watcher struct {
	options Options
	now     atomic.Pointer[Maintenance]

	mu      sync.Mutex
	seen    map[string]int64 // versions that were followed; nil before the first look
	held    *bool            // what workers were last told; nil: nothing
	failing bool             // the last look failed, and it was said
}

// New returns the watcher of a process; nothing is looked at yet.
func New(o Options) *Watcher {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Process == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "unknown"
		}
		o.Process = fmt.Sprintf("%s/%d", host, os.Getpid())
	}
	w := &Watcher{options: o}
	w.now.Store(&Maintenance{})
	return w
}

// Maintenance is what holds now: the zero value where nothing does.
func (w *Watcher) Maintenance() Maintenance {
	m := *w.now.Load()
	if !m.Active(w.options.Now()) {
		return Maintenance{}
	}
	return m
}

// Run looks each second until ctx ends.
func (w *Watcher) Run(ctx context.Context) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		w.follow(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// follow looks, and does what was not done yet; a failure is said once until it is over.
func (w *Watcher) follow(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 10*Every)
	defer cancel()
	err := w.Look(ctx)
	if err == nil {
		err = w.hold(ctx)
	}
	w.mu.Lock()
	said := w.failing
	w.failing = err != nil
	w.mu.Unlock()
	if err != nil && !said && ctx.Err() == nil {
		w.options.Log.WarnContext(ctx, "maintenance and caches: the marks cannot be followed; what was last seen holds", "error", err)
	}
}

// Look reads the marks and follows them; workers are left as they are.
func (w *Watcher) Look(ctx context.Context) error {
	all, err := w.options.Marks.Marks(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	first := w.seen == nil
	if first {
		w.seen = map[string]int64{}
	}
	for _, m := range all {
		if w.seen[m.Name] == m.Version {
			continue
		}
		did, err := w.obey(m, first)
		if err != nil {
			return err
		}
		w.seen[m.Name] = m.Version
		if first && m.Name == MarkCaches {
			continue // there was nothing to let go
		}
		if err := w.answer(ctx, m, did); err != nil {
			return err
		}
	}
	return nil
}

// obey does what a mark says and gives what is answered.
func (w *Watcher) obey(m store.Mark, first bool) (any, error) {
	switch m.Name {
	case MarkMaintenance:
		var says Maintenance
		if err := json.Unmarshal(m.Contents, &says); err != nil {
			return nil, fmt.Errorf("mark %s of version %d: %w", m.Name, m.Version, err)
		}
		if before := w.now.Swap(&says); before.On || says.On {
			w.options.Log.Info("maintenance", "on", says.On, "read_only", says.ReadOnly, "reason", says.Reason, "until", says.Until, "by", says.By)
		}
		return map[string]string{"state": says.Word()}, nil
	case MarkCaches:
		cleared := []Cleared{}
		if !first && w.options.Clear != nil {
			cleared = append(cleared, w.options.Clear()...)
			w.options.Log.Info("caches were cleared", "by", m.By)
		}
		return cleared, nil
	}
	return struct{}{}, nil // of a later version
}

func (w *Watcher) answer(ctx context.Context, m store.Mark, did any) error {
	contents, err := json.Marshal(did)
	if err != nil {
		return err
	}
	return w.options.Marks.AnswerMark(ctx, m.Name, store.MarkAnswer{Version: m.Version, Process: w.options.Process, At: w.options.Now(), Contents: contents})
}

// hold tells workers what holds, where that is not what they were told last.
func (w *Watcher) hold(ctx context.Context) error {
	if w.options.Hold == nil {
		return nil
	}
	wanted := w.Maintenance().On
	w.mu.Lock()
	known := w.held != nil && *w.held == wanted
	w.mu.Unlock()
	if known {
		return nil
	}
	if err := w.options.Hold(ctx, wanted); err != nil {
		return fmt.Errorf("workers: %w", err)
	}
	w.mu.Lock()
	w.held = &wanted
	w.mu.Unlock()
	return nil
}
