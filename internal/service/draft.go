package service

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/store"
)

// draft is a ledger with a change tried on it before anything is written: what each
// booking says is validated, and the whole is folded with its lots, so that a sale of
// more than is held is refused while it can still be put right.
type draft struct {
	portfolio store.Portfolio
	market    store.MarketVersion
	// The ledger as tried: what is kept, in entry order and shared, less what is gone, with
	// some bookings in the place of others, and what is added after it.
	kept        []ledger.Transaction
	gone        map[string]bool
	instead     map[string]*ledger.Transaction
	added       []ledger.Transaction
	instruments map[string]instrument.Instrument
	actions     map[string]*market.Actions
	accounts    map[string]bool           // that are known
	booked      map[string]money.Currency // the currency a symbol was first booked in, as far as it was asked for
}

// openDraft loads a ledger and what is known of its instruments.
func (s *Service) openDraft(ctx context.Context, v store.View, p store.Portfolio) (*draft, error) {
	d := newDraft(p, nil)
	state, err := s.analyses.ledgerOf(ctx, v, p.ID)
	if err != nil {
		return nil, err
	}
	d.kept = state.bookings
	accounts, err := v.Accounts(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		d.accounts[a.Name] = true
	}
	if d.market, err = v.MarketVersion(ctx); err != nil {
		return nil, err
	}
	known, err := s.analyses.know(ctx, v, d.market, p.Simulated)
	if err != nil {
		return nil, err
	}
	d.instruments, d.actions = known.instruments, known.actions
	return d, nil
}

func newDraft(p store.Portfolio, kept []ledger.Transaction) *draft {
	return &draft{portfolio: p, kept: kept, gone: map[string]bool{}, instead: map[string]*ledger.Transaction{}, accounts: map[string]bool{}, booked: map[string]money.Currency{}}
}

// bookings runs over the ledger as tried, in entry order.
func (d *draft) bookings() iter.Seq[*ledger.Transaction] {
	return func(yield func(*ledger.Transaction) bool) {
		changed := len(d.gone) > 0 || len(d.instead) > 0
		for i := range d.kept {
			t := &d.kept[i]
			if changed {
				if d.gone[t.ID] {
					continue
				}
				if other := d.instead[t.ID]; other != nil {
					t = other
				}
			}
			if !yield(t) {
				return
			}
		}
		for i := range d.added {
			if !yield(&d.added[i]) {
				return
			}
		}
	}
}

// find is the kept booking of an id that is not gone.
func (d *draft) find(id string) (t ledger.Transaction, ok bool) {
	for i := range d.kept {
		if d.kept[i].ID == id && !d.gone[id] {
			return d.kept[i], true
		}
	}
	return t, false
}

// add puts bookings behind the others, replace one in the place of a kept one.
func (d *draft) add(bookings ...ledger.Transaction) { d.added = append(d.added, bookings...) }

func (d *draft) replace(id string, t ledger.Transaction) { d.instead[id] = &t }

// remove takes kept bookings out and returns them.
func (d *draft) remove(ids map[string]bool) []ledger.Transaction {
	var removed []ledger.Transaction
	for i := range d.kept {
		if id := d.kept[i].ID; ids[id] && !d.gone[id] {
			removed = append(removed, d.kept[i])
			d.gone[id] = true
		}
	}
	return removed
}

// describe adds what a file says of instruments that are not known yet.
func (d *draft) describe(more []instrument.Instrument) {
	if len(more) == 0 {
		return
	}
	all := make(map[string]instrument.Instrument, len(d.instruments)+len(more))
	for symbol, i := range d.instruments {
		all[symbol] = i
	}
	for _, i := range more {
		if old, known := all[i.Symbol]; !known || old.Class == instrument.Unknown {
			all[i.Symbol] = i
		}
	}
	d.instruments = all
}

// instrument is what is known of a symbol; of others the terms an OCC symbol spells
// out, and the currency they were first booked in.
func (d *draft) instrument(symbol string) instrument.Instrument {
	i, ok := d.instruments[symbol]
	if !ok {
		if option, err := instrument.ParseOCC(symbol); err == nil {
			i = option
		}
		i.Symbol = symbol
	}
	if i.Currency == "" {
		i.Currency = d.currencyOf(symbol)
	}
	return i
}

// currencyOf is the currency a symbol was first booked in, else the portfolio's.
func (d *draft) currencyOf(symbol string) money.Currency {
	if known, asked := d.booked[symbol]; asked {
		return known
	}
	d.booked[symbol] = d.portfolio.Base
	for t := range d.bookings() {
		if t.Symbol == symbol && t.Currency != "" {
			d.booked[symbol] = t.Currency
			break
		}
	}
	return d.booked[symbol]
}

// fold is the book of the draft. Its error is a *ledger.Fault with the id of the
// booking that cannot have happened.
func (d *draft) fold() (*portfolio.Book, error) {
	all := make([]ledger.Transaction, 0, len(d.kept)+len(d.added))
	for t := range d.bookings() {
		all = append(all, *t)
	}
	return d.foldOf(all)
}

// foldOf folds some of the draft's bookings, which are given away.
func (d *draft) foldOf(bookings []ledger.Transaction) (*portfolio.Book, error) {
	clear(d.booked) // what is new may be the first of its symbol
	for i := range bookings {
		t := &bookings[i]
		if _, seen := d.booked[t.Symbol]; !seen && t.Currency != "" {
			d.booked[t.Symbol] = t.Currency
		}
	}
	return portfolio.Fold(portfolio.Input{
		Base: d.portfolio.Base, Transactions: bookings, Policy: d.portfolio.Policy, Through: date.None, Instrument: d.instrument, Given: true,
		Actions: func(symbol string) *market.Actions { return d.actions[symbol] },
	})
}

// prepare completes new bookings with what goes without saying: an id, the currency of
// the instrument or portfolio, the one account there is.
func (d *draft) prepare(given []ledger.Transaction) []ledger.Transaction {
	prepared := slices.Clone(given)
	only := ""
	if len(d.accounts) == 1 {
		for name := range d.accounts {
			only = name
		}
	}
	for i := range prepared {
		t := &prepared[i]
		t.ID = store.NewID()
		if t.Currency == "" {
			t.Currency = d.portfolio.Base
			if t.Symbol != "" {
				t.Currency, _ = d.instrument(t.Symbol).Currency.Major()
			}
		}
		if t.Account == "" {
			t.Account = only
		}
	}
	return prepared
}

// validate refuses bookings that cannot be right in themselves.
func (d *draft) validate(prepared []ledger.Transaction, today date.Date) error {
	faults := ledger.Validate(prepared, d.instrument, today)
	if len(faults) == 0 {
		return nil
	}
	for _, f := range faults {
		f.ID = "" // made a moment ago: it says nothing to who typed the booking
	}
	return faults
}

// try folds what a change touches and gives the fault of a new booking its row; one of
// an old booking keeps that booking's id. removed are the bookings that go out.
func (d *draft) try(added, removed []ledger.Transaction) error {
	touched := d.touched(added, removed)
	if len(touched) == 0 {
		return nil
	}
	_, err := d.foldOf(touched)
	if err == nil {
		return nil
	}
	var fault *ledger.Fault
	if !errors.As(err, &fault) {
		return err
	}
	for i := range added {
		if added[i].ID == fault.ID {
			fault.Row, fault.ID = i+1, ""
			return ledger.Faults{fault}
		}
	}
	fault.Problem = "a booking that is already there would no longer be possible: " + fault.Problem
	return ledger.Faults{fault}
}

// touched are the bookings whose lots a change can reach: those of its symbols and of
// all that are tied to them by a spin-off, a merger or the use of an option. The lots of
// other symbols stay as they are, and cash alone touches no lots.
func (d *draft) touched(added, removed []ledger.Transaction) []ledger.Transaction {
	reached := map[string]bool{}
	for _, list := range [][]ledger.Transaction{added, removed} {
		for i := range list {
			for _, symbol := range d.ties(&list[i]) {
				reached[symbol] = true
			}
		}
	}
	if len(reached) == 0 {
		return nil
	}
	for grown := true; grown; {
		grown = false
		for t := range d.bookings() {
			tied := d.ties(t)
			if len(tied) < 2 || !slices.ContainsFunc(tied, func(s string) bool { return reached[s] }) {
				continue
			}
			for _, symbol := range tied {
				grown = grown || !reached[symbol]
				reached[symbol] = true
			}
		}
	}
	var all []ledger.Transaction
	for t := range d.bookings() {
		if reached[t.Symbol] || t.ToSymbol != "" && reached[t.ToSymbol] {
			all = append(all, *t)
		}
	}
	return all
}

// ties are the symbols whose lots a booking touches.
func (d *draft) ties(t *ledger.Transaction) []string {
	if t.Symbol == "" {
		return nil
	}
	switch {
	case t.Type == ledger.OptionExercise || t.Type == ledger.OptionAssigned:
		if delivery, err := ledger.DeliveryOf(t, d.instrument(t.Symbol)); err == nil {
			return []string{t.Symbol, delivery.Underlying}
		}
	case t.ToSymbol != "":
		return []string{t.Symbol, t.ToSymbol}
	}
	return []string{t.Symbol}
}

// changed are the bookings that a change brings in and takes out.
func (d *draft) changed(c store.Change) []ledger.Transaction {
	gone := map[string]bool{}
	for _, id := range c.Remove {
		gone[id] = true
	}
	var all []ledger.Transaction
	for i := range c.Enter {
		all = append(all, c.Enter[i].Transaction)
		if before := c.Enter[i].Replaces; before != "" {
			gone[before] = true
		}
	}
	for i := 0; i < len(d.kept) && len(gone) > 0; i++ {
		if gone[d.kept[i].ID] {
			all = append(all, d.kept[i])
		}
	}
	return all
}

// newAccounts are the accounts that bookings name and nobody has described yet.
func (d *draft) newAccounts(bookings []ledger.Transaction) []store.Account {
	var all []store.Account
	add := func(name string, currency money.Currency) {
		if name != "" && !d.accounts[name] {
			d.accounts[name] = true
			all = append(all, store.Account{Name: name, Label: name, Currency: currency})
		}
	}
	for i := range bookings {
		t := &bookings[i]
		add(t.Account, t.Currency)
		add(t.CashAccount, t.Currency)
		add(t.ToAccount, t.Currency)
	}
	return all
}
