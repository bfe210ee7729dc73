package allowance

import (
	"context"
	"slices"
	"strconv"
	"sync"
)

// Memory is an Allowance of this process alone, for tests and demonstrations.
type Memory struct {
	mu      sync.Mutex
	last    int
	sources map[string]*source
}

type source struct {
	log   []Entry
	state State
}

// NewMemory returns one without any calls.
func NewMemory() *Memory { return &Memory{sources: map[string]*source{}} }

func (m *Memory) source(provider string) *source {
	s := m.sources[provider]
	if s == nil {
		s = &source{}
		m.sources[provider] = s
	}
	return s
}

// Take implements Allowance.
func (m *Memory) Take(_ context.Context, c Call) (Taken, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.source(c.Provider)
	if s.state.Pause.After(c.At) {
		return Taken{Free: s.state.Pause, Why: s.state.Why}, nil
	}
	s.log = Prune(s.log, c)
	answer := Decide(s.log, c)
	if answer.OK {
		m.last++
		answer.ID = strconv.Itoa(m.last)
		s.log = append(s.log, Entry{ID: answer.ID, Latest: c.Latest, Credits: c.Credits})
	}
	return answer, nil
}

// Done implements Allowance.
func (m *Memory) Done(_ context.Context, provider, id string, o Outcome) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.source(provider)
	switch i := slices.IndexFunc(s.log, func(e Entry) bool { return e.ID == id }); {
	case i < 0:
	case o.Unsent:
		s.log = slices.Delete(s.log, i, i+1)
	case o.Answered && o.At.Before(s.log[i].Latest):
		s.log[i].Latest = o.At
	}
	s.state.note(o)
	return nil
}

// note takes an outcome into what is known; a pause is only ever made longer.
func (s *State) note(o Outcome) {
	if o.Reason == "" {
		s.LastSuccess = o
	} else {
		s.LastRefusal = o
	}
	if o.Pause.After(s.Pause) {
		s.Pause, s.Why = o.Pause, o.Said
	}
}

// State implements Allowance.
func (m *Memory) State(_ context.Context, provider string, windows []Window) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.source(provider)
	state := s.state
	state.Used = make([]int, len(windows))
	for i, w := range windows {
		state.Used[i] = w.Used(s.log)
	}
	return state, nil
}
