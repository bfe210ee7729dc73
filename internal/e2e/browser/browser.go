// Package browser drives a real Chromium for the end-to-end tests and the pictures.
//
// Model: a Browser is one process with its own profile; a Page is one tab of it. A page
// collects everything that went wrong in it: console errors and warnings, uncaught
// exceptions, violations of the content security policy, requests that failed or were
// answered with an error. It counts the bytes that came over the wire.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// ErrNone reports a machine without a Chromium.
var ErrNone = errors.New("there is no Chromium: install it (Debian: apt-get install chromium) or name one in FOLIOSIGHT_CHROMIUM")

// Find is the path of the Chromium to use.
func Find() (string, error) {
	for _, name := range []string{os.Getenv("FOLIOSIGHT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNone
}

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// Start starts a Chromium that keeps its profile in a directory and ends with ctx.
func Start(ctx context.Context, path, profile string) (*Browser, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("force-color-profile", "srgb"))
	allocator, _ := chromedp.NewExecAllocator(ctx, options...)
	tab, _ := chromedp.NewContext(allocator)
	if err := chromedp.Do(tab); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return &Browser{tab}, nil
}

// Stop ends it and waits for that.
func (b *Browser) Stop() error { return chromedp.Cancel(b.ctx) }

// Screen is what a page is looked at on.
type Screen struct {
	Width, Height int64
	Dark          bool
	Phone         bool // a touch screen
	Cold          bool // nothing is taken from the browser's cache
}

// Open opens a tab. Tabs of one browser share its cookies.
func (b *Browser) Open(s Screen) (*Page, error) {
	p := &Page{wire: newWire()}
	p.ctx, p.cancel = chromedp.NewContext(b.ctx, chromedp.WithListener(p.wire.hear))
	var options []chromedp.EmulateViewportOption
	if s.Phone {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2))
	}
	scheme := "light"
	if s.Dark {
		scheme = "dark"
	}
	setUp := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, audits.Enable, cdp.Empty{}); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, t, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: s.Cold}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	})
	if err := chromedp.Do(p.ctx, chromedp.EmulateViewport(s.Width, s.Height, options...), setUp); err != nil {
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	return p, nil
}

// Page is a tab.
type Page struct {
	ctx    context.Context
	cancel context.CancelFunc
	wire   *wire
}

// patience is how long a page may take to show what is waited for.
const patience = 20 * time.Second

// Close closes the tab.
func (p *Page) Close() { p.cancel() }

// Do runs actions, with patience.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// Go opens an address and waits until the page is at rest.
func (p *Page) Go(url string) error {
	if err := p.Do(chromedp.Navigate(url)); err != nil {
		return fmt.Errorf("open %s: %w", url, err)
	}
	return p.Settle()
}

// Authenticator gives the tab a device that makes and keeps passkeys, and whose user is
// always there.
func (p *Page) Authenticator() error {
	return p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return err
	}))
}

// Text is what an expression gives, as text.
func (p *Page) Text(expression string) (string, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
}

// Until waits until an expression is true.
func (p *Page) Until(expression string) error {
	end := time.Now().Add(patience)
	for {
		got, err := p.Text(expression)
		if err == nil && got == "true" {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s stays %s %w", expression, got, errors.Join(err, context.DeadlineExceeded))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Settle waits until no request has been under way for a moment, the document is
// complete with its fonts, and two frames have been drawn.
func (p *Page) Settle() error {
	if err := p.wire.quiet(p.ctx, patience); err != nil {
		return err
	}
	if err := p.Until(`document.readyState === "complete" && document.fonts.status === "loaded"`); err != nil {
		return err
	}
	_, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`, chromedp.EvalAwaitPromise))
	return err
}

// Picture is what the screen shows of the page, as PNG.
func (p *Page) Picture() ([]byte, error) { return chromedp.Run(p.ctx, chromedp.CaptureScreenshot()) }

// Troubles are what went wrong in the page so far, and forgets them.
func (p *Page) Troubles() []string { return p.wire.troublesSoFar() }

// Weight is how many bytes came over the wire since the last call, headers included.
func (p *Page) Weight() Weight { return p.wire.weightSoFar() }
