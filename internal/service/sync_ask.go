package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// span is days that are asked for at once, both included.
type span struct{ from, to date.Date }

// mostSpans is in how many pieces gaps are asked for: each piece is a call.
const mostSpans = 3

// How long until a subject is asked for again: lists of actions, what nothing of is held
// any more, what no source knows, and a day that no source has yet.
const (
	actionsEvery = 7 * 24 * time.Hour
	idleEvery    = 7 * 24 * time.Hour
	unknownEvery = 7 * 24 * time.Hour
	againSoon    = time.Hour
	longestAgain = 24 * time.Hour
	// afterNetwork is how soon a network that was away is looked for again: it costs no calls.
	afterNetwork = 5 * time.Minute
)

// ask asks for a subject, gap by gap, and writes what came.
func (y *syncing) ask(ctx context.Context, x subject) (out SyncOutcome, err error) {
	out = SyncOutcome{Kind: string(x.kind), Symbol: x.symbol, From: date.None, To: date.None}
	row := y.rowOf(x)
	switch x.kind {
	case marketdata.Splits, marketdata.Dividends:
		return out, y.askActions(ctx, x, row, &out)
	case marketdata.Profiles, marketdata.Holdings, marketdata.Earnings, marketdata.Statements, marketdata.News:
		return out, y.askReference(ctx, x, row, &out)
	}
	h := hoursOf(string(x.kind), y.known[x.symbol])
	over, err := h.over(y.now)
	if err != nil {
		return out, err
	}
	spans, err := y.gaps(ctx, x, row, h, over)
	if err != nil {
		return out, err
	}
	if len(spans) == 0 {
		return out, y.nothing(ctx, x, row, h, over, &out)
	}
	slices.Reverse(spans) // the newest days first
	for n := 0; n < len(spans); n++ {
		gap := spans[n]
		if out.From.IsNone() || gap.from < out.From {
			out.From = gap.from
		}
		out.To, out.Asked = max(out.To, gap.to), true
		if y.options.DryRun {
			out.Provider = strings.Join(y.s.sources.Sources(x.request(y.known[x.symbol], gap.from, gap.to)), ", ")
			continue
		}
		d, err := y.answer(ctx, x, gap)
		if err != nil {
			return out, y.refused(ctx, x, &row, h, over, gap, err, &out)
		}
		if err := y.take(ctx, x, &row, h, over, gap, d, &out); err != nil || row.Reason != "" {
			return out, err
		}
		if n == len(spans)-1 && row.First > gap.from && n < mostSpans {
			spans = append(spans, span{gap.from, row.First - 1}) // another source may reach back further
		}
	}
	return out, nil
}

func (y *syncing) rowOf(x subject) store.Supply {
	y.mu.Lock()
	defer y.mu.Unlock()
	row, there := y.rows[subjectKey{x.kind, x.symbol}]
	if !there {
		row = store.Supply{Kind: string(x.kind), Symbol: x.symbol, First: date.None, Last: date.None}
	}
	return row
}

// answer asks the sources, for a rate under each of its names.
func (y *syncing) answer(ctx context.Context, x subject, gap span) (route.Answer, error) {
	q := x.request(y.known[x.symbol], gap.from, gap.to)
	if x.kind != marketdata.Rates {
		return y.asks(ctx, y.s.sources, q)
	}
	var all error
	for _, name := range sourceNames(x.symbol) {
		q.Series = name
		a, err := y.asks(ctx, y.s.sources, q)
		if err == nil || ctx.Err() != nil {
			return a, err
		}
		all = joinExhausted(all, err)
	}
	return route.Answer{}, all
}

// asks asks sources when it is this subject's turn.
func (y *syncing) asks(ctx context.Context, sources answering, q marketdata.Request) (route.Answer, error) {
	if err := placeOf(ctx).take(ctx); err != nil {
		return route.Answer{}, err
	}
	return sources.Answer(ctx, q, y.options.Patience)
}

// joinExhausted makes one refusal of those under several names.
func joinExhausted(before, next error) error {
	var a, b *route.Exhausted
	if !errors.As(before, &a) || !errors.As(next, &b) {
		return errors.Join(before, next)
	}
	joined := *a
	joined.Attempts = append(slices.Clone(a.Attempts), b.Attempts...)
	if joined.Retry.IsZero() || !b.Retry.IsZero() && b.Retry.Before(joined.Retry) {
		joined.Retry = b.Retry
	}
	return &joined
}

// gaps are the days that are wanted, are over, and are neither there nor were asked for.
func (y *syncing) gaps(ctx context.Context, x subject, row store.Supply, h hours, over date.Date) ([]span, error) {
	to := over
	if !x.until.IsNone() {
		to = min(to, x.until)
	}
	if x.from > to {
		return nil, nil
	}
	if y.options.Full {
		return []span{{x.from, to}}, nil
	}
	if monthly(x.symbol) && x.kind == marketdata.Rates {
		if unset(row.Last) {
			return []span{{x.from, to}}, nil
		}
		return []span{{min(row.Last+1, to), to}}, nil
	}
	have, err := y.days(ctx, x)
	if err != nil {
		return nil, err
	}
	asked := span{row.First, row.Last}
	var all []span
	before := date.None // the session before, where it is in a gap
	for _, day := range h.sessions(x.from, to) {
		_, there := slices.BinarySearch(have, day)
		if there || !unset(asked.from) && day >= asked.from && day <= asked.to {
			before = date.None
			continue
		}
		if before.IsNone() {
			all = append(all, span{day, day})
		}
		all[len(all)-1].to, before = day, day
	}
	for len(all) > mostSpans { // join the two that lie closest
		at := 0
		for i := range len(all) - 1 {
			if all[i+1].from-all[i].to < all[at+1].from-all[at].to {
				at = i
			}
		}
		all[at].to = all[at+1].to
		all = slices.Delete(all, at+1, at+2)
	}
	return all, nil
}

// nothing notes that a subject has all it should, and when there is more.
func (y *syncing) nothing(ctx context.Context, x subject, row store.Supply, h hours, over date.Date, out *SyncOutcome) error {
	if y.options.DryRun {
		return nil
	}
	row.Reason, row.Words, row.Failures = "", "", 0
	if row.Asked.IsZero() {
		row.Asked, row.Succeeded = y.now, y.now // what was brought by files is there
		row.First, row.Last = x.from, min(over, orDay(x.until, over))
	}
	row.Due = y.next(x, h, over)
	out.Due = row.Due
	return y.put(ctx, row)
}

func orDay(d, other date.Date) date.Date {
	if unset(d) {
		return other
	}
	return d
}

// next is when a subject that has all through a session is asked for again; zero: never
// by itself.
func (y *syncing) next(x subject, h hours, over date.Date) time.Time {
	if !x.until.IsNone() && over >= x.until {
		return time.Time{}
	}
	at, err := h.next(over)
	if err != nil {
		at = y.now.Add(longestAgain)
	}
	if x.idle {
		at = y.now.Add(idleEvery)
	}
	if x.kind == marketdata.Rates && monthly(x.symbol) {
		at = y.now.Add(actionsEvery)
	}
	return at
}

// put writes down how a subject stands.
func (y *syncing) put(ctx context.Context, row store.Supply) error {
	return y.land(ctx, &landing{symbol: row.Symbol, settle: func(context.Context, *landingTx, store.BatchPart) ([]store.Supply, error) {
		return []store.Supply{row}, nil
	}})
}

// longestWords is how much of what sources said is kept with a supply.
const longestWords = 1000

// refused writes down why a gap got nothing, and when it is worth asking again.
func (y *syncing) refused(ctx context.Context, x subject, row *store.Supply, h hours, over date.Date, gap span, err error, out *SyncOutcome) error {
	var e *route.Exhausted
	if !errors.As(err, &e) {
		return err
	}
	out.Reason, out.Provider, out.Said = weightiest(e)
	row.Asked, row.Provider = y.now, out.Provider
	if e.Known() && y.late(h, gap, over) {
		// Every source was asked and has nothing for days that are long over: there is
		// nothing, which is an answer.
		if !unset(row.Last) || out.Reason == string(marketdata.Empty) {
			y.cover(row, gap.from, gap.to)
			row.Succeeded, row.Failures, row.Reason, row.Words, row.Due = y.now, 0, "", "", y.next(x, h, over)
			out.Reason, out.Due = "", row.Due
			return y.put(ctx, *row)
		}
	}
	y.failed(row, e, out)
	return y.put(ctx, *row)
}

// failed notes that nothing came, why, and when it is worth another attempt. That there is
// no network says nothing of the subject.
func (y *syncing) failed(row *store.Supply, e *route.Exhausted, out *SyncOutcome) {
	if out.Hosts = e.Unreached(); out.Hosts == nil {
		row.Failures++
	}
	row.Reason, row.Words, row.Due = out.Reason, shorten(out.Said, longestWords), y.again(e, row.Failures)
	out.Due = row.Due
}

// late reports whether the last session of a gap has been over for so long that what is
// not there will not come.
func (y *syncing) late(h hours, gap span, over date.Date) bool {
	at, err := h.there(gap.to)
	return gap.to < over || err == nil && y.now.Sub(at) > longestAgain
}

// again is when a refusal is worth another attempt.
func (y *syncing) again(e *route.Exhausted, failures int) time.Time {
	at := y.now.Add(unknownEvery)
	switch {
	case e.Unreached() != nil:
		at = y.now.Add(afterNetwork)
	case e.Known() && slices.ContainsFunc(e.Attempts, func(a route.Attempt) bool { return a.Reason == marketdata.Empty }):
		at = y.now.Add(againSoon << min(failures-1, 5)) // a day that is not there yet
	case e.Known():
	case !e.Retry.IsZero():
		at = y.now.Add(min(againSoon<<min(failures-1, 5), longestAgain))
		if e.Retry.After(at) || limitedOnly(e) {
			at = e.Retry
		}
	default:
		at = y.now.Add(longestAgain) // until somebody sets a key or changes the order
	}
	return at
}

// limitedOnly reports whether only a limit stands between a subject and its answer.
func limitedOnly(e *route.Exhausted) bool {
	for _, a := range e.Attempts {
		switch a.Reason {
		case marketdata.Limited, route.NotOffered, marketdata.NotInPlan, marketdata.BadKey:
		default:
			return false
		}
	}
	return true
}

// weights say which of several refusals says most about why nothing came.
var weights = []marketdata.Reason{marketdata.Empty, marketdata.NotFound, marketdata.Limited, marketdata.Failed, marketdata.Garbled, marketdata.Unreached, marketdata.Refused, marketdata.BadKey, marketdata.NotInPlan, route.NotOffered}

// weightiest is the reason to show of all attempts, whose it is, and what all said.
func weightiest(e *route.Exhausted) (reason, provider, said string) {
	if hosts := e.Unreached(); hosts != nil {
		i := slices.IndexFunc(e.Attempts, func(a route.Attempt) bool { return a.Reason == marketdata.Unreached })
		return string(marketdata.Unreached), e.Attempts[i].Provider, NoNetwork(hosts)
	}
	best := len(weights)
	var words, unasked []string
	last := map[string]int{} // a source may have been asked twice: what it said last counts
	for i, a := range e.Attempts {
		last[a.Provider] = i
	}
	for i, a := range e.Attempts {
		if last[a.Provider] != i {
			continue
		}
		if w := slices.Index(weights, a.Reason); w >= 0 && w < best {
			best, reason, provider = w, string(a.Reason), a.Provider
		}
		switch a.Reason {
		case route.NotOffered:
		case marketdata.BadKey, marketdata.NotInPlan:
			unasked = append(unasked, a.Said)
		default:
			words = append(words, a.Said)
		}
	}
	if len(words) == 0 { // nobody could be asked: that is why
		words = unasked
	}
	switch {
	case reason == "":
		reason, said = string(route.NotOffered), "no source is configured for it"
	case len(words) == 0:
		said = "no source offers it"
	default:
		said = strings.Join(slices.Compact(words), "; ")
	}
	return reason, provider, said
}

func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// keepFailure writes down that it was not a source that failed.
func (y *syncing) keepFailure(ctx context.Context, x subject, out *SyncOutcome) error {
	row := y.rowOf(x)
	row.Asked, row.Reason, row.Words = y.now, out.Reason, shorten(out.Said, longestWords)
	row.Failures++
	row.Due = y.now.Add(min(againSoon<<min(row.Failures-1, 5), longestAgain))
	out.Due = row.Due
	if err := y.put(ctx, row); err != nil {
		return fmt.Errorf("and that could not be written down: %w", err)
	}
	return nil
}

// cover notes that days were asked for.
func (y *syncing) cover(row *store.Supply, from, to date.Date) {
	if unset(row.First) || from < row.First {
		row.First = from
	}
	if unset(row.Last) || to > row.Last {
		row.Last = to
	}
}
