package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/report"
)

// scenariosCommand asks what scenarios do to the holdings that files make.
type scenariosCommand struct {
	bookFiles
	ID      string   `help:"One scenario of the library, with its parts." placeholder:"ID"`
	Shock   []string `help:"A move of your own, as KIND:ON=MOVE with the move as a fraction, such as factor:market=-0.2, symbol:NVDA=-0.3, curve:=0.01 or currency:EUR=-0.1; may be given again." placeholder:"SHOCK" sep:"none"`
	Alone   bool     `help:"Keep everything that is not shocked where it is."`
	Reverse float64  `help:"The likeliest way to lose this part of the value, such as 0.1." placeholder:"PART"`
}

// Run reads, computes and prints.
func (c *scenariosCommand) Run() error {
	own, err := shocksOf(c.Shock)
	if err != nil {
		return &exitError{exitUsage, err.Error()}
	}
	if c.Reverse < 0 || c.Reverse > 1 {
		return &exitError{exitUsage, "--reverse: give a part of the value between 0 and 1"}
	}
	f, err := c.read()
	if err != nil {
		return err
	}
	p := analysis.Prepare(f.Input)
	a, err := p.Run(f.Input.Period)
	if err != nil {
		return err
	}
	list, err := c.run(p, a, own)
	if err != nil {
		return err
	}
	if list == nil {
		list = []analysis.Scenario{} // without a model
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(struct {
			AsOf      date.Date           `json:"as_of"`
			Value     analysis.Figure     `json:"value"`
			Model     analysis.Model      `json:"model"`
			Scenarios []analysis.Scenario `json:"scenarios"`
		}{a.AsOf, a.Summary.Value, a.ExAnte.Model, list})
	}
	return report.Scenarios(os.Stdout, a, list)
}

// run makes the scenarios that are asked for.
func (c *scenariosCommand) run(p *analysis.Prepared, a *analysis.Analysis, own scenario.Scenario) ([]analysis.Scenario, error) {
	one := func(s analysis.Scenario, err error) ([]analysis.Scenario, error) {
		return []analysis.Scenario{s}, err
	}
	switch {
	case c.ID != "":
		for _, s := range p.Library() {
			if s.ID == c.ID {
				return one(p.Scenario(s, false))
			}
		}
		return nil, &exitError{exitFinding, fmt.Sprintf("there is no scenario %q; without --id all of them are listed", c.ID)}
	case len(own.Shocks) > 0:
		return one(p.Scenario(own, c.Alone))
	case c.Reverse > 0:
		value := a.Summary.Value
		if !value.Known() || value.Float64() <= 0 {
			return nil, &exitError{exitFinding, "--reverse: the total value is not positive, or not known"}
		}
		return one(p.Reverse(c.Reverse * value.Float64()))
	}
	return a.ExAnte.Scenarios, nil
}

// shocksOf reads shocks such as factor:market=-0.2.
func shocksOf(texts []string) (scenario.Scenario, error) {
	out := scenario.Scenario{ID: "own", Name: "Your shocks", Kind: scenario.KindOwn}
	for _, text := range texts {
		what, move, moved := strings.Cut(text, "=")
		kind, on, named := strings.Cut(what, ":")
		x, err := strconv.ParseFloat(move, 64)
		if !moved || !named || err != nil || x-x != 0 {
			return out, fmt.Errorf("--shock %q: write KIND:ON=MOVE, such as factor:market=-0.2", text)
		}
		out.Shocks = append(out.Shocks, scenario.Shock{Kind: scenario.ShockKind(kind), On: on, Move: x})
	}
	return out, nil
}
