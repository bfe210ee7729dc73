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

// Look names the answer to a question in one state of whoever asks. Where the state is the
// same, so is the answer; a state that was left never returns. What is made of the answer
// may be kept under its look, and given again without asking. The zero Look names nothing.
type Look struct {
	tenant, user string
	pulse        store.Pulse
	question     string
	today        date.Date
}

// Known reports whether the look names an answer.
func (l Look) Known() bool { return l != Look{} }

// looks find the answers to questions about a tenant in which nothing has changed since,
// without asking the store again: who is signed in and the tenant's pulse were read
// together, in one statement. They keep no answer alive that the analyses have let go.
type looks struct {
	kept *otter.Cache[Look, weak.Pointer[analysis.Analysis]]
}

func newLooks() *looks {
	return &looks{otter.Must(&otter.Options[Look, weak.Pointer[analysis.Analysis]]{MaximumSize: keptLooks})}
}

// Look names a question, where its answer may be remembered by the pulse: a person who
// is signed in asks about the present of their own tenant. Whether it is answered from
// their own portfolios alone is known with the answer, which Seen gives.
func (s *Service) Look(ctx context.Context, c Caller, q Question) Look {
	if c.pulse == (store.Pulse{}) || c.Tenant == "" || c.Link != "" || !c.Until.IsZero() || !q.KnownOn.IsZero() || writing(ctx) || c.Require(ScopeRead) != nil {
		return Look{}
	}
	if _, within := ctx.Value(standingKey{}).(standing); within {
		return Look{}
	}
	asked := fmt.Sprintf("%q|%q|%q|%q|%d|%d|%d|%s|%q", q.Portfolios, q.Account, q.Symbol, q.Period, q.From, q.To, q.AsOf, q.Currency, q.Benchmark)
	return Look{c.Tenant, c.User, c.pulse, asked, date.FromTime(s.now().UTC())}
}

// Seen is Analysis with the look under which what is made of the answer may be kept: the
// zero Look where it has to be asked for each time.
func (s *Service) Seen(ctx context.Context, c Caller, q Question) (*analysis.Analysis, Look, error) {
	look := s.Look(ctx, c, q)
	if look.Known() {
		if before := s.analyses.looks.seen(look); before != nil {
			return before, look, nil
		}
	}
	var out *analysis.Analysis
	err := s.asked(ctx, c, q, func(ctx context.Context, v store.View) error {
		set, err := gather(ctx, v, q)
		if err != nil {
			return err
		}
		if out, err = s.analyses.answerTo(ctx, v, q, set, date.FromTime(s.now().UTC())); err != nil {
			return err
		}
		if !look.Known() || !ownAlone(look, set.portfolios) {
			look = Look{}
			return nil
		}
		s.analyses.looks.kept.Set(look, weak.Make(out))
		return nil
	})
	if err != nil {
		return nil, Look{}, err
	}
	return out, look, nil
}

// ownAlone reports whether all portfolios are those of whoever looks. An answer about
// portfolios of others is not remembered: that somebody looked at them is noted each time.
func ownAlone(l Look, portfolios []store.Portfolio) bool {
	return !slices.ContainsFunc(portfolios, func(p store.Portfolio) bool { return p.Tenant != l.tenant || p.Owner != l.user })
}

// seen is the answer that was given to the same look before, nil where there is none.
func (k *looks) seen(l Look) *analysis.Analysis {
	if p, ok := k.kept.GetIfPresent(l); ok {
		return p.Value()
	}
	return nil
}
