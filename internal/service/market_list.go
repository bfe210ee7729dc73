package service

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// FeedFilter selects series of market data; the zero value selects all that are asked for
// and concern the caller.
type FeedFilter struct {
	// Portfolio is the id of one whose figures need them, or EveryPortfolio: then series that
	// nobody is asked for are among them, those of files and of the simulated market.
	Portfolio string
	Kind      string      // of requests, "bars" for prices; empty: all
	State     SupplyState // empty: all
	Prefix    string      // of the symbol
	After     string      // the Next of the page before
	Limit     int         // 0: 100; at most 500
}

// EveryPortfolio selects all that the caller sees.
const EveryPortfolio = "all"

// FeedPage is a part of the series: of portfolios what is held first, else by kind and symbol.
type FeedPage struct {
	Feeds []Feed
	Next  string // cursor; empty: this was the last page
}

// FeedPage lists series with how each stands, where what is stored of it came from, and why
// it is not better.
func (s *Service) FeedPage(ctx context.Context, c Caller, f FeedFilter) (FeedPage, error) {
	f.Limit = min(cmp.Or(max(f.Limit, 0), 100), mostSupplies)
	if f.Portfolio == "" {
		return s.askedFor(ctx, c, f)
	}
	id := f.Portfolio
	if id == EveryPortfolio {
		id = ""
	}
	all, err := s.Feeds(ctx, c, id)
	if id == "" && errors.Is(err, ErrNotFound) {
		return FeedPage{}, nil // the caller sees no portfolio
	}
	if err != nil {
		return FeedPage{}, err
	}
	if f.After != "" {
		i := slices.IndexFunc(all, func(one Feed) bool { return store.SupplyCursor(one.Kind, one.Symbol) == f.After })
		if i < 0 {
			return FeedPage{}, fault("cursor", "", "is no cursor of this list, or its series is not needed any more", "begin at the first page")
		}
		all = all[i+1:]
	}
	all = slices.DeleteFunc(all, func(one Feed) bool {
		return f.Kind != "" && one.Kind != f.Kind || f.State != "" && one.State != f.State || !strings.HasPrefix(one.Symbol, f.Prefix)
	})
	if len(all) <= f.Limit {
		return FeedPage{Feeds: all}, nil
	}
	last := all[f.Limit-1]
	return FeedPage{all[:f.Limit], store.SupplyCursor(last.Kind, last.Symbol)}, nil
}

// askedFor are the series that sources are asked for.
func (s *Service) askedFor(ctx context.Context, c Caller, f FeedFilter) (page FeedPage, err error) {
	q := SupplyFilter{Kind: f.Kind, Prefix: f.Prefix, After: f.After, Limit: f.Limit}
	switch f.State {
	case "":
	case SupplyRefused:
		q.Status, q.Limit = store.SupplyRefused, mostSupplies
	case SupplyNever:
		q.Status, q.Limit = store.SupplyNever, mostSupplies
	default:
		q.Limit = mostSupplies
	}
	for len(page.Feeds) < f.Limit {
		got, err := s.Supplies(ctx, c, q)
		if err != nil {
			return FeedPage{}, cursorFault(err)
		}
		for i, one := range got.Supplies {
			if f.State != "" && one.State != f.State {
				continue
			}
			page.Feeds = append(page.Feeds, Feed{Supplied: one})
			if len(page.Feeds) == f.Limit {
				if i+1 < len(got.Supplies) || got.Next != "" {
					page.Next = store.SupplyCursor(one.Kind, one.Symbol)
				}
				break
			}
		}
		if q.After = got.Next; q.After == "" {
			break
		}
	}
	return page, s.nameFeeds(ctx, c, page.Feeds)
}

// cursorFault names a wrong cursor as callers do.
func cursorFault(err error) error {
	var wrong *ledger.Fault
	if errors.As(err, &wrong) && wrong.Field == "after" {
		wrong.Field = "cursor"
	}
	return err
}

// nameFeeds adds what they are called and what is stored of each.
func (s *Service) nameFeeds(ctx context.Context, c Caller, all []Feed) error {
	return s.read(ctx, c, func(ctx context.Context, v store.View) error {
		stored, err := kept(ctx, v, false)
		if err != nil {
			return err
		}
		symbols := make([]string, len(all))
		for i := range all {
			symbols[i] = all[i].Symbol
		}
		known, err := v.Instruments(ctx, symbols, store.LatestMarket, false)
		for i := range all {
			one := &all[i]
			one.Name = known[one.Symbol].Name
			if kind := seriesKindOf(one.Kind); kind != "" {
				one.Kept = stored[heldKey{kind, one.Symbol}]
			}
		}
		return err
	})
}
