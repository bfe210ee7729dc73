package service

import (
	"context"
	"fmt"
	"slices"
	"weak"

	"github.com/maypok86/otter/v2"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// keptLooks is how many answers are found again by the pulse of their tenant.
const keptLooks = 8192

// look names an answer by who asked what in which state of their tenant. Where the state
// is the same, so is the answer; a state that was left never returns.
type look struct {
	tenant, user string
	pulse        store.Pulse
	question     string
	today        date.Date
}

// looks find the answers to questions about a tenant in which nothing has changed since,
// without asking the store again: who is signed in and the tenant's pulse were read
// together, in one statement. They keep no answer alive that the analyses have let go.
type looks struct {
	kept *otter.Cache[look, weak.Pointer[analysis.Analysis]]
}

func newLooks() *looks {
	return &looks{otter.Must(&otter.Options[look, weak.Pointer[analysis.Analysis]]{MaximumSize: keptLooks})}
}

// lookOf names a question, where its answer may be remembered by the pulse: a person who
// is signed in asks about the present of their own tenant.
func (s *Service) lookOf(ctx context.Context, c Caller, q Question) (l look, ok bool) {
	if c.pulse == (store.Pulse{}) || c.Tenant == "" || c.Link != "" || !c.Until.IsZero() || !q.KnownOn.IsZero() || writing(ctx) || c.Require(ScopeRead) != nil {
		return look{}, false
	}
	if _, within := ctx.Value(standingKey{}).(standing); within {
		return look{}, false
	}
	asked := fmt.Sprintf("%q|%q|%q|%q|%d|%d|%d|%s|%q", q.Portfolios, q.Account, q.Symbol, q.Period, q.From, q.To, q.AsOf, q.Currency, q.Benchmark)
	return look{c.Tenant, c.User, c.pulse, asked, date.FromTime(s.now().UTC())}, true
}

// seen is the answer that was given to the same look before, nil where there is none.
func (k *looks) seen(l look) *analysis.Analysis {
	if p, ok := k.kept.GetIfPresent(l); ok {
		return p.Value()
	}
	return nil
}

// remember keeps an answer. One about portfolios of others is not remembered: that
// somebody looked at them is noted each time.
func (k *looks) remember(l look, portfolios []store.Portfolio, a *analysis.Analysis) {
	if !slices.ContainsFunc(portfolios, func(p store.Portfolio) bool { return p.Tenant != l.tenant || p.Owner != l.user }) {
		k.kept.Set(l, weak.Make(a))
	}
}
