package api

import (
	"context"
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
	"github.com/foliosight/foliosight/internal/service"
)

// Proposals suggests trades.
type Proposals interface {
	Propose(ctx context.Context, c service.Caller, q service.Question, asked service.ProposalAsked) (*service.Proposal, error)
}

// NamedShare is a number of a symbol.
type NamedShare struct {
	Symbol string  `json:"symbol" minLength:"1" maxLength:"100" doc:"Of a holding, or of something that is considered." example:"NVDA"`
	Share  float64 `json:"share" doc:"A part: of the value, or of the risk." example:"0.05"`
}

// ReturnView is an opinion of a return.
type ReturnView struct {
	Symbol     string   `json:"symbol" minLength:"1" maxLength:"100" doc:"What it is of." example:"NVDA"`
	Over       string   `json:"over,omitempty" maxLength:"100" doc:"Of a view against another: what it will outdo." example:"AMD"`
	Return     float64  `json:"return" doc:"What it returns a year, or by how much it outdoes the other." example:"0.12"`
	Confidence *float64 `json:"confidence,omitempty" minimum:"0" maximum:"1" doc:"From 0, ignored, to 1, certain; as much as the equilibrium unless given." example:"0.6"`
}

// WeightBound bounds the weight of one name.
type WeightBound struct {
	Symbol string   `json:"symbol" minLength:"1" maxLength:"100" doc:"Which." example:"NVDA"`
	Low    *float64 `json:"low,omitempty" doc:"At least, a part of the value." example:"0.02"`
	High   *float64 `json:"high,omitempty" doc:"At most." example:"0.08"`
}

// GroupBound bounds the weight of a group.
type GroupBound struct {
	By   string   `json:"by" enum:"sector,class,country,currency" doc:"What groups are made by." example:"sector"`
	Name string   `json:"name" minLength:"1" maxLength:"100" doc:"Which group." example:"Information Technology"`
	Low  *float64 `json:"low,omitempty" doc:"At least, a part of the value; shorts count negative." example:"0"`
	High *float64 `json:"high,omitempty" doc:"At most." example:"0.3"`
}

// proposalBody is what trades are to be suggested for.
type proposalBody struct {
	Objective string        `json:"objective" enum:"min_volatility,max_sharpe,efficient_return,efficient_risk,risk_parity,hrp,max_diversification,targets,limits" doc:"What the weights are to be best for: limits trades as little as brings the portfolio back inside those that are set for it." example:"min_volatility"`
	Target    *float64      `json:"target,omitempty" doc:"Of efficient_return the expected return, of efficient_risk the volatility, a year." example:"0.12"`
	Returns   string        `json:"returns,omitempty" enum:"equilibrium,past" doc:"Where expected returns come from: the betas to the benchmark, moved by your views (Black–Litterman), or means of up to five years past, an estimate with a large error." example:"equilibrium"`
	Market    *float64      `json:"market_return,omitempty" doc:"What the benchmark is expected to return a year; 2.5 times its variance over cash unless given (He and Litterman 1999)." example:"0.08"`
	Views     []ReturnView  `json:"views,omitempty" maxItems:"50" doc:"Your own opinions."`
	Budgets   []NamedShare  `json:"budgets,omitempty" maxItems:"200" doc:"Of risk_parity: shares of risk in any scale; names left out count 1."`
	Targets   []NamedShare  `json:"targets,omitempty" maxItems:"200" doc:"Of targets: the weights wanted; what is not named stays."`
	Highest   *float64      `json:"max_weight,omitempty" exclusiveMinimum:"0" doc:"The most any one name may weigh, in size." example:"0.1"`
	Bounds    []WeightBound `json:"bounds,omitempty" maxItems:"200" doc:"Of single names."`
	Groups    []GroupBound  `json:"groups,omitempty" maxItems:"50" doc:"Of sectors, classes, countries, currencies."`
	Keep      []string      `json:"keep,omitempty" maxItems:"200" doc:"Symbols that are not traded. Options and private assets never are."`
	Consider  []string      `json:"consider,omitempty" maxItems:"50" doc:"Symbols that may be bought though none is held."`
	Sides     string        `json:"sides,omitempty" enum:"as_held,long_only,long_short" doc:"What may be short: as it is held, nothing, or anything within the gross." example:"as_held"`
	Gross     *float64      `json:"max_gross,omitempty" exclusiveMinimum:"0" doc:"The most of longs and shorts together; with shorts the present gross unless given." example:"1.5"`
	Turnover  *float64      `json:"max_turnover,omitempty" exclusiveMinimum:"0" doc:"The most of half of purchases and sales." example:"0.1"`
	Cash      *float64      `json:"cash,omitempty" maximum:"1" doc:"The part of the value that is to be cash; as much as there is unless given." example:"0.05"`
	Fractions bool          `json:"fractions,omitempty" doc:"Trade fractions of shares; whole ones unless set."`
	MinTrade  *float64      `json:"min_trade,omitempty" minimum:"0" doc:"The least value of a trade worth making, in the base currency." example:"500"`
	Fee       *float64      `json:"fee,omitempty" minimum:"0" doc:"Of each trade, in the base currency." example:"1"`
	CostRate  *float64      `json:"cost_rate,omitempty" minimum:"0" maximum:"0.5" doc:"The part of a trade's value that it costs besides." example:"0.001"`
	Lots      string        `json:"lots,omitempty" enum:"method,least_tax" doc:"Who chooses the lots that are sold: the portfolio's method, or the least tax." example:"least_tax"`
	TaxShort  *float64      `json:"short_term_tax,omitempty" minimum:"0" maximum:"1" doc:"Rate on gains of up to 365 days." example:"0.35"`
	TaxLong   *float64      `json:"long_term_tax,omitempty" minimum:"0" maximum:"1" doc:"Rate on longer ones." example:"0.15"`
}

func orNone(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

func (b *proposalBody) asked() service.ProposalAsked {
	out := service.ProposalAsked{Objective: proposal.Objective(b.Objective), Target: orNone(b.Target), Returns: service.ReturnsBy(b.Returns), Market: orNone(b.Market), Highest: orNone(b.Highest),
		Keep: b.Keep, Consider: b.Consider, Sides: service.Sides(b.Sides), Gross: orNone(b.Gross), Turnover: orNone(b.Turnover), Cash: orNone(b.Cash), Fractions: b.Fractions,
		MinTrade: orNone(b.MinTrade), Fee: orNone(b.Fee), CostRate: orNone(b.CostRate), Lots: service.LotsBy(b.Lots), TaxShort: orNone(b.TaxShort), TaxLong: orNone(b.TaxLong)}
	for _, v := range b.Views {
		out.Views = append(out.Views, service.ReturnView{Symbol: v.Symbol, Over: v.Over, Return: v.Return, Confidence: orNone(v.Confidence)})
	}
	for _, x := range b.Budgets {
		out.Budgets = append(out.Budgets, service.NamedShare(x))
	}
	for _, x := range b.Targets {
		out.Targets = append(out.Targets, service.NamedShare(x))
	}
	for _, x := range b.Bounds {
		out.Bounds = append(out.Bounds, service.WeightBound{Symbol: x.Symbol, Low: orNone(x.Low), High: orNone(x.High)})
	}
	for _, x := range b.Groups {
		out.Groups = append(out.Groups, service.GroupBound{By: x.By, Name: x.Name, Low: orNone(x.Low), High: orNone(x.High)})
	}
	return out
}

// ProposedName is one name of a proposal.
type ProposedName struct {
	Symbol    string          `json:"symbol" doc:"What is held or considered; a currency for its cash." example:"NVDA"`
	Name      string          `json:"name,omitempty" doc:"Its name." example:"NVIDIA Corporation"`
	Now       analysis.Figure `json:"now" doc:"Its weight as it is."`
	Wished    analysis.Figure `json:"wished" doc:"Its best weight."`
	After     analysis.Figure `json:"after" doc:"Its weight after the trades, of the value before costs."`
	Expected  analysis.Figure `json:"expected_return" doc:"What it is expected to return a year."`
	Risk      analysis.Figure `json:"risk_share" doc:"Its share of the variance as it is."`
	RiskAfter analysis.Figure `json:"risk_share_after" doc:"Its share afterwards."`
	Traded    bool            `json:"traded" doc:"Whether there is a trade of it."`
	Candidate bool            `json:"considered" doc:"Whether it is considered, not held."`
	Why       string          `json:"why_not,omitempty" doc:"Why it is not traded."`
}

// ProposedLot is a part of a lot that the least tax closes.
type ProposedLot struct {
	Symbol   string          `json:"symbol" doc:"Of what." example:"NVDA"`
	Account  string          `json:"account" doc:"Where it is held." example:"Prime"`
	Opened   date.Date       `json:"opened" doc:"The day its holding period counts from."`
	Quantity money.Decimal   `json:"quantity" doc:"Pieces that are closed."`
	Gain     analysis.Figure `json:"gain" doc:"What it gains before costs."`
	Tax      analysis.Figure `json:"tax" doc:"At the rates given; negative for a loss."`
	LongTerm bool            `json:"long_term" doc:"Held more than 365 days."`
}

// ProposedPoint is a portfolio in the plane of risk and return.
type ProposedPoint struct {
	Volatility analysis.Figure `json:"volatility" doc:"Of the factor model, a year."`
	Return     analysis.Figure `json:"expected_return" doc:"A year."`
	Sharpe     analysis.Figure `json:"sharpe" doc:"Expected return over cash by volatility."`
	Gross      analysis.Figure `json:"gross" doc:"Longs and shorts together, as a part of the value."`
	Cash       analysis.Figure `json:"cash" doc:"The part that is cash in the base currency."`
}

// LotsOutcome is what trades realise by one choice of lots.
type LotsOutcome struct {
	ShortTerm analysis.Figure `json:"short_term" doc:"Gain of lots held up to 365 days, also of short sales."`
	LongTerm  analysis.Figure `json:"long_term" doc:"Gain of lots held longer."`
	Lots      int             `json:"lots" doc:"Lots that are closed, whole or in part." example:"2"`
	Tax       analysis.Figure `json:"tax" doc:"At the rates given."`
}

// ProposalAnswer is trades that are suggested.
type ProposalAnswer struct {
	Heading
	Trades    []Trade         `json:"trades" nullable:"false" doc:"Sales first. POST them to what-if to see the whole portfolio before and after."`
	Names     []ProposedName  `json:"names" nullable:"false" doc:"Every holding and candidate."`
	Costs     analysis.Figure `json:"costs" doc:"Of the trades, by the fee and rate given."`
	Turnover  analysis.Figure `json:"turnover" doc:"Half of purchases and sales, as a part of the value."`
	ByMethod  LotsOutcome     `json:"by_method" doc:"With the lots of the portfolio's method."`
	LeastTax  LotsOutcome     `json:"least_tax" doc:"With the lots that are taxed least."`
	Method    string          `json:"method" doc:"The portfolio's lot method." example:"FIFO"`
	Lots      []ProposedLot   `json:"lots" nullable:"false" doc:"Those that the least tax chooses."`
	Now       ProposedPoint   `json:"now" doc:"The portfolio as it is."`
	Wished    ProposedPoint   `json:"wished" doc:"The best weights."`
	After     ProposedPoint   `json:"after" doc:"After the trades."`
	MinVol    *ProposedPoint  `json:"min_volatility,omitempty" doc:"The calmest end of the frontier."`
	MaxSharpe *ProposedPoint  `json:"max_sharpe,omitempty" doc:"The best ratio on it."`
	Frontier  []ProposedPoint `json:"frontier" nullable:"false" doc:"The efficient frontier within the constraints, but that of turnover, from the calmest."`
	Reason    string          `json:"no_frontier,omitempty" doc:"Why there is none, or no best ratio."`
	Notes     []string        `json:"notes" nullable:"false" doc:"What a reader should know."`
	From      date.Date       `json:"model_from" doc:"First day of the model's window."`
	To        date.Date       `json:"model_to" doc:"Its last day."`
	RiskFree  float64         `json:"risk_free" doc:"What cash returns a year." example:"0.04"`
	Market    *float64        `json:"market_return,omitempty" doc:"What the benchmark is expected to return a year." example:"0.09"`
}

func (s *server) proposals() {
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/proposals", id: "propose-trades", tag: tagAnalysis, class: classHeavy, errors: []int{404, 422, 503}, summary: "Suggest trades",
		about: "Weights that serve an objective best within constraints, by the factor model of the analysis, and the trades that lead there, with the lots they sell by the portfolio's method and by the least tax. Nothing is booked or kept. Constraints that contradict each other are named one by one."},
		func(ctx context.Context, c service.Caller, in *struct {
			Asked
			Body proposalBody
		}) (*struct{ Body ProposalAnswer }, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			got, err := s.svc.Propose(ctx, c, q, in.Body.asked())
			if err != nil {
				return nil, apart(err)
			}
			return &struct{ Body ProposalAnswer }{proposalOf(got)}, nil
		})
}

// apart makes constraints that contradict each other a fault each.
func apart(err error) error {
	var conflict *service.Infeasible
	if !errors.As(err, &conflict) {
		return err
	}
	var faults ledger.Faults
	for _, text := range conflict.Constraints {
		faults = append(faults, &ledger.Fault{Field: "constraints", Value: text, Problem: "it cannot hold together with the others named here", Cure: "loosen one of them", Err: err})
	}
	return faults
}

// ProposalOf writes a proposal as this API answers it; the command line prints the same.
func ProposalOf(p *service.Proposal) ProposalAnswer { return proposalOf(p) }

func proposalOf(p *service.Proposal) ProposalAnswer {
	out := ProposalAnswer{Heading: headingOf(p.Before), Trades: []Trade{}, Names: []ProposedName{}, Costs: p.Costs, Turnover: p.Turnover, Method: string(p.Method), Lots: []ProposedLot{},
		Now: ProposedPoint(p.Points.Now), Wished: ProposedPoint(p.Points.Wished), After: ProposedPoint(p.Points.After), Frontier: []ProposedPoint{}, Reason: p.Unmarked,
		Notes: append([]string{}, p.Notes...), From: p.From, To: p.To, RiskFree: p.RiskFree}
	out.ByMethod = LotsOutcome{p.Realised.Method.Short, p.Realised.Method.Long, p.Realised.Method.Lots, p.Tax.Method}
	out.LeastTax = LotsOutcome{p.Realised.LeastTax.Short, p.Realised.LeastTax.Long, p.Realised.LeastTax.Lots, p.Tax.LeastTax}
	for i := range p.Trades {
		out.Trades = append(out.Trades, tradeOf(&p.Trades[i]))
	}
	for _, x := range p.Names {
		out.Names = append(out.Names, ProposedName(x))
	}
	for _, l := range p.Lots {
		out.Lots = append(out.Lots, ProposedLot{l.Symbol, l.Account, l.Opened, l.Quantity, l.Gain, l.Tax, l.LongTerm})
	}
	for _, x := range p.Frontier {
		out.Frontier = append(out.Frontier, ProposedPoint(x))
	}
	for _, x := range []struct {
		from service.ProposedPoint
		into **ProposedPoint
	}{{p.Points.MinVolatility, &out.MinVol}, {p.Points.MaxSharpe, &out.MaxSharpe}} {
		if x.from.Volatility.Status != "" {
			point := ProposedPoint(x.from)
			*x.into = &point
		}
	}
	if p.MarketAt == p.MarketAt {
		out.Market = &p.MarketAt
	}
	return out
}
