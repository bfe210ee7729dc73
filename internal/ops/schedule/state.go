package schedule

import (
	"context"
	"time"
)

// State is how a task stands.
type State struct {
	Command string     `json:"command"`
	When    string     `json:"when"`
	Last    *time.Time `json:"last"` // null: it was never run
	Outcome string     `json:"outcome,omitempty"`
	By      string     `json:"by,omitempty"`
	Next    time.Time  `json:"next"`
	Due     bool       `json:"due"` // its time has come and nobody has run it yet
}

// States are those of all tasks.
func (s *Schedule) States(ctx context.Context) ([]State, error) {
	now := s.Now()
	seen, err := s.seen(ctx)
	if err != nil {
		return nil, err
	}
	var all []State
	for i := range s.Tasks {
		t := &s.Tasks[i]
		last, err := s.last(ctx, t, seen)
		if err != nil {
			return nil, err
		}
		one := State{Command: t.Command, When: t.When.String(), Outcome: last.Outcome, By: last.By, Next: t.When.Next(now, s.Clock)}
		if !last.At.IsZero() {
			one.Last = &last.At
		}
		if one.Due, err = s.due(ctx, t, seen, now); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
