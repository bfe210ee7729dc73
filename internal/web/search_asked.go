package web

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// askAction is the button that has the sources asked for a text; nil where it cannot be.
func (r *request) askAction(text, list string) *view.Action {
	if r.simulated() || r.caller.Link != "" || len(strings.TrimSpace(text)) < 2 {
		return nil
	}
	return &view.Action{Label: "Ask the sources", Href: r.address("/asked"), Icon: "download", Fields: []view.Hidden{{Name: "q", Value: text}, {Name: "list", Value: list}}}
}

// askSources has the sources asked for a text, and goes to where their answer appears.
func (s *site) askSources(r *request) error {
	text, list := r.PostFormValue("q"), r.PostFormValue("list")
	a, err := s.svc.AskSources(r.Context(), r.caller, text)
	if err != nil {
		wrong := oneFault(err, "q")
		if wrong == nil {
			return err
		}
		return s.showWatchlist(r, http.StatusUnprocessableEntity, watchErrors{find: wrong, typed: map[string]string{"q": text}})
	}
	return r.to(r.pageWithout("/asked", "q", a.Text, "list", list))
}

// askedPage is how far asking the sources for a text has come, and what they named. It
// asks nobody. The part that changes is read alone while an answer is on its way.
func (s *site) askedPage(r *request) error {
	text, list := r.URL.Query().Get("q"), r.URL.Query().Get("list")
	a, err := s.svc.SourceSearch(r.Context(), r.caller, text)
	if err != nil {
		if oneFault(err, "q") == nil {
			return err
		}
		return r.to(r.pageWithout("/watchlist", "list", list))
	}
	part := r.askedPart(&a, list)
	if r.Header.Get("X-Fragment") == "fetch" {
		return r.show(http.StatusOK, page.AskedPart(part))
	}
	v := view.Asked{Page: r.frame("Ask the sources", "/watchlist"), Part: part, Back: view.Link{Label: "Back to the watchlist", Href: r.pageWithout("/watchlist", "list", list, "q", a.Text) + "#find"}}
	v.Page.Crumbs = []view.Link{{Label: "Watchlist", Href: r.pageWithout("/watchlist", "list", list)}}
	v.Page.Sheets, v.Page.Scripts = append(v.Page.Sheets, s.assets.Data), append(v.Page.Scripts, s.assets.DataScript)
	return r.show(http.StatusOK, page.Asked(v))
}

// askedPart says how far it has come.
func (r *request) askedPart(a *service.SourceSearch, list string) view.AskedPart {
	p := view.AskedPart{Title: "“" + a.Text + "”", Running: a.Running(), Watch: r.pageWithout("/asked", "q", a.Text, "list", list)}
	begin := r.askAction(a.Text, list)
	switch {
	case a.Why != "" && len(a.Candidates) == 0:
		p.Says = sentence(a.Why)
	case a.State == "":
		p.Says, p.Begin = "No source was asked for it today.", begin
	case p.Running:
		p.Says = "The sources are asked, within their limits. You can leave the page: it goes on."
	case !a.State.Ended():
		p.Says = sentence(cmp.Or(a.Said, "they cannot be asked now")) + " It goes on by itself " + r.moment(a.Next) + "."
	case a.Reason != "":
		p.Says = sentence(a.Said)
		if !a.Next.After(r.site.opts.Now()) {
			p.Begin = begin
		}
	case len(a.Candidates) == 0:
		p.Says = sentence(cmp.Or(a.Said, "they know nothing like it"))
		if a.Provider != "" {
			p.Says = providerName(a.Provider) + ": " + p.Says
		}
	default:
		p.Says = providerName(a.Provider) + " named " + counted(r.writer(nil), len(a.Candidates), "instrument", "instruments") + " on " + format.Date(a.Day) + "."
	}
	for i := range a.Candidates {
		p.Found = append(p.Found, r.candidateRow(&a.Candidates[i], list))
	}
	p.Note = "This is the source's own word; nobody here holds it yet. Prices come once it is watched or booked."
	return p
}

// candidateRow is what a source says of one instrument, and no more.
func (r *request) candidateRow(c *service.Candidate, list string) view.FoundRow {
	i := &c.Instrument
	row := view.FoundRow{Symbol: i.Symbol, Name: i.Name, There: c.Stored}
	var notes []string
	if i.Class == instrument.Unknown {
		notes = append(notes, "what it is, the source does not say")
	} else {
		notes = append(notes, string(i.Class))
	}
	for _, word := range []string{cmp.Or(i.Exchange, c.Listed), string(i.Currency), i.ISIN} {
		if word != "" {
			notes = append(notes, word)
		}
	}
	if c.Delisted {
		notes = append(notes, "not listed any more")
	}
	row.Note = strings.Join(notes, " · ")
	switch {
	case c.Stored:
		row.Href = r.address(instrumentPath(i.Symbol))
	case list != "":
		row.Add = view.Action{Label: "Add", Href: r.address("/watchlist/" + list + "/add"), Icon: "plus", Fields: []view.Hidden{{Name: "symbol", Value: i.Symbol}}}
	}
	return row
}
