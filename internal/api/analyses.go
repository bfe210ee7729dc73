package api

import (
	"context"
	"fmt"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
)

// allPortfolios stands for all that the caller sees and that are not archived.
const allPortfolios = "all"

// questionIn is what an analysis is asked for.
type questionIn struct {
	Portfolio string   `path:"portfolio" doc:"Id of a portfolio, or all for those you see together." example:"all"`
	Only      []string `query:"portfolios" doc:"With all: these only, separated by commas."`
	Period    string   `query:"period" doc:"1D, 1W, 1M, 3M, 6M, YTD, 1Y, 3Y, 5Y, 10Y or Max; Max unless given." example:"1Y"`
	From      string   `query:"from" format:"date" doc:"Instead of a period: it begins at the close of this day." example:"2024-12-31"`
	To        string   `query:"to" format:"date" doc:"Its last day; the as-of day unless given." example:"2025-06-30"`
	AsOf      string   `query:"as_of" format:"date" doc:"What was true on this day; the last day with prices unless given." example:"2025-06-30"`
	KnownOn   string   `query:"known_on" doc:"As it was known at this time (RFC 3339), or at the end of this day (UTC)." example:"2025-07-01T12:00:00Z"`
	Account   string   `query:"account" doc:"One account only." example:"ib"`
	Symbol    string   `query:"symbol" doc:"One holding only." example:"AAPL"`
	Benchmark string   `query:"benchmark" doc:"Symbol to compare with; that of the portfolio unless given." example:"SPY"`
	Currency  string   `query:"currency" pattern:"^[A-Z0-9]{3,8}$" doc:"What totals are in; the portfolio's unless given." example:"EUR"`
}

func (in *questionIn) question() (q service.Question, err error) {
	q = service.Question{Portfolios: []string{in.Portfolio}, Account: in.Account, Symbol: in.Symbol, Period: in.Period, Benchmark: in.Benchmark, Currency: money.Currency(in.Currency)}
	if in.Portfolio == allPortfolios {
		q.Portfolios = in.Only
	}
	for _, d := range []struct {
		name, text string
		into       *date.Date
	}{{"from", in.From, &q.From}, {"to", in.To, &q.To}, {"as_of", in.AsOf, &q.AsOf}} {
		if *d.into, err = day(d.name, d.text); err != nil {
			return q, err
		}
	}
	if in.KnownOn == "" {
		return q, nil
	}
	if q.KnownOn, err = time.Parse(time.RFC3339, in.KnownOn); err == nil {
		return q, nil
	}
	known, err := date.Parse(in.KnownOn)
	if err != nil {
		return q, &ledger.Fault{Field: "known_on", Value: in.KnownOn, Problem: "it is no time", Cure: "use 2025-07-01T12:00:00Z or 2025-07-01"}
	}
	q.KnownOn = (known + 1).Time().Add(-time.Microsecond)
	return q, nil
}

// Heading says what the figures of an answer are of.
type Heading struct {
	Name          string              `json:"name" doc:"Of the portfolio." example:"Family"`
	Base          money.Currency      `json:"base_currency" doc:"What totals are in."`
	AsOf          date.Date           `json:"as_of" doc:"The day that was asked for."`
	ValuedOn      date.Date           `json:"valued_on" doc:"The last day with an observed price."`
	Period        analysis.Period     `json:"period" doc:"(start, end]."`
	LedgerVersion int64               `json:"ledger_version" doc:"Version of the ledger." example:"12"`
	MarketVersion int64               `json:"market_version" doc:"Version of the market data." example:"3"`
	Engine        string              `json:"engine" doc:"Version of what computes." example:"1"`
	Simulated     bool                `json:"simulated" doc:"Whether prices are those of the simulated market."`
	Benchmark     *analysis.Benchmark `json:"benchmark,omitempty" doc:"What it is compared with."`
}

func headingOf(a *analysis.Analysis) Heading {
	return Heading{Name: a.Name, Base: a.Base, AsOf: a.AsOf, ValuedOn: a.ValuedOn, Period: a.Period, LedgerVersion: a.LedgerVersion, MarketVersion: a.MarketVersion,
		Engine: a.Engine, Simulated: a.Simulated, Benchmark: a.Benchmark}
}

// HoldingsAnswer is what is held.
type HoldingsAnswer struct {
	Heading
	Summary  analysis.Summary       `json:"summary"`
	Holdings []analysis.Holding     `json:"holdings"`
	Cash     []analysis.CashBalance `json:"cash"`
	Movers   []analysis.Mover       `json:"movers"`
	Closed   []analysis.ClosedRow   `json:"closed,omitempty"`
}

// PerformanceAnswer is what was earned.
type PerformanceAnswer struct {
	Heading
	Returns   analysis.Returns       `json:"returns"`
	Change    analysis.Change        `json:"change"`
	Months    []analysis.MonthRow    `json:"months"`
	Years     []analysis.YearRow     `json:"years"`
	Periods   []analysis.PeriodRow   `json:"periods"`
	Drawdowns []analysis.DrawdownRow `json:"drawdowns"`
}

// RiskAnswer is what is risked.
type RiskAnswer struct {
	Heading
	Risk   analysis.Risk    `json:"risk"`
	ExAnte *analysis.ExAnte `json:"ex_ante"`
}

// TimelineAnswer is day by day.
type TimelineAnswer struct {
	Heading
	Series analysis.Series `json:"series"`
}

// AllocationAnswer is the value split in several ways.
type AllocationAnswer struct {
	Heading
	Allocation analysis.Allocation `json:"allocation"`
}

// DataAnswer is how good the data behind the figures are.
type DataAnswer struct {
	Heading
	Data analysis.DataStatus `json:"data"`
}

// ExplanationList is a list of explanations.
type ExplanationList struct {
	Items []MethodExplanation `json:"items" nullable:"false" doc:"By key."`
}

// MethodExplanation is how a figure is made, with its key.
type MethodExplanation struct {
	Method string `json:"method" doc:"The key, as figures name it." example:"time_weighted"`
	analysis.Explanation
}

// slice registers an address that answers a part of the analysis.
func slice[T any](s *server, path, id, summary, about string, part func(*analysis.Analysis) T) {
	addLook(s, route{method: "GET", path: "/portfolios/{portfolio}" + path, id: id, tag: tagAnalysis, errors: []int{404, 422, 503}, summary: summary, about: about},
		(*questionIn).question, asItIs, part)
}

func (s *server) analyses() {
	slice(s, "/analysis", "analysis", "Every figure", "The whole analysis that pages and reports are made of. The other addresses give parts of it.",
		func(a *analysis.Analysis) *analysis.Analysis { return a })
	slice(s, "/holdings", "holdings", "What is held", "Holdings with their lots, cash, the movers of the last day, and what was held before.",
		func(a *analysis.Analysis) HoldingsAnswer {
			return HoldingsAnswer{headingOf(a), a.Summary, a.Holdings, a.Cash, a.Movers, a.Closed}
		})
	slice(s, "/performance", "performance", "What was earned", "Both returns, each named; where the change in value came from; months, years, standard periods and drawdowns.",
		func(a *analysis.Analysis) PerformanceAnswer {
			return PerformanceAnswer{headingOf(a), a.Returns, a.Change, a.Months, a.Years, a.Periods, a.Drawdowns}
		})
	slice(s, "/risk", "risk", "What is risked", "Volatility, drawdown, value at risk, exposures and concentration as they were; and the risk of today's holdings from one factor model: betas, parts, correlation, greeks, liquidity, scenarios.",
		func(a *analysis.Analysis) RiskAnswer { return RiskAnswer{headingOf(a), a.Risk, a.ExAnte} })
	slice(s, "/timeline", "timeline", "Day by day", "Value, payments, return and drawdown of each day of the period, with the benchmark's beside them.",
		func(a *analysis.Analysis) TimelineAnswer { return TimelineAnswer{headingOf(a), a.Series} })
	slice(s, "/allocation", "allocation", "How it is split", "By class, sector, currency, country, account and side. In each the weights add up to exactly one.",
		func(a *analysis.Analysis) AllocationAnswer { return AllocationAnswer{headingOf(a), a.Allocation} })
	slice(s, "/data", "data", "What the figures rest on", "Which prices are missing or old, which rates are used, what the totals leave out.",
		func(a *analysis.Analysis) DataAnswer { return DataAnswer{headingOf(a), a.Data} })

	add(s, route{method: "GET", path: "/explain", id: "list-explanations", tag: tagAnalysis, summary: "How all figures are made", about: "Every method with what it means, its formula, convention and source."},
		func(context.Context, service.Caller, *none) (*struct{ Body ExplanationList }, error) {
			out := ExplanationList{Items: []MethodExplanation{}}
			for _, m := range analysis.Methods() {
				e, _ := analysis.Explain(m)
				out.Items = append(out.Items, MethodExplanation{m, e})
			}
			return &struct{ Body ExplanationList }{out}, nil
		})
	add(s, route{method: "GET", path: "/explain/{method}", id: "explain", tag: tagAnalysis, errors: []int{404}, summary: "How a figure is made", about: "What it means, its formula, convention and source. Its inputs and coverage are on the figure itself."},
		func(_ context.Context, _ service.Caller, in *struct {
			Method string `path:"method" doc:"The method that a figure names." example:"time_weighted"`
		}) (*struct{ Body MethodExplanation }, error) {
			e, ok := analysis.Explain(in.Method)
			if !ok {
				return nil, noSuch(fmt.Sprintf("There is no method %q; GET /api/v1/explain lists them.", in.Method))
			}
			return &struct{ Body MethodExplanation }{MethodExplanation{in.Method, e}}, nil
		})
}
