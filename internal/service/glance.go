package service

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// Glance is what is said of portfolios without any amount, quantity, price or account:
// fractions alone.
type Glance struct {
	Name      string
	Base      money.Currency
	AsOf      date.Date
	Period    analysis.Period
	Simulated bool
	Returns   []NamedFigure
	Risk      []NamedFigure
	Holdings  []Weight // by weight, the largest first
	Class     []Weight
	Currency  []Weight
	Days      []date.Date
	Return    analysis.Numbers // cumulated, time-weighted, parallel to Days
}

// NamedFigure is a figure with its name.
type NamedFigure struct {
	Key, Label string
	analysis.Figure
}

// Weight is a part of the net value; shorts are negative.
type Weight struct {
	Key, Label string
	Weight     float64
	Known      bool
}

// Glance is what a link shows; of one without amounts it is all there is. Who sees a
// portfolio may ask for it too.
func (s *Service) Glance(ctx context.Context, c Caller, q Question) (*Glance, error) {
	if len(q.Portfolios) != 1 {
		return nil, fault("portfolio", "", "it shows one portfolio", "name one")
	}
	if c.Link != "" && c.Link != q.Portfolios[0] {
		return nil, fmt.Errorf("portfolio %s: %w", q.Portfolios[0], ErrNotFound)
	}
	if c.Scope == ScopeGlance {
		c.Scope = ScopeRead // for this, and for nothing else
	}
	a, err := s.Analysis(ctx, c, q)
	if err != nil {
		return nil, err
	}
	return glanceOf(a), nil
}

// HouseholdFigures are those of all that was brought into a household, together: the
// amounts in all, and a Glance of it.
type HouseholdFigures struct {
	Glance
	Value, DayChange, DayReturn, Gain analysis.Figure
}

// HouseholdFigures are for its members.
func (s *Service) HouseholdFigures(ctx context.Context, c Caller, id string, q Question) (*HouseholdFigures, error) {
	a, err := s.householdAnalysis(ctx, c, id, q)
	if err != nil {
		return nil, err
	}
	f := &HouseholdFigures{Glance: *glanceOf(a), Value: a.Summary.Value, DayChange: a.Summary.DayChange, DayReturn: a.Summary.DayReturn, Gain: a.Summary.Gain}
	f.Name = "Together"
	return f, nil
}

func glanceOf(a *analysis.Analysis) *Glance {
	g := &Glance{Name: a.Name, Base: a.Base, AsOf: a.AsOf, Period: a.Period, Simulated: a.Simulated, Days: a.Series.Days, Return: a.Series.Return}
	add := func(to *[]NamedFigure, key, label string, f analysis.Figure) {
		f.Inputs = nil // they are amounts
		*to = append(*to, NamedFigure{key, label, f})
	}
	add(&g.Returns, "day_return", "Last day", a.Summary.DayReturn)
	add(&g.Returns, "time_weighted", "Time-weighted return", a.Returns.TimeWeighted)
	add(&g.Returns, "time_weighted_annual", "A year", a.Returns.TimeWeightedAnnual)
	add(&g.Returns, "money_weighted", "Money-weighted return", a.Returns.MoneyWeighted)
	add(&g.Returns, "benchmark", "Benchmark", a.Returns.Benchmark)
	add(&g.Risk, "volatility", "Volatility a year", a.Risk.Realised.Volatility)
	add(&g.Risk, "sharpe", "Sharpe ratio", a.Risk.Realised.Sharpe)
	add(&g.Risk, "max_drawdown", "Largest drawdown", a.Risk.Realised.MaxDrawdown)
	add(&g.Risk, "beta", "Beta", a.Risk.Realised.Beta)
	for i := range a.Holdings {
		h := &a.Holdings[i]
		g.Holdings = append(g.Holdings, Weight{Key: h.Symbol, Label: cmp.Or(h.Instrument.Name, h.Symbol), Weight: rounded(h.Weight.Float64()), Known: h.Weight.Known()})
	}
	slices.SortStableFunc(g.Holdings, func(a, b Weight) int {
		if a.Known != b.Known {
			if a.Known {
				return -1
			}
			return 1
		}
		if !a.Known {
			return cmp.Compare(a.Key, b.Key)
		}
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Key, b.Key))
	})
	slices := func(to *[]Weight, from []analysis.Slice) {
		for _, s := range from {
			*to = append(*to, Weight{Key: s.Key, Label: s.Key, Weight: rounded(s.Weight.Float64()), Known: true})
		}
	}
	slices(&g.Class, a.Allocation.Class)
	slices(&g.Currency, a.Allocation.Currency)
	return g
}

// rounded is a weight to the basis point: more would tell how many pieces are held.
func rounded(weight float64) float64 { return math.Round(weight*1e4) / 1e4 }

// Client is somebody of another tenant who shared portfolios with the caller.
type Client struct {
	Tenant     string // id
	Name       string // of who owns the first of the portfolios
	Portfolios []ClientPortfolio
}

// ClientPortfolio is one of a client's portfolios with what an advisor wants to see
// first.
type ClientPortfolio struct {
	store.Portfolio
	Base                        money.Currency // what the figures are in
	AsOf                        date.Date
	Value, DayChange, DayReturn analysis.Figure
	Problem                     string // why there are no figures; empty: there are
	LastActivity                store.Version
}

// Clients are those who shared portfolios with the caller, each with the portfolios and
// when something was last booked. Looking at them is noted in each client's trail.
func (s *Service) Clients(ctx context.Context, c Caller) (all []Client, err error) {
	if err := c.Require(ScopeRead); err != nil {
		return nil, err
	}
	if c.Tenant == "" {
		return nil, fmt.Errorf("clients: %w", ErrForbidden)
	}
	shared, err := s.sharedPortfolios(ctx, c, false)
	if err != nil {
		return nil, err
	}
	for _, p := range shared {
		one := ClientPortfolio{Portfolio: p, Base: p.Base}
		a, err := s.Analysis(ctx, c, Question{Portfolios: []string{p.ID}, Period: "1M"})
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case ignoreMissing(err) == nil && err != nil:
			continue // it ended meanwhile
		case err != nil:
			one.Problem = "it cannot be valued: " + err.Error()
		default:
			one.AsOf, one.Value, one.DayChange, one.DayReturn = a.AsOf, a.Summary.Value, a.Summary.DayChange, a.Summary.DayReturn
		}
		versions, err := s.Versions(ctx, c, p.ID, max(0, p.Version-1))
		if err != nil && ignoreMissing(err) != nil {
			return nil, err
		}
		if len(versions) > 0 {
			one.LastActivity = versions[len(versions)-1]
		}
		if len(all) == 0 || all[len(all)-1].Tenant != p.Tenant {
			name, err := s.nameOf(ctx, p)
			if err != nil {
				return nil, err
			}
			all = append(all, Client{Tenant: p.Tenant, Name: name})
		}
		last := &all[len(all)-1]
		last.Portfolios = append(last.Portfolios, one)
	}
	return all, nil
}

// nameOf is what the owner of a portfolio is called, for those to whom it is shared.
func (s *Service) nameOf(ctx context.Context, p store.Portfolio) (name string, err error) {
	owner := store.Identity{Tenant: p.Tenant, User: p.Owner}
	err = s.store.Read(ctx, owner, func(ctx context.Context, v store.View) error {
		u, err := v.User(ctx, p.Owner)
		name = u.Name
		return err
	})
	return name, ignoreMissing(err)
}
