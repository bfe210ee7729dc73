package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// referenceEvery is after how long what sources say of an instrument beside its prices is
// asked for again. Companies of the United States report each quarter, within 40 to 45 days
// of its end, and each year, within 60 to 90 (SEC, Forms 10-Q and 10-K), and tell the day a
// few weeks ahead: a week finds a report that was moved, and around one the statements. Funds
// file what they hold by the month (SEC, Form N-PORT), and seldom change their name, sector or
// exchange. News is of the day.
var referenceEvery = map[marketdata.Kind]time.Duration{
	marketdata.Profiles: 30 * 24 * time.Hour, marketdata.Holdings: 30 * 24 * time.Hour, marketdata.Earnings: 7 * 24 * time.Hour,
	marketdata.Statements: 30 * 24 * time.Hour, marketdata.News: 24 * time.Hour,
}

// aroundReport is how often statements are asked for in the weeks after a report, within
// which they are filed, and reportDays how long that is.
const (
	aroundReport = 7 * 24 * time.Hour
	reportDays   = 45
)

// newsAtOnce is how many articles are asked for, and newsKept how long one is kept.
const (
	newsAtOnce = 50
	newsKept   = 2 * 365 * 24 * time.Hour
)

// referenceOrder is in which order the kinds are asked for: what an instrument is decides
// what else there is of it, and what a fund holds goes into figures.
var referenceOrder = []marketdata.Kind{marketdata.Profiles, marketdata.Holdings, marketdata.Earnings, marketdata.Statements, marketdata.News}

// rankReference comes after all prices.
const rankReference = 100

// isReference reports whether a kind of requests is for reference data.
func isReference(kind marketdata.Kind) bool { return slices.Contains(referenceOrder, kind) }

// IsReference reports whether a kind of requests is for what sources say of instruments
// beside their prices: profiles, reports, news and what funds hold.
func IsReference(kind string) bool { return isReference(marketdata.Kind(kind)) }

// Optional reports whether nothing came because nobody who has it can be asked with the keys
// and plans that are set, of what figures do without.
func (o SyncOutcome) Optional() bool {
	return IsReference(o.Kind) && slices.Contains([]marketdata.Reason{marketdata.BadKey, marketdata.NotInPlan, route.NotOffered, marketdata.NotFound}, marketdata.Reason(o.Reason))
}

// ofReference reports whether a subject is one of them.
func ofReference(x subject) bool { return isReference(x.kind) }

// referenceParts are the parts in which a kind is asked for; each may come from another source.
func referenceParts(kind marketdata.Kind) []string {
	switch kind {
	case marketdata.Statements:
		return []string{"income", "balance", "cash-flow"}
	case marketdata.Holdings:
		return []string{"", "sectors"}
	}
	return []string{""}
}

// reference adds what is asked of instruments beside their prices: of what is held and
// watched, and of benchmarks what they are and hold.
func (w *wanting) reference() {
	for _, key := range slices.SortedFunc(maps.Keys(w.all), func(a, b subjectKey) int { return compareText(a.symbol, b.symbol) }) {
		s := w.all[key]
		if key.kind == marketdata.Bars && !s.idle && slices.Contains([]int{rankHeld, rankCompared, rankWatched}, s.rank) {
			for _, one := range referenceOf(s, w.known[key.symbol]) {
				w.put(one)
			}
		}
	}
}

// referenceOf are the subjects of an instrument whose prices are a subject. What only
// companies or only funds have waits until it is known to be one.
func referenceOf(bars subject, i instrument.Instrument) (all []subject) {
	if _, err := instrument.ParseOCC(bars.symbol); err == nil || strings.HasPrefix(bars.symbol, "^") {
		return nil
	}
	fund := i.Class == instrument.ETF || i.Class == instrument.Fund
	if !fund && i.Class != instrument.Equity && i.Class != instrument.Unknown {
		return nil
	}
	for at, kind := range referenceOrder {
		switch {
		case kind == marketdata.Holdings && !fund,
			(kind == marketdata.Earnings || kind == marketdata.Statements) && i.Class != instrument.Equity,
			kind != marketdata.Profiles && kind != marketdata.Holdings && bars.rank == rankCompared:
			continue
		}
		all = append(all, subject{kind: kind, symbol: bars.symbol, from: date.None, until: date.None, rank: rankReference + 10*at + bars.rank})
	}
	return all
}

// referencing is the part of a sync that is about reference data.
type referencing struct {
	later    []subject           // that are needed
	sources  answering           // those that prices leave something of
	reserve  map[string]int      // calls a day that prices need of each
	fallback map[string]int      // series of prices that each may be asked for
	bounded  map[string]bool     // sources with a limit of a day or a month
	waiting  map[string]bool     // sources that prices of this sync wait for
	full     map[string]fullTill // by what was asked: no source has a call left
	brought  map[subjectKey]bool // came along with another
	most     int                 // at the same time
}

type fullTill struct {
	until time.Time
	said  string
}

// answering is what a source of answers can do.
type answering interface {
	Answer(ctx context.Context, q marketdata.Request, patience time.Duration) (route.Answer, error)
}

// pricesWait is how long reference data leave a source alone that prices wait for.
const pricesWait = 10 * time.Minute

// between is how long an answer that has begun may wait for its next page.
const between = 2 * time.Second

// reference asks for what is due of reference data, after all prices: what instruments are
// first, as that decides what else is asked of them.
func (y *syncing) reference(ctx context.Context) {
	r := &y.ref
	if y.options.PricesOnly || y.noNetwork() {
		return
	}
	due := slices.DeleteFunc(r.later, func(x subject) bool {
		if len(y.options.Symbols) > 0 && !y.options.Full {
			return !y.overdue(x) // asked for by name, but not what is fresh
		}
		return !y.due(x)
	})
	y.total += len(due)
	if len(due) == 0 || ctx.Err() != nil {
		return
	}
	r.most = cmp.Or(y.options.AtOnce, atOnce)
	r.full, r.brought = map[string]fullTill{}, map[subjectKey]bool{}
	if err := y.keepForPrices(ctx); err != nil {
		return // the count of calls cannot be read: nobody is asked, and it is due still
	}
	rest, profiles := partition(due, func(x subject) bool { return x.kind == marketdata.Profiles })
	y.run(ctx, profiles, r.most)
	if ctx.Err() == nil && !y.options.DryRun {
		if more, err := y.nowKnown(ctx, profiles, rest); err == nil {
			y.total += len(more) - len(rest)
			rest = more
		}
	}
	y.run(ctx, rest, r.most)
}

// noNetwork reports whether nobody could be reached for prices: nobody else is tried then.
func (y *syncing) noNetwork() bool {
	unreached := false
	for _, o := range y.report.Outcomes {
		if o.Asked && o.Reason == "" {
			return false
		}
		unreached = unreached || o.Reason == string(marketdata.Unreached)
	}
	return unreached
}

// overdue reports whether a subject of a symbol that was asked for by name is not fresh.
func (y *syncing) overdue(x subject) bool {
	row, there := y.rows[subjectKey{x.kind, x.symbol}]
	return !there || row.Asked.IsZero() || row.Reason != "" || !row.Due.After(y.now)
}

// nowKnown is what is left to ask for now that more is known of what instruments are: what
// an instrument turned out to have is needed too, and what it cannot have is not asked for.
func (y *syncing) nowKnown(ctx context.Context, profiles, rest []subject) ([]subject, error) {
	err := y.s.store.Read(ctx, y.as, func(ctx context.Context, v store.View) (err error) {
		y.known, err = v.Instruments(ctx, nil, store.LatestMarket, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	asked := map[string]bool{}
	is := map[subjectKey]subject{}
	for _, p := range profiles {
		asked[p.symbol] = true
		for _, x := range referenceOf(subject{symbol: p.symbol, rank: p.rank - rankReference}, y.known[p.symbol]) {
			is[subjectKey{x.kind, x.symbol}] = x
		}
	}
	var out []subject
	there := map[subjectKey]bool{}
	for _, x := range rest {
		key := subjectKey{x.kind, x.symbol}
		there[key] = true
		if _, still := is[key]; still || !asked[x.symbol] {
			out = append(out, x)
		}
	}
	var now []store.Need
	for _, key := range slices.SortedFunc(maps.Keys(is), func(a, b subjectKey) int { return compareText(a.symbol, b.symbol) }) {
		if key.kind == marketdata.Profiles || there[key] {
			continue
		}
		if row := y.rows[key]; !row.Needed {
			now = append(now, store.Need{Kind: string(key.kind), Symbol: key.symbol})
			y.report.Needed++
		}
		if y.due(is[key]) {
			out = append(out, is[key])
		}
	}
	slices.SortStableFunc(out, func(a, b subject) int { return cmp.Or(cmp.Compare(a.rank, b.rank), compareText(a.symbol, b.symbol)) })
	if len(now) == 0 {
		return out, nil
	}
	return out, y.s.store.As(ctx, y.as, func(ctx context.Context, tx store.Tx) error { return tx.NeedSupplies(ctx, now) })
}

// askReference asks for a subject of reference data, part by part, and writes what came. A
// part that came is not asked for again when the rest is.
func (y *syncing) askReference(ctx context.Context, x subject, row store.Supply, out *SyncOutcome) error {
	if y.broughtAlong(subjectKey{x.kind, x.symbol}) {
		out.Said, out.Due = row.Words, row.Due
		return nil
	}
	parts := referenceParts(x.kind)
	came := partsCame(row.Parts, y.now, referenceEvery[x.kind])
	t := &referenceTake{y: y, x: x, row: &row, out: out, came: came}
	for at, part := range parts {
		if _, before := came[part]; before && !y.options.Full {
			continue
		}
		q := y.referenceRequest(x, row, part)
		key := fullKey(q, y.s.sources.Sources(q))
		if full, waits := y.isFull(key); waits {
			if out.Asked {
				row.Reason, row.Words, row.Due = string(marketdata.Limited), full.said, full.until
				out.Due = row.Due
				out.Reason, out.Said = row.Reason, row.Words
				return y.putKept(ctx, row)
			}
			out.Reason, out.Said, out.Due = string(marketdata.Limited), full.said, full.until
			return nil
		}
		out.Asked = true
		if y.options.DryRun {
			out.Provider = strings.Join(y.s.sources.Sources(q), ", ")
			continue
		}
		a, err := y.asks(ctx, y.ref.sources, q)
		var e *route.Exhausted
		switch {
		case errors.As(err, &e):
			if limitedOnly(e) && !e.Retry.IsZero() {
				y.nowFull(key, fullTill{e.Retry, e.Error()})
			}
			if !t.refused(part, e) {
				return y.putKept(ctx, row)
			}
		case err != nil:
			return err
		default:
			if err := t.take(ctx, part, a, at == len(parts)-1); err != nil || t.finished {
				return err
			}
		}
	}
	if y.options.DryRun {
		return nil
	}
	return t.finish(ctx)
}

// referenceRequest is what a source is asked for.
func (y *syncing) referenceRequest(x subject, row store.Supply, part string) marketdata.Request {
	i := y.known[x.symbol]
	i.Symbol, i.Composition = x.symbol, nil
	q := marketdata.Request{Kind: x.kind, Instrument: i, Part: part}
	if x.kind == marketdata.News {
		q.Limit = newsAtOnce
		if !row.Succeeded.IsZero() && !y.options.Full { // what is newer, with a day for what was published late
			q.From = date.FromTime(row.Succeeded.UTC()) - 1
		}
	}
	return q
}

// partsCame reads which parts of a subject came in an attempt that did not come to its end.
func partsCame(parts json.RawMessage, now time.Time, within time.Duration) map[string]time.Time {
	var kept struct {
		Came map[string]time.Time `json:"came"`
	}
	if len(parts) == 0 || json.Unmarshal(parts, &kept) != nil || kept.Came == nil {
		return map[string]time.Time{}
	}
	maps.DeleteFunc(kept.Came, func(_ string, at time.Time) bool { return now.Sub(at) > within })
	return kept.Came
}

func (y *syncing) putKept(ctx context.Context, row store.Supply) error {
	y.remember([]store.Supply{row})
	return y.put(ctx, row)
}

func (y *syncing) broughtAlong(key subjectKey) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.ref.brought[key]
}
