package service

import (
	"context"
	"errors"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/store"
)

// errRehearsed ends a rehearsal that went well.
var errRehearsed = errors.New("rehearsed")

// Rehearse runs fn as if its writes were made; afterwards none of them was.
func (s *Service) Rehearse(ctx context.Context, c Caller, fn func(context.Context) error) error {
	err := s.as(ctx, c, func(ctx context.Context, _ store.Tx) error {
		if err := fn(ctx); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}

// Together runs several use cases as one: all of them are committed, or none.
func (s *Service) Together(ctx context.Context, c Caller, fn func(context.Context) error) error {
	return s.as(ctx, c, func(ctx context.Context, _ store.Tx) error { return fn(ctx) })
}

// CurrencyOf is the currency that a file counts in: the one that it states, else the
// only one of its bookings; empty where neither says.
func (s *Service) CurrencyOf(f File, o ImportOptions) money.Currency {
	read, err := s.formats.Read(f.Name, f.Content, o.Format, importer.Options{Account: o.Account, AsOf: date.None, DateOrder: o.DateOrder, Decimal: o.Decimal})
	if err != nil {
		return ""
	}
	only := read.BaseCurrency
	if only != "" {
		return only
	}
	for _, row := range read.Rows {
		for i := range row.Transactions {
			switch c, _ := row.Transactions[i].Currency.Major(); {
			case c == "" || c == only:
			case only == "":
				only = c
			default:
				return ""
			}
		}
	}
	return only
}
