package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// PartSupply is how it stands with one kind of data of an instrument.
type PartSupply struct {
	Word string // what is supplied: "prices"
	Supplied
	Known bool // it was needed or asked for, for somebody whom the caller knows of
}

// heldShown is how many values that were not believed a dossier has.
const heldShown = 100

// supplies reads how it stands with every part, and which values were not believed. Of
// what concerns nobody whom the caller knows of it is not told whether others ask for it.
func (s *Service) supplies(ctx context.Context, v store.View, c Caller, symbol string, d *Dossier) error {
	mine := func(string) bool { return true }
	if !d.Position.Ever() { // else it concerns the caller anyway, and their other ledgers need not be read
		var err error
		if mine, err = s.concerns(ctx, v, c); err != nil {
			return err
		}
	}
	var known []Supplied
	for _, p := range partWords {
		if !mine(symbol) {
			break
		}
		one, err := v.Supply(ctx, string(p.kind), symbol)
		if err == nil {
			known = append(known, Supplied{Supply: one})
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	if err := s.describe(ctx, v, known); err != nil {
		return err
	}
	for _, p := range partWords {
		x := PartSupply{Word: p.word}
		if i := slices.IndexFunc(known, func(k Supplied) bool { return k.Kind == string(p.kind) }); i >= 0 {
			x.Supplied, x.Known = known[i], true
		} else {
			x.Kind, x.Symbol, x.First, x.Last, x.Age = string(p.kind), symbol, date.None, date.None, -1
			x.State, x.Says = SupplyNever, "it was not asked for yet"
		}
		d.Supply = append(d.Supply, x)
	}
	held, err := v.HeldValues(ctx, store.HeldFilter{Kind: store.Prices, Symbol: symbol, Limit: heldShown})
	for _, h := range held {
		if h.Own || mine(symbol) {
			d.Held = append(d.Held, h)
		}
	}
	return err
}

// why says why nothing of a kind is stored.
func (d *Dossier) why(kind marketdata.Kind, word string) string {
	if d.Simulated {
		return "the simulated market has no " + word
	}
	class := d.Instrument.Class
	switch kind {
	case marketdata.Statements, marketdata.Earnings:
		if !companies(class) {
			return fmt.Sprintf("only companies have %s; this is %s", word, withArticle(class))
		}
	}
	if class == instrument.Private {
		return "it is not listed anywhere, so nobody supplies " + word
	}
	for i := range d.Supply {
		x := &d.Supply[i]
		if x.Kind != string(kind) {
			continue
		}
		switch {
		case !x.Known || x.Asked.IsZero():
			return word + " were not asked for yet: a source that has them is asked in the background once it is set up"
		case x.Reason == string(marketdata.NotInPlan):
			return fmt.Sprintf("the plan of the key for %s does not include %s (asked on %s)", x.Provider, word, date.FromTime(x.Asked.UTC()))
		case x.Reason == string(route.NotOffered):
			return "no source that is set up offers " + word
		case x.Reason != "":
			return fmt.Sprintf("the last attempt, on %s, gave nothing: %s", date.FromTime(x.Asked.UTC()), x.Says)
		}
		return fmt.Sprintf("%s has none (asked on %s)", x.Provider, date.FromTime(x.Succeeded.UTC()))
	}
	return "no " + word + " are stored"
}

// withArticle names a class.
func withArticle(c instrument.Class) string {
	switch c {
	case instrument.ETF:
		return "an exchange-traded fund"
	case instrument.Equity, instrument.Option, instrument.Index:
		return "an " + string(c)
	case instrument.Private:
		return "a private asset"
	}
	return "a " + string(c)
}
