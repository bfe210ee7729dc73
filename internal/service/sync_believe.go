package service

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// historyDays is how much of what is kept a check reads.
const historyDays = 300

// releaseDays is for how long a value that was held back is looked at again when the
// sessions after it come: a move that stays is news.
const releaseDays = 15

// believed is what of a delivery goes into the series. What something speaks against is
// held back, unless somebody looked at it before and decided; nil: it is not believed at
// all, and out.Said says why.
func (y *syncing) believed(ctx context.Context, tx store.Tx, x subject, h hours, over date.Date, d delivered, coming []store.Action, out *SyncOutcome) (*store.Series, error) {
	fresh := d.series
	if fresh.Kind == store.Totals {
		return &fresh, nil
	}
	first, last := fresh.Dates[0], fresh.Dates[len(fresh.Dates)-1]
	decided, err := heldOf(ctx, tx, fresh)
	if err != nil {
		return nil, err
	}
	all, err := tx.Series(ctx, store.SeriesQuery{Kind: fresh.Kind, Symbols: []string{x.symbol}, From: first - historyDays, To: last, Version: store.LatestMarket, Full: true})
	if err != nil {
		return nil, err
	}
	// What this source said before stands over what others did: all are as traded.
	history, others := store.Series{Kind: fresh.Kind, Symbol: fresh.Symbol, Source: fresh.Source}, []*quality.Series(nil)
	for _, s := range all {
		if s.Own || s.Source == fresh.Source {
			continue
		}
		one := y.checkable(x, h, s)
		others, history = append(others, &one), store.Overlay(history, s)
	}
	if i := slices.IndexFunc(all, func(s store.Series) bool { return !s.Own && s.Source == fresh.Source }); i >= 0 {
		history = store.Overlay(history, all[i])
	}
	// Values that wait are looked at again with the days that follow them.
	waiting := again(decided, history, first)
	if len(waiting) > 0 {
		fresh = store.Overlay(waitingSeries(fresh, waiting), fresh)
	}
	actions, err := y.actionsFor(ctx, tx, x.symbol)
	if err != nil {
		return nil, err
	}
	include(actions, coming)
	moved, err := y.market(ctx, tx, x, fresh.Currency)
	if err != nil {
		return nil, err
	}
	found := quality.CheckNew(y.checkable(x, h, history), y.checkable(x, h, fresh), quality.Context{Actions: actions, Market: moved, Others: others})
	suspect := map[date.Date]quality.Finding{}
	for _, f := range found {
		if f.Severity != quality.Suspect {
			continue
		}
		for _, day := range fresh.Dates {
			if _, before := suspect[day]; !before && day >= f.From && day <= f.To {
				suspect[day] = f
			}
		}
	}
	if len(suspect) > mostHeld {
		f := found[slices.IndexFunc(found, func(f quality.Finding) bool { return f.Severity == quality.Suspect })]
		out.Said = fmt.Sprintf("%s: %d of %d values cannot be right, so that none is taken; the first: %s", fresh.Source, len(suspect), len(fresh.Dates), f.Reason)
		return nil, nil
	}
	return y.holdBack(ctx, tx, fresh, decided, suspect, out)
}

// holdBack splits a series into what is written and what waits for somebody.
func (y *syncing) holdBack(ctx context.Context, tx store.Tx, fresh store.Series, decided map[date.Date]store.HeldValue, suspect map[date.Date]quality.Finding, out *SyncOutcome) (*store.Series, error) {
	var holding []store.HeldValue
	var releasing []string
	keep := make([]bool, len(fresh.Dates))
	for i, day := range fresh.Dates {
		bar := barOf(fresh, i)
		was, known := decided[day]
		same := known && sameClose(was.Bar, bar)
		f, bad := suspect[day]
		switch {
		case same && was.Decision == store.HeldAccepted:
			keep[i] = true
		case same && was.Decision != store.HeldOpen: // corrected or dropped: it stays so
		case bad:
			holding = append(holding, store.HeldValue{Kind: fresh.Kind, Symbol: fresh.Symbol, Source: fresh.Source, Day: day, Bar: bar, Finding: string(f.Kind), Reason: f.Reason, Expected: f.Expected})
		default:
			keep[i] = true
			if known && was.Decision == store.HeldOpen {
				releasing = append(releasing, was.ID)
			}
		}
	}
	if _, err := tx.HoldValues(ctx, holding); err != nil {
		return nil, err
	}
	for _, id := range releasing {
		if _, err := tx.DecideHeld(ctx, id, store.Verdict{Decision: store.HeldAccepted, Note: "the sessions after it, or what the source says now, bear it out"}); err != nil {
			return nil, err
		}
	}
	out.Held, out.Released = out.Held+len(holding), out.Released+len(releasing)
	kept := fresh
	kept.Dates = picked(fresh.Dates, keep)
	for _, c := range []struct{ to, from *[]float64 }{{&kept.Close, &fresh.Close}, {&kept.Open, &fresh.Open}, {&kept.High, &fresh.High}, {&kept.Low, &fresh.Low}, {&kept.Volume, &fresh.Volume}, {&kept.Adjusted, &fresh.Adjusted}} {
		*c.to = picked(*c.from, keep)
	}
	return &kept, nil
}

func picked[T any](column []T, keep []bool) []T {
	if len(column) == 0 {
		return nil
	}
	out := make([]T, 0, len(column))
	for i, k := range keep {
		if k {
			out = append(out, column[i])
		}
	}
	return out
}

// heldOf are the values of a series by its source that were held back ever, by day.
func heldOf(ctx context.Context, v store.View, s store.Series) (map[date.Date]store.HeldValue, error) {
	all := map[date.Date]store.HeldValue{}
	f := store.HeldFilter{Kind: s.Kind, Symbol: s.Symbol, Source: s.Source, Limit: mostHeldRead}
	for {
		page, err := v.HeldValues(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, h := range page {
			if !h.Own {
				all[h.Day] = h
			}
		}
		if len(page) < f.Limit {
			return all, nil
		}
		f.Before = page[len(page)-1].ID
	}
}

// again are the values that wait since shortly before a day.
func again(held map[date.Date]store.HeldValue, history store.Series, first date.Date) (days []store.HeldValue) {
	for day, h := range held {
		_, there := slices.BinarySearch(history.Dates, day)
		if h.Decision == store.HeldOpen && !there && day < first && day >= first-releaseDays {
			days = append(days, h)
		}
	}
	slices.SortFunc(days, func(a, b store.HeldValue) int { return int(a.Day) - int(b.Day) })
	return days
}

// waitingSeries is held values as a series like another.
func waitingSeries(like store.Series, all []store.HeldValue) store.Series {
	s := like
	s.Dates, s.Close, s.Open, s.High, s.Low, s.Volume, s.Adjusted = nil, nil, nil, nil, nil, nil, nil
	for _, h := range all {
		s.Dates, s.Close = append(s.Dates, h.Day), append(s.Close, h.Bar.Close)
		s.Open, s.High, s.Low = append(s.Open, h.Bar.Open), append(s.High, h.Bar.High), append(s.Low, h.Bar.Low)
		s.Volume, s.Adjusted = append(s.Volume, h.Bar.Volume), append(s.Adjusted, h.Bar.Adjusted)
	}
	return s
}

func barOf(s store.Series, i int) store.Bar {
	at := func(c []float64) float64 {
		if len(c) == 0 {
			return math.NaN()
		}
		return c[i]
	}
	return store.Bar{Open: at(s.Open), High: at(s.High), Low: at(s.Low), Close: s.Close[i], Volume: at(s.Volume), Adjusted: at(s.Adjusted)}
}

// sameClose compares what is decided about: the close.
func sameClose(a, b store.Bar) bool { return a.Close == b.Close }

// checkable is a series as quality looks at it.
func (y *syncing) checkable(x subject, h hours, s store.Series) quality.Series {
	q := quality.Series{Name: x.symbol, Source: s.Source, Quantity: quality.Price, Basis: quality.Traded, Class: y.known[x.symbol].Class, Currency: s.Currency, Calendar: h.checked(),
		Dates: s.Dates, Open: s.Open, High: s.High, Low: s.Low, Close: s.Close, Volume: s.Volume, Adjusted: s.Adjusted}
	switch x.kind {
	case marketdata.FX:
		q.Quantity = quality.FX
	case marketdata.Rates:
		q.Quantity = quality.Level
	}
	return q
}

// actionsFor is the list of splits and dividends that is kept of a symbol.
func (y *syncing) actionsFor(ctx context.Context, v store.View, symbol string) (*market.Actions, error) {
	rows, err := v.Actions(ctx, []string{symbol}, store.LatestMarket, false)
	if err != nil {
		return nil, err
	}
	list := &market.Actions{}
	rows = slices.DeleteFunc(rows, func(a store.Action) bool { return a.Own })
	if a := actionsOf(rows, y.known)[symbol]; a != nil {
		list = a
	}
	return list, nil
}

// include adds actions that are only coming with a delivery.
func include(list *market.Actions, coming []store.Action) {
	for _, a := range coming {
		switch {
		case a.Kind == store.SplitAction && a.Ratio != nil && !slices.ContainsFunc(list.Splits, func(e market.SplitEvent) bool { return e.Date == a.Date }):
			list.Splits = append(list.Splits, market.SplitEvent{Date: a.Date, Ratio: *a.Ratio})
		case a.Kind == store.DividendAction && a.Amount.Known && !slices.ContainsFunc(list.Dividends, func(e market.DividendEvent) bool { return e.ExDate == a.Date }):
			list.Dividends = append(list.Dividends, market.DividendEvent{ExDate: a.Date, PayDate: a.PayDate, Amount: a.Amount.Decimal, Currency: a.Currency})
		}
	}
	list.Sort()
}

// mostFindings is how many findings are kept with a score.
const mostFindings = 20

func scoreParts(rate quality.Score, found []quality.Finding) (json.RawMessage, error) {
	score := SupplyScore{From: rate.From, To: rate.To, Sessions: rate.Sessions, Stale: rate.Stale, Missing: rate.Missing, Suspect: rate.Suspect, Doubtful: rate.Doubtful}
	for i := len(found) - 1; i >= 0 && len(score.Findings) < mostFindings; i-- {
		f := found[i]
		score.Findings = append(score.Findings, SupplyFinding{Kind: string(f.Kind), Severity: string(f.Severity), From: f.From, To: f.To, Reason: f.Reason})
	}
	return json.Marshal(score)
}
