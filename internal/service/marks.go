package service

import (
	"context"

	"github.com/foliosight/foliosight/internal/store"
)

// Marks are the versions of everything that a caller's figures rest on: while they stay,
// so do the figures of a day.
type Marks struct {
	Market     store.MarketVersion
	Portfolios []store.Portfolio // in the order of their creation, the archived ones too
}

// Marks reads them in one snapshot.
func (s *Service) Marks(ctx context.Context, c Caller) (m Marks, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		if m.Market, err = v.MarketVersion(ctx); err != nil {
			return err
		}
		m.Portfolios, err = v.Portfolios(ctx, true)
		return err
	})
	return m, err
}
