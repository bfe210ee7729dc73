package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// userCommand looks after the people of an installation.
type userCommand struct {
	List          userList   `cmd:"" help:"Everybody of your household or firm."`
	Add           userAdd    `cmd:"" help:"Make an account; its password is printed once."`
	Invite        userInvite `cmd:"" help:"Make a link with which somebody creates an account."`
	Disable       userOff    `cmd:"" help:"Keep somebody from coming in; their sessions end."`
	Enable        userOn     `cmd:"" help:"Let them in again."`
	ResetPassword userReset  `cmd:"" help:"Give somebody a new password, printed once; their sessions end."`
	Role          userRole   `cmd:"" help:"Make somebody an owner or a member."`
	Tier          userTier   `cmd:"" help:"Give somebody other limits, by the name they have in TIER_LIMITS."`
}

// person is a user as it is printed.
type person struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Tier     string `json:"tier,omitempty"`
	Disabled bool   `json:"disabled"`
	Password string `json:"password,omitempty"`
}

func personOf(u store.User) person {
	return person{ID: u.ID, Email: u.Email, Name: u.Name, Role: string(u.Role), Tier: u.Tier, Disabled: u.Disabled}
}

// asJSON is the flag of commands that report.
type asJSON struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// tell prints a person, with what is to be said once.
func (a asJSON) tell(p person) error {
	if a.JSON {
		return printJSON(p)
	}
	state := ""
	if p.Disabled {
		state = "  disabled"
	}
	fmt.Printf("%s  %s  %s  %s%s\n", p.ID, p.Email, p.Role, p.Name, state)
	if p.Password != "" {
		fmt.Printf("password: %s\n", p.Password)
		note("it is not shown again; they should change it")
	}
	return nil
}

// with opens the database for somebody who may look after people.
func (g *globals) with(ctx context.Context, fn func(*app.House, service.Caller) error) error {
	h, err := g.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	c, err := g.caller(ctx, h, "", true)
	if err != nil {
		return err
	}
	return fn(h, c)
}

// named finds a user of the caller's tenant by e-mail address or id.
func named(ctx context.Context, h *app.House, c service.Caller, who string) (store.User, error) {
	all, err := h.Users(ctx, c)
	if err != nil {
		return store.User{}, err
	}
	for _, u := range all {
		if u.ID == who || strings.EqualFold(u.Email, who) {
			return u, nil
		}
	}
	return store.User{}, fmt.Errorf("there is no user %q; `foliosight user list` shows them", who)
}

type userList struct{ asJSON }

// Run lists.
func (l *userList) Run(ctx context.Context, g *globals) error {
	return g.with(ctx, func(h *app.House, c service.Caller) error {
		all, err := h.Users(ctx, c)
		if err != nil {
			return err
		}
		people := make([]person, len(all))
		for i, u := range all {
			people[i] = personOf(u)
		}
		if l.JSON {
			return printJSON(map[string]any{"users": people})
		}
		w := tabwriter.NewWriter(os.Stdout, 2, 8, 2, ' ', 0)
		for _, p := range people {
			state := ""
			if p.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Email, p.Role, p.Name, p.Tier, state)
		}
		return w.Flush()
	})
}

type userAdd struct {
	Email string `arg:"" help:"E-mail address, for signing in."`
	Name  string `help:"Name (default: the address)."`
	Role  string `help:"owner or member." default:"member" enum:"owner,member"`
	Own   bool   `help:"A household of their own instead of yours."`
	asJSON
}

// Run adds.
func (a *userAdd) Run(ctx context.Context, g *globals) error {
	return g.with(ctx, func(h *app.House, c service.Caller) error {
		n := service.NewOwner{Email: a.Email, Name: a.Name}
		if n.Name == "" {
			n.Name = a.Email
		}
		var u store.User
		var password string
		var err error
		if a.Own {
			u, password, err = h.FoundUser(ctx, c, n)
		} else {
			u, password, err = h.AddUser(ctx, c, n, store.UserRole(a.Role))
		}
		if err != nil {
			return err
		}
		p := personOf(u)
		p.Password = password
		return a.tell(p)
	})
}

type userInvite struct {
	Email string `arg:"" optional:"" help:"For whom (default: whoever has the link)."`
	Role  string `help:"owner or member." default:"member" enum:"owner,member"`
	Own   bool   `help:"A household of their own instead of yours."`
	Mail  bool   `help:"Send it to the address."`
	asJSON
}

// Run invites.
func (i *userInvite) Run(ctx context.Context, g *globals) error {
	return g.with(ctx, func(h *app.House, c service.Caller) error {
		made, text, err := h.Invite(ctx, c, service.NewInvite{Email: i.Email, Role: store.UserRole(i.Role), Own: i.Own, Mail: i.Mail})
		if err != nil {
			return err
		}
		if i.JSON {
			return printJSON(map[string]any{"id": made.ID, "email": made.Email, "role": made.Role, "own": made.Founds, "expires": made.Expires, "link": h.InviteLink(text)})
		}
		fmt.Println(h.InviteLink(text))
		note("good once, until %s", made.Expires.Format("2006-01-02 15:04 MST"))
		if i.Mail {
			note("the server sends it once it runs")
		}
		return nil
	})
}

// whom is who a command is about.
type whom struct {
	User string `arg:"" help:"E-mail address or id."`
	asJSON
}

func (w whom) change(ctx context.Context, g *globals, change service.UserChange) error {
	return g.with(ctx, func(h *app.House, c service.Caller) error {
		u, err := named(ctx, h, c, w.User)
		if err != nil {
			return err
		}
		if u, err = h.ChangeUser(ctx, c, u.ID, change); err != nil {
			return err
		}
		return w.tell(personOf(u))
	})
}

type userOff struct{ whom }

// Run disables.
func (u *userOff) Run(ctx context.Context, g *globals) error {
	off := true
	return u.change(ctx, g, service.UserChange{Disabled: &off})
}

type userOn struct{ whom }

// Run enables.
func (u *userOn) Run(ctx context.Context, g *globals) error {
	off := false
	return u.change(ctx, g, service.UserChange{Disabled: &off})
}

type userRole struct {
	whom
	Role string `arg:"" help:"owner or member." enum:"owner,member"`
}

// Run changes the role.
func (u *userRole) Run(ctx context.Context, g *globals) error {
	role := store.UserRole(u.Role)
	return u.change(ctx, g, service.UserChange{Role: &role})
}

type userTier struct {
	whom
	Tier string `arg:"" optional:"" help:"Name of the limits (default: everybody's)."`
}

// Run changes the tier.
func (u *userTier) Run(ctx context.Context, g *globals) error {
	return u.change(ctx, g, service.UserChange{Tier: &u.Tier})
}

type userReset struct {
	whom
	SecondFactor bool `help:"Remove the second factor too."`
}

// Run resets.
func (u *userReset) Run(ctx context.Context, g *globals) error {
	return g.with(ctx, func(h *app.House, c service.Caller) error {
		found, err := named(ctx, h, c, u.User)
		if err != nil {
			return err
		}
		p := personOf(found)
		if p.Password, err = h.ResetPassword(ctx, c, found.ID, u.SecondFactor); err != nil {
			return err
		}
		return u.tell(p)
	})
}
