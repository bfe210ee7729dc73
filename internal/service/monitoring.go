package service

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/store"
)

// SourceStates are how the sources of market data stand, for who looks after the
// installation; nil where nobody is ever asked. It calls none of them.
func (s *Service) SourceStates(ctx context.Context) ([]fetch.Status, error) {
	if s.sources == nil {
		return nil, nil
	}
	return s.sources.Status(ctx)
}

// MarketState is how one kind of the market data that all share stands.
type MarketState struct {
	Kind    string
	Series  int
	Updated time.Time // when anything of it was changed last; zero: there is none
	Last    time.Time // the end of the newest day of any series; zero: there is none
}

// MarketStates are those of each kind, without what is simulated and what tenants brought.
func (s *Service) MarketStates(ctx context.Context) (all []MarketState, err error) {
	admin, err := s.administrator(ctx)
	if err != nil || admin.User == "" {
		return nil, err // nobody has been here yet
	}
	admin.Operator = true
	err = s.store.Read(ctx, admin, func(ctx context.Context, v store.View) error {
		for _, kind := range []store.SeriesKind{store.Prices, store.FX, store.Rates} {
			infos, err := v.SeriesInfo(ctx, kind, false)
			if err != nil {
				return err
			}
			state := MarketState{Kind: string(kind)}
			for _, i := range infos {
				if i.Own {
					continue
				}
				state.Series++
				if i.Updated.After(state.Updated) {
					state.Updated = i.Updated
				}
				if end := i.Last.Time().Add(24 * time.Hour); !i.Last.IsNone() && end.After(state.Last) {
					state.Last = end
				}
			}
			all = append(all, state)
		}
		return nil
	})
	return all, err
}
