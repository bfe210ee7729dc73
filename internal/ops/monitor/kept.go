package monitor

import (
	"context"
	"sync"
	"time"
)

// kept is an answer that is asked for anew when it has become old. One who asks waits for
// it; who comes meanwhile gets what it gets.
type kept[T any] struct {
	lasts time.Duration

	mu    sync.Mutex
	at    time.Time // of the last attempt
	value T
	err   error
}

// get is the answer, or why there is none. The clock is the machine's: it measures how
// long ago something was asked.
func (k *kept[T]) get(ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.at.IsZero() && time.Since(k.at) < k.lasts {
		return k.value, k.err
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	k.value, k.err = ask(ctx)
	k.at = time.Now()
	return k.value, k.err
}
