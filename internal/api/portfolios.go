package api

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Portfolio is one ledger and how it is kept.
type Portfolio struct {
	ID            string          `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name          string          `json:"name" doc:"Name." example:"Family"`
	BaseCurrency  money.Currency  `json:"base_currency" doc:"What totals are shown in."`
	Policy        ledger.Policy   `json:"policy" doc:"Lot rules."`
	Benchmark     string          `json:"benchmark,omitempty" doc:"Symbol it is compared with." example:"SPY"`
	Simulated     bool            `json:"simulated" doc:"Whether its prices are those of the simulated market."`
	Settings      json.RawMessage `json:"settings,omitempty" doc:"Options of display and calculation, an object."`
	Revision      int64           `json:"revision" doc:"Raised with each change of the fields above." example:"1"`
	LedgerVersion int64           `json:"ledger_version" doc:"Raised with each change of the ledger; 0 while nothing is booked." example:"12"`
	Role          string          `json:"role" enum:"view,trade,manage" doc:"What you may do with it."`
	Created       time.Time       `json:"created" doc:"Since when."`
	Archived      *time.Time      `json:"archived,omitempty" doc:"Since when it is archived."`
}

func portfolioOf(p store.Portfolio) Portfolio {
	out := Portfolio{ID: p.ID, Name: p.Name, BaseCurrency: p.Base, Policy: p.Policy, Benchmark: p.Benchmark, Simulated: p.Simulated, Settings: p.Settings,
		Revision: p.Revision, LedgerVersion: p.Version, Role: string(p.Role), Created: p.Created}
	if !p.Archived.IsZero() {
		out.Archived = &p.Archived
	}
	return out
}

// PortfolioList is a list of portfolios.
type PortfolioList struct {
	Items []Portfolio `json:"items" nullable:"false" doc:"In the order of their creation."`
	Paging
}

// OfPortfolio is the part of inputs that names a portfolio.
type OfPortfolio struct {
	Portfolio string `path:"portfolio" doc:"Id of the portfolio." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
}

type portfolioOut struct {
	ETag     string `header:"ETag" doc:"Its revision."`
	Location string `header:"Location" doc:"Its address, where it is new."`
	Body     Portfolio
}

func portfolioOutOf(p store.Portfolio, err error) (*portfolioOut, error) {
	return &portfolioOut{ETag: etag(p.Revision), Body: portfolioOf(p)}, err
}

type portfolioBody struct {
	Name         string          `json:"name" minLength:"1" maxLength:"200" doc:"Name, unique among your portfolios that are not archived." example:"Family"`
	BaseCurrency money.Currency  `json:"base_currency,omitempty" doc:"What totals are shown in; your own unless given."`
	Policy       ledger.Policy   `json:"policy,omitempty" doc:"Lot rules; FIFO unless given."`
	Benchmark    string          `json:"benchmark,omitempty" maxLength:"64" doc:"Symbol to compare with." example:"SPY"`
	Simulated    bool            `json:"simulated,omitempty" doc:"Value it with the simulated market."`
	Settings     json.RawMessage `json:"settings,omitempty" doc:"Options of display and calculation, an object."`
}

type portfolioChange struct {
	Revision     *int64          `json:"revision,omitempty" doc:"The one you saw; like If-Match." example:"1"`
	Name         *string         `json:"name,omitempty" minLength:"1" maxLength:"200" doc:"Name." example:"Family"`
	BaseCurrency *money.Currency `json:"base_currency,omitempty" doc:"What totals are shown in."`
	Policy       *ledger.Policy  `json:"policy,omitempty" doc:"Lot rules. Rules under which the ledger could not have happened are refused."`
	Benchmark    *string         `json:"benchmark,omitempty" maxLength:"64" doc:"Symbol to compare with; empty for none." example:"SPY"`
	Settings     json.RawMessage `json:"settings,omitempty" doc:"Options of display and calculation, an object."`
}

// etag is a version as an entity tag.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// versionOf reads an If-Match; without one any version will do.
func versionOf(ifMatch string) (int64, error) {
	tag := strings.Trim(strings.TrimPrefix(strings.TrimSpace(ifMatch), "W/"), `"`)
	if tag == "" || tag == "*" {
		return store.AnyVersion, nil
	}
	version, err := strconv.ParseInt(tag, 10, 64)
	if err != nil || version < 0 {
		return 0, &ledger.Fault{Field: "If-Match", Value: ifMatch, Problem: "it is no version", Cure: `give the ETag of an earlier answer, such as "12"`}
	}
	return version, nil
}

func (s *server) portfolios() {
	add(s, route{method: "GET", path: "/portfolios", id: "list-portfolios", tag: tagPortfolios, summary: "All portfolios", about: "Those you own or were given a part in."},
		func(ctx context.Context, c service.Caller, in *struct {
			Paged
			Archived bool `query:"archived" doc:"With the archived ones."`
		}) (*struct{ Body PortfolioList }, error) {
			all, err := s.svc.Portfolios(ctx, c, in.Archived)
			if err != nil {
				return nil, err
			}
			all, paging, err := page(in.Paged, all, func(p store.Portfolio) string { return p.ID })
			out := PortfolioList{Items: make([]Portfolio, len(all)), Paging: paging}
			for i, p := range all {
				out.Items[i] = portfolioOf(p)
			}
			return &struct{ Body PortfolioList }{out}, err
		})
	add(s, route{method: "POST", path: "/portfolios", id: "create-portfolio", tag: tagPortfolios, status: 201, errors: []int{409, 422}, summary: "Create a portfolio", about: "You own it."},
		func(ctx context.Context, c service.Caller, in *struct{ Body portfolioBody }) (*portfolioOut, error) {
			b := in.Body
			p, err := s.svc.CreatePortfolio(ctx, c, service.NewPortfolio{Name: b.Name, Base: b.BaseCurrency, Policy: b.Policy, Benchmark: b.Benchmark, Simulated: b.Simulated, Settings: b.Settings})
			out, err := portfolioOutOf(p, err)
			out.Location = Prefix + "/portfolios/" + p.ID
			return out, err
		})
	add(s, route{method: "GET", path: "/portfolios/{portfolio}", id: "get-portfolio", tag: tagPortfolios, errors: []int{404}, summary: "One portfolio", about: "Its revision is the ETag."},
		func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*portfolioOut, error) {
			return portfolioOutOf(s.svc.Portfolio(ctx, c, in.Portfolio))
		})
	add(s, route{method: "PATCH", path: "/portfolios/{portfolio}", id: "update-portfolio", tag: tagPortfolios, errors: []int{403, 404, 409, 422}, summary: "Change a portfolio", about: "What is not given stays as it is."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			IfMatch string `header:"If-Match" doc:"The revision you saw, as its ETag gave it." example:"\"1\""`
			Body    portfolioChange
		}) (*portfolioOut, error) {
			revision, err := versionOf(in.IfMatch)
			if err != nil {
				return nil, err
			}
			b := in.Body
			if b.Revision != nil {
				revision = *b.Revision
			}
			p, err := s.svc.UpdatePortfolio(ctx, c, in.Portfolio, service.PortfolioChange{Revision: revision, Name: b.Name, Base: b.BaseCurrency, Policy: b.Policy, Benchmark: b.Benchmark, Settings: b.Settings})
			if err != nil {
				return nil, s.stale(ctx, c, in.Portfolio, err, func(p store.Portfolio) int64 { return p.Revision })
			}
			return portfolioOutOf(p, nil)
		})
	for _, way := range []struct {
		name, summary, about string
		archived             bool
	}{{"archive", "Archive a portfolio", "It leaves the lists and the totals; nothing in it is lost.", true}, {"unarchive", "Bring a portfolio back", "It is in the lists and totals again.", false}} {
		add(s, route{method: "POST", path: "/portfolios/{portfolio}/" + way.name, id: way.name + "-portfolio", tag: tagPortfolios, errors: []int{403, 404, 409}, summary: way.summary, about: way.about},
			func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*portfolioOut, error) {
				if err := s.svc.ArchivePortfolio(ctx, c, in.Portfolio, way.archived); err != nil {
					return nil, err
				}
				return portfolioOutOf(s.svc.Portfolio(ctx, c, in.Portfolio))
			})
	}
	add(s, route{method: "DELETE", path: "/portfolios/{portfolio}", id: "delete-portfolio", tag: tagPortfolios, status: 204, errors: []int{403, 404, 409}, summary: "Delete a portfolio for good",
		about: "With its ledger and its history. To be safe, its name is given again as `confirm`."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Confirm string `query:"confirm" required:"true" doc:"The name of the portfolio." example:"Family"`
		}) (*none, error) {
			p, err := s.svc.Portfolio(ctx, c, in.Portfolio)
			if err != nil {
				return nil, err
			}
			if in.Confirm != p.Name {
				return nil, &ledger.Fault{Field: "confirm", Value: in.Confirm, Problem: "it is not the name of the portfolio", Cure: "give " + strconv.Quote(p.Name)}
			}
			return &none{}, s.svc.DeletePortfolio(ctx, c, in.Portfolio)
		})
}

// stale adds the current version to a refusal of what changed meanwhile.
func (s *server) stale(ctx context.Context, c service.Caller, portfolio string, err error, version func(store.Portfolio) int64) error {
	p := known(err)
	if p == nil || p.Status != 409 || !strings.HasSuffix(p.Type, "-stale") {
		return err
	}
	if now, err := s.svc.Portfolio(ctx, c, portfolio); err == nil {
		p.CurrentVersion = version(now)
	}
	return p
}

func ledgerVersion(p store.Portfolio) int64 { return p.Version }
