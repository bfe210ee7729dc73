package api

import (
	"context"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/ratelimit"
	"github.com/foliosight/foliosight/internal/service"
)

// How long it is remembered how many calls somebody's tier allows: asking at each request
// would cost as much as many answers. A tier that changes holds after this time at the
// latest.
const (
	callsAge  = time.Minute
	callsMost = 100_000 // people who are remembered
)

// allowances are how many calls a minute people have by their tiers.
type allowances struct {
	mu   sync.Mutex
	kept map[string]allowance
}

type allowance struct {
	calls int // 0: the tier does not say
	until time.Time
}

// of is the allowance of a caller as it was at most callsAge ago.
func (a *allowances) of(ctx context.Context, c service.Caller, now time.Time, ask func(context.Context, service.Caller) (int, error)) (int, error) {
	a.mu.Lock()
	known, ok := a.kept[c.User]
	a.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.calls, nil
	}
	calls, err := ask(ctx, c)
	if err != nil {
		return 0, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kept == nil || len(a.kept) >= callsMost {
		a.kept = map[string]allowance{}
	}
	a.kept[c.User] = allowance{calls, now.Add(callsAge)}
	return calls, nil
}

// ruleOf is the rule for a caller: of data the tier's own where it says one.
func (s *server) ruleOf(ctx context.Context, c service.Caller, of class) (ratelimit.Rule, error) {
	rule := s.Limits.rule(of)
	if of != classData || c.User == "" {
		return rule, nil
	}
	calls, err := s.allowed.of(ctx, c, s.Now(), s.svc.Calls)
	if err == nil && calls > 0 {
		rule = ratelimit.Rule{Limit: calls, Window: time.Minute}
	}
	return rule, err
}
