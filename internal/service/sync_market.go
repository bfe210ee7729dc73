package service

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// markets are how all that is kept of a part of the world moved together. A sync reads them
// once, before it writes the first price, and once more when it is through.
type markets struct {
	moved map[string]*quality.Market // by part
	part  map[string]string          // of symbols
}

// mostMembers is how many series make a market: more change its median by less than what
// its bins are wide.
const mostMembers = 150

// marketDays is how far back a market is known: a check reads less than that of what is
// kept before the newest days.
const marketDays = 2 * historyDays

// parts are the parts of the world whose exchanges are open at the same hours, by the
// currency of what no exchange is known of.
var parts = map[string]string{"USD": "America", "CAD": "America", "EUR": "Europe", "GBP": "Europe", "CHF": "Europe", "SEK": "Europe", "NOK": "Europe", "DKK": "Europe",
	"JPY": "Asia", "HKD": "Asia", "AUD": "Australia", "NZD": "Australia"}

// partOf is the part of the world with which the price of an instrument in a currency
// moves; empty: with none.
func partOf(i instrument.Instrument, symbol string, currency money.Currency) string {
	if _, err := instrument.ParseOCC(symbol); err == nil {
		return ""
	}
	switch i.Class {
	case instrument.Unknown, instrument.Equity, instrument.ETF, instrument.Fund:
	default:
		return ""
	}
	if h := hoursOf(string(marketdata.Bars), i); h.checked().Code != "" {
		part, _, _ := strings.Cut(h.cal.Zone, "/")
		return part
	}
	major, _ := cmp.Or(i.Currency, currency).Major()
	return parts[string(major)]
}

// market is how the market of a subject in a currency moved; nil where it has none or too few
// are kept.
func (y *syncing) market(ctx context.Context, v store.View, x subject, currency money.Currency) (*quality.Market, error) {
	if x.kind != marketdata.Bars {
		return nil, nil
	}
	y.mu.Lock()
	all := y.markets
	y.mu.Unlock()
	if all == nil {
		var err error
		if all, err = y.tally(ctx, v, nil); err != nil {
			return nil, err
		}
		y.mu.Lock()
		y.markets = all
		y.mu.Unlock()
	}
	return all.moved[cmp.Or(all.part[x.symbol], partOf(y.known[x.symbol], x.symbol, currency))], nil
}

// tally counts the moves of what is kept, and of values that wait beside it: they are not
// believed, but where many moved alike the median says so.
func (y *syncing) tally(ctx context.Context, v store.View, waiting []store.HeldValue) (*markets, error) {
	infos, err := v.SeriesInfo(ctx, store.Prices, false)
	if err != nil {
		return nil, err
	}
	through := date.FromTime(y.now.UTC())
	all := &markets{moved: map[string]*quality.Market{}, part: map[string]string{}}
	members := map[string][]string{}
	for _, i := range infos {
		part := partOf(y.known[i.Symbol], i.Symbol, i.Currency)
		all.part[i.Symbol] = cmp.Or(part, all.part[i.Symbol])
		if part != "" && !i.Own && i.Last >= through-marketDays && len(members[part]) < mostMembers && !slices.Contains(members[part], i.Symbol) {
			members[part] = append(members[part], i.Symbol)
		}
	}
	for part, symbols := range members {
		kept, err := v.Series(ctx, store.SeriesQuery{Kind: store.Prices, Symbols: symbols, From: through - marketDays, To: through, Version: store.LatestMarket})
		if err != nil {
			return nil, err
		}
		one := map[string]store.Series{} // of several sources together
		for _, s := range kept {
			if !s.Own {
				one[s.Symbol] = store.Overlay(one[s.Symbol], bare(s))
			}
		}
		for _, h := range waiting {
			if s, member := one[h.Symbol]; member {
				one[h.Symbol] = store.Overlay(store.Series{Kind: h.Kind, Symbol: h.Symbol, Dates: []date.Date{h.Day}, Close: []float64{h.Bar.Close}}, s)
			}
		}
		t := quality.NewTally(through-marketDays, through)
		for _, s := range one {
			t.Add(quality.Series{Dates: s.Dates, Close: s.Close})
		}
		all.moved[part] = t.Market()
	}
	return all, nil
}

// bare is a series of closes alone.
func bare(s store.Series) store.Series {
	return store.Series{Kind: s.Kind, Symbol: s.Symbol, Source: s.Source, Dates: s.Dates, Close: s.Close}
}

// uproar is a move of a whole market from which on values that wait are looked at again.
const uproar = 0.02

// lookAgain looks once more at prices that are held back when a sync is through: what came
// first on a day on which all moved had nobody to be compared with. Those that the market
// explains are let go.
func (y *syncing) lookAgain(ctx context.Context) error {
	if y.options.DryRun || ctx.Err() != nil {
		return nil
	}
	var waiting []store.HeldValue
	var all *markets
	err := y.s.store.Read(ctx, y.as, func(ctx context.Context, v store.View) error {
		values, err := v.HeldValues(ctx, store.HeldFilter{Kind: store.Prices, Decision: store.HeldOpen, Limit: 1000})
		if err != nil {
			return err
		}
		since := date.FromTime(y.now.UTC()) - releaseDays
		for _, h := range values {
			if !h.Own && h.Day >= since {
				waiting = append(waiting, h)
			}
		}
		if len(waiting) > 0 {
			all, err = y.tally(ctx, v, waiting)
		}
		return err
	})
	if err != nil || len(waiting) == 0 {
		return err
	}
	y.markets = all
	bySource := map[[2]string][]store.HeldValue{}
	for _, h := range waiting {
		if math.Abs(all.moved[all.part[h.Symbol]].Move(h.Day-1, h.Day)) >= uproar {
			key := [2]string{h.Symbol, h.Source}
			bySource[key] = append(bySource[key], h)
		}
	}
	for _, key := range sortedPairs(bySource) {
		values := bySource[key]
		slices.SortFunc(values, func(a, b store.HeldValue) int { return int(a.Day) - int(b.Day) })
		released, err := y.letGo(ctx, subject{kind: marketdata.Bars, symbol: key[0], until: date.None}, key[1], values)
		if err != nil {
			return err
		}
		y.released(key[0], released)
	}
	return nil
}

func sortedPairs[T any](m map[[2]string]T) [][2]string {
	all := make([][2]string, 0, len(m))
	for k := range m {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b [2]string) int { return compareText(a[0]+"\x00"+a[1], b[0]+"\x00"+b[1]) })
	return all
}

// letGo checks values that wait as if they came again, and says how many were let go.
func (y *syncing) letGo(ctx context.Context, x subject, source string, values []store.HeldValue) (int, error) {
	row, out := y.rowOf(x), SyncOutcome{}
	h := hoursOf(string(x.kind), y.known[x.symbol])
	over, err := h.over(y.now)
	if err != nil {
		return 0, err
	}
	err = y.s.store.As(ctx, y.as, func(ctx context.Context, tx store.Tx) error {
		d := delivered{series: waitingSeries(store.Series{Kind: store.Prices, Symbol: x.symbol, Source: source, Currency: y.known[x.symbol].Currency}, values)}
		batch, _, _, err := y.checked(ctx, tx, x, h, over, source, d, &out)
		if err != nil || batch == nil {
			return err
		}
		if _, err := y.keep(ctx, tx, *batch); err != nil || out.Released == 0 || row.Provider != source {
			return err
		}
		if err := y.score(ctx, tx, x, &row, h, over, source, d.series); err != nil {
			return err
		}
		y.remember([]store.Supply{row})
		return tx.PutSupplies(ctx, []store.Supply{row})
	})
	return out.Released, err
}

// released notes in the report that values of a subject wait no more.
func (y *syncing) released(symbol string, n int) {
	for i := range y.report.Outcomes {
		if o := &y.report.Outcomes[i]; o.Symbol == symbol && o.Kind == string(marketdata.Bars) {
			o.Held, o.Released, o.Added = max(0, o.Held-n), o.Released+n, o.Added+n
		}
	}
}
