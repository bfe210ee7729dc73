package calc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/optimize"
)

// constraintsQuestion is what the weights of an optimisation may be.
type constraintsQuestion struct {
	Bounds      json.RawMessage `json:"bounds"`
	Groups      []groupQuestion `json:"groups"`
	Constraints []rowQuestion   `json:"constraints"`
	Current     json.RawMessage `json:"current"`
	MaxTurnover *float64        `json:"max_turnover"`
	MaxGross    *float64        `json:"max_gross"`
}

type groupQuestion struct {
	Name    string            `json:"name"`
	Members []json.RawMessage `json:"members"`
	Low     *float64          `json:"low"`
	High    *float64          `json:"high"`
}

type rowQuestion struct {
	Name    string          `json:"name"`
	Weights json.RawMessage `json:"weights"`
	Low     *float64        `json:"low"`
	High    *float64        `json:"high"`
}

// assetNames find an asset by its symbol, or by its place from 0 where there are none.
type assetNames struct {
	at    map[string]int
	count int
}

func newNames(symbols []string, count int) (assetNames, error) {
	out := assetNames{count: count}
	if symbols == nil {
		return out, nil
	}
	if len(symbols) != count {
		return out, refuse("length_mismatch", "symbols: %d names, the covariance has %d rows", len(symbols), count)
	}
	out.at = make(map[string]int, count)
	for i, s := range symbols {
		if _, twice := out.at[s]; twice || s == "" {
			return out, refuse("bad_request", "symbols[%d]: %q, want a name that stands once", i, s)
		}
		out.at[s] = i
	}
	return out, nil
}

// find reads a symbol or a place.
func (n assetNames) find(raw json.RawMessage, place string) (int, error) {
	var name string
	if json.Unmarshal(raw, &name) == nil && string(raw) != "null" {
		if i, known := n.at[name]; known {
			return i, nil
		}
		return 0, refuse("unknown_symbol", "%s: %q is not among symbols", place, name)
	}
	var i int
	if json.Unmarshal(raw, &i) != nil || string(raw) == "null" || i < 0 || i >= n.count {
		return 0, refuse("unknown_symbol", "%s: want a symbol, or the place of an asset from 0 to %d", place, n.count-1)
	}
	return i, nil
}

// vector reads one number an asset: a list, or an object in which those left out are 0.
func (n assetNames) vector(raw json.RawMessage, place string) ([]float64, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil, refuse("missing_field", "%s: give one number an asset", place)
	}
	if raw[0] != '{' {
		var list numbers
		if err := list.UnmarshalJSON(raw); err != nil {
			return nil, err
		}
		out, err := list.values(place)
		if err == nil && len(out) != n.count {
			err = refuse("length_mismatch", "%s: %d numbers for %d assets", place, len(out), n.count)
		}
		return out, err
	}
	out := make([]float64, n.count)
	problem := eachKey(raw, func(name string, value json.RawMessage) *Error {
		i, known := n.at[name]
		if !known {
			return refuse("unknown_symbol", "%q is not among symbols", name)
		}
		if json.Unmarshal(value, &out[i]) != nil || string(bytes.TrimSpace(value)) == "null" {
			return refuse("gap", "%q has no number", name)
		}
		return nil
	})
	if problem != nil {
		return nil, refuse(problem.Code, "%s: %s", place, problem.Detail)
	}
	return out, nil
}

// constrain adds everything to the problem.
func (q *constraintsQuestion) constrain(p *optimize.Problem, names assetNames) (err error) {
	if err := q.bounds(p); err != nil {
		return err
	}
	for k, g := range q.Groups {
		place := fmt.Sprintf("groups[%d]", k)
		members := make([]int, len(g.Members))
		for i, raw := range g.Members {
			if members[i], err = names.find(bytes.TrimSpace(raw), fmt.Sprintf("%s.members[%d]", place, i)); err != nil {
				return err
			}
			if slices.Contains(members[:i], members[i]) {
				return refuse("bad_constraint", "%s.members[%d]: stands there twice", place, i)
			}
		}
		if len(members) == 0 {
			return refuse("missing_field", "%s.members: name at least one", place)
		}
		if g.Name == "" {
			g.Name = place
		}
		p.Rows = append(p.Rows, optimize.Group(g.Name, names.count, members, orInfinite(g.Low, -1), orInfinite(g.High, 1)))
	}
	for k, c := range q.Constraints {
		place := fmt.Sprintf("constraints[%d]", k)
		weights, err := names.vector(c.Weights, place+".weights")
		if err != nil {
			return err
		}
		if c.Name == "" {
			c.Name = place
		}
		p.Rows = append(p.Rows, optimize.Row{Name: c.Name, Weights: weights, Low: orInfinite(c.Low, -1), High: orInfinite(c.High, 1)})
	}
	return q.limits(p, names)
}

func orInfinite(x *float64, sign int) float64 {
	if x == nil {
		return math.Inf(sign)
	}
	return *x
}

// limits reads the limits on turnover and gross; 0 would be none to the engine.
func (q *constraintsQuestion) limits(p *optimize.Problem, names assetNames) (err error) {
	if q.MaxGross != nil {
		if p.Gross = *q.MaxGross; !(p.Gross > 0) {
			return refuse("out_of_range", "max_gross: %v, want more than 0", p.Gross)
		}
	}
	if len(q.Current) > 0 && string(q.Current) != "null" {
		if p.Current, err = names.vector(q.Current, "current"); err != nil {
			return err
		}
	}
	if q.MaxTurnover == nil {
		return nil
	}
	if p.Turnover = *q.MaxTurnover; !(p.Turnover > 0) {
		return refuse("out_of_range", "max_turnover: %v, want more than 0", p.Turnover)
	}
	if p.Current == nil {
		return refuse("missing_field", "current: max_turnover needs the weights that are held")
	}
	return nil
}

// bounds reads [low, high] for all, or a pair an asset.
func (q *constraintsQuestion) bounds(p *optimize.Problem) error {
	raw := bytes.TrimSpace(q.Bounds)
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var pairs matrix
	if err := pairs.UnmarshalJSON(raw); err != nil {
		return err
	}
	if pairs.problem == nil && len(pairs.rows) > 0 {
		if len(pairs.rows) != len(p.Covariance) {
			return refuse("length_mismatch", "bounds: %d pairs for %d assets", len(pairs.rows), len(p.Covariance))
		}
		for i, pair := range pairs.rows {
			if len(pair) != 2 {
				return refuse("bad_request", "bounds[%d]: want [low, high]", i)
			}
			p.Lows, p.Highs = append(p.Lows, pair[0]), append(p.Highs, pair[1])
		}
		return nil
	}
	var both numbers
	if err := both.UnmarshalJSON(raw); err != nil {
		return err
	}
	list, err := both.values("bounds")
	switch {
	case err != nil:
		return err
	case len(list) != 2:
		return refuse("bad_request", "bounds: want [low, high], or such a pair for each asset")
	}
	p.Low, p.High = list[0], list[1]
	return nil
}
