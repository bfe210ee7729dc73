package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// PersonList is a list of people.
type PersonList struct {
	Items []Person `json:"items" nullable:"false" doc:"In the order they came."`
}

// Invite is an invitation.
type Invite struct {
	ID       string     `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Email    string     `json:"email,omitempty" doc:"For whom; absent: whoever has the link." example:"bob@example.org"`
	Role     string     `json:"role" enum:"owner,member" doc:"What they become."`
	Own      bool       `json:"own" doc:"Whether they found a household of their own instead of joining this one."`
	Created  time.Time  `json:"created" doc:"Since when."`
	Expires  time.Time  `json:"expires" doc:"Until when it is good."`
	Accepted *time.Time `json:"accepted,omitempty" doc:"When it was used."`
	Link     string     `json:"link,omitempty" doc:"Where it leads, once, when it is made." example:"https://books.example.org/register?invite=aW52aXRhdGlvbg"`
}

func inviteOf(i store.Invite) Invite {
	return Invite{ID: i.ID, Email: i.Email, Role: string(i.Role), Own: i.Founds, Created: i.Created, Expires: i.Expires, Accepted: unlessZero(i.Accepted)}
}

// InviteList is a list of invitations.
type InviteList struct {
	Items []Invite `json:"items" nullable:"false" doc:"The newest first."`
}

type inviteBody struct {
	Email string `json:"email,omitempty" maxLength:"320" doc:"For whom; whoever has the link unless given." example:"bob@example.org"`
	Role  string `json:"role,omitempty" enum:"owner,member" doc:"What they become; member unless given."`
	Own   bool   `json:"own,omitempty" doc:"They found a household of their own instead of joining this one; for who runs the installation."`
	Mail  bool   `json:"mail,omitempty" doc:"Send it to the address."`
}

type newUserBody struct {
	Email string `json:"email" maxLength:"320" doc:"E-mail address, for signing in." example:"bob@example.org"`
	Name  string `json:"name" maxLength:"200" doc:"Name." example:"Bob"`
	Role  string `json:"role,omitempty" enum:"owner,member" doc:"What they are; member unless given."`
}

// NewUser is an account that was made for somebody.
type NewUser struct {
	User     Person `json:"user" doc:"Who."`
	Password string `json:"password" doc:"A password to come in with, once. They should change it." example:"abcde-fghij-klmno-pqrst"`
}

type userChange struct {
	Role     *string `json:"role,omitempty" enum:"owner,member" doc:"What they are."`
	Disabled *bool   `json:"disabled,omitempty" doc:"Whether they are kept from coming in; their sessions end."`
	Tier     *string `json:"tier,omitempty" maxLength:"50" doc:"Name of the limits that hold; for who runs the installation." example:"free"`
}

type resetUserBody struct {
	SecondFactor bool `json:"second_factor,omitempty" doc:"Remove the second factor too: the device is lost, and the recovery codes with it."`
}

// Feature is a switch.
type Feature struct {
	Name       string     `json:"name" doc:"Name." example:"reports"`
	Means      string     `json:"means" doc:"What it is."`
	Enabled    bool       `json:"enabled" doc:"Whether it is on."`
	Percent    int        `json:"percent" doc:"For how many of a hundred users, where it is on." example:"100"`
	Configured bool       `json:"configured" doc:"What holds where nobody switched it."`
	Changed    *time.Time `json:"changed,omitempty" doc:"When it was last switched."`
}

// FeatureList is a list of switches.
type FeatureList struct {
	Items []Feature `json:"items" nullable:"false" doc:"By name."`
}

type featureBody struct {
	Enabled bool `json:"enabled" doc:"Whether it is on."`
	Percent *int `json:"percent,omitempty" minimum:"0" maximum:"100" doc:"For how many of a hundred users; all unless given." example:"25"`
}

// OfUser is the part of inputs that names a user.
type OfUser struct {
	User string `path:"user" doc:"Id of the user." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
}

func (s *server) household() {
	add(s, route{method: "GET", path: "/users", id: "list-users", tag: tagHousehold, summary: "The people", about: "Everybody of the household or firm for its owners, oneself for others."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body PersonList }, error) {
			all, err := s.svc.Users(ctx, c)
			out := PersonList{Items: make([]Person, len(all))}
			for i, u := range all {
				out.Items[i] = personOf(u)
			}
			return &struct{ Body PersonList }{out}, err
		})
	add(s, route{method: "POST", path: "/users", id: "add-user", tag: tagHousehold, status: 201, errors: []int{403, 409, 422}, summary: "Add somebody", about: "Makes an account with a password that is said once. For owners."},
		func(ctx context.Context, c service.Caller, in *struct{ Body newUserBody }) (*struct{ Body NewUser }, error) {
			role := store.UserRole(in.Body.Role)
			if role == "" {
				role = store.Member
			}
			u, password, err := s.svc.AddUser(ctx, c, service.NewOwner{Email: in.Body.Email, Name: in.Body.Name}, role)
			return &struct{ Body NewUser }{NewUser{personOf(u), password}}, err
		})
	add(s, route{method: "PATCH", path: "/users/{user}", id: "update-user", tag: tagHousehold, errors: []int{403, 404, 422}, summary: "Change what somebody may do", about: "What is not given stays as it is. For owners."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfUser
			Body userChange
		}) (out *personOut, err error) {
			u, err := s.svc.ChangeUser(ctx, c, in.User, service.UserChange{Role: (*store.UserRole)(in.Body.Role), Disabled: in.Body.Disabled, Tier: in.Body.Tier})
			return &personOut{personOf(u)}, err
		})
	add(s, route{method: "POST", path: "/users/{user}/password", id: "reset-user-password", tag: tagHousehold, errors: []int{403, 404}, summary: "Give somebody a new password", about: "For one who cannot come in any more. Their sessions end. For owners."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfUser
			Body *resetUserBody
		}) (*struct{ Body NewUser }, error) {
			password, err := s.svc.ResetPassword(ctx, c, in.User, in.Body != nil && in.Body.SecondFactor)
			if err != nil {
				return nil, err
			}
			all, err := s.svc.Users(ctx, c)
			out := NewUser{Password: password}
			for _, u := range all {
				if u.ID == in.User {
					out.User = personOf(u)
				}
			}
			return &struct{ Body NewUser }{out}, err
		})
	add(s, route{method: "GET", path: "/invites", id: "list-invites", tag: tagHousehold, errors: []int{403}, summary: "Invitations", about: "Open ones and used ones. For owners."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body InviteList }, error) {
			all, err := s.svc.Invites(ctx, c)
			out := InviteList{Items: make([]Invite, len(all))}
			for i, one := range all {
				out.Items[i] = inviteOf(one)
			}
			return &struct{ Body InviteList }{out}, err
		})
	add(s, route{method: "POST", path: "/invites", id: "create-invite", tag: tagHousehold, status: 201, errors: []int{403, 422, 503}, summary: "Invite somebody", about: "Good for a week, once. For owners, where registration is by invitation or open."},
		func(ctx context.Context, c service.Caller, in *struct{ Body inviteBody }) (*struct{ Body Invite }, error) {
			i, text, err := s.svc.Invite(ctx, c, service.NewInvite{Email: in.Body.Email, Role: store.UserRole(in.Body.Role), Own: in.Body.Own, Mail: in.Body.Mail})
			out := inviteOf(i)
			out.Link = s.svc.InviteLink(text)
			return &struct{ Body Invite }{out}, err
		})
	add(s, route{method: "DELETE", path: "/invites/{invite}", id: "delete-invite", tag: tagHousehold, status: 204, errors: []int{403, 404}, summary: "Take an invitation back", about: "Its link is good for nothing afterwards. For owners."},
		func(ctx context.Context, c service.Caller, in *struct {
			Invite string `path:"invite" doc:"Id of the invitation." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
		}) (*none, error) {
			return &none{}, s.svc.Uninvite(ctx, c, in.Invite)
		})
	add(s, route{method: "GET", path: "/features", id: "list-features", tag: tagHousehold, summary: "What is switched on", about: "Parts that can be switched off while everything else goes on."},
		func(ctx context.Context, c service.Caller, _ *none) (*struct{ Body FeatureList }, error) {
			all, err := s.svc.Features(ctx, c)
			out := FeatureList{Items: make([]Feature, len(all))}
			for i, f := range all {
				out.Items[i] = Feature{Name: f.Name, Means: f.Means, Enabled: f.Enabled, Percent: f.Percent, Configured: f.Configured, Changed: unlessZero(f.Changed)}
			}
			return &struct{ Body FeatureList }{out}, err
		})
	add(s, route{method: "PUT", path: "/features/{feature}", id: "switch-feature", tag: tagHousehold, status: 204, errors: []int{403, 422}, summary: "Switch something on or off", about: "For who runs the installation. It holds with the next request, in every process."},
		func(ctx context.Context, c service.Caller, in *struct {
			Feature string `path:"feature" maxLength:"50" doc:"Name." example:"reports"`
			Body    featureBody
		}) (*none, error) {
			percent := 100
			if in.Body.Percent != nil {
				percent = *in.Body.Percent
			}
			return &none{}, s.svc.SwitchFeature(ctx, c, in.Feature, in.Body.Enabled, percent)
		})
}
