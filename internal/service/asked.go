package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// asked is what a question is about, resolved: which ledgers in which versions.
type asked struct {
	key        string // of ledgers, versions, base and policy
	name       string
	portfolios []store.Portfolio
	versions   []int64
	market     store.MarketVersion
	knownOn    time.Time // what was known then; zero: now
	base       money.Currency
	benchmark  string
	riskFree   string
	simulated  bool
}

// settings are the calculation options a portfolio keeps in its settings object.
type settings struct {
	RiskFree string `json:"risk_free"`
}

func gather(ctx context.Context, v store.View, q Question) (*asked, error) {
	set := &asked{}
	var err error
	if len(q.Portfolios) == 0 {
		if set.portfolios, err = v.Portfolios(ctx, false); err != nil {
			return nil, err
		}
		set.withoutSimulated()
		if len(set.portfolios) == 0 {
			return nil, fmt.Errorf("no portfolio: %w", ErrNotFound)
		}
	}
	for _, id := range q.Portfolios {
		p, err := v.Portfolio(ctx, id)
		if err != nil {
			return nil, err
		}
		set.portfolios = append(set.portfolios, p)
	}
	first := set.portfolios[0]
	for _, p := range set.portfolios {
		if p.Simulated != first.Simulated {
			return nil, &ledger.Fault{Field: "portfolios", Value: p.Name, Problem: "simulated and real portfolios cannot be added up", Cure: "ask for the ones or the others"}
		}
	}
	set.name, set.base, set.benchmark, set.simulated = first.Name, first.Base, first.Benchmark, first.Simulated
	if len(set.portfolios) > 1 {
		set.name = "All portfolios"
	}
	switch {
	case q.Currency != "":
		set.base = q.Currency
	case slices.ContainsFunc(set.portfolios, func(p store.Portfolio) bool { return p.Base != first.Base }):
		me, err := v.User(ctx, v.Identity().User)
		if err != nil && !errors.Is(err, ErrNotFound) { // a guest is no user of the tenant: the first portfolio's then
			return nil, err
		}
		set.base = cmp.Or(me.BaseCurrency, first.Base)
	}
	if q.Benchmark != "" {
		set.benchmark = q.Benchmark
	}
	var options settings
	if len(first.Settings) > 0 {
		if err := json.Unmarshal(first.Settings, &options); err != nil {
			return nil, fmt.Errorf("settings of %s: %w", first.Name, err)
		}
	}
	if set.riskFree = options.RiskFree; set.riskFree == "" {
		set.riskFree = string(set.base) + "-3M"
	}
	return set, set.pin(ctx, v, q.KnownOn)
}

// withoutSimulated leaves the simulated portfolios out where there are real ones: the
// two do not live in one market.
func (set *asked) withoutSimulated() {
	if slices.ContainsFunc(set.portfolios, func(p store.Portfolio) bool { return !p.Simulated }) {
		set.portfolios = slices.DeleteFunc(set.portfolios, func(p store.Portfolio) bool { return p.Simulated })
	}
}

// pin fixes the versions that the answer rests on.
func (set *asked) pin(ctx context.Context, v store.View, knownOn time.Time) (err error) {
	set.knownOn = knownOn
	if knownOn.IsZero() {
		set.market, err = v.MarketVersion(ctx)
	} else {
		set.market, err = v.MarketKnownOn(ctx, knownOn)
	}
	if err != nil {
		return err
	}
	var key strings.Builder
	fmt.Fprintf(&key, "%s|%s|%v|%d.%d|%s", v.Identity().Tenant, set.base, set.simulated, set.market.Shared, set.market.Own, set.riskFree)
	for i := range set.portfolios {
		p := &set.portfolios[i]
		version := p.Version
		if !knownOn.IsZero() {
			if version, err = v.VersionKnownOn(ctx, p.ID, knownOn); err != nil {
				return err
			}
		}
		set.versions = append(set.versions, version)
		fmt.Fprintf(&key, "|%s@%d.%d", p.ID, version, p.Revision)
	}
	set.key = key.String()
	return nil
}
