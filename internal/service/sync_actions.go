package service

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/internal/importer/pricefile"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// askActions asks for the list of splits or dividends of an instrument. What is announced
// belongs to it, so that holders hear of a dividend before its ex-date.
func (y *syncing) askActions(ctx context.Context, x subject, row store.Supply, out *SyncOutcome) error {
	out.Asked = true
	q := x.request(y.known[x.symbol], 0, 0)
	if y.options.DryRun {
		out.Provider = strings.Join(y.s.sources.Sources(q), ", ")
		return nil
	}
	a, err := y.asks(ctx, y.s.sources, q)
	var e *route.Exhausted
	switch {
	case errors.As(err, &e):
		return y.noActions(ctx, x, row, e, out)
	case err != nil:
		return err
	}
	out.Provider = a.Provider
	before := *out
	var notes []string
	return y.land(ctx, &landing{symbol: x.symbol,
		check: func(ctx context.Context, tx *landingTx) (*store.Batch, error) {
			*out = before
			known, err := y.knownSplits(ctx, tx, x.symbol)
			if err != nil {
				return nil, err
			}
			notes = slices.Clone(a.Left)
			batch := &store.Batch{Source: a.Provider, Reason: "sync"}
			var splits []pricefile.Action
			for _, one := range a.Splits {
				if one.Symbol != x.symbol && one.Symbol != "" {
					continue
				}
				if one.Doubt != "" {
					notes = append(notes, "the split of "+one.Date.String()+" is not taken: "+one.Doubt)
					continue
				}
				splits = append(splits, pricefile.Action{Date: one.Date, Symbol: x.symbol, Kind: pricefile.Split, Ratio: one.Ratio})
			}
			if batch.Actions, err = y.splitActions(ctx, tx, x.symbol, a.Provider, splits); err != nil {
				return nil, err
			}
			for _, one := range splits {
				if !slices.ContainsFunc(known, func(k pricefile.Action) bool { return k.Date == one.Date }) {
					known = append(known, one)
				}
			}
			dividends, faults := paid(a.Dividends, known, x.symbol, y.known[x.symbol].Currency)
			batch.Actions, notes = append(batch.Actions, dividends...), append(notes, faults...)
			return batch, nil
		},
		settle: func(_ context.Context, _ *landingTx, wrote store.BatchPart) ([]store.Supply, error) {
			out.add(wrote)
			row.Provider, row.Reason, row.Failures, row.Asked, row.Succeeded = a.Provider, "", 0, y.now, y.now
			row.Words, row.Due = shorten(strings.Join(notes, "; "), longestWords), y.now.Add(actionsEvery)
			out.Said, out.Due = row.Words, row.Due
			return []store.Supply{row}, nil
		}})
}

// noActions notes that no source gave a list. That an instrument had no split or pays
// nothing is an answer.
func (y *syncing) noActions(ctx context.Context, x subject, row store.Supply, e *route.Exhausted, out *SyncOutcome) error {
	out.Reason, out.Provider, out.Said = weightiest(e)
	row.Asked, row.Provider = y.now, out.Provider
	if e.Known() && slices.ContainsFunc(e.Attempts, func(a route.Attempt) bool { return a.Reason == marketdata.Empty }) {
		out.Reason, out.Said = "", "none"
		row.Succeeded, row.Reason, row.Words, row.Failures, row.Due = y.now, "", "none", 0, y.now.Add(actionsEvery)
	} else {
		y.failed(&row, e, out)
	}
	out.Due = row.Due
	y.remember([]store.Supply{row})
	return y.put(ctx, row)
}
