package service

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/store"
)

// OwnScenario is a scenario that somebody made: kept with the portfolio's settings under
// "scenarios".
type OwnScenario struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Alone  bool       `json:"alone,omitempty"` // what is not shocked stays where it is
	Shocks []OwnShock `json:"shocks"`
}

// OwnShock fixes one move; kinds, names and units are those of scenario.Shock: moves are
// fractions, of rates and curves the change of the yield.
type OwnShock struct {
	Kind scenario.ShockKind `json:"kind"`
	On   string             `json:"on,omitempty"`
	Move float64            `json:"move"`
}

// Bounds of what a portfolio keeps.
const (
	mostScenarios = 50
	mostShocks    = 30
)

// ReadScenarios takes a portfolio's own scenarios out of its settings; settings that
// cannot be read hold none.
func ReadScenarios(settings json.RawMessage) []OwnScenario {
	var s struct {
		Scenarios []OwnScenario `json:"scenarios"`
	}
	if len(settings) > 0 && json.Unmarshal(settings, &s) != nil {
		return nil
	}
	return s.Scenarios
}

// writeScenarios puts them into settings, leaving everything else as it is.
func writeScenarios(settings json.RawMessage, list []OwnScenario) (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	if len(settings) > 0 {
		if err := json.Unmarshal(settings, &all); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	all["scenarios"] = text
	if len(list) == 0 {
		delete(all, "scenarios")
	}
	return json.Marshal(all)
}

// scenario is what the engine runs.
func (o *OwnScenario) scenario() scenario.Scenario {
	s := scenario.Scenario{ID: o.ID, Name: o.Name, Kind: scenario.KindOwn, Alone: o.Alone}
	for _, x := range o.Shocks {
		s.Shocks = append(s.Shocks, scenario.Shock{Kind: x.Kind, On: x.On, Move: x.Move})
	}
	return s
}

// check finds what cannot be right whatever is held; rows are those of the shocks.
func (o *OwnScenario) check() error {
	o.Name = strings.TrimSpace(o.Name)
	var faults ledger.Faults
	if len(o.Name) > 200 {
		faults = append(faults, &ledger.Fault{Field: "name", Problem: "it is too long", Cure: "use at most 200 letters"})
	}
	switch {
	case len(o.Shocks) == 0:
		faults = append(faults, &ledger.Fault{Field: "shocks", Problem: "nothing is shocked", Cure: "give at least one move"})
	case len(o.Shocks) > mostShocks:
		faults = append(faults, &ledger.Fault{Field: "shocks", Value: fmt.Sprint(len(o.Shocks)), Problem: "there are too many shocks", Cure: fmt.Sprintf("use at most %d", mostShocks)})
	}
	for i := range o.Shocks {
		if f := o.Shocks[i].check(); f != nil {
			f.Row = i + 1
			faults = append(faults, f)
		}
	}
	for i, x := range o.Shocks {
		if slices.ContainsFunc(o.Shocks[:i], func(y OwnShock) bool { return x.Kind == y.Kind && x.On == y.On }) {
			faults = append(faults, &ledger.Fault{Row: i + 1, Field: "on", Value: x.On, Problem: "it is shocked twice", Cure: "leave one of them out"})
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

func (x *OwnShock) check() *ledger.Fault {
	x.On = strings.TrimSpace(x.On)
	fault := func(field, value, problem, cure string) *ledger.Fault {
		return &ledger.Fault{Field: field, Value: value, Problem: problem, Cure: cure}
	}
	move := fmt.Sprint(x.Move)
	if math.IsNaN(x.Move) || math.IsInf(x.Move, 0) {
		return fault("move", move, "it is not a number", "give a fraction, such as -0.2")
	}
	switch x.Kind {
	case scenario.ShockFactor, scenario.ShockSector, scenario.ShockSymbol, scenario.ShockSide, scenario.ShockCurrency:
		if x.On == "" {
			return fault("on", "", "it is not said what moves", "name it")
		}
	case scenario.ShockCurve, scenario.ShockVolatility:
	default:
		return fault("kind", string(x.Kind), "there is no such kind of shock", "use factor, sector, symbol, side, curve, currency or volatility")
	}
	switch {
	case x.Kind == scenario.ShockCurve && math.Abs(x.Move) > 0.2:
		return fault("move", move, "a change of yields of more than 2,000 basis points", "0.01 is 100 basis points")
	case x.Move < -1:
		return fault("move", move, "nothing falls by more than all of it", "0.2 is 20 percent")
	case x.Move > 10:
		return fault("move", move, "a rise to more than eleven times", "0.2 is 20 percent")
	}
	return nil
}

// KeepScenario keeps a scenario with a portfolio, in the place of the one of its id where
// there is one. Without an id it gets one.
func (s *Service) KeepScenario(ctx context.Context, c Caller, portfolio string, own OwnScenario) (OwnScenario, error) {
	if err := own.check(); err != nil {
		return own, err
	}
	if own.Name == "" {
		return own, &ledger.Fault{Field: "name", Problem: "a scenario that is kept needs a name", Cure: "name it"}
	}
	if own.ID == "" {
		own.ID = "own_" + store.NewID()
	}
	return own, s.changeScenarios(ctx, c, portfolio, func(list []OwnScenario) ([]OwnScenario, error) {
		for i := range list {
			if list[i].ID == own.ID {
				list[i] = own
				return list, nil
			}
			if list[i].Name == own.Name {
				return nil, &ledger.Fault{Field: "name", Value: own.Name, Problem: "one of your scenarios has this name already", Cure: "choose another name"}
			}
		}
		if len(list) >= mostScenarios {
			return nil, &ledger.Fault{Field: "name", Value: own.Name, Problem: "there are too many scenarios", Cure: fmt.Sprintf("a portfolio keeps at most %d: delete one first", mostScenarios)}
		}
		return append(list, own), nil
	})
}

// DropScenario takes a kept scenario out and returns it, so that it can be kept again.
func (s *Service) DropScenario(ctx context.Context, c Caller, portfolio, id string) (dropped OwnScenario, err error) {
	err = s.changeScenarios(ctx, c, portfolio, func(list []OwnScenario) ([]OwnScenario, error) {
		i := slices.IndexFunc(list, func(o OwnScenario) bool { return o.ID == id })
		if i < 0 {
			return nil, fmt.Errorf("scenario %q: %w", id, ErrNotFound)
		}
		dropped = list[i]
		return slices.Delete(list, i, i+1), nil
	})
	return dropped, err
}

// changeScenarios changes the list that a portfolio keeps.
func (s *Service) changeScenarios(ctx context.Context, c Caller, portfolio string, change func([]OwnScenario) ([]OwnScenario, error)) error {
	return s.manage(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		p, err := tx.Portfolio(ctx, portfolio)
		if err != nil {
			return err
		}
		list, err := change(ReadScenarios(p.Settings))
		if err != nil {
			return err
		}
		if p.Settings, err = writeScenarios(p.Settings, list); err != nil {
			return err
		}
		_, err = tx.UpdatePortfolio(ctx, p)
		return err
	})
}
