package ratelimit

import (
	"context"
	"hash/maphash"
	"sync"
	"time"
)

// Local counts in this process. It is safe for concurrent use.
type Local struct {
	seed   maphash.Seed
	shards [shards]shard
}

const (
	shards = 16
	// sweepAt is how many keys a shard holds before those that ended are cleared away.
	sweepAt = 4096
)

type shard struct {
	mu    sync.Mutex
	kept  map[string]counted
	sweep int // size at which it is swept next
}

// counted is what is kept of a key.
type counted struct {
	index             int64
	window            time.Duration
	current, previous int64
}

// NewLocal returns a counter without any counts.
func NewLocal() *Local {
	l := &Local{seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i] = shard{kept: map[string]counted{}, sweep: sweepAt}
	}
	return l
}

// Take implements Counter.
func (l *Local) Take(_ context.Context, key string, rule Rule, now time.Time) Verdict {
	s := &l.shards[maphash.String(l.seed, key)%shards]
	index, share := position(now, rule.Window)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.kept[key].at(index, rule.Window)
	v := judge(rule, c.previous, c.current, share)
	if v.Allowed {
		c.current++
	}
	s.kept[key] = c
	if len(s.kept) >= s.sweep {
		s.clear(now)
	}
	return v
}

// at is the counts as they stand in a window.
func (c counted) at(index int64, window time.Duration) counted {
	switch {
	case c.window != window || index-c.index > 1 || index < c.index:
		return counted{index: index, window: window}
	case index == c.index+1:
		return counted{index: index, window: window, previous: c.current}
	}
	return c
}

// clear forgets the keys whose counts no longer matter.
func (s *shard) clear(now time.Time) {
	for key, c := range s.kept {
		if index, _ := position(now, c.window); index-c.index > 1 {
			delete(s.kept, key)
		}
	}
	s.sweep = max(sweepAt, 2*len(s.kept))
}
