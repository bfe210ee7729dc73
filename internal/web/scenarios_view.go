package web

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// kindWords are the kinds of scenarios in words.
var kindWords = map[string]string{"market": "Market", "rates": "Rates", "styles": "Styles", "volatility": "Volatility", "credit": "Credit", "currency": "Currency", "sector": "Sector", "replay": "Replay", "own": "Own"}

// scale lays losses and gains over a width of 100.
type scale struct{ low, high float64 }

func scaleOf(values []float64) scale {
	s := scale{}
	for _, x := range values {
		if !math.IsNaN(x) {
			s.low, s.high = math.Min(s.low, x), math.Max(s.high, x)
		}
	}
	if s.low == s.high {
		s.high = 1
	}
	// What is small on one side still has room to be seen.
	if least := 0.04 * (s.high - s.low); s.low < 0 && s.high < least {
		s.high = least
	} else if s.high > 0 && -s.low < least {
		s.low = -least
	}
	return s
}

func (s scale) at(x float64) float64 {
	return math.Round(10000*(x-s.low)/(s.high-s.low)) / 100
}

// without is a scale on which one loss or gain that dwarfs all others is cut short.
func (s scale) without(values []float64) (out scale, cut bool) {
	first, second := 0.0, 0.0
	for _, x := range values {
		switch x = math.Abs(x); {
		case x > first:
			first, second = x, first
		case x > second:
			second = x
		}
	}
	if second == 0 || first < 2.2*second {
		return s, false
	}
	most := 1.3 * second
	return scaleOf([]float64{math.Max(s.low, -most), math.Min(s.high, most)}), true
}

// bar lies between zero and x; never thinner than a hair.
func (s scale) bar(x float64) view.Bar {
	if math.IsNaN(x) || x == 0 {
		return view.Bar{}
	}
	if beyond := math.Max(s.low, math.Min(s.high, x)); beyond != x {
		b := s.bar(beyond)
		b.Cut = true
		return b
	}
	b := view.Bar{From: s.at(math.Min(0, x)), Fill: "fill-gain"}
	b.Width = math.Max(0.5, s.at(math.Max(0, x))-b.From)
	if x < 0 {
		b.Fill = "fill-loss"
		b.From = s.at(0) - b.Width
	}
	return b
}

// How many of a long list are shown: the worst and the best.
const (
	worstShown = 12
	bestShown  = 4
)

// tornado is the list, worst first. What cannot be evaluated stands below, with the
// reason.
func (p *scenariosPage) tornado(list []*analysis.Scenario, chosen *analysis.Scenario) *view.Tornado {
	t := &view.Tornado{Title: "Loss and gain by scenario", Note: "worst first, " + string(p.w.a.Base), Base: string(p.w.a.Base)}
	var known []*analysis.Scenario
	var values []float64
	unknown := map[string][]string{}
	var reasons []string
	for _, s := range list {
		if s.PnL.Known() {
			known, values = append(known, s), append(values, s.PnL.Float64())
			continue
		}
		why := sentence(reason(s.PnL))
		if unknown[why] == nil {
			reasons = append(reasons, why)
		}
		unknown[why] = append(unknown[why], s.Name)
	}
	for _, why := range reasons {
		t.Unknown = append(t.Unknown, view.Row{Name: strings.Join(unknown[why], ", "), Value: why})
	}
	slices.SortStableFunc(known, func(x, y *analysis.Scenario) int { return cmp.Compare(x.PnL.Float64(), y.PnL.Float64()) })
	axis, cut := scaleOf(values).without(values)
	t.Zero = axis.at(0)
	skip := 0
	if len(known) > worstShown+bestShown+2 && p.Form.Get("all") == "" {
		skip = len(known) - worstShown - bestShown
		t.More = &view.Link{Label: "All " + p.w.Count(len(known)), Href: p.at("show", p.show, "id", p.Form.Get("id"), "all", "1")}
	}
	for i, s := range known {
		if skip > 0 && i >= worstShown && i < worstShown+skip && s != chosen {
			continue
		}
		row := view.TornadoRow{ID: s.ID, Name: s.Name, Kind: kindWords[s.Kind], Href: p.at("show", p.show, "id", s.ID, "all", p.Form.Get("all")), Current: s == chosen, Bar: axis.bar(s.PnL.Float64())}
		row.PnL = p.w.change(s.Name, s.PnL, whole)
		row.Share = p.w.change(s.Name+", of value", s.Share, percent1)
		row.Share.Tone = view.Plain
		t.Rows = append(t.Rows, row)
	}
	t.Foot = "Options are priced anew, losses are not clipped. What is not shocked moves as is usual then."
	if cut {
		t.Foot += " A bar with a gap is longer than drawn."
	}
	return t
}

// chosenScenario is one with all that it says.
func (p *scenariosPage) chosenScenario(s *analysis.Scenario) *view.ChosenScenario {
	w := p.w
	c := &view.ChosenScenario{ID: s.ID, Name: s.Name, Note: s.Note}
	c.Tags = append(c.Tags, view.Tag{Text: cmp.Or(kindWords[s.Kind], s.Kind)})
	if s.Severity != "" {
		c.Tags = append(c.Tags, view.Tag{Text: s.Severity})
	}
	if s.Kind == string(scenario.KindReplay) {
		c.Name = s.Name
		c.Note = strings.TrimSpace(format.Date(s.From) + " to " + format.Date(s.To) + ". " + s.Note)
	}
	c.PnL = w.change("Gain or loss", s.PnL, whole)
	c.PnL.Unit = string(w.a.Base)
	if !s.PnL.Known() {
		c.Missing = sentence(strings.Join(s.PnL.Reasons, "; "))
		c.Moves = w.moves(s)
		return c
	}
	c.PnL.Unit = string(w.a.Base)
	c.Share = w.change("Of value", s.Share, percent2)
	c.Share.Tone = view.Plain
	if s.Kind != string(scenario.KindReplay) {
		c.Direct = w.change("From what is shocked alone", s.Direct, whole)
		c.Direct.Tone = view.Plain
	}
	c.Caveats = caveats(s.PnL)
	c.Distance = w.figure("Distance", s.Distance, ratio)
	c.Distance.Text = w.Float(s.Distance.Float64(), 1)
	c.Distanced = w.distanced(s.Distance)
	if !s.Distance.Known() {
		c.Distance.Text = format.Unknown
	}
	c.Moves = w.moves(s)
	c.Counts = w.replayed(s)
	for _, l := range s.LeftOut {
		c.LeftOut = append(c.LeftOut, view.Row{Name: w.short(l.Symbol), Value: w.text(l.Value, whole, false), Money: true, Aside: l.Reason})
	}
	c.PartsTitle, c.PartsNote = s.Name, w.movesNote(s)
	c.Parts = []view.ScenarioParts{p.byPosition(s, c), p.byName("Sector", s.Sectors, s), p.byName("Factor", s.Factors, s)}
	c.Path = w.path(s)
	return c
}

// underlying is what a holding moves with: of an option the share it is on.
func (w *writer) underlying(symbol string) string {
	if h := w.holding(symbol); h != nil && h.Instrument.IsOption() {
		return h.Instrument.Underlying
	}
	return symbol
}

// short is what a symbol is called in a table.
func (w *writer) short(symbol string) string {
	if h := w.holding(symbol); h != nil {
		return shortName(h)
	}
	return symbol
}
