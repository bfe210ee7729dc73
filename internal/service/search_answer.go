package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// AnswerAsked asks the sources for a text that somebody asked for, as jobs do it: w names it
// by its sum. patience is how long it may wait for a limit.
func (s *Service) AnswerAsked(ctx context.Context, w Work, patience time.Duration) (a SourceSearch, err error) {
	admin, err := s.operating(ctx)
	if err != nil {
		return a, err
	}
	var body *askedBody
	err = s.store.Read(ctx, admin, func(ctx context.Context, v store.View) error {
		body, err = askedFor(ctx, v, w.ID, w.Day)
		return err
	})
	if err != nil {
		return a, err
	}
	if body == nil {
		return a, nil // it was asked on a day that is over, and is forgotten
	}
	a.Text, a.Day = body.Text, w.Day
	if err := s.askThem(ctx, admin, body, w.Day, patience); err != nil {
		return a, err
	}
	a.tell(body)
	return a, nil
}

// SearchSources asks the sources for a text at once, for who runs the installation.
func (s *Service) SearchSources(ctx context.Context, c Caller, typed string, patience time.Duration) (a SourceSearch, err error) {
	if err := operator(c); err != nil {
		return a, err
	}
	if a.Text, err = askedText(typed); err != nil {
		return a, err
	}
	if s.sources == nil {
		return a, fmt.Errorf("%w: %s", ErrNoSources, cmp.Or(s.market.Off, "no source is configured"))
	}
	a.Day = date.FromTime(s.now().UTC())
	as := store.Identity{Tenant: c.Tenant, User: c.User, Operator: true}
	body := &askedBody{Text: a.Text, By: textSum(c.Tenant, c.User, a.Day.String()), Began: s.now()}
	if err := s.askThem(ctx, as, body, a.Day, patience); err != nil {
		return a, err
	}
	a.tell(body)
	return a, nil
}

// askThem asks, and writes down what came or why nothing did.
func (s *Service) askThem(ctx context.Context, as store.Identity, body *askedBody, day date.Date, patience time.Duration) error {
	if s.sources == nil {
		return ErrNoSources
	}
	sources, err := s.leavingPrices(ctx, as)
	if err != nil {
		return err
	}
	answer, err := sources.Answer(ctx, marketdata.Request{Kind: marketdata.Search, Text: body.Text, Limit: candidatesMost}, patience)
	var exhausted *route.Exhausted
	body.Ended, body.Next = s.now(), time.Time{}
	body.Provider, body.Candidates, body.Reason, body.Said = "", nil, "", ""
	switch {
	case errors.As(err, &exhausted):
		body.refused(exhausted)
	case err != nil:
		return err
	default:
		body.take(&answer, day)
	}
	defer s.analyses.named.forget()
	return s.store.As(ctx, as, func(ctx context.Context, tx store.Tx) error {
		if err := putCandidates(ctx, tx, body.Candidates); err != nil {
			return err
		}
		return putAsked(ctx, tx, day, body)
	})
}

// leavingPrices is the sources with the calls that prices need of them left alone.
func (s *Service) leavingPrices(ctx context.Context, as store.Identity) (answering, error) {
	y := &syncing{s: s, as: as, options: SyncOptions{DryRun: true}, now: s.now(), rows: map[subjectKey]store.Supply{}, seen: map[subjectKey]bool{}}
	if _, err := y.prepare(ctx); err != nil {
		return nil, err
	}
	y.ref.most = 1
	err := y.keepForPrices(ctx)
	return y.ref.sources, err
}

// refused says why nothing came. Where all who could be asked know nothing like it, that is
// an answer.
func (b *askedBody) refused(e *route.Exhausted) {
	if e.Known() {
		b.Said = "no source that was asked knows anything like it"
		return
	}
	reason, _, said := weightiest(e)
	b.Reason, b.Said, b.Next = reason, said, e.Retry
	nobody := !slices.ContainsFunc(e.Attempts, func(a route.Attempt) bool {
		return !slices.Contains([]marketdata.Reason{route.NotOffered, marketdata.BadKey, marketdata.NotInPlan}, a.Reason)
	})
	if nobody {
		b.Reason = string(route.NotOffered)
		b.Said = "no source that is set up here can be searched: " + e.Error()
	}
}

// take keeps what a source named, in its order.
func (b *askedBody) take(a *route.Answer, day date.Date) {
	b.Provider = a.Provider
	for _, found := range a.Found {
		i := found.Instrument
		if checkSymbol(i.Symbol) != nil || len(b.Candidates) == candidatesMost || slices.ContainsFunc(b.Candidates, func(c Candidate) bool { return c.Instrument.Symbol == i.Symbol }) {
			continue
		}
		i.Composition = nil
		c := Candidate{Instrument: i, Listed: found.Exchange, Delisted: found.Delisted, Source: a.Provider, On: day}
		if !math.IsNaN(found.Score) {
			c.Score = &found.Score
		}
		b.Candidates = append(b.Candidates, c)
	}
	if len(b.Candidates) == 0 {
		b.Said = "it knows nothing like it"
	}
}

// putCandidates keeps what was named so that it is found.
func putCandidates(ctx context.Context, tx store.Tx, all []Candidate) error {
	var docs []store.Document
	for i := range all {
		c := all[i]
		c.Score = nil // of one text
		body, err := json.Marshal(c)
		if err != nil {
			return err
		}
		docs = append(docs, store.Document{Kind: store.CandidateDocument, Symbol: c.Instrument.Symbol, Source: c.Source, Key: c.Instrument.Symbol, AsOf: c.On, Body: body})
	}
	_, err := tx.PutDocuments(ctx, docs)
	return err
}
