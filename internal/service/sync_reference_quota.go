package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/route"
)

// sparing is what sources can do that leave calls to others.
type sparing interface {
	Sparing(spare func(source string) (why string, until time.Time), briefly time.Duration) *route.Router
}

// keepForPrices works out which calls are kept for prices: all of the sources that prices of
// this sync wait for, and of those with a limit of a day or a month as many as the prices
// that they supply take until the next session is in.
func (y *syncing) keepForPrices(ctx context.Context) error {
	r := &y.ref
	statuses, err := y.s.sources.Status(ctx)
	if err != nil {
		return err
	}
	r.reserve, r.fallback, r.waiting = y.callsOfPrices(), y.inOrders(), y.pricesWaitFor(statuses)
	r.bounded = map[string]bool{}
	for _, s := range statuses {
		for _, w := range s.Windows {
			r.bounded[s.Provider] = r.bounded[s.Provider] || long(w)
		}
	}
	r.sources = y.s.sources
	if s, can := y.s.sources.(sparing); can {
		r.sources = s.Sparing(func(source string) (string, time.Time) { return y.spare(ctx, source) }, between)
	}
	return nil
}

// callsOfPrices is how many calls a day each source is asked for prices and actions that it
// supplied last: one a series and session, and lists of actions once a week.
func (y *syncing) callsOfPrices() map[string]int {
	weekly, daily := map[string]int{}, map[string]int{}
	for key, row := range y.rows {
		switch {
		case row.Provider == "" || row.Due.IsZero() || isReference(key.kind):
		case key.kind == marketdata.Splits || key.kind == marketdata.Dividends:
			weekly[row.Provider]++
		default:
			daily[row.Provider]++
		}
	}
	for name, n := range weekly {
		daily[name] += (n + 6) / 7
	}
	return daily
}

// inOrders is how many series of prices each source may be asked for when those before it
// fail: of a limit of a day up to a quarter is kept for them.
func (y *syncing) inOrders() map[string]int {
	all := map[string]int{}
	for key, row := range y.rows {
		if row.Due.IsZero() || isReference(key.kind) {
			continue
		}
		x := subject{kind: key.kind, symbol: key.symbol}
		for _, name := range y.s.sources.Sources(x.request(y.known[key.symbol], 0, 0)) {
			all[name]++
		}
	}
	return all
}

// pricesWaitFor are the sources for whose limits prices of this sync wait.
func (y *syncing) pricesWaitFor(statuses []fetch.Status) map[string]bool {
	waiting := map[string]bool{}
	for _, o := range y.report.Outcomes {
		if o.Reason != string(marketdata.Limited) || isReference(marketdata.Kind(o.Kind)) {
			continue
		}
		x := subject{kind: marketdata.Kind(o.Kind), symbol: o.Symbol}
		asked := y.s.sources.Sources(x.request(y.known[o.Symbol], 0, 0))
		some := false
		for _, s := range statuses {
			if s.Blocked != "" && slices.Contains(asked, s.Provider) && (!s.NeedsKey || s.KeyPresent) {
				waiting[s.Provider], some = true, true
			}
		}
		if !some { // it is free again by now: who of them it was is not known
			for _, name := range asked {
				waiting[name] = true
			}
		}
	}
	return waiting
}

// spare says why and until when a source is not asked for reference data; empty: it may be.
// What is under way at the same time is counted as if each took two calls more.
func (y *syncing) spare(ctx context.Context, source string) (why string, until time.Time) {
	now := y.s.now()
	if y.ref.waiting[source] {
		return "its calls are kept for prices that wait for them", now.Add(pricesWait)
	}
	reserve, fallback := y.ref.reserve[source], y.ref.fallback[source]
	if reserve+fallback == 0 || !y.ref.bounded[source] {
		return "", time.Time{}
	}
	statuses, err := y.s.sources.Status(ctx)
	if err != nil {
		return "how many of its calls are left is not known: " + err.Error(), now.Add(pricesWait)
	}
	for _, s := range statuses {
		for _, w := range s.Windows {
			if s.Provider != source || !long(w) {
				continue
			}
			if w.Most-w.Used < max(reserve, min(fallback, w.Most/4))+2*y.ref.most {
				until = now.Add(againSoon)
				if w.Resets.After(now) {
					until = w.Resets
				}
				return fmt.Sprintf("of its %s %d are left, and kept for prices", w.Name, max(w.Most-w.Used, 0)), until
			}
		}
	}
	return "", time.Time{}
}

// long reports whether a limit is one of calls in a day or a month: a shorter one is free
// again when the next prices are due.
func long(w fetch.Window) bool {
	return !w.Credits && (strings.Contains(w.Name, " a day") || strings.Contains(w.Name, " a month"))
}

// fullKey names what is asked as far as limits go: who is asked, and for what.
func fullKey(q marketdata.Request, sources []string) string {
	class := q.Instrument.Class
	if class == instrument.Unknown {
		class = "unknown"
	}
	market := q.Instrument.Exchange
	if at := strings.LastIndexByte(q.Instrument.Symbol, '.'); at >= 0 {
		market += q.Instrument.Symbol[at:]
	}
	return strings.Join([]string{string(q.Kind), q.Part, string(class), market, strings.Join(sources, ",")}, " ")
}

// isFull reports that for the like of it no source had a call left a moment ago.
func (y *syncing) isFull(key string) (fullTill, bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	full, known := y.ref.full[key]
	return full, known && full.until.Sub(y.s.now()) > y.options.Patience
}

func (y *syncing) nowFull(key string, full fullTill) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.ref.full[key] = full
}
