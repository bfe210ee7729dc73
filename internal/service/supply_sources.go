package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/marketdata/route"
	"github.com/foliosight/foliosight/internal/store"
)

// Sources are asked for market data: a *route.Router. Only jobs and commands ask them,
// never a request of a person.
type Sources interface {
	Answer(ctx context.Context, q marketdata.Request, patience time.Duration) (route.Answer, error)
	// Sources are the names of those that are asked for something, in their order.
	Sources(q marketdata.Request) []string
	Status(ctx context.Context) ([]fetch.Status, error)
}

// MarketProvider is a source of market data: how it stands and what came of it.
type MarketProvider struct {
	fetch.Status
	// Asked says whether it is asked: files and the simulated market only bring.
	Asked bool `json:"asked"`
	// Series is how many series are kept that it brought, Prices how many of them are of
	// prices; First and Last the days that they reach over.
	Series  int       `json:"series"`
	Prices  int       `json:"prices"`
	First   date.Date `json:"first,omitzero"`
	Last    date.Date `json:"last,omitzero"`
	Updated time.Time `json:"updated,omitzero"` // when anything of it changed last
	// KeyFrom is where its key comes from: "environment", "page", or empty.
	KeyFrom string    `json:"key_from,omitempty"`
	KeySet  time.Time `json:"key_set,omitzero"` // on the page
	// Says is how it stands in a sentence.
	Says string `json:"says"`
}

// MarketProviders are the sources of market data: those that are asked, in their order,
// then others that brought something. Where keys come from is for who runs the
// installation.
func (s *Service) MarketProviders(ctx context.Context, c Caller) (all []MarketProvider, err error) {
	if s.sources != nil {
		statuses, err := s.sources.Status(ctx)
		if err != nil {
			return nil, err
		}
		for _, one := range statuses {
			all = append(all, MarketProvider{Status: one, Asked: true, First: date.None, Last: date.None})
		}
	}
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		if all, err = coverage(ctx, v, all); err != nil || !c.Operator {
			return err
		}
		keys, err := v.ProviderKeys(ctx)
		for _, k := range keys {
			if i := slices.IndexFunc(all, func(p MarketProvider) bool { return p.Provider == k.Provider }); i >= 0 {
				all[i].KeySet = k.SetAt
			}
		}
		return err
	})
	for i := range all {
		all[i].say(s.desk.keyFrom(all[i].Provider, c.Operator, !all[i].KeySet.IsZero()))
	}
	return all, err
}

// coverage adds what each source brought.
func coverage(ctx context.Context, v store.View, all []MarketProvider) ([]MarketProvider, error) {
	for _, kind := range []store.SeriesKind{store.Prices, store.Totals, store.FX, store.Rates} {
		for _, simulated := range []bool{false, true} {
			infos, err := v.SeriesInfo(ctx, kind, simulated)
			if err != nil {
				return nil, err
			}
			for _, info := range infos {
				i := slices.IndexFunc(all, func(p MarketProvider) bool { return p.Provider == info.Source })
				if i < 0 {
					i = len(all)
					all = append(all, MarketProvider{Status: fetch.Status{Provider: info.Source}, First: date.None, Last: date.None})
				}
				all[i].brought(info)
			}
		}
	}
	return all, nil
}

func (p *MarketProvider) brought(info store.SeriesInfo) {
	p.Series++
	if info.Kind == store.Prices {
		p.Prices++
	}
	if p.First.IsNone() || info.First < p.First {
		p.First = info.First
	}
	p.Last = max(p.Last, info.Last)
	if info.Updated.After(p.Updated) {
		p.Updated = info.Updated
	}
}

// say puts how the source stands into a sentence.
func (p *MarketProvider) say(keyFrom string) {
	p.KeyFrom = keyFrom
	switch {
	case p.Provider == store.Simulated:
		p.Says = "makes prices, dividends and rates up for the demonstration; nothing of it is real"
	case !p.Asked:
		p.Says = "it is not asked; what it brought is kept"
	case p.Blocked != "":
		p.Says = p.Blocked
	case p.LastSuccess.IsZero() && p.LastRefusal.IsZero():
		p.Says = "it was not asked yet"
	case p.LastRefusal.After(p.LastSuccess):
		p.Says = fmt.Sprintf("it refused last: %s", p.Refused)
	default:
		p.Says = "it answers"
	}
}
