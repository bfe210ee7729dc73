package service

import (
	"context"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/internal/store"
)

// marketKey names a state of the market as a tenant sees it.
type marketKey struct {
	tenant    string // empty where the tenant brought nothing of its own
	version   store.MarketVersion
	simulated bool
}

func keyOf(v store.View, version store.MarketVersion, simulated bool) marketKey {
	k := marketKey{version: version, simulated: simulated}
	if version.Own > 0 {
		k.tenant = v.Identity().Tenant
	}
	return k
}

// knowledge is what is known of instruments besides prices.
type knowledge struct {
	instruments map[string]instrument.Instrument
	actions     map[string]*market.Actions
}

func (a *analyses) know(ctx context.Context, v store.View, version store.MarketVersion, simulated bool) (*knowledge, error) {
	key := keyOf(v, version, simulated)
	if kept, ok := a.knowledge.GetIfPresent(key); ok {
		return kept, nil
	}
	k := &knowledge{}
	var err error
	if k.instruments, err = v.Instruments(ctx, nil, version, simulated); err != nil {
		return nil, err
	}
	actions, err := v.Actions(ctx, nil, version, simulated)
	if err != nil {
		return nil, err
	}
	k.actions = actionsOf(actions, k.instruments)
	if !writing(ctx) {
		a.knowledge.Set(key, k)
	}
	return k, nil
}

// actionsOf arranges actions by symbol. Of several sources the first in the store's
// order speaks for a kind of action: lists of splits are not mixed.
func actionsOf(all []store.Action, instruments map[string]instrument.Instrument) map[string]*market.Actions {
	type list struct {
		symbol string
		kind   store.ActionKind
	}
	type speaker struct {
		source string
		own    bool
	}
	speaks := map[list]speaker{}
	out := map[string]*market.Actions{}
	for _, a := range all {
		who, at := speaker{a.Source, a.Own}, list{a.Symbol, a.Kind}
		if first, taken := speaks[at]; taken && first != who {
			continue
		}
		speaks[at] = who
		of := out[a.Symbol]
		if of == nil {
			of = &market.Actions{}
			out[a.Symbol] = of
		}
		if a.Kind == store.SplitAction {
			of.Splits = append(of.Splits, market.SplitEvent{Date: a.Date, Ratio: *a.Ratio})
			continue
		}
		currency := a.Currency
		if currency == "" {
			currency = instruments[a.Symbol].Currency
		}
		of.Dividends = append(of.Dividends, market.DividendEvent{ExDate: a.Date, PayDate: a.PayDate, Amount: a.Amount.Decimal, Currency: currency})
	}
	for _, a := range out {
		a.Sort()
	}
	return out
}
