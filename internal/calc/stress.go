package calc

import (
	"maps"
	"slices"

	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/scenario"
)

func init() { register("stress", typed(stressDoor)) }

type stressQuestion struct {
	Positions []struct {
		ID    string   `json:"id"`
		Value *float64 `json:"value"`
	} `json:"positions"`
	Exposures  map[string]map[string]float64 `json:"exposures"`
	Covariance struct {
		Factors []string `json:"factors"`
		Matrix  matrix   `json:"matrix"`
	} `json:"factor_covariance"`
	Shocks map[string]float64 `json:"shocks"`
}

func stressDoor(q stressQuestion) (any, error) {
	rows, err := q.Covariance.Matrix.table("factor_covariance.matrix", len(q.Covariance.Factors))
	if err != nil {
		return nil, err
	}
	for i, f := range q.Covariance.Factors {
		if slices.Contains(q.Covariance.Factors[:i], f) {
			return nil, refuse("bad_request", "factor_covariance.factors: %q is given twice", f)
		}
	}
	m := &factor.Model{Factors: q.Covariance.Factors, Covariance: rows}
	book := scenario.Book{Model: m}
	for i, p := range q.Positions {
		if p.Value == nil {
			return nil, refuse("missing_field", "positions: %q has no value", p.ID)
		}
		betas, ok := q.Exposures[p.ID]
		if !ok {
			return nil, refuse("missing_exposure", "exposures: none for position %q", p.ID)
		}
		asset := scenario.Asset{ID: p.ID, Known: true, Betas: make([]float64, len(m.Factors))}
		for _, f := range slices.Sorted(maps.Keys(betas)) {
			k := m.Index(f)
			if k < 0 {
				return nil, refuse("unknown_factor", "exposures: %q has an exposure to %q, which factor_covariance does not list", p.ID, f)
			}
			asset.Betas[k] = betas[f]
		}
		book.Assets = append(book.Assets, asset)
		book.Positions = append(book.Positions, scenario.Position{ID: p.ID, Asset: i, Value: *p.Value})
	}
	own := scenario.Scenario{ID: "shocks", Kind: scenario.KindOwn}
	for _, f := range slices.Sorted(maps.Keys(q.Shocks)) {
		if m.Index(f) < 0 {
			return nil, refuse("unknown_factor", "shocks: %q is not in factor_covariance.factors", f)
		}
		own.Shocks = append(own.Shocks, scenario.Shock{Kind: scenario.ShockFactor, On: f, Move: q.Shocks[f]})
	}
	if len(own.Shocks) == 0 {
		return nil, refuse("no_shock", "shocks: no factor is shocked")
	}
	engine, err := scenario.New(&book)
	if err != nil {
		return nil, refuse("bad_request", "%v", err)
	}
	impact, err := engine.Run(own, scenario.Settings{})
	if err != nil {
		return nil, refuse("bad_request", "%v", err)
	}
	if impact.Status == scenario.Unavailable {
		return nil, refuse("singular", "the covariance of the shocked factors is singular")
	}
	var out, moves, byPosition, byFactor object
	out.figure("direct", impact.Direct, "")
	out.figure("propagated", impact.Total, "")
	for i, f := range m.Factors {
		moves.figure(f, impact.Moves[i], "")
		byFactor.figure(f, impact.ByFactor[i], "")
	}
	for _, p := range impact.ByPosition {
		byPosition.figure(p.ID, p.PnL, "")
	}
	out.set("moves", &moves)
	out.set("by_position", &byPosition)
	out.set("by_factor", &byFactor)
	out.figure("mahalanobis_distance", impact.Distance, "")
	return &out, nil
}
