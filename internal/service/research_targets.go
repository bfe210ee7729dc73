package service

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// targetNoteAtMost is how long the note of a target may be.
const targetNoteAtMost = 500

// TargetPrice is a target of the caller's with what it promises.
type TargetPrice struct {
	store.Target
	analysis.Expectation
}

// TargetRecord is every target that the caller set for a symbol.
type TargetRecord struct {
	Quote   analysis.Quote
	Current *TargetPrice   // nil: none is in force
	History []store.Target // the newest first; one without a price took the one before it back
}

// Targets are the caller's that are in force, of symbols (nil: all), by symbol.
func (s *Service) Targets(ctx context.Context, c Caller, symbols []string, simulated bool) (all []TargetPrice, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		targets, err := v.Targets(ctx, symbols)
		if err != nil {
			return err
		}
		var of []string
		for _, t := range targets {
			of = append(of, t.Symbol)
		}
		counter, err := s.counter(ctx, v, of, simulated)
		if err != nil {
			return err
		}
		for _, t := range targets {
			all = append(all, counter.expect(t))
		}
		return nil
	})
	return all, err
}

// TargetRecord is what the caller set for a symbol, and what the one in force promises.
func (s *Service) TargetRecord(ctx context.Context, c Caller, symbol string, simulated bool) (out TargetRecord, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		out, err = s.targetRecord(ctx, v, symbol, simulated)
		return err
	})
	return out, err
}

func (s *Service) targetRecord(ctx context.Context, v store.View, symbol string, simulated bool) (out TargetRecord, err error) {
	if out.History, err = v.TargetHistory(ctx, symbol); err != nil {
		return out, err
	}
	counter, err := s.counter(ctx, v, []string{symbol}, simulated)
	if err != nil {
		return out, err
	}
	out.Quote = counter.quote(symbol)
	if len(out.History) > 0 && out.History[0].Price.Known {
		current := counter.expect(out.History[0])
		out.Current = &current
	}
	return out, nil
}

// SetTarget sets a target price of a symbol for the caller; the ones before stay as its
// history. It is in the currency that the instrument is quoted in, which it gets where it
// names none.
func (s *Service) SetTarget(ctx context.Context, c Caller, t store.Target, simulated bool) (out TargetRecord, err error) {
	t.Symbol, t.Note = strings.TrimSpace(t.Symbol), strings.TrimSpace(t.Note)
	if err := checkSymbol(t.Symbol); err != nil {
		return out, err
	}
	switch {
	case !t.Price.Known || t.Price.Decimal.Sign() <= 0:
		return out, fault("price", t.Price.Decimal.String(), "a target is a price above zero", "give the price of one piece")
	case !unset(t.Horizon) && t.Horizon <= date.FromTime(s.now().UTC()):
		return out, fault("horizon", t.Horizon.String(), "it does not lie in the future", "give a day to come, or none")
	case !unset(t.Horizon) && t.Horizon > date.FromTime(s.now().UTC()).AddYears(50):
		return out, fault("horizon", t.Horizon.String(), "it is more than 50 years away", "give an earlier day, or none")
	case !utf8.ValidString(t.Note) || utf8.RuneCountInString(t.Note) > targetNoteAtMost:
		return out, fault("note", strings.ToValidUTF8(t.Note, "�"), "it is too long", "give at most 500 letters")
	}
	err = s.as(ctx, c, func(ctx context.Context, tx store.Tx) error {
		counter, err := s.counter(ctx, tx, []string{t.Symbol}, simulated)
		if err != nil {
			return err
		}
		if t.Currency, err = targetCurrency(t, counter.quote(t.Symbol).Instrument.Currency); err != nil {
			return err
		}
		if _, err := tx.SetTarget(ctx, t); err != nil {
			return err
		}
		out, err = s.targetRecord(ctx, tx, t.Symbol, simulated)
		return err
	})
	return out, err
}

// targetCurrency is what a target of something quoted in a currency is in.
func targetCurrency(t store.Target, quoted money.Currency) (money.Currency, error) {
	switch {
	case t.Currency == "" && quoted == "":
		return "", fault("currency", "", "it is not known in which currency "+t.Symbol+" is quoted", "give the currency of the target, such as EUR")
	case t.Currency == "":
		return quoted, nil
	case quoted != "" && quoted != t.Currency:
		return "", fault("currency", string(t.Currency), fmt.Sprintf("%s is quoted in %s", t.Symbol, quoted), "give the target in "+string(quoted))
	}
	if code, err := money.ParseCurrency(string(t.Currency)); err != nil || code != t.Currency {
		return "", fault("currency", string(t.Currency), "it is not a currency code", "use the ISO code in capitals, such as EUR")
	}
	return t.Currency, nil
}

// DropTarget takes the caller's target of a symbol back; its history stays.
func (s *Service) DropTarget(ctx context.Context, c Caller, symbol string) error {
	return s.as(ctx, c, func(ctx context.Context, tx store.Tx) error { return tx.DropTarget(ctx, symbol) })
}
