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
	Country      string         `json:"country,omitempty" doc:"ISO 3166 alpha-2." example:"DE"`
	CostMethod   string         `json:"cost_method,omitempty" doc:"Lot method of new portfolios; FIFO where it is absent." example:"FIFO"`
	Tier         string         `json:"tier,omitempty" doc:"Name of the limits that hold; the usual ones where it is absent." example:"free"`
	Verified     bool           `json:"email_verified" doc:"Whether the address was shown to be theirs."`
	Disabled     bool           `json:"disabled,omitempty" doc:"Whether they are kept from coming in."`
	Created      time.Time      `json:"created" doc:"Since when."`
}

func personOf(u store.User) Person {
	return Person{ID: u.ID, Email: u.Email, Name: u.Name, Role: string(u.Role), BaseCurrency: u.BaseCurrency, Locale: u.Locale, TimeZone: u.TimeZone,
		Country: u.Country, CostMethod: u.CostMethod, Tier: u.Tier, Verified: !u.Verified.IsZero(), Disabled: u.Disabled, Created: u.Created}
}

// Tokens are what a program sends with its requests.
type Tokens struct {
	AccessToken  string `json:"access_token" doc:"Send it as Authorization: Bearer. A JSON Web Token; it is good until its session ends, and no longer than expires_in." example:"eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"`
	TokenType    string `json:"token_type" enum:"bearer" doc:"How it is sent."`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds that it lasts." example:"86400"`
	RefreshToken string `json:"refresh_token,omitempty" doc:"Exchange it for fresh tokens with POST /api/v1/auth/refresh, once." example:"cmVmcmVzaC10b2tlbg"`
}

func tokensOf(t service.Tokens) Tokens {
	return Tokens{AccessToken: t.Access, TokenType: "bearer", ExpiresIn: int(t.Lasts.Seconds()), RefreshToken: t.Refresh}
}

// Session is what signing in gives.
type Session struct {
	Token   string    `json:"token" doc:"The token of the session itself, as the cookie has it; also good as Authorization: Bearer. It is kept nowhere else." example:"b0JhcnJlbC1vZi1zb21lLXRva2Vu"`
	Expires time.Time `json:"expires" doc:"When that ends unless it is used."`
	User    Person    `json:"user" doc:"Who signed in."`
	Tokens
}

type sessionOut struct {
	SetCookie string `header:"Set-Cookie" doc:"The session's cookie: HttpOnly, SameSite=Lax."`
	Body      Session
}

func (s *server) sessionOut(in service.SignedIn, err error) (*sessionOut, error) {
	if err != nil {
		return nil, err
	}
	return &sessionOut{SetCookie: s.cookie(in.Token, in.Expires), Body: Session{Token: in.Token, Expires: in.Expires, User: personOf(in.User), Tokens: tokensOf(in.Tokens)}}, nil
}

type personOut struct{ Body Person }

type none struct{}

type signInBody struct {
	Email    string `json:"email" maxLength:"320" doc:"E-mail address." example:"ada@example.org"`
	Password string `json:"password" maxLength:"1024" doc:"Password." example:"a sentence is easiest to remember"`
}

type registerBody struct {
	Email        string         `json:"email" maxLength:"320" doc:"E-mail address, for signing in." example:"ada@example.org"`
	Password     string         `json:"password" maxLength:"1024" doc:"Password, at least 12 characters." example:"a sentence is easiest to remember"`
	Name         string         `json:"name" maxLength:"200" doc:"Name." example:"Ada"`
	BaseCurrency money.Currency `json:"base_currency,omitempty" doc:"Currency of new portfolios; USD unless given."`
	Locale       string         `json:"locale,omitempty" maxLength:"35" doc:"BCP 47; en unless given." example:"en-GB"`
	TimeZone     string         `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name; UTC unless given." example:"Europe/Berlin"`
	Country      string         `json:"country,omitempty" maxLength:"2" doc:"ISO 3166 alpha-2." example:"DE"`
	Code         string         `json:"code,omitempty" maxLength:"64" doc:"The set-up code that the server printed, where it asks the first visitor for one."`
	Invite       string         `json:"invite,omitempty" maxLength:"100" doc:"The last part of the link of an invitation." example:"aW52aXRhdGlvbg"`
}

type profileBody struct {
	Email        *string         `json:"email,omitempty" maxLength:"320" doc:"E-mail address." example:"ada@example.org"`
	Name         *string         `json:"name,omitempty" maxLength:"200" doc:"Name." example:"Ada"`
	BaseCurrency *money.Currency `json:"base_currency,omitempty" doc:"Currency of new portfolios."`
	Locale       *string         `json:"locale,omitempty" maxLength:"35" doc:"BCP 47." example:"en-GB"`
	TimeZone     *string         `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name." example:"Europe/Berlin"`
	Country      *string         `json:"country,omitempty" maxLength:"2" doc:"ISO 3166 alpha-2; empty for none." example:"DE"`
	CostMethod   *string         `json:"cost_method,omitempty" maxLength:"20" doc:"Lot method of new portfolios: FIFO, LIFO, HIFO, AVERAGE …; empty for FIFO." example:"FIFO"`
}

type passwordBody struct {
	Old string `json:"old_password" maxLength:"1024" doc:"The password so far." example:"a sentence is easiest to remember"`
	New string `json:"new_password" maxLength:"1024" doc:"The new one, at least 12 characters." example:"another sentence, longer still"`
}

type refreshBody struct {
	RefreshToken string `json:"refresh_token,omitempty" maxLength:"200" doc:"The refresh token of the last answer. Without it the session that asks is prolonged." example:"cmVmcmVzaC10b2tlbg"`
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
	add(s, route{method: "GET", path: "/setup", id: "setup", tag: tagPeople, open: true, summary: "Whether there is an owner yet, and how one comes in",
		about: "A fresh installation has nobody. Then the first visitor creates the owner with POST /api/v1/auth/register."},
		func(ctx context.Context, _ service.Caller, _ *none) (*setupOut, error) {
			needed, err := s.svc.NeedsSetup(ctx)
			out := Setup{Needed: needed, CodeNeeded: needed && s.Code != "", Registration: string(s.svc.Registration()), Providers: []Provider{}}
			for _, p := range s.svc.Providers() {
				out.Providers = append(out.Providers, Provider{Name: p.Name, Label: p.Label})
			}
			return &setupOut{Body: out}, err
		})
	add(s, route{method: "POST", path: "/auth/register", id: "register", tag: tagPeople, open: true, status: 201, errors: []int{403, 409, 422, 429}, summary: "Create an account",
		about: "Creates the owner of a fresh installation and signs them in. After that it depends on the registration: closed to everybody, by invitation, or open. With an invitation one joins whoever sent it; otherwise one is the owner of a household of one's own."},
		func(ctx context.Context, _ service.Caller, in *registerIn) (*sessionOut, error) {
			if s.Code != "" && !sameSecret(in.Body.Code, s.Code) {
				if needed, err := s.svc.NeedsSetup(ctx); err != nil || needed {
					return nil, orElse(err, errCode)
				}
			}
			b := in.Body
			return s.sessionOut(s.svc.Register(ctx, service.NewOwner{Email: b.Email, Password: b.Password, Name: b.Name, BaseCurrency: b.BaseCurrency,
				Locale: b.Locale, TimeZone: b.TimeZone, Country: b.Country, Invite: b.Invite, Agent: in.UserAgent, Program: true}))
		})
	add(s, route{method: "POST", path: "/auth/login", id: "login", tag: tagPeople, open: true, errors: []int{401, 403, 422, 429}, summary: "Sign in",
		about: "Gives tokens for programs and sets the cookie for browsers. Who has a second factor is answered 403 with `mfa_required` and a `challenge`, which POST /api/v1/auth/login/second-factor takes with a code. Attempts are limited; an answer 429 says when to try again."},
		func(ctx context.Context, _ service.Caller, in *signInIn) (*sessionOut, error) {
			return s.sessionOut(s.svc.LogIn(ctx, in.Body.Email, in.Body.Password, service.Visit{Agent: in.UserAgent, Program: true}))
		})
	add(s, route{method: "POST", path: "/auth/refresh", id: "refresh", tag: tagPeople, open: true, perhaps: true, errors: []int{401, 422}, summary: "Fresh tokens",
		about: "Exchanges a refresh token for a fresh access token and the next refresh token. Each is good once: one that comes a second time ends its session, because somebody else has a copy. Without a refresh token the session that asks lasts its full time again."},
		func(ctx context.Context, c service.Caller, in *struct{ Body *refreshBody }) (*refreshOut, error) {
			if in.Body != nil && in.Body.RefreshToken != "" {
				fresh, err := s.svc.Refresh(ctx, in.Body.RefreshToken)
				return &refreshOut{Body: Refreshed{Expires: fresh.Expires, Tokens: tokensOf(fresh.Tokens)}}, err
			}
			expires, err := s.svc.Prolong(ctx, c)
			if err != nil {
				return nil, err
			}
			tokens, err := s.svc.Access(ctx, c)
			return &refreshOut{Body: Refreshed{Expires: expires, Tokens: tokensOf(tokens)}}, err
		})
	add(s, route{method: "POST", path: "/auth/logout", id: "logout", tag: tagPeople, status: 204, summary: "Sign out", about: "Ends this session; its tokens are good for nothing afterwards."},
		func(ctx context.Context, c service.Caller, _ *none) (*logoutOut, error) {
			return &logoutOut{SetCookie: s.cookie("", time.Time{})}, s.svc.SignOut(ctx, c)
		})
	add(s, route{method: "POST", path: "/auth/logout-everywhere", id: "logout-everywhere", tag: tagPeople, status: 204, summary: "Sign out everywhere", about: "Ends all sessions, this one too. Tokens made for programs stay."},
		func(ctx context.Context, c service.Caller, _ *none) (*logoutOut, error) {
			return &logoutOut{SetCookie: s.cookie("", time.Time{})}, s.svc.SignOutEverywhere(ctx, c)
		})
	add(s, route{method: "GET", path: "/auth/me", id: "me", tag: tagPeople, summary: "Who is signed in", about: "The person behind the token."},
		func(ctx context.Context, c service.Caller, _ *none) (*personOut, error) {
			u, err := s.svc.Me(ctx, c)
			return &personOut{personOf(u)}, err
		})
	add(s, route{method: "PATCH", path: "/auth/me", id: "update-me", tag: tagPeople, errors: []int{409, 422}, summary: "Change what is said of oneself", about: "What is not given stays as it is. A new address is not verified."},
		func(ctx context.Context, c service.Caller, in *struct{ Body profileBody }) (*personOut, error) {
			b := in.Body
			u, err := s.svc.UpdateMe(ctx, c, service.Profile{Name: b.Name, Email: b.Email, BaseCurrency: b.BaseCurrency, Locale: b.Locale, TimeZone: b.TimeZone, Country: b.Country, CostMethod: b.CostMethod})
			return &personOut{personOf(u)}, err
		})
	add(s, route{method: "POST", path: "/auth/password", id: "change-password", tag: tagPeople, status: 204, errors: []int{422, 429}, summary: "Change the password", about: "Ends all other sessions."},
		func(ctx context.Context, c service.Caller, in *struct{ Body passwordBody }) (*none, error) {
			return &none{}, s.svc.ChangePassword(ctx, c, in.Body.Old, in.Body.New)
		})
	s.mails()
	s.secondFactors()
	s.passkeys()
	s.elsewhere()
	s.sessions()
	s.ownData()
	s.household()
}

// orElse is the first error there is.
func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Setup says whether the installation is fresh.
type Setup struct {
	Needed       bool       `json:"needed" doc:"Whether the owner is still to be created."`
	CodeNeeded   bool       `json:"code_needed" doc:"Whether that needs the set-up code that the server printed."`
	Registration string     `json:"registration" enum:"closed,invite,open" doc:"Who may create an account once there is an owner."`
	Providers    []Provider `json:"providers" nullable:"false" doc:"Others that one can sign in with: GET /api/v1/auth/oidc/{provider}/start."`
}

// Provider is another that one can sign in with.
type Provider struct {
	Name  string `json:"name" doc:"In addresses." example:"work"`
	Label string `json:"label" doc:"What people call it." example:"Work account"`
}

type setupOut struct{ Body Setup }

// Refreshed is what refreshing gives.
type Refreshed struct {
	Expires time.Time `json:"expires" doc:"When the session ends unless it is used."`
	Tokens
}

type refreshOut struct{ Body Refreshed }

type logoutOut struct {
	SetCookie string `header:"Set-Cookie" doc:"Takes the cookie out of the browser."`
}
