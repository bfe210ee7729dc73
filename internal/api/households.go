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

// HouseholdDetail is some people who look at portfolios together.
type HouseholdDetail struct {
	ID      string            `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name    string            `json:"name" doc:"Name." example:"The Doe family"`
	Created time.Time         `json:"created" doc:"Since when."`
	Founded bool              `json:"founded" doc:"Whether you founded it; who did invites, removes and ends."`
	Joined  bool              `json:"joined" doc:"Whether you are of it; else you are invited."`
	People  []HouseholdPerson `json:"people" nullable:"false" doc:"Those of it, and those invited."`
	Parts   []HouseholdPart   `json:"portfolios" nullable:"false" doc:"What was brought in; for members."`
}

// HouseholdPerson is one of a household.
type HouseholdPerson struct {
	ID     string     `json:"id" doc:"Id of their place in it." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Email  string     `json:"email" doc:"Address that was invited." example:"bob@example.org"`
	Name   string     `json:"name,omitempty" doc:"Name, once they joined." example:"Bob"`
	Joined *time.Time `json:"joined,omitempty" doc:"Since when; absent: invited."`
	Me     bool       `json:"me" doc:"Whether it is you."`
}

// HouseholdPart is a portfolio that was brought in.
type HouseholdPart struct {
	Portfolio string    `json:"portfolio,omitempty" doc:"Id, where everything of it is shown to you." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name      string    `json:"name,omitempty" doc:"Name, where everything of it is shown to you." example:"Family"`
	By        string    `json:"by" doc:"Who brought it in." example:"Bob"`
	Shows     string    `json:"shows" enum:"together,everything" doc:"together: it counts in the figures of all, and is shown nowhere else."`
	Since     time.Time `json:"since" doc:"Since when."`
	Mine      bool      `json:"mine" doc:"Whether it is yours."`
}

func togetherOf(h service.Household) HouseholdDetail {
	out := HouseholdDetail{ID: h.ID, Name: h.Name, Created: h.Created, Founded: h.Founded, Joined: h.Joined, People: []HouseholdPerson{}, Parts: []HouseholdPart{}}
	for _, p := range h.People {
		out.People = append(out.People, HouseholdPerson{ID: p.ID, Email: p.Email, Name: p.Name, Joined: unlessZero(p.Joined), Me: p.ID == h.Me})
	}
	for _, p := range h.Parts {
		part := HouseholdPart{Name: p.Name, By: p.By, Shows: string(p.Shows), Since: p.Created, Mine: p.Mine}
		if p.Mine || p.Shows == store.Everything {
			part.Portfolio = p.Portfolio
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}

// HouseholdList is a list of households.
type HouseholdList struct {
	Items []HouseholdDetail `json:"items" nullable:"false" doc:"Yours, and those that you are invited to."`
}

// HouseholdFigures are those of everything that was brought in.
type HouseholdFigures struct {
	Glance
	Value     analysis.Figure `json:"value" doc:"In all."`
	DayChange analysis.Figure `json:"day_change" doc:"Of the last day with prices."`
	Gain      analysis.Figure `json:"gain" doc:"Value less what was paid in."`
}

// OfHousehold is the part of inputs that names a household.
type OfHousehold struct {
	Household string `path:"household" doc:"Id of the household." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
}

// OfHouseholdPortfolio names a portfolio too.
type OfHouseholdPortfolio struct {
	OfHousehold
	OfPortfolio
}

// Invited says what became of an invitation.
type Invited struct {
	Mailed bool   `json:"mailed" doc:"Whether a mail went out."`
	Notice string `json:"notice" doc:"What happens now; the same whether the address has an account or not." example:"They see the invitation once they have an account with this address."`
}

func (s *server) householdsTogether() {
	const path = "/households"
	const one = path + "/{household}"
	type out = struct{ Body HouseholdDetail }
	add(s, route{method: "GET", path: path, id: "list-households", tag: tagSharing, summary: "Your households", about: "Those that you are of, and those that you are invited to."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body HouseholdList }, error) {
			all, err := s.svc.Households(ctx, c)
			list := HouseholdList{Items: make([]HouseholdDetail, len(all))}
			for i, h := range all {
				list.Items[i] = togetherOf(h)
			}
			return &struct{ Body HouseholdList }{list}, err
		})
	add(s, route{method: "POST", path: path, id: "create-household", tag: tagSharing, status: 201, errors: []int{422}, summary: "Found a household", about: "You are its first member. Nothing of yours is in it until you bring it in."},
		func(ctx context.Context, c service.Caller, in *struct {
			Body struct {
				Name string `json:"name" maxLength:"100" doc:"Name." example:"The Doe family"`
			}
		}) (*out, error) {
			h, err := s.svc.CreateHousehold(ctx, c, in.Body.Name)
			return &out{togetherOf(h)}, err
		})
	add(s, route{method: "GET", path: one, id: "get-household", tag: tagSharing, errors: []int{404}, summary: "A household", about: "For members, and what somebody invited may know."},
		func(ctx context.Context, c service.Caller, in *OfHousehold) (*out, error) {
			h, err := s.svc.Household(ctx, c, in.Household)
			return &out{togetherOf(h)}, err
		})
	add(s, route{method: "DELETE", path: one, id: "end-household", tag: tagSharing, status: 204, across: true, errors: []int{403, 404}, summary: "End a household", about: "For its founder. Everything is withdrawn at once."},
		func(ctx context.Context, c service.Caller, in *OfHousehold) (*none, error) {
			return &none{}, s.svc.EndHousehold(ctx, c, in.Household)
		})
	add(s, route{method: "POST", path: one + "/people", id: "invite-to-household", tag: tagSharing, status: 201, errors: []int{403, 404, 409, 422}, summary: "Invite somebody to a household", about: "For its founder. Whoever has an account with the address, now or later, sees the invitation."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfHousehold
			Body struct {
				Email string `json:"email" maxLength:"320" doc:"Whose address." example:"bob@example.org"`
			}
		}) (*struct{ Body Invited }, error) {
			mailed, err := s.svc.InviteToHousehold(ctx, c, in.Household, in.Body.Email)
			return &struct{ Body Invited }{Invited{mailed, "They see the invitation once they have an account with this address."}}, err
		})
	add(s, route{method: "DELETE", path: one + "/people/{person}", id: "remove-from-household", tag: tagSharing, status: 204, across: true, errors: []int{403, 404, 422}, summary: "Take somebody out of a household", about: "For its founder. What they brought in goes with them."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfHousehold
			Person string `path:"person" doc:"Id of their place in it." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
		}) (*none, error) {
			return &none{}, s.svc.RemoveFromHousehold(ctx, c, in.Household, in.Person)
		})
	add(s, route{method: "POST", path: one + "/join", id: "join-household", tag: tagSharing, status: 204, across: true, errors: []int{404}, summary: "Accept an invitation", about: "It shows nothing of yours: that is your choice, portfolio by portfolio."},
		func(ctx context.Context, c service.Caller, in *OfHousehold) (*none, error) {
			return &none{}, s.svc.JoinHousehold(ctx, c, in.Household)
		})
	add(s, route{method: "POST", path: one + "/leave", id: "leave-household", tag: tagSharing, status: 204, across: true, errors: []int{404, 422}, summary: "Leave a household", about: "Or decline its invitation. What you brought in is withdrawn at once."},
		func(ctx context.Context, c service.Caller, in *OfHousehold) (*none, error) {
			return &none{}, s.svc.LeaveHousehold(ctx, c, in.Household)
		})
	add(s, route{method: "PUT", path: one + "/portfolios/{portfolio}", id: "contribute", tag: tagSharing, status: 204, errors: []int{403, 404, 422}, summary: "Bring a portfolio into a household", about: "One of your own; again, to change what it shows."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfHouseholdPortfolio
			Body struct {
				Shows string `json:"shows" enum:"together,everything" doc:"together: it counts in the figures of all, and is shown nowhere else. everything: members see it as you do, and change nothing."`
			}
		}) (*none, error) {
			return &none{}, s.svc.Contribute(ctx, c, in.Household, in.Portfolio, store.Shows(in.Body.Shows))
		})
	add(s, route{method: "DELETE", path: one + "/portfolios/{portfolio}", id: "withdraw", tag: tagSharing, status: 204, errors: []int{403, 404}, summary: "Take a portfolio out of a household", about: "At once."},
		func(ctx context.Context, c service.Caller, in *OfHouseholdPortfolio) (*none, error) {
			return &none{}, s.svc.Withdraw(ctx, c, in.Household, in.Portfolio)
		})
	add(s, route{method: "GET", path: one + "/figures", id: "household-figures", tag: tagSharing, errors: []int{403, 404, 422}, summary: "Everything of a household together", about: "As one ledger; each member's portfolios are read by themselves and joined. In your base currency unless another is given."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfHousehold
			Period   string `query:"period" doc:"As for an analysis; Max unless given." example:"1Y"`
			Currency string `query:"currency" pattern:"^[A-Z0-9]{3,8}$" doc:"What totals are in; yours unless given." example:"EUR"`
		}) (*struct{ Body HouseholdFigures }, error) {
			f, err := s.svc.HouseholdFigures(ctx, c, in.Household, service.Question{Period: in.Period, Currency: money.Currency(in.Currency)})
			if err != nil {
				return nil, err
			}
			return &struct{ Body HouseholdFigures }{HouseholdFigures{Glance: glanceOf(&f.Glance), Value: f.Value, DayChange: f.DayChange, Gain: f.Gain}}, nil
		})
}

// Client is somebody who shared portfolios with you.
type Client struct {
	ID         string            `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name       string            `json:"name" doc:"Of who owns the portfolios." example:"Bob"`
	Portfolios []ClientPortfolio `json:"portfolios" nullable:"false" doc:"What they shared."`
}

// ClientPortfolio is one of a client's portfolios.
type ClientPortfolio struct {
	ID        string           `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name      string           `json:"name" doc:"Name." example:"Family"`
	Role      string           `json:"role" enum:"view,trade,manage" doc:"What you may do."`
	Base      money.Currency   `json:"base_currency" doc:"What its figures are in."`
	AsOf      *date.Date       `json:"as_of,omitempty" doc:"The last day with prices."`
	Value     *analysis.Figure `json:"value,omitempty" doc:"Value."`
	DayChange *analysis.Figure `json:"day_change,omitempty" doc:"Of the last day with prices."`
	DayReturn *analysis.Figure `json:"day_return,omitempty" doc:"Of the last day with prices."`
	Problem   string           `json:"problem,omitempty" doc:"Why there are no figures."`
	Activity  *time.Time       `json:"last_activity,omitempty" doc:"When something was last booked or changed."`
}

// ClientList is a list of clients.
type ClientList struct {
	Items []Client `json:"items" nullable:"false" doc:"By who shared."`
}

func (s *server) clients() {
	add(s, route{method: "GET", path: "/clients", id: "list-clients", tag: tagSharing, summary: "Your clients", about: "Those who shared portfolios with you, with value, day change and last activity. Each look is noted in the client's audit trail."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body ClientList }, error) {
			all, err := s.svc.Clients(ctx, c)
			out := ClientList{Items: make([]Client, len(all))}
			for i, one := range all {
				out.Items[i] = Client{ID: one.Tenant, Name: one.Name, Portfolios: []ClientPortfolio{}}
				for _, p := range one.Portfolios {
					row := ClientPortfolio{ID: p.ID, Name: p.Name, Role: string(p.Role), Base: p.Base, Problem: p.Problem, Activity: unlessZero(p.LastActivity.Committed)}
					if p.Problem == "" {
						row.AsOf, row.Value, row.DayChange, row.DayReturn = &p.AsOf, &p.Value, &p.DayChange, &p.DayReturn
					}
					out.Items[i].Portfolios = append(out.Items[i].Portfolios, row)
				}
			}
			return &struct{ Body ClientList }{out}, err
		})
}
