package ratelimit

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// How the counter behaves when Redis does not answer.
const (
	patience  = 100 * time.Millisecond // for one answer; a request must not wait long for it
	restAfter = 5 * time.Second        // counted locally after a failure, before Redis is asked again
)

// take counts in Redis, both windows in one step. The arguments are the limit, the
// share of the current window that has passed and how long the counts matter, in
// milliseconds; the answer is the two counts before the request.
var take = redis.NewScript(`
local current = tonumber(redis.call('GET', KEYS[1]) or '0')
local previous = tonumber(redis.call('GET', KEYS[2]) or '0')
local free = tonumber(ARGV[1]) - previous * (1 - tonumber(ARGV[2])) - current
if free >= 1 - 1e-9 then
  redis.call('INCR', KEYS[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return {previous, current}
`)

// Shared counts in Redis, so that several processes share their counts. While Redis
// does not answer it counts in this process alone and says so in the log.
type Shared struct {
	client *redis.Client
	local  *Local
	log    *slog.Logger
	resume atomic.Int64 // Unix nanoseconds until which Redis is not asked
}

// NewShared returns a counter over the Redis of an address such as
// redis://user:password@host:6379/0 (rediss:// for TLS). It connects when first asked.
func NewShared(address string, log *slog.Logger) (*Shared, error) {
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("not an address of Redis: %w", err)
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = patience, patience, patience, patience
	o.MaxRetries = -1
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	redis.SetLogger(silent{}) // what goes wrong is said in our own log
	return &Shared{client: redis.NewClient(o), local: NewLocal(), log: log}, nil
}

// Take implements Counter.
func (s *Shared) Take(ctx context.Context, key string, rule Rule, now time.Time) Verdict {
	if time.Now().UnixNano() < s.resume.Load() {
		return s.local.Take(ctx, key, rule, now)
	}
	previous, current, share, err := s.ask(ctx, key, rule, now)
	if err != nil {
		if ctx.Err() == nil { // it is Redis, not the caller who went away
			s.resume.Store(time.Now().Add(restAfter).UnixNano())
			s.log.WarnContext(ctx, "rate limits are counted in this process alone: Redis does not answer", "error", err, "again_in", restAfter)
		}
		return s.local.Take(ctx, key, rule, now)
	}
	return judge(rule, previous, current, share)
}

func (s *Shared) ask(ctx context.Context, key string, rule Rule, now time.Time) (previous, current int64, share float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	index, share := position(now, rule.Window)
	// The braces keep both counts of a key on one node of a cluster.
	name := "foliosight:rate:{" + key + ":" + strconv.FormatInt(rule.Window.Milliseconds(), 10) + "}:"
	keys := []string{name + strconv.FormatInt(index, 10), name + strconv.FormatInt(index-1, 10)}
	counts, err := take.Run(ctx, s.client, keys, rule.Limit, strconv.FormatFloat(share, 'g', -1, 64), (2 * rule.Window).Milliseconds()).Int64Slice()
	if err != nil {
		return 0, 0, 0, err
	}
	if len(counts) != 2 {
		return 0, 0, 0, fmt.Errorf("redis answered %d counts, not 2", len(counts))
	}
	return counts[0], counts[1], share, nil
}

// silent keeps the client's own messages off standard error.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// Close gives the connections back.
func (s *Shared) Close() error { return s.client.Close() }
