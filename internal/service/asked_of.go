package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// asked runs a use case that answers a question: in the one transaction that sees all
// its portfolios, or over those of several tenants. A question that names none is about
// the caller's own tenant: what others share is theirs.
func (s *Service) asked(ctx context.Context, c Caller, q Question, fn func(context.Context, store.View) error) error {
	switch len(q.Portfolios) {
	case 0:
		return s.read(ctx, c, fn)
	case 1:
		return s.read(ctx, c.about(q.Portfolios[0]), fn)
	}
	if err := c.Require(ScopeRead); err != nil {
		return err
	}
	places := map[string]store.Identity{}
	for _, portfolio := range q.Portfolios {
		id, err := s.at(ctx, c.about(portfolio))
		if err != nil {
			return err
		}
		places[portfolio] = id
	}
	return s.across(ctx, q, places, fn)
}

// across reads portfolios on behalf of the identity that each is seen by. Each tenant is
// read in a transaction of its own.
func (s *Service) across(ctx context.Context, q Question, places map[string]store.Identity, fn func(context.Context, store.View) error) error {
	first := places[q.Portfolios[0]]
	joint := &jointView{store: s.store, places: places}
	for _, portfolio := range q.Portfolios[1:] {
		if id := places[portfolio]; id != first && !slices.ContainsFunc(joint.others, func(o otherTenant) bool { return o.id == id }) {
			joint.others = append(joint.others, otherTenant{id: id})
		}
	}
	return s.store.Read(ctx, first, func(ctx context.Context, v store.View) error {
		if len(joint.others) == 0 {
			return fn(ctx, v)
		}
		joint.View = v
		if err := joint.open(ctx, q.KnownOn); err != nil {
			return err
		}
		return fn(ctx, joint)
	})
}

// jointView reads the portfolios of several tenants as if they were of one: that of the
// first portfolio, whose market data it has. What the market there does not know is
// taken from what the other tenants brought themselves. The others are read by ledger
// and market version, so that it does not matter that each answer is a transaction.
type jointView struct {
	store.View // of the first
	store      store.Store
	places     map[string]store.Identity
	others     []otherTenant
	label      string // of all tenants with their own market versions, for caches
}

type otherTenant struct {
	id     store.Identity
	market store.MarketVersion
}

func (j *jointView) open(ctx context.Context, knownOn time.Time) error {
	own := j.View.Identity()
	label := []string{own.Tenant}
	for i := range j.others {
		o := &j.others[i]
		err := j.store.Read(ctx, o.id, func(ctx context.Context, v store.View) (err error) {
			if knownOn.IsZero() {
				o.market, err = v.MarketVersion(ctx)
			} else {
				o.market, err = v.MarketKnownOn(ctx, knownOn)
			}
			return err
		})
		if err != nil {
			return err
		}
		label = append(label, fmt.Sprintf("%s.%d", o.id.Tenant, o.market.Own))
	}
	j.label = strings.Join(label, "+")
	return nil
}

// Identity names all tenants, so that what is remembered of them is of them together.
func (j *jointView) Identity() store.Identity {
	id := j.View.Identity()
	id.Tenant = j.label
	return id
}

// of asks the tenant of a portfolio.
func of[T any](ctx context.Context, j *jointView, portfolio string, ask func(context.Context, store.View) (T, error)) (out T, err error) {
	id, ok := j.places[portfolio]
	if !ok {
		return out, fmt.Errorf("portfolio %s: %w", portfolio, ErrNotFound)
	}
	err = j.store.Read(ctx, id, func(ctx context.Context, v store.View) (err error) {
		out, err = ask(ctx, v)
		return err
	})
	return out, err
}

// Portfolio implements store.PortfolioReader.
func (j *jointView) Portfolio(ctx context.Context, id string) (store.Portfolio, error) {
	return of(ctx, j, id, func(ctx context.Context, v store.View) (store.Portfolio, error) { return v.Portfolio(ctx, id) })
}

// LedgerVersion implements store.LedgerReader.
func (j *jointView) LedgerVersion(ctx context.Context, portfolio string) (int64, error) {
	return of(ctx, j, portfolio, func(ctx context.Context, v store.View) (int64, error) { return v.LedgerVersion(ctx, portfolio) })
}

// VersionKnownOn implements store.LedgerReader.
func (j *jointView) VersionKnownOn(ctx context.Context, portfolio string, at time.Time) (int64, error) {
	return of(ctx, j, portfolio, func(ctx context.Context, v store.View) (int64, error) { return v.VersionKnownOn(ctx, portfolio, at) })
}

// Transactions implements store.LedgerReader.
func (j *jointView) Transactions(ctx context.Context, portfolio string, version int64) ([]ledger.Transaction, error) {
	return of(ctx, j, portfolio, func(ctx context.Context, v store.View) ([]ledger.Transaction, error) {
		return v.Transactions(ctx, portfolio, version)
	})
}

// Rows implements store.LedgerReader.
func (j *jointView) Rows(ctx context.Context, portfolio string, version int64) ([]store.Row, error) {
	return of(ctx, j, portfolio, func(ctx context.Context, v store.View) ([]store.Row, error) { return v.Rows(ctx, portfolio, version) })
}

// ChangedIn implements store.LedgerReader.
func (j *jointView) ChangedIn(ctx context.Context, portfolio string, version int64) (entered, removed []store.Row, err error) {
	entered, err = of(ctx, j, portfolio, func(ctx context.Context, v store.View) (entered []store.Row, err error) {
		entered, removed, err = v.ChangedIn(ctx, portfolio, version)
		return entered, err
	})
	return entered, removed, err
}

// Versions implements store.LedgerReader.
func (j *jointView) Versions(ctx context.Context, portfolio string, after int64) ([]store.Version, error) {
	return of(ctx, j, portfolio, func(ctx context.Context, v store.View) ([]store.Version, error) {
		return v.Versions(ctx, portfolio, after)
	})
}

// elsewhere asks the other tenants, one after the other, for symbols that are still
// missing.
func (j *jointView) elsewhere(ctx context.Context, shared int64, missing func() []string, ask func(context.Context, store.View, []string, store.MarketVersion) error) error {
	for _, o := range j.others {
		symbols := missing()
		if len(symbols) == 0 {
			return nil
		}
		if o.market.Own == 0 {
			continue // it has brought nothing of its own
		}
		version := store.MarketVersion{Shared: shared, Own: o.market.Own}
		err := j.store.Read(ctx, o.id, func(ctx context.Context, v store.View) error { return ask(ctx, v, symbols, version) })
		if err != nil {
			return err
		}
	}
	return nil
}

// without are the symbols that were not found.
func without(symbols []string, found map[string]bool) func() []string {
	return func() (missing []string) { return notIn(found, symbols) }
}

// Instruments implements store.MarketReader.
func (j *jointView) Instruments(ctx context.Context, symbols []string, version store.MarketVersion, simulated bool) (map[string]instrument.Instrument, error) {
	out, err := j.View.Instruments(ctx, symbols, version, simulated)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for symbol := range out {
		have[symbol] = true
	}
	return out, j.elsewhere(ctx, version.Shared, without(symbols, have), func(ctx context.Context, v store.View, symbols []string, version store.MarketVersion) error {
		more, err := v.Instruments(ctx, symbols, version, simulated)
		for symbol, i := range more {
			out[symbol], have[symbol] = i, true
		}
		return err
	})
}

// Series implements store.MarketReader.
func (j *jointView) Series(ctx context.Context, q store.SeriesQuery) ([]store.Series, error) {
	out, err := j.View.Series(ctx, q)
	if err != nil || len(q.OptionsOn) > 0 {
		return out, err
	}
	have := map[string]bool{}
	for i := range out {
		have[out[i].Symbol] = true
	}
	err = j.elsewhere(ctx, q.Version.Shared, without(q.Symbols, have), func(ctx context.Context, v store.View, symbols []string, version store.MarketVersion) error {
		q.Symbols, q.Version = symbols, version
		more, err := v.Series(ctx, q)
		for i := range more {
			have[more[i].Symbol] = true
		}
		out = append(out, more...)
		return err
	})
	return out, err
}

// OwnPrices implements store.MarketReader.
func (j *jointView) OwnPrices(ctx context.Context, symbols []string, version store.MarketVersion) ([]store.OwnPrice, error) {
	out, err := j.View.OwnPrices(ctx, symbols, version)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for i := range out {
		have[out[i].Symbol] = true
	}
	err = j.elsewhere(ctx, version.Shared, without(symbols, have), func(ctx context.Context, v store.View, symbols []string, version store.MarketVersion) error {
		more, err := v.OwnPrices(ctx, symbols, version)
		for i := range more {
			have[more[i].Symbol] = true
		}
		out = append(out, more...)
		return err
	})
	return out, err
}

// Actions implements store.MarketReader.
func (j *jointView) Actions(ctx context.Context, symbols []string, version store.MarketVersion, simulated bool) ([]store.Action, error) {
	out, err := j.View.Actions(ctx, symbols, version, simulated)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for i := range out {
		have[out[i].Symbol] = true
	}
	err = j.elsewhere(ctx, version.Shared, without(symbols, have), func(ctx context.Context, v store.View, symbols []string, version store.MarketVersion) error {
		more, err := v.Actions(ctx, symbols, version, simulated)
		for i := range more {
			have[more[i].Symbol] = true
		}
		out = append(out, more...)
		return err
	})
	return out, err
}
