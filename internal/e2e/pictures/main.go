// Command pictures photographs every page of the demonstration, light and dark, wide and
// narrow, into a directory. The demonstration's day is fixed, so that two pictures differ
// only where the pages do.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/chromedp/chromedp"

	"github.com/foliosight/foliosight/internal/e2e"
	"github.com/foliosight/foliosight/internal/e2e/browser"
)

func main() {
	into := flag.String("into", "", "directory of the pictures")
	asOf := flag.String("as-of", "2026-09-30", "last day of the demonstration")
	every := flag.Bool("every", false, "photograph every page on every screen, instead of those of the documentation")
	portfolio := flag.Int("portfolio", 3, "which portfolio, counted from 1; the one after the last is all of them together")
	flag.Parse()
	if *into == "" {
		fmt.Fprintln(os.Stderr, "pictures: say where to, with -into DIR")
		os.Exit(2)
	}
	if err := run(*into, *asOf, *portfolio, *every); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// screens are what the pages are looked at on, by the end of the picture's name.
var screens = map[string]browser.Screen{
	"light":       {Width: 1440, Height: 1136},
	"dark":        {Width: 1440, Height: 1136, Dark: true},
	"narrow":      {Width: 390, Height: 844, Phone: true},
	"narrow-dark": {Width: 390, Height: 844, Phone: true, Dark: true},
}

// documented are the pictures that the documentation shows, by page and screen.
var documented = map[string][]string{
	"overview": {"light", "dark", "narrow"}, "holdings": {"light", "narrow"}, "performance": {"light", "dark"}, "risk": {"light", "dark", "narrow"}, "import": {"light"},
}

func run(into, asOf string, portfolio int, every bool) error {
	if err := os.MkdirAll(into, 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	site, err := e2e.Serve(ctx, map[string]string{"demo": "true", "as-of": asOf})
	if err != nil {
		return err
	}
	defer site.Stop()
	path, err := browser.Find()
	if err != nil {
		return err
	}
	profile, err := os.MkdirTemp("", "foliosight-pictures-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	b, err := browser.Start(ctx, path, profile)
	if err != nil {
		return err
	}
	defer b.Stop()
	pages, err := pagesOf(site, b, portfolio)
	if err != nil {
		return err
	}
	for end, screen := range screens {
		if err := photograph(b, screen, into, end, pages, every); err != nil {
			return err
		}
	}
	return nil
}

// pagesOf signs in, uploads a file to have a preview of, and names the pages.
func pagesOf(site *e2e.Site, b *browser.Browser, portfolio int) (map[string]string, error) {
	p, err := b.Open(screens["light"])
	if err != nil {
		return nil, err
	}
	defer p.Close()
	portfolios, err := site.SignIn(p)
	if err != nil {
		return nil, err
	}
	if portfolio < 1 || portfolio > len(portfolios) {
		return nil, fmt.Errorf("there are %d portfolios, not %d", len(portfolios), portfolio)
	}
	pages := map[string]string{}
	for name, address := range e2e.PagesOf(portfolios[portfolio-1]) {
		pages[name] = site.URL + address
	}
	pages["sign-in"] = site.URL + "/sign-in"
	for name, address := range e2e.Elsewhere() {
		pages[name] = site.URL + address
	}
	if portfolio == len(portfolios) {
		return pages, nil // a file goes into one portfolio
	}
	pages["import-file"] = pages["import"]
	pages["import"], err = preview(p, pages["import-file"])
	return pages, err
}

//go:embed broker.csv
var broker []byte

// preview uploads a broker's file and returns the address of its preview.
func preview(p *browser.Page, address string) (string, error) {
	directory, err := os.MkdirTemp("", "foliosight-pictures-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(directory)
	file := filepath.Join(directory, "broker.csv")
	if err := os.WriteFile(file, broker, 0o600); err != nil {
		return "", err
	}
	if err := p.Go(address); err != nil {
		return "", err
	}
	if err := p.Do(chromedp.SetUploadFiles(chromedp.CSS("main input[type=file]"), []string{file})); err != nil {
		return "", err
	}
	if err := p.Until(`document.querySelectorAll("#preview tr").length > 5`); err != nil {
		return "", err
	}
	return p.Text("location.href")
}

func photograph(b *browser.Browser, screen browser.Screen, into, end string, pages map[string]string, every bool) error {
	p, err := b.Open(screen)
	if err != nil {
		return err
	}
	defer p.Close()
	for name, address := range pages {
		if !every && !slices.Contains(documented[name], end) {
			continue
		}
		if err := p.Go(address); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		picture, err := p.Picture()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(into, name+"-"+end+".png"), picture, 0o644); err != nil {
			return err
		}
	}
	return nil
}
