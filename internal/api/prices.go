package api

import (
	"context"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// PriceImport is what price files brought.
type PriceImport struct {
	Files         []PriceFile `json:"files" nullable:"false" doc:"File by file."`
	Changed       bool        `json:"changed" doc:"Whether anything was new."`
	Added         int         `json:"added" doc:"Days that were not there." example:"2514"`
	Replaced      int         `json:"replaced" doc:"Days with another value than before." example:"0"`
	Same          int         `json:"same" doc:"Days that were there already." example:"0"`
	Actions       int         `json:"actions" doc:"Splits and dividends added or changed." example:"12"`
	MarketVersion int64       `json:"market_version" doc:"Version of the shared market data afterwards." example:"3"`
	OwnVersion    int64       `json:"own_version" doc:"Version of your own market data afterwards." example:"1"`
}

// PriceFile is what one file brought.
type PriceFile struct {
	File    string    `json:"file" doc:"Name of the file." example:"prices.csv.gz"`
	Kind    string    `json:"kind" doc:"What it holds." example:"prices"`
	Rows    int       `json:"rows" doc:"Rows read." example:"2514"`
	Symbols int       `json:"symbols" doc:"Series in it." example:"1"`
	From    date.Date `json:"from,omitzero" doc:"First day."`
	To      date.Date `json:"to,omitzero" doc:"Last day."`
	Basis   string    `json:"basis,omitempty" doc:"The basis its prices were found to have." example:"split-adjusted"`
	Notes   []string  `json:"notes" nullable:"false" doc:"What a person should know of it."`
}

type priceForm struct {
	Files    []huma.FormFile `form:"file" required:"true" doc:"The files, plain or gzip; those that belong together (prices and their splits) at once."`
	Basis    string          `form:"basis" required:"false" enum:"auto,traded,split-adjusted,total-return" doc:"The basis of the prices; settled against the splits unless given."`
	Own      bool            `form:"own" required:"false" doc:"Keep them for your household alone. They are so anyway unless you administer the installation."`
	Source   string          `form:"source" required:"false" doc:"Who says so; file unless given." example:"file"`
	Currency string          `form:"currency" required:"false" pattern:"^[A-Z0-9]{3,8}$" doc:"Currency of symbols that are not known yet." example:"USD"`
}

// OwnPrice is a price or a valuation that a person entered.
type OwnPrice struct {
	Symbol    string         `json:"symbol" minLength:"1" maxLength:"100" doc:"The security." example:"HOUSE"`
	Date      date.Date      `json:"date" doc:"The day."`
	Price     money.Decimal  `json:"price" doc:"Of one piece." example:"412000"`
	Currency  money.Currency `json:"currency" doc:"Its currency."`
	Valuation bool           `json:"valuation,omitempty" doc:"Whether it is an appraisal of something without a market."`
	Note      string         `json:"note,omitempty" maxLength:"2000" doc:"A note of yours." example:"appraisal by the bank"`
}

// OwnPriceList is a list of prices.
type OwnPriceList struct {
	Items []OwnPrice `json:"items" nullable:"false" doc:"By symbol and day."`
	Paging
}

type ownPricesBody struct {
	Items []OwnPrice `json:"items" minItems:"1" maxItems:"10000" nullable:"false" doc:"The prices, all or none."`
}

// SeriesStatus is how well a series is known.
type SeriesStatus struct {
	Kind     string         `json:"kind" enum:"price,total,fx,rate" doc:"What it measures."`
	Symbol   string         `json:"symbol" doc:"Its symbol." example:"AAPL"`
	Source   string         `json:"source,omitempty" doc:"Who says so." example:"file"`
	Own      bool           `json:"own" doc:"Whether it is your own."`
	Currency money.Currency `json:"currency,omitempty" doc:"Its currency."`
	First    date.Date      `json:"first,omitzero" doc:"First day with a value."`
	Last     date.Date      `json:"last,omitzero" doc:"Last day with a value."`
	Count    int            `json:"count" doc:"Days with a value." example:"2514"`
	Updated  time.Time      `json:"updated,omitzero" doc:"When it changed last."`
	Age      int            `json:"age" doc:"Sessions of its exchange since the last value; 0 is up to date." example:"0"`
	Status   string         `json:"status" enum:"complete,stale,unavailable" doc:"How well it is known."`
	Reason   string         `json:"reason,omitempty" doc:"Why it is not complete."`
}

// SeriesStatusList is a list of series.
type SeriesStatusList struct {
	Items []SeriesStatus `json:"items" nullable:"false" doc:"The series that a portfolio needs."`
	Paging
}

// some is a day as it is shown: none is left out.
func some(d date.Date) date.Date {
	if d.IsNone() {
		return 0
	}
	return d
}

func (s *server) prices() {
	add(s, route{method: "POST", path: "/prices/imports", id: "import-prices", tag: tagPrices, limit: s.UploadLimit, errors: []int{403, 413, 422}, summary: "Import price files", about: "Prices, splits and dividends, exchange and interest rates, from long or wide tables. All files or none."},
		func(ctx context.Context, c service.Caller, in *struct {
			RawBody huma.MultipartFormFiles[priceForm]
		}) (*struct{ Body PriceImport }, error) {
			form := in.RawBody.Data()
			files := make([]service.File, len(form.Files))
			for i, f := range form.Files {
				var err error
				if files[i], err = fileOf(f); err != nil {
					return nil, err
				}
			}
			r, err := s.svc.ImportPrices(ctx, c, files, service.PriceOptions{Basis: form.Basis, Own: form.Own, Source: form.Source, Currency: money.Currency(form.Currency)})
			if err != nil {
				return nil, err
			}
			out := PriceImport{Files: make([]PriceFile, len(r.Files)), Changed: r.Changed, Added: r.Added, Replaced: r.Replaced, Same: r.Same, Actions: r.Actions,
				MarketVersion: r.Version.Shared, OwnVersion: r.Version.Own}
			for i, f := range r.Files {
				out.Files[i] = PriceFile{File: f.File, Kind: f.Kind, Rows: f.Rows, Symbols: f.Symbols, From: some(f.From), To: some(f.To), Basis: f.Basis, Notes: append([]string{}, f.Notes...)}
			}
			return &struct{ Body PriceImport }{out}, nil
		})
	add(s, route{method: "GET", path: "/prices/own", id: "list-own-prices", tag: tagPrices, summary: "Your own prices and valuations", about: "Those of some symbols, or all."},
		func(ctx context.Context, c service.Caller, in *struct {
			Paged
			Symbols []string `query:"symbol" doc:"Symbols, separated by commas." example:"HOUSE"`
		}) (*struct{ Body OwnPriceList }, error) {
			all, err := s.svc.OwnPrices(ctx, c, in.Symbols)
			if err != nil {
				return nil, err
			}
			all, paging, err := page(in.Paged, all, func(p store.OwnPrice) string { return p.Date.String() + " " + p.Symbol })
			out := OwnPriceList{Items: make([]OwnPrice, len(all)), Paging: paging}
			for i, p := range all {
				out.Items[i] = OwnPrice{Symbol: p.Symbol, Date: p.Date, Price: p.Price, Currency: p.Currency, Valuation: p.Valuation, Note: p.Note}
			}
			return &struct{ Body OwnPriceList }{out}, err
		})
	add(s, route{method: "PUT", path: "/prices/own", id: "set-own-prices", tag: tagPrices, status: 204, limit: 16 << 20, errors: []int{403, 422}, summary: "Enter prices and valuations", about: "On their days they win over all others. What was entered before for the same symbol and day is superseded."},
		func(ctx context.Context, c service.Caller, in *struct{ Body ownPricesBody }) (*none, error) {
			prices := make([]store.OwnPrice, len(in.Body.Items))
			for i, p := range in.Body.Items {
				prices[i] = store.OwnPrice{Symbol: p.Symbol, Date: p.Date, Price: p.Price, Currency: p.Currency, Valuation: p.Valuation, Note: p.Note}
			}
			return &none{}, s.svc.SetOwnPrices(ctx, c, prices)
		})
	add(s, route{method: "DELETE", path: "/prices/own/{symbol}/{date}", id: "delete-own-price", tag: tagPrices, status: 204, errors: []int{403, 404, 422}, summary: "Take an own price out", about: "It stays in the history."},
		func(ctx context.Context, c service.Caller, in *struct {
			Symbol string `path:"symbol" doc:"The security." example:"HOUSE"`
			Date   string `path:"date" format:"date" doc:"The day." example:"2025-06-30"`
		}) (*none, error) {
			d, err := day("date", in.Date)
			if err != nil {
				return nil, err
			}
			return &none{}, s.svc.DeleteOwnPrice(ctx, c, in.Symbol, d)
		})
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/data-status", id: "data-status", tag: tagPrices, errors: []int{404, 422}, summary: "How good the data are", about: "Of every series that the portfolio needs: how far it reaches and whether it is up to date."},
		func(ctx context.Context, c service.Caller, in *struct {
			Portfolio string `path:"portfolio" doc:"Id of a portfolio, or all for every series there is." example:"all"`
			Paged
			AsOf string `query:"as_of" format:"date" doc:"The day they are wanted for; the last one with prices unless given." example:"2025-06-30"`
		}) (*struct{ Body SeriesStatusList }, error) {
			asOf, err := day("as_of", in.AsOf)
			if err != nil {
				return nil, err
			}
			if in.Portfolio == allPortfolios {
				in.Portfolio = ""
			}
			all, err := s.svc.DataStatus(ctx, c, in.Portfolio, asOf)
			if err != nil {
				return nil, err
			}
			all, paging, err := page(in.Paged, all, func(x service.SeriesStatus) string {
				return string(x.Kind) + " " + x.Symbol + " " + x.Source + " " + strconv.FormatBool(x.Own)
			})
			out := SeriesStatusList{Items: make([]SeriesStatus, len(all)), Paging: paging}
			for i, x := range all {
				out.Items[i] = SeriesStatus{Kind: string(x.Kind), Symbol: x.Symbol, Source: x.Source, Own: x.Own, Currency: x.Currency, First: some(x.First), Last: some(x.Last),
					Count: x.Count, Updated: x.Updated, Age: x.Age, Status: x.Status, Reason: x.Reason}
			}
			return &struct{ Body SeriesStatusList }{out}, err
		})
}
