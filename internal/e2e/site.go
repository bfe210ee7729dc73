// Package e2e runs the whole program and looks at it from outside: with a real browser,
// as a person would.
package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/e2e/browser"
)

// Site is the program, serving on a port of its own.
type Site struct {
	URL   string
	Ready time.Duration // from the start to the first answer
	stop  context.CancelFunc
	ended chan error
}

// Serve starts the program with flags as on the command line, on a free port unless one is
// given. Names in capitals are variables.
func Serve(ctx context.Context, flags map[string]string) (*Site, error) {
	if flags["listen"] == "" {
		flags["listen"] = "127.0.0.1:0"
	}
	given, environ := map[string]string{}, []string{"HOME=/nowhere", "MARKET_DATA=off"} // nobody out there is asked
	for name, value := range flags {
		if name == strings.ToUpper(name) {
			environ = append(environ, name+"="+value)
		} else {
			given[name] = value
		}
	}
	cfg, err := config.Load(config.Input{Environ: environ, Flags: given})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	s := &Site{stop: stop, ended: make(chan error, 1)}
	address := make(chan string, 1)
	began := time.Now()
	go func() {
		s.ended <- app.Run(ctx, cfg, app.Outside{Version: "test", Started: func(url string) { address <- url }})
	}()
	select {
	case s.URL = <-address:
		s.Ready = time.Since(began)
		return s, nil
	case err := <-s.ended:
		stop()
		return nil, fmt.Errorf("the program ended: %w", errors.Join(err, ctx.Err()))
	}
}

// Stop stops the program and waits for its end.
func (s *Site) Stop() error {
	s.stop()
	return <-s.ended
}

// The demonstration's user, as the sign-in page names it.
const (
	demoEmail    = "demo@foliosight.example"
	demoPassword = "demo-demo-demo"
)

// SignIn signs the demonstration's user in and returns the addresses of the portfolios,
// the joint one last.
func (s *Site) SignIn(p *browser.Page) ([]string, error) {
	if err := p.Go(s.URL + "/sign-in"); err != nil {
		return nil, err
	}
	if err := p.Do(chromedp.SetValue(chromedp.CSS("[name=email]"), demoEmail), chromedp.SetValue(chromedp.CSS("[name=password]"), demoPassword),
		chromedp.Click(chromedp.CSS("button[type=submit]"))); err != nil {
		return nil, err
	}
	if err := p.Until(`location.pathname.startsWith("/p/")`); err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	if err := p.Go(s.URL + "/portfolios"); err != nil {
		return nil, err
	}
	found, err := p.Text(`[...document.querySelectorAll("main a[href^='/p/']")].map(a => a.pathname.split("/").slice(0, 3).join("/")).filter((a, i, all) => all.indexOf(a) === i).join(" ")`)
	if err != nil {
		return nil, err
	}
	var own, joint []string
	for _, address := range strings.Fields(found) {
		if address == "/p/all" {
			joint = append(joint, address)
		} else {
			own = append(own, address)
		}
	}
	if len(own) == 0 {
		return nil, errors.New("sign in: there is no portfolio")
	}
	return append(own, joint...), nil
}

// PagesOf are the pages of a portfolio by a short name.
func PagesOf(portfolio string) map[string]string {
	pages := map[string]string{"overview": portfolio}
	for _, name := range []string{"holdings", "performance", "income", "risk", "scenarios", "what-if", "transactions", "transactions/new", "import", "prices", "data", "edit", "go", "watchlist", "compare"} {
		if portfolio == "/p/all" && name == "edit" {
			continue // there is nothing to set
		}
		pages[strings.ReplaceAll(name, "/", "-")] = portfolio + "/" + name
	}
	pages["instrument"] = portfolio + "/instruments/NVDA"
	pages["compared"] = portfolio + "/compare?symbols=NVDA,MSFT,JPM"
	if portfolio != "/p/all" {
		for _, name := range []string{"accounts", "lot-rules", "closings", "sharing"} {
			pages[name] = portfolio + "/" + name
		}
	}
	return pages
}

// Elsewhere are the pages of nobody's portfolio, by name: the person's own, what waits for
// them, and those of whoever runs the installation.
func Elsewhere() map[string]string {
	pages := map[string]string{}
	for _, path := range []string{"portfolios", "portfolios/new", "settings", "settings/security", "settings/appearance", "settings/data", "settings/programs", "settings/tags",
		"alerts", "alerts/limits", "alerts/rules", "alerts/rules/new", "households", "clients", "jobs", "admin/people", "admin/features", "admin/health", "admin/audit"} {
		pages[strings.ReplaceAll(path, "/", "-")] = "/" + path
	}
	return pages
}

// Path is the path of an address with its query.
func Path(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.RequestURI()
}
