package service

import (
	"context"
	"slices"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// importSource names the market data that came with an import, to take them away when
// it is undone.
func importSource(id string) string { return "import/" + id }

// book writes what was planned.
func (p *plan) book(ctx context.Context, tx store.Tx) error {
	i := store.Import{ID: store.NewID(), Portfolio: p.draft.portfolio.ID, File: p.File, SHA256: p.SHA256, Format: p.Format.Name,
		Read: p.Read, Booked: p.Bookings, Present: p.Present, Refused: p.Refused, Ignored: p.Ignored}
	if p.Bookings == 0 {
		i.ID = ""
		p.Import = &i
		return nil
	}
	if err := p.settlePortfolio(ctx, tx); err != nil {
		return err
	}
	if err := p.bookMarket(ctx, tx, importSource(i.ID)); err != nil {
		return err
	}
	if err := tx.RecordImport(ctx, i); err != nil {
		return err
	}
	_, err := commit(ctx, tx, p.draft, store.Change{Kind: store.Imported, Import: i.ID, Reason: p.File, Enter: entriesOf(p.added)})
	if err != nil {
		return err
	}
	i, err = tx.Import(ctx, i.Portfolio, i.ID)
	p.Import = &i
	return err
}

// settlePortfolio writes the accounts of the file and, into an empty portfolio, its policy.
func (p *plan) settlePortfolio(ctx context.Context, tx store.Tx) error {
	target := &p.draft.portfolio
	if p.file.Policy != nil && target.Version == 0 && target.Role.Allows(store.CanManage) {
		revision, err := tx.UpdatePortfolio(ctx, *target)
		if err != nil {
			return err
		}
		target.Revision = revision
	}
	for _, a := range p.file.Accounts {
		if a.Name == "" || p.draft.accounts[a.Name] {
			continue
		}
		p.draft.accounts[a.Name] = true
		if err := tx.PutAccount(ctx, target.ID, store.Account{Name: a.Name, Label: a.Name, Currency: a.Currency}); err != nil {
			return err
		}
	}
	return nil
}

// bookMarket keeps what the file says of instruments, prices and rates, as the tenant's own.
func (p *plan) bookMarket(ctx context.Context, tx store.Tx, source string) error {
	b := store.Batch{Own: true, Source: source, Reason: p.File, Instruments: p.file.Instruments}
	for symbol, points := range p.file.Prices {
		b.Series = append(b.Series, seriesOf(store.Prices, symbol, p.draft.instrument(symbol).Currency, points))
	}
	for name, points := range p.file.FX {
		pair, err := market.ParsePair(name)
		if err != nil {
			return &ledger.Fault{File: p.File, Field: "fx", Value: name, Problem: "it is not a pair of currencies", Cure: `name it as "EUR/USD"`}
		}
		b.Series = append(b.Series, seriesOf(store.FX, pair.String(), pair.Quote, points))
	}
	if len(b.Instruments) == 0 && len(b.Series) == 0 {
		return nil
	}
	slices.SortFunc(b.Series, func(x, y store.Series) int { return compareText(string(x.Kind)+x.Symbol, string(y.Kind)+y.Symbol) })
	_, err := tx.WriteMarket(ctx, b)
	return err
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func seriesOf(kind store.SeriesKind, symbol string, currency money.Currency, points []ledger.Point) store.Series {
	s := market.FromPoints(points, "")
	return store.Series{Kind: kind, Symbol: symbol, Currency: currency, Dates: s.Dates, Close: s.Values}
}
