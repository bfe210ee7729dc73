package service

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/instrument/search"
	"github.com/foliosight/foliosight/internal/store"
)

// namedFor is how long what sources named is searched before it is read anew: another
// process may have brought more.
const namedFor = 5 * time.Second

// namedIndex is what sources named when they were asked for texts, ready to be searched. It
// is no part of the market: it raises no version, and no figure rests on it.
type namedIndex struct {
	mu    sync.Mutex
	index *search.Index
	all   map[string]Candidate // by symbol; of several sources the newest word
	read  time.Time
}

// forget has it read anew.
func (n *namedIndex) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.index = nil
}

// find gives what is like what was typed.
func (n *namedIndex) find(ctx context.Context, v store.View, typed string, limit int, now time.Time) (hits []search.Hit, of []Candidate, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.index == nil || now.Sub(n.read) > namedFor || now.Before(n.read) {
		if err := n.load(ctx, v); err != nil {
			return nil, nil, err
		}
		n.read = now
	}
	for _, h := range n.index.Search(typed, limit) {
		hits, of = append(hits, h), append(of, n.all[n.index.Entry(h.Entry).Symbol])
	}
	return hits, of, nil
}

func (n *namedIndex) load(ctx context.Context, v store.View) error {
	docs, err := v.Documents(ctx, store.DocumentQuery{Kind: store.CandidateDocument, Newest: 1})
	if err != nil {
		return err
	}
	n.all = make(map[string]Candidate, len(docs))
	var entries []search.Entry
	for i := range docs {
		var c Candidate
		if err := json.Unmarshal(docs[i].Body, &c); err != nil {
			return fmt.Errorf("%s as %s named it: %w", docs[i].Symbol, docs[i].Source, err)
		}
		n.all[docs[i].Symbol] = c
		entries = append(entries, search.Entry{Symbol: docs[i].Symbol, Title: c.Instrument.Name, Names: exactNames(c.Instrument), Minor: c.Instrument.Class == instrument.Option})
	}
	n.index = search.New(entries)
	return nil
}

// addNamed puts what sources named behind what is stored, as far as there is room.
func (a *analyses) addNamed(ctx context.Context, v store.View, x *searched, typed string, limit int, now time.Time, all []FoundInstrument) ([]FoundInstrument, error) {
	if len(all) >= limit {
		return all, nil
	}
	hits, of, err := a.named.find(ctx, v, typed, limit, now)
	if err != nil {
		return nil, err
	}
	for i, c := range of {
		if _, stored := x.known[c.Instrument.Symbol]; stored || len(all) >= limit {
			continue
		}
		all = append(all, FoundInstrument{Instrument: c.Instrument, Kind: hits[i].Kind, Until: date.None, Last: date.None, Source: c.Source, On: c.On})
	}
	return all, nil
}
