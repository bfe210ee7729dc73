package service

import (
	"cmp"
	"context"
	"errors"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// referenceWord is what a kind of reference data is called.
func referenceWord(kind marketdata.Kind) string {
	for _, p := range partWords {
		if p.kind == kind {
			return p.word
		}
	}
	return "what it holds"
}

// lookReference says how it stands with what is known beside prices. It says nothing of the
// prices, and so is no fault of theirs.
func (s *Service) lookReference(ctx context.Context, v store.View, d *diagnosing, symbol string) error {
	var all []Supplied
	for _, kind := range referenceOrder {
		row, err := v.Supply(ctx, string(kind), symbol)
		if errors.Is(err, store.ErrNotFound) || err == nil && !row.Needed {
			continue
		}
		if err != nil {
			return err
		}
		all = append(all, Supplied{Supply: row})
	}
	if err := s.describe(ctx, v, all); err != nil {
		return err
	}
	for i := range all {
		one := &all[i]
		says := one.Says
		if one.State == SupplyCurrent {
			says = cmp.Or(one.Provider, "nobody") + " gave it on " + utc(one.Succeeded)
			if one.Words != "" {
				says += " (" + one.Words + ")"
			}
		}
		if !one.Due.IsZero() && one.Due.After(s.now()) {
			says += "; asked for again on " + utc(one.Due)
		}
		d.Steps = append(d.Steps, Step{referenceWord(marketdata.Kind(one.Kind)), one.State == SupplyCurrent, says})
	}
	return nil
}
