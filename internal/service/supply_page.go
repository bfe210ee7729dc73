package service

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// FeedUse is what a series is needed for.
type FeedUse string

// The uses.
const (
	FeedHeld  FeedUse = "held"  // what is held now
	FeedModel FeedUse = "model" // the benchmark, the factor model, attribution
	FeedFX    FeedUse = "fx"    // what is held, earned or paid in another currency
	FeedRate  FeedUse = "rate"  // interest: excess returns and options
	FeedPast  FeedUse = "past"  // what was held: its history is kept
)

// Feed is a series that the figures of portfolios need: what is stored of it and, where
// somebody is asked for it, how that goes.
type Feed struct {
	Supplied
	Use  FeedUse
	Name string // of the instrument; empty: it is not known
	// Kept is what is stored, of the source that figures prefer; Count 0: nothing.
	Kept store.SeriesInfo
	// Valued says that it is listed nowhere: people enter its valuations.
	Valued bool
	// Files says that nobody is asked for it: what is stored came by file, by hand or from
	// the simulated market.
	Files bool
	// Awaited says that nobody was asked for it yet, and that somebody will be with the next
	// fetch.
	Awaited bool
	// Booked says that a ledger names it; Compared that a portfolio is compared with it. What
	// is neither, and no rate of exchange, only the risk model needs.
	Booked, Compared bool
	// Simulated says that it is a series of the simulated market.
	Simulated bool
}

// scoredFeeds is how many series without a stored score are rated when they are shown.
const scoredFeeds = 200

// Feeds are the series that the figures of a portfolio need, of all that the caller sees
// for none: what is held first, by symbol. A score that is not stored is worked out.
func (s *Service) Feeds(ctx context.Context, c Caller, id string) (all []Feed, err error) {
	q := Question{}
	if id != "" {
		q.Portfolios = []string{id}
	}
	err = s.read(ctx, c.about(id), func(ctx context.Context, v store.View) error {
		set, err := gather(ctx, v, q)
		if err != nil {
			return err
		}
		f, err := s.analyses.fold(ctx, v, set, date.None, date.FromTime(s.now().UTC()))
		if err != nil {
			return err
		}
		n, err := needsOf(ctx, v, set, f)
		if err != nil {
			return err
		}
		if all, err = n.feeds(ctx, v, set); err != nil {
			return err
		}
		until := s.now()
		if end := (f.asOf + 1).Time(); set.simulated && end.Before(until) {
			until = end // the simulated market goes no further than the figures
		}
		if err := s.describeFeeds(ctx, v, set, all, until); err != nil {
			return err
		}
		return s.rateFeeds(ctx, v, set, f, all, until)
	})
	return all, err
}

// feedNeeds are what portfolios need of the market, by use.
type feedNeeds struct {
	uses       map[string]FeedUse // of symbols
	booked     map[string]bool    // symbols that a ledger names, and what options are on
	currencies []money.Currency
	rates      []string
}

// needsOf gathers them: what was booked, what is held on the last day (of a book that is
// folded), and what measuring it needs beside.
func needsOf(ctx context.Context, v store.View, set *asked, f *foldedBook) (n feedNeeds, err error) {
	n.uses, n.booked = map[string]FeedUse{}, map[string]bool{}
	currencies := map[money.Currency]bool{}
	for _, symbol := range wantsOf(nil, set.base, set.benchmark).symbols {
		n.uses[symbol] = FeedModel
	}
	for _, p := range set.portfolios {
		transactions, err := v.Transactions(ctx, p.ID, store.Latest)
		if err != nil {
			return n, err
		}
		w := wantsOf(transactions, p.Base, p.Benchmark)
		for i := range transactions {
			for _, symbol := range []string{transactions[i].Symbol, transactions[i].ToSymbol} {
				n.booked[symbol] = true
				if o, err := instrument.ParseOCC(symbol); err == nil {
					n.booked[o.Underlying] = true
				}
			}
		}
		for _, symbol := range w.symbols {
			if n.uses[symbol] == "" {
				n.uses[symbol] = FeedPast
			}
		}
		for _, currency := range w.currencies {
			currencies[currency] = true
		}
	}
	n.currencies = slices.Sorted(maps.Keys(currencies))
	n.rates = []string{set.riskFree}
	if f == nil {
		return n, nil
	}
	for _, h := range f.book.Holdings(portfolio.Node{}, f.asOf) {
		n.uses[h.Symbol] = FeedHeld
		if o, err := instrument.ParseOCC(h.Symbol); err == nil && n.uses[o.Underlying] == FeedPast {
			n.uses[o.Underlying] = FeedHeld // it is valued with its underlying
		}
	}
	return n, nil
}

// feeds are the series, each with what is stored and who was asked last.
func (n *feedNeeds) feeds(ctx context.Context, v store.View, set *asked) ([]Feed, error) {
	var all []Feed
	add := func(kind marketdata.Kind, symbol string, use FeedUse) {
		all = append(all, Feed{Use: use, Supplied: Supplied{Age: -1, Supply: store.Supply{Kind: string(kind), Symbol: symbol, First: date.None, Last: date.None}}})
	}
	for _, symbol := range sortedKeys(n.uses) {
		add(marketdata.Bars, symbol, n.uses[symbol])
	}
	stored, err := kept(ctx, v, set.simulated)
	if err != nil {
		return nil, err
	}
	for _, pair := range n.pairs(stored) {
		add(marketdata.FX, pair, FeedFX)
	}
	for _, name := range n.rates {
		add(marketdata.Rates, name, FeedRate)
	}
	asked, err := suppliesOf(ctx, v, all, set.simulated)
	if err != nil {
		return nil, err
	}
	for i := range all {
		one := &all[i]
		one.Kept = stored[heldKey{seriesKindOf(one.Kind), one.Symbol}]
		one.Booked, one.Compared = n.booked[one.Symbol], one.Symbol == set.benchmark
		if x, ok := asked[[2]string{one.Kind, one.Symbol}]; ok {
			one.Supply = x
		} else {
			one.Files = true
		}
		if one.Kept.Count > 0 {
			one.First, one.Last = one.Kept.First, one.Kept.Last
		}
	}
	// Of the index of volatility the model takes either name; asked for it is under the other.
	all = slices.DeleteFunc(all, func(one Feed) bool { return one.Use == FeedModel && one.Symbol == "VIX" && one.Kept.Count == 0 })
	order := map[FeedUse]int{FeedHeld: 0, FeedModel: 1, FeedFX: 2, FeedRate: 3, FeedPast: 4}
	slices.SortStableFunc(all, func(a, b Feed) int { return cmp.Or(order[a.Use]-order[b.Use], compareText(a.Symbol, b.Symbol)) })
	return all, nil
}

// pairs are the exchange rates: those that are stored between the currencies, and, for a
// currency of which none is, the one through which it would be exchanged.
func (n *feedNeeds) pairs(stored map[heldKey]store.SeriesInfo) []string {
	covered, all := map[money.Currency]bool{}, map[string]bool{}
	need := map[money.Currency]bool{pivot: true}
	for _, c := range n.currencies {
		major, _ := c.Major()
		need[major] = true
	}
	if len(need) < 2 || len(need) == 2 && !slices.Contains(n.currencies, pivot) {
		return nil // there is nothing to exchange
	}
	for _, key := range sortedHeldKeys(stored) {
		if key.kind != store.FX || len(key.symbol) != 7 {
			continue
		}
		base, quote := money.Currency(key.symbol[:3]), money.Currency(key.symbol[4:])
		if need[base] && need[quote] {
			all[key.symbol], covered[base], covered[quote] = true, true, true
		}
	}
	for _, pair := range pairsFor(n.currencies) {
		if base, quote := money.Currency(pair[:3]), money.Currency(pair[4:]); !covered[quote] || !covered[base] && slices.Contains(n.currencies, base) {
			all[pair] = true
		}
	}
	return sortedKeys(all)
}

// kept is what is stored of each series, of the source that comes first.
func kept(ctx context.Context, v store.View, simulated bool) (map[heldKey]store.SeriesInfo, error) {
	all := map[heldKey]store.SeriesInfo{}
	for _, kind := range []store.SeriesKind{store.Prices, store.FX, store.Rates} {
		infos, err := v.SeriesInfo(ctx, kind, simulated)
		if err != nil {
			return nil, err
		}
		for _, i := range infos {
			key := heldKey{kind, i.Symbol}
			if _, first := all[key]; !first {
				all[key] = i
			}
		}
	}
	return all, nil
}

func sortedHeldKeys(m map[heldKey]store.SeriesInfo) []heldKey {
	all := make([]heldKey, 0, len(m))
	for k := range m {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b heldKey) int { return cmp.Or(cmp.Compare(a.kind, b.kind), compareText(a.symbol, b.symbol)) })
	return all
}

// suppliesOf are those of the feeds that somebody is asked for. The simulated market is
// asked by nobody.
func suppliesOf(ctx context.Context, v store.View, feeds []Feed, simulated bool) (map[[2]string]store.Supply, error) {
	all := map[[2]string]store.Supply{}
	if simulated {
		return all, nil
	}
	wanted := map[[2]string]bool{}
	for i := range feeds {
		wanted[[2]string{feeds[i].Kind, feeds[i].Symbol}] = true
	}
	for _, kind := range []marketdata.Kind{marketdata.Bars, marketdata.FX, marketdata.Rates} {
		f := SupplyFilter{Kind: string(kind), Limit: mostSupplies}
		for {
			page, err := v.Supplies(ctx, f)
			if err != nil {
				return nil, err
			}
			for _, x := range page.Supplies {
				if key := [2]string{x.Kind, x.Symbol}; wanted[key] {
					all[key] = x
				}
			}
			if f.After = page.Next; page.Next == "" {
				break
			}
		}
	}
	return all, nil
}

// describeFeeds says how each stands: those that somebody is asked for as everywhere,
// others by what is stored of the sessions that were over by a time.
func (s *Service) describeFeeds(ctx context.Context, v store.View, set *asked, all []Feed, until time.Time) error {
	symbols := make([]string, 0, len(all))
	for i := range all {
		symbols = append(symbols, all[i].Symbol)
	}
	known, err := v.Instruments(ctx, symbols, store.LatestMarket, set.simulated)
	if err != nil {
		return err
	}
	supplied := make([]Supplied, len(all))
	for i := range all {
		supplied[i] = all[i].Supplied
	}
	if err := s.describe(ctx, v, supplied); err != nil {
		return err
	}
	for i := range all {
		one, inst := &all[i], known[all[i].Symbol]
		one.Supplied = supplied[i]
		one.Name, one.Valued, one.Simulated = inst.Name, inst.Class == instrument.Private, set.simulated
		if one.Files {
			one.byFile(hoursOf(one.Kind, inst), until)
			one.Awaited = one.Use != FeedPast && !one.Valued && s.nobodyAsked(set.simulated) == ""
		}
	}
	return nil
}

// byFile says how a series stands that nobody is asked for.
func (one *Feed) byFile(h hours, now time.Time) {
	one.Calendar, one.Age = h.name(), -1
	if over, err := h.over(now); err == nil && !unset(one.Last) {
		one.Age = len(h.sessions(one.Last+1, over))
	}
	switch {
	case one.Use == FeedPast:
		one.State, one.Says = SupplyUnasked, "it is not held any more; what is stored is kept for its history"
	case one.Kept.Count == 0:
		one.State, one.Says = SupplyNever, "nothing is stored, and nobody was asked for it yet"
	case one.Age > 0 && !one.Valued:
		one.State, one.Says = SupplyLate, fmt.Sprintf("%s of %s missing since %s", numberOf(one.Age, "session", "sessions"), one.Calendar, one.Last)
	default:
		one.State, one.Says = SupplyCurrent, "up to date, through "+one.Last.String()
	}
}
