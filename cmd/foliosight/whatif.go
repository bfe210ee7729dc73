package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/report"
	"github.com/foliosight/foliosight/internal/service"
)

// whatIfCommand tries trades on the holdings that files make, or suggests them.
type whatIfCommand struct {
	bookFiles
	Trade []string `help:"A trade, such as \"sell 30 NVDA @ 158 fee 5 lot 2024-03-01 in Broker A\"; may be given again." placeholder:"TRADE" sep:"none"`

	Suggest   string            `help:"Suggest trades for an objective: min_volatility, max_sharpe, efficient_return, efficient_risk, risk_parity, hrp, max_diversification, targets or limits." placeholder:"OBJECTIVE"`
	Target    string            `help:"With --suggest efficient_return or efficient_risk: the return or volatility a year, such as 0.08." placeholder:"RATE"`
	Weight    map[string]string `help:"With --suggest targets: a weight, such as NVDA=0.05; may be given again." placeholder:"SYM=PART"`
	Limit     map[string]string `help:"With --suggest limits: net_exposure, gross_exposure, beta, volatility, var or largest_position, such as largest_position=0.1; may be given again. Without --suggest they are held against before and after." placeholder:"NAME=PART"`
	Returns   string            `help:"Where expected returns come from: ${enum}." enum:"equilibrium,past" default:"equilibrium"`
	MaxWeight string            `help:"The most any one name may weigh." placeholder:"PART"`
	Turnover  string            `help:"The most of half of purchases and sales." placeholder:"PART"`
	Cash      string            `help:"The part that is to be cash (default: as it is)." placeholder:"PART"`
	Keep      []string          `help:"Symbol that is not traded; may be given again." placeholder:"SYM"`
	Consider  []string          `help:"Symbol that may be bought though nothing of it is held; may be given again." placeholder:"SYM"`
	Sides     string            `help:"What may be short: ${enum}." enum:"as_held,long_only,long_short" default:"as_held"`
	Fractions bool              `help:"Trade fractions of shares."`
	Lots      string            `help:"Who chooses the lots that are sold: ${enum}." enum:"method,least_tax" default:"method"`
	TaxShort  string            `help:"Tax rate on gains of up to 365 days." placeholder:"RATE"`
	TaxLong   string            `help:"Tax rate on longer ones." placeholder:"RATE"`
}

// Run reads, computes and prints.
func (c *whatIfCommand) Run(ctx context.Context) error {
	if (len(c.Trade) == 0) == (c.Suggest == "") {
		return &exitError{exitUsage, "say which trades with --trade, or what they are to be for with --suggest"}
	}
	var trades []service.Trade
	for _, line := range c.Trade {
		t, err := service.ParseTrade(line)
		if err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		trades = append(trades, t)
	}
	asked, limits, err := c.asked()
	if err != nil {
		return &exitError{exitUsage, err.Error()}
	}
	f, err := c.read()
	if err != nil {
		return err
	}
	f.Limits = limits
	var suggested *service.Proposal
	if c.Suggest != "" {
		if suggested, err = f.Propose(ctx, asked); err != nil {
			return err
		}
		trades = suggested.Trades
	}
	got, err := f.WhatIf(trades)
	if err != nil {
		return err
	}
	if c.JSON {
		out := struct {
			*api.WhatIfAnswer
			Proposal *api.ProposalAnswer `json:"proposal,omitempty"`
		}{}
		answer := api.WhatIfOf(got)
		out.WhatIfAnswer = &answer
		if suggested != nil {
			p := api.ProposalOf(suggested)
			out.Proposal = &p
		}
		return json.NewEncoder(os.Stdout).Encode(out)
	}
	if suggested != nil {
		for _, n := range suggested.Notes {
			fmt.Fprintln(os.Stderr, "note: "+n)
		}
	}
	return report.WhatIf(os.Stdout, comparison(got))
}

// asked is what is to be suggested, and the limits.
func (c *whatIfCommand) asked() (a service.ProposalAsked, l service.Limits, err error) {
	a = service.ProposalAsked{Objective: proposal.Objective(c.Suggest), Returns: service.ReturnsBy(c.Returns), Keep: c.Keep, Consider: c.Consider, Sides: service.Sides(c.Sides), Fractions: c.Fractions,
		Lots: service.LotsBy(c.Lots), Market: service.AsIs, Gross: service.AsIs, MinTrade: service.AsIs, Fee: service.AsIs, CostRate: service.AsIs}
	var wrong []error
	number := func(flag, text string) float64 {
		if text == "" {
			return service.AsIs
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || x-x != 0 {
			wrong = append(wrong, fmt.Errorf("%s: %q is not a number such as 0.05", flag, text))
		}
		return x
	}
	a.Target, a.Highest, a.Turnover, a.Cash = number("--target", c.Target), number("--max-weight", c.MaxWeight), number("--turnover", c.Turnover), number("--cash", c.Cash)
	a.TaxShort, a.TaxLong = number("--tax-short", c.TaxShort), number("--tax-long", c.TaxLong)
	for _, symbol := range slices.Sorted(maps.Keys(c.Weight)) {
		a.Targets = append(a.Targets, service.NamedShare{Symbol: symbol, Share: number("--weight "+symbol, c.Weight[symbol])})
	}
	into := map[string]*money.Decimal{"net_exposure": &l.Net, "gross_exposure": &l.Gross, "beta": &l.Beta, "volatility": &l.Volatility, "var": &l.VaR, "largest_position": &l.Largest}
	for _, name := range slices.Sorted(maps.Keys(c.Limit)) {
		d, err := money.Parse(c.Limit[name])
		switch {
		case into[name] == nil:
			wrong = append(wrong, fmt.Errorf("--limit %s: use one of %s", name, strings.Join(slices.Sorted(maps.Keys(into)), ", ")))
		case err != nil || d.Sign() <= 0:
			wrong = append(wrong, fmt.Errorf("--limit %s: %q is not a positive number such as 0.1", name, c.Limit[name]))
		default:
			*into[name] = d
		}
	}
	return a, l, errors.Join(wrong...)
}

// comparison is the outcome as the report takes it.
func comparison(got *service.WhatIf) report.Tried {
	out := report.Tried{Before: got.Before, After: got.After, Short: got.Realised.Short, Long: got.Realised.Long, Method: string(got.Method),
		Pairs: []report.Pair{{Name: "Largest position", Before: service.LargestWeight(got.Before), After: service.LargestWeight(got.After)}}}
	for i := range got.Trades {
		t := &got.Trades[i]
		row := []string{string(t.Side), t.Symbol, t.Quantity.String(), t.Price.Decimal.String(), t.Amount.String() + " " + string(t.Currency), t.Account}
		if !t.Lot.None() {
			row[1] += ", lot of " + t.Lot.Opened.String()
		}
		out.Trades = append(out.Trades, row)
	}
	written := func(c service.LimitCheck) string {
		if !c.Value.Known() {
			return "–"
		}
		return strconv.FormatFloat(c.Value.Float64(), 'f', 4, 64)
	}
	for i, c := range got.Limits.After {
		holds := "holds"
		if !c.Met {
			holds = "broken"
		}
		out.Limits = append(out.Limits, []string{c.Name, c.Limit.String(), written(got.Limits.Before[i]), written(c), holds})
	}
	return out
}
