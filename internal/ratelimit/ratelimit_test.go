package ratelimit_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ratelimit"
)

var (
	ctx   = context.Background()
	start = time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC) // the beginning of a window
	five  = ratelimit.Rule{Limit: 5, Window: time.Minute}
)

func TestLocal(t *testing.T) { sliding(t, ratelimit.NewLocal()) }

// sliding holds a counter to the rule with a clock of its own.
func sliding(t *testing.T, c ratelimit.Counter) {
	t.Helper()
	for _, row := range []struct {
		why       string
		after     time.Duration
		allowed   bool
		remaining int
		retry     time.Duration
	}{
		{"first", 0, true, 4, 0},
		{"second", 0, true, 3, 0},
		{"third", 0, true, 2, 0},
		{"fourth", 0, true, 1, 0},
		{"fifth", 30 * time.Second, true, 0, 0},
		// 5 in this window: in the next they weigh 5 × (1 − share), which is 4 at a share of 0.2
		{"sixth", 30 * time.Second, false, 0, 42 * time.Second},
		{"still in the window", 59 * time.Second, false, 0, 13 * time.Second},
		{"the next window, too early", 71 * time.Second, false, 0, time.Second},
		{"when it was said", 72 * time.Second, true, 0, 0},
		{"at once again", 72 * time.Second, false, 0, 12 * time.Second}, // 5 × (1 − share) = 3 at 0.4
		{"two windows later", 180 * time.Second, true, 4, 0},
	} {
		v := c.Take(ctx, "ada", five, start.Add(row.after))
		if v.Allowed != row.allowed || v.Remaining != row.remaining || (v.Retry-row.retry).Abs() > time.Millisecond || v.Limit != 5 {
			t.Errorf("%s: %+v, want allowed %v, %d remaining, retry in %s", row.why, v, row.allowed, row.remaining, row.retry)
		}
	}
	if v := c.Take(ctx, "eve", five, start.Add(72*time.Second)); !v.Allowed || v.Remaining != 4 {
		t.Errorf("another key: %+v", v)
	}
}

// TestBounds: at random times no fixed window lets more than the limit through, no
// stretch of its length twice that, and what is refused fits when it was said to.
func TestBounds(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		c, rule := ratelimit.NewLocal(), ratelimit.Rule{Limit: 1 + random.IntN(20), Window: time.Duration(1+random.IntN(100)) * time.Second}
		var let []time.Time
		fixed := map[int64]int{}
		now := start
		for range 2000 {
			now = now.Add(time.Duration(random.ExpFloat64() * float64(rule.Window) / float64(2*rule.Limit)))
			v := c.Take(ctx, "k", rule, now)
			if v.Retry > 2*rule.Window || v.Retry < 0 || v.Reset <= 0 || v.Reset > rule.Window || v.Allowed == (v.Retry > 0) {
				t.Fatalf("seed %d: %+v", seed, v)
			}
			if !v.Allowed {
				now = now.Add(v.Retry + time.Microsecond)
				if v = c.Take(ctx, "k", rule, now); !v.Allowed {
					t.Fatalf("seed %d: refused again when it was said to fit: %+v", seed, v)
				}
			}
			let = append(let, now)
			if fixed[now.UnixNano()/int64(rule.Window)]++; fixed[now.UnixNano()/int64(rule.Window)] > rule.Limit {
				t.Fatalf("seed %d: more than %d in one window", seed, rule.Limit)
			}
		}
		for i := range let {
			n := 0
			for j := i; j < len(let) && let[j].Sub(let[i]) < rule.Window; j++ {
				n++
			}
			if n > 2*rule.Limit {
				t.Fatalf("seed %d: %d in one stretch, limit %d", seed, n, rule.Limit)
			}
		}
	}
}

// TestManyKeys: keys that no longer matter are forgotten, those that do are not.
func TestManyKeys(t *testing.T) {
	c := ratelimit.NewLocal()
	for range 5 {
		c.Take(ctx, "ada", five, start.Add(3*time.Hour))
	}
	for i := range 100_000 {
		c.Take(ctx, string(rune('a'+i%26))+time.Duration(i).String(), five, start)
	}
	if v := c.Take(ctx, "ada", five, start.Add(3*time.Hour)); v.Allowed {
		t.Errorf("forgotten: %+v", v)
	}
}

func BenchmarkLocal(b *testing.B) {
	c, rule := ratelimit.NewLocal(), ratelimit.Rule{Limit: 600, Window: time.Minute}
	for b.Loop() {
		c.Take(ctx, "0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10", rule, start)
	}
}
