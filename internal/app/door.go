package app

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/view"
)

// The demonstration's user. The password is for this machine alone; on any other
// address it is made up anew at each start.
const (
	demoEmail    = "demo@foliosight.example"
	demoPassword = "demo-demo-demo"
)

// ErrFuture reports a demonstration that would end after today.
var ErrFuture = errors.New("as_of (--as-of) lies in the future")

// door is how people get in.
type door struct {
	demo    *view.Demo // the demonstration's user
	code    string     // asked of the first visitor
	fresh   bool       // the owner is still to be created
	local   bool       // the server answers this machine alone
	explore func(ctx context.Context, agent string) (service.SignedIn, error)

	needsSetup func(ctx context.Context) (bool, error)
}

// openDoor seeds the demonstration, or finds out whether the owner is still to come.
func openDoor(ctx context.Context, cfg config.Config, svc *service.Service, now func() time.Time) (*door, error) {
	d := &door{local: loopback(cfg.Listen), needsSetup: svc.NeedsSetup}
	today := date.FromTime(now())
	if cfg.Demo {
		return d, d.seed(ctx, cfg, svc, today)
	}
	var err error
	if d.fresh, err = svc.NeedsSetup(ctx); err != nil {
		return nil, err
	}
	switch {
	case d.fresh && d.local:
		d.explore = func(ctx context.Context, agent string) (service.SignedIn, error) {
			return svc.Explore(ctx, date.FromTime(now()), agent)
		}
	case d.fresh:
		if d.code, err = setUpCode(cfg.Accounts.Signing); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// seed makes the demonstration's user and books in an empty database.
func (d *door) seed(ctx context.Context, cfg config.Config, svc *service.Service, today date.Date) error {
	asOf := cfg.AsOf
	if asOf.IsNone() {
		asOf = today
	}
	if asOf > today {
		return fmt.Errorf("%w: it is %s, today is %s", ErrFuture, asOf, today)
	}
	d.demo = &view.Demo{Email: demoEmail, Password: demoPassword}
	if !d.local {
		d.demo.Password = words(4)
	}
	in, err := svc.SetUp(ctx, service.NewOwner{Email: d.demo.Email, Password: d.demo.Password, Name: "Demo", BaseCurrency: "USD", Shown: true})
	if err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	_, err = svc.SeedDemo(ctx, in.Caller, asOf)
	return err
}

// shown is what the sign-in page says of the demonstration's user: all of it on this
// machine, nothing on any other address.
func (d *door) shown() *view.Demo {
	if d.local {
		return d.demo
	}
	return nil
}

// say tells whoever started the server where it is and how to get in.
func (d *door) say(w io.Writer, url string) {
	fmt.Fprintf(w, "FolioSight: %s\n", url)
	switch {
	case d.demo != nil:
		fmt.Fprintf(w, "Sign in as %s with the password %s\n%s Everything is thrown away when the server stops.\n", d.demo.Email, d.demo.Password, simulated.Notice)
	case d.code != "":
		fmt.Fprintf(w, "Nobody has been here yet: create the owner with the set-up code %s\n", d.code)
	case d.fresh:
		fmt.Fprintf(w, "Nobody has been here yet: open the address and create the owner.\n")
	default:
		fmt.Fprintf(w, "Sign in with your e-mail address and password.\n")
	}
}

// setups are the requests that make somebody the owner.
var setups = map[string]bool{"/first-run": true, "/explore": true, "/api/v1/auth/register": true}

// guard lets nobody become the owner through a name that only seems to be this
// machine: without a set-up code the address asked for must be a loopback one. Once
// there is an owner it lets everybody through: the services know who may register.
func (d *door) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && setups[r.URL.Path] && d.code == "" && !loopback(r.Host) {
			if open, err := d.needsSetup(r.Context()); err != nil || open {
				http.Error(w, "The owner is created on this machine, at http://localhost.", http.StatusForbidden)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// setUpCode is what the first visitor is asked for. Processes with the same SECRET_KEY
// have the same: a proxy shares out requests among them, and one asks what another printed.
func setUpCode(signing string) (string, error) {
	if signing == "" {
		return words(2), nil
	}
	derived, err := hkdf.Key(sha256.New, []byte(signing), nil, "foliosight set-up code", 16)
	if err != nil {
		return "", fmt.Errorf("set-up code: %w", err)
	}
	return wordsOf(base32.StdEncoding.EncodeToString(derived), 2), nil
}

// words are random words of four letters that are easy to read and to type.
func words(count int) string { return wordsOf(rand.Text(), count) }

// wordsOf are the first words of four letters of a text in the base32 alphabet.
func wordsOf(text string, count int) string {
	parts := strings.Split(strings.ToLower(text), "")
	var out []string
	for i := range count {
		out = append(out, strings.Join(parts[4*i:4*i+4], ""))
	}
	return strings.Join(out, "-")
}
