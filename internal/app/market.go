package app

import (
	"fmt"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/alphavantage"
	"github.com/foliosight/foliosight/internal/marketdata/ecb"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/fmp"
	"github.com/foliosight/foliosight/internal/marketdata/fred"
	"github.com/foliosight/foliosight/internal/marketdata/polygon"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/marketdata/stooq"
	"github.com/foliosight/foliosight/internal/marketdata/tradefeeds"
	"github.com/foliosight/foliosight/internal/marketdata/yahoo"
	"github.com/foliosight/foliosight/internal/service"
)

// usualOrder is which sources are asked for what. Those that need a key come first where
// what they have is better stated, and are passed over without one; Yahoo, Stooq and the
// European Central Bank need none.
const usualOrder = `
fx: ecb, yahoo, polygon, alphavantage, fmp, stooq
rates: fred, alphavantage
bars class=option: polygon
bars exchange=XLON,XETR,XPAR,XAMS,XBRU,XLIS,XMIL,XMAD,XSWX,XTSE,XTKS,XHKG,XASX: yahoo, fmp, alphavantage, stooq
bars: polygon, fmp, yahoo, alphavantage, stooq
splits,dividends: polygon, fmp, alphavantage, yahoo
holdings: fmp, tradefeeds, alphavantage
profiles,statements,earnings,news: fmp, alphavantage, polygon, yahoo`

// marketOf makes the sources of market data. No other place does.
func marketOf(cfg config.Config, o Outside) (service.Market, error) {
	m := cfg.Market
	free := m.Plans["alphavantage"] == "" || m.Plans["alphavantage"] == "free"
	vantage := alphavantage.New()
	if free {
		vantage = alphavantage.NewFree()
	}
	offered := []marketdata.Provider{polygon.New(), fmp.New(fmp.Options{Legacy: m.Older}), vantage, fred.New(), tradefeeds.New(), yahoo.New(), stooq.New(), ecb.New()}
	desk := service.NewDesk(offered, m.Keys)
	if m.Off {
		return service.Market{Off: "MARKET_DATA is off: nobody is asked, prices come by file and by hand", Desk: desk}, nil
	}
	var sources []route.Source
	for _, p := range offered {
		name := p.Name()
		s := fetch.Source{Provider: p, Base: m.Bases[name], Key: desk.Key(name), Plan: m.Plans[name]}
		if name == vantage.Name() && free {
			s.Plan = ""
		}
		if name == "polygon" && m.Polygon > 0 {
			s.Limits = []marketdata.Limit{{Window: marketdata.Minute, Most: m.Polygon}}
		}
		one, err := fetch.New(s, fetch.Options{Allowance: desk.Allowance(), Now: o.Now, Log: o.Log})
		if err != nil {
			return service.Market{}, fmt.Errorf("source of market data: %w", err)
		}
		sources = append(sources, one)
	}
	order := m.Order
	if order == "" {
		order = usualOrder
	}
	rules, err := route.ParseRules(order)
	if err != nil {
		return service.Market{}, fmt.Errorf("MARKET_DATA_ORDER: %w", err)
	}
	router, err := route.New(sources, rules, route.Options{Now: o.Now})
	if err != nil {
		return service.Market{}, fmt.Errorf("MARKET_DATA_ORDER: %w", err)
	}
	return service.Market{Sources: router, Desk: desk}, nil
}
