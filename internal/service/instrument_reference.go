package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// Reference is what sources say of an instrument beside its prices. A part that is empty
// says why in Missing, by the kind of request that would bring it.
type Reference struct {
	Profile    *InstrumentProfile    // nil: none
	Statements []InstrumentStatement // the newest first, of one source
	Earnings   []InstrumentEarning   // the newest first, of one source
	News       []InstrumentArticle   // the newest first
	Missing    map[marketdata.Kind]string
}

// Sourced is who says something, of which day, and when it was fetched.
type Sourced struct {
	Source  string
	Day     date.Date // that it speaks of; zero or None: not said
	Fetched time.Time
}

// InstrumentProfile is what a source says that an instrument is, with its fundamentals.
type InstrumentProfile struct {
	Sourced
	marketdata.Profile
}

// InstrumentStatement is a report of a company.
type InstrumentStatement struct {
	Sourced
	marketdata.Statement
}

// InstrumentEarning is a result, reported or expected.
type InstrumentEarning struct {
	Sourced
	marketdata.Earning
}

// InstrumentArticle is a piece of news.
type InstrumentArticle struct {
	Sourced
	marketdata.Article
}

// newsShown is how many articles a dossier has; the rest is read page by page.
const newsShown = 20

// The parts that a dossier says something of, and what each is called.
var partWords = []struct {
	kind marketdata.Kind
	word string
}{
	{marketdata.Bars, "prices"}, {marketdata.Splits, "splits"}, {marketdata.Dividends, "dividends"}, {marketdata.Profiles, "profile and fundamentals"},
	{marketdata.Statements, "statements"}, {marketdata.Earnings, "results"}, {marketdata.News, "news"},
}

// companies have statements and results; other classes do not, whoever is asked.
func companies(class instrument.Class) bool {
	return class == instrument.Equity || class == instrument.Unknown
}

// stored adds what sources say beside the prices, and how the sources fare.
func (s *Service) stored(ctx context.Context, v store.View, c Caller, symbol string, d *Dossier) error {
	r := &d.Reference
	r.Missing = map[marketdata.Kind]string{}
	if !d.Simulated { // the simulated market is never mixed with what sources say of the real one
		if err := s.supplies(ctx, v, c, symbol, d); err != nil {
			return err
		}
		if err := r.read(ctx, v, symbol); err != nil {
			return err
		}
	}
	for _, p := range partWords {
		if r.lacks(p.kind) {
			r.Missing[p.kind] = d.why(p.kind, p.word)
		}
	}
	if d.Prices.Missing != "" {
		r.Missing[marketdata.Bars] = d.Prices.Missing
	}
	return nil
}

// lacks reports whether a part of the reference has nothing.
func (r *Reference) lacks(kind marketdata.Kind) bool {
	switch kind {
	case marketdata.Profiles:
		return r.Profile == nil
	case marketdata.Statements:
		return len(r.Statements) == 0
	case marketdata.Earnings:
		return len(r.Earnings) == 0
	case marketdata.News:
		return len(r.News) == 0
	}
	return false
}

func (r *Reference) read(ctx context.Context, v store.View, symbol string) error {
	of := func(kind store.DocumentKind, newest int) store.DocumentQuery {
		return store.DocumentQuery{Kind: kind, Symbols: []string{symbol}, Newest: newest}
	}
	profiles, err := documents[marketdata.Profile](ctx, v, of(store.ProfileDocument, 1))
	if err != nil {
		return err
	}
	if len(profiles) > 0 {
		r.Profile = &InstrumentProfile{profiles[0].Sourced, profiles[0].body}
	}
	if r.Statements, err = statementsOf(ctx, v, symbol); err != nil {
		return err
	}
	earnings, err := documents[marketdata.Earning](ctx, v, of(store.EarningsDocument, 0))
	if err != nil {
		return err
	}
	for _, e := range ofOneSource(earnings) {
		r.Earnings = append(r.Earnings, InstrumentEarning{e.Sourced, e.body})
	}
	slices.SortStableFunc(r.Earnings, func(a, b InstrumentEarning) int { return cmp.Compare(b.Date, a.Date) })
	page, err := newsOf(ctx, v, symbol, "", newsShown)
	r.News = page.Articles
	return err
}

func statementsOf(ctx context.Context, v store.View, symbol string) ([]InstrumentStatement, error) {
	found, err := documents[marketdata.Statement](ctx, v, store.DocumentQuery{Kind: store.StatementDocument, Symbols: []string{symbol}})
	if err != nil {
		return nil, err
	}
	out := []InstrumentStatement{}
	for _, x := range ofOneSource(found) {
		out = append(out, InstrumentStatement{x.Sourced, x.body})
	}
	slices.SortStableFunc(out, func(a, b InstrumentStatement) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Period, b.Period), cmp.Compare(b.End, a.End))
	})
	return out, nil
}

// sourced is a document that was read.
type sourced[T any] struct {
	Sourced
	body T
}

// documents reads documents, the newest first.
func documents[T any](ctx context.Context, v store.View, q store.DocumentQuery) ([]sourced[T], error) {
	all, err := v.Documents(ctx, q)
	if err != nil {
		return nil, err
	}
	out := make([]sourced[T], 0, len(all))
	for i := range all {
		x := sourced[T]{Sourced: sourceOf(&all[i])}
		if err := json.Unmarshal(all[i].Body, &x.body); err != nil {
			return nil, fmt.Errorf("the %s %q of %s by %s: %w", all[i].Kind, all[i].Key, all[i].Symbol, all[i].Source, err)
		}
		out = append(out, x)
	}
	return out, nil
}

func sourceOf(d *store.Document) Sourced { return Sourced{d.Source, d.AsOf, d.Fetched} }

// ofOneSource keeps the documents of the source that has most of them, by its name where
// two have as many: figures of two sources are not put beside each other.
func ofOneSource[T any](all []sourced[T]) []sourced[T] {
	count, most := map[string]int{}, ""
	for i := range all {
		count[all[i].Source]++
	}
	for _, source := range sortedKeys(count) {
		if most == "" || count[source] > count[most] {
			most = source
		}
	}
	return slices.DeleteFunc(all, func(x sourced[T]) bool { return x.Source != most })
}

// NewsPage is a part of the news about an instrument, the newest first.
type NewsPage struct {
	Articles []InstrumentArticle
	Next     string // cursor; empty: this was the last page
	Missing  string // why there is none at all
}

func newsOf(ctx context.Context, v store.View, symbol, after string, limit int) (NewsPage, error) {
	found, err := v.Articles(ctx, store.ArticleQuery{Symbols: []string{symbol}, After: after, Limit: limit})
	if err != nil {
		return NewsPage{}, err
	}
	page := NewsPage{Articles: []InstrumentArticle{}, Next: found.Next}
	for i := range found.Articles {
		a := &found.Articles[i]
		x := InstrumentArticle{Sourced: sourceOf(a)}
		if err := json.Unmarshal(a.Body, &x.Article); err != nil {
			return page, fmt.Errorf("the article %q by %s: %w", a.Key, a.Source, err)
		}
		if x.Published.IsZero() {
			x.Published = a.At
		}
		page.Articles = append(page.Articles, x)
	}
	return page, nil
}

// InstrumentNews is the stored news about a symbol, page by page.
func (s *Service) InstrumentNews(ctx context.Context, c Caller, symbol, after string, limit int) (page NewsPage, err error) {
	if err := checkSymbol(symbol); err != nil {
		return page, err
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		if page, err = newsOf(ctx, v, symbol, after, limit); err != nil || len(page.Articles) > 0 || after != "" {
			return err
		}
		page.Missing, err = s.missingOf(ctx, v, c, symbol, marketdata.News)
		return err
	})
	return page, err
}

// InstrumentStatements are the stored reports of a company, by part and period and the
// newest first; missing says why there is none.
func (s *Service) InstrumentStatements(ctx context.Context, c Caller, symbol string) (all []InstrumentStatement, missing string, err error) {
	if err := checkSymbol(symbol); err != nil {
		return nil, "", err
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		if all, err = statementsOf(ctx, v, symbol); err != nil || len(all) > 0 {
			return err
		}
		missing, err = s.missingOf(ctx, v, c, symbol, marketdata.Statements)
		return err
	})
	return all, missing, err
}

// missingOf says why nothing of a kind is stored.
func (s *Service) missingOf(ctx context.Context, v store.View, c Caller, symbol string, kind marketdata.Kind) (string, error) {
	d := &Dossier{Instrument: instrument.Instrument{Symbol: symbol}}
	all, err := v.Instruments(ctx, []string{symbol}, store.LatestMarket, false)
	if err != nil {
		return "", err
	}
	if i, ok := all[symbol]; ok {
		d.Instrument = i
	}
	if err := s.supplies(ctx, v, c, symbol, d); err != nil {
		return "", err
	}
	for _, p := range partWords {
		if p.kind == kind {
			return d.why(kind, p.word), nil
		}
	}
	return "", nil
}
