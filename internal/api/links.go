package api

import (
	"context"
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Link shows a portfolio to whoever has it.
type Link struct {
	ID       string     `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Label    string     `json:"label" doc:"For whom it is." example:"Tax adviser"`
	Shows    string     `json:"shows" enum:"everything,percentages" doc:"percentages: fractions alone, no amount, quantity, price or account."`
	Created  time.Time  `json:"created" doc:"Since when."`
	Expires  time.Time  `json:"expires" doc:"Until when it is good."`
	Revoked  *time.Time `json:"revoked,omitempty" doc:"When it was revoked."`
	LastUsed *time.Time `json:"last_used,omitempty" doc:"When somebody last looked."`
	Views    int64      `json:"views" doc:"Visits; of those within a minute one counts."`
	Token    string     `json:"token,omitempty" doc:"The token, once, when it is made: as Authorization: Bearer it reads this portfolio." example:"fsl_b0JhcnJlbC1vZi1zb21lLXRva2Vu"`
	Address  string     `json:"address,omitempty" doc:"The page that it opens, once, when it is made." example:"https://books.example.org/l/fsl_b0JhcnJlbC1vZi1zb21lLXRva2Vu"`
}

func linkOf(l store.Link) Link {
	return Link{ID: l.ID, Label: l.Label, Shows: string(l.Shows), Created: l.Created, Expires: l.Expires, Revoked: unlessZero(l.Revoked), LastUsed: unlessZero(l.LastUsed), Views: l.Views}
}

// LinkList is a list of links.
type LinkList struct {
	Items []Link `json:"items" nullable:"false" doc:"In the order they were made; revoked and expired ones too."`
}

type linkBody struct {
	Label   string    `json:"label" maxLength:"100" doc:"For whom it is." example:"Tax adviser"`
	Shows   string    `json:"shows,omitempty" enum:"everything,percentages" doc:"percentages unless given."`
	Expires time.Time `json:"expires" doc:"Until when, at most a year from now."`
}

// Glance is a portfolio in fractions alone.
type Glance struct {
	Name      string           `json:"name" doc:"Of the portfolio." example:"Family"`
	Base      money.Currency   `json:"base_currency" doc:"What returns are measured in."`
	AsOf      date.Date        `json:"as_of" doc:"The last day with prices."`
	Period    analysis.Period  `json:"period" doc:"(start, end]."`
	Simulated bool             `json:"simulated" doc:"Whether prices are those of the simulated market."`
	Returns   []NamedFigure    `json:"returns" nullable:"false" doc:"Returns of the period."`
	Risk      []NamedFigure    `json:"risk" nullable:"false" doc:"Risk of the period."`
	Holdings  []Weight         `json:"holdings" nullable:"false" doc:"What is held, the largest first."`
	Class     []Weight         `json:"class" nullable:"false" doc:"By asset class."`
	Currency  []Weight         `json:"currency" nullable:"false" doc:"By currency."`
	Days      []date.Date      `json:"days" nullable:"false" doc:"The days of the period."`
	Return    analysis.Numbers `json:"return" doc:"Cumulated time-weighted return on each day."`
}

// NamedFigure is a figure with its name.
type NamedFigure struct {
	Key    string          `json:"key" doc:"Which." example:"volatility"`
	Label  string          `json:"label" doc:"In words." example:"Volatility a year"`
	Figure analysis.Figure `json:"figure" doc:"The figure."`
}

// Weight is a part of the net value.
type Weight struct {
	Key    string   `json:"key" doc:"Symbol, class or currency." example:"AAPL"`
	Label  string   `json:"label" doc:"Its name." example:"Apple"`
	Weight *float64 `json:"weight" nullable:"true" doc:"Fraction of the net value; shorts are negative. Null: it has no price." example:"0.12"`
}

func glanceOf(g *service.Glance) Glance {
	named := func(from []service.NamedFigure) []NamedFigure {
		out := make([]NamedFigure, len(from))
		for i, f := range from {
			out[i] = NamedFigure{f.Key, f.Label, f.Figure}
		}
		return out
	}
	weights := func(from []service.Weight) []Weight {
		out := make([]Weight, len(from))
		for i, w := range from {
			out[i] = Weight{Key: w.Key, Label: w.Label}
			if w.Known && !math.IsNaN(w.Weight) {
				out[i].Weight = &from[i].Weight
			}
		}
		return out
	}
	days := g.Days
	if days == nil {
		days = []date.Date{}
	}
	return Glance{Name: g.Name, Base: g.Base, AsOf: g.AsOf, Period: g.Period, Simulated: g.Simulated, Returns: named(g.Returns), Risk: named(g.Risk),
		Holdings: weights(g.Holdings), Class: weights(g.Class), Currency: weights(g.Currency), Days: days, Return: g.Return}
}

func (s *server) links() {
	const path = "/portfolios/{portfolio}/links"
	add(s, route{method: "GET", path: path, id: "list-links", tag: tagSharing, errors: []int{403, 404}, summary: "Links to a portfolio", about: "For those who manage it."},
		func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*struct{ Body LinkList }, error) {
			all, err := s.svc.Links(ctx, c, in.Portfolio)
			out := LinkList{Items: make([]Link, len(all))}
			for i, one := range all {
				out.Items[i] = linkOf(one)
			}
			return &struct{ Body LinkList }{out}, err
		})
	add(s, route{method: "POST", path: path, id: "create-link", tag: tagSharing, status: 201, errors: []int{403, 404, 422}, summary: "Make a link", about: "Whoever has it looks at the portfolio, without an account, until it expires or is revoked. Its text is shown once."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Body linkBody
		}) (*struct{ Body Link }, error) {
			l, token, err := s.svc.CreateLink(ctx, c, in.Portfolio, service.NewLink{Label: in.Body.Label, Shows: store.Shows(in.Body.Shows), Expires: in.Body.Expires})
			out := linkOf(l)
			out.Token, out.Address = token, s.svc.LinkAddress(token)
			return &struct{ Body Link }{out}, err
		})
	add(s, route{method: "DELETE", path: path + "/{link}", id: "revoke-link", tag: tagSharing, status: 204, errors: []int{403, 404}, summary: "Revoke a link", about: "It shows nothing from the next request on."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Link string `path:"link" doc:"Id of the link." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
		}) (*none, error) {
			return &none{}, s.svc.RevokeLink(ctx, c, in.Portfolio, in.Link)
		})
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/glance", id: "glance", tag: tagSharing, errors: []int{404}, summary: "A portfolio without amounts", about: "Weights, returns and risk as fractions. With the token of a link that shows percentages it is all there is."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Period string `query:"period" doc:"As for an analysis; Max unless given." example:"1Y"`
		}) (*struct{ Body Glance }, error) {
			g, err := s.svc.Glance(ctx, c, service.Question{Portfolios: []string{in.Portfolio}, Period: in.Period})
			if err != nil {
				return nil, err
			}
			return &struct{ Body Glance }{glanceOf(g)}, nil
		})
}
