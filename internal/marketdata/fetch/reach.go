package fetch

import (
	"context"
	"net"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance"
)

// Reach looks whether there is a way to the source, without asking it anything. Where there
// is none the breaker opens, so that nobody waits for it. A source that is not asked now
// anyway is not looked for.
func (f *Fetcher) Reach(ctx context.Context) {
	key := f.key()
	f.mu.Lock()
	asked := (key != "" || !f.provider.NeedsKey()) && f.breaker.opened == 0 && (f.memory.key != key || f.memory.badKey == nil)
	f.mu.Unlock()
	if !asked {
		return
	}
	port := f.base.Port()
	if port == "" {
		port = f.base.Scheme // net knows its port
	}
	connection, err := f.dial(ctx, "tcp", net.JoinHostPort(f.base.Hostname(), port))
	if err == nil {
		_ = connection.Close() // it was opened to see that it can be
		return
	}
	if ctx.Err() != nil || !away(err) {
		return
	}
	now := f.options.Now()
	f.mu.Lock()
	if f.breaker.opened == 0 {
		f.breaker.fail(now, true)
	}
	f.mu.Unlock()
	refused := f.refuse("", marketdata.Unreached, unreached(err))
	if err := f.options.Allowance.Done(context.WithoutCancel(ctx), f.Name(), "", allowance.Outcome{At: now, Reason: refused.Reason, Said: refused.Error()}); err != nil {
		f.options.Log.Warn("that a source cannot be reached is not kept", "provider", f.Name(), "error", err)
	}
}
