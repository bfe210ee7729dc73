package web

import (
	"net/http"

	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// palette is the list of the command palette: instruments held, what can be done, and
// pages. Without script it is a page.
func (s *site) palette(r *request) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	w := r.writer(a)
	v := view.Palette{Page: r.frame("Search or jump to", "/go"), Query: r.URL.Query().Get("q")}
	v.Page.Narrow = true
	item := func(label, note, href, icon, key, search string) view.PaletteItem {
		return view.PaletteItem{Link: view.Link{Label: label, Note: note, Href: href, Icon: icon, Key: key}, Search: label + " " + search}
	}
	var held []view.PaletteItem
	for i := range a.Holdings {
		h := &a.Holdings[i]
		p := item(shortName(h), h.Instrument.Name, r.address(instrumentPath(h.Symbol))+r.kept(), "chart-line", "", h.Symbol+" "+h.Instrument.Name+" "+h.Instrument.ISIN)
		if h.Price.Known {
			p.Price = w.Price(h.Price.Decimal)
		}
		if h.DayReturn.Known() {
			p.Change = w.text(h.DayReturn, percent2, true)
			p.Tone = toneOf(p.Change)
		}
		held = append(held, p)
	}
	do := []view.PaletteItem{
		item("Add a transaction", "", r.address("/transactions/new"), "plus", "n", "book buy sell deposit new"),
		item("Import a file", "", r.address("/import"), "upload", "", "broker csv ofx flex upload"),
		item("Enter a price or valuation", "", r.address("/prices"), "tag", "", "manual appraisal"),
		item("Compare instruments", "", r.address("/compare"), "columns-3", "", "side by side returns correlation"),
		item("New portfolio", "", "/portfolios/new", "wallet", "", "create"),
	}
	if r.portfolio != nil {
		do = append(do, item("Settings of "+r.portfolio.Name, "", r.address("/edit"), "settings", "", "benchmark limits currency rename archive"))
	}
	var going []view.PaletteItem
	for _, p := range pages {
		going = append(going, item(p.label, "", r.address(p.name)+r.kept(), p.icon, p.key, "page"))
	}
	going = append(going, item("Settings", "", "/settings", "settings", "g s", "theme password numbers sign out keys"), item("Portfolios", "", "/portfolios", "library", "", "list"), item("API documentation", "", "/docs", "book-open", "", "rest openapi"))
	for _, l := range settingsPages[1:] {
		going = append(going, item(l.Label, "settings", l.Href, l.Icon, "", "settings account"))
	}
	for _, l := range r.adminLinks() {
		going = append(going, item(l.Label, "administration", l.Href, l.Icon, "", "administration admin"))
	}
	for _, p := range r.portfolios {
		going = append(going, item(p.Name, "portfolio", "/p/"+p.ID, "wallet", "", "portfolio switch"))
	}
	v.Groups = []view.PaletteGroup{{Label: "Instruments", Items: held}, {Label: "Do", Items: do}, {Label: "Go to", Items: going}}
	if len(held) == 0 {
		v.Groups = v.Groups[1:]
	}
	if v.Query != "" { // without script: what is stored besides
		found, err := s.svc.SearchInstruments(r.Context(), r.caller, v.Query, 8, r.simulated())
		if err != nil && oneFault(err, "q") == nil {
			return err
		}
		var items []view.PaletteItem
		for _, x := range found {
			row := foundRow(x)
			items = append(items, item(row.Symbol, row.Name, r.address(instrumentPath(row.Symbol)), "chart-line", "", v.Query))
		}
		if len(items) > 0 {
			v.Groups = append([]view.PaletteGroup{{Label: "Found", Items: items}}, v.Groups...)
		}
	}
	if r.Header.Get("X-Fragment") != "" {
		return r.show(http.StatusOK, page.PaletteList(v))
	}
	return r.show(http.StatusOK, page.Palette(v))
}
