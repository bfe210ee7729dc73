package web

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/web/view"
)

// moves are those of the factors: what is shocked, then what is expected then, the
// largest first.
func (w *writer) moves(s *analysis.Scenario) []view.MoveRow {
	var fixed, implied []analysis.ScenarioShock
	for _, x := range s.Shocks {
		if x.Implied {
			implied = append(implied, x)
		} else {
			fixed = append(fixed, x)
		}
	}
	size := func(x analysis.ScenarioShock) float64 {
		if x.Unit == "yield" {
			return math.Abs(20 * x.Move) // 50 bp beside 10 %
		}
		return math.Abs(x.Move)
	}
	slices.SortStableFunc(implied, func(x, y analysis.ScenarioShock) int { return cmp.Compare(size(y), size(x)) })
	var rows []view.MoveRow
	for _, x := range append(fixed, implied...) {
		method := "scenario_shock"
		if x.Implied {
			method = "scenario_implied"
		}
		row := view.MoveRow{Name: x.On, Move: w.told(x.On+", move in "+s.Name, w.move(x), w.derived(x.Move, analysis.Fraction, method)), Why: "shocked"}
		if x.Implied {
			row.Why, row.Quiet = "follows", true
		}
		rows = append(rows, row)
	}
	return rows
}

// move writes the move of a factor: of yields in basis points.
func (w *writer) move(x analysis.ScenarioShock) string {
	if x.Unit == "yield" {
		return w.SignedFloat(10000*x.Move, 0) + "\u00a0bp"
	}
	return w.movePercent(x.Move)
}

// movePercent writes a move with one decimal where it has one and is not large.
func (w *writer) movePercent(x float64) string {
	if math.Abs(x) >= 10 || math.Abs(100*x-math.Round(100*x)) < 1e-9 {
		return w.SignedPercent(x, 0)
	}
	return w.SignedPercent(x, 1)
}

// belowZero is how the analysis says that a price would fall by more than all of it.
var belowZero = regexp.MustCompile(`^the move takes a price of (.+) below zero`)

// caveats are what has to be known to read a result; prices that a linear model takes
// below zero are told in one sentence.
func caveats(f analysis.Figure) []string {
	var list, below []string
	for _, why := range f.Reasons {
		if m := belowZero.FindStringSubmatch(why); m != nil {
			below = append(below, m[1])
		} else {
			list = append(list, sentence(why))
		}
	}
	if len(below) > 0 {
		list = append(list, "The moves would take the price of "+strings.Join(few(below, 3), ", ")+" below zero: a linear model reaches its end there, and the loss is overstated.")
	}
	return list
}

// movesNote says the shocks and the largest moves that follow in one line.
func (w *writer) movesNote(s *analysis.Scenario) string {
	var words []string
	rows := w.moves(s)
	for i, r := range rows {
		if i == 5 {
			break
		}
		words = append(words, r.Name+" "+r.Move.Text)
	}
	return strings.Join(words, ", ")
}

// distanced says a distance in words: so many ordinary days of the model. Moves that have
// nothing to do with one another grow with the root of time, so that a distance of d is
// what d² days bring.
func (w *writer) distanced(f analysis.Figure) string {
	if !f.Known() {
		return "How far from ordinary is not known: " + reason(f) + "."
	}
	d := f.Float64()
	days := d * d
	span := ""
	switch {
	case days < 1.5:
		span = "one day"
	case days < 15:
		span = w.Float(days, 0) + " days"
	case days < 42:
		span = counted(w, int(math.Round(days/21)), "month", "months")
	case days < 378:
		span = w.Float(days/21, 0) + " months"
	case days < 25200:
		span = w.Float(days/252, 0) + " years"
		if days/252 < 1.5 {
			span = "a year"
		}
	default:
		return "Further than a century of ordinary days would lead: nothing like it is in the model's window."
	}
	switch {
	case d < 2:
		return "Ordinary: a move of this size comes on common days."
	case d < 4:
		return "Rare in one day; what " + span + " of ordinary days bring."
	case d < 10:
		return "Hardly seen in one day; what about " + span + " of ordinary days bring."
	}
	return "Beyond any one day of the model; what about " + span + " of ordinary days bring."
}

// replayed counts how the holdings took part in a replay.
func (w *writer) replayed(s *analysis.Scenario) string {
	if s.Kind != string(scenario.KindReplay) {
		return ""
	}
	own, proxied := 0, 0
	for _, x := range s.Positions {
		switch {
		case x.Group == analysis.CashGroup:
		case x.Method == string(scenario.Proxied), slices.Contains(s.Proxied, w.underlying(x.Symbol)):
			proxied++
		default:
			own++
		}
	}
	words := counted(w, own, "position", "positions") + " replayed"
	if proxied > 0 {
		words += ", " + w.Count(proxied) + " by betas, as they did not trade then"
	}
	if n := len(s.LeftOut); n > 0 {
		words += ", " + w.Count(n) + " left out"
	}
	return words + "."
}
