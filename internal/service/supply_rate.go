package service

import (
	"context"
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/store"
)

// shownFindings is how many findings of a series are told, the newest.
const shownFindings = 5

// rateFeeds works out the scores that are not stored: of what came by file or from the
// simulated market. What was held is not rated, as nobody waits for its next value.
func (s *Service) rateFeeds(ctx context.Context, v store.View, set *asked, f *foldedBook, all []Feed, until time.Time) error {
	wanted := map[store.SeriesKind][]string{}
	at := map[heldKey]*Feed{}
	for i := range all {
		one := &all[i]
		kind := seriesKindOf(one.Kind)
		if one.Score != nil || one.Kept.Count == 0 || one.Use == FeedPast || one.Valued || len(at) == scoredFeeds {
			continue
		}
		wanted[kind] = append(wanted[kind], one.Symbol)
		at[heldKey{kind, one.Symbol}] = one
	}
	for _, kind := range []store.SeriesKind{store.Prices, store.FX, store.Rates} {
		if len(wanted[kind]) == 0 {
			continue
		}
		series, err := v.Series(ctx, store.SeriesQuery{Kind: kind, Symbols: wanted[kind], From: date.None, To: lastDay, Version: store.LatestMarket, Full: true, Simulated: set.simulated})
		if err != nil {
			return err
		}
		for i := range series {
			one := at[heldKey{kind, series[i].Symbol}]
			if one == nil || series[i].Source != one.Kept.Source || series[i].Own != one.Kept.Own {
				continue
			}
			if err := rateFeed(one, &series[i], f, until); err != nil {
				return err
			}
		}
	}
	return nil
}

// wholePoints rounds a score down: a hundred is without fault.
func wholePoints(r quality.Score) int { return int(math.Floor(r.Points)) }

// rateFeed checks a series as it is stored, over all of its days up to the last session
// whose value was due by a time.
func rateFeed(one *Feed, kept *store.Series, f *foldedBook, until time.Time) error {
	inst, _ := f.panel.Instrument(one.Symbol)
	h := hoursOf(one.Kind, inst)
	due, err := h.over(until)
	if err != nil {
		return nil // without a session there is no score
	}
	series := quality.Series{Name: one.Symbol, Source: kept.Source, Basis: quality.Traded, Class: inst.Class, Currency: kept.Currency,
		Dates: kept.Dates, Open: kept.Open, High: kept.High, Low: kept.Low, Close: kept.Close, Volume: kept.Volume, Adjusted: kept.Adjusted}
	switch kept.Kind {
	case store.FX:
		series.Quantity = quality.FX
	case store.Rates:
		series.Quantity = quality.Level
	}
	cal := calendar.Calendar{} // its own days: of rates, whose days of publication are not known, and elsewhere
	if h.known && kept.Kind != store.Rates {
		cal = h.cal
	}
	series.Calendar = cal
	found := quality.Check(series, quality.Context{Through: due, Actions: f.panel.Actions(one.Symbol)})
	r := h.late(quality.Rate(cal, kept.Dates, found, quality.Hold(found, nil), 0, due), kept.Dates, due)
	if r.Sessions == 0 {
		return nil
	}
	points := wholePoints(r)
	one.Score = &points
	one.Scored = &SupplyScore{From: r.From, To: r.To, Sessions: r.Sessions, Stale: r.Stale, Missing: r.Missing, Suspect: r.Suspect, Doubtful: r.Doubtful}
	for i := len(found) - 1; i >= 0 && len(one.Scored.Findings) < shownFindings; i-- {
		x := found[i]
		one.Scored.Findings = append(one.Scored.Findings, SupplyFinding{Kind: string(x.Kind), Severity: string(x.Severity), From: x.From, To: x.To, Reason: x.Reason})
	}
	return nil
}
