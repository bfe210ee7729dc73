package service

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/store"
)

// fund is the demonstration's long/short fund in a world of its own.
func fund(t *testing.T) (*world, Question) {
	w := newWorld(t)
	w.clock = time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC)
	list, err := w.s.SeedDemo(ctx, w.owner, date.Must(2026, 11, 20))
	w.must(err)
	for _, p := range list {
		if strings.HasPrefix(p.Name, "Long/short") {
			return w, Question{Portfolios: []string{p.ID}, Period: "1Y"}
		}
	}
	t.Fatal("there is no fund")
	return nil, Question{}
}

func TestScenariosOfTodaysHoldings(t *testing.T) {
	w, q := fund(t)
	set, err := w.s.Scenarios(ctx, w.owner, q)
	w.must(err)
	value := set.Analysis.Summary.Value.Float64()
	known := 0
	for _, s := range set.Analysis.ExAnte.Scenarios {
		if !s.PnL.Known() {
			continue
		}
		known++
		for name, parts := range map[string]float64{"positions": sumOf(s.Positions, func(x analysis.ScenarioPosition) float64 { return x.PnL }),
			"factors": sumOf(s.Factors, func(x analysis.ScenarioPart) float64 { return x.PnL }), "sectors": sumOf(s.Sectors, func(x analysis.ScenarioPart) float64 { return x.PnL })} {
			if math.Abs(parts-s.PnL.Float64()) > 0.01 {
				t.Errorf("%s: %s make %.2f, the total is %.2f", s.ID, name, parts, s.PnL.Float64())
			}
		}
		if math.Abs(s.Share.Float64()-s.PnL.Float64()/value) > 1e-6 {
			t.Errorf("%s: share %v of %v", s.ID, s.Share.Float64(), s.PnL.Float64())
		}
	}
	if known < 25 {
		t.Errorf("%d scenarios are known", known)
	}
	replay, err := w.s.Scenario(ctx, w.owner, q, "replay_2022")
	w.must(err)
	if replay.Path == nil || math.Abs(replay.Path.PnL[len(replay.Path.PnL)-1]-replay.Share.Float64()) > 1e-6 {
		t.Errorf("the path does not end at the total: %v", replay.Path)
	}
	_, err = w.s.Scenario(ctx, w.owner, q, "none")
	wantError(t, err, ErrNotFound, "a scenario that is none")
}

func sumOf[T any](list []T, of func(T) float64) (sum float64) {
	for _, x := range list {
		sum += of(x)
	}
	return sum
}

// A shock of a symbol alone moves what is held of it, in proportion: nothing else.
func TestAnOwnShockAlone(t *testing.T) {
	w, q := fund(t)
	got, err := w.s.TryScenario(ctx, w.owner, q, OwnScenario{Alone: true, Shocks: []OwnShock{{scenario.ShockSymbol, "JPM", -0.1}}})
	w.must(err)
	for _, p := range got.Positions {
		want := 0.0
		if p.Symbol == "JPM" {
			want = -0.1 * p.Value
		}
		if math.Abs(p.PnL-want) > 0.01 {
			t.Errorf("%s: %v, want %v", p.Symbol, p.PnL, want)
		}
	}
}

func TestOwnScenariosAreKeptWithThePortfolio(t *testing.T) {
	w, q := fund(t)
	id := q.Portfolios[0]
	limit := json.RawMessage(`{"limits":{"beta":"0.8"}}`)
	_, err := w.s.UpdatePortfolio(ctx, w.owner, id, PortfolioChange{Revision: store.AnyVersion, Settings: limit})
	w.must(err)
	own := OwnScenario{Name: " Chips ", Shocks: []OwnShock{{scenario.ShockSymbol, "NVDA", -0.3}, {scenario.ShockFactor, "market", -0.1}}}
	kept, err := w.s.KeepScenario(ctx, w.owner, id, own)
	w.must(err)
	if kept.Name != "Chips" || kept.ID == "" {
		t.Errorf("kept %+v", kept)
	}
	set, err := w.s.Scenarios(ctx, w.owner, q)
	w.must(err)
	if len(set.Own) != 1 || set.Own[0].ID != kept.ID || set.Own[0].Kind != "own" || !(set.Own[0].PnL.Float64() < 0) {
		t.Fatalf("own: %+v", set.Own)
	}
	_, err = w.s.KeepScenario(ctx, w.owner, id, OwnScenario{Name: "Chips", Shocks: own.Shocks})
	wantFault(t, err, 0, "name", "the same name")
	kept.Shocks = kept.Shocks[:1]
	_, err = w.s.KeepScenario(ctx, w.owner, id, kept)
	w.must(err)
	p, err := w.s.Portfolio(ctx, w.owner, id)
	w.must(err)
	if list := ReadScenarios(p.Settings); len(list) != 1 || len(list[0].Shocks) != 1 || ReadLimits(p.Settings).Beta.String() != "0.8" {
		t.Errorf("settings are %s", p.Settings)
	}
	dropped, err := w.s.DropScenario(ctx, w.owner, id, kept.ID)
	w.must(err)
	if dropped.Name != "Chips" {
		t.Errorf("dropped %+v", dropped)
	}
	_, err = w.s.DropScenario(ctx, w.owner, id, kept.ID)
	wantError(t, err, ErrNotFound, "dropping twice")
	_, err = w.s.KeepScenario(ctx, w.another("eve@example.org"), id, kept)
	wantError(t, err, ErrNotFound, "somebody else's portfolio")
}

func TestOwnScenariosAreRefused(t *testing.T) {
	w, q := fund(t)
	for _, c := range []struct {
		what, field string
		row         int
		own         OwnScenario
	}{
		{"nothing", "shocks", 0, OwnScenario{}},
		{"an unknown kind", "kind", 1, OwnScenario{Shocks: []OwnShock{{"mood", "", 0.1}}}},
		{"nothing named", "on", 1, OwnScenario{Shocks: []OwnShock{{scenario.ShockSymbol, "", 0.1}}}},
		{"more than all of it", "move", 2, OwnScenario{Shocks: []OwnShock{{scenario.ShockFactor, "market", 0.1}, {scenario.ShockSymbol, "NVDA", -1.1}}}},
		{"no number", "move", 1, OwnScenario{Shocks: []OwnShock{{scenario.ShockFactor, "market", math.NaN()}}}},
		{"percent instead of a fraction of yields", "move", 1, OwnScenario{Shocks: []OwnShock{{scenario.ShockCurve, "", 1}}}},
		{"twice", "on", 2, OwnScenario{Shocks: []OwnShock{{scenario.ShockFactor, "market", 0.1}, {scenario.ShockFactor, "market", 0.2}}}},
		{"all yields and one", "shocks", 0, OwnScenario{Shocks: []OwnShock{{scenario.ShockCurve, "", 0.01}, {scenario.ShockCurve, "10", 0.01}}}},
	} {
		_, err := w.s.TryScenario(ctx, w.owner, q, c.own)
		wantFault(t, err, c.row, c.field, c.what)
	}
	_, err := w.s.KeepScenario(ctx, w.owner, q.Portfolios[0], OwnScenario{Shocks: []OwnShock{{scenario.ShockFactor, "market", 0.1}}})
	wantFault(t, err, 0, "name", "without a name")
}

// The likeliest loss loses what was asked for, and a larger one is further away.
func TestReverseScenario(t *testing.T) {
	w, q := fund(t)
	distance := 0.0
	for _, share := range []string{"0.02", "0.05", "0.1"} {
		got, err := w.s.ReverseScenario(ctx, w.owner, q, Loss{Share: money.Some(money.MustParse(share))})
		w.must(err)
		if want := -money.MustParse(share).Float64(); math.Abs(got.Share.Float64()-want) > 1e-4 || got.Distance.Float64() <= distance {
			t.Errorf("%s: %v of the value at distance %v after %v", share, got.Share.Float64(), got.Distance.Float64(), distance)
		}
		distance = got.Distance.Float64()
	}
	for _, loss := range []Loss{{}, {Share: money.Some(money.Int(-1))}, {Amount: money.Some(money.Zero)}, {Amount: money.Some(money.One), Share: money.Some(money.One)}} {
		_, err := w.s.ReverseScenario(ctx, w.owner, q, loss)
		var f *ledger.Fault
		if !errors.As(err, &f) {
			t.Errorf("%+v: %v, want a fault", loss, err)
		}
	}
}

// Without prices there is no model: that is said, not guessed.
func TestScenariosWithoutAModel(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-01 deposit 1000", "2024-01-02 buy 5 ACME @ 100")
	q := Question{Portfolios: []string{w.portfolio}}
	set, err := w.s.Scenarios(ctx, w.owner, q)
	w.must(err)
	if len(set.Analysis.ExAnte.Scenarios) != 0 || set.Analysis.ExAnte.Model.Reason == "" {
		t.Errorf("%d scenarios, reason %q", len(set.Analysis.ExAnte.Scenarios), set.Analysis.ExAnte.Model.Reason)
	}
	_, err = w.s.TryScenario(ctx, w.owner, q, OwnScenario{Shocks: []OwnShock{{scenario.ShockFactor, "market", -0.1}}})
	wantFault(t, err, 0, "shocks", "without a model")
}
