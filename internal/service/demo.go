package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/demo"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
	"github.com/foliosight/foliosight/internal/store"
)

// ErrSeeded reports a demonstration that is there already.
var ErrSeeded = errors.New("the demonstration is there already; `demo reset` makes it anew")

// SeedDemo adds the demonstration of a day: the simulated market and its portfolios,
// the caller's own. It is for operators, as the market is shared.
func (s *Service) SeedDemo(ctx context.Context, c Caller, asOf date.Date) ([]store.Portfolio, error) {
	made := demo.New(asOf)
	var all []store.Portfolio
	err := s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
		there, err := tx.Portfolios(ctx, true)
		if err != nil {
			return err
		}
		for _, p := range there {
			if p.Simulated && p.Owner == c.User {
				return fmt.Errorf("portfolio %q: %w", p.Name, ErrSeeded)
			}
		}
		all, err = s.seed(ctx, tx, made)
		return err
	})
	return all, err
}

// ResetDemo removes the caller's simulated portfolios and the simulated market and
// seeds them anew, in one transaction.
func (s *Service) ResetDemo(ctx context.Context, c Caller, asOf date.Date) ([]store.Portfolio, error) {
	made := demo.New(asOf)
	var all []store.Portfolio
	err := s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
		there, err := tx.Portfolios(ctx, true)
		if err != nil {
			return err
		}
		for _, p := range there {
			if p.Simulated && p.Owner == c.User {
				if err := tx.DeletePortfolio(ctx, p.ID); err != nil {
					return err
				}
			}
		}
		if err := forget(ctx, tx, made); err != nil {
			return err
		}
		all, err = s.seed(ctx, tx, made)
		return err
	})
	return all, err
}

// forget takes away the market and the valuations of an earlier demonstration.
func forget(ctx context.Context, tx store.Tx, made *demo.Demo) error {
	private := map[string]bool{}
	for i := range made.Books {
		for _, v := range made.Books[i].Valuations {
			private[v.Symbol] = true
		}
	}
	own, err := tx.OwnPrices(ctx, sortedKeys(private), store.LatestMarket)
	if err != nil {
		return err
	}
	for _, p := range own {
		if _, err := tx.DeleteOwnPrice(ctx, p.Symbol, p.Date); err != nil {
			return err
		}
	}
	for _, mine := range []bool{false, true} {
		if _, err := tx.DropSource(ctx, store.Simulated, mine); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) seed(ctx context.Context, tx store.Tx, made *demo.Demo) ([]store.Portfolio, error) {
	b := store.Batch{Source: store.Simulated, Reason: "demonstration as of " + made.AsOf.String()}
	addMarket(&b, made.Market)
	if _, err := tx.WriteMarket(ctx, b); err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, i := range b.Instruments {
		listed[i.Symbol] = true
	}
	var all []store.Portfolio
	for i := range made.Books {
		p, err := seedBook(ctx, tx, &made.Books[i], listed)
		if err != nil {
			return nil, fmt.Errorf("demonstration %q: %w", made.Books[i].Name, err)
		}
		if _, err := s.propose(ctx, tx, p.ID); err != nil {
			return nil, fmt.Errorf("income of demonstration %q: %w", made.Books[i].Name, err)
		}
		all = append(all, p)
	}
	return all, seedResearch(ctx, tx, made)
}

// demoLimits are what the owners of the books do not want to exceed, as fractions of
// the value; the pages show the figures against them.
var demoLimits = map[string]map[string]string{
	"saver":  {"net_exposure": "1", "gross_exposure": "1", "beta": "1", "volatility": "0.18", "var": "0.02", "largest_position": "0.2"},
	"family": {"net_exposure": "1", "gross_exposure": "1", "beta": "0.7", "volatility": "0.15", "var": "0.015", "largest_position": "0.1"},
	"fund":   {"net_exposure": "0.8", "gross_exposure": "1.5", "beta": "1.3", "volatility": "0.3", "var": "0.03", "largest_position": "0.2"},
}

// addMarket turns the simulated market into a batch.
func addMarket(b *store.Batch, m *simulated.Market) {
	for i := range m.Listings {
		l := &m.Listings[i]
		inst := l.Instrument
		inst.Simulated = true
		b.Instruments = append(b.Instruments, inst)
		b.Series = append(b.Series, store.Series{Kind: store.Prices, Symbol: l.Symbol, Currency: l.Currency, Dates: l.Prices.Dates,
			Close: l.Prices.Close, Open: l.Prices.Open, High: l.Prices.High, Low: l.Prices.Low, Volume: l.Prices.Volume})
		for _, s := range l.Splits {
			b.Actions = append(b.Actions, store.Action{Kind: store.SplitAction, Symbol: l.Symbol, Date: s.Date,
				Ratio: &ledger.Ratio{New: money.Int(s.New), Old: money.Int(s.Old)}})
		}
		for _, d := range l.Dividends {
			b.Actions = append(b.Actions, store.Action{Kind: store.DividendAction, Symbol: l.Symbol, Date: d.Ex, PayDate: d.Pay, Amount: money.Some(d.Amount), Currency: l.Currency})
		}
	}
	for _, x := range m.FX {
		b.Series = append(b.Series, store.Series{Kind: store.FX, Symbol: string(x.Base) + "/" + string(x.Quote), Currency: x.Quote, Dates: x.Dates, Close: x.Rates})
	}
	for _, x := range m.Curve {
		b.Series = append(b.Series, store.Series{Kind: store.Rates, Symbol: x.RateName(), Dates: x.Dates, Close: x.Yields})
	}
}

// seedBook makes one portfolio. Its private assets are not of the market: they and
// their valuations are the tenant's own.
func seedBook(ctx context.Context, tx store.Tx, book *demo.Book, listed map[string]bool) (store.Portfolio, error) {
	options, err := json.Marshal(map[string]any{"risk_free": string(simulated.Currency) + "-3M", "demo": book.Key, "description": book.Description, "limits": demoLimits[book.Key]})
	if err != nil {
		return store.Portfolio{}, err
	}
	p := store.Portfolio{ID: store.NewID(), Name: book.Name, Base: book.BaseCurrency, Policy: book.Policy, Benchmark: book.Benchmark, Simulated: true, Settings: options}
	if err := tx.CreatePortfolio(ctx, p); err != nil {
		return p, err
	}
	for _, a := range book.Accounts {
		if err := tx.PutAccount(ctx, p.ID, store.Account{Name: a.Name, Label: a.Label, Currency: a.Currency, Institution: a.Institution}); err != nil {
			return p, err
		}
	}
	var own []instrument.Instrument
	for _, i := range book.Instruments {
		if !listed[i.Symbol] {
			i.Simulated = true
			own = append(own, i)
		}
	}
	if len(own) > 0 {
		if _, err := tx.WriteMarket(ctx, store.Batch{Own: true, Source: store.Simulated, Reason: book.Name, Instruments: own}); err != nil {
			return p, err
		}
	}
	var valuations []store.OwnPrice
	for _, v := range book.Valuations {
		valuations = append(valuations, store.OwnPrice{Symbol: v.Symbol, Date: v.Date, Price: v.Price, Currency: v.Currency, Valuation: true, Note: v.Note})
	}
	if _, err := tx.SetOwnPrices(ctx, valuations); err != nil {
		return p, err
	}
	entries := entriesOf(book.Transactions)
	for i := range entries {
		entries[i].ID = store.NewID()
	}
	if _, err := tx.Append(ctx, store.Change{Portfolio: p.ID, Expected: 0, Kind: store.Booked, Reason: "demonstration", Enter: entries}); err != nil {
		return p, err
	}
	return tx.Portfolio(ctx, p.ID)
}
