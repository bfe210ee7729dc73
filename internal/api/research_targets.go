package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// TargetDetail is a target in force with what it promises.
type TargetDetail struct {
	Symbol      string          `json:"symbol" doc:"Symbol." example:"AAPL"`
	Price       money.Decimal   `json:"price" doc:"The price of one piece, as pieces were when it was set."`
	Currency    money.Currency  `json:"currency" doc:"What it is in."`
	Horizon     *date.Date      `json:"horizon,omitempty" doc:"By when; absent: not said."`
	Note        string          `json:"note,omitempty" doc:"Why." example:"20 times earnings of 2027"`
	Set         time.Time       `json:"set" doc:"When it was set."`
	Today       analysis.Figure `json:"today" doc:"The target in today's pieces: splits since are taken out."`
	Return      analysis.Figure `json:"expected_return" doc:"Of the price alone."`
	Annual      analysis.Figure `json:"expected_return_annual" doc:"The same a year, up to the horizon."`
	Dividends   analysis.Figure `json:"dividends" doc:"Of one piece up to the horizon, as if those of twelve months went on."`
	TotalReturn analysis.Figure `json:"expected_total_return" doc:"Of price and those dividends."`
}

func targetOf(t *service.TargetPrice) *TargetDetail {
	if t == nil {
		return nil
	}
	e := t.Expectation
	return &TargetDetail{Symbol: t.Target.Symbol, Price: t.Target.Price.Decimal, Currency: t.Currency, Horizon: unlessNone(t.Horizon), Note: t.Note, Set: t.Set,
		Today: e.Target, Return: e.Return, Annual: e.Annual, Dividends: e.Dividends, TotalReturn: e.TotalReturn}
}

// PastTarget is one that was set.
type PastTarget struct {
	Price    money.Optional `json:"price" doc:"The price; null: the one before was taken back."`
	Currency money.Currency `json:"currency,omitempty" doc:"What it is in."`
	Horizon  *date.Date     `json:"horizon,omitempty" doc:"By when; absent: not said."`
	Note     string         `json:"note,omitempty" doc:"Why." example:"20 times earnings of 2027"`
	Set      time.Time      `json:"set" doc:"When."`
}

// TargetHistory is what was set for an instrument.
type TargetHistory struct {
	Current *TargetDetail `json:"current,omitempty" doc:"The one in force; absent: none."`
	Items   []PastTarget  `json:"items" nullable:"false" doc:"All, the newest first."`
	Quote   PriceQuote    `json:"quote" doc:"What is stored of its price."`
}

func targetsOf(r *service.TargetRecord) TargetHistory {
	out := TargetHistory{Current: targetOf(r.Current), Items: make([]PastTarget, len(r.History)), Quote: quoteOf(&r.Quote)}
	for i, t := range r.History {
		out.Items[i] = PastTarget{t.Price, t.Currency, unlessNone(t.Horizon), t.Note, t.Set}
	}
	return out
}

// TargetList is targets of several instruments.
type TargetList struct {
	Items []TargetDetail `json:"items" nullable:"false" doc:"By symbol."`
	Paging
}

func (s *server) targets() {
	const path = "/instruments/{symbol}/targets"
	type out = struct{ Body TargetHistory }
	add(s, route{method: "GET", path: "/targets", id: "list-targets", tag: tagResearch, errors: []int{422}, summary: "Your target prices", about: "Those in force, with what they promise against the last stored prices."},
		func(ctx context.Context, c service.Caller, in *struct {
			Paged
			WhichMarket
		}) (*struct{ Body TargetList }, error) {
			all, err := s.svc.Targets(ctx, c, nil, in.Simulated)
			if err != nil {
				return nil, err
			}
			all, paging, err := page(in.Paged, all, func(t service.TargetPrice) string { return t.Target.Symbol })
			list := TargetList{Items: make([]TargetDetail, len(all)), Paging: paging}
			for i := range all {
				list.Items[i] = *targetOf(&all[i])
			}
			return &struct{ Body TargetList }{list}, err
		})
	add(s, route{method: "GET", path: path, id: "get-targets", tag: tagResearch, summary: "Your target price of an instrument", about: "The one in force with what it promises, and those before it."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfSymbol
			WhichMarket
		}) (*out, error) {
			r, err := s.svc.TargetRecord(ctx, c, in.Symbol, in.Simulated)
			return &out{targetsOf(&r)}, err
		})
	add(s, route{method: "PUT", path: path, id: "set-target", tag: tagResearch, errors: []int{422}, summary: "Set a target price", about: "For you alone. The ones before stay as its history; the same again changes nothing."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfSymbol
			WhichMarket
			Body struct {
				Price    money.Decimal  `json:"price" doc:"Of one piece."`
				Currency money.Currency `json:"currency,omitempty" doc:"What the instrument is quoted in; needed where that is not known."`
				Horizon  *date.Date     `json:"horizon,omitempty" doc:"By when; absent: not said." example:"2027-12-31"`
				Note     string         `json:"note,omitempty" maxLength:"500" doc:"Why." example:"20 times earnings of 2027"`
			}
		}) (*out, error) {
			t := store.Target{Symbol: in.Symbol, Price: money.Some(in.Body.Price), Currency: in.Body.Currency, Horizon: date.None, Note: in.Body.Note}
			if in.Body.Horizon != nil {
				t.Horizon = *in.Body.Horizon
			}
			r, err := s.svc.SetTarget(ctx, c, t, in.Simulated)
			return &out{targetsOf(&r)}, err
		})
	add(s, route{method: "DELETE", path: path, id: "drop-target", tag: tagResearch, status: 204, errors: []int{404}, summary: "Take a target price back", about: "Its history stays."},
		func(ctx context.Context, c service.Caller, in *OfSymbol) (*none, error) {
			return &none{}, s.svc.DropTarget(ctx, c, in.Symbol)
		})
}
