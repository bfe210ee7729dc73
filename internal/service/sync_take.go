package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/importer/pricefile"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// Reasons of our own why a delivery was not taken.
const (
	reasonUnsettled   = "unsettled"   // nobody can say on which basis the prices stand
	reasonImplausible = "implausible" // so much of it cannot be right that none of it is believed
)

// graceDays is how many days after the first one that was asked for a series may begin
// without anybody wondering whether another source reaches back further.
const graceDays = 10

// mostHeld is how many values of one delivery are held back one by one; a delivery in
// which there is something to say against more is not taken at all.
const mostHeld = 60

// delivered is a delivery on its way into the store.
type delivered struct {
	series    store.Series
	splits    []pricefile.Action // listed or seen, of this delivery
	dividends []store.Action
	notes     []string
	along     bool // the source gives the actions of these days with the prices
}

// take settles, checks and writes what came for a gap, with the supply that says so.
func (y *syncing) take(ctx context.Context, x subject, row *store.Supply, h hours, over date.Date, gap span, a route.Answer, out *SyncOutcome) error {
	beforeRow, beforeOut := *row, *out
	var d delivered
	var why, said string
	return y.land(ctx, &landing{symbol: x.symbol, kind: seriesKindOf(string(x.kind)),
		from: min(gap.from-historyDays, over-scoredDays), to: max(gap.to, over),
		check: func(ctx context.Context, tx *landingTx) (batch *store.Batch, err error) {
			*row, *out = beforeRow, beforeOut
			out.Provider = a.Provider
			row.Asked, row.Provider = y.now, a.Provider
			if d, why, said, err = y.settle(ctx, tx, x, gap, over, a); err != nil || why != "" {
				return nil, err
			}
			batch, why, said, err = y.checked(ctx, tx, x, h, over, a.Provider, d, out)
			return batch, err
		},
		settle: func(ctx context.Context, tx *landingTx, wrote store.BatchPart) ([]store.Supply, error) {
			if why != "" {
				out.Reason, out.Said = why, said
				row.Failures++
				row.Reason, row.Words, row.Due = why, shorten(said, longestWords), y.now.Add(longestAgain)
				out.Due = row.Due
				return []store.Supply{*row}, nil
			}
			out.add(wrote)
			y.covered(x, row, h, over, gap, d.series.Dates)
			notes := slices.Concat(d.notes, a.Left)
			row.Reason, row.Failures, row.Succeeded, row.Words = "", 0, y.now, shorten(strings.Join(notes, "; "), longestWords)
			if err := y.score(ctx, tx, x, row, h, over, a.Provider, d.series); err != nil {
				return nil, err
			}
			out.Said, out.Due = row.Words, row.Due
			rows := []store.Supply{*row}
			if d.along {
				rows = append(rows, y.alongside(x, a.Provider)...)
			}
			return rows, nil
		}})
}

// add counts what was written.
func (o *SyncOutcome) add(wrote store.BatchPart) {
	o.Added, o.Replaced, o.Actions = o.Added+wrote.Added, o.Replaced+wrote.Replaced, o.Actions+wrote.Actions
}

// remember keeps rows for subjects that come later in the same sync.
func (y *syncing) remember(rows []store.Supply) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, row := range rows {
		y.rows[subjectKey{marketdata.Kind(row.Kind), row.Symbol}] = row
	}
}

// covered notes which days were answered, and when there are more.
func (y *syncing) covered(x subject, row *store.Supply, h hours, over date.Date, gap span, got []date.Date) {
	from, to := gap.from, gap.to
	if first := got[0]; first > from+graceDays {
		from = first
	}
	last := got[len(got)-1]
	if last < h.cal.Last(to) && !y.late(h, gap, over) {
		to = last // the newest day is not there yet
	}
	y.cover(row, from, to)
	row.Due = y.next(x, h, over)
	if row.Last < min(over, orDay(x.until, over)) {
		row.Due = y.now.Add(againSoon)
	}
}

// settle puts what came as traded.
func (y *syncing) settle(ctx context.Context, v store.View, x subject, gap span, over date.Date, a route.Answer) (d delivered, why, said string, err error) {
	d.series = store.Series{Kind: seriesKindOf(string(x.kind)), Symbol: x.symbol, Source: a.Provider}
	var rates []marketdata.RateSeries
	switch x.kind {
	case marketdata.FX:
		rates = a.FX
		_, quote, _ := strings.Cut(x.symbol, "/")
		d.series.Currency = money.Currency(quote)
	case marketdata.Rates:
		rates = a.Rates
	default:
		return y.settleBars(ctx, v, x, gap, over, a)
	}
	if len(rates) == 0 || len(rates[0].Dates) == 0 {
		return d, string(marketdata.Empty), a.Provider + ": it has nothing for these days", nil
	}
	d.series.Dates, d.series.Close = daysWithin(rates[0].Dates, rates[0].Values, gap.from, gap.to)
	if len(d.series.Dates) == 0 {
		return d, string(marketdata.Empty), a.Provider + ": it has nothing for these days", nil
	}
	return d, "", "", nil
}

// daysWithin are the days of a range with their values.
func daysWithin(days []date.Date, values []float64, from, to date.Date) ([]date.Date, []float64) {
	i, _ := slices.BinarySearch(days, from)
	j, _ := slices.BinarySearch(days, to+1)
	return days[i:j], values[i:j]
}

func (y *syncing) settleBars(ctx context.Context, v store.View, x subject, gap span, over date.Date, a route.Answer) (d delivered, why, said string, err error) {
	empty := func() (delivered, string, string, error) {
		return d, string(marketdata.Empty), a.Provider + ": it has nothing for these days", nil
	}
	at := slices.IndexFunc(a.Bars, func(b marketdata.BarSeries) bool { return b.Symbol == x.symbol && len(b.Dates) > 0 })
	if at < 0 {
		return empty()
	}
	b := a.Bars[at]
	keep := len(b.Dates)
	for keep > 0 && (b.Dates[keep-1] > gap.to || b.Unfinished && keep == len(b.Dates) && b.Dates[keep-1] >= over) {
		keep--
	}
	if keep == 0 {
		return empty()
	}
	known, err := y.knownSplits(ctx, v, x.symbol)
	if err != nil {
		return d, "", "", err
	}
	d.along = bringsActions(a.Provider, b)
	listed := known != nil || d.along || !y.rowOf(subject{kind: marketdata.Splits, symbol: x.symbol}).Succeeded.IsZero()
	for _, split := range a.Splits {
		if split.Doubt != "" {
			d.notes = append(d.notes, fmt.Sprintf("the split of %s is not taken: %s", split.Date, split.Doubt))
			continue
		}
		one := pricefile.Action{Date: split.Date, Symbol: x.symbol, Kind: pricefile.Split, Ratio: split.Ratio}
		d.splits = append(d.splits, one)
		if !slices.ContainsFunc(known, func(k pricefile.Action) bool { return k.Date == one.Date }) {
			known = append(known, one)
		}
	}
	if listed && known == nil {
		known = []pricefile.Action{}
	}
	in := pricefile.Series{Symbol: x.symbol, Dates: b.Dates[:keep], Open: head(b.Open, keep), High: head(b.High, keep), Low: head(b.Low, keep), Close: head(b.Close, keep), Volume: head(b.Volume, keep)}
	if b.AdjustedBasis == marketdata.TotalReturn {
		in.AdjClose = head(b.Adjusted, keep)
	}
	basis := pricefile.Auto
	if b.Basis != marketdata.UnknownBasis {
		basis = pricefile.Basis(b.Basis)
	}
	settled, verdict, err := pricefile.SettleThrough(in, known, basis, date.FromTime(y.now.UTC()))
	if err != nil {
		return d, reasonUnsettled, a.Provider + ": " + err.Error(), nil
	}
	d.notes = append(d.notes, verdict.Notes...)
	for _, seen := range verdict.Splits {
		d.splits, known = append(d.splits, seen), append(known, seen)
	}
	// The source's adjusted closes speak of the day they were asked on: those of several
	// days do not belong into one column.
	d.series = store.Series{Kind: store.Prices, Symbol: x.symbol, Source: a.Provider, Currency: b.Currency, Dates: settled.Dates, Close: settled.Close,
		Open: settled.Open, High: settled.High, Low: settled.Low, Volume: settled.Volume}
	if d.series.Currency == "" {
		d.series.Currency = y.known[x.symbol].Currency
	}
	if verdict.Stored == pricefile.TotalReturn {
		d.series = store.Series{Kind: store.Totals, Symbol: x.symbol, Source: a.Provider, Currency: d.series.Currency, Dates: settled.Dates, Close: settled.AdjClose}
	}
	var faults []string
	d.dividends, faults = paid(a.Dividends, known, x.symbol, d.series.Currency)
	d.notes = append(d.notes, faults...)
	return d, "", "", nil
}

func head(column []float64, n int) []float64 {
	if len(column) == 0 {
		return nil
	}
	return column[:n]
}

// bringsActions reports whether a source gives splits and dividends with its prices.
func bringsActions(provider string, b marketdata.BarSeries) bool {
	return (provider == "yahoo" || provider == "alphavantage") && len(b.Adjusted) > 0
}

// knownSplits is the list of splits that is kept of a symbol; nil where there is none.
func (y *syncing) knownSplits(ctx context.Context, v store.View, symbol string) ([]pricefile.Action, error) {
	rows, err := v.Actions(ctx, []string{symbol}, store.LatestMarket, false)
	if err != nil {
		return nil, err
	}
	var known []pricefile.Action
	for _, a := range rows {
		if a.Own || a.Kind != store.SplitAction || a.Ratio == nil || slices.ContainsFunc(known, func(k pricefile.Action) bool { return k.Date == a.Date }) {
			continue
		}
		known = append(known, pricefile.Action{Date: a.Date, Symbol: symbol, Kind: pricefile.Split, Ratio: *a.Ratio})
	}
	return known, nil
}

// paid are dividends as they were paid, with what could not be told.
func paid(all []marketdata.Dividend, splits []pricefile.Action, symbol string, currency money.Currency) (out []store.Action, notes []string) {
	for _, basis := range []marketdata.Basis{marketdata.AsTraded, marketdata.SplitAdjusted, marketdata.UnknownBasis} {
		var list []pricefile.Action
		said := map[date.Date]marketdata.Dividend{}
		for _, one := range all {
			if one.Basis != basis || one.Amount.Sign() <= 0 {
				continue
			}
			if before, twice := said[one.ExDate]; twice { // a regular and a special one on one day are paid together
				one.Amount = one.Amount.Add(before.Amount)
				list = slices.DeleteFunc(list, func(a pricefile.Action) bool { return a.Date == one.ExDate })
			}
			said[one.ExDate] = one
			list = append(list, pricefile.Action{Date: one.ExDate, Symbol: symbol, Kind: pricefile.Dividend, Amount: one.Amount})
		}
		if len(list) == 0 {
			continue
		}
		how := pricefile.Auto
		if basis != marketdata.UnknownBasis {
			how = pricefile.Basis(basis)
		}
		settled, _, err := pricefile.SettleDividends(list, pricefile.Evidence{Splits: map[string][]pricefile.Action{symbol: splits}}, how)
		if err != nil {
			notes = append(notes, "dividends not taken: "+err.Error())
			continue
		}
		for _, one := range settled {
			of := said[one.Date]
			a := store.Action{Kind: store.DividendAction, Symbol: symbol, Date: one.Date, Amount: money.Some(one.Amount), Currency: of.Currency, PayDate: of.PayDate}
			if a.Currency == "" {
				a.Currency = currency
			}
			out = append(out, a)
		}
	}
	return out, notes
}

// checked checks what came against what is kept, holds back what cannot be believed, and
// returns the rest as a batch.
func (y *syncing) checked(ctx context.Context, tx store.Tx, x subject, h hours, over date.Date, provider string, d delivered, out *SyncOutcome) (batch *store.Batch, why, said string, err error) {
	splits, err := y.splitActions(ctx, tx, x.symbol, provider, d.splits)
	if err != nil {
		return nil, "", "", err
	}
	batch = &store.Batch{Source: provider, Reason: "sync", Actions: slices.Concat(splits, d.dividends)}
	kept, err := y.believed(ctx, tx, x, h, over, d, batch.Actions, out)
	if err != nil {
		return nil, "", "", err
	}
	if kept == nil {
		return nil, reasonImplausible, out.Said, nil
	}
	if len(kept.Dates) > 0 {
		batch.Series = []store.Series{*kept}
	}
	return batch, "", "", nil
}

// keep writes a batch that all share. Where splits or dividends came with it, income is
// looked for soon: with the batch or not at all.
func (y *syncing) keep(ctx context.Context, tx store.Tx, batch store.Batch) (store.BatchResult, error) {
	result, err := tx.WriteMarket(ctx, batch)
	if err != nil || result.Actions == 0 {
		return result, err
	}
	return result, y.s.incomeAfterMarket(ctx, tx, batch.Own)
}

// splitActions are the splits of a delivery that no other source has told of already.
func (y *syncing) splitActions(ctx context.Context, v store.View, symbol, provider string, splits []pricefile.Action) (all []store.Action, err error) {
	rows, err := v.Actions(ctx, []string{symbol}, store.LatestMarket, false)
	if err != nil {
		return nil, err
	}
	for _, one := range splits {
		told := slices.ContainsFunc(rows, func(a store.Action) bool {
			return !a.Own && a.Source != provider && a.Kind == store.SplitAction && a.Date == one.Date
		})
		if !told {
			ratio := one.Ratio
			all = append(all, store.Action{Kind: store.SplitAction, Symbol: symbol, Date: one.Date, Ratio: &ratio})
		}
	}
	return all, nil
}

// alongside are the supplies of actions that came with the prices.
func (y *syncing) alongside(x subject, provider string) (rows []store.Supply) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, kind := range []marketdata.Kind{marketdata.Splits, marketdata.Dividends} {
		row, there := y.rows[subjectKey{kind, x.symbol}]
		if !there {
			continue
		}
		every := actionsEvery
		if kind == marketdata.Splits {
			every = 30 * 24 * time.Hour
		}
		// What is announced comes with a list only: that of dividends is asked for still.
		if kind == marketdata.Dividends && row.Succeeded.IsZero() {
			continue
		}
		row.Asked, row.Succeeded, row.Provider, row.Reason, row.Words, row.Failures = y.now, y.now, provider, "", "with the prices", 0
		if due := y.now.Add(every); row.Due.Before(due) && kind == marketdata.Splits {
			row.Due = due
		}
		rows = append(rows, row)
	}
	return rows
}

// scoredDays is over how many days a score looks.
const scoredDays = 730

// score says how well a series is known by its source.
func (y *syncing) score(ctx context.Context, v store.View, x subject, row *store.Supply, h hours, over date.Date, provider string, fresh store.Series) error {
	if fresh.Kind == store.Totals {
		row.Score, row.Parts = nil, nil
		return nil
	}
	all, err := v.Series(ctx, store.SeriesQuery{Kind: fresh.Kind, Symbols: []string{x.symbol}, From: over - scoredDays, To: over, Version: store.LatestMarket, Full: true})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(s store.Series) bool { return s.Source == provider && !s.Own })
	if at < 0 || len(all[at].Dates) == 0 {
		row.Score, row.Parts = nil, nil
		return nil
	}
	through := min(over, orDay(x.until, over))
	s := y.checkable(x, h, all[at])
	actions, err := y.actionsFor(ctx, v, x.symbol)
	if err != nil {
		return err
	}
	moved, err := y.market(ctx, v, x, fresh.Currency)
	if err != nil {
		return err
	}
	found := quality.Check(s, quality.Context{Through: through, Actions: actions, Market: moved})
	rate := h.late(quality.Rate(h.checked(), s.Dates, found, quality.Hold(found, nil), 0, through), s.Dates, through)
	points := wholePoints(rate)
	row.Score = &points
	row.Parts, err = scoreParts(rate, found)
	return err
}
