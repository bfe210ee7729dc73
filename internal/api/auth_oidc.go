package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/service"
)

// The cookies of a sign-in that is under way: at another provider, and between the
// first factor and the second.
const (
	elsewhereCookie = "foliosight_elsewhere"
	ChallengeCookie = "foliosight_challenge"
)

// Identity is one of another provider that signs in.
type Identity struct {
	ID      string    `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Issuer  string    `json:"issuer" doc:"The provider." example:"https://accounts.example.org"`
	Subject string    `json:"subject" doc:"What it calls you." example:"248289761001"`
	Email   string    `json:"email,omitempty" doc:"The address it knows you by." example:"ada@example.org"`
	Created time.Time `json:"created" doc:"Since when."`
}

// IdentityList is a list of them.
type IdentityList struct {
	Items []Identity `json:"items" nullable:"false" doc:"The oldest first."`
}

// Leave says where the browser goes.
type Leave struct {
	Address string `json:"address" doc:"Send the browser there." example:"https://accounts.example.org/authorize"`
}

type redirectOut struct {
	Status    int
	Location  string   `header:"Location" doc:"Where the browser goes."`
	SetCookie []string `header:"Set-Cookie" doc:"What it keeps meanwhile, or the session's cookie."`
}

// away keeps what is needed when the browser comes back.
func (s *server) away(keep string, expires time.Time) string {
	c := http.Cookie{Name: elsewhereCookie, Value: keep, Path: Prefix + "/auth/oidc/", Expires: expires, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure}
	if keep == "" {
		c.MaxAge = -1
	}
	return c.String()
}

// inside is a page of ours, or the first one.
func inside(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\t\r\n") {
		return "/"
	}
	return to
}

// OfProvider is the part of inputs that names another provider.
type OfProvider struct {
	Provider string `path:"provider" maxLength:"31" doc:"Name of the provider, as GET /api/v1/setup lists it." example:"work"`
}

func (s *server) elsewhere() {
	add(s, route{method: "GET", path: "/auth/oidc/{provider}/start", id: "start-oidc", tag: tagPeople, open: true, stream: true, status: 302, errors: []int{404, 502}, summary: "Sign in with another provider", about: "For browsers: sends them to the provider, from where they come back to the callback."},
		func(ctx context.Context, _ service.Caller, in *struct {
			OfProvider
			To        string `query:"to" maxLength:"500" doc:"Page to go to afterwards." example:"/"`
			Invite    string `query:"invite" maxLength:"100" doc:"The last part of the link of an invitation."`
			UserAgent string `header:"User-Agent" hidden:"true"`
		}) (*redirectOut, error) {
			sent, err := s.svc.BeginElsewhere(ctx, in.Provider, service.Elsewhere{To: inside(in.To), Invite: in.Invite, Visit: service.Visit{Agent: in.UserAgent}})
			return &redirectOut{Status: http.StatusFound, Location: sent.Address, SetCookie: []string{s.away(sent.Keep, sent.Expires)}}, err
		})
	add(s, route{method: "GET", path: "/auth/oidc/{provider}/callback", id: "finish-oidc", tag: tagPeople, open: true, stream: true, status: 302, errors: []int{403, 409, 410, 502}, summary: "Come back from another provider",
		about: "Signs in whoever the identity is linked to, or, where registration allows it, creates an account. An account is never found by its address alone: who has one signs in and links the identity."},
		func(ctx context.Context, _ service.Caller, in *struct {
			OfProvider
			State string `query:"state" maxLength:"200" doc:"As it was sent."`
			Code  string `query:"code" maxLength:"4000" doc:"What the provider gives for the tokens."`
			Error string `query:"error" maxLength:"200" doc:"Why it did not sign in."`
			Keep  string `cookie:"foliosight_elsewhere" doc:"What the browser kept."`
		}) (*redirectOut, error) {
			if in.Error != "" {
				return nil, service.ErrOIDC
			}
			got, to, err := s.svc.FinishElsewhere(ctx, in.Provider, in.Keep, in.State, in.Code)
			var second *service.SecondFactorNeeded
			if errors.As(err, &second) {
				c := http.Cookie{Name: ChallengeCookie, Value: second.Challenge, Path: "/", Expires: second.Expires, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure}
				return &redirectOut{Status: http.StatusFound, Location: "/sign-in/second-factor", SetCookie: []string{s.away("", time.Time{}), c.String()}}, nil
			}
			if err != nil {
				return nil, err
			}
			return &redirectOut{Status: http.StatusFound, Location: inside(to), SetCookie: []string{s.away("", time.Time{}), s.cookie(got.Token, got.Expires)}}, nil
		})
	add(s, route{method: "POST", path: "/auth/oidc/{provider}/link", id: "link-identity", tag: tagPeople, errors: []int{403, 404, 502}, summary: "Link an identity of another provider", about: "Gives the address to send the browser to; who comes back from there can sign in with that identity from then on. Within ten minutes of signing in."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfProvider
			UserAgent string `header:"User-Agent" hidden:"true"`
		}) (*struct {
			SetCookie string `header:"Set-Cookie" doc:"What the browser keeps meanwhile."`
			Body      Leave
		}, error) {
			sent, err := s.svc.BeginElsewhere(ctx, in.Provider, service.Elsewhere{To: "/settings", Link: &c, Visit: service.Visit{Agent: in.UserAgent}})
			return &struct {
				SetCookie string `header:"Set-Cookie" doc:"What the browser keeps meanwhile."`
				Body      Leave
			}{s.away(sent.Keep, sent.Expires), Leave{sent.Address}}, err
		})
	add(s, route{method: "GET", path: "/auth/identities", id: "list-identities", tag: tagPeople, summary: "Identities of other providers", about: "Those that sign you in."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body IdentityList }, error) {
			all, err := s.svc.Linked(ctx, c)
			out := IdentityList{Items: make([]Identity, len(all))}
			for i, l := range all {
				out.Items[i] = Identity(l)
			}
			return &struct{ Body IdentityList }{out}, err
		})
	add(s, route{method: "DELETE", path: "/auth/identities/{identity}", id: "unlink-identity", tag: tagPeople, status: 204, errors: []int{404}, summary: "Remove an identity", about: "It signs nobody in any more."},
		func(ctx context.Context, c service.Caller, in *struct {
			Identity string `path:"identity" doc:"Id of the identity." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
		}) (*none, error) {
			return &none{}, s.svc.Unlink(ctx, c, in.Identity)
		})
}
