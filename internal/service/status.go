package service

import (
	"context"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/store"
)

// The statuses of a series.
const (
	SeriesComplete    = "complete"
	SeriesStale       = "stale"
	SeriesUnavailable = "unavailable"
)

// DataStatus says how well the prices of what a portfolio holds are known, by symbol;
// for no portfolio, of every series there is. asOf is the day they are wanted for: the
// last one with prices unless given.
func (s *Service) DataStatus(ctx context.Context, c Caller, id string, asOf date.Date) (all []SeriesStatus, err error) {
	err = s.read(ctx, c.about(id), func(ctx context.Context, v store.View) error {
		if id == "" {
			all, err = everySeries(ctx, v, asOf)
			return err
		}
		set, err := gather(ctx, v, Question{Portfolios: []string{id}})
		if err != nil {
			return err
		}
		day := asOf
		if unset(day) {
			day = date.None
		}
		f, err := s.analyses.fold(ctx, v, set, day, date.FromTime(s.now().UTC()))
		if err != nil {
			return err
		}
		all, err = f.status(ctx, v, set)
		return err
	})
	return all, err
}

func everySeries(ctx context.Context, v store.View, asOf date.Date) ([]SeriesStatus, error) {
	var all []SeriesStatus
	for _, kind := range []store.SeriesKind{store.Prices, store.Totals, store.FX, store.Rates} {
		for _, simulated := range []bool{false, true} {
			infos, err := v.SeriesInfo(ctx, kind, simulated)
			if err != nil {
				return nil, err
			}
			for _, i := range infos {
				all = append(all, SeriesStatus{SeriesInfo: i, Status: SeriesComplete})
			}
		}
	}
	if unset(asOf) {
		return all, nil
	}
	for i := range all {
		all[i].rate(weekdays(all[i].Last, asOf))
	}
	return all, nil
}

func weekdays(from, to date.Date) int {
	n := 0
	for d := from + 1; d <= to; d++ {
		if !d.IsWeekend() {
			n++
		}
	}
	return n
}

// rate sets the age and what follows from it. The session of the day itself may not be
// over yet, so that one is no fault.
func (s *SeriesStatus) rate(age int) {
	s.Age, s.Status, s.Reason = age, SeriesComplete, ""
	if age > 1 {
		s.Status, s.Reason = SeriesStale, fmt.Sprintf("no value for %d sessions, since %s", age, s.Last)
	}
}

// status is that of what is held, one line a symbol: the source that the panel prefers.
func (f *foldedBook) status(ctx context.Context, v store.View, set *asked) ([]SeriesStatus, error) {
	infos, err := v.SeriesInfo(ctx, store.Prices, set.simulated)
	if err != nil {
		return nil, err
	}
	bySymbol := map[string]store.SeriesInfo{}
	for _, i := range infos {
		if _, first := bySymbol[i.Symbol]; !first {
			bySymbol[i.Symbol] = i
		}
	}
	held := map[string]bool{}
	for _, h := range f.book.Holdings(portfolio.Node{}, f.asOf) {
		held[h.Symbol] = true
	}
	var all []SeriesStatus
	for _, symbol := range sortedKeys(held) {
		status := SeriesStatus{SeriesInfo: store.SeriesInfo{Kind: store.Prices, Symbol: symbol, First: date.None, Last: date.None}}
		if i, ok := bySymbol[symbol]; ok {
			status.SeriesInfo = i
		}
		series := f.panel.Prices(symbol)
		i := series.Index(f.asOf)
		if i < 0 {
			status.Status, status.Reason = SeriesUnavailable, "no price"
			all = append(all, status)
			continue
		}
		// With prices entered by hand the series may reach further than its source does.
		status.First, status.Last, status.Count = series.First(), series.Dates[i], i+1
		if status.Source == "" {
			status.Source, status.Own = ownSource, true
		}
		status.rate(f.sessions(symbol, status.Last, f.asOf))
		all = append(all, status)
	}
	slices.SortStableFunc(all, func(a, b SeriesStatus) int { return compareText(a.Symbol, b.Symbol) })
	return all, nil
}
