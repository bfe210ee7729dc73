package service

import (
	"context"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Files is a ledger that is at hand without a store, as files give it.
type Files struct {
	Input        analysis.Input       // its book folded, its panel, its day
	Transactions []ledger.Transaction // as they were booked
	Policy       ledger.Policy
	Limits       Limits
}

// folded is the book as the trials take it.
func (f *Files) folded() *foldedBook {
	return &foldedBook{book: f.Input.Book, panel: f.Input.Panel, asOf: f.Input.AsOf}
}

// WhatIf tries trades, as Service.WhatIf does for what is stored.
func (f *Files) WhatIf(trades []Trade) (*WhatIf, error) {
	now := f.folded()
	before, err := now.prepared(f.Input).Run(f.Input.Period)
	if err != nil {
		return nil, err
	}
	out := &WhatIf{Before: before, After: before, Method: f.Policy.MethodOf("")}
	out.Limits.Before = f.Limits.Check(before)
	out.Limits.After = out.Limits.Before
	if len(trades) == 0 {
		return out, nil
	}
	t, err := f.try(now, trades)
	if err != nil {
		return nil, err
	}
	out.Trades = t.trades
	in := f.Input
	in.Book, in.Panel, in.Period = t.book, t.panel, before.Period
	if out.After, err = analysis.Prepare(in).Run(in.Period); err != nil {
		return nil, err
	}
	out.Realised, out.Cash, out.Limits.After = t.realised(), t.cashChanges(now.book), f.Limits.Check(out.After)
	return out, nil
}

func (f *Files) try(now *foldedBook, trades []Trade) (*trial, error) {
	return tryOn(now, f.panelWith(trades), f.Transactions, f.Policy, f.Input.Book.Base, trades)
}

// panelWith is the panel in which what is traded is known: a file of prices names its
// symbols and says no more of them.
func (f *Files) panelWith(trades []Trade) *market.Panel {
	panel := f.Input.Panel
	for _, t := range trades {
		if _, ok := panel.Instrument(t.Symbol); ok || panel.Prices(t.Symbol) == nil || slices.Contains(f.Input.Book.Symbols, t.Symbol) {
			continue
		}
		if panel == f.Input.Panel {
			panel = panel.Clone()
		}
		panel.SetInstrument(instrument.Instrument{Symbol: t.Symbol, Currency: f.Input.Book.Base})
	}
	return panel
}

// Propose suggests trades, as Service.Propose does for what is stored.
func (f *Files) Propose(ctx context.Context, asked ProposalAsked) (*Proposal, error) {
	if err := asked.check(); err != nil {
		return nil, err
	}
	now := f.folded()
	before, err := now.prepared(f.Input).Run(f.Input.Period)
	if err != nil {
		return nil, err
	}
	p := &proposer{asked: asked, before: before, folded: now, limits: f.Limits,
		out: &Proposal{Before: before, Asked: asked, Method: f.Policy.MethodOf(""), Benchmark: f.Input.Benchmark, MarketAt: AsIs}}
	return p.run(ctx, f.Input, func(trades []Trade) (*trial, error) { return f.try(now, trades) }, f.WhatIf)
}

// ParseTrade reads a line such as "sell 3000 NVDA @ 158 fee 5 lot 2024-03-01 in Broker A",
// its numbers in plain form. What is behind the symbol may be left out.
func ParseTrade(line string) (Trade, error) {
	words := strings.Fields(line)
	wrong := func(problem, cure string) (Trade, error) {
		return Trade{}, &ledger.Fault{Field: "trade", Value: line, Problem: problem, Cure: cure}
	}
	if len(words) < 3 {
		return wrong("it is no trade", `write side, quantity and symbol, such as "sell 30 NVDA"`)
	}
	t := Trade{Side: Side(strings.ToLower(words[0])), Symbol: words[2]}
	var err error
	if t.Quantity, err = money.Parse(words[1]); err != nil {
		return wrong("“"+words[1]+"” is not a quantity", "write a plain number such as 12.5")
	}
	for rest := words[3:]; len(rest) > 0; {
		if rest[0] == "in" {
			t.Account = strings.Join(rest[1:], " ")
			break
		}
		if len(rest) == 1 {
			return wrong("something is missing behind “"+rest[0]+"”", "give a number, or leave it out")
		}
		switch rest[0] {
		case "@", "at", "fee":
			d, err := money.Parse(rest[1])
			if err != nil {
				return wrong("“"+rest[1]+"” is not a number", "write a plain number such as 12.5")
			}
			if rest[0] == "fee" {
				t.Fee = money.Some(d)
			} else {
				t.Price = money.Some(d)
			}
		case "lot":
			day, cost, priced := strings.Cut(rest[1], ":")
			if t.Lot.Opened, err = date.Parse(day); err != nil {
				return wrong("“"+day+"” is not a day", "write it like 2024-03-01")
			}
			if priced {
				d, err := money.Parse(cost)
				if err != nil {
					return wrong("“"+cost+"” is not a cost", "write it like 2024-03-01:101.50")
				}
				t.Lot.Cost = money.Some(d)
			}
		default:
			return wrong("“"+rest[0]+"” is not known here", "after the symbol come @ price, fee, lot, in account")
		}
		rest = rest[2:]
	}
	return t, nil
}
