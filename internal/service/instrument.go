package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// Dossier is everything that is stored of one instrument, and what a portfolio has to do
// with it. Whatever is missing says why.
type Dossier struct {
	Instrument instrument.Instrument
	Simulated  bool      // it is of the simulated market
	AsOf       date.Date // the day that prices and figures reach to
	Quote      analysis.Quote
	Prices     PriceHistory
	Position   Position
	Reference  Reference
	Supply     []PartSupply
	Held       []store.HeldValue // values of its prices that were not believed, the newest found first
	Target     *TargetPrice      // the caller's; nil: none
	Targets    []store.Target    // the caller's, the newest first
	Notes      []store.ResearchNote
}

// Position is what one portfolio, or several, have and had of an instrument. Its figures
// are those of the analysis.
type Position struct {
	Name     string // of the portfolio
	Base     money.Currency
	Analysis *analysis.Analysis // of the whole portfolio
	Holding  *analysis.Holding  // nil: nothing of it is held
	Realised analysis.Figure
	Income   analysis.Figure
	// MoneyWeighted is the return on what was put into it, a year; not known of what is held
	// for less than one, and of what was sold short.
	MoneyWeighted analysis.Figure
	Lots          string // how lots are matched, of the portfolio's policy
	Closed        []analysis.ClosedLot
	Options       []analysis.Holding   // options on it that are held
	Bookings      []ledger.Transaction // of it, completed, in the order they took effect
}

// Ever reports whether anything was ever booked of it.
func (p *Position) Ever() bool { return len(p.Bookings) > 0 }

// Instrument gathers what is stored of the instrument that a question names and what the
// question's portfolios have of it. One that nothing is known of is ErrNotFound.
func (s *Service) Instrument(ctx context.Context, c Caller, q Question) (*Dossier, error) {
	symbol := q.Symbol
	if err := checkSymbol(symbol); err != nil {
		return nil, err
	}
	q.Symbol = ""
	d := &Dossier{}
	err := s.asked(ctx, c, q, func(ctx context.Context, v store.View) error {
		today := date.FromTime(s.now().UTC())
		set, err := gather(ctx, v, q)
		if err != nil {
			return err
		}
		a, err := s.analyses.answerTo(ctx, v, q, set, today)
		if err != nil {
			return err
		}
		d.AsOf, d.Simulated = a.AsOf, set.simulated
		if err := s.position(ctx, v, q, set, a, symbol, &d.Position); err != nil {
			return err
		}
		known := d.Position.Ever()
		if err := d.market(ctx, v, set, symbol, &known); err != nil {
			return err
		}
		if !known {
			return fmt.Errorf("instrument %q: %w", symbol, ErrNotFound)
		}
		return s.stored(ctx, v, c, symbol, d)
	})
	if err != nil {
		return nil, err
	}
	return d, s.researchOf(ctx, c, symbol, d)
}

// position is what the portfolios of a question have of a symbol.
func (s *Service) position(ctx context.Context, v store.View, q Question, set *asked, a *analysis.Analysis, symbol string, p *Position) error {
	p.Name, p.Base, p.Analysis = set.name, set.base, a
	p.Lots = string(set.portfolios[0].Policy.Method)
	for i := range a.Holdings {
		h := &a.Holdings[i]
		switch {
		case h.Symbol == symbol:
			p.Holding, p.Realised, p.Income = h, h.Realised, h.Income
		case h.Instrument.Underlying == symbol:
			p.Options = append(p.Options, *h)
		}
	}
	for i := range a.Closed {
		if row := &a.Closed[i]; row.Symbol == symbol {
			p.Realised, p.Income = row.Realised, row.Income
		}
	}
	asOf := q.AsOf
	if unset(asOf) {
		asOf = date.None
	}
	today := date.FromTime(s.now().UTC())
	f, err := s.analyses.fold(ctx, v, set, asOf, today)
	if err != nil {
		return err
	}
	for i := range f.book.Transactions {
		if t := &f.book.Transactions[i]; t.Symbol == symbol || t.ToSymbol == symbol {
			p.Bookings = append(p.Bookings, *t)
		}
	}
	const never = "nothing was ever booked of it"
	p.MoneyWeighted = analysis.Unknown(analysis.Fraction, a.AsOf, "money_weighted", never)
	if !slices.Contains(f.book.Symbols, symbol) {
		unit := analysis.Unit(set.base)
		p.Realised, p.Income = analysis.Unknown(unit, a.AsOf, "realised", never), analysis.Unknown(unit, a.AsOf, "income", never)
		return nil
	}
	q.Symbol = symbol
	in, err := f.input(set, q)
	if err != nil {
		return err
	}
	p.Closed = f.prepared(in).ClosedLots()
	own, err := s.analyses.answerTo(ctx, v, q, set, today)
	if err != nil {
		return err
	}
	p.MoneyWeighted = own.Returns.MoneyWeighted
	switch {
	case slices.ContainsFunc(p.Bookings, func(t ledger.Transaction) bool { return t.Type == ledger.SellShort }):
		p.MoneyWeighted = analysis.Unknown(analysis.Fraction, a.AsOf, "money_weighted", "it was sold short: nothing was put in")
	case a.AsOf-p.Bookings[0].Date < 365:
		p.MoneyWeighted = analysis.Unknown(analysis.Fraction, a.AsOf, "money_weighted", "held for less than a year")
	}
	if own.Summary.Realised.Known() && p.Realised.Method == "" { // neither held nor ever closed
		p.Realised, p.Income = own.Summary.Realised, own.Summary.Income
	}
	return nil
}

// market fills in what the instrument is and its prices; known is set where any of it is.
func (d *Dossier) market(ctx context.Context, v store.View, set *asked, symbol string, known *bool) error {
	h, err := historyOf(ctx, v, historyWants{symbol: symbol, version: set.market, simulated: d.Simulated, through: d.AsOf})
	if err != nil {
		return err
	}
	d.Prices, d.Instrument = h.PriceHistory, h.instrument
	*known = *known || h.described || len(h.Bars.Dates) > 0
	if !h.described {
		for i := range d.Position.Bookings {
			if t := &d.Position.Bookings[i]; d.Instrument.Currency == "" && t.Symbol == symbol {
				d.Instrument.Currency = t.Currency
			}
		}
		if d.Position.Holding != nil {
			d.Instrument = d.Position.Holding.Instrument
		}
	}
	if d.Prices.Currency == "" {
		d.Prices.Currency = d.Instrument.Currency
	}
	sessions := (&foldedBook{panel: h.panel}).sessions
	plain := d.Instrument
	plain.Composition = nil
	d.Quote = analysis.NewQuote(analysis.Quoted{Instrument: plain, Prices: h.panel.Prices(symbol), Actions: h.panel.Actions(symbol), AsOf: d.AsOf, Sessions: sessions})
	return nil
}

// researchOf adds what the caller and their household wrote and expect. Somebody who
// looks by a link has written nothing.
func (s *Service) researchOf(ctx context.Context, c Caller, symbol string, d *Dossier) error {
	if c.Tenant == "" {
		return nil
	}
	err := s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
		if d.Notes, err = v.ResearchNotes(ctx, symbol); err != nil {
			return err
		}
		d.Targets, err = v.TargetHistory(ctx, symbol)
		return err
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if len(d.Targets) > 0 && d.Targets[0].Price.Known {
		t := d.Targets[0]
		d.Target = &TargetPrice{t, analysis.Expect(&d.Quote, analysis.Target{Price: t.Price.Decimal, Currency: t.Currency, Horizon: t.Horizon, Set: date.FromTime(t.Set)}, d.Prices.actions(), d.AsOf)}
	}
	return nil
}
