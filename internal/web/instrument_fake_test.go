package web_test

import (
	"context"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/service"
)

// Instrument answers from the demonstration's panel, with closes alone.
func (f *fake) Instrument(ctx context.Context, c service.Caller, q service.Question) (*service.Dossier, error) {
	symbol := q.Symbol
	q.Symbol = ""
	a, err := f.Analysis(ctx, c, q)
	if err != nil {
		return nil, err
	}
	const why = "the simulated market has none"
	d := &service.Dossier{Instrument: instrument.Instrument{Symbol: symbol, Currency: a.Base}, Simulated: true, AsOf: asOf}
	if i, ok := f.panel.Instrument(symbol); ok {
		d.Instrument = i
	}
	d.Reference.Missing = map[marketdata.Kind]string{marketdata.Profiles: why, marketdata.Statements: why, marketdata.Earnings: why, marketdata.News: why}
	d.Quote = analysis.NewQuote(analysis.Quoted{Instrument: d.Instrument, Prices: f.panel.Prices(symbol), Actions: f.panel.Actions(symbol), AsOf: asOf, Sessions: func(string, date.Date, date.Date) int { return 0 }})
	p := &d.Position
	p.Name, p.Base, p.Analysis = a.Name, a.Base, a
	p.Realised, p.Income = analysis.Unknown("USD", asOf, "realised", why), analysis.Unknown("USD", asOf, "income", why)
	p.MoneyWeighted = analysis.Unknown(analysis.Fraction, asOf, "money_weighted", why)
	id := "all"
	if len(q.Portfolios) == 1 {
		id = q.Portfolios[0]
	}
	for _, t := range f.book(id).Transactions {
		if t.Symbol == symbol {
			t.ID = ""
			p.Bookings = append(p.Bookings, t)
		}
	}
	for i := range a.Holdings {
		if h := &a.Holdings[i]; h.Symbol == symbol {
			p.Holding, p.Realised, p.Income, d.Instrument = h, h.Realised, h.Income, h.Instrument
		}
	}
	d.Prices.Currency = d.Instrument.Currency
	if s := f.panel.Prices(symbol); s != nil {
		unknown := slices.Repeat([]float64{math.NaN()}, len(s.Dates))
		d.Prices.Bars = market.Bars{Dates: s.Dates, Open: unknown, High: unknown, Low: unknown, Close: s.Values, Volume: unknown}
		d.Prices.Adjusted, d.Prices.Total = d.Prices.Bars.Adjusted(f.panel.Actions(symbol), asOf), s.Values
	} else {
		d.Prices.Missing = why
	}
	return d, nil
}
