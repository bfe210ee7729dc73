package service

import (
	"context"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// OwnPrices are the prices and valuations that people of the tenant entered.
func (s *Service) OwnPrices(ctx context.Context, c Caller, symbols []string) (all []store.OwnPrice, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.OwnPrices(ctx, symbols, store.LatestMarket)
		return err
	})
	return all, err
}

// SetOwnPrices enters prices and valuations; on their days they win over all others.
func (s *Service) SetOwnPrices(ctx context.Context, c Caller, prices []store.OwnPrice) error {
	var faults ledger.Faults
	bad := func(row int, field, value, problem, cure string) {
		faults = append(faults, &ledger.Fault{Row: row, Field: field, Value: value, Problem: problem, Cure: cure})
	}
	for i := range prices {
		p := &prices[i]
		p.Symbol = strings.TrimSpace(p.Symbol)
		if p.Symbol == "" || len(p.Symbol) > 100 {
			bad(i+1, "symbol", p.Symbol, "it is empty or too long", "name the security")
		}
		if p.Date == 0 || p.Date.IsNone() || p.Date > s.today() {
			bad(i+1, "date", p.Date.String(), "there is none, or it lies in the future", "give the day as YYYY-MM-DD")
		}
		if p.Price.Sign() < 0 {
			bad(i+1, "price", p.Price.String(), "prices are not negative", "give the price of one piece")
		}
		if code, err := money.ParseCurrency(string(p.Currency)); err != nil || code != p.Currency {
			bad(i+1, "currency", string(p.Currency), "it is not a currency code", "use the ISO code in capitals, such as EUR")
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if err := inTheirCurrency(ctx, tx, prices); err != nil {
			return err
		}
		if _, err := tx.SetOwnPrices(ctx, prices); err != nil {
			return err
		}
		return s.checkPricesSoon(ctx, tx)
	})
}

// inTheirCurrency refuses a price in another currency than the instrument is quoted in:
// the two would be valued as one series.
func inTheirCurrency(ctx context.Context, v store.View, prices []store.OwnPrice) error {
	var symbols []string
	for _, p := range prices {
		symbols = append(symbols, p.Symbol)
	}
	known, err := v.Instruments(ctx, symbols, store.LatestMarket, false)
	if err != nil {
		return err
	}
	var faults ledger.Faults
	for i, p := range prices {
		if inst, ok := known[p.Symbol]; ok && inst.Currency != "" && inst.Currency != p.Currency {
			faults = append(faults, &ledger.Fault{Row: i + 1, Field: "currency", Value: string(p.Currency), Problem: fmt.Sprintf("%s is quoted in %s", p.Symbol, inst.Currency),
				Cure: "give the price in " + string(inst.Currency)})
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// DeleteOwnPrice takes a price or valuation out; it stays in the history.
func (s *Service) DeleteOwnPrice(ctx context.Context, c Caller, symbol string, day date.Date) error {
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.DeleteOwnPrice(ctx, symbol, day)
		return err
	})
}
