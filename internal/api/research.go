package api

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Researching is what a person watches, expects and notes.
type Researching interface {
	Watchlists(ctx context.Context, c service.Caller) ([]store.Watchlist, error)
	Watchlist(ctx context.Context, c service.Caller, id string) (store.Watchlist, error)
	Watched(ctx context.Context, c service.Caller, id string, simulated bool) (service.Watched, error)
	CreateWatchlist(ctx context.Context, c service.Caller, name string) (store.Watchlist, error)
	ChangeWatchlist(ctx context.Context, c service.Caller, id string, change service.WatchlistChange) (store.Watchlist, error)
	DeleteWatchlist(ctx context.Context, c service.Caller, id string) error
	Watch(ctx context.Context, c service.Caller, list, symbol, note string) (store.Watchlist, error)
	Unwatch(ctx context.Context, c service.Caller, list, symbol string) error
	OrderWatchlist(ctx context.Context, c service.Caller, list string, symbols []string) (store.Watchlist, error)
	Targets(ctx context.Context, c service.Caller, symbols []string, simulated bool) ([]service.TargetPrice, error)
	TargetRecord(ctx context.Context, c service.Caller, symbol string, simulated bool) (service.TargetRecord, error)
	SetTarget(ctx context.Context, c service.Caller, t store.Target, simulated bool) (service.TargetRecord, error)
	DropTarget(ctx context.Context, c service.Caller, symbol string) error
	ResearchNotes(ctx context.Context, c service.Caller, symbol string) ([]store.ResearchNote, error)
	WriteNote(ctx context.Context, c service.Caller, symbol, text string, shared bool) (store.ResearchNote, error)
	EditNote(ctx context.Context, c service.Caller, id string, change service.NoteChange) (store.ResearchNote, error)
	DeleteNote(ctx context.Context, c service.Caller, id string) error
	Quotes(ctx context.Context, c service.Caller, symbols []string, simulated bool) ([]analysis.Quote, error)
	Compare(ctx context.Context, c service.Caller, q service.Comparing) (*analysis.Comparison, error)
	SearchInstruments(ctx context.Context, c service.Caller, typed string, limit int, simulated bool) ([]service.FoundInstrument, error)
	ResolveInstrument(ctx context.Context, c service.Caller, identifier string, on date.Date, simulated bool) ([]service.Resolved, error)
	AskSources(ctx context.Context, c service.Caller, typed string) (service.SourceSearch, error)
	SourceSearch(ctx context.Context, c service.Caller, typed string) (service.SourceSearch, error)
}

// WhichMarket says which market is meant.
type WhichMarket struct {
	Simulated bool `query:"simulated" doc:"The simulated market instead."`
}

// OfSymbol is the part of inputs that names an instrument.
type OfSymbol struct {
	Symbol string `path:"symbol" maxLength:"100" doc:"Its symbol." example:"AAPL"`
}

// PriceQuote is what is stored of a price; nothing is fetched for it.
type PriceQuote struct {
	Symbol    string           `json:"symbol" doc:"Symbol." example:"AAPL"`
	Name      string           `json:"name,omitempty" doc:"Name, where it is known." example:"Apple Inc."`
	Class     string           `json:"type,omitempty" doc:"What kind of thing it is, where that is known." example:"equity"`
	Currency  money.Currency   `json:"currency,omitempty" doc:"What the price is in; absent where nothing is known."`
	Price     analysis.Figure  `json:"price" doc:"The last stored close."`
	Change    analysis.Figure  `json:"change" doc:"Since the close before."`
	DayReturn analysis.Figure  `json:"day_return" doc:"The same as a fraction."`
	YearLow   analysis.Figure  `json:"year_low" doc:"The lowest close of 52 weeks."`
	YearHigh  analysis.Figure  `json:"year_high" doc:"The highest close of 52 weeks."`
	YearPlace analysis.Figure  `json:"year_place" doc:"Where the price stands between them: 0 at the low, 1 at the high."`
	Age       int              `json:"age" doc:"Sessions of its market since that close." example:"0"`
	Source    string           `json:"source,omitempty" doc:"Who said so." example:"file"`
	Trend     analysis.Numbers `json:"trend" doc:"Closes of three months, split-adjusted, the oldest first."`
}

func quoteOf(q *analysis.Quote) PriceQuote {
	return PriceQuote{Symbol: q.Instrument.Symbol, Name: q.Instrument.Name, Class: string(q.Instrument.Class), Currency: q.Instrument.Currency, Price: q.Price, Change: q.Change, DayReturn: q.DayReturn,
		YearLow: q.YearLow, YearHigh: q.YearHigh, YearPlace: q.YearPlace, Age: q.Age, Source: q.Source, Trend: q.Trend}
}

// QuoteList is a list of quotes.
type QuoteList struct {
	Items []PriceQuote `json:"items" nullable:"false" doc:"In the order asked for."`
}

// FoundInstrument is what a search found.
type FoundInstrument struct {
	Instrument instrument.Instrument `json:"instrument" doc:"What is known of it."`
	Match      string                `json:"match" enum:"symbol,name,prefix,title,similar" doc:"symbol: it is the symbol. name: an identifier or another form of it. prefix: the symbol begins so. title: words of its name. similar: but for typing errors."`
	Via        string                `json:"via,omitempty" doc:"The other name by which it was found." example:"US0378331005"`
	Until      *date.Date            `json:"until,omitempty" doc:"The day from which it is not called that any more; absent: it still is."`
	Last       *date.Date            `json:"last_price,omitempty" doc:"The last day with a stored price; absent: there is none."`
	Source     string                `json:"source,omitempty" doc:"Nothing is stored of it and nobody holds it: this source named it when it was asked. Absent: it is stored." example:"yahoo"`
	On         *date.Date            `json:"named_on,omitempty" doc:"The day on which that source named it."`
}

// FoundList is what a search found.
type FoundList struct {
	Items []FoundInstrument `json:"items" nullable:"false" doc:"The closest first."`
}

// ResolvedInstrument is what an identifier means.
type ResolvedInstrument struct {
	Instrument instrument.Instrument `json:"instrument" doc:"What is known of it."`
	Scheme     string                `json:"scheme" enum:"isin,cusip,figi,occ,ticker" doc:"Under which it has that identifier."`
	Known      bool                  `json:"known" doc:"Whether anything is stored of it; else only its symbol says what it is."`
	Names      []InstrumentName      `json:"names" nullable:"false" doc:"Every name it has or had."`
}

// InstrumentName is a name and its time.
type InstrumentName struct {
	Scheme string     `json:"scheme" doc:"System of names." example:"ticker"`
	Value  string     `json:"value" doc:"The name." example:"FB"`
	From   *date.Date `json:"from,omitempty" doc:"Since when; absent: since ever."`
	Until  *date.Date `json:"until,omitempty" doc:"The first day on which it did not hold; absent: it still does."`
	Source string     `json:"source,omitempty" doc:"Who says so." example:"polygon"`
}

// ResolvedList is what an identifier means.
type ResolvedList struct {
	Items []ResolvedInstrument `json:"items" nullable:"false" doc:"One, or the listings that share the identifier."`
}

func unlessNone(d date.Date) *date.Date {
	if d == 0 || d.IsNone() {
		return nil
	}
	return &d
}

func (s *server) research() {
	add(s, route{method: "GET", path: "/instruments/search", id: "search-instruments", tag: tagResearch, errors: []int{422}, summary: "Find an instrument", about: "By symbol in any of its forms, identifier, a symbol it had, or name, with typing errors. Searches what is stored, and behind it what sources named when they were asked; no provider is asked. To have them asked: POST to the same address."},
		func(ctx context.Context, c service.Caller, in *struct {
			WhichMarket
			Typed string `query:"q" required:"true" maxLength:"200" doc:"What was typed." example:"aple"`
			Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10" doc:"At most so many."`
		}) (*struct{ Body FoundList }, error) {
			all, err := s.svc.SearchInstruments(ctx, c, in.Typed, in.Limit, in.Simulated)
			out := FoundList{Items: make([]FoundInstrument, len(all))}
			for i, f := range all {
				out.Items[i] = FoundInstrument{f.Instrument, string(f.Kind), f.Via, unlessNone(f.Until), unlessNone(f.Last), f.Source, unlessNone(f.On)}
			}
			return &struct{ Body FoundList }{out}, err
		})
	s.askingSources()
	add(s, route{method: "GET", path: "/instruments/resolve", id: "resolve-instrument", tag: tagResearch, errors: []int{404, 422}, summary: "What an identifier means", about: "An ISIN, FIGI, CUSIP, option symbol or ticker, as of a day: a symbol that was given up means what it meant then."},
		func(ctx context.Context, c service.Caller, in *struct {
			WhichMarket
			Identifier string `query:"identifier" required:"true" maxLength:"100" doc:"The identifier." example:"US0378331005"`
			On         string `query:"on" format:"date" doc:"The day; today unless given." example:"2025-06-30"`
		}) (*struct{ Body ResolvedList }, error) {
			on, err := day("on", in.On)
			if err != nil {
				return nil, err
			}
			all, err := s.svc.ResolveInstrument(ctx, c, in.Identifier, on, in.Simulated)
			out := ResolvedList{Items: make([]ResolvedInstrument, len(all))}
			for i, r := range all {
				names := []InstrumentName{}
				for _, a := range r.Names {
					names = append(names, InstrumentName{a.Scheme, a.Value, unlessNone(a.From), unlessNone(a.Until), a.Source})
				}
				out.Items[i] = ResolvedInstrument{r.Instrument, string(r.Scheme), r.Known, names}
			}
			return &struct{ Body ResolvedList }{out}, err
		})
	add(s, route{method: "GET", path: "/quotes", id: "list-quotes", tag: tagResearch, errors: []int{422}, summary: "Last prices", about: "The last stored close of each, its change and age, and the range of 52 weeks. Nothing is fetched; what is not known says why."},
		func(ctx context.Context, c service.Caller, in *struct {
			WhichMarket
			Symbols []string `query:"symbols" required:"true" minItems:"1" maxItems:"500" doc:"Separated by commas." example:"AAPL,MSFT"`
		}) (*struct{ Body QuoteList }, error) {
			all, err := s.svc.Quotes(ctx, c, in.Symbols, in.Simulated)
			out := QuoteList{Items: make([]PriceQuote, len(all))}
			for i := range all {
				out.Items[i] = quoteOf(&all[i])
			}
			return &struct{ Body QuoteList }{out}, err
		})
	s.watchlists()
	s.targets()
	s.researchNotes()
	s.comparisons()
}
