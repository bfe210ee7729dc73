package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// referenceTake is a subject of reference data on its way into the store.
type referenceTake struct {
	y    *syncing
	x    subject
	row  *store.Supply
	out  *SyncOutcome
	came map[string]time.Time // parts that are there

	provider string   // that answered
	notes    []string // what was left out, and which part has nothing
	lacking  *route.Exhausted
	finished bool
}

// take writes what came of a part, in one transaction with what follows of it for the
// instrument and with the supply that says so.
func (t *referenceTake) take(ctx context.Context, part string, a route.Answer, last bool) error {
	y := t.y
	before := t.mark()
	return y.land(ctx, &landing{symbol: t.x.symbol, settle: func(ctx context.Context, l *landingTx, _ store.BatchPart) ([]store.Supply, error) {
		t.reset(before)
		tx := l.Tx
		docs, err := t.documents(ctx, tx, &a)
		if err != nil {
			return nil, err
		}
		notes := slices.Clone(a.Left)
		if len(docs) == 0 {
			notes = append(notes, a.Provider+" has none")
		}
		changed, err := tx.PutDocuments(ctx, docs)
		if err != nil {
			return nil, err
		}
		if t.x.kind == marketdata.Earnings && len(docs) > 0 {
			if err := t.dropExpected(ctx, tx, a.Provider, docs); err != nil {
				return nil, err
			}
		}
		if t.x.kind == marketdata.News {
			if _, err := tx.DropArticles(ctx, y.now.Add(-newsKept)); err != nil {
				return nil, err
			}
		}
		t.out.Documents += changed
		t.provider, t.notes = a.Provider, append(t.notes, notes...)
		if t.x.kind == marketdata.Profiles || t.x.kind == marketdata.Holdings {
			if err := y.describe(ctx, tx, t.x.symbol, t.x.kind, a.Provider, &t.notes); err != nil {
				return nil, err
			}
		}
		t.came[part] = y.now
		if last || t.x.kind == marketdata.Holdings && part == "" && hasSectors(a.Holdings) {
			if err := t.settle(ctx, tx); err != nil {
				return nil, err
			}
		} else {
			t.progress()
		}
		rows := []store.Supply{*t.row}
		if along := t.alongside(&a); along != nil {
			rows = append(rows, *along)
		}
		return rows, nil
	}})
}

// marked is how far a subject had come before something was brought in for it.
type marked struct {
	row      store.Supply
	out      SyncOutcome
	provider string
	notes    []string
}

func (t *referenceTake) mark() marked {
	return marked{*t.row, *t.out, t.provider, slices.Clone(t.notes)}
}

func (t *referenceTake) reset(m marked) {
	*t.row, *t.out, t.provider, t.notes = m.row, m.out, m.provider, slices.Clone(m.notes)
	t.finished = false
}

// progress notes the parts that came, so that the next attempt begins with the others.
func (t *referenceTake) progress() {
	t.row.Asked, t.row.Provider = t.y.now, t.provider
	t.row.Parts, _ = json.Marshal(map[string]any{"came": t.came}) // texts and times can be written
	t.row.Due = t.y.now
}

// settle notes that the subject has all that there is of it.
func (t *referenceTake) settle(ctx context.Context, v store.View) error {
	row, y := t.row, t.y
	every, err := y.referenceDue(ctx, v, t.x)
	if err != nil {
		return err
	}
	if t.provider != "" {
		row.Provider = t.provider
	}
	row.Asked, row.Succeeded, row.Reason, row.Failures, row.Parts = y.now, y.now, "", 0, nil
	row.Words, row.Due = shorten(strings.Join(slices.Compact(t.notes), "; "), longestWords), every
	t.out.Provider, t.out.Said, t.out.Due = row.Provider, row.Words, row.Due
	t.finished = true
	return nil
}

// refused notes that no source gave a part. It reports whether to go on with the next: where
// there is nothing of this one, or nobody to ask for it.
func (t *referenceTake) refused(part string, e *route.Exhausted) bool {
	row, y := t.row, t.y
	reason, provider, said := weightiest(e)
	row.Asked = y.now
	t.out.Provider = cmp.Or(t.out.Provider, provider)
	empty := slices.ContainsFunc(e.Attempts, func(a route.Attempt) bool { return a.Reason == marketdata.Empty })
	switch {
	case e.Known() && empty:
		t.came[part] = y.now
		t.provider = cmp.Or(t.provider, provider)
		t.notes = append(t.notes, strings.TrimSpace(partWord(part)+" none"))
		return true
	case e.Known(), e.Retry.IsZero(): // nobody knows it, or nobody can be asked before something changes
		if t.lacking == nil {
			t.lacking = e
		}
		t.notes = append(t.notes, strings.TrimSpace(partWord(part)+" "+said))
		return true
	}
	if len(t.came) > 0 {
		t.progress()
	}
	row.Provider, row.Failures = provider, row.Failures+1
	row.Reason, row.Words, row.Due = reason, shorten(strings.TrimSpace(partWord(part)+" "+said), longestWords), y.again(e, row.Failures)
	t.out.Reason, t.out.Said, t.out.Due, t.out.Hosts = reason, row.Words, row.Due, e.Unreached()
	return false
}

// partWord begins what is said of a part.
func partWord(part string) string {
	if part == "" {
		return ""
	}
	return part + ":"
}

// finish writes down how a subject stands of which the last part did not come. It is there
// where any part is; what nobody could be asked for is said with it.
func (t *referenceTake) finish(ctx context.Context) error {
	y := t.y
	before := t.mark()
	return y.land(ctx, &landing{symbol: t.x.symbol, settle: func(ctx context.Context, l *landingTx, _ store.BatchPart) ([]store.Supply, error) {
		t.reset(before)
		if len(t.came) > 0 || t.lacking == nil {
			if err := t.settle(ctx, l.Tx); err != nil {
				return nil, err
			}
			return []store.Supply{*t.row}, nil
		}
		row := t.row
		row.Asked, row.Failures = y.now, row.Failures+1
		reason, provider, said := weightiest(t.lacking)
		row.Provider, row.Reason, row.Words, row.Due = provider, reason, shorten(said, longestWords), y.again(t.lacking, row.Failures)
		t.out.Provider, t.out.Reason, t.out.Said, t.out.Due = provider, reason, row.Words, row.Due
		return []store.Supply{*row}, nil
	}})
}

// alongside is the supply of what a fund holds where it came with what the fund is.
func (t *referenceTake) alongside(a *route.Answer) *store.Supply {
	if t.x.kind != marketdata.Profiles || !slices.ContainsFunc(a.Holdings, func(h marketdata.FundHoldings) bool {
		return h.Symbol == t.x.symbol && len(h.Composition.Constituents) > 0
	}) {
		return nil
	}
	y, key := t.y, subjectKey{marketdata.Holdings, t.x.symbol}
	row := y.rowOf(subject{kind: key.kind, symbol: key.symbol})
	row.Asked, row.Succeeded, row.Provider, row.Reason, row.Words, row.Failures, row.Parts = y.now, y.now, a.Provider, "", "with the profile", 0, nil
	row.Due = y.now.Add(referenceEvery[marketdata.Holdings])
	y.mu.Lock()
	defer y.mu.Unlock()
	y.ref.brought[key] = true
	return &row
}

func hasSectors(all []marketdata.FundHoldings) bool {
	return slices.ContainsFunc(all, func(h marketdata.FundHoldings) bool { return len(h.Composition.Sectors) > 0 })
}

// referenceDue is when a subject that came is asked for again. Statements follow a report.
func (y *syncing) referenceDue(ctx context.Context, v store.View, x subject) (time.Time, error) {
	due := y.now.Add(referenceEvery[x.kind])
	if x.kind != marketdata.Statements {
		return due, nil
	}
	reports, err := documents[marketdata.Earning](ctx, v, store.DocumentQuery{Kind: store.EarningsDocument, Symbols: []string{x.symbol}})
	if err != nil {
		return due, err
	}
	today := date.FromTime(y.now.UTC())
	for i := range reports {
		switch on := reports[i].body.Date; {
		case unset(on):
		case on <= today && today-on <= reportDays:
			due = earlier(due, y.now.Add(aroundReport))
		case on > today:
			due = earlier(due, (on + 1).Time())
		}
	}
	return due, nil
}

// dropExpected takes away reports that the source expected on another day.
func (t *referenceTake) dropExpected(ctx context.Context, tx store.Tx, source string, docs []store.Document) error {
	var keys []string
	for i := range docs {
		keys = append(keys, docs[i].Key)
	}
	_, err := tx.DropDocuments(ctx, store.EarningsDocument, t.x.symbol, source, date.FromTime(t.y.now.UTC()), keys)
	return err
}

// documents are what came as it is kept: each as the source said it.
func (t *referenceTake) documents(ctx context.Context, v store.View, a *route.Answer) (docs []store.Document, err error) {
	symbol := t.x.symbol
	mine := func(of string) bool { return of == symbol || of == "" }
	add := func(kind store.DocumentKind, key string, day date.Date, body any) {
		written, wrong := json.Marshal(body)
		if wrong != nil {
			err = fmt.Errorf("%s of %s by %s: %w", kind, symbol, a.Provider, wrong)
			return
		}
		docs = append(docs, store.Document{Kind: kind, Symbol: symbol, Source: a.Provider, Key: key, AsOf: day, Fetched: t.y.now, Body: written})
	}
	switch t.x.kind {
	case marketdata.Profiles:
		for _, p := range a.Profiles {
			if mine(p.Instrument.Symbol) {
				add(store.ProfileDocument, "profile", p.AsOf, p)
			}
		}
	case marketdata.Statements:
		for _, s := range a.Statements {
			if mine(s.Symbol) && !unset(s.End) {
				add(store.StatementDocument, s.Part+"/"+s.Period+"/"+s.End.String(), s.End, s)
			}
		}
	case marketdata.Earnings:
		for _, e := range a.Earnings {
			if mine(e.Symbol) && !unset(e.Date) {
				key := "date/" + e.Date.String()
				if !unset(e.Fiscal) {
					key = "fiscal/" + e.Fiscal.String()
				}
				add(store.EarningsDocument, key, e.Date, e)
			}
		}
	case marketdata.News:
		docs, err = t.articles(ctx, v, a)
	}
	for _, h := range a.Holdings {
		if !mine(h.Symbol) || t.x.kind != marketdata.Profiles && t.x.kind != marketdata.Holdings {
			continue
		}
		key := holdingsKey
		switch {
		case len(h.Composition.Constituents) == 0 && len(h.Composition.Sectors)+len(h.Countries) == 0:
			continue
		case len(h.Composition.Constituents) == 0:
			key = sectorsKey
		}
		add(store.HoldingsDocument, key, h.Composition.AsOf, h)
	}
	return docs, err
}

// The keys of documents of what funds hold: the list, and weights of sectors without one.
const (
	holdingsKey = "holdings"
	sectorsKey  = "sectors"
)

// articles are the news that came. An article that a source gives for several symbols is
// one, about all of them.
func (t *referenceTake) articles(ctx context.Context, v store.View, a *route.Answer) (docs []store.Document, err error) {
	keys := make([]string, len(a.News))
	for i := range a.News {
		keys[i] = cmp.Or(a.News[i].ID, a.News[i].Address)
	}
	before, err := v.Mentioned(ctx, a.Provider, keys)
	if err != nil {
		return nil, err
	}
	for i, one := range a.News {
		if keys[i] == "" || one.Published.IsZero() {
			continue
		}
		about := append([]string{t.x.symbol}, before[keys[i]]...)
		for _, m := range one.Symbols {
			if askable.MatchString(m.Symbol) {
				about = append(about, m.Symbol)
			}
		}
		slices.Sort(about)
		// A mention that says no more than whom it was asked for differs from one question to
		// the next, and says nothing of the article.
		if len(one.Symbols) == 1 && one.Symbols[0] == (marketdata.Mention{Symbol: one.Symbols[0].Symbol}) {
			one.Symbols = nil
		}
		body, err := json.Marshal(one)
		if err != nil {
			return nil, fmt.Errorf("article %q by %s: %w", keys[i], a.Provider, err)
		}
		docs = append(docs, store.Document{Kind: store.ArticleDocument, Source: a.Provider, Key: keys[i], At: one.Published, Fetched: t.y.now, Symbols: slices.Compact(about), Body: body})
	}
	return docs, nil
}
