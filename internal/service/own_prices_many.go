package service

import (
	"context"
	"errors"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// PriceDay names the price of a symbol on a day.
type PriceDay struct {
	Symbol string
	Day    date.Date
}

// DeleteOwnPrices takes prices that were entered out, all or none; those that are not
// there are its Faults, counted from 1.
func (s *Service) DeleteOwnPrices(ctx context.Context, c Caller, days []PriceDay) error {
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		there := map[PriceDay]bool{}
		var symbols []string
		for _, d := range days {
			symbols = append(symbols, d.Symbol)
		}
		kept, err := tx.OwnPrices(ctx, symbols, store.LatestMarket)
		if err != nil {
			return err
		}
		for _, p := range kept {
			there[PriceDay{p.Symbol, p.Date}] = true
		}
		var faults ledger.Faults
		for i, d := range days {
			if !there[d] {
				faults = append(faults, &ledger.Fault{Row: i + 1, Field: "date", Value: d.Day.String(), Problem: "no price of " + d.Symbol + " was entered for the day", Cure: "leave it out"})
			}
			delete(there, d) // a second time it is gone
		}
		if len(faults) > 0 {
			return faults
		}
		for _, d := range days {
			if _, err := tx.DeleteOwnPrice(ctx, d.Symbol, d.Day); err != nil {
				return err
			}
		}
		return nil
	})
}

// MissingBookings says of ids which are not in force in a ledger, counted from 1: those
// that were never there, and those that went out. At most a hundred are looked for.
func (s *Service) MissingBookings(ctx context.Context, c Caller, portfolio string, ids []string) (faults ledger.Faults, err error) {
	const most = 100
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) error {
		seen := map[string]bool{}
		for i, id := range ids {
			if len(faults) == most {
				return nil
			}
			row, err := v.Row(ctx, portfolio, id)
			switch {
			case errors.Is(err, ErrNotFound):
				faults = append(faults, &ledger.Fault{Row: i + 1, ID: id, Field: "ids", Value: id, Problem: "there is no such booking", Cure: "leave it out"})
			case err != nil:
				return err
			case row.Superseded != 0:
				faults = append(faults, &ledger.Fault{Row: i + 1, ID: id, Field: "ids", Value: id, Problem: "it was changed or deleted meanwhile", Cure: "read it again"})
			case seen[id]:
				faults = append(faults, &ledger.Fault{Row: i + 1, ID: id, Field: "ids", Value: id, Problem: "it is named twice", Cure: "name it once"})
			}
			seen[id] = true
		}
		return nil
	})
	return faults, err
}
