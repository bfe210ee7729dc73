package api

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
)

// largestShown is how many holdings the dashboard names.
const largestShown = 10

// DashboardAnswer is the state of a portfolio, or of all, at a glance.
type DashboardAnswer struct {
	Heading
	Summary    analysis.Summary     `json:"summary"`
	Returns    analysis.Returns     `json:"returns"`
	Change     analysis.Change      `json:"change"`
	Periods    []analysis.PeriodRow `json:"periods"`
	Allocation analysis.Allocation  `json:"allocation"`
	Movers     []analysis.Mover     `json:"movers"`
	Largest    []LargeHolding       `json:"largest" nullable:"false" doc:"The largest holdings, on either side."`
	Data       analysis.DataStatus  `json:"data"`
}

// LargeHolding is a holding in one line.
type LargeHolding struct {
	Symbol    string          `json:"symbol" doc:"Symbol." example:"AAPL"`
	Name      string          `json:"name,omitempty" doc:"Its name." example:"Apple Inc."`
	Quantity  money.Decimal   `json:"quantity" doc:"Quantity; negative when short."`
	Value     analysis.Figure `json:"value" doc:"Market value in the base currency."`
	Weight    analysis.Figure `json:"weight" doc:"Share of the total value."`
	DayReturn analysis.Figure `json:"day_return" doc:"What its price did on the last day."`
}

func dashboardOf(a *analysis.Analysis) DashboardAnswer {
	return DashboardAnswer{headingOf(a), a.Summary, a.Returns, a.Change, a.Periods, a.Allocation, a.Movers, largest(a, largestShown), a.Data}
}

// largest are the holdings that weigh most, on either side.
func largest(a *analysis.Analysis, n int) []LargeHolding {
	all := make([]*analysis.Holding, len(a.Holdings))
	for i := range a.Holdings {
		all[i] = &a.Holdings[i]
	}
	size := func(h *analysis.Holding) float64 {
		if !h.Value.Known() {
			return -1 // what is not known comes last
		}
		return math.Abs(h.Value.Float64())
	}
	slices.SortStableFunc(all, func(x, y *analysis.Holding) int { return cmp.Compare(size(y), size(x)) })
	out := []LargeHolding{}
	for _, h := range all[:min(n, len(all))] {
		out = append(out, LargeHolding{h.Symbol, h.Instrument.Name, h.Quantity, h.Value, h.Weight, h.DayReturn})
	}
	return out
}

// Overall is the part of inputs that asks of all portfolios unless one is named.
type Overall struct {
	Portfolio string `query:"portfolio" doc:"Id of a portfolio; those you see together unless given." example:"all"`
	Period    string `query:"period" doc:"1D, 1W, 1M, 3M, 6M, YTD, 1Y, 3Y, 5Y, 10Y or Max; Max unless given." example:"1Y"`
	AsOf      string `query:"as_of" format:"date" doc:"What was true on this day; the last day with prices unless given." example:"2025-06-30"`
	Currency  string `query:"currency" pattern:"^[A-Z0-9]{3,8}$" doc:"What totals are in; the portfolio's unless given." example:"EUR"`
}

// asked is an Overall as a question to the API about one portfolio or all.
func (in *Overall) asked() *questionIn {
	return &questionIn{Portfolio: cmp.Or(in.Portfolio, allPortfolios), Period: in.Period, AsOf: in.AsOf, Currency: in.Currency}
}

func (in *Overall) question() (service.Question, error) { return in.asked().question() }

// refuse says, where there is no portfolio at all, how to make one.
func (in *Overall) refuse(err error) error {
	if in.asked().Portfolio == allPortfolios && errors.Is(err, service.ErrNotFound) {
		return noSuch("There is no portfolio yet; create one with POST /api/v1/portfolios.")
	}
	return err
}

func (s *server) dashboard() {
	addLook(s, route{method: "GET", path: "/dashboard", id: "dashboard", tag: tagAnalysis, errors: []int{404, 422, 503}, summary: "Everything at a glance",
		about: "Value, gain, returns of standard periods, allocation, movers and the largest holdings of all portfolios together, or of one."}, (*Overall).question, (*Overall).refuse, dashboardOf)
}
