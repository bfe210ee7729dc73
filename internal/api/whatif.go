package api

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
)

// WhatIfs tries trades, and suggests them.
type WhatIfs interface {
	Proposals
	WhatIf(ctx context.Context, c service.Caller, q service.Question, trades []service.Trade) (*service.WhatIf, error)
}

// Asked is the part of inputs with a body that asks a question.
type Asked = questionIn

// Trade is a trade to be tried.
type Trade struct {
	Side     string         `json:"side" enum:"buy,sell,short,cover" doc:"What it does: short sells what is not held, cover buys back what was sold short." example:"sell"`
	Symbol   string         `json:"symbol" minLength:"1" maxLength:"100" doc:"Of a share, a fund, or an option (OCC)." example:"NVDA"`
	Quantity money.Decimal  `json:"quantity" doc:"Pieces, contracts for options; positive."`
	Price    money.Optional `json:"price,omitzero" doc:"In the currency the instrument is quoted in; the last stored one unless given."`
	Fee      money.Optional `json:"fee,omitzero" doc:"In the currency that is paid."`
	Account  string         `json:"account,omitempty" maxLength:"100" doc:"Where; the account that holds it unless given, else the one that holds most." example:"Prime"`
	LotDate  date.Date      `json:"lot_date,omitzero" doc:"Of a sale or a cover: take the lot opened on this day; the portfolio's method chooses unless given."`
	LotCost  money.Optional `json:"lot_cost,omitzero" doc:"And of this cost a piece, where one day has several."`
}

// tradeOf writes a trade.
func tradeOf(t *service.Trade) Trade {
	return Trade{string(t.Side), t.Symbol, t.Quantity, t.Price, t.Fee, t.Account, t.Lot.Opened, t.Lot.Cost}
}

// TriedTrade is a trade with what was left out filled in.
type TriedTrade struct {
	Trade
	Name          string         `json:"name,omitempty" doc:"Name of the instrument." example:"NVIDIA Corporation"`
	PriceDate     date.Date      `json:"price_date,omitzero" doc:"Day of the stored price; absent where a price was given."`
	Currency      money.Currency `json:"currency" doc:"Of amount and fee."`
	Amount        money.Decimal  `json:"amount" doc:"The cash that moves, costs included; negative where it is paid."`
	ValuedAtPrice bool           `json:"valued_at_price" doc:"Whether what is held of it is valued at this price, because none is stored."`
}

// RealisedGains are what trades realise, in the base currency.
type RealisedGains struct {
	ShortTerm analysis.Figure `json:"short_term" doc:"Of lots held up to 365 days, also of short sales."`
	LongTerm  analysis.Figure `json:"long_term" doc:"Of lots held longer."`
	Lots      int             `json:"lots" doc:"Lots that are closed, whole or in part." example:"2"`
	Method    string          `json:"method" doc:"The portfolio's lot method." example:"FIFO"`
}

// LimitCheck is a limit that is set, and what stands against it.
type LimitCheck struct {
	Name   string          `json:"name" doc:"As in the settings of the portfolio." example:"net_exposure"`
	Limit  money.Decimal   `json:"limit" doc:"The limit, a fraction of the value; of beta a ratio."`
	Before analysis.Figure `json:"before" doc:"As it is."`
	After  analysis.Figure `json:"after" doc:"After the trades."`
	Met    bool            `json:"met" doc:"Whether it holds after the trades."`
}

// PortfolioState is a portfolio on one side of the trades.
type PortfolioState struct {
	Summary    analysis.Summary       `json:"summary" doc:"Value, cash and gains."`
	Holdings   []analysis.Holding     `json:"holdings" nullable:"false" doc:"What is held."`
	Cash       []analysis.CashBalance `json:"cash" nullable:"false" doc:"Cash by account and currency."`
	Allocation analysis.Allocation    `json:"allocation" doc:"How it is split."`
	Risk       analysis.Risk          `json:"risk" doc:"Exposures, value at risk, concentration."`
	ExAnte     *analysis.ExAnte       `json:"ex_ante" doc:"Risk of the holdings from the factor model, with the scenarios."`
}

func stateOf(a *analysis.Analysis) PortfolioState {
	s := PortfolioState{a.Summary, a.Holdings, a.Cash, a.Allocation, a.Risk, a.ExAnte}
	if s.Holdings == nil {
		s.Holdings = []analysis.Holding{}
	}
	if s.Cash == nil {
		s.Cash = []analysis.CashBalance{}
	}
	return s
}

// WhatIfAnswer is a portfolio before and after trades of which none was booked.
type WhatIfAnswer struct {
	Heading
	Trades   []TriedTrade   `json:"trades" nullable:"false" doc:"In the order given."`
	Realised RealisedGains  `json:"realised" doc:"What they realise."`
	Moved    []CashChange   `json:"cash_changes" nullable:"false" doc:"What they do to the cash of the accounts they touch."`
	Limits   []LimitCheck   `json:"limits" nullable:"false" doc:"Those that are set for the portfolio."`
	Before   PortfolioState `json:"before" doc:"As it is."`
	After    PortfolioState `json:"after" doc:"As if the trades had been made at the close of the as-of day."`
}

func (s *server) whatIfs() {
	s.proposals()
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/what-if", id: "what-if", tag: tagAnalysis, errors: []int{404, 422, 503}, summary: "Try trades",
		about: "The portfolio as it is, and as it would be had the trades been made at the close of the as-of day, one after the other. Nothing is booked. A trade that could not be booked is refused with its row, counted from 1."},
		func(ctx context.Context, c service.Caller, in *struct {
			Asked
			Body struct {
				Trades []Trade `json:"trades" minItems:"1" maxItems:"100" nullable:"false" doc:"In the order in which they are made."`
			}
		}) (*struct{ Body WhatIfAnswer }, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			trades := make([]service.Trade, len(in.Body.Trades))
			for i, t := range in.Body.Trades {
				trades[i] = service.Trade{Side: service.Side(t.Side), Symbol: t.Symbol, Quantity: t.Quantity, Price: t.Price, Fee: t.Fee, Account: t.Account, Lot: service.LotChoice{Opened: t.LotDate, Cost: t.LotCost}}
			}
			got, err := s.svc.WhatIf(ctx, c, q, trades)
			if err != nil {
				return nil, err
			}
			return &struct{ Body WhatIfAnswer }{whatIfOf(got)}, nil
		})
}

// WhatIfOf writes an outcome as this API answers it; the command line prints the same.
func WhatIfOf(got *service.WhatIf) WhatIfAnswer { return whatIfOf(got) }

func whatIfOf(got *service.WhatIf) WhatIfAnswer {
	out := WhatIfAnswer{Heading: headingOf(got.After), Trades: []TriedTrade{}, Moved: []CashChange{}, Limits: []LimitCheck{}, Before: stateOf(got.Before), After: stateOf(got.After)}
	out.Realised = RealisedGains{got.Realised.Short, got.Realised.Long, got.Realised.Lots, string(got.Method)}
	for _, t := range got.Trades {
		row := TriedTrade{Trade: tradeOf(&t.Trade), Name: t.Instrument.Name, Currency: t.Currency, Amount: t.Amount, ValuedAtPrice: t.ValuedAtPrice}
		if !t.PricedOn.IsNone() {
			row.PriceDate = t.PricedOn
		}
		out.Trades = append(out.Trades, row)
	}
	for _, x := range got.Cash {
		out.Moved = append(out.Moved, CashChange{x.Account, x.Currency, x.Before, x.After})
	}
	for i, l := range got.Limits.After {
		out.Limits = append(out.Limits, LimitCheck{l.Name, l.Limit, got.Limits.Before[i].Value, l.Value, l.Met})
	}
	return out
}
