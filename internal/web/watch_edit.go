package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
)

func (s *site) newWatchlist(r *request) error {
	name := r.PostFormValue("name")
	w, err := s.svc.CreateWatchlist(r.Context(), r.caller, name)
	if err == nil {
		r.toast(flash{Text: "List " + w.Name + " begun"})
		return r.to(r.listAddress(w.ID))
	}
	if wrong := nameFault(err); wrong != nil {
		return s.showWatchlist(r, http.StatusUnprocessableEntity, watchErrors{name: wrong, typed: map[string]string{"name": name}})
	}
	return err
}

// nameFault is what is wrong with the name of a list; nil where it is not that.
func nameFault(err error) map[string]string {
	if errors.Is(err, service.ErrExists) {
		return map[string]string{"name": "You have a list of this name. Choose another."}
	}
	return oneFault(err, "name")
}

func (s *site) renameWatchlist(r *request) error {
	name, id := r.PostFormValue("name"), r.PathValue("list")
	revision, _ := strconv.ParseInt(r.PostFormValue("revision"), 10, 64) // none: any
	_, err := s.svc.ChangeWatchlist(r.Context(), r.caller, id, service.WatchlistChange{Revision: revision, Name: &name})
	if err == nil {
		r.toast(flash{Text: "Renamed"})
		return r.to(r.listAddress(id))
	}
	wrong := nameFault(err)
	if errors.Is(err, service.ErrStale) {
		wrong = map[string]string{"name": "The list was changed meanwhile. Look at it and try again."}
	}
	if wrong == nil {
		return err
	}
	return s.showWatchlist(r, http.StatusUnprocessableEntity, watchErrors{rename: wrong, typed: map[string]string{"rename": name}})
}

func (s *site) deleteWatchlist(r *request) error {
	if err := s.svc.DeleteWatchlist(r.Context(), r.caller, r.PathValue("list")); err != nil {
		return err
	}
	r.toast(flash{Text: "List deleted; targets and notes stay"})
	return r.to(r.address("/watchlist"))
}

func (s *site) addWatched(r *request) error {
	id, symbol := r.PathValue("list"), strings.TrimSpace(r.PostFormValue("symbol"))
	w, err := s.svc.Watchlist(r.Context(), r.caller, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(w.Entries, func(e store.WatchEntry) bool { return e.Symbol == symbol }) {
		if _, err := s.svc.Watch(r.Context(), r.caller, id, symbol, ""); err != nil {
			return err
		}
	}
	r.toast(flash{Text: symbol + " added", Undo: r.address("/watchlist/" + id + "/remove"), Field: map[string]string{"symbol": symbol}})
	return r.to(r.listAddress(id))
}

func (s *site) removeWatched(r *request) error {
	id, symbol := r.PathValue("list"), r.PostFormValue("symbol")
	if err := s.svc.Unwatch(r.Context(), r.caller, id, symbol); err != nil {
		return err
	}
	r.toast(flash{Text: symbol + " taken out", Undo: r.address("/watchlist/" + id + "/add"), Field: map[string]string{"symbol": symbol}})
	return r.to(r.listAddress(id))
}

// moveWatched puts an instrument to another place of its list, counted from 0.
func (s *site) moveWatched(r *request) error {
	id, symbol := r.PathValue("list"), r.PostFormValue("symbol")
	w, err := s.svc.Watchlist(r.Context(), r.caller, id)
	if err != nil {
		return err
	}
	var order []string
	for _, e := range w.Entries {
		if e.Symbol != symbol {
			order = append(order, e.Symbol)
		}
	}
	to, err := strconv.Atoi(r.PostFormValue("to"))
	if err != nil || to < 0 || to > len(order) {
		to = len(order)
	}
	if _, err := s.svc.OrderWatchlist(r.Context(), r.caller, id, slices.Insert(order, to, symbol)); err != nil {
		return err
	}
	return r.to(r.listAddress(id, "edit", symbol) + "#edit")
}

func (s *site) noteWatched(r *request) error {
	id, symbol, note := r.PathValue("list"), r.PostFormValue("symbol"), r.PostFormValue("note")
	_, err := s.svc.Watch(r.Context(), r.caller, id, symbol, note)
	if err == nil {
		r.toast(flash{Text: "Note on " + symbol + " kept"})
		return r.to(r.listAddress(id))
	}
	if wrong := oneFault(err, "note"); wrong != nil {
		return s.showWatchlist(r, http.StatusUnprocessableEntity, watchErrors{note: wrong, typed: map[string]string{"symbol": symbol, "note": note}})
	}
	return err
}

func (s *site) targetWatched(r *request) error {
	typed := map[string]string{}
	for _, name := range []string{"symbol", "price", "horizon", "why", "currency"} {
		typed[name] = strings.TrimSpace(r.PostFormValue(name))
	}
	wrong := map[string]string{}
	t := store.Target{Symbol: typed["symbol"], Note: typed["why"], Horizon: date.None, Currency: money.Currency(strings.ToUpper(typed["currency"]))}
	price, err := r.locale.Parse(typed["price"])
	if err != nil {
		wrong["price"] = sentence(err.Error())
	}
	t.Price = money.Some(price)
	if typed["horizon"] != "" {
		if t.Horizon, err = date.Parse(typed["horizon"]); err != nil {
			wrong["horizon"] = "Choose the day, like 2027-06-30."
		}
	}
	if len(wrong) == 0 {
		_, err := s.svc.SetTarget(r.Context(), r.caller, t, r.simulated())
		if err == nil {
			r.toast(flash{Text: "Target of " + t.Symbol + ": " + r.locale.Price(price)})
			return r.to(r.listAddress(r.PathValue("list")))
		}
		if wrong = faultsByField(err); wrong == nil {
			return err
		}
	}
	return s.showWatchlist(r, http.StatusUnprocessableEntity, watchErrors{target: wrong, typed: typed})
}

func (s *site) dropWatchedTarget(r *request) error {
	symbol := r.PostFormValue("symbol")
	if err := s.svc.DropTarget(r.Context(), r.caller, symbol); err != nil {
		return err
	}
	r.toast(flash{Text: "Target of " + symbol + " taken back"})
	return r.to(r.listAddress(r.PathValue("list")))
}

// offered is an instrument that is offered while typing.
type offered struct {
	Symbol string `json:"symbol"`
	Name   string `json:"name"`
	Note   string `json:"note"`
	Href   string `json:"href"`
	Price  string `json:"price,omitempty"`
	Change string `json:"change,omitempty"`
	Tone   string `json:"tone,omitempty"`
}

// find answers what is like what was typed, for suggestions while typing. With quotes=1
// the last prices stand with them.
func (s *site) find(r *request) error {
	found, err := s.svc.SearchInstruments(r.Context(), r.caller, r.URL.Query().Get("q"), 8, r.simulated())
	if err != nil {
		if oneFault(err, "q") == nil {
			return err
		}
		found = nil // too long to be a name
	}
	out := []offered{}
	var symbols []string
	for _, x := range found {
		row := foundRow(x)
		out = append(out, offered{Symbol: row.Symbol, Name: row.Name, Note: row.Note, Href: r.address(instrumentPath(row.Symbol))})
		symbols = append(symbols, row.Symbol)
	}
	if r.URL.Query().Get("quotes") != "" && len(symbols) > 0 {
		quotes, err := s.svc.Quotes(r.Context(), r.caller, symbols, r.simulated())
		if err != nil {
			return err
		}
		w := r.plainWriter()
		for i := range quotes {
			if q := &quotes[i]; q.Price.Known() {
				out[i].Price = w.Price(q.Price.Amount.Decimal)
				if out[i].Change = w.text(q.DayReturn, percent2, true); out[i].Change == format.Unknown {
					out[i].Change = ""
				}
				out[i].Tone = string(toneOf(out[i].Change))
			}
		}
	}
	return r.json(out)
}
