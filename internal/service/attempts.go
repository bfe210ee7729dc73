package service

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Attempts at passwords and codes are counted in the store, so that several processes
// share the count: by account, known or not, and by the address they come from. After
// some that failed each has to wait for twice as long as the one before.
const (
	accountFree = 10
	addressFree = 100
	firstWait   = 2 * time.Second
	longestWait = 15 * time.Minute
	forgotten   = 24 * time.Hour
)

// Throttled says until when no attempt is taken.
type Throttled struct {
	Until time.Time
	Wait  time.Duration // from when it was said
}

// Error says it.
func (t *Throttled) Error() string {
	return fmt.Sprintf("too many attempts; the next is taken at %s", t.Until.UTC().Format(time.RFC3339))
}

// Is makes it an ErrThrottled.
func (t *Throttled) Is(target error) bool { return target == ErrThrottled }

type addressKey struct{}

// WithAddress notes the network address that a request came from.
func WithAddress(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

func addressOf(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}

func attemptKey(kind, of string) []byte {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.ToLower(strings.TrimSpace(of))))
	return sum[:]
}

// attempt counts an attempt at something of an account before it is made. The function
// it returns is called when it was good.
func (s *Service) attempt(ctx context.Context, kind, account string) (good func(context.Context) error, err error) {
	limits := []store.AttemptLimit{{Key: attemptKey(kind, account), Free: accountFree, First: firstWait, Longest: longestWait, Forget: forgotten}}
	var address []byte
	if from := addressOf(ctx); from != "" {
		address = attemptKey("address", from)
		limits = append(limits, store.AttemptLimit{Key: address, Free: addressFree, First: firstWait, Longest: longestWait, Forget: forgotten})
	}
	until, err := s.store.SpendAttempt(ctx, limits, s.now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return nil, err
	}
	if !until.IsZero() {
		return nil, &Throttled{until, until.Sub(s.now())}
	}
	return func(ctx context.Context) error { return s.store.GoodAttempt(ctx, limits[0].Key, address) }, nil
}
