package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/foliosight/foliosight/internal/store"
)

// Whoever has a password, or a signed-in browser that is not theirs, can change how one
// signs in. The person is told by mail, in the transaction of the change, so that it does
// not happen unnoticed; without mail the audit trail alone tells.

const passwordChanged = "Your password was changed."

// noticeLife is how long a notice is worth sending.
const noticeLife = 2 * 24 * time.Hour

const noticeWords = `Hello %s,

%s

When: %s
%s
If it was you, there is nothing to do. If not, choose a new password at once and end all
sessions:

%s
`

// notice tells a person that how they sign in changed. It goes to the address of u.
func (s *Service) notice(ctx context.Context, tx store.Tx, u store.User, what string) error {
	if s.accounts.Mail == nil {
		return nil
	}
	place, err := time.LoadLocation(u.TimeZone)
	if err != nil {
		place = time.UTC
	}
	from := ""
	if a := addressOf(ctx); a != "" {
		from = "From the address: " + a + "\n"
	}
	return s.send(ctx, tx, "security", noticeLife, u.Email, "FolioSight: "+lowerFirst(strings.TrimSuffix(what, ".")),
		fmt.Sprintf(noticeWords, u.Name, what, s.now().In(place).Format("2 January 2006, 15:04 MST"), from, s.accounts.PublicURL+"/settings/security"))
}

func lowerFirst(text string) string {
	letters := []rune(text)
	letters[0] = unicode.ToLower(letters[0])
	return string(letters)
}

// noticed does what changes how the caller signs in, and tells them.
func (s *Service) noticed(ctx context.Context, c Caller, what string, fn func(context.Context, store.Tx) error) error {
	return s.account(ctx, c, func(ctx context.Context, tx store.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		me, err := tx.User(ctx, c.User)
		if err != nil {
			return err
		}
		return s.notice(ctx, tx, me, what)
	})
}

// came is what is kept of a sign-in in the audit trail, and of one that was refused.
type came struct {
	Address string `json:"address,omitempty"`
	Agent   string `json:"agent,omitempty"`
	Why     string `json:"why,omitempty"` // of a refusal: what was wrong
}

// Came reads from an event of the kind session.create or session.refused which network
// address it came from, what the browser called itself, and what was wrong; as far as it
// is kept.
func Came(e store.Event) (address, agent, why string) {
	var c came
	if len(e.After) > 0 && json.Unmarshal(e.After, &c) != nil {
		return "", "", ""
	}
	return c.Address, c.Agent, c.Why
}

// signInsCompared is how many earlier sign-ins one is held against.
const signInsCompared = 100

// strange reports whether a sign-in is from a browser or an address that none of the
// person's last sign-ins came from. Versions of a browser do not count. The first one
// that says where it comes from is not strange: there is nothing to hold it against.
func strange(ctx context.Context, v store.View, now came) (bool, error) {
	if now.Address == "" && now.Agent == "" {
		return false, nil // the command line, or this machine
	}
	all, err := v.FindEvents(ctx, store.EventFilter{User: v.Identity().User, Action: "session.create", Limit: signInsCompared})
	if err != nil {
		return false, err
	}
	compared, browser, place := 0, false, now.Address == ""
	for _, e := range all {
		address, agent, _ := Came(e)
		if address == "" && agent == "" {
			continue
		}
		compared++
		browser = browser || unversioned(agent) == unversioned(now.Agent)
		place = place || address == now.Address
	}
	return compared > 0 && !(browser && place), nil
}

// unversioned is what a browser calls itself without the numbers, which change with every
// update.
func unversioned(agent string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == '.' {
			return -1
		}
		return r
	}, agent)
}

// refused notes in the person's own trail that a sign-in as them was refused, with where
// it came from and which of the factors was wrong; never what was given.
func (s *Service) refused(ctx context.Context, id store.Identity, why string) error {
	text, err := json.Marshal(came{Address: addressOf(ctx), Why: why})
	if err != nil {
		return err
	}
	err = s.store.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		return tx.Note(ctx, store.Event{Action: "session.refused", Object: "user/" + id.User, After: text})
	})
	if errors.Is(err, store.ErrForbidden) || errors.Is(err, store.ErrNotFound) {
		return s.nothing(ctx) // a disabled account; nobody reads its trail
	}
	return err
}

// nothing takes the time of a write that is not made, so that how long an answer takes
// does not tell whether there is an account.
func (s *Service) nothing(ctx context.Context) error {
	_, _, err := s.challenge(ctx, "nothing", time.Second, strings.Repeat("x", 600))
	return err
}
