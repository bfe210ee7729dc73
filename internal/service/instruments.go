package service

import (
	"context"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// ownSource names what people enter themselves.
const ownSource = "own"

// Instruments are what is known of symbols (nil: all), as the caller's tenant sees them.
func (s *Service) Instruments(ctx context.Context, c Caller, symbols []string, simulated bool) (all map[string]instrument.Instrument, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		all, err = v.Instruments(ctx, symbols, store.LatestMarket, simulated)
		return err
	})
	return all, err
}

// DescribeInstrument says what a symbol is, for the caller's tenant.
func (s *Service) DescribeInstrument(ctx context.Context, c Caller, i instrument.Instrument) error {
	i.Symbol = strings.TrimSpace(i.Symbol)
	if i.Symbol == "" || len(i.Symbol) > 100 {
		return &ledger.Fault{Field: "symbol", Value: i.Symbol, Problem: "it is empty or too long", Cure: "give at most 100 letters"}
	}
	if code, err := money.ParseCurrency(string(i.Currency)); err != nil || code != i.Currency {
		return &ledger.Fault{Field: "currency", Value: string(i.Currency), Problem: "it is not a currency code", Cure: "use the ISO code in capitals, such as EUR"}
	}
	if i.Composition != nil {
		if flaw := i.Composition.Check(i.Symbol); flaw != nil {
			return &ledger.Fault{Row: flaw.Constituent, ID: i.Symbol, Field: "composition." + flaw.Field, Value: flaw.Value, Problem: flaw.Problem, Cure: flaw.Cure, Err: flaw}
		}
	}
	source := ownSource
	if i.Simulated {
		source = store.Simulated
	}
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.WriteMarket(ctx, store.Batch{Own: true, Source: source, Reason: "described", Instruments: []instrument.Instrument{i}})
		return err
	})
}
