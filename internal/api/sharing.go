package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Grant is what somebody may do with a portfolio.
type Grant struct {
	ID      string    `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Email   string    `json:"email" doc:"Whose: whoever has an account with this address, now or later." example:"bob@example.org"`
	Role    string    `json:"role" enum:"view,trade,manage" doc:"What they may do; each includes the ones before it."`
	Created time.Time `json:"created" doc:"Since when."`
	Mailed  *bool     `json:"mailed,omitempty" doc:"When it is made: whether a mail went out."`
	Notice  string    `json:"notice,omitempty" doc:"When it is made: what happens now. It says nothing of whether the address has an account." example:"They see it once they have an account with this address."`
}

func grantOf(s store.Share) Grant {
	return Grant{ID: s.ID, Email: s.Email, Role: string(s.Role), Created: s.Created}
}

// GrantList is who sees a portfolio besides its owner.
type GrantList struct {
	Items []Grant `json:"items" nullable:"false" doc:"In the order they came."`
}

// OfGrant is the part of inputs that names a grant.
type OfGrant struct {
	OfPortfolio
	Grant string `path:"grant" doc:"Id of the grant." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
}

type grantBody struct {
	Email string `json:"email" maxLength:"320" doc:"Whose address." example:"bob@example.org"`
	Role  string `json:"role" enum:"view,trade,manage" doc:"view looks; trade books, imports and undoes too; manage also renames, shares and archives."`
}

type roleBody struct {
	Role string `json:"role" enum:"view,trade,manage" doc:"What they may do from now on."`
}

func (s *server) sharing() {
	const path = "/portfolios/{portfolio}/grants"
	add(s, route{method: "GET", path: path, id: "list-grants", tag: tagSharing, errors: []int{403, 404}, summary: "Who else sees a portfolio", about: "For those who manage it."},
		func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*struct{ Body GrantList }, error) {
			all, err := s.svc.Shares(ctx, c, in.Portfolio)
			out := GrantList{Items: make([]Grant, len(all))}
			for i, one := range all {
				out.Items[i] = grantOf(one)
			}
			return &struct{ Body GrantList }{out}, err
		})
	add(s, route{method: "POST", path: path, id: "create-grant", tag: tagSharing, status: 201, errors: []int{403, 404, 422}, summary: "Share a portfolio", about: "With whoever has an account with the address, or will have one. The answer is the same either way. For an address that is there already the role is changed."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Body grantBody
		}) (*struct{ Body Grant }, error) {
			shared, err := s.svc.Share(ctx, c, in.Portfolio, in.Body.Email, store.Role(in.Body.Role))
			out := grantOf(shared.Share)
			out.Mailed, out.Notice = &shared.Mailed, shared.Notice
			return &struct{ Body Grant }{out}, err
		})
	add(s, route{method: "PATCH", path: path + "/{grant}", id: "update-grant", tag: tagSharing, errors: []int{403, 404, 422}, summary: "Change what somebody may do", about: "It holds with their next request."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfGrant
			Body roleBody
		}) (*struct{ Body Grant }, error) {
			changed, err := s.svc.ChangeShare(ctx, c, in.Portfolio, in.Grant, store.Role(in.Body.Role))
			return &struct{ Body Grant }{grantOf(changed)}, err
		})
	add(s, route{method: "DELETE", path: path + "/{grant}", id: "delete-grant", tag: tagSharing, status: 204, errors: []int{403, 404}, summary: "Stop sharing with somebody", about: "With their next request the portfolio is not there for them."},
		func(ctx context.Context, c service.Caller, in *struct{ OfGrant }) (*none, error) {
			return &none{}, s.svc.Unshare(ctx, c, in.Portfolio, in.Grant)
		})
}
