package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// OpenSession is a browser or program that is signed in.
type OpenSession struct {
	ID       string    `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Created  time.Time `json:"created" doc:"When it signed in."`
	LastSeen time.Time `json:"last_seen" doc:"When it was last used, to the hour."`
	Expires  time.Time `json:"expires" doc:"When it ends unless it is used."`
	Agent    string    `json:"agent,omitempty" doc:"What it said it is." example:"Mozilla/5.0"`
	Current  bool      `json:"current" doc:"Whether it is the one that asks."`
}

// SessionList is a list of sessions.
type SessionList struct {
	Items []OpenSession `json:"items" nullable:"false" doc:"The newest first."`
}

// PersonalToken is a token that was made for a program.
type PersonalToken struct {
	ID       string     `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name     string     `json:"name" doc:"What it is for." example:"nightly script"`
	Scope    string     `json:"scope" enum:"read,trade,manage,admin" doc:"What it stands for; each includes the ones before it."`
	Created  time.Time  `json:"created" doc:"Since when."`
	Expires  time.Time  `json:"expires" doc:"Until when."`
	LastUsed *time.Time `json:"last_used,omitempty" doc:"When it was last used, to the hour."`
	Token    string     `json:"token,omitempty" doc:"The token, once, when it is made. Send it as Authorization: Bearer." example:"fsp_b0JhcnJlbC1vZi1zb21lLXRva2Vu"`
}

func personalTokenOf(p store.PersonalToken) PersonalToken {
	return PersonalToken{ID: p.ID, Name: p.Name, Scope: p.Scope, Created: p.Created, Expires: p.Expires, LastUsed: unlessZero(p.LastUsed)}
}

// PersonalTokenList is a list of tokens.
type PersonalTokenList struct {
	Items []PersonalToken `json:"items" nullable:"false" doc:"The newest first."`
}

type tokenBody struct {
	Name    string     `json:"name" maxLength:"100" doc:"What it is for." example:"nightly script"`
	Scope   string     `json:"scope" enum:"read,trade,manage,admin" doc:"read looks and calculates; trade books, imports and enters prices too; manage also changes portfolios; admin also people and switches."`
	Expires *time.Time `json:"expires,omitempty" doc:"Until when, at most a year from now; in 90 days unless given."`
}

// sessions are what is signed in, and tokens for programs.
func (s *server) sessions() {
	add(s, route{method: "GET", path: "/auth/sessions", id: "list-sessions", tag: tagPeople, summary: "Where you are signed in", about: "Browsers and programs."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body SessionList }, error) {
			all, err := s.svc.Sessions(ctx, c)
			out := SessionList{Items: make([]OpenSession, len(all))}
			for i, one := range all {
				out.Items[i] = OpenSession{ID: one.ID, Created: one.Created, LastSeen: one.LastSeen, Expires: one.Expires, Agent: one.Agent, Current: one.ID == c.Session}
			}
			return &struct{ Body SessionList }{out}, err
		})
	add(s, route{method: "DELETE", path: "/auth/sessions/{session}", id: "end-session", tag: tagPeople, status: 204, errors: []int{404}, summary: "End a session", about: "Its tokens are good for nothing afterwards."},
		func(ctx context.Context, c service.Caller, in *struct {
			Session string `path:"session" doc:"Id of the session." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
		}) (*none, error) {
			return &none{}, s.svc.EndSession(ctx, c, in.Session)
		})
	add(s, route{method: "GET", path: "/auth/tokens", id: "list-tokens", tag: tagPeople, summary: "Tokens for programs", about: "Those you made; their text is not shown again."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body PersonalTokenList }, error) {
			all, err := s.svc.PersonalTokens(ctx, c)
			out := PersonalTokenList{Items: make([]PersonalToken, len(all))}
			for i, p := range all {
				out.Items[i] = personalTokenOf(p)
			}
			return &struct{ Body PersonalTokenList }{out}, err
		})
	add(s, route{method: "POST", path: "/auth/tokens", id: "create-token", tag: tagPeople, status: 201, errors: []int{422}, summary: "Make a token for a program", about: "With no more than the program needs. It cannot change your password, make other tokens or delete your account."},
		func(ctx context.Context, c service.Caller, in *struct{ Body tokenBody }) (*struct{ Body PersonalToken }, error) {
			n := service.NewToken{Name: in.Body.Name, Scope: service.Scope(in.Body.Scope)}
			if in.Body.Expires != nil {
				n.Expires = *in.Body.Expires
			}
			p, text, err := s.svc.CreateToken(ctx, c, n)
			out := personalTokenOf(p)
			out.Token = text
			return &struct{ Body PersonalToken }{out}, err
		})
	add(s, route{method: "DELETE", path: "/auth/tokens/{token}", id: "revoke-token", tag: tagPeople, status: 204, errors: []int{404}, summary: "Revoke a token", about: "It is good for nothing afterwards."},
		func(ctx context.Context, c service.Caller, in *struct {
			Token string `path:"token" doc:"Id of the token." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
		}) (*none, error) {
			return &none{}, s.svc.RevokeToken(ctx, c, in.Token)
		})
}
