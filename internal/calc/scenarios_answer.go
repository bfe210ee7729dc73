package calc

import (
	"math"

	"github.com/foliosight/foliosight/finance/scenario"
)

// scenarioAnswer is one result. Figures of an unavailable one are null, with the code
// of its first reason.
func scenarioAnswer(book *scenario.Book, r *scenario.Result) *object {
	var o object
	s := r.Scenario
	o.set("id", s.ID)
	o.set("name", s.Name)
	o.set("kind", s.Kind)
	if s.Severity != "" {
		o.set("severity", s.Severity)
	}
	o.set("mode", r.Mode)
	o.set("status", r.Status)
	if r.Status == scenario.Unavailable {
		for _, key := range []string{"total", "direct", "distance", "moves", "by_position", "by_factor", "rest"} {
			o.missing(key, r.Reasons[0].Code)
		}
		o.set("notes", notes(r.Reasons))
		return &o
	}
	o.figure("total", r.Total, "")
	o.figure("direct", r.Direct, "")
	if math.IsNaN(r.Distance) {
		o.missing("distance", scenario.Singular)
	} else {
		o.figure("distance", r.Distance, "")
	}
	names := book.Model.Factors
	o.set("moves", named(names, r.Moves))
	positions := make([]*object, len(r.ByPosition))
	for i, p := range r.ByPosition {
		positions[i] = positionAnswer(p)
	}
	o.set("by_position", positions)
	o.set("by_factor", named(names, r.ByFactor))
	var rest object
	rest.figure("specific", r.Rest.Specific, "")
	rest.figure("options", r.Rest.Options, "")
	rest.figure("bonds", r.Rest.Bonds, "")
	rest.figure("replay", r.Rest.Replay, "")
	rest.figure("bent", r.Rest.Bent, "")
	o.set("rest", &rest)
	for _, by := range []scenario.Grouping{scenario.BySector, scenario.ByCountry, scenario.ByCurrency, scenario.ByClass} {
		groups := r.ByGroup(book.Labels(by))
		if len(groups) == 0 || len(groups) == 1 && groups[0].Label == "" {
			continue
		}
		list := make([]*object, len(groups))
		for i, g := range groups {
			list[i] = new(object)
			list[i].set("name", g.Label)
			list[i].figure("pnl", g.PnL, "")
		}
		o.set("by_"+string(by), list)
	}
	if len(r.LeftOut) > 0 {
		list := make([]*object, len(r.LeftOut))
		for i, l := range r.LeftOut {
			list[i] = new(object)
			list[i].set("id", l.ID)
			list[i].figure("value", l.Value, "")
			list[i].set("reason", l.Reason.Code)
		}
		o.set("left_out", list)
	}
	if len(r.Proxies) > 0 {
		o.set("proxies", r.Proxies)
	}
	if len(r.Reasons) > 0 {
		o.set("notes", notes(r.Reasons))
	}
	return &o
}

func positionAnswer(p scenario.PositionResult) *object {
	var o object
	o.set("id", p.ID)
	if p.Method == scenario.NotMeasured {
		o.missing("pnl", "left_out")
		o.missing("direct", "left_out")
		o.missing("move", "left_out")
	} else {
		o.figure("pnl", p.PnL, "")
		o.figure("direct", p.Direct, "")
		o.figure("move", p.Move, "")
	}
	o.set("method", p.Method)
	if p.Reason != "" {
		o.set("note", p.Reason)
	}
	return &o
}

func notes(reasons []scenario.Reason) []*object {
	out := make([]*object, len(reasons))
	for i, r := range reasons {
		out[i] = new(object)
		out[i].set("code", r.Code)
		if r.On != "" {
			out[i].set("on", r.On)
		}
	}
	return out
}

// pathAnswer is [[day, profit since the start]].
func pathAnswer(p *scenario.Path) [][2]any {
	out := make([][2]any, len(p.Days))
	for i, day := range p.Days {
		out[i] = [2]any{day, finite(p.PnL[i])}
	}
	return out
}

func reverseAnswer(book *scenario.Book, r *scenario.Reverse) *object {
	var o object
	o.set("loss", r.Loss)
	o.figure("most", r.Most, "")
	if math.IsNaN(r.LinearDistance) {
		o.missing("linear_distance", scenario.NoExposure)
		o.missing("linear_moves", scenario.NoExposure)
	} else {
		o.figure("linear_distance", r.LinearDistance, "")
		o.set("linear_moves", named(book.Model.Factors, r.Linear))
	}
	o.set("result", scenarioAnswer(book, r.Result))
	return &o
}
