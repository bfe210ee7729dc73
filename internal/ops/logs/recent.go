package logs

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/ops/request"
)

// remembered is how many warnings and errors are kept, and shown how many of them are told.
const (
	remembered = 500
	shown      = 20
)

// Line is a warning or an error as it is remembered: what it says, not what it was about.
type Line struct {
	At        time.Time `json:"timestamp"`
	Level     string    `json:"level"`
	Logger    string    `json:"logger"`
	Message   string    `json:"message"`
	RequestID string    `json:"request_id,omitempty"`
}

// recent remembers the last lines.
type recent struct {
	mu    sync.Mutex
	lines []Line // the oldest first
}

func (m *recent) note(r slog.Record, known request.Known, logger string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.lines) >= remembered { // the oldest warnings go first: a flood of them hides no error
		drop, kept := remembered/10, m.lines[:0]
		for _, l := range m.lines {
			if drop > 0 && l.Level == "warn" {
				drop--
				continue
			}
			kept = append(kept, l)
		}
		m.lines = slices.Delete(kept, 0, drop)
	}
	m.lines = append(m.lines, Line{r.Time.UTC().Truncate(time.Millisecond), strings.ToLower(r.Level.String()), logger, r.Message, known.ID})
}

// Recent are the last warnings and errors, the newest first, and by level how many there
// were since a time, of the five hundred that are remembered.
func (l *Log) Recent(since time.Time) ([]Line, map[string]int) {
	counts := map[string]int{"warn": 0, "error": 0}
	if l == nil {
		return []Line{}, counts
	}
	l.recent.mu.Lock()
	defer l.recent.mu.Unlock()
	for _, line := range l.recent.lines {
		if !line.At.Before(since) {
			counts[line.Level]++
		}
	}
	last := slices.Clone(l.recent.lines[max(0, len(l.recent.lines)-shown):])
	slices.Reverse(last)
	return append([]Line{}, last...), counts
}
