package api

import (
	"context"
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/service"
)

// Dossiers are what is stored of one instrument.
type Dossiers interface {
	Instrument(ctx context.Context, c service.Caller, q service.Question) (*service.Dossier, error)
	InstrumentPrices(ctx context.Context, c service.Caller, symbol string, simulated bool, from, to date.Date) (service.PriceHistory, error)
	InstrumentStatements(ctx context.Context, c service.Caller, symbol string) ([]service.InstrumentStatement, string, error)
	InstrumentNews(ctx context.Context, c service.Caller, symbol, after string, limit int) (service.NewsPage, error)
}

// Dossier is everything of one instrument, as a portfolio sees it.
type Dossier struct {
	Instrument instrument.Instrument `json:"instrument"`
	Simulated  bool                  `json:"simulated" doc:"Whether it is of the simulated market."`
	AsOf       date.Date             `json:"as_of" doc:"The day that prices and figures reach to."`
	Quote      analysis.Quote        `json:"quote" doc:"The last price, its change and its year."`
	Prices     PriceCoverage         `json:"prices" doc:"How far prices reach."`
	Position   InstrumentPosition    `json:"position" doc:"What the portfolio has and had of it."`
	Profile    *InstrumentProfile    `json:"profile,omitempty" doc:"What a source says that it is; absent: see missing."`
	Earnings   []InstrumentEarning   `json:"earnings" nullable:"false" doc:"Reported and expected results of one source, the newest first."`
	Target     *InstrumentTarget     `json:"target,omitempty" doc:"Your own target price."`
	Notes      []InstrumentNote      `json:"notes" nullable:"false" doc:"Your notes, and those that members of your household share."`
	Supply     []InstrumentSupply    `json:"supply" nullable:"false" doc:"How the sources fare; none for the simulated market."`
	Held       []HeldPrice           `json:"held" nullable:"false" doc:"Prices that were not believed, the newest found first."`
	Missing    []MissingPart         `json:"missing" nullable:"false" doc:"What there is none of, and why."`
}

// PriceCoverage is how far prices reach.
type PriceCoverage struct {
	Currency  money.Currency       `json:"currency,omitempty"`
	First     date.Date            `json:"first,omitzero" doc:"First day with a price."`
	Last      date.Date            `json:"last,omitzero" doc:"Last day with a price."`
	Days      int                  `json:"days" doc:"Days with a price." example:"650"`
	Candles   bool                 `json:"candles" doc:"Whether opens, highs and lows are stored too."`
	Splits    []InstrumentSplit    `json:"splits" nullable:"false"`
	Dividends []InstrumentDividend `json:"dividends" nullable:"false"`
	Sources   []InstrumentSource   `json:"sources" nullable:"false" doc:"The one that is believed first comes first."`
}

// InstrumentSplit is a split on its ex-date.
type InstrumentSplit struct {
	Date  date.Date    `json:"date"`
	Ratio ledger.Ratio `json:"ratio" doc:"New for old." example:"10:1"`
}

// InstrumentDividend is a cash dividend on its ex-date.
type InstrumentDividend struct {
	ExDate   date.Date      `json:"ex_date"`
	PayDate  date.Date      `json:"pay_date,omitzero"`
	Amount   money.Decimal  `json:"amount" doc:"Of a piece as traded on that day." example:"0.24"`
	Currency money.Currency `json:"currency,omitempty"`
}

// InstrumentSource is a source of prices.
type InstrumentSource struct {
	Source string    `json:"source" example:"file"`
	Own    bool      `json:"own" doc:"Whether it is your own."`
	First  date.Date `json:"first"`
	Last   date.Date `json:"last"`
	Days   int       `json:"days" example:"650"`
}

// InstrumentPosition is what a portfolio has and had of it.
type InstrumentPosition struct {
	Name          string               `json:"name" doc:"Of the portfolio." example:"Family"`
	Base          money.Currency       `json:"base_currency"`
	Holding       *analysis.Holding    `json:"holding,omitempty" doc:"With its open lots; absent: nothing is held."`
	Realised      analysis.Figure      `json:"realised"`
	Income        analysis.Figure      `json:"income"`
	MoneyWeighted analysis.Figure      `json:"money_weighted" doc:"Return on what was put into it, a year."`
	Closed        []analysis.ClosedLot `json:"closed" nullable:"false" doc:"Lots that were closed, the last one first."`
	Options       []analysis.Holding   `json:"options" nullable:"false" doc:"Options on it that are held."`
	Bookings      []ledger.Transaction `json:"bookings" nullable:"false" doc:"In the order they took effect."`
}

// SaidBy is who says something, of which day, and when it was fetched.
type SaidBy struct {
	Source  string    `json:"source" doc:"Who says so." example:"fmp"`
	Day     date.Date `json:"day,omitzero" doc:"The day that it speaks of."`
	Fetched time.Time `json:"fetched" doc:"When it was fetched."`
}

func saidBy(s service.Sourced) SaidBy { return SaidBy{s.Source, some(s.Day), s.Fetched} }

// InstrumentProfile is what a source says that an instrument is.
type InstrumentProfile struct {
	SaidBy
	Industry    string           `json:"industry,omitempty" example:"Semiconductors" doc:"In the words of the source."`
	Description string           `json:"description,omitempty" doc:"What it does, in the words of the source."`
	Website     string           `json:"website,omitempty" doc:"Its address."`
	Figures     []InstrumentFact `json:"figures" nullable:"false" doc:"Fundamentals."`
}

// InstrumentFact is one fundamental figure.
type InstrumentFact struct {
	Name  string        `json:"name" example:"pe"`
	Value money.Decimal `json:"value" example:"51.2"`
	Unit  string        `json:"unit" doc:"A currency, fraction, ratio or shares." example:"ratio"`
}

// InstrumentEarning is a result, reported or expected.
type InstrumentEarning struct {
	SaidBy
	Date            date.Date      `json:"date" doc:"Of the report."`
	Fiscal          date.Date      `json:"fiscal,omitzero" doc:"End of the quarter."`
	When            string         `json:"when,omitempty" doc:"before or after the session." example:"after"`
	EPS             money.Optional `json:"eps,omitzero" doc:"Earnings a share." example:"0.81"`
	Estimate        money.Optional `json:"estimate,omitzero" doc:"What was expected." example:"0.75"`
	Revenue         money.Optional `json:"revenue,omitzero"`
	RevenueEstimate money.Optional `json:"revenue_estimate,omitzero"`
	Currency        money.Currency `json:"currency,omitempty"`
}

// InstrumentTarget is a target price against the price.
type InstrumentTarget struct {
	Price       money.Optional  `json:"price" doc:"As it was set." example:"175"`
	Currency    money.Currency  `json:"currency"`
	Horizon     date.Date       `json:"horizon,omitzero" doc:"By when."`
	Note        string          `json:"note,omitempty" doc:"Why."`
	Set         time.Time       `json:"set" doc:"When it was set."`
	Return      analysis.Figure `json:"return" doc:"Of the price alone."`
	Annual      analysis.Figure `json:"annual" doc:"The same a year, up to the horizon."`
	TotalReturn analysis.Figure `json:"total_return" doc:"Of price and estimated dividends."`
}

// InstrumentNote is what somebody wrote about it.
type InstrumentNote struct {
	ID     string    `json:"id" doc:"Its id."`
	Text   string    `json:"text" doc:"Markdown."`
	Own    bool      `json:"own" doc:"Whether it is yours."`
	Shared bool      `json:"shared" doc:"Whether members of your household see it."`
	Edited time.Time `json:"edited" doc:"When it was edited last."`
}

// InstrumentSupply is how it stands with a kind of data.
type InstrumentSupply struct {
	Kind     string    `json:"kind" doc:"bars, splits, dividends, profiles, statements, earnings or news." example:"bars"`
	State    string    `json:"state" doc:"current, late, refused, never or unasked." example:"current"`
	Says     string    `json:"says" doc:"The same in a sentence."`
	Provider string    `json:"provider,omitempty" doc:"Asked last." example:"yahoo"`
	Asked    time.Time `json:"asked,omitzero" doc:"When it was asked last."`
	Score    *int      `json:"score,omitempty" doc:"Quality, 0 to 100."`
	First    date.Date `json:"first,omitzero"`
	Last     date.Date `json:"last,omitzero"`
}

// HeldPrice is a price that was not believed.
type HeldPrice struct {
	ID       string    `json:"id" doc:"Its id."`
	Day      date.Date `json:"day"`
	Source   string    `json:"source"`
	Close    *float64  `json:"close,omitempty" doc:"What the source says."`
	Finding  string    `json:"finding" doc:"What sort of thing is wrong with it." example:"spike"`
	Reason   string    `json:"reason"`
	Decision string    `json:"decision" doc:"open, accepted, corrected or dropped." example:"open"`
}

// MissingPart is a kind of data that there is none of.
type MissingPart struct {
	Kind   string `json:"kind" example:"news" doc:"What there is none of: bars, profiles, statements, earnings or news."`
	Reason string `json:"reason" example:"the simulated market has no news"`
}

// InstrumentPrice is a day of an instrument. What is not known is left out.
type InstrumentPrice struct {
	Date     date.Date `json:"date"`
	Open     *float64  `json:"open,omitempty" doc:"As traded." example:"98.5"`
	High     *float64  `json:"high,omitempty" doc:"As traded." example:"101.2"`
	Low      *float64  `json:"low,omitempty" doc:"As traded." example:"97.9"`
	Close    *float64  `json:"close" doc:"As traded." example:"100.4"`
	Volume   *float64  `json:"volume,omitempty" doc:"Pieces traded." example:"1200000"`
	Adjusted *float64  `json:"adjusted" doc:"The close in today's pieces: splits after it are taken out." example:"50.2"`
	Total    *float64  `json:"total_return,omitempty" doc:"With dividends reinvested, scaled to end at the last close." example:"49.8"`
}

// InstrumentPriceList is a part of the prices of an instrument.
type InstrumentPriceList struct {
	Symbol   string            `json:"symbol" example:"AAPL"`
	Currency money.Currency    `json:"currency,omitempty"`
	Items    []InstrumentPrice `json:"items" nullable:"false" doc:"Day by day, the oldest first."`
	Missing  string            `json:"missing,omitempty" doc:"Why there is none at all."`
	Paging
}

// InstrumentStatement is a report of a company.
type InstrumentStatement struct {
	SaidBy
	Part     string          `json:"part" doc:"income, balance or cash-flow." example:"income"`
	Period   string          `json:"period" doc:"annual or quarter." example:"annual"`
	End      date.Date       `json:"end" doc:"The last day that it is about."`
	Filed    date.Date       `json:"filed,omitzero"`
	Label    string          `json:"label,omitempty" example:"FY2025"`
	Currency money.Currency  `json:"currency,omitempty"`
	Lines    []StatementLine `json:"lines" nullable:"false" doc:"In the order of the statement; a value that is not known is not among them."`
}

// StatementLine is a line of a statement.
type StatementLine struct {
	Name  string        `json:"name" example:"total_revenue"`
	Value money.Decimal `json:"value" example:"130497000000"`
}

// InstrumentStatementList is a part of the statements of a company.
type InstrumentStatementList struct {
	Items   []InstrumentStatement `json:"items" nullable:"false" doc:"Of one source; by part and period, the newest first."`
	Missing string                `json:"missing,omitempty" doc:"Why there is none."`
	Paging
}

// InstrumentArticle is a piece of news.
type InstrumentArticle struct {
	SaidBy
	Title     string    `json:"title" doc:"Its title."`
	Summary   string    `json:"summary,omitempty"`
	Address   string    `json:"address,omitempty" doc:"Where it is."`
	Publisher string    `json:"publisher,omitempty" doc:"Who published it."`
	Published time.Time `json:"published" doc:"When it was published."`
	Sentiment *float64  `json:"sentiment,omitempty" doc:"As the source rates it, from -1 (bad) to 1 (good)." example:"0.2"`
}

// InstrumentNewsList is a part of the news about an instrument.
type InstrumentNewsList struct {
	Items   []InstrumentArticle `json:"items" nullable:"false" doc:"The newest first."`
	Missing string              `json:"missing,omitempty" doc:"Why there is none at all."`
	Next    string              `json:"next,omitempty" doc:"Cursor of the next page; absent on the last."`
}

// knownFloat is a number; what is not known is left out.
func knownFloat(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func dossierOf(d *service.Dossier, user string) Dossier {
	out := Dossier{Instrument: d.Instrument, Simulated: d.Simulated, AsOf: d.AsOf, Quote: d.Quote, Earnings: []InstrumentEarning{}, Notes: []InstrumentNote{}, Supply: []InstrumentSupply{}, Held: []HeldPrice{}, Missing: []MissingPart{}}
	out.Prices = coverageOf(&d.Prices)
	p := &d.Position
	out.Position = InstrumentPosition{Name: p.Name, Base: p.Base, Holding: p.Holding, Realised: p.Realised, Income: p.Income, MoneyWeighted: p.MoneyWeighted,
		Closed: append([]analysis.ClosedLot{}, p.Closed...), Options: append([]analysis.Holding{}, p.Options...), Bookings: append([]ledger.Transaction{}, p.Bookings...)}
	if x := d.Reference.Profile; x != nil {
		out.Profile = &InstrumentProfile{SaidBy: saidBy(x.Sourced), Industry: x.Industry, Description: x.Description, Website: x.Website, Figures: []InstrumentFact{}}
		for _, f := range x.Figures {
			out.Profile.Figures = append(out.Profile.Figures, InstrumentFact(f))
		}
	}
	for _, e := range d.Reference.Earnings {
		out.Earnings = append(out.Earnings, InstrumentEarning{saidBy(e.Sourced), e.Date, some(e.Fiscal), e.When, e.EPS, e.Estimate, e.Revenue, e.RevenueEstimate, e.Currency})
	}
	if t := d.Target; t != nil {
		out.Target = &InstrumentTarget{t.Price, t.Currency, some(t.Horizon), t.Note, t.Set, t.Return, t.Annual, t.TotalReturn}
	}
	for _, n := range d.Notes {
		out.Notes = append(out.Notes, InstrumentNote{n.ID, n.Text, n.User == user, n.Shared, n.Edited})
	}
	for i := range d.Supply {
		s := &d.Supply[i]
		out.Supply = append(out.Supply, InstrumentSupply{s.Kind, string(s.State), s.Says, s.Provider, s.Asked, s.Score, some(s.First), some(s.Last)})
	}
	for _, h := range d.Held {
		out.Held = append(out.Held, HeldPrice{h.ID, h.Day, h.Source, knownFloat(h.Bar.Close), h.Finding, h.Reason, string(h.Decision)})
	}
	for _, kind := range []marketdata.Kind{marketdata.Bars, marketdata.Profiles, marketdata.Statements, marketdata.Earnings, marketdata.News} {
		if why := d.Reference.Missing[kind]; why != "" {
			out.Missing = append(out.Missing, MissingPart{string(kind), why})
		}
	}
	return out
}

func coverageOf(h *service.PriceHistory) PriceCoverage {
	out := PriceCoverage{Currency: h.Currency, Days: len(h.Bars.Dates), Candles: h.Bars.Whole(), Splits: []InstrumentSplit{}, Dividends: []InstrumentDividend{}, Sources: []InstrumentSource{}}
	if n := len(h.Bars.Dates); n > 0 {
		out.First, out.Last = h.Bars.Dates[0], h.Bars.Dates[n-1]
	}
	for _, s := range h.Splits {
		out.Splits = append(out.Splits, InstrumentSplit(s))
	}
	for _, d := range h.Dividends {
		out.Dividends = append(out.Dividends, InstrumentDividend{d.ExDate, some(d.PayDate), d.Amount, d.Currency})
	}
	for _, s := range h.Sources {
		out.Sources = append(out.Sources, InstrumentSource(s))
	}
	return out
}

func pricesOf(h *service.PriceHistory) []InstrumentPrice {
	all := make([]InstrumentPrice, len(h.Bars.Dates))
	for i, d := range h.Bars.Dates {
		all[i] = InstrumentPrice{d, knownFloat(h.Bars.Open[i]), knownFloat(h.Bars.High[i]), knownFloat(h.Bars.Low[i]), knownFloat(h.Bars.Close[i]), knownFloat(h.Bars.Volume[i]), knownFloat(h.Adjusted.Close[i]), knownFloat(h.Total[i])}
	}
	return all
}

// aboutInstrument are the addresses of one instrument's prices, statements and news, and
// of all there is of it in a portfolio.
func (s *server) aboutInstrument() {
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/instruments/{symbol}", id: "instrument-dossier", tag: tagAnalysis, errors: []int{404, 422, 503}, summary: "All about one instrument",
		about: "What it is and costs, what the portfolio has and had of it with every lot, what sources say of it, your target and notes, and how good the data are. What is missing says why. Prices, statements and news have their own addresses under /instruments/{symbol}."},
		func(ctx context.Context, c service.Caller, in *struct {
			Portfolio string `path:"portfolio" doc:"Id of a portfolio, or all for those you see together." example:"all"`
			Symbol    string `path:"symbol" maxLength:"100" doc:"Its symbol." example:"AAPL"`
			AsOf      string `query:"as_of" format:"date" doc:"What was true on this day; the last day with prices unless given." example:"2025-06-30"`
		}) (*struct{ Body Dossier }, error) {
			q := service.Question{Symbol: in.Symbol}
			if in.Portfolio != allPortfolios {
				q.Portfolios = []string{in.Portfolio}
			}
			var err error
			if q.AsOf, err = day("as_of", in.AsOf); err != nil {
				return nil, err
			}
			d, err := s.svc.Instrument(ctx, c, q)
			if err != nil {
				return nil, err
			}
			return &struct{ Body Dossier }{dossierOf(d, c.User)}, nil
		})
	add(s, route{method: "GET", path: "/instruments/{symbol}/prices", id: "instrument-prices", tag: tagPrices, errors: []int{404, 422}, summary: "Prices of an instrument", about: "What is stored, day by day: as traded, in today's pieces, and with dividends reinvested. Your own prices win on their days."},
		func(ctx context.Context, c service.Caller, in *struct {
			Paged
			Symbol    string `path:"symbol" maxLength:"100" doc:"Its symbol." example:"AAPL"`
			From      string `query:"from" format:"date" doc:"First day; as far back as they reach unless given." example:"2025-01-01"`
			To        string `query:"to" format:"date" doc:"Last day; the newest unless given." example:"2025-06-30"`
			Simulated bool   `query:"simulated" doc:"Those of the simulated market instead."`
		}) (*struct{ Body InstrumentPriceList }, error) {
			from, err := day("from", in.From)
			if err != nil {
				return nil, err
			}
			to, err := day("to", in.To)
			if err != nil {
				return nil, err
			}
			h, err := s.svc.InstrumentPrices(ctx, c, in.Symbol, in.Simulated, from, to)
			if err != nil {
				return nil, err
			}
			items, paging, err := page(in.Paged, pricesOf(&h), func(p InstrumentPrice) string { return p.Date.String() })
			return &struct{ Body InstrumentPriceList }{InstrumentPriceList{in.Symbol, h.Currency, items, h.Missing, paging}}, err
		})
	add(s, route{method: "GET", path: "/instruments/{symbol}/statements", id: "instrument-statements", tag: tagPrices, errors: []int{422}, summary: "Statements of a company", about: "Income, balance and cash flow by year and quarter, as one source states them."},
		func(ctx context.Context, c service.Caller, in *struct {
			Paged
			Symbol string `path:"symbol" maxLength:"100" doc:"Its symbol." example:"AAPL"`
		}) (*struct{ Body InstrumentStatementList }, error) {
			found, missing, err := s.svc.InstrumentStatements(ctx, c, in.Symbol)
			if err != nil {
				return nil, err
			}
			all := make([]InstrumentStatement, len(found))
			for i, x := range found {
				all[i] = InstrumentStatement{SaidBy: saidBy(x.Sourced), Part: x.Part, Period: x.Period, End: x.End, Filed: some(x.Filed), Label: x.Label, Currency: x.Currency, Lines: []StatementLine{}}
				for _, l := range x.Lines {
					all[i].Lines = append(all[i].Lines, StatementLine(l))
				}
			}
			items, paging, err := page(in.Paged, all, func(x InstrumentStatement) string { return x.Part + " " + x.Period + " " + x.End.String() })
			return &struct{ Body InstrumentStatementList }{InstrumentStatementList{items, missing, paging}}, err
		})
	add(s, route{method: "GET", path: "/instruments/{symbol}/news", id: "instrument-news", tag: tagPrices, errors: []int{422}, summary: "News about an instrument", about: "The articles that are stored, as their sources give them."},
		func(ctx context.Context, c service.Caller, in *struct {
			Symbol string `path:"symbol" maxLength:"100" doc:"Its symbol." example:"AAPL"`
			Cursor string `query:"cursor" maxLength:"500" doc:"The next of the page before."`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"At most so many."`
		}) (*struct{ Body InstrumentNewsList }, error) {
			found, err := s.svc.InstrumentNews(ctx, c, in.Symbol, in.Cursor, in.Limit)
			if err != nil {
				return nil, err
			}
			out := InstrumentNewsList{Items: make([]InstrumentArticle, len(found.Articles)), Missing: found.Missing, Next: found.Next}
			for i, a := range found.Articles {
				out.Items[i] = InstrumentArticle{saidBy(a.Sourced), a.Title, a.Summary, a.Address, a.Publisher, a.Published, a.Sentiment}
			}
			return &struct{ Body InstrumentNewsList }{out}, nil
		})
}
