package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/scenario"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/sheet"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// What the page shows, as the address has it.
const (
	showLibrary = "library"
	showReplays = "replays"
	showMine    = "mine"
	showReverse = "reverse"
)

// scenariosPage is the page on its way.
type scenariosPage struct {
	*request
	w    *writer
	set  *service.ScenarioSet
	q    service.Question
	show string
	own  *ownEntry // the form, where it is open
	keep string    // what is wrong with the name under which it is to be kept
}

// scenarios is what scenarios do to today's holdings.
func (s *site) scenarios(r *request) error {
	p, err := r.scenariosPage()
	if err != nil {
		return err
	}
	if to, ok := p.plainly(); ok {
		return r.to(to)
	}
	if r.Form.Has("own") {
		p.own = p.readOwn()
	} else if id := r.Form.Get("edit"); id != "" {
		p.own = p.entryOf(id)
	}
	return p.write(http.StatusOK)
}

func (r *request) scenariosPage() (*scenariosPage, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	a, err := r.analyse()
	if err != nil {
		return nil, err
	}
	q := service.Question{Period: a.Period.Label, Benchmark: r.URL.Query().Get("benchmark")}
	if r.portfolio != nil {
		q.Portfolios = []string{r.portfolio.ID}
	}
	p := &scenariosPage{request: r, w: r.asked(a), q: q, show: r.Form.Get("show")}
	if !slices.Contains([]string{showReplays, showMine, showReverse}, p.show) {
		p.show = showLibrary
	}
	if a.Bookings == 0 {
		p.set = &service.ScenarioSet{Analysis: a}
		return p, nil
	}
	p.set, err = r.site.svc.Scenarios(r.Context(), r.caller, q)
	return p, err
}

// write shows the page.
func (p *scenariosPage) write(status int) error {
	a := p.set.Analysis
	frame := p.frame("Scenarios", "/scenarios")
	frame.Sheets = []string{p.site.assets.Figures, p.site.assets.Risk}
	p.dated(&frame, a)
	v := view.Scenarios{Page: frame, Try: p.address("/what-if"), Export: p.pageWith(p.address("/scenarios.csv")), New: p.at("show", showMine, "own", "1")}
	switch {
	case a.Bookings == 0:
		v.Empty = &view.Empty{Icon: "waves", Title: "There is nothing to shock yet", Text: "Scenarios begin with the first holding and about three months of its prices.",
			Ways: []view.Link{{Label: "Import a file", Href: p.address("/import")}, {Label: "Add a transaction", Href: p.address("/transactions/new")}}}
	case a.ExAnte == nil || len(a.ExAnte.Scenarios) == 0:
		v.Empty = &view.Empty{Icon: "waves", Title: "There is no factor model yet", Text: "Scenarios move your holdings by their betas to the market, styles, rates and currencies" + because(a.ExAnte) + ".",
			Ways: []view.Link{{Label: "Bring in prices", Href: p.address("/prices")}, {Label: "Look at the data", Href: p.address("/data")}}}
	}
	if v.Empty != nil {
		return p.request.show(status, page.Scenarios(v))
	}
	v.Shows = p.shows()
	if err := p.fill(&v); err != nil {
		return err
	}
	if done, err := p.answered(p.w, "Scenarios", "/scenarios"); done {
		return err
	}
	return p.request.show(status, page.Scenarios(v))
}

// at is this page with other choices; what is not named is forgotten but for the period
// and the benchmark.
func (p *scenariosPage) at(pairs ...string) string {
	address := p.address("/scenarios")
	join := "?"
	add := func(name, value string) {
		if value != "" {
			address += join + name + "=" + escape(value)
			join = "&"
		}
	}
	add("period", p.URL.Query().Get("period"))
	add("benchmark", p.URL.Query().Get("benchmark"))
	for i := 0; i+1 < len(pairs); i += 2 {
		add(pairs[i], pairs[i+1])
	}
	return address
}

func (p *scenariosPage) shows() []view.Choice {
	library := p.set.Analysis.ExAnte.Scenarios
	replays := 0
	for i := range library {
		if library[i].Kind == string(scenario.KindReplay) {
			replays++
		}
	}
	choice := func(label, show string, n int) view.Choice {
		c := view.Choice{Label: label, Href: p.at("show", show), Current: p.show == show}
		if n >= 0 {
			c.Count = p.w.Count(n)
		}
		return c
	}
	return []view.Choice{choice("Library", showLibrary, len(library)), choice("Replays", showReplays, replays), choice("Mine", showMine, len(p.set.Own)), choice("Reverse", showReverse, -1)}
}

// fill puts together what the page shows: a list with one chosen, a form, or the way back
// from a loss.
func (p *scenariosPage) fill(v *view.Scenarios) error {
	if p.show == showReverse {
		return p.reverse(v)
	}
	if p.own != nil {
		return p.tried(v)
	}
	list := p.listed()
	chosen := p.chosen(list)
	v.Tornado = p.tornado(list, chosen)
	if chosen == nil {
		v.Nothing = &view.Empty{Icon: "waves", Title: "No scenario is chosen", Text: "Choose one on the left."}
		if p.show == showMine {
			v.Nothing = &view.Empty{Icon: "pencil-line", Title: "None of your own yet", Text: "Fix some moves (the market, a sector, yields, a currency), see what they would do, and keep what you want to look at again.",
				Ways: []view.Link{{Label: "New scenario", Href: v.New}}}
		}
		return nil
	}
	shown := *chosen
	if chosen.Kind == string(scenario.KindReplay) && chosen.PnL.Known() { // its path is not in the list
		with, err := p.site.svc.Scenario(p.Context(), p.caller, p.q, chosen.ID)
		if err != nil {
			return err
		}
		shown = with
	}
	v.Chosen = p.chosenScenario(&shown)
	if kept := p.keptScenario(shown.ID); kept != nil && p.portfolio != nil {
		v.Chosen.Edit = p.at("show", showMine, "edit", kept.ID)
		v.Chosen.Delete = &view.Action{Label: "Delete", Href: p.address("/scenarios/" + kept.ID + "/delete"), Icon: "trash-2"}
	}
	return nil
}

// listed are the scenarios that the tornado is of.
func (p *scenariosPage) listed() []*analysis.Scenario {
	var list []*analysis.Scenario
	library := p.set.Analysis.ExAnte.Scenarios
	if p.show != showMine {
		for i := range library {
			if p.show == showLibrary || library[i].Kind == string(scenario.KindReplay) {
				list = append(list, &library[i])
			}
		}
	}
	if p.show != showReplays {
		for i := range p.set.Own {
			list = append(list, &p.set.Own[i])
		}
	}
	return list
}

// chosen is the one of the address, else the worst that is not extreme.
func (p *scenariosPage) chosen(list []*analysis.Scenario) *analysis.Scenario {
	var worst *analysis.Scenario
	id := p.Form.Get("id")
	for _, s := range list {
		if s.ID == id {
			return s
		}
		if s.PnL.Known() && s.Severity != string(scenario.Extreme) && (worst == nil || s.PnL.Float64() < worst.PnL.Float64()) {
			worst = s
		}
	}
	if worst == nil && len(list) > 0 {
		worst = list[0]
	}
	return worst
}

func (p *scenariosPage) keptScenario(id string) *service.OwnScenario {
	for i := range p.set.Kept {
		if p.set.Kept[i].ID == id {
			return &p.set.Kept[i]
		}
	}
	return nil
}

// scenariosCSV writes all scenarios, position by position.
func (s *site) scenariosCSV(r *request) error {
	p, err := r.scenariosPage()
	if err != nil {
		return err
	}
	r.attachment("text/csv; charset=utf-8", "scenarios-"+p.set.Analysis.AsOf.String()+".csv")
	out := sheet.NewWriter(r.w)
	_ = out.Write([]string{"scenario", "name", "kind", "position", "value", "pnl", "method", "base_currency", "status"}) // Flush reports
	number := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
	each := func(s *analysis.Scenario) {
		_ = out.Write([]string{s.ID, s.Name, s.Kind, "", "", bare(s.PnL), "total", string(p.set.Analysis.Base), string(s.PnL.Status)})
		for _, x := range s.Positions {
			_ = out.Write([]string{s.ID, s.Name, s.Kind, x.Symbol, number(x.Value), number(x.PnL), x.Method, string(p.set.Analysis.Base), ""})
		}
	}
	if p.set.Analysis.ExAnte != nil {
		for i := range p.set.Analysis.ExAnte.Scenarios {
			each(&p.set.Analysis.ExAnte.Scenarios[i])
		}
	}
	for i := range p.set.Own {
		each(&p.set.Own[i])
	}
	out.Flush()
	return out.Error()
}
