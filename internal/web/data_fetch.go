package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// lackingShown is how many series that lack everything are named.
const lackingShown = 8

// fetchCard is what is being brought in, on the page of data.
func (r *request) fetchCard(v *view.DataStatus) error {
	f, err := r.site.svc.Fetching(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return err
	}
	card := r.fetchPart(&f)
	if !r.caller.Operator {
		card.Begin, card.Stop = nil, nil
	}
	card.Reasons = nil // the page says them with the series
	v.Fetch = &card
	return nil
}

// fetchPart is how far bringing in market data is, in words.
func (r *request) fetchPart(f *service.Fetching) view.Fetch {
	w := r.writer(nil)
	card := view.Fetch{Title: "Market data", Watch: r.address("/fetch"), Running: f.Running(), Why: sentence(f.Why), Then: &view.Link{Label: "Go to the overview", Href: r.address("")}}
	if f.Of > 0 && f.Why == "" {
		card.Share = 100 * float64(f.Done) / float64(f.Of)
		card.Counted = r.locale.Count(f.Done) + " of " + counted(w, f.Of, "series", "series")
	}
	begin := &view.Action{Label: "Fetch now", Href: r.address("/fetch"), Icon: "download"}
	switch {
	case f.Why != "":
	case f.Running():
		card.Says = r.fetchUnderWay(f)
		if r.caller.Operator {
			card.Stop = &view.Action{Label: "Stop", Href: r.address("/fetch/stop")}
		}
	case f.Asked:
		card.Says = "It was told to stop; what came is kept."
	case !f.Next.IsZero():
		card.Waits, card.Begin = true, begin
		card.Says = "It goes on by itself " + r.moment(f.Next) + "."
		if f.State == service.JobWaiting {
			card.Says = sentence("the last attempt failed and is made again " + r.moment(f.Next) + ": " + f.Note)
		}
		if f.Done > 0 && len(f.Unreached) == 0 {
			card.Says = r.locale.Count(f.Got) + " of " + counted(w, f.Of, "series is", "series are") + " up to date. " + card.Says
		}
		begin.Label = "Try now"
	case f.State == service.JobFailed:
		card.Says, card.Begin = sentence("it failed: "+f.Note), begin
	case f.State == service.JobCancelled:
		card.Says, card.Begin = "It was stopped; what came is kept.", begin
	case f.State == service.JobDone && f.Done > 0:
		card.Says, card.Begin = counted(w, f.Got, "series", "series")+" up to date.", begin
		if f.Got < f.Done {
			card.Says = r.locale.Count(f.Got) + " of " + counted(w, f.Done, "series is", "series are") + " up to date."
		}
	case f.Of > 0:
		card.Says, card.Begin = counted(w, f.Of, "series is", "series are")+" to be asked for.", begin
	default:
		card.Says, card.Begin = "Nothing is due.", begin
		if next := soonest(f.Reasons, r.site.opts.Now()); !next.IsZero() {
			card.Says = "Nothing is due before " + r.moment(next) + "; what got nothing is asked for again then."
		}
	}
	card.Whole = f.State == service.JobDone && f.Done > 0 && f.Got == f.Done
	card.Reasons = r.reasonRows(f.Reasons, f.Unreached)
	r.lacking(&card, f)
	return card
}

// fetchUnderWay says what is done now: first what people have, then what the model needs.
func (r *request) fetchUnderWay(f *service.Fetching) string {
	w := r.writer(nil)
	switch {
	case f.Done == 0 && f.Of > 0:
		return "Asking for " + counted(w, f.Of, "series", "series") + ", what you hold first. You can leave the page: it goes on."
	case f.Own > 0 && f.OwnDone == f.Own && f.Done < f.Of:
		return "What you hold and compare with was asked for. " + sentence(counted(w, f.Of-f.Done, "series", "series")+" of the risk model and of rates follow; you can leave the page")
	}
	return "Bringing in prices, dividends and rates. You can leave the page: it goes on."
}

// lacking names what nothing is stored of, what only the risk model needs by its number.
func (r *request) lacking(card *view.Fetch, f *service.Fetching) {
	w := r.writer(nil)
	shared := map[string]bool{} // symbols whose reason is said above
	for _, g := range f.Reasons {
		for _, symbol := range g.Symbols {
			shared[symbol] = true
		}
	}
	for i := range f.Lacking {
		one := &f.Lacking[i]
		if i == lackingShown {
			card.Rest = "and " + r.locale.Count(len(f.Lacking)-i) + " more, in the list of series"
			break
		}
		value := "not asked for yet"
		switch {
		case one.Simulated:
			value = "not in the simulated market"
		case shared[one.Symbol]:
			value = "nothing came"
		case one.State != service.SupplyNever:
			value = one.Says
		}
		card.Lacking = append(card.Lacking, view.Row{Name: one.Symbol, Lead: view.Partial, Value: value, Tone: view.Quiet})
	}
	if f.Model > 0 {
		model := counted(w, f.Model, "series", "series") + " of the risk model"
		switch {
		case card.Rest != "":
			card.Rest += ", and " + model
		case len(card.Lacking) > 0:
			card.Rest = "and " + model
		default:
			card.Rest = "Nothing is stored yet of " + model + "."
		}
	}
}

// symbolsNamed is how many series a reason names before it counts them.
const symbolsNamed = 5

// reasonRows say why series got nothing, each reason once with how many it concerns and when
// they are asked for again. hosts are those that were tried where nobody could be reached.
func (r *request) reasonRows(all []service.Refusals, hosts []string) (rows []view.Reason) {
	w := r.writer(nil)
	for i := range all {
		g := &all[i]
		row := view.Reason{Text: sentenceOf(g), Which: counted(w, len(g.Symbols), "series", "series")}
		if g.Reason == string(marketdata.Unreached) && len(hosts) > 0 {
			row.Text += " Tried " + enumerate(hosts) + "."
		}
		if len(g.Symbols) <= symbolsNamed {
			row.Which = strings.Join(g.Symbols, ", ")
		}
		switch {
		case g.Next.IsZero():
		case g.Next.After(r.site.opts.Now()):
			row.Again = "again " + r.moment(g.Next)
		default:
			row.Again = "asked for next"
		}
		rows = append(rows, row)
	}
	return rows
}

// soonest is when the first of what got nothing is asked for again; zero: nothing is later.
func soonest(all []service.Refusals, now time.Time) (next time.Time) {
	for i := range all {
		if at := all[i].Next; at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// sentenceOf is a reason with whose it is.
func sentenceOf(g *service.Refusals) string {
	if g.Provider == "" {
		return capital(g.Says)
	}
	return providerName(g.Provider) + ": " + g.Says
}

// fetchPage is bringing in what a portfolio lacks, as it happens. The part that changes is
// asked for alone while it runs.
func (s *site) fetchPage(r *request) error {
	if r.portfolio == nil {
		return r.to(r.address("/data"))
	}
	f, err := s.svc.Fetching(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return err
	}
	part := r.fetchPart(&f)
	if r.Header.Get("X-Fragment") == "fetch" {
		return r.show(http.StatusOK, page.FetchPart(part))
	}
	v := view.Fetching{Page: r.frame("Bring in market data", "/data"), Fetch: part}
	v.Page.Crumbs = []view.Link{{Label: "Data status", Href: r.address("/data")}}
	v.Page.Sheets, v.Page.Scripts = append(v.Page.Sheets, s.assets.Data), append(v.Page.Scripts, s.assets.DataScript)
	v.Lead = "The bookings are in. What they are worth needs prices, dividends and exchange rates; what is there already is used at once."
	return r.show(http.StatusOK, page.Fetching(v))
}

// fetchNow begins to bring in what is due.
func (s *site) fetchNow(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	f, err := s.svc.FetchNow(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return err
	}
	if f.Why != "" {
		r.toast(flash{Text: capital(f.Why)})
	}
	return r.to(r.address("/fetch"))
}

// stopFetch tells it to stop.
func (s *site) stopFetch(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	if err := s.svc.StopFetch(r.Context(), r.caller, r.portfolio.ID); err != nil {
		return err
	}
	r.toast(flash{Text: "It stops with the series it is at"})
	return r.to(r.address("/data"))
}

// afterImport is where an import leads: to what its bookings lack where something is
// missing, which is asked for at once, else to them.
func (r *request) afterImport() (string, error) {
	f, err := r.site.svc.Fetching(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return "", err
	}
	if len(f.Lacking) == 0 {
		return r.address("/transactions"), nil
	}
	if f.Why == "" {
		if _, err := r.site.svc.FetchNow(r.Context(), r.caller, r.portfolio.ID); err != nil {
			return "", err
		}
	}
	return r.address("/fetch"), nil
}
