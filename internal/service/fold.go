package service

import (
	"context"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// New days of many series wait beside the series until they are put where the other days
// are: so many deliveries are kept waiting, and so many series are done at once.
const (
	daysKept  = 10
	daysPiece = 250
)

// foldDays puts new days of many series where the others are, piece by piece, for as long
// as there is time. What is done is done: the rest is the next one's.
func (s *Service) foldDays(ctx context.Context, as store.Identity, own bool, until time.Time) error {
	for left := true; left && !s.now().After(until); {
		err := s.store.As(ctx, as, func(ctx context.Context, tx store.Tx) (err error) {
			left, err = tx.FoldDays(ctx, own, daysKept, daysPiece)
			return err
		})
		if err != nil {
			return fmt.Errorf("new days of many series: %w", err)
		}
	}
	return nil
}

// foldShared is foldDays of what all tenants share.
func (s *Service) foldShared(ctx context.Context, until time.Time) error {
	admin, err := s.administrator(ctx)
	if err != nil || admin.User == "" {
		return err // nobody has been here yet
	}
	admin.Operator = true
	return s.foldDays(ctx, admin, false, until)
}
