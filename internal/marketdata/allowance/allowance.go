// Package allowance counts the calls that go out to a source of market data, so that its
// limits are never exceeded, whoever calls.
//
// Model: every call is written down before it goes out, in a log that all processes
// share. A limit is a window with a beginning and the most that may lie in it: the last
// 60 seconds, the day since midnight in New York, the credits of the month. A call may go
// out when it fits into every window of its source at once (all or nothing); else the
// answer says when it will.
//
// What a source counts is when a call arrives, which nobody here sees: it is somewhere
// between At, when the call was written down, and Latest, when it can no longer arrive.
// A call lies in a window when its Latest is not before the window's beginning. With that
// no span of a limit's length holds more than the limit at the source either, whatever the
// network delays: of the calls that arrived within such a span look at the one that was
// taken last, at t. Every other one arrived after the span's beginning, which is not before
// t minus the length; so its Latest is not before that, and it was counted at t. The same
// holds for a day that begins at midnight: of the calls that arrive in it the last one was
// counted with all the others, either in this day or in the one before.
//
// When an answer comes, the call has arrived, and Latest becomes that moment; a call whose
// process died before keeps the Latest it was written with. So a crash costs at most a
// little waiting and never a limit.
//
// The clock is the callers' (Call.At): processes on several machines need clocks that agree,
// as far as they differ a limit could be met too early by the difference.
package allowance

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// Allowance is the log of calls, shared by all that call. Implementations are atomic: two
// Takes at once see each other.
type Allowance interface {
	// Take writes a call down if it fits into every window and its source is not paused.
	// An error means that the log cannot be kept; the call must then not go out.
	Take(ctx context.Context, c Call) (Taken, error)
	// Done says what became of a call that was taken. id may be empty: nothing was taken,
	// and only the outcome is noted.
	Done(ctx context.Context, provider, id string, o Outcome) error
	// State is what is known of a source: Used has the order of windows.
	State(ctx context.Context, provider string, windows []Window) (State, error)
}

// Window is a limit as it applies now. A call lies in it when its Latest is not before
// Begun.
type Window struct {
	Name    string    // for people and as a column: "5 calls a minute"
	Begun   time.Time // beginning of what is counted: for a rolling window now minus its length
	Until   time.Time // when it ends: the next midnight; zero for a rolling window
	Length  time.Duration
	Most    int
	Credits bool // it counts credits, not calls
}

// Call is a call that is about to go out.
type Call struct {
	Provider string
	At       time.Time // now
	Latest   time.Time // when it can no longer arrive unless an answer says that it has
	Credits  int
	Windows  []Window
}

// Cost is what a call takes of a window.
func (w Window) Cost(credits int) int {
	if w.Credits {
		return credits
	}
	return 1
}

// Taken is the answer to Take.
type Taken struct {
	OK bool
	ID string // of the call in the log
	// Free is when the same call would fit if nobody else called; Full the window that
	// it waits for, Why the reason of a pause. A call that costs more than a window ever
	// holds has no Free.
	Free time.Time
	Full Window
	Why  string
}

// Outcome is how a call ended. Reason is empty for a success.
type Outcome struct {
	At       time.Time
	Answered bool // a response came: the call has arrived
	Unsent   bool // there was no connection: the call has not gone out and does not count
	Endpoint string
	Reason   marketdata.Reason
	Said     string    // the whole refusal in words, without keys
	Pause    time.Time // the source is left alone until then; zero: it is not
}

// State is what is known of a source.
type State struct {
	Used        []int // calls or credits within each window
	Pause       time.Time
	Why         string  // of the pause
	LastSuccess Outcome // zero At: none yet
	LastRefusal Outcome
}

// Entry is a call in the log.
type Entry struct {
	ID      string
	Latest  time.Time
	Credits int
}

// Used is how much of a window the log holds.
func (w Window) Used(log []Entry) (used int) {
	for _, e := range log {
		if !e.Latest.Before(w.Begun) {
			used += w.Cost(e.Credits)
		}
	}
	return used
}
