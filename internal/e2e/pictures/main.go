// Command pictures photographs every page of the demonstration, light and dark, wide and
// narrow, into a directory. The demonstration's day is fixed, so that two pictures differ
// only where the pages do.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/internal/e2e"
	"github.com/foliosight/foliosight/internal/e2e/browser"
)

func main() {
	into := flag.String("into", "", "directory of the pictures")
	asOf := flag.String("as-of", "2026-09-30", "last day of the demonstration")
	only := flag.String("only", "", "comma-separated names of pictures, such as overview-light; all unless given")
	portfolio := flag.Int("portfolio", 3, "which portfolio, counted from 1; the one after the last is all of them together")
	whole := flag.Bool("whole", false, "photograph all of a page instead of what a screen shows")
	flag.Parse()
	if err := run(*into, *asOf, *only, *portfolio, *whole); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// screens are what the pages are looked at on, by the end of the picture's name.
var screens = map[string]browser.Screen{
	"light":       {Width: 1440, Height: 900},
	"dark":        {Width: 1440, Height: 900, Dark: true},
	"mobile":      {Width: 390, Height: 844, Phone: true},
	"mobile-dark": {Width: 390, Height: 844, Phone: true, Dark: true},
}

func run(into, asOf, only string, portfolio int, whole bool) error {
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
	return photograph(site, b, into, only, portfolio, whole)
}

func photograph(site *e2e.Site, b *browser.Browser, into, only string, portfolio int, whole bool) error {
	p, err := b.Open(screens["light"])
	if err != nil {
		return err
	}
	gate := map[string]string{"sign-in": "/sign-in"}
	if err := each(site, b, gate, into, only, whole); err != nil {
		return err
	}
	portfolios, err := site.SignIn(p)
	if err != nil {
		return err
	}
	p.Close()
	if portfolio < 1 || portfolio > len(portfolios) {
		return fmt.Errorf("there are %d portfolios, not %d", len(portfolios), portfolio)
	}
	pages := e2e.PagesOf(portfolios[portfolio-1])
	pages["portfolios"], pages["settings"], pages["portfolios-new"] = "/portfolios", "/settings", "/portfolios/new"
	return each(site, b, pages, into, only, whole)
}

func each(site *e2e.Site, b *browser.Browser, pages map[string]string, into, only string, whole bool) error {
	wanted := strings.FieldsFunc(only, func(r rune) bool { return r == ',' })
	for end, screen := range screens {
		p, err := b.Open(screen)
		if err != nil {
			return err
		}
		for name, address := range pages {
			name += "-" + end
			if len(wanted) > 0 && !slices.Contains(wanted, name) {
				continue
			}
			if err := p.Go(site.URL + address); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			picture, err := p.Picture(whole)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := os.WriteFile(filepath.Join(into, name+".png"), picture, 0o644); err != nil {
				return err
			}
		}
		p.Close()
	}
	return nil
}
