package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/service"
)

// Supplying is where market data come from, and having them asked for.
type Supplying interface {
	MarketProviders(ctx context.Context, c service.Caller) ([]service.MarketProvider, error)
	SetProviderKey(ctx context.Context, c service.Caller, provider, key string) error
	ForgetProviderKey(ctx context.Context, c service.Caller, provider string) error
	FeedPage(ctx context.Context, c service.Caller, f service.FeedFilter) (service.FeedPage, error)
	SyncNow(ctx context.Context, c service.Caller, w service.SyncWish) (service.Job, error)
}

// MarketSource is a source of market data.
type MarketSource struct {
	Provider     string         `json:"provider" doc:"Its name." example:"polygon"`
	Host         string         `json:"host,omitempty" doc:"Where it is asked." example:"api.polygon.io"`
	Asked        bool           `json:"asked" doc:"Whether it is asked: files, people and the simulated market only bring." example:"true"`
	Ready        bool           `json:"ready" doc:"Whether a call could go out now." example:"true"`
	Says         string         `json:"says" doc:"How it stands in a sentence." example:"it answers"`
	Key          MarketKey      `json:"key" doc:"How it stands with its key. The key itself is never shown."`
	Plan         string         `json:"plan,omitempty" doc:"Its plan, where that is not the usual one." example:"starter"`
	Limits       []MarketLimit  `json:"limits" nullable:"false" doc:"What it may be asked: none for those that are not asked."`
	NotInPlan    []string       `json:"not_in_plan,omitempty" nullable:"false" doc:"What the plan does not include, as far as it was asked for." example:"[\"chain\"]"`
	LastSuccess  time.Time      `json:"last_success,omitzero" doc:"When it answered last; absent: never."`
	LastEndpoint string         `json:"last_endpoint,omitempty" doc:"What it answered then." example:"aggregates"`
	LastError    time.Time      `json:"last_error,omitzero" doc:"When it refused last; absent: never."`
	Error        string         `json:"error,omitempty" doc:"That refusal in plain words." example:"the plan does not include it"`
	Circuit      string         `json:"circuit,omitempty" enum:"closed,open,half-open" doc:"closed: it is asked; open: it failed several times in a row and is left alone; half-open: one call tries. Absent where it is not asked." example:"closed"`
	CircuitUntil time.Time      `json:"circuit_until,omitzero" doc:"Until when it is left alone."`
	PausedUntil  time.Time      `json:"paused_until,omitzero" doc:"Until when it asked to be left alone."`
	PausedFor    string         `json:"paused_for,omitempty" doc:"Why." example:"too many calls"`
	Coverage     MarketCoverage `json:"coverage" doc:"What is stored that it brought."`
}

// MarketKey is how it stands with the key of a source.
type MarketKey struct {
	Needed  bool      `json:"needed" doc:"Whether it wants one." example:"true"`
	Set     bool      `json:"set" doc:"Whether one is set." example:"true"`
	Refused bool      `json:"refused" doc:"Whether the source does not accept the one that is set." example:"false"`
	From    string    `json:"from,omitempty" enum:"environment,page" doc:"Where it was set; for who runs the installation. One of the environment wins." example:"page"`
	SetAt   time.Time `json:"set_at,omitzero" doc:"When it was set on the page or here."`
}

// MarketLimit is how much of a limit is used.
type MarketLimit struct {
	Name    string    `json:"name" doc:"What is limited." example:"5 calls a minute"`
	Used    int       `json:"used" doc:"Used of it." example:"2"`
	Most    int       `json:"most" doc:"The limit." example:"5"`
	Left    int       `json:"left" doc:"Left of it; all processes share it." example:"3"`
	Credits bool      `json:"credits" doc:"Whether credits are counted, of which a call may cost several." example:"false"`
	Resets  time.Time `json:"resets,omitzero" doc:"When it begins anew; absent: it counts any span of its length."`
}

// MarketCoverage is what a source brought.
type MarketCoverage struct {
	Series  int       `json:"series" doc:"Series that are stored." example:"42"`
	Prices  int       `json:"prices" doc:"Those of them that are of prices." example:"38"`
	First   date.Date `json:"first,omitzero" doc:"Their first day."`
	Last    date.Date `json:"last,omitzero" doc:"Their last day."`
	Updated time.Time `json:"updated,omitzero" doc:"When anything of it changed last."`
}

// MarketSourceList is the sources.
type MarketSourceList struct {
	Items []MarketSource `json:"items" nullable:"false" doc:"Those that are asked, in their order; then others that brought something."`
}

func marketSourceOf(p *service.MarketProvider) MarketSource {
	out := MarketSource{Provider: p.Provider, Host: p.Host, Asked: p.Asked, Ready: p.Asked && p.Ready, Says: p.Says, Plan: p.Plan, NotInPlan: p.NotInPlan,
		Key:    MarketKey{Needed: p.NeedsKey, Set: p.KeyPresent, Refused: p.KeyRefused, From: p.KeyFrom, SetAt: p.KeySet},
		Limits: make([]MarketLimit, len(p.Windows)), LastSuccess: p.LastSuccess, LastEndpoint: p.LastEndpoint, LastError: p.LastRefusal, Error: p.Refused,
		Circuit: string(p.Breaker), CircuitUntil: p.BreakerUntil, PausedUntil: p.PausedUntil, PausedFor: p.PausedFor,
		Coverage: MarketCoverage{Series: p.Series, Prices: p.Prices, First: some(p.First), Last: some(p.Last), Updated: p.Updated}}
	for i, w := range p.Windows {
		out.Limits[i] = marketLimitOf(w)
	}
	return out
}

func marketLimitOf(w fetch.Window) MarketLimit {
	return MarketLimit{Name: w.Name, Used: w.Used, Most: w.Most, Left: max(0, w.Most-w.Used), Credits: w.Credits, Resets: w.Resets}
}

// OfSource names a source of market data in the address.
type OfSource struct {
	Provider string `path:"provider" maxLength:"40" doc:"Name of the source, as the list has it." example:"polygon"`
}

func (s *server) providers() {
	add(s, route{method: "GET", path: "/providers", id: "list-providers", tag: tagMarket, summary: "Where market data come from",
		about: "Each source with its limits used and left, its last success and last error, whether its key is set, and what is stored that it brought. Nobody is asked for this. Where keys were set is for who runs the installation; no answer has a key."},
		func(ctx context.Context, c service.Caller, _ *struct{}) (*struct{ Body MarketSourceList }, error) {
			all, err := s.svc.MarketProviders(ctx, c)
			out := MarketSourceList{Items: make([]MarketSource, len(all))}
			for i := range all {
				out.Items[i] = marketSourceOf(&all[i])
			}
			return &struct{ Body MarketSourceList }{out}, err
		})
	add(s, route{method: "PUT", path: "/providers/{provider}/key", id: "set-provider-key", tag: tagMarket, errors: []int{403, 404, 422, 503}, summary: "Set the key of a source",
		about: "For who runs the installation. It is kept encrypted, used from the next call on, and shown to nobody; the audit trail has who set it and its fingerprint. Where the environment has a key of the source, that one wins and this is refused."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfSource
			Body struct {
				Key string `json:"key" minLength:"1" maxLength:"500" doc:"As the source shows it." example:"demo-key-0123456789"`
			}
		}) (*struct{}, error) {
			return nil, s.svc.SetProviderKey(ctx, c, in.Provider, in.Body.Key)
		})
	add(s, route{method: "DELETE", path: "/providers/{provider}/key", id: "forget-provider-key", tag: tagMarket, errors: []int{403, 404}, summary: "Forget the key of a source",
		about: "One that was set on the page or here; for who runs the installation. What the source brought stays."},
		func(ctx context.Context, c service.Caller, in *struct{ OfSource }) (*struct{}, error) {
			return nil, s.svc.ForgetProviderKey(ctx, c, in.Provider)
		})
}
