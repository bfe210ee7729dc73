package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Person is a user.
type Person struct {
	ID           string         `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Email        string         `json:"email" doc:"E-mail address, for signing in." example:"ada@example.org"`
	Name         string         `json:"name" doc:"Name." example:"Ada"`
	Role         string         `json:"role" enum:"owner,member" doc:"Role in the household or firm."`
	BaseCurrency money.Currency `json:"base_currency" doc:"Currency of new portfolios."`
	Locale       string         `json:"locale,omitempty" doc:"BCP 47, for the form of numbers and dates on pages." example:"en-GB"`
	TimeZone     string         `json:"time_zone,omitempty" doc:"IANA name." example:"Europe/Berlin"`
	Created      time.Time      `json:"created" doc:"Since when."`
}

func personOf(u store.User) Person {
	return Person{ID: u.ID, Email: u.Email, Name: u.Name, Role: string(u.Role), BaseCurrency: u.BaseCurrency, Locale: u.Locale, TimeZone: u.TimeZone, Created: u.Created}
}

// Session is what signing in gives.
type Session struct {
	Token   string    `json:"token" doc:"Send it as Authorization: Bearer. It is kept nowhere else." example:"b0JhcnJlbC1vZi1zb21lLXRva2Vu"`
	Expires time.Time `json:"expires" doc:"When it ends unless it is used."`
	User    Person    `json:"user" doc:"Who signed in."`
}

type sessionOut struct {
	SetCookie string `header:"Set-Cookie" doc:"The session's cookie: HttpOnly, SameSite=Lax."`
	Body      Session
}

func (s *server) sessionOut(in service.SignedIn, err error) (*sessionOut, error) {
	if err != nil {
		return nil, err
	}
	return &sessionOut{SetCookie: s.cookie(in.Token, in.Expires), Body: Session{Token: in.Token, Expires: in.Expires, User: personOf(in.User)}}, nil
}

type personOut struct{ Body Person }

type none struct{}

type signInBody struct {
	Email    string `json:"email" maxLength:"320" doc:"E-mail address." example:"ada@example.org"`
	Password string `json:"password" maxLength:"1024" doc:"Password." example:"a sentence is easiest to remember"`
}

type registerBody struct {
	Email        string         `json:"email" maxLength:"320" doc:"E-mail address, for signing in; nothing is sent to it." example:"ada@example.org"`
	Password     string         `json:"password" maxLength:"1024" doc:"Password, at least 10 characters." example:"a sentence is easiest to remember"`
	Name         string         `json:"name" maxLength:"200" doc:"Name." example:"Ada"`
	BaseCurrency money.Currency `json:"base_currency,omitempty" doc:"Currency of new portfolios; USD unless given."`
	Locale       string         `json:"locale,omitempty" maxLength:"35" doc:"BCP 47; en unless given." example:"en-GB"`
	TimeZone     string         `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name; UTC unless given." example:"Europe/Berlin"`
	Code         string         `json:"code,omitempty" maxLength:"64" doc:"The set-up code that the server printed, where it asks for one."`
}

type profileBody struct {
	Email        *string         `json:"email,omitempty" maxLength:"320" doc:"E-mail address." example:"ada@example.org"`
	Name         *string         `json:"name,omitempty" maxLength:"200" doc:"Name." example:"Ada"`
	BaseCurrency *money.Currency `json:"base_currency,omitempty" doc:"Currency of new portfolios."`
	Locale       *string         `json:"locale,omitempty" maxLength:"35" doc:"BCP 47." example:"en-GB"`
	TimeZone     *string         `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name." example:"Europe/Berlin"`
}

type passwordBody struct {
	Old string `json:"old_password" maxLength:"1024" doc:"The password so far." example:"a sentence is easiest to remember"`
	New string `json:"new_password" maxLength:"1024" doc:"The new one, at least 10 characters." example:"another sentence, longer still"`
}

func (s *server) people() {
	type registerIn struct {
		UserAgent string `header:"User-Agent" hidden:"true"`
		Body      registerBody
	}
	type signInIn struct {
		UserAgent string `header:"User-Agent" hidden:"true"`
		Body      signInBody
	}
	add(s, route{method: "GET", path: "/setup", id: "setup", tag: tagPeople, open: true, summary: "Whether there is an owner yet",
		about: "A fresh installation has nobody. Then the first visitor creates the owner with POST /api/v1/auth/register."},
		func(ctx context.Context, _ service.Caller, _ *none) (*setupOut, error) {
			needed, err := s.svc.NeedsSetup(ctx)
			return &setupOut{Body: Setup{Needed: needed, CodeNeeded: needed && s.Code != ""}}, err
		})
	add(s, route{method: "POST", path: "/auth/register", id: "register", tag: tagPeople, open: true, status: 201, errors: []int{403, 409, 422, 429}, summary: "Create the owner",
		about: "Creates the first user of a fresh installation and signs them in. It works once."},
		func(ctx context.Context, _ service.Caller, in *registerIn) (*sessionOut, error) {
			if s.Code != "" && !sameSecret(in.Body.Code, s.Code) {
				return nil, errCode
			}
			return s.sessionOut(s.svc.SetUp(ctx, service.NewOwner{Email: in.Body.Email, Password: in.Body.Password, Name: in.Body.Name,
				BaseCurrency: in.Body.BaseCurrency, Locale: in.Body.Locale, TimeZone: in.Body.TimeZone, Agent: in.UserAgent}))
		})
	add(s, route{method: "POST", path: "/auth/login", id: "login", tag: tagPeople, open: true, errors: []int{401, 422, 429}, summary: "Sign in",
		about: "Gives a token for programs and sets the cookie for browsers. Attempts are limited; an answer 429 says when to try again."},
		func(ctx context.Context, _ service.Caller, in *signInIn) (*sessionOut, error) {
			return s.sessionOut(s.svc.SignIn(ctx, in.Body.Email, in.Body.Password, in.UserAgent))
		})
	add(s, route{method: "POST", path: "/auth/refresh", id: "refresh", tag: tagPeople, summary: "Prolong the session",
		about: "The session lasts its full time again from now. Using it does the same now and then."},
		func(ctx context.Context, c service.Caller, _ *none) (*refreshOut, error) {
			expires, err := s.svc.Prolong(ctx, c)
			return &refreshOut{Body: Refreshed{Expires: expires}}, err
		})
	add(s, route{method: "POST", path: "/auth/logout", id: "logout", tag: tagPeople, status: 204, summary: "Sign out", about: "Ends this session; the token is good for nothing afterwards."},
		func(ctx context.Context, c service.Caller, _ *none) (*logoutOut, error) {
			return &logoutOut{SetCookie: s.cookie("", time.Time{})}, s.svc.SignOut(ctx, c)
		})
	add(s, route{method: "GET", path: "/auth/me", id: "me", tag: tagPeople, summary: "Who is signed in", about: "The person behind the token."},
		func(ctx context.Context, c service.Caller, _ *none) (*personOut, error) {
			u, err := s.svc.Me(ctx, c)
			return &personOut{personOf(u)}, err
		})
	add(s, route{method: "PATCH", path: "/auth/me", id: "update-me", tag: tagPeople, errors: []int{409, 422}, summary: "Change what is said of oneself", about: "What is not given stays as it is."},
		func(ctx context.Context, c service.Caller, in *struct{ Body profileBody }) (*personOut, error) {
			u, err := s.svc.UpdateMe(ctx, c, service.Profile{Name: in.Body.Name, Email: in.Body.Email, BaseCurrency: in.Body.BaseCurrency, Locale: in.Body.Locale, TimeZone: in.Body.TimeZone})
			return &personOut{personOf(u)}, err
		})
	add(s, route{method: "POST", path: "/auth/password", id: "change-password", tag: tagPeople, status: 204, errors: []int{422, 429}, summary: "Change the password", about: "Ends all other sessions."},
		func(ctx context.Context, c service.Caller, in *struct{ Body passwordBody }) (*none, error) {
			return &none{}, s.svc.ChangePassword(ctx, c, in.Body.Old, in.Body.New)
		})
}

// Setup says whether the installation is fresh.
type Setup struct {
	Needed     bool `json:"needed" doc:"Whether the owner is still to be created."`
	CodeNeeded bool `json:"code_needed" doc:"Whether that needs the set-up code that the server printed."`
}

type setupOut struct{ Body Setup }

// Refreshed says how long a session lasts now.
type Refreshed struct {
	Expires time.Time `json:"expires" doc:"When it ends unless it is used."`
}

type refreshOut struct{ Body Refreshed }

type logoutOut struct {
	SetCookie string `header:"Set-Cookie" doc:"Takes the cookie out of the browser."`
}
