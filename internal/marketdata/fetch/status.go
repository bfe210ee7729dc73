package fetch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
)

// Status is how a source stands, for people. It holds no key.
type Status struct {
	Provider   string   `json:"provider"`
	Host       string   `json:"host"` // that is asked
	NeedsKey   bool     `json:"needs_key"`
	KeyPresent bool     `json:"key_present"`
	KeyRefused bool     `json:"key_refused"` // the source does not accept the key that is set
	Plan       string   `json:"plan"`        // empty: the usual one
	Windows    []Window `json:"windows"`
	// PausedUntil is until when all processes leave the source alone, because it asked for it
	// or failed and failed, and PausedFor why; zero: they do not.
	PausedUntil  time.Time `json:"paused_until,omitzero"`
	PausedFor    string    `json:"paused_for,omitempty"`
	Breaker      Breaker   `json:"breaker"`
	BreakerUntil time.Time `json:"breaker_until,omitzero"`
	Failures     int       `json:"failures"` // in a row, of this process
	// Unreached says that there was no connection to it the last time it was tried.
	Unreached bool `json:"unreached,omitempty"`
	// LastSuccess and LastRefusal are of all processes; zero: none yet.
	LastSuccess  time.Time `json:"last_success,omitzero"`
	LastEndpoint string    `json:"last_endpoint,omitempty"` // of the success
	LastRefusal  time.Time `json:"last_refusal,omitzero"`
	Refused      string    `json:"refused,omitempty"` // the last refusal in plain words
	NotInPlan    []string  `json:"not_in_plan,omitempty"`
	// Calls went out from this process since it started; Refusals are those of them that
	// were refused, by reason.
	Calls    int64                       `json:"-"`
	Refusals map[marketdata.Reason]int64 `json:"-"`
	// Ready reports whether a call could go out now; Blocked says in plain words why not.
	Ready   bool   `json:"ready"`
	Blocked string `json:"blocked,omitempty"`
}

// Window is how much of a limit is used.
type Window struct {
	Name    string    `json:"name"`
	Used    int       `json:"used"`
	Most    int       `json:"most"`
	Credits bool      `json:"credits"`
	Resets  time.Time `json:"resets,omitzero"` // zero: it is any span of that length
}

// Status says how the source stands. An error is that of the shared log.
func (f *Fetcher) Status(ctx context.Context) (Status, error) {
	now, key := f.options.Now(), f.key()
	windows := allowance.Windows(f.limits, now)
	state, err := f.options.Allowance.State(ctx, f.Name(), windows)
	if err != nil {
		return Status{}, fmt.Errorf("%s: the count of its calls: %w", f.Name(), err)
	}
	s := Status{Provider: f.Name(), Host: f.base.Host, NeedsKey: f.provider.NeedsKey(), KeyPresent: key != "", Plan: f.source.Plan,
		LastSuccess: state.LastSuccess.At, LastEndpoint: state.LastSuccess.Endpoint, LastRefusal: state.LastRefusal.At, Refused: f.scrub(state.LastRefusal.Said, key)}
	if state.Pause.After(now) {
		s.PausedUntil, s.PausedFor = state.Pause, f.scrub(state.Why, key)
	}
	for i, w := range windows {
		s.Windows = append(s.Windows, Window{Name: w.Name, Used: state.Used[i], Most: w.Most, Credits: w.Credits, Resets: w.Until})
	}
	f.mu.Lock()
	s.Breaker, s.Failures = f.breaker.state(now), f.breaker.failures
	if s.Breaker == Open {
		s.BreakerUntil = f.breaker.until
	}
	s.Unreached = f.breaker.away || state.LastRefusal.Reason == marketdata.Unreached && state.LastRefusal.At.After(state.LastSuccess.At)
	if f.memory.key == key {
		s.KeyRefused = f.memory.badKey != nil
		s.NotInPlan = f.memory.lacks()
	}
	s.Calls, s.Refusals = f.calls, maps.Clone(f.refusals)
	f.mu.Unlock()
	s.Blocked = s.blocked()
	s.Ready = s.Blocked == ""
	return s, nil
}

func (s Status) blocked() string {
	switch {
	case s.NeedsKey && !s.KeyPresent:
		return "no key is set"
	case s.KeyRefused:
		return "the key is not accepted"
	case !s.PausedUntil.IsZero():
		return "left alone until " + moment(s.PausedUntil)
	case s.Breaker == Open && s.Unreached:
		return "it cannot be reached, tried again at " + moment(s.BreakerUntil)
	case s.Breaker == Open:
		return "out of order, asked again at " + moment(s.BreakerUntil)
	}
	for _, w := range s.Windows {
		if w.Used >= w.Most {
			if w.Resets.IsZero() {
				return w.Name + " are used"
			}
			return w.Name + " are used until " + moment(w.Resets)
		}
	}
	return ""
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// lacks is what the plan does not include, as far as it was asked for: whole kinds by
// name, and how many symbols of a kind.
func (m *memory) lacks() []string {
	whole, symbols := map[string]bool{}, map[marketdata.Kind]int{}
	for l := range m.kinds {
		if l.symbol != "" {
			symbols[l.kind]++
			continue
		}
		name := string(l.kind)
		if l.part != "" {
			name += " (" + l.part + ")"
		}
		if l.class != "" {
			name += " of class " + string(l.class)
		}
		whole[name] = true
	}
	all := slices.Sorted(maps.Keys(whole))
	for _, kind := range slices.Sorted(maps.Keys(symbols)) {
		all = append(all, string(kind)+" of "+strconv.Itoa(symbols[kind])+" symbols")
	}
	return all
}

func planNames(plans map[string][]marketdata.Limit) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(plans)) {
		if name == "" {
			name = "the usual one (leave it empty)"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
