package api

import "sync"

// streams counts those that are open, by user.
type streams struct {
	mu   sync.Mutex
	open map[string]int
}

// enter counts one more of a user, unless there are too many; done counts it off.
func (s *streams) enter(user string) (done func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[user] >= streamsAUser {
		return nil, false
	}
	if s.open == nil {
		s.open = map[string]int{}
	}
	s.open[user]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.open[user]--; s.open[user] == 0 {
			delete(s.open, user)
		}
	}, true
}
