package calc

import (
	"errors"
	"maps"
	"slices"

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
	m := scenario.Model{Factors: q.Covariance.Factors, Covariance: rows}
	positions := make([]scenario.Position, len(q.Positions))
	for i, p := range q.Positions {
		if p.Value == nil {
			return nil, refuse("missing_field", "positions: %q has no value", p.ID)
		}
		betas, ok := q.Exposures[p.ID]
		if !ok {
			return nil, refuse("missing_exposure", "exposures: none for position %q", p.ID)
		}
		positions[i] = scenario.Position{ID: p.ID, Value: *p.Value, Exposure: make([]float64, len(m.Factors))}
		for _, f := range slices.Sorted(maps.Keys(betas)) {
			k := slices.Index(m.Factors, f)
			if k < 0 {
				return nil, refuse("unknown_factor", "exposures: %q has an exposure to %q, which factor_covariance does not list", p.ID, f)
			}
			positions[i].Exposure[k] = betas[f]
		}
	}
	impact, err := m.Stress(positions, q.Shocks)
	if err != nil {
		return nil, refuse(stressCode(err), "%v", err)
	}
	var out, moves, byPosition, byFactor object
	out.figure("direct", impact.Direct, "")
	out.figure("propagated", impact.Propagated, "")
	for i, f := range m.Factors {
		moves.figure(f, impact.Moves[i], "")
		byFactor.figure(f, impact.ByFactor[i], "")
	}
	for i, p := range positions {
		byPosition.figure(p.ID, impact.ByPosition[i], "")
	}
	out.set("moves", &moves)
	out.set("by_position", &byPosition)
	out.set("by_factor", &byFactor)
	out.figure("mahalanobis_distance", impact.Distance, "")
	return &out, nil
}

func stressCode(err error) string {
	switch {
	case errors.Is(err, scenario.ErrFactor):
		return "unknown_factor"
	case errors.Is(err, scenario.ErrSingular):
		return "singular"
	case errors.Is(err, scenario.ErrNoShock):
		return "no_shock"
	}
	return "bad_request"
}
