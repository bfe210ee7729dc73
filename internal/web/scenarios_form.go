package web

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/view"
)

// ownEntry is an own scenario as it is typed.
type ownEntry struct {
	id, name string
	values   map[string]string // of the fields by name
	others   []otherEntry
	alone    bool
}

// otherEntry is a shock of the rows below the fields.
type otherEntry struct{ kind, on, move string }

// ownErrors are by field; the rows' fields have their number behind, from 1.
type ownErrors map[string]string

// yieldFields are the places of the curve that can be moved, in basis points.
var yieldFields = []struct{ name, on, label string }{{"yield", "", "All maturities"}, {"yield_2", "2", "2 years"}, {"yield_10", "10", "10 years"}, {"yield_30", "30", "30 years"}}

// otherKinds are what a row can move.
var otherKinds = []struct {
	kind scenario.ShockKind
	word string
}{{scenario.ShockSymbol, "Instrument"}, {scenario.ShockSector, "Sector"}, {scenario.ShockCurrency, "Currency"}, {scenario.ShockSide, "Side"}}

// factorFields are the factors of the model that are moved as such: yields, currencies and
// volatilities have fields of their own.
func factorFields(a *analysis.Analysis) []analysis.ModelFactor {
	return slices.DeleteFunc(slices.Clone(service.ChoicesOf(a).Factors), func(f analysis.ModelFactor) bool {
		_, currency := factor.CurrencyOf(f.Key)
		return currency || f.Key == factor.Rates || f.Key == factor.ImpliedVolatility
	})
}

// readOwn reads the form.
func (p *scenariosPage) readOwn() *ownEntry {
	e := &ownEntry{id: p.Form.Get("edit"), name: strings.TrimSpace(p.Form.Get("name")), values: map[string]string{}, alone: p.Form.Get("alone") != ""}
	for _, name := range p.fieldNames() {
		e.values[name] = p.typedNumber(p.Form.Get(name))
	}
	at := func(name string, i int) string {
		if list := p.Form[name]; i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	for i := range p.Form["on"] {
		if o := (otherEntry{at("kind", i), at("on", i), p.typedNumber(at("move", i))}); o.on+o.move != "" {
			e.others = append(e.others, o)
		}
	}
	return e
}

// fieldNames are those of the single fields, in their order.
func (p *scenariosPage) fieldNames() []string {
	var names []string
	for _, f := range factorFields(p.set.Analysis) {
		names = append(names, "f_"+f.Key)
	}
	for _, y := range yieldFields {
		names = append(names, y.name)
	}
	return append(names, "volatility")
}

// entryOf writes a kept scenario back into the form; an empty one where there is none.
func (p *scenariosPage) entryOf(id string) *ownEntry {
	e := &ownEntry{values: map[string]string{}}
	kept := p.keptScenario(id)
	if kept == nil {
		return e
	}
	e.id, e.name, e.alone = kept.ID, kept.Name, kept.Alone
	text := func(x float64, times int64) string {
		d, err := money.Parse(strconv.FormatFloat(x, 'f', -1, 64))
		if err != nil {
			return strconv.FormatFloat(x*float64(times), 'f', -1, 64)
		}
		return p.locale.Input(d.Mul(money.Int(times)))
	}
	for _, s := range kept.Shocks {
		switch s.Kind {
		case scenario.ShockFactor:
			e.values["f_"+s.On] = text(s.Move, 100)
		case scenario.ShockCurve:
			for _, y := range yieldFields {
				if y.on == s.On {
					e.values[y.name] = text(s.Move, 10000)
				}
			}
		case scenario.ShockVolatility:
			e.values["volatility"] = text(s.Move, 100)
		default:
			e.others = append(e.others, otherEntry{string(s.Kind), s.On, text(s.Move, 100)})
		}
	}
	return e
}

// scenario turns what was typed into shocks. places are the fields they came from.
func (p *scenariosPage) ownScenario(e *ownEntry) (own service.OwnScenario, places []string, errs ownErrors) {
	own, errs = service.OwnScenario{ID: e.id, Name: e.name, Alone: e.alone}, ownErrors{}
	add := func(place, text string, per int64, kind scenario.ShockKind, on string) {
		if text == "" {
			return
		}
		d, err := p.locale.Parse(strings.TrimSpace(strings.TrimSuffix(text, "%")))
		if err != nil {
			errs[place] = sentence(err.Error())
			return
		}
		own.Shocks = append(own.Shocks, service.OwnShock{Kind: kind, On: on, Move: d.DivRound(money.Int(per), 12).Float64()})
		places = append(places, place)
	}
	for _, f := range factorFields(p.set.Analysis) {
		add("f_"+f.Key, e.values["f_"+f.Key], 100, scenario.ShockFactor, f.Key)
	}
	for _, y := range yieldFields {
		add(y.name, e.values[y.name], 10000, scenario.ShockCurve, y.on)
	}
	add("volatility", e.values["volatility"], 100, scenario.ShockVolatility, "")
	for i, o := range e.others {
		n := strconv.Itoa(i + 1)
		switch {
		case o.on == "":
			errs["on"+n] = "Say what moves."
		case o.move == "":
			errs["move"+n] = "Say by how much."
		default:
			on := o.on
			if o.kind == string(scenario.ShockCurrency) {
				on = strings.ToUpper(on)
			} else if o.kind == string(scenario.ShockSide) {
				on = strings.ToLower(on)
			}
			add("move"+n, o.move, 100, scenario.ShockKind(o.kind), on)
		}
	}
	return own, places, errs
}

// refusedShocks puts faults beside their fields; nil where an error is none.
func refusedShocks(err error, places []string) ownErrors {
	var many ledger.Faults
	var one *ledger.Fault
	if !errors.As(err, &many) {
		if !errors.As(err, &one) {
			return nil
		}
		many = ledger.Faults{one}
	}
	errs := ownErrors{}
	for _, f := range many {
		place := f.Field
		if f.Row > 0 && f.Row <= len(places) {
			place = places[f.Row-1]
		}
		if errs[place] == "" {
			errs[place] = faultText(f)
		}
	}
	return errs
}

// form is the form with what was typed and what is wrong with it.
func (p *scenariosPage) form(e *ownEntry, errs ownErrors) *view.OwnShocks {
	v := &view.OwnShocks{Action: p.address("/scenarios"), As: p.locale.Tag, Title: "New scenario", ID: e.id, Name: e.name, Alone: e.alone, Cancel: p.at("show", showMine)}
	if e.id != "" {
		v.Title = "Change “" + e.name + "”"
	}
	labels := map[string]string{}
	field := func(name, label, unit, hint string) view.Field {
		labels[name] = label
		return view.Field{Name: name, Label: label, Kind: "number", Value: e.values[name], Unit: unit, Hint: hint, Error: errs[name], Auto: "off"}
	}
	market := view.ShockGroup{Label: "Market and styles", Help: "Styles move beyond the market."}
	for _, f := range factorFields(p.set.Analysis) {
		market.Fields = append(market.Fields, field("f_"+f.Key, f.Label, "%", ""))
	}
	rates := view.ShockGroup{Label: "Yields", Help: "All maturities, or single places of the curve with straight lines between."}
	for _, y := range yieldFields {
		rates.Fields = append(rates.Fields, field(y.name, y.label, "bp", ""))
	}
	volatility := view.ShockGroup{Label: "Implied volatility", Help: "A relative change: 50 takes 20 to 30.", Fields: []view.Field{field("volatility", "All options", "%", "")}}
	v.Groups = []view.ShockGroup{market, rates, volatility}
	for i, o := range append(slices.Clone(e.others), otherEntry{}) {
		n := strconv.Itoa(i + 1)
		row := view.OtherShock{N: i + 1, On: o.on, Move: o.move, Errors: map[string]string{"on": errs["on"+n], "move": errs["move"+n]}}
		labels["on"+n], labels["move"+n] = "Row "+n, "Row "+n
		for _, k := range otherKinds {
			row.Kinds = append(row.Kinds, view.Option{Value: string(k.kind), Label: k.word, Selected: string(k.kind) == o.kind})
		}
		v.Others = append(v.Others, row)
	}
	choices := service.ChoicesOf(p.set.Analysis)
	for _, s := range choices.Symbols {
		v.Symbols = append(v.Symbols, view.Option{Value: s, Label: "instrument"})
	}
	for _, s := range choices.Sectors {
		v.Symbols = append(v.Symbols, view.Option{Value: s, Label: "sector"})
	}
	for _, c := range choices.Currencies {
		v.Symbols = append(v.Symbols, view.Option{Value: string(c), Label: "currency"})
	}
	v.Symbols = append(v.Symbols, view.Option{Value: "long", Label: "all that is held long"}, view.Option{Value: "short", Label: "all that is sold short"})
	for _, place := range slices.Sorted(maps.Keys(errs)) {
		label := labels[place]
		link := view.Link{Label: errs[place], Href: "#f-" + place}
		if label != "" {
			link.Label = label + ": " + errs[place]
		} else {
			link.Href = "#own"
		}
		v.Errors = append(v.Errors, link)
	}
	return v
}

// hidden are the fields of the form for the one that keeps it.
func (p *scenariosPage) hiddenOwn(e *ownEntry) []view.Hidden {
	list := []view.Hidden{{Name: "own", Value: "1"}, {Name: "as", Value: p.locale.Tag}}
	if e.id != "" {
		list = append(list, view.Hidden{Name: "edit", Value: e.id})
	}
	for _, name := range p.fieldNames() {
		if e.values[name] != "" {
			list = append(list, view.Hidden{Name: name, Value: e.values[name]})
		}
	}
	for _, o := range e.others {
		list = append(list, view.Hidden{Name: "kind", Value: o.kind}, view.Hidden{Name: "on", Value: o.on}, view.Hidden{Name: "move", Value: o.move})
	}
	if e.alone {
		list = append(list, view.Hidden{Name: "alone", Value: "1"})
	}
	return list
}

// suggestedName names a scenario by its shocks.
func (p *scenariosPage) suggestedName(s *analysis.Scenario) string {
	var words []string
	for _, r := range p.w.moves(s) {
		if !r.Quiet && len(words) < 3 {
			words = append(words, fmt.Sprintf("%s %s", r.Name, r.Move.Text))
		}
	}
	return strings.Join(words, ", ")
}
