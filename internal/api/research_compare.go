package api

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
)

// ComparisonDetail is instruments side by side.
type ComparisonDetail struct {
	Currency    money.Currency      `json:"currency" doc:"That all returns are in."`
	Window      string              `json:"window" doc:"Over which risk is measured." example:"1Y"`
	From        date.Date           `json:"from" doc:"Its first day."`
	To          date.Date           `json:"to" doc:"Its last day."`
	Benchmark   string              `json:"benchmark,omitempty" doc:"What beta is against." example:"SPY"`
	Items       []ComparedDetail    `json:"items" nullable:"false" doc:"In the order asked for."`
	Correlation [][]analysis.Figure `json:"correlation" nullable:"false" doc:"Of each two of the items, in their order."`
	Days        []date.Date         `json:"days" nullable:"false" doc:"Of the growth of each."`
}

// ComparedDetail is one of them.
type ComparedDetail struct {
	Symbol      string           `json:"symbol" doc:"Symbol." example:"AAPL"`
	Name        string           `json:"name,omitempty" doc:"Name, where it is known." example:"Apple Inc."`
	Dividends   bool             `json:"dividends" doc:"Whether dividends are in the returns; else none are stored, and they are those of the price."`
	Returns     []ComparedPeriod `json:"returns" nullable:"false" doc:"Of the standard periods."`
	Volatility  analysis.Figure  `json:"volatility" doc:"A year, over the window."`
	Drawdown    analysis.Figure  `json:"drawdown" doc:"Deepest fall within the window."`
	Beta        analysis.Figure  `json:"beta" doc:"To the benchmark."`
	ToPortfolio analysis.Figure  `json:"correlation_with_portfolio" doc:"Of daily returns."`
	Growth      analysis.Numbers `json:"growth" doc:"1 at its first day of the window; one number a day."`
}

// ComparedPeriod is the return of one period.
type ComparedPeriod struct {
	Period string          `json:"period" doc:"The period." example:"1Y"`
	From   date.Date       `json:"from" doc:"Its first day."`
	Return analysis.Figure `json:"return" doc:"Total return where dividends are stored."`
	Annual analysis.Figure `json:"annual" doc:"A year; nothing shorter is annualised."`
}

func comparisonOf(c *analysis.Comparison) ComparisonDetail {
	out := ComparisonDetail{Currency: c.Currency, Window: c.Window.Label, From: c.Window.Start, To: c.Window.End, Benchmark: c.Benchmark, Items: make([]ComparedDetail, len(c.Items)), Correlation: c.Correlation, Days: c.Days}
	for i := range c.Items {
		x := &c.Items[i]
		d := ComparedDetail{Symbol: x.Instrument.Symbol, Name: x.Instrument.Name, Dividends: x.Dividends, Returns: []ComparedPeriod{}, Volatility: x.Volatility, Drawdown: x.Drawdown, Beta: x.Beta, ToPortfolio: x.ToPortfolio, Growth: x.Growth}
		for _, r := range x.Returns {
			d.Returns = append(d.Returns, ComparedPeriod{r.Period.Label, r.Period.Start, r.Return, r.Annual})
		}
		out.Items[i] = d
	}
	return out
}

func (s *server) comparisons() {
	add(s, route{method: "GET", path: "/compare", id: "compare", tag: tagResearch, class: classHeavy, errors: []int{404, 422}, summary: "Instruments side by side", about: "Up to six: returns of the standard periods, volatility, drawdown, beta, and correlations with each other and with a portfolio. From stored series alone; what is not known of one says why."},
		func(ctx context.Context, c service.Caller, in *struct {
			WhichMarket
			Symbols   []string `query:"symbols" required:"true" minItems:"1" maxItems:"6" doc:"One to six, separated by commas." example:"AAPL,MSFT"`
			Portfolio string   `query:"portfolio" maxLength:"36" doc:"Id of a portfolio to compare with; its currency and benchmark are taken unless others are given. Absent: none."`
			Window    string   `query:"window" enum:"1Y,3M,6M,YTD,3Y,5Y" default:"1Y" doc:"Over which risk is measured."`
			Currency  string   `query:"currency" pattern:"^[A-Z0-9]{3,8}$" doc:"That returns are in." example:"EUR"`
			Benchmark string   `query:"benchmark" maxLength:"64" doc:"What beta is against." example:"SPY"`
			AsOf      string   `query:"as_of" format:"date" doc:"The last day; the last one with prices unless given." example:"2025-06-30"`
		}) (*struct{ Body ComparisonDetail }, error) {
			asOf, err := day("as_of", in.AsOf)
			if err != nil {
				return nil, err
			}
			got, err := s.svc.Compare(ctx, c, service.Comparing{Symbols: in.Symbols, Portfolio: in.Portfolio, Simulated: in.Simulated, Window: in.Window, Currency: money.Currency(in.Currency), Benchmark: in.Benchmark, AsOf: asOf})
			if err != nil {
				return nil, err
			}
			return &struct{ Body ComparisonDetail }{comparisonOf(got)}, nil
		})
}
