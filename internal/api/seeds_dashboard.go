package api

import (
	"cmp"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// SeedDashboard is the dashboard with the fields that the original's one call gives.
type SeedDashboard struct {
	DashboardAnswer
	Portfolio   TrackedPortfolio  `json:"portfolio_data" doc:"What is held."`
	Performance TrackedReturns    `json:"performance_data" doc:"What was earned."`
	Split       TrackedAllocation `json:"allocation_data" doc:"How it is split."`
	Gainers     []TrackedMover    `json:"top_gainers" nullable:"false" doc:"The three holdings whose prices rose most on the last day."`
	Losers      []TrackedMover    `json:"top_losers" nullable:"false" doc:"The three whose prices fell most."`
	Unknown     unknowns          `json:"unknown" doc:"Why a number is null, by its name."`
	Metadata    TrackedMeta       `json:"metadata" doc:"What it rests on."`
}

// TrackedPortfolio is what is held, in the original's form.
type TrackedPortfolio struct {
	Holdings   []TrackedHolding `json:"holdings" nullable:"false" doc:"The holdings."`
	TotalValue Number           `json:"total_value" doc:"Value, cash included."`
	TotalCost  Number           `json:"total_cost" doc:"Cost of what is held."`
	Gain       Number           `json:"total_gain_loss" doc:"Unrealised gain of what is held."`
	Base       money.Currency   `json:"base_currency" doc:"What amounts are in."`
}

// TrackedHolding is a holding in the original's form.
type TrackedHolding struct {
	Symbol      string         `json:"symbol" doc:"Symbol." example:"AAPL"`
	Quantity    Number         `json:"quantity" doc:"Quantity; negative when short."`
	AverageCost Number         `json:"avg_cost" doc:"Cost of one piece, in the currency of its lots."`
	TotalCost   Number         `json:"total_cost" doc:"Cost, in the base currency."`
	Price       Number         `json:"current_price" doc:"Last price, in the currency."`
	Value       Number         `json:"current_value" doc:"Value, in the base currency."`
	Gain        Number         `json:"gain_loss" doc:"Unrealised gain, in the base currency."`
	GainPercent Number         `json:"gain_loss_percent" doc:"The same as a percentage of the cost."`
	Income      Number         `json:"dividends_received" doc:"Dividends and interest received so far, gross, in the base currency."`
	PriceDate   date.Date      `json:"price_date,omitzero" doc:"Day of the price."`
	Currency    money.Currency `json:"currency" doc:"What it is quoted in."`
	Percent     Number         `json:"allocation_percent" doc:"Percent of the total value."`
	Sector      string         `json:"sector,omitempty" doc:"Sector, where it is known." example:"Technology"`
}

// TrackedReturns is what was earned, in the original's form.
type TrackedReturns struct {
	DailyChange  Number `json:"daily_change" doc:"What the last day did to the value."`
	DailyPercent Number `json:"daily_change_percent" doc:"The same in percent."`
	YTD          Number `json:"ytd_return_percent" doc:"Time-weighted return of the year so far, percent."`
	Total        Number `json:"total_return_percent" doc:"Time-weighted return of the period, percent."`
	Volatility   Number `json:"volatility" doc:"Standard deviation of the daily returns, a year; a fraction."`
	Sharpe       Number `json:"sharpe_ratio" doc:"Sharpe ratio, a year."`
	Drawdown     Number `json:"max_drawdown" doc:"Deepest fall from a peak, a negative fraction."`
}

// TrackedAllocation is how it is split, in the original's form.
type TrackedAllocation struct {
	BySymbol      []TrackedShare `json:"by_symbol" nullable:"false" doc:"By holding, the largest first."`
	Positions     int            `json:"number_of_positions" doc:"Holdings." example:"12"`
	Concentration Number         `json:"concentration_risk" doc:"Sum of the squared weights: 1 is one name."`
}

// TrackedShare is a holding's part of the value.
type TrackedShare struct {
	Symbol  string `json:"symbol" doc:"Symbol." example:"AAPL"`
	Value   Number `json:"value" doc:"Value, in the base currency."`
	Percent Number `json:"percent" doc:"Percent of the total value."`
}

// TrackedMover is what a price did on the last day.
type TrackedMover struct {
	Symbol  string `json:"symbol" doc:"Symbol." example:"AAPL"`
	Name    string `json:"name,omitempty" doc:"Its name."`
	Change  Number `json:"change" doc:"What that did to the value."`
	Percent Number `json:"change_percent" doc:"What the price did, percent."`
}

// TrackedMeta says what the answer rests on, in the original's form.
type TrackedMeta struct {
	Generated time.Time `json:"generated_at" doc:"When the answer was made."`
	Holdings  int       `json:"holdings" doc:"Holdings in all." example:"12"`
	Priced    int       `json:"priced" doc:"Those with a price that is up to date." example:"12"`
}

func (s *server) seedDashboardOf(a *analysis.Analysis) SeedDashboard {
	u := unknowns{}
	out := SeedDashboard{DashboardAnswer: dashboardOf(a), Portfolio: tracked(u, a), Performance: trackedReturns(u, a), Unknown: u, Metadata: TrackedMeta{s.Now().UTC(), a.Data.Holdings, a.Data.Priced}}
	out.Split = TrackedAllocation{BySymbol: []TrackedShare{}, Positions: len(a.Holdings), Concentration: u.number("allocation_data.concentration_risk", a.Risk.Concentration.HHI, 1)}
	for _, h := range largest(a, len(a.Holdings)) {
		at := "allocation_data.by_symbol." + h.Symbol
		out.Split.BySymbol = append(out.Split.BySymbol, TrackedShare{h.Symbol, u.number(at+".value", h.Value, 1), u.number(at+".percent", h.Weight, 100)})
	}
	out.Gainers, out.Losers = trackedMovers(u, a)
	return out
}

func tracked(u unknowns, a *analysis.Analysis) TrackedPortfolio {
	out := TrackedPortfolio{Holdings: []TrackedHolding{}, Base: a.Base, TotalValue: u.number("portfolio_data.total_value", a.Summary.Value, 1),
		TotalCost: u.number("portfolio_data.total_cost", a.Summary.Cost, 1), Gain: u.number("portfolio_data.total_gain_loss", a.Summary.Unrealised, 1)}
	for i := range a.Holdings {
		h := &a.Holdings[i]
		at := "portfolio_data.holdings." + h.Symbol
		out.Holdings = append(out.Holdings, TrackedHolding{Symbol: h.Symbol, Quantity: exact(h.Quantity), AverageCost: optional(u, at+".avg_cost", h.UnitCost, "the lots are in several currencies"),
			TotalCost: u.number(at+".total_cost", h.Cost, 1), Price: optional(u, at+".current_price", h.Price, "there is no price"), Value: u.number(at+".current_value", h.Value, 1),
			Gain: u.number(at+".gain_loss", h.Unrealised, 1), GainPercent: u.number(at+".gain_loss_percent", h.UnrealisedReturn, 100), Income: u.number(at+".dividends_received", h.Income, 1),
			PriceDate: some(h.PriceDate), Currency: h.Instrument.Currency, Percent: u.number(at+".allocation_percent", h.Weight, 100), Sector: h.Instrument.Sector})
	}
	return out
}

func trackedReturns(u unknowns, a *analysis.Analysis) TrackedReturns {
	r := &a.Risk.Realised
	out := TrackedReturns{DailyChange: u.number("performance_data.daily_change", a.Summary.DayChange, 1), DailyPercent: u.number("performance_data.daily_change_percent", a.Summary.DayReturn, 100),
		Total: u.number("performance_data.total_return_percent", a.Returns.TimeWeighted, 100), Volatility: u.number("performance_data.volatility", r.Volatility, 1),
		Sharpe: u.number("performance_data.sharpe_ratio", r.Sharpe, 1), Drawdown: u.number("performance_data.max_drawdown", r.MaxDrawdown, 1)}
	i := slices.IndexFunc(a.Periods, func(p analysis.PeriodRow) bool { return p.Period.Label == "YTD" })
	if i >= 0 {
		out.YTD = u.number("performance_data.ytd_return_percent", a.Periods[i].Return, 100)
	} else {
		u["performance_data.ytd_return_percent"] = "the year so far is not among the periods"
	}
	return out
}

// trackedMovers are the three that rose most and the three that fell most.
func trackedMovers(u unknowns, a *analysis.Analysis) (gainers, losers []TrackedMover) {
	gainers, losers = []TrackedMover{}, []TrackedMover{}
	var known []analysis.Mover
	for i := range a.Holdings {
		h := &a.Holdings[i]
		if h.DayReturn.Known() {
			known = append(known, analysis.Mover{Symbol: h.Symbol, Name: h.Instrument.Name, Change: h.DayChange, Return: h.DayReturn})
		}
	}
	slices.SortStableFunc(known, func(x, y analysis.Mover) int { return cmp.Compare(y.Return.Float64(), x.Return.Float64()) })
	row := func(list string, m analysis.Mover) TrackedMover {
		at := list + "." + m.Symbol
		return TrackedMover{m.Symbol, m.Name, u.number(at+".change", m.Change, 1), u.number(at+".change_percent", m.Return, 100)}
	}
	for _, m := range known {
		if m.Return.Float64() > 0 && len(gainers) < 3 {
			gainers = append(gainers, row("top_gainers", m))
		}
	}
	for _, m := range slices.Backward(known) {
		if m.Return.Float64() < 0 && len(losers) < 3 {
			losers = append(losers, row("top_losers", m))
		}
	}
	return gainers, losers
}

// seedDashboard registers the address of the portfolio tracker.
func (s *server) seedDashboard() {
	addLook(s, route{method: "GET", path: "/api/dashboard", id: "seed-dashboard", tag: tagSeeds, errors: []int{404, 422, 503}, summary: "Everything at a glance, in the original's form",
		about: "GET /api/v1/dashboard with the fields of the original beside it."}, (*Overall).question, (*Overall).refuse, s.seedDashboardOf)
}
