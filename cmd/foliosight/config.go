package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/foliosight/foliosight/internal/config"
)

// configCommand says how the program is configured.
type configCommand struct {
	Show    configShow    `cmd:"" help:"Show every setting with where it came from; secrets are redacted."`
	Example configExample `cmd:"" help:"Print a file of settings with every one that there is, its meaning and its default."`
}

type configExample struct{}

// Run prints .env.example.
func (configExample) Run() error {
	_, err := fmt.Print(config.Example())
	return err
}

type configShow struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// Run prints the configuration that `serve` would use.
func (c *configShow) Run(g *globals) error {
	cfg, err := g.load(g.flags())
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(map[string]any{"settings": cfg.Show()})
	}
	w := tabwriter.NewWriter(os.Stdout, 2, 8, 2, ' ', 0)
	for _, s := range cfg.Show() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Key, s.Value, s.Origin, s.Means)
	}
	return w.Flush()
}
