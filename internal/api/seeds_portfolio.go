package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// SideExposure is exposure in money and as a percentage of the value.
type SideExposure struct {
	Value Number `json:"value" doc:"In the base currency; short is negative."`
	Pct   Number `json:"pct" doc:"Percent of the total value."`
}

// SideExposures are the sides of a book.
type SideExposures struct {
	Long  SideExposure `json:"long" doc:"The long side."`
	Short SideExposure `json:"short" doc:"The short side."`
	Gross SideExposure `json:"gross" doc:"Both without their signs."`
	Net   SideExposure `json:"net" doc:"Both added up."`
}

// RiskMetrics are the measures of risk that are asked for most.
type RiskMetrics struct {
	VaR        Number `json:"var_1d_99" doc:"Value at risk of one day at 99%, from history: a positive loss in the base currency."`
	ES         Number `json:"es_1d_99" doc:"Expected shortfall, alike."`
	Volatility Number `json:"volatility_annual" doc:"Standard deviation of the daily returns, a year; a fraction."`
	Beta       Number `json:"beta" doc:"To the benchmark."`
	Sharpe     Number `json:"sharpe" doc:"Sharpe ratio, a year."`
	Drawdown   Number `json:"max_drawdown" doc:"Deepest fall from a peak, a negative fraction."`
}

// PortfolioFigures are the figures of a portfolio in the original's form.
type PortfolioFigures struct {
	TotalValue Number        `json:"total_value" doc:"Value in the base currency."`
	TotalPL    Number        `json:"total_pl" doc:"Value less what was paid in."`
	Exposures  SideExposures `json:"exposures" doc:"How much is at work on either side."`
	Risk       RiskMetrics   `json:"risk_metrics" doc:"What is risked."`
	Unknown    unknowns      `json:"unknown" doc:"Why a number is null, by its name."`
}

// Meta says what an answer rests on, in the original's form.
type Meta struct {
	Timestamp       time.Time `json:"timestamp" doc:"When the answer was made."`
	CalculationDate date.Date `json:"calculation_date" doc:"The day of the figures."`
	LedgerVersion   int64     `json:"ledger_version" doc:"Version of the ledger." example:"12"`
	MarketVersion   int64     `json:"market_version" doc:"Version of the market data." example:"3"`
}

// SeedPortfolio is a portfolio with its figures in the original's form, by themselves
// and in its envelope.
type SeedPortfolio struct {
	Portfolio
	PortfolioFigures
	Success bool             `json:"success" doc:"Always true; a refusal is a problem (RFC 9457)."`
	Data    PortfolioFigures `json:"data" doc:"The same figures, where the original has them."`
	Meta    Meta             `json:"meta" doc:"What they rest on."`
}

func figuresOf(a *analysis.Analysis) PortfolioFigures {
	u := unknowns{}
	e, r := &a.Risk.Exposure, &a.Risk.Realised
	side := func(name string, value, share analysis.Figure) SideExposure {
		return SideExposure{u.number("exposures."+name+".value", value, 1), u.number("exposures."+name+".pct", share, 100)}
	}
	tail := tail99(a)
	return PortfolioFigures{
		TotalValue: u.number("total_value", a.Summary.Value, 1), TotalPL: u.number("total_pl", a.Summary.Gain, 1),
		Exposures: SideExposures{side("long", e.Long, e.LongShare), side("short", e.Short, e.ShortShare), side("gross", e.Gross, e.GrossShare), side("net", e.Net, e.NetShare)},
		Risk: RiskMetrics{u.number("risk_metrics.var_1d_99", tail.VaR, 1), u.number("risk_metrics.es_1d_99", tail.ES, 1), u.number("risk_metrics.volatility_annual", r.Volatility, 1),
			u.number("risk_metrics.beta", r.Beta, 1), u.number("risk_metrics.sharpe", r.Sharpe, 1), u.number("risk_metrics.max_drawdown", r.MaxDrawdown, 1)},
		Unknown: u,
	}
}

// tail99 is the historical value at risk of one day at 99 %.
func tail99(a *analysis.Analysis) analysis.TailRow {
	for _, t := range a.Risk.Tail {
		if t.Method == "historical" && t.Confidence == 0.99 && t.Horizon == 1 {
			return t
		}
	}
	why := "there is no history of one day at 99%"
	return analysis.TailRow{VaR: analysis.Unknown(analysis.Unit(a.Base), a.AsOf, "var_historical", why), ES: analysis.Unknown(analysis.Unit(a.Base), a.AsOf, "es_historical", why)}
}

func (s *server) metaOf(a *analysis.Analysis) Meta {
	return Meta{Timestamp: s.Now().UTC(), CalculationDate: a.AsOf, LedgerVersion: a.LedgerVersion, MarketVersion: a.MarketVersion}
}

// seedPortfolios registers the addresses of the risk platform that speak of portfolios.
func (s *server) seedPortfolios() {
	add(s, route{method: "GET", path: "/portfolio/{portfolio}", id: "seed-portfolio", tag: tagSeeds, errors: []int{404, 422, 503}, summary: "One portfolio with its figures",
		about: "GET /api/v1/portfolios/{portfolio} with the fields of the original: value, gain, exposures, risk. It has more in GET /api/v1/portfolios/{portfolio}/analysis."},
		func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*struct{ Body SeedPortfolio }, error) {
			p, err := s.svc.Portfolio(ctx, c, in.Portfolio)
			if err != nil {
				return nil, err
			}
			a, err := s.svc.Analysis(ctx, c, service.Question{Portfolios: []string{in.Portfolio}})
			if err != nil {
				return nil, err
			}
			f := figuresOf(a)
			return &struct{ Body SeedPortfolio }{SeedPortfolio{Portfolio: portfolioOf(p), PortfolioFigures: f, Success: true, Data: f, Meta: s.metaOf(a)}}, nil
		})
	add(s, route{method: "GET", path: "/reports/portfolios", id: "seed-reports", tag: tagSeeds, errors: []int{503}, summary: "What can be reported on", about: "GET /api/v1/portfolios with, for each, where its figures are read."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body SeedReports }, error) {
			if err := s.svc.Featured(ctx, c, service.FeatureReports); err != nil {
				return nil, err
			}
			all, err := s.svc.Portfolios(ctx, c, false)
			out := SeedReports{Items: make([]Portfolio, len(all)), Portfolios: make([]SeedReport, len(all)), Success: true, Total: len(all)}
			for i, p := range all {
				out.Items[i], out.Portfolios[i] = portfolioOf(p), reportOf(p)
			}
			return &struct{ Body SeedReports }{out}, err
		})
}

// SeedReports lists portfolios that reports are made of.
type SeedReports struct {
	Items      []Portfolio  `json:"items" nullable:"false" doc:"The portfolios."`
	Portfolios []SeedReport `json:"portfolios" nullable:"false" doc:"The same, with where their figures are read."`
	Total      int          `json:"total" doc:"How many." example:"3"`
	Success    bool         `json:"success" doc:"Always true; a refusal is a problem (RFC 9457)."`
}

// SeedReport says where the figures of a portfolio are read.
type SeedReport struct {
	ID      string        `json:"id" doc:"Id of the portfolio." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name    string        `json:"name" doc:"Its name." example:"Family"`
	Formats []string      `json:"formats" doc:"Forms it can be had in." example:"[\"json\"]"`
	Content ReportContent `json:"content" doc:"Where."`
}

// ReportContent is where a report is read, by form.
type ReportContent struct {
	JSON string `json:"json" doc:"Every figure." example:"/api/v1/portfolios/0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10/analysis"`
}

func reportOf(p store.Portfolio) SeedReport {
	return SeedReport{ID: p.ID, Name: p.Name, Formats: []string{"json"}, Content: ReportContent{Prefix + "/portfolios/" + p.ID + "/analysis"}}
}
