// Package logs writes the log of a process: to standard error, or to a file that it
// rotates itself.
//
// Form: a JSON object a line with timestamp, level, logger (the package that says it),
// message, and what is known of the request: request_id, user_id, portfolio_id, and where
// traces are kept trace_id and span_id. What an
// event adds stands beside them; of a failure that is error. On a terminal the same is
// written as text. What is logged names ids, patterns and reasons: no token, no key, no
// body, no query of an address.
//
// Model: a Log has a level that can be lowered for a time (DEBUG_INFO_LOGGING) and rises
// by itself, so that nobody forgets it. It remembers the last errors for who looks after
// the process. A file is closed at a size or an age, renamed with the time, and a number
// of old ones is kept; Reopen lets another program (logrotate) do that instead.
package logs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/foliosight/foliosight/internal/ops/request"
	"github.com/foliosight/foliosight/internal/ops/tracing"
)

// Options are how a log is written.
type Options struct {
	Level slog.Level
	// Debug is for how long everything is logged from now on; 0: not at all.
	Debug time.Duration
	// Out is written to where there is no file.
	Out io.Writer
	// Text writes for people instead of JSON; not into a file.
	Text bool
	File FileOptions
	Now  func() time.Time // time.Now unless given
}

// Log is a log that is open. A nil Log remembers nothing.
type Log struct {
	logger *slog.Logger
	level  *timed
	file   *File // nil: to Out
	recent *recent
}

// Open opens the log, or says why the file cannot be written.
func Open(o Options) (*Log, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	l := &Log{level: &timed{usual: o.Level, now: o.Now}, recent: &recent{}}
	out := o.Out
	if o.File.Path != "" {
		var err error
		if o.File.Now == nil {
			o.File.Now = o.Now
		}
		if l.file, err = OpenFile(o.File); err != nil {
			return nil, err
		}
		out, o.Text = l.file, false
	}
	l.logger = slog.New(Handler(out, l.level, o.Text, l.recent.note))
	if o.Debug > 0 {
		l.Debug(o.Debug)
		l.logger.Info("everything is logged for a while", "until", l.level.Until().UTC().Format(time.RFC3339))
	}
	return l, nil
}

// Logger is what is logged with.
func (l *Log) Logger() *slog.Logger { return l.logger }

// Debug logs everything for a time, from now on; 0 ends that.
func (l *Log) Debug(lasts time.Duration) { l.level.lower(lasts) }

// DebugUntil is until when everything is logged; zero: it is not.
func (l *Log) DebugUntil() time.Time { return l.level.Until() }

// Reopen opens the file anew, after another program renamed it.
func (l *Log) Reopen() error {
	if l.file == nil {
		return nil
	}
	return l.file.Reopen()
}

// Close ends it.
func (l *Log) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// timed is a level that is lower for a time.
type timed struct {
	usual slog.Level
	now   func() time.Time
	until atomic.Int64 // in nanoseconds of Unix; 0: never
}

func (t *timed) lower(lasts time.Duration) {
	if lasts <= 0 {
		t.until.Store(0)
		return
	}
	t.until.Store(t.now().Add(lasts).UnixNano())
}

// Until is until when it is lower; zero: it is not.
func (t *timed) Until() time.Time {
	if until := t.until.Load(); until > t.now().UnixNano() {
		return time.Unix(0, until)
	}
	return time.Time{}
}

// Level implements slog.Leveler.
func (t *timed) Level() slog.Level {
	until := t.until.Load()
	if until == 0 || t.usual <= slog.LevelDebug {
		return t.usual
	}
	if t.now().UnixNano() < until {
		return slog.LevelDebug
	}
	t.until.CompareAndSwap(until, 0)
	return t.usual
}

// Handler writes records in the form of the package to out, and tells of each that is a
// warning or worse; nil: nobody.
func Handler(out io.Writer, level slog.Leveler, text bool, tell func(slog.Record, request.Known, string)) slog.Handler {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: rename}
	if text {
		return &handler{slog.NewTextHandler(out, options), tell}
	}
	return &handler{slog.NewJSONHandler(out, options), tell}
}

// rename gives what every line has its names.
func rename(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		return slog.String("timestamp", a.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z07:00"))
	case slog.LevelKey:
		return slog.String("level", strings.ToLower(a.Value.String()))
	case slog.MessageKey:
		a.Key = "message"
	}
	if d, ok := a.Value.Any().(time.Duration); ok {
		a.Value = slog.StringValue(d.String())
	}
	return a
}

// handler adds what is known of the request and which part of the program speaks.
type handler struct {
	slog.Handler
	tell func(slog.Record, request.Known, string)
}

// Handle implements slog.Handler.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	known, logger := request.Of(ctx).Known(), loggerOf(r.PC)
	if h.tell != nil && r.Level >= slog.LevelWarn {
		h.tell(r, known, logger)
	}
	r = r.Clone()
	r.AddAttrs(slog.String("logger", logger))
	trace, span := tracing.IDs(ctx)
	for _, a := range [...]struct{ key, value string }{{"request_id", known.ID}, {"user_id", known.User}, {"portfolio_id", known.Portfolio}, {"trace_id", trace}, {"span_id", span}} {
		if a.value != "" {
			r.AddAttrs(slog.String(a.key, a.value))
		}
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(a []slog.Attr) slog.Handler {
	return &handler{h.Handler.WithAttrs(a), h.tell}
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.Handler.WithGroup(name), h.tell}
}

// loggerOf is the package that a record comes from, as it is called inside the program:
// "api", "store/sqlstore", "finance/risk"; that of others by their last name.
func loggerOf(pc uintptr) string {
	if pc == 0 {
		return "foliosight"
	}
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	name := frame.Function
	slash := strings.LastIndexByte(name, '/')
	if dot := strings.IndexByte(name[slash+1:], '.'); dot >= 0 {
		name = name[:slash+1+dot]
	}
	if ours, ok := strings.CutPrefix(name, "github.com/foliosight/foliosight/"); ok {
		return strings.TrimPrefix(ours, "internal/")
	}
	return name[strings.LastIndexByte(name, '/')+1:]
}

// Lasts is a length of time as DEBUG_INFO_LOGGING gives it: "true" is half an hour,
// "false" none, else a duration ("10m") of a day at most.
func Lasts(text string) (time.Duration, error) {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on":
		return 30 * time.Minute, nil
	case "false", "0", "no", "off", "":
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > 24*time.Hour {
		return 0, fmt.Errorf("neither true nor a length of time up to 24h; use 10m")
	}
	return d, nil
}
