package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// priceEntry is a price as it is typed.
type priceEntry struct{ symbol, day, price, currency, kind, note string }

func (s *site) prices(r *request) error {
	e := priceEntry{symbol: r.URL.Query().Get("symbol"), day: date.FromTime(s.opts.Now()).String()}
	return s.showPrices(r, http.StatusOK, e, nil, "")
}

func (s *site) showPrices(r *request, status int, e priceEntry, errs map[string]string, fileProblem string) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	series, err := s.svc.DataStatus(r.Context(), r.caller, r.portfolioID(), a.AsOf)
	if err != nil {
		return err
	}
	own, err := s.svc.OwnPrices(r.Context(), r.caller, nil)
	if err != nil {
		return err
	}
	frame := r.frame("Prices & valuations", "/prices")
	frame.Here = r.address("/prices")
	r.dated(&frame, a)
	v := view.Prices{Page: frame, Form: r.priceForm(a, e, errs), Upload: r.priceUpload(fileProblem)}
	for _, p := range slices.Backward(own) {
		v.Manual = append(v.Manual, r.manualPrice(p))
	}
	v.Rows, v.Kinds, v.Shown = r.priceRows(a, series)
	if a.Bookings == 0 && len(series) == 0 {
		v.Empty = &view.Empty{Icon: "tag", Title: "No prices yet", Text: "Upload a file with date, symbol and close, or enter a price above."}
	}
	return r.show(status, page.Prices(v))
}

func (r *request) portfolioID() string {
	if r.portfolio == nil {
		return ""
	}
	return r.portfolio.ID
}

func (r *request) priceForm(a *analysis.Analysis, e priceEntry, errs map[string]string) view.Form {
	var symbols []view.Option
	for i := range a.Holdings {
		h := &a.Holdings[i]
		symbols = append(symbols, view.Option{Value: h.Symbol, Label: cmp.Or(h.Instrument.Name, h.Symbol)})
		if h.Symbol == e.symbol && e.currency == "" {
			e.currency = string(h.Instrument.Currency)
			if h.Instrument.Class == instrument.Private {
				e.kind = "valuation"
			}
		}
	}
	if e.currency == "" {
		e.currency = string(a.Base)
	}
	kinds := []view.Option{{Value: "price", Label: "Price on a market", Selected: e.kind != "valuation"}, {Value: "valuation", Label: "Valuation: statement or appraisal", Selected: e.kind == "valuation"}}
	fields := []view.Field{
		{Name: "symbol", Label: "Instrument", Kind: "text", Value: e.symbol, List: "instruments", Options: symbols, Need: true, Auto: "off"},
		{Name: "date", Label: "Date", Kind: "date", Value: e.day, Need: true},
		{Name: "price", Label: "Price of one", Kind: "number", Value: e.price, Need: true, Auto: "off"},
		currencyField(e.currency, "Currency", ""),
		{Name: "kind", Label: "What it is", Kind: "select", Options: kinds, Width: "w4"},
		{Name: "note", Label: "Note", Kind: "text", Value: e.note, Width: "w6", Hint: "Where it is from", Auto: "off"},
	}
	fields = withErrors(fields, errs)
	return view.Form{Action: r.address("/prices"), Submit: "Save price", Fields: fields, Errors: summary(fields, errs)}
}

func (r *request) priceUpload(problem string) view.Form {
	bases := []view.Option{{Value: "auto", Label: "Settle it against the split list"}, {Value: "traded", Label: "As traded"}, {Value: "split-adjusted", Label: "Adjusted for splits"}, {Value: "total-return", Label: "Adjusted for splits and dividends"}}
	return view.Form{Action: r.address("/prices/file"), Submit: "Read the file", Upload: true, Fields: []view.Field{
		{Name: "file", Label: "File", Kind: "file", Width: "w6", Error: problem, Help: "CSV, plain or gzip: date, symbol, close and what else there is; or one column a symbol. Splits, dividends and exchange rates are recognised too."},
		{Name: "basis", Label: "The prices in it are", Kind: "select", Width: "w6", Options: bases},
	}}
}

func (r *request) manualPrice(p store.OwnPrice) view.ManualPrice {
	kind := "price"
	if p.Valuation {
		kind = "valuation"
	}
	return view.ManualPrice{Symbol: p.Symbol, Date: format.Date(p.Date), Price: r.locale.Price(p.Price), Currency: string(p.Currency), Kind: kind, Note: p.Note,
		Delete: view.Action{Label: "Delete", Href: r.address("/prices/delete"), Fields: []view.Hidden{{Name: "symbol", Value: p.Symbol}, {Name: "date", Value: p.Date.String()}}}}
}

// priceRows are the instruments held, with their newest price and where it is from.
func (r *request) priceRows(a *analysis.Analysis, series []service.SeriesStatus) (rows []view.PriceRow, kinds []view.Choice, shown string) {
	known := map[string]service.SeriesStatus{}
	for _, s := range series {
		if _, seen := known[s.Symbol]; !seen && s.Kind == store.Prices {
			known[s.Symbol] = s
		}
	}
	chosen, old := r.URL.Query().Get("show"), 0
	for i := range a.Holdings {
		h := &a.Holdings[i]
		row := view.PriceRow{Symbol: shortName(h), Name: h.Instrument.Name, Class: named(string(h.Instrument.Class)), Price: format.Unknown, AsOf: format.Unknown, Source: "–", Enter: r.address("/prices") + "?symbol=" + escape(h.Symbol)}
		if h.Price.Known {
			row.Price, row.Currency, row.AsOf = r.locale.Price(h.Price.Decimal), string(h.Instrument.Currency), format.Date(h.PriceDate)
		}
		row.Mark, row.MarkText = unknownMark(h.Value)
		if s, ok := known[h.Symbol]; ok {
			row.Source = sourceName(s.Source, s.Own)
			row.Range = format.Date(s.First) + " – " + format.Date(s.Last)
		} else if h.Instrument.Class == instrument.Private {
			row.Source = "valuations"
		}
		needs := h.Value.Status == analysis.Stale || !h.Value.Known()
		if needs {
			old++
		}
		if chosen == "" || needs {
			rows = append(rows, row)
		}
	}
	kinds = []view.Choice{{Label: "All", Count: r.locale.Count(len(a.Holdings)), Href: r.with("show", ""), Current: chosen == ""}, {Label: "Old or missing", Count: r.locale.Count(old), Href: r.with("show", "old"), Current: chosen != ""}}
	return rows, kinds, counted(r.writer(nil), len(a.Holdings), "instrument held", "instruments held")
}

func sourceName(source string, own bool) string {
	switch {
	case source == "file" && own:
		return "your file"
	case source == "file":
		return "file"
	case source == store.Simulated:
		return "simulated market"
	case strings.HasPrefix(source, "import/"): // prices that a broker's file carried
		return "imported file"
	}
	return providerName(source)
}

func (s *site) savePrice(r *request) error {
	e := priceEntry{symbol: strings.TrimSpace(r.PostFormValue("symbol")), day: r.PostFormValue("date"), price: r.PostFormValue("price"), currency: strings.ToUpper(strings.TrimSpace(r.PostFormValue("currency"))), kind: r.PostFormValue("kind"), note: strings.TrimSpace(r.PostFormValue("note"))}
	errs := map[string]string{}
	p := store.OwnPrice{Symbol: e.symbol, Valuation: e.kind == "valuation", Note: e.note}
	if p.Symbol == "" {
		errs["symbol"] = "Say which instrument."
	}
	var err error
	if p.Date, err = date.Parse(e.day); err != nil {
		errs["date"] = "Choose the day, like 2025-06-30."
	}
	if p.Price, err = r.locale.Parse(e.price); err != nil {
		errs["price"] = sentence(err.Error())
	} else if p.Price.Sign() < 0 {
		errs["price"] = "A price is not negative; what is owed is booked as a liability."
	}
	if p.Currency, err = money.ParseCurrency(e.currency); err != nil {
		errs["currency"] = "A currency has a code of three letters, like EUR."
	}
	if len(errs) == 0 {
		err := s.svc.SetOwnPrices(r.Context(), r.caller, []store.OwnPrice{p})
		if err == nil {
			r.toast(flash{Text: fmt.Sprintf("%s at %s %s on %s", p.Symbol, r.locale.Price(p.Price), p.Currency, format.Date(p.Date)), Undo: r.address("/prices/delete"), Field: map[string]string{"symbol": p.Symbol, "date": p.Date.String()}})
			return r.to(r.address("/prices"))
		}
		if errs = faultsByField(err); errs == nil {
			return err
		}
	}
	return s.showPrices(r, http.StatusUnprocessableEntity, e, errs, "")
}

func (s *site) deletePrice(r *request) error {
	day, err := date.Parse(r.PostFormValue("date"))
	if err != nil {
		return store.ErrNotFound
	}
	symbol := r.PostFormValue("symbol")
	if err := s.svc.DeleteOwnPrice(r.Context(), r.caller, symbol, day); err != nil {
		return err
	}
	r.toast(flash{Text: "Deleted: the price of " + symbol + " on " + format.Date(day)})
	return r.to(r.address("/prices"))
}

func (s *site) uploadPrices(r *request) error {
	file, missing, err := r.upload("file")
	if err != nil {
		return err
	}
	if missing {
		return s.showPrices(r, http.StatusUnprocessableEntity, priceEntry{}, nil, "Choose a file.")
	}
	// What a person brings is the tenant's own; only operators write what all share.
	done, err := s.svc.ImportPrices(r.Context(), r.caller, []service.File{file}, service.PriceOptions{Basis: r.FormValue("basis"), Own: true})
	if err != nil {
		if refused := refusal(file.Name, err); refused != nil {
			text := refused.Text
			if refused.Place != "" {
				text = refused.Place + ": " + text
			}
			return s.showPrices(r, http.StatusUnprocessableEntity, priceEntry{}, nil, strings.TrimSpace(text+" "+refused.Cure))
		}
		return err
	}
	text := fmt.Sprintf("%s days added, %s changed, %s known already", r.locale.Count(done.Added), r.locale.Count(done.Replaced), r.locale.Count(done.Same))
	if done.Actions > 0 {
		text += "; " + counted(r.writer(nil), done.Actions, "split or dividend", "splits and dividends")
	}
	r.toast(flash{Text: text})
	return r.to(r.address("/prices"))
}

// oneFault is used where a service refuses a single value.
func oneFault(err error, field string) map[string]string {
	errs := faultsByField(err)
	if errs == nil {
		return nil
	}
	if text, loose := errs["all"]; loose {
		return map[string]string{field: text}
	}
	return errs
}
