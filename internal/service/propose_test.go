package service

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
)

// plain is an objective without further wishes.
func plain(o proposal.Objective) ProposalAsked {
	return ProposalAsked{Objective: o, Target: AsIs, Market: AsIs, Highest: AsIs, Gross: AsIs, Turnover: AsIs, Cash: AsIs, MinTrade: AsIs, Fee: AsIs, CostRate: AsIs, TaxShort: AsIs, TaxLong: AsIs}
}

func (w *world) propose(q Question, asked ProposalAsked) *Proposal {
	w.t.Helper()
	p, err := w.s.Propose(ctx, w.owner, q, asked)
	w.must(err)
	return p
}

// weightAfter is what the trades make of a symbol when they are tried.
func weightAfter(got *WhatIf, symbol string) float64 {
	for i := range got.After.Holdings {
		if h := &got.After.Holdings[i]; h.Symbol == symbol {
			return h.Weight.Float64()
		}
	}
	return 0
}

// Every objective on the long/short fund gives trades that can be made, and the whole
// analysis after them agrees with what the proposal says of it: one model behind both.
func TestProposalsOfTheFund(t *testing.T) {
	w, q := fund(t)
	for _, o := range proposal.Objectives {
		asked := plain(o)
		switch o {
		case proposal.EfficientReturn:
			asked.Target = 0.06
		case proposal.EfficientRisk:
			asked.Target = 0.18
		case proposal.Targets:
			asked.Targets = []NamedShare{{"NVDA", 0.05}, {"MSFT", 0.1}}
		}
		begun := time.Now()
		p, err := w.s.Propose(ctx, w.owner, q, asked)
		if err != nil {
			t.Errorf("%s: %v", o, err)
			continue
		}
		took := time.Since(begun)
		if now := p.Points.Now.Volatility.Float64(); math.Abs(now-p.Before.ExAnte.Volatility.Model.Float64()) > 1e-9 {
			t.Errorf("%s: volatility before is %v, the analysis says %v", o, now, p.Before.ExAnte.Volatility.Model.Float64())
		}
		if len(p.Trades) == 0 {
			t.Logf("%s: nothing to trade: %v", o, p.Notes)
			continue
		}
		tried, err := w.s.WhatIf(ctx, w.owner, q, p.Trades)
		if err != nil {
			t.Errorf("%s: the trades cannot be made: %v", o, err)
			continue
		}
		after := tried.After.ExAnte.Volatility.Model.Float64()
		t.Logf("%s: %d trades, turnover %.3f, volatility %.4f -> %.4f (%.4f), Sharpe %.3f -> %.3f, %d notes, %v", o, len(p.Trades), p.Turnover.Float64(), p.Points.Now.Volatility.Float64(), p.Points.After.Volatility.Float64(), after,
			p.Points.Now.Sharpe.Float64(), p.Points.After.Sharpe.Float64(), len(p.Notes), took)
		if math.Abs(after-p.Points.After.Volatility.Float64()) > 1e-4 {
			t.Errorf("%s: volatility after is %v, the whole analysis says %v", o, p.Points.After.Volatility.Float64(), after)
		}
		for _, name := range p.Names {
			if name.Now.Known() && !strings.HasPrefix(name.Name, "Cash in ") && math.Abs(weightAfter(tried, name.Symbol)-name.After.Float64()) > 1e-4 {
				t.Errorf("%s: %s is to be %v, is %v", o, name.Symbol, name.After.Float64(), weightAfter(tried, name.Symbol))
			}
		}
		if short, long := p.Realised.Method.Short.Float64(), tried.Realised.Short.Float64(); math.Abs(short-long) > 0.01 {
			t.Errorf("%s: realised %v, tried %v", o, short, long)
		}
		if len(p.Frontier) == 0 {
			t.Errorf("%s: no frontier: %s", o, p.Unmarked)
		}
	}
}

// tabled is a portfolio of two shares and cash with a year and a half of prices, of which
// STIR moves three times as much as CALM; SPY is their market.
func tabled(t *testing.T) *world {
	w := newWorld(t)
	var prices strings.Builder
	prices.WriteString("date,symbol,close\n")
	day := time.Date(2024, 11, 1, 0, 0, 0, 0, time.UTC)
	level := map[string]float64{"CALM": 100, "STIR": 50, "SPY": 400}
	for i := 0; day.Before(time.Date(2026, 5, 30, 0, 0, 0, 0, time.UTC)); day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		market, own := []float64{0.01, -0.009, 0.004, -0.005}[i%4], []float64{0.003, 0.003, -0.003, -0.003, 0.001, -0.001, 0.0005, -0.0004}[i%7]
		i++
		for symbol, move := range map[string]float64{"SPY": market, "CALM": 0.5*market + own, "STIR": 1.5*market - 2*own} {
			level[symbol] *= 1 + move
			prices.WriteString(day.Format("2006-01-02") + "," + symbol + "," + exactly(level[symbol]).Round(4).String() + "\n")
		}
	}
	w.prices(prices.String(), PriceOptions{Currency: "EUR", Basis: "traded"})
	w.book("2024-11-01 deposit 20000", "2024-11-04 buy 100 STIR @ 40", "2025-11-03 buy 100 STIR @ 60", "2025-12-01 buy 20 CALM @ 100")
	bench := "SPY"
	_, err := w.s.UpdatePortfolio(ctx, w.owner, w.portfolio, PortfolioChange{Revision: -1, Benchmark: &bench})
	w.must(err)
	return w
}

// The lots that are taxed least: the dear short-term one before the cheap old one; what the
// trades realise by either choice is what the ledger would book.
func TestProposalChoosesLots(t *testing.T) {
	w := tabled(t)
	q := Question{Portfolios: []string{w.portfolio}}
	asked := plain(proposal.Targets)
	asked.Targets, asked.TaxShort, asked.TaxLong, asked.Lots = []NamedShare{{"STIR", 0.2}}, 0.3, 0.2, ByLeastTax
	p := w.propose(q, asked)
	if len(p.Trades) == 0 || len(p.Lots) == 0 || p.Lots[0].Opened.String() != "2025-11-03" {
		t.Fatalf("%+v, %+v", p.Trades, p.Lots)
	}
	method, least := p.Realised.Method, p.Realised.LeastTax
	if method.Long.Float64() <= least.Long.Float64() { // FIFO sells the old lot first
		t.Errorf("long-term by the method %v, by lot %v", method.Long.Float64(), least.Long.Float64())
	}
	if !(p.Tax.LeastTax.Float64() < p.Tax.Method.Float64()) {
		t.Errorf("taxed %v by lot, %v by the method", p.Tax.LeastTax.Float64(), p.Tax.Method.Float64())
	}
	tried, err := w.s.WhatIf(ctx, w.owner, q, p.Trades)
	w.must(err)
	if got := tried.Realised.Short.Float64(); math.Abs(got-least.Short.Float64()) > 0.005 || tried.Realised.Long.Float64() != least.Long.Float64() {
		t.Errorf("tried they realise %v and %v, said %v and %v", got, tried.Realised.Long.Float64(), least.Short.Float64(), least.Long.Float64())
	}
	sum := 0.0
	for _, l := range p.Lots {
		sum += l.Gain.Float64()
	}
	if math.Abs(sum-least.Short.Float64()-least.Long.Float64()) > 0.02 {
		t.Errorf("the lots gain %v, together %v", sum, least.Short.Float64()+least.Long.Float64())
	}
	w.wantLedger("2024-11-01 deposit 20000", "2024-11-04 buy 100 STIR @ 40", "2025-11-03 buy 100 STIR @ 60", "2025-12-01 buy 20 CALM @ 100")
}

// What is asked for holds: bounds, cash, turnover, what is kept, what is considered.
func TestProposalHonoursWishes(t *testing.T) {
	w := tabled(t)
	q := Question{Portfolios: []string{w.portfolio}}
	asked := plain(proposal.MinVolatility)
	asked.Cash, asked.Highest, asked.Consider, asked.Fractions = 0.1, 0.5, []string{"SPY"}, true
	p := w.propose(q, asked)
	tried, err := w.s.WhatIf(ctx, w.owner, q, p.Trades)
	w.must(err)
	if cash := tried.After.Summary.Cash.Float64() / tried.After.Summary.Value.Float64(); math.Abs(cash-0.1) > 1e-3 {
		t.Errorf("cash is %v", cash)
	}
	for _, n := range p.Names {
		if weightAfter(tried, n.Symbol) > 0.5+1e-6 {
			t.Errorf("%s at %v", n.Symbol, weightAfter(tried, n.Symbol))
		}
	}
	asked = plain(proposal.MinVolatility)
	asked.Turnover = 0.05
	if p = w.propose(q, asked); p.Turnover.Float64() > 0.05+1e-9 || p.Turnover.Float64() < 0.04 {
		t.Errorf("turnover %v", p.Turnover.Float64())
	}
	asked.Keep = []string{"STIR"}
	if _, err := w.s.Propose(ctx, w.owner, q, asked); err == nil {
		for _, x := range w.propose(q, asked).Trades {
			if x.Symbol == "STIR" {
				t.Error("what is kept is traded")
			}
		}
	}
	// Views move what is expected, and with it what is best.
	asked = plain(proposal.MaxSharpe)
	calm := w.propose(q, asked)
	asked.Views = []ReturnView{{Symbol: "STIR", Over: "CALM", Return: 0.3, Confidence: 0.8}}
	bold := w.propose(q, asked)
	of := func(p *Proposal, symbol string) *ProposedName {
		for i := range p.Names {
			if p.Names[i].Symbol == symbol {
				return &p.Names[i]
			}
		}
		t.Fatalf("no %s", symbol)
		return nil
	}
	if !(of(bold, "STIR").Wished.Float64() > of(calm, "STIR").Wished.Float64()) || !(of(bold, "STIR").Expected.Float64() > of(calm, "STIR").Expected.Float64()) {
		t.Errorf("STIR at %v without, %v with the view", of(calm, "STIR").Wished.Float64(), of(bold, "STIR").Wished.Float64())
	}
	asked = plain(proposal.MaxSharpe)
	asked.Returns = PastMeans
	past := w.propose(q, asked)
	if f := of(past, "STIR").Expected; f.Status != analysis.Estimated || len(f.Inputs) == 0 {
		t.Errorf("a mean of the past is not marked: %+v", f)
	}
}

func TestProposalSaysWhyNot(t *testing.T) {
	w := tabled(t)
	q := Question{Portfolios: []string{w.portfolio}}
	refuse := func(what string, change func(*ProposalAsked), words ...string) {
		t.Helper()
		asked := plain(proposal.MinVolatility)
		change(&asked)
		_, err := w.s.Propose(ctx, w.owner, q, asked)
		if err == nil {
			t.Errorf("%s: no refusal", what)
			return
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v does not say %q", what, err, word)
			}
		}
	}
	var conflict *Infeasible
	asked := plain(proposal.MinVolatility)
	asked.Highest, asked.Cash = 0.2, 0
	if _, err := w.s.Propose(ctx, w.owner, q, asked); !errors.As(err, &conflict) || len(conflict.Constraints) != 2 || math.Abs(conflict.Short-0.6) > 1e-6 {
		t.Errorf("bounds: %v", err)
	}
	refuse("groups against bounds", func(a *ProposalAsked) {
		a.Groups, a.Cash = []GroupBound{{By: "currency", Name: "EUR", Low: AsIs, High: 0.3}}, 0
	}, "currency EUR at most 30.0%", "with cash at 0.0%")
	refuse("no group", func(a *ProposalAsked) { a.Groups = []GroupBound{{By: "currency", Name: "CHF", High: 0.3}} }, "use one of EUR")
	refuse("no limits", func(a *ProposalAsked) { a.Objective = proposal.Limits }, "no limits are set")
	refuse("no objective", func(a *ProposalAsked) { a.Objective = "luck" }, "use min_volatility")
	refuse("a stranger", func(a *ProposalAsked) { a.Keep = []string{"NOPE"} }, "NOPE")
	refuse("nothing known", func(a *ProposalAsked) { a.Consider = []string{"NOPE"} }, "NOPE", "outside the model")
	refuse("too little cash", func(a *ProposalAsked) {
		a.Objective, a.Targets = proposal.Targets, []NamedShare{{"CALM", 0.9}}
	}, "too little cash")
	refuse("a certain contradiction", func(a *ProposalAsked) {
		a.Objective, a.Views = proposal.MaxSharpe, []ReturnView{{Symbol: "STIR", Return: 0.1, Confidence: 1}, {Symbol: "STIR", Return: 0.2, Confidence: 1}}
	}, "contradict")
	empty := w.create("Empty")
	var fault *ledger.Fault
	if _, err := w.s.Propose(ctx, w.owner, Question{Portfolios: []string{empty}}, plain(proposal.MinVolatility)); !errors.As(err, &fault) {
		t.Errorf("an empty portfolio: %v", err)
	}
}
