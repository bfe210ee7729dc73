package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Watching is what a person watches, and how instruments are found and compared.
type Watching interface {
	Watchlists(ctx context.Context, c service.Caller) ([]store.Watchlist, error)
	Watchlist(ctx context.Context, c service.Caller, id string) (store.Watchlist, error)
	Watched(ctx context.Context, c service.Caller, id string, simulated bool) (service.Watched, error)
	CreateWatchlist(ctx context.Context, c service.Caller, name string) (store.Watchlist, error)
	ChangeWatchlist(ctx context.Context, c service.Caller, id string, change service.WatchlistChange) (store.Watchlist, error)
	DeleteWatchlist(ctx context.Context, c service.Caller, id string) error
	Watch(ctx context.Context, c service.Caller, list, symbol, note string) (store.Watchlist, error)
	Unwatch(ctx context.Context, c service.Caller, list, symbol string) error
	OrderWatchlist(ctx context.Context, c service.Caller, list string, symbols []string) (store.Watchlist, error)
	SetTarget(ctx context.Context, c service.Caller, t store.Target, simulated bool) (service.TargetRecord, error)
	DropTarget(ctx context.Context, c service.Caller, symbol string) error
	Quotes(ctx context.Context, c service.Caller, symbols []string, simulated bool) ([]analysis.Quote, error)
	SearchInstruments(ctx context.Context, c service.Caller, typed string, limit int, simulated bool) ([]service.FoundInstrument, error)
	Compare(ctx context.Context, c service.Caller, q service.Comparing) (*analysis.Comparison, error)
	AskSources(ctx context.Context, c service.Caller, typed string) (service.SourceSearch, error)
	SourceSearch(ctx context.Context, c service.Caller, typed string) (service.SourceSearch, error)
}

// watchRoutes are the lists, the comparison, and finding instruments while typing.
func (s *site) watchRoutes(of func(pattern string, h handler)) {
	const at = "/p/{portfolio}/watchlist"
	of("GET "+at, s.watchlist)
	of("POST "+at, s.newWatchlist)
	of("POST "+at+"/{list}", s.renameWatchlist)
	of("POST "+at+"/{list}/delete", s.deleteWatchlist)
	of("POST "+at+"/{list}/add", s.addWatched)
	of("POST "+at+"/{list}/remove", s.removeWatched)
	of("POST "+at+"/{list}/move", s.moveWatched)
	of("POST "+at+"/{list}/note", s.noteWatched)
	of("POST "+at+"/{list}/target", s.targetWatched)
	of("POST "+at+"/{list}/target/drop", s.dropWatchedTarget)
	of("GET /p/{portfolio}/compare", s.compare)
	of("GET /p/{portfolio}/compare/chart", s.compareChart)
	of("GET /p/{portfolio}/find", s.find)
	of("GET /p/{portfolio}/asked", s.askedPage)
	of("POST /p/{portfolio}/asked", s.askSources)
}

// watchErrors is what is wrong with what was typed, and what it was.
type watchErrors struct {
	name, rename, target, note, find map[string]string
	typed                            map[string]string
}

// explainedRows is how many rows of a list explain each figure on the page; a longer list
// leaves that to the pages of its instruments.
const explainedRows = 25

func (s *site) watchlist(r *request) error { return s.showWatchlist(r, http.StatusOK, watchErrors{}) }

func (s *site) showWatchlist(r *request, status int, errs watchErrors) error {
	lists, err := s.svc.Watchlists(r.Context(), r.caller)
	if err != nil {
		return err
	}
	frame := r.frame("Watchlist", "/watchlist")
	frame.Sheets = []string{frame.Assets.Figures}
	frame.Here = r.address("/watchlist")
	v := view.Watchlist{Page: frame}
	name := view.Field{Name: "name", Label: "New list", Kind: "text", Value: errs.typed["name"], Width: "w3", Need: true, Auto: "off", Hint: "Ideas"}
	fields := withErrors([]view.Field{name}, errs.name)
	v.New = &view.Form{Action: r.address("/watchlist"), Submit: "Begin a list", Quiet: len(lists) > 0, Fields: fields, Errors: summary(fields, errs.name)}
	if len(lists) == 0 {
		v.Empty = &view.Empty{Icon: "bookmark-check", Title: "You watch nothing yet", Text: "Begin a list below: what you think of buying, what you sold, what others speak of. Each line shows the last stored price, your target and what it promises."}
		return r.show(status, page.Watchlist(v))
	}
	chosen := cmp.Or(r.PathValue("list"), r.URL.Query().Get("list"), r.PostFormValue("list"))
	if !slices.ContainsFunc(lists, func(l store.Watchlist) bool { return l.ID == chosen }) {
		chosen = lists[0].ID
	}
	for _, l := range lists {
		v.Lists = append(v.Lists, view.Choice{Label: l.Name, Href: r.listAddress(l.ID), Count: r.locale.Count(len(l.Entries)), Current: l.ID == chosen})
	}
	w, err := s.svc.Watched(r.Context(), r.caller, chosen, r.simulated())
	if err != nil {
		return err
	}
	if v.Open, err = s.openList(r, &w, errs); err != nil {
		return err
	}
	return r.show(status, page.Watchlist(v))
}

// listAddress is the page of a list; pairs are further parameters.
func (r *request) listAddress(id string, pairs ...string) string {
	return r.pageWithout("/watchlist", append([]string{"list", id}, pairs...)...)
}

// pageWithout is a page of the portfolio with these parameters alone.
func (r *request) pageWithout(name string, pairs ...string) string {
	address, between := r.address(name), "?"
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			address += between + pairs[i] + "=" + escape(pairs[i+1])
			between = "&"
		}
	}
	return address
}

func (s *site) openList(r *request, w *service.Watched, errs watchErrors) (*view.WatchedList, error) {
	mine := w.User == r.caller.User
	v := &view.WatchedList{Name: w.Name, Note: "last stored closes; nothing is fetched for this page"}
	if !mine {
		v.Note = "shown to you by a member of your household · " + v.Note
	}
	out := r.plainWriter()
	var symbols []string
	for i := range w.Rows {
		row := r.watchRow(out, &w.Rows[i], i < explainedRows)
		if mine {
			row.Edit = r.listAddress(w.ID, "edit", row.Symbol) + "#edit"
		}
		row.Open = r.URL.Query().Get("edit") == row.Symbol || errs.typed["symbol"] == row.Symbol
		if row.Open && mine {
			v.Edit = r.watchEdit(w, i, errs)
		}
		v.Rows = append(v.Rows, row)
		symbols = append(symbols, row.Symbol)
	}
	if len(symbols) > 1 {
		v.Compare = &view.Link{Label: "Compare", Href: r.pageWithout("/compare", "symbols", strings.Join(symbols[:min(len(symbols), service.ComparedAtMost)], ",")), Icon: "columns-3"}
	}
	if len(symbols) == 0 {
		v.Empty = &view.Empty{Icon: "search", Title: "Nothing is in this list", Text: "Find an instrument by its symbol, name or ISIN; a typing error does no harm."}
	}
	if !mine {
		return v, nil
	}
	find, err := s.findFor(r, w, errs)
	if err != nil {
		return nil, err
	}
	v.Find = find
	at := r.address("/watchlist/" + w.ID)
	name := view.Field{Name: "name", ID: "rename", Label: "Name of this list", Kind: "text", Value: w.Name, Width: "w3", Need: true, Auto: "off"}
	if typed, ok := errs.typed["rename"]; ok {
		name.Value = typed
	}
	fields := withErrors([]view.Field{name}, errs.rename)
	v.Rename = &view.Form{Action: at, Submit: "Rename", Quiet: true, Fields: fields, Errors: summary(fields, errs.rename), Hidden: []view.Hidden{{Name: "revision", Value: fmt.Sprint(w.Revision)}}}
	v.Delete = &view.Action{Label: "Delete this list", Href: at + "/delete", Danger: true}
	return v, nil
}

// plainWriter writes figures that are of no analysis of a portfolio.
func (r *request) plainWriter() *writer { return r.writer(nil) }

// watchRow is one instrument with its quote, target and what it promises.
func (r *request) watchRow(w *writer, in *service.WatchedRow, explain bool) view.WatchRow {
	q := &in.Quote
	row := view.WatchRow{ID: anchor(in.Symbol), Symbol: in.Symbol, Name: q.Instrument.Name, Href: r.address(instrumentPath(in.Symbol)), Note: in.Note, Simulated: q.Instrument.Simulated}
	if q.Instrument.IsOption() {
		row.Name = optionName(q.Instrument)
	}
	row.Price = w.priced("", q.Price)
	row.Day = w.change("", q.DayReturn, percent2)
	row.Spark, row.SparkEnd = chart.Spark(q.Trend)
	if q.YearLow.Known() && q.YearHigh.Known() {
		row.Low, row.High = w.Price(q.YearLow.Amount.Decimal), w.Price(q.YearHigh.Amount.Decimal)
		row.Place, row.HasPlace = q.YearPlace.Float64(), q.YearPlace.Known()
	}
	row.Expected = view.Figure{Text: format.Unknown, Reason: "you have set no target"}
	if t := in.Target; t != nil {
		row.Target = w.Price(t.Target.Price.Decimal)
		if e := t.Expectation.Target; e.Known() {
			row.Target = w.Price(e.Amount.Decimal.Round(4))
		}
		if t.Horizon != 0 && !t.Horizon.IsNone() {
			row.By = "by " + format.Date(t.Horizon)
		}
		row.Expected = w.signed("", t.Return, percent1)
		if t.Annual.Known() {
			row.Annual = w.text(t.Annual, percent1, true) + " a year"
		}
	}
	if in.Notes > 0 {
		row.Notes = plural(in.Notes, "note")
	}
	if !explain {
		row.Price.Explain, row.Day.Explain, row.Expected.Explain = nil, nil, nil
	}
	return row
}

// priced is a price with the decimals of its market, and its currency.
func (w *writer) priced(label string, f analysis.Figure) view.Figure {
	v := w.figure(label, f, exact)
	if f.Known() {
		v.Text, v.Unit = w.Price(f.Amount.Decimal), string(f.Unit)
	}
	v.Money = false
	return v
}

// watchEdit is what can be done with one instrument of a list.
func (r *request) watchEdit(w *service.Watched, i int, errs watchErrors) *view.WatchEdit {
	row := &w.Rows[i]
	at := r.address("/watchlist/" + w.ID)
	hidden := []view.Hidden{{Name: "symbol", Value: row.Symbol}}
	e := &view.WatchEdit{Symbol: row.Symbol, Close: r.listAddress(w.ID), Page: r.address(instrumentPath(row.Symbol))}
	typed := func(name, else_ string) string {
		if text, ok := errs.typed[name]; ok {
			return text
		}
		return else_
	}
	price, horizon, why := "", "", ""
	unit := string(row.Quote.Instrument.Currency)
	if t := row.Target; t != nil {
		price, why = r.locale.Input(t.Target.Price.Decimal), t.Note
		if t.Horizon != 0 && !t.Horizon.IsNone() {
			horizon = t.Horizon.String()
		}
		e.Drop = &view.Action{Label: "Take the target back", Href: at + "/target/drop", Fields: hidden}
	}
	fields := []view.Field{
		{Name: "price", Label: "Target for one", Kind: "number", Value: typed("price", price), Unit: unit, Width: "w3", Need: true, Auto: "off"},
		{Name: "horizon", Label: "By", Kind: "date", Value: typed("horizon", horizon), Width: "w3", Help: "Without a day there is no return a year."},
		{Name: "why", Label: "Why", Kind: "text", Value: typed("why", why), Width: "w6", Auto: "off"},
	}
	if unit == "" {
		fields = append(fields, view.Field{Name: "currency", Label: "Currency", Kind: "text", Value: typed("currency", ""), Width: "w3", Auto: "off", Help: "Nothing is stored that says it."})
	}
	fields = withErrors(fields, errs.target)
	e.Target = &view.Form{Action: at + "/target", Submit: "Set the target", Fields: fields, Hidden: hidden, Errors: summary(fields, errs.target)}
	note := withErrors([]view.Field{{Name: "note", Label: "Note in this list", Kind: "text", Value: typed("note", row.Note), Width: "w6", Auto: "off", Help: "Longer thoughts stand as research notes on the instrument's own page."}}, errs.note)
	e.Note = &view.Form{Action: at + "/note", Submit: "Keep the note", Quiet: true, Fields: note, Hidden: hidden, Errors: summary(note, errs.note)}
	if i > 0 {
		e.Ways = append(e.Ways, view.Action{Label: "Move up", Href: at + "/move", Icon: "arrow-up", Fields: append(hidden[:1:1], view.Hidden{Name: "to", Value: fmt.Sprint(i - 1)})})
	}
	if i+1 < len(w.Rows) {
		e.Ways = append(e.Ways, view.Action{Label: "Move down", Href: at + "/move", Icon: "arrow-down", Fields: append(hidden[:1:1], view.Hidden{Name: "to", Value: fmt.Sprint(i + 1)})})
	}
	e.Ways = append(e.Ways, view.Action{Label: "Take out of the list", Href: at + "/remove", Fields: hidden, Danger: true})
	return e
}

// findFor looks for what was typed, to be put into a list.
func (s *site) findFor(r *request, w *service.Watched, errs watchErrors) (*view.Find, error) {
	f := &view.Find{Action: r.address("/watchlist"), Source: r.address("/find"), Keep: []view.Hidden{{Name: "list", Value: w.ID}}, Label: "Add an instrument", Submit: "Find", Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	if wrong := errs.find["q"]; wrong != "" {
		f.Query, f.Asked, f.None = errs.typed["q"], true, wrong
		return f, nil
	}
	if f.Query == "" {
		return f, nil
	}
	f.Asked = true
	found, err := s.svc.SearchInstruments(r.Context(), r.caller, f.Query, 8, r.simulated())
	if err != nil {
		if oneFault(err, "q") == nil {
			return nil, err
		}
		f.None = "That is too long to look for."
		return f, nil
	}
	add := func(symbol string) view.Action {
		return view.Action{Label: "Add", Href: r.address("/watchlist/" + w.ID + "/add"), Icon: "plus", Fields: []view.Hidden{{Name: "symbol", Value: symbol}}}
	}
	exact := false
	for _, x := range found {
		row := foundRow(x)
		row.There = slices.ContainsFunc(w.Entries, func(e store.WatchEntry) bool { return e.Symbol == x.Instrument.Symbol })
		row.Add = add(row.Symbol)
		exact = exact || strings.EqualFold(row.Symbol, f.Query)
		f.Found = append(f.Found, row)
	}
	if len(found) == 0 {
		f.None = "Nothing that is stored is like “" + f.Query + "”."
	}
	f.Ask = r.askAction(f.Query, w.ID)
	if !exact && len(f.Query) <= 30 && !strings.ContainsAny(f.Query, " \t") {
		anyway := add(f.Query)
		anyway.Label = "Watch “" + f.Query + "” all the same"
		f.Anyway = &anyway
	}
	return f, nil
}

// foundRow says what was found and how.
func foundRow(x service.FoundInstrument) view.FoundRow {
	row := view.FoundRow{Symbol: x.Instrument.Symbol, Name: x.Instrument.Name}
	var notes []string
	switch {
	case x.Via != "" && !x.Until.IsNone() && x.Until != 0:
		notes = append(notes, "was "+x.Via+" until "+format.Date(x.Until))
	case x.Via != "":
		notes = append(notes, "by "+x.Via)
	}
	switch {
	case x.Source != "":
		notes = append(notes, "held by nobody yet, from "+providerName(x.Source)+" on "+format.Date(x.On))
	case x.Last.IsNone():
		notes = append(notes, "no price is stored")
	default:
		notes = append(notes, "prices until "+format.Date(x.Last))
	}
	row.Note = strings.Join(notes, " · ")
	return row
}
