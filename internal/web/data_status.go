package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// dataStatus is how current and complete the inputs are.
func (s *site) dataStatus(r *request) error {
	return s.showData(r, http.StatusOK, wrongCorrection{})
}

func (s *site) showData(r *request, status int, wrong wrongCorrection) error {
	return s.showDataWrong(r, status, wrong, wrongKey{})
}

func (s *site) showDataWrong(r *request, status int, wrong wrongCorrection, key wrongKey) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	feeds, err := s.svc.Feeds(r.Context(), r.caller, r.portfolioID())
	if err != nil {
		return err
	}
	frame := r.frame("Data status", "/data")
	frame.Sheets, frame.Scripts = append(frame.Sheets, s.assets.Data), append(frame.Scripts, s.assets.DataScript)
	r.dated(&frame, a)
	w := r.writer(a)
	v := view.DataStatus{Page: frame, Issues: w.issues()}
	v.Strip = w.dataStrip(feeds)
	if len(v.Issues) == 0 {
		v.Clean = "Every holding has a current price, and every currency a rate."
		if a.Bookings == 0 {
			v.Clean = "Nothing is booked yet."
		}
	}
	r.series(&v, feeds)
	reasons := service.FeedReasons(feeds)
	v.Versions = []view.Term{{Label: "As of", Text: format.Date(a.AsOf)}, {Label: "Ledger", Text: fmt.Sprint(a.LedgerVersion)}, {Label: "Market", Text: fmt.Sprint(a.MarketVersion)}, {Label: "Engine", Text: a.Engine}}
	if err := r.heldBack(&v, wrong); err != nil {
		return err
	}
	if err := r.providers(&v, key); err != nil {
		return err
	}
	v.Notice, v.Reasons = r.offline(v.Away, feeds, reasons)
	if r.portfolio != nil && r.caller.Link == "" {
		if err := r.fetchCard(&v); err != nil {
			return err
		}
		imports, err := s.svc.Imports(r.Context(), r.caller, r.portfolio.ID)
		if err != nil {
			return err
		}
		v.Imports = r.batches(imports)
	}
	return r.show(status, page.DataStatus(v))
}

// dataStrip are the key figures of the page.
func (w *writer) dataStrip(feeds []service.Feed) []view.Figure {
	d := w.a.Data
	prices := view.Figure{Label: "Prices", Text: w.Count(d.Priced) + " of " + w.Count(d.Holdings), Note: "up to date on " + format.Date(w.a.ValuedOn)}
	switch { // without a price there is no day on which one is up to date
	case d.Holdings == 0:
		prices.Text, prices.Note = "none", "needed: nothing is held"
	case len(d.Unpriced) == d.Holdings:
		prices.Note, prices.NoteTone = "none is stored", view.Warn
	}
	known := 0
	for _, rate := range d.Rates {
		if rate.Reason == "" {
			known++
		}
	}
	rates := view.Figure{Label: "Exchange rates", Text: w.Count(known) + " of " + w.Count(len(d.Rates)), Note: "needed for " + string(w.a.Base)}
	if len(d.Rates) == 0 {
		rates.Text, rates.Note = "none", "needed: all is in "+string(w.a.Base)
	}
	estimated := 0.0
	for _, symbol := range d.Estimated {
		if h := w.holding(symbol); h != nil && h.Weight.Known() {
			estimated += math64(h.Weight)
		}
	}
	list := []view.Figure{prices, rates, {Label: "By valuation", Text: w.Percent(estimated, 1), Note: "of value, " + counted(w, len(d.Estimated), "holding", "holdings")}}
	list = append(list, w.heldFigure(feeds), view.Figure{Label: "Splits applied", Text: w.Count(d.MarketSplits), Note: "from the market's list"})
	return append(list, view.Figure{Label: "Transactions", Text: w.Count(w.a.Bookings), Note: "since " + format.Date(w.a.First)})
}

// heldFigure counts the values that figures would use and that are held back.
func (w *writer) heldFigure(feeds []service.Feed) view.Figure {
	values, series := 0, 0
	for i := range feeds {
		if feeds[i].Held > 0 {
			values, series = values+feeds[i].Held, series+1
		}
	}
	f := view.Figure{Label: "Held back", Text: w.Count(values), Note: "no value is in doubt"}
	if values > 0 {
		f.Note, f.NoteTone = "of "+counted(w, series, "series", "series")+", waiting for a decision", view.Warn
	}
	return f
}

// oldRate reports whether an exchange rate is from a week or more before the day of
// the figures: longer than any run of holidays.
func (w *writer) oldRate(rate analysis.RateStatus) bool {
	return rate.Reason == "" && rate.Observed != 0 && !rate.Observed.IsNone() && w.a.AsOf-rate.Observed > 7
}

func math64(f analysis.Figure) float64 {
	if x := f.Float64(); x > 0 {
		return x
	}
	return -f.Float64()
}

// issues are what keeps figures from being complete, the largest effect first.
func (w *writer) issues() []view.DataIssue {
	var list []view.DataIssue
	for i := range w.a.Holdings {
		h := &w.a.Holdings[i]
		enter := &view.Link{Label: "Enter a price", Href: w.home + "/prices?symbol=" + escape(h.Symbol)}
		switch h.Value.Status {
		case analysis.Unavailable:
			list = append(list, view.DataIssue{Mark: view.Partial, Title: h.Symbol, Text: sentence(reason(h.Value)), Effect: "Totals leave it out.", Cure: enter})
		case analysis.Stale:
			list = append(list, view.DataIssue{Mark: view.Stale, Title: h.Symbol, Text: "Price of " + format.Date(h.PriceDate) + ", " + counted(w, h.PriceAge, "session", "sessions") + " old.", Effect: w.text(h.Value, whole, false) + " of value, " + w.text(h.Weight, percent1, false) + ".", Cure: enter})
		case analysis.Estimated:
			list = append(list, view.DataIssue{Mark: view.Estimated, Title: h.Symbol, Text: "By a valuation of " + format.Date(h.PriceDate) + ".", Effect: w.text(h.Value, whole, false) + " of value, " + w.text(h.Weight, percent1, false) + ".", Cure: &view.Link{Label: "Enter a valuation", Href: enter.Href}})
		}
	}
	for _, rate := range w.a.Data.Rates {
		if rate.Reason != "" {
			list = append(list, view.DataIssue{Mark: view.Partial, Title: string(rate.Currency), Text: sentence(rate.Reason), Effect: "What is kept in it is left out.", Cure: &view.Link{Label: "Upload rates", Href: w.home + "/prices"}})
		} else if w.oldRate(rate) {
			list = append(list, view.DataIssue{Mark: view.Stale, Title: string(rate.Currency) + " to " + string(w.a.Base), Text: "Rate of " + format.Date(rate.Observed) + ".", Effect: "What is kept in it is valued at this rate.", Cure: &view.Link{Label: "Upload rates", Href: w.home + "/prices"}})
		}
	}
	rank := map[view.Mark]int{view.Partial: 0, view.Stale: 1, view.Estimated: 2}
	slices.SortStableFunc(list, func(a, b view.DataIssue) int { return rank[a.Mark] - rank[b.Mark] })
	return list
}

// offline says what is wrong where no provider can be reached, and how old what is shown is;
// the reasons of other kinds remain. hosts are those that could not be.
func (r *request) offline(hosts []string, feeds []service.Feed, reasons []service.Refusals) (*view.Notice, []view.Reason) {
	i := slices.IndexFunc(reasons, func(g service.Refusals) bool { return g.Reason == string(marketdata.Unreached) })
	if i < 0 || len(hosts) == 0 {
		return nil, r.reasonRows(reasons, hosts)
	}
	text := "No provider could be reached: is there a network? Tried " + enumerate(hosts) + ". "
	newest := date.None
	for i := range feeds {
		if one := &feeds[i]; one.Use == service.FeedHeld && one.Kind == "bars" && one.Kept.Count > 0 {
			newest = max(newest, one.Kept.Last)
		}
	}
	if newest.IsNone() {
		text += "No price is stored yet."
	} else {
		text += "Figures use what is stored: the newest price is of " + format.Date(newest) + "."
	}
	if next := reasons[i].Next; next.After(r.site.opts.Now()) {
		text += " It is tried again " + r.moment(next) + "."
	}
	return &view.Notice{Kind: "warn", Icon: "wifi-off", Text: text}, r.reasonRows(slices.Delete(slices.Clone(reasons), i, i+1), nil)
}

// seriesShown is how many series a page lists until more are asked for.
const seriesShown = 60

// feedUses are the choices of series by what they are used for, with the words of the
// address.
var feedUses = []struct {
	name, label string
	uses        []service.FeedUse
}{
	{"", "In use", []service.FeedUse{service.FeedHeld, service.FeedFX, service.FeedRate}},
	{"models", "Benchmarks and models", []service.FeedUse{service.FeedModel}},
	{"past", "Held before", []service.FeedUse{service.FeedPast}},
	{"trouble", "To look at", nil},
}

// series lists those of a use, what needs a look first.
func (r *request) series(v *view.DataStatus, feeds []service.Feed) {
	chosen := r.URL.Query().Get("series")
	var shown []*service.Feed
	for _, use := range feedUses {
		var of []*service.Feed
		for i := range feeds {
			if f := &feeds[i]; slices.Contains(use.uses, f.Use) || use.uses == nil && trouble(f) > 0 {
				of = append(of, f)
			}
		}
		current := use.name == chosen
		if current {
			shown = of
		}
		v.Uses = append(v.Uses, view.Choice{Label: use.label, Count: r.locale.Count(len(of)), Href: r.with("series", use.name, "all", ""), Current: current})
	}
	slices.SortStableFunc(shown, func(a, b *service.Feed) int { return cmp.Compare(trouble(b), trouble(a)) })
	total := len(shown)
	if r.URL.Query().Get("all") == "" && total > seriesShown {
		shown = shown[:seriesShown]
		v.More = &view.Link{Label: "Show all " + r.locale.Count(total), Href: r.with("all", "1")}
	}
	once := map[[2]string]bool{} // reasons with the symbols they concern
	for _, g := range service.FeedReasons(feeds) {
		for _, symbol := range g.Symbols {
			once[[2]string{g.Reason, symbol}] = true
		}
	}
	for i, f := range shown {
		v.Series = append(v.Series, r.feedRow(f, i, once))
	}
	v.Shown = counted(r.writer(nil), total, "series", "series")
}

// trouble orders series by how much they need somebody: nothing at all, refused, in
// doubt, late, and 0 for what is in order or kept only.
func trouble(f *service.Feed) int {
	switch {
	case f.Use == service.FeedPast:
		return 0
	case f.Kept.Count == 0 && !f.Valued:
		return 4
	case f.State == service.SupplyRefused:
		return 3
	case f.Held > 0 || f.Scored != nil && f.Scored.Suspect > 0:
		return 2
	case f.State == service.SupplyLate:
		return 1
	}
	return 0
}

// feedKinds are what people call the kinds of series.
var feedKinds = map[string]string{"bars": "prices", "fx": "exchange rate", "rates": "interest rate"}

func (r *request) feedRow(f *service.Feed, n int, once map[[2]string]bool) view.FeedRow {
	row := view.FeedRow{Symbol: f.Symbol, Name: f.Name, Kind: feedKinds[f.Kind], Source: format.Unknown, Newest: format.Unknown, Age: format.Unknown}
	if f.Kept.Count > 0 {
		row.Source = sourceName(f.Kept.Source, f.Kept.Own)
		row.Newest = format.Date(f.Kept.Last)
		row.Age = r.ageWords(f)
	}
	row.State = feedState(f)
	if row.Says = r.feedSays(f); once[[2]string{f.Reason, f.Symbol}] {
		row.Says = "" // it is said once, above the list
	}
	switch {
	case f.Use == service.FeedPast || f.Valued || f.Simulated:
	case !f.Files:
		row.Next = r.nextAttempt(f)
	case f.Awaited && trouble(f) > 0:
		row.Next = "It is asked for with the next fetch."
	case trouble(f) > 0:
		row.Next = "Nobody is asked for it."
	}
	if f.Kind == "bars" && (f.Kept.Count == 0 || f.State == service.SupplyRefused) && f.Use == service.FeedHeld {
		row.Cure = &view.Link{Label: "Enter a price", Href: r.address("/prices") + "?symbol=" + escape(f.Symbol)}
	}
	row.Score = r.score(f, n)
	return row
}

// feedSays is what is wrong with a series; of one in order there is nothing to say.
func (r *request) feedSays(f *service.Feed) string {
	w := r.writer(nil)
	switch {
	case f.Use == service.FeedPast:
		return "Not held any more; kept for its history."
	case f.Valued && f.Kept.Count == 0:
		return "It is listed nowhere: enter its valuations."
	case f.Simulated && f.Kept.Count == 0:
		return "The simulated market does not have it."
	case f.State == service.SupplyRefused:
		return sentence(told(f.Says))
	case f.Kept.Count == 0:
		return ""
	case f.Held > 0:
		return sentence(counted(w, f.Held, "value is", "values are") + " held back; figures use the one before until somebody decides")
	case f.Scored != nil && f.Scored.Suspect > 0:
		return sentence(counted(w, f.Scored.Suspect, "value looks", "values look") + " wrong and is used as it came; the score says which")
	case f.State == service.SupplyLate:
		return sentence(counted(w, f.Age, "session", "sessions") + " of " + calendarName(f.Calendar) + " missing since " + format.Date(f.Kept.Last))
	}
	return ""
}

// calendarName is whose sessions are counted.
func calendarName(code string) string {
	if code == "" || code == "weekdays" {
		return "Monday to Friday"
	}
	return code
}

// nextAttempt says when a series is asked for again.
func (r *request) nextAttempt(f *service.Feed) string {
	switch {
	case !f.Needed:
		return "It is not asked for any more."
	case f.Due.IsZero():
		return "It is not asked for again by itself."
	case !f.Due.After(r.site.opts.Now()):
		return "It is asked for next."
	}
	return "Next attempt " + r.moment(f.Due) + "."
}

// feedState is how a series stands in a word.
func feedState(f *service.Feed) view.Tag {
	switch {
	case f.Use == service.FeedPast:
		return view.Tag{Text: "kept"}
	case f.Valued:
		return view.Tag{Text: "by valuation", Mark: view.Estimated}
	case f.State == service.SupplyRefused:
		return view.Tag{Text: "refused", Kind: "warn"}
	case f.Kept.Count == 0 && f.Simulated:
		return view.Tag{Text: "not there", Mark: view.Partial}
	case f.Kept.Count == 0:
		return view.Tag{Text: "never asked", Mark: view.Partial}
	case f.Held > 0 || f.Scored != nil && f.Scored.Suspect > 0:
		return view.Tag{Text: "suspect", Kind: "warn"}
	case f.State == service.SupplyLate:
		return view.Tag{Text: "stale", Kind: "warn", Mark: view.Stale}
	case f.State == service.SupplyUnasked:
		return view.Tag{Text: "kept"}
	}
	if f.Simulated {
		return view.Tag{Text: "complete", Mark: view.Simulated}
	}
	return view.Tag{Text: "complete"}
}

// ageWords are how many sessions a series is behind.
func (r *request) ageWords(f *service.Feed) string {
	switch {
	case f.Age < 0 || f.Use == service.FeedPast:
		return format.Unknown
	case f.Age == 0:
		return "up to date"
	}
	return counted(r.writer(nil), f.Age, "session", "sessions")
}

// score is the score of a series, which opens its parts.
func (r *request) score(f *service.Feed, n int) view.Figure {
	if f.Score == nil {
		return view.Figure{Text: format.Unknown, Reason: "not rated"}
	}
	figure := view.Figure{Label: "Score of " + f.Symbol, Text: r.locale.Count(*f.Score)}
	s := f.Scored
	if s == nil {
		return figure
	}
	good := s.Sessions - s.Stale - s.Missing - s.Suspect
	e := &view.Explain{ID: fmt.Sprintf("score-%d", n), Name: "Score of " + f.Symbol, Precise: r.locale.Count(*f.Score), Unit: "of 100",
		Formula: []string{fmt.Sprintf("100 × (%s − %s − %s − %s) ÷ %s", r.locale.Count(s.Sessions), r.locale.Count(s.Stale), r.locale.Count(s.Missing), r.locale.Count(s.Suspect), r.locale.Count(s.Sessions))}}
	e.Terms = []view.Term{
		{Label: "Means", Text: "Of the sessions that should have a value, how many have one with nothing to say against it, rounded down."},
		{Label: "Sessions", Text: r.locale.Count(s.Sessions) + " of " + calendarName(f.Calendar) + ", " + days(s.From, s.To)},
		{Label: "Good", Text: r.locale.Count(good)},
		{Label: "Too old", Text: r.locale.Count(s.Stale) + " after the newest value"},
		{Label: "Missing", Text: r.locale.Count(s.Missing) + " before it"},
		{Label: "Suspect", Text: r.locale.Count(s.Suspect)},
		{Label: "Doubtful", Text: r.locale.Count(s.Doubtful) + ", counted as good"},
	}
	for _, x := range s.Findings {
		e.Terms = append(e.Terms, view.Term{Label: capital(x.Severity), Text: days(x.From, x.To) + ": " + told(x.Reason)})
	}
	figure.Explain = e
	return figure
}

// days writes a stretch of days.
func days(from, to date.Date) string {
	if from == to {
		return format.Date(from)
	}
	return format.Date(from) + " to " + format.Date(to)
}
