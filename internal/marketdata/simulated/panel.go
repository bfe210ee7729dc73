package simulated

import (
	"github.com/foliosight/foliosight/finance/ledger"
	panel "github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Currency is the currency of the simulated curve.
const Currency money.Currency = "USD"

// Actions are the listing's splits and dividends as the panel takes them.
func (l *Listing) Actions() *panel.Actions {
	a := &panel.Actions{}
	for _, s := range l.Splits {
		a.Splits = append(a.Splits, panel.SplitEvent{Date: s.Date,
			Ratio: ledger.Ratio{New: money.Int(s.New), Old: money.Int(s.Old)}})
	}
	for _, d := range l.Dividends {
		a.Dividends = append(a.Dividends, panel.DividendEvent{ExDate: d.Ex, PayDate: d.Pay, Amount: d.Amount, Currency: l.Currency})
	}
	return a
}

// RateName is the name under which a tenor of the curve stands in a panel: USD-3M.
func (c Curve) RateName() string { return string(Currency) + "-" + c.Tenor }

// Panel is the whole market as a panel. It shares the market's series, which
// neither changes.
func (m *Market) Panel() *panel.Panel {
	p := panel.NewPanel()
	for i := range m.Listings {
		l := &m.Listings[i]
		p.SetInstrument(l.Instrument)
		p.SetPrices(l.Symbol, panel.NewSeries(l.Prices.Dates, l.Prices.Close, Source))
		if len(l.Splits) > 0 || len(l.Dividends) > 0 {
			p.SetActions(l.Symbol, l.Actions())
		}
	}
	for _, fx := range m.FX {
		p.SetFX(panel.Pair{Base: fx.Base, Quote: fx.Quote}, panel.NewSeries(fx.Dates, fx.Rates, Source))
	}
	for _, c := range m.Curve {
		p.SetRate(c.RateName(), panel.NewSeries(c.Dates, c.Yields, Source))
	}
	return p
}
