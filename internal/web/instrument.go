package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Dossiers are what is stored of one instrument, and what people write about it.
type Dossiers interface {
	Instrument(ctx context.Context, c service.Caller, q service.Question) (*service.Dossier, error)
	SetTarget(ctx context.Context, c service.Caller, t store.Target, simulated bool) (service.TargetRecord, error)
	DropTarget(ctx context.Context, c service.Caller, symbol string) error
	WriteNote(ctx context.Context, c service.Caller, symbol, text string, shared bool) (store.ResearchNote, error)
	DeleteNote(ctx context.Context, c service.Caller, id string) error
}

// instrumentRoutes are the page of an instrument and what it changes.
func (s *site) instrumentRoutes(of func(pattern string, h handler)) {
	const at = "/p/{portfolio}/instruments/{symbol}"
	of("GET "+at, s.instrument)
	of("GET "+at+"/chart", s.instrumentChart)
	of("GET "+at+"/prices.csv", s.instrumentCSV)
	of("POST "+at+"/target", s.setTarget)
	of("POST "+at+"/target/delete", s.dropTarget)
	of("POST "+at+"/notes", s.writeNote)
	of("POST "+at+"/notes/delete", s.deleteNote)
}

// instrumentPath is the page of a symbol under the pages of a portfolio; a symbol may have
// any letters.
func instrumentPath(symbol string) string { return "/instruments/" + url.PathEscape(symbol) }

// dossier is what is stored of the instrument of the address.
func (r *request) dossier() (*service.Dossier, error) {
	q := service.Question{Symbol: r.PathValue("symbol"), Period: "Max", Benchmark: r.URL.Query().Get("benchmark")}
	if r.portfolio != nil {
		q.Portfolios = []string{r.portfolio.ID}
	}
	return r.site.svc.Instrument(r.Context(), r.caller, q)
}

// instrumentPage is a dossier on its way to a page.
type instrumentPage struct {
	*request
	w    *writer
	d    *service.Dossier
	path string
}

func (s *site) instrument(r *request) error {
	return s.showInstrument(r, http.StatusOK, researchErrors{})
}

func (s *site) showInstrument(r *request, status int, errs researchErrors) error {
	d, err := r.dossier()
	if err != nil {
		return err
	}
	p := &instrumentPage{request: r, w: r.writer(d.Position.Analysis), d: d, path: r.address(instrumentPath(d.Instrument.Symbol))}
	frame := r.frame(p.short(), "/holdings")
	frame.Crumbs = []view.Link{{Label: "Holdings", Href: r.address("/holdings") + r.kept()}}
	frame.Sheets = []string{frame.Assets.Instrument, frame.Assets.Figures}
	frame.Here = p.path
	r.dated(&frame, d.Position.Analysis)
	v := view.Instrument{Page: frame, Badge: badge(d.Instrument), Name: cmp.Or(d.Instrument.Name, p.short()), About: p.about()}
	p.head(&v)
	v.Strip = p.strip()
	p.chart(&v)
	p.lots(&v)
	v.Bookings = p.bookings()
	v.Options = p.options()
	v.Values = p.values()
	v.Facts = p.facts()
	v.Profile, v.ProfileOf = p.profileText()
	p.reports(&v)
	p.results(&v)
	p.news(&v)
	p.research(&v, errs)
	p.data(&v)
	v.Parts = p.parts(&v)
	return r.show(status, page.Instrument(v))
}

// short is what the instrument is called in a title: an option by its terms.
func (p *instrumentPage) short() string {
	if p.d.Instrument.IsOption() {
		return optionName(p.d.Instrument)
	}
	return p.d.Instrument.Symbol
}

// badge is as much of a symbol as a square holds: of an option that of what it is on.
func badge(i instrument.Instrument) string {
	symbol := cmp.Or(i.Underlying, i.Symbol)
	if len(symbol) <= 6 {
		return symbol
	}
	return initials(cmp.Or(i.Name, symbol))
}

// about says what the instrument is, in a line.
func (p *instrumentPage) about() string {
	i := p.d.Instrument
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	add(i.Exchange)
	add(string(i.Currency))
	if i.Class != instrument.Unknown {
		add(strings.ToLower(oneOf(i.Class)))
	}
	add(i.Sector)
	if i.IsOption() {
		add("on " + i.Underlying)
		add("expires " + format.Date(i.Expiry))
		if size := i.ContractSize(); !size.Equal(money.One) {
			add(p.locale.Quantity(size) + " pieces each")
		}
	}
	for _, id := range []struct{ word, value string }{{"ISIN", i.ISIN}, {"CUSIP", i.CUSIP}, {"FIGI", i.FIGI}} {
		if id.value != "" {
			add(id.word + " " + id.value)
		}
	}
	return strings.Join(parts, " · ")
}

// oneOf is a single one of a class.
func oneOf(c instrument.Class) string {
	switch c {
	case instrument.Equity:
		return "Share"
	case instrument.ETF:
		return "Exchange-traded fund"
	case instrument.Private:
		return "Private asset, not listed"
	case instrument.Crypto:
		return "Crypto-currency"
	}
	return strings.ToUpper(string(c)[:1]) + string(c)[1:]
}

// head is the price with its change, and what can be done.
func (p *instrumentPage) head(v *view.Instrument) {
	q, i := &p.d.Quote, p.d.Instrument
	v.Price, v.Unit = format.Unknown, string(p.d.Prices.Currency)
	if q.Price.Known() {
		v.Price = p.locale.Price(q.Price.Amount.Decimal.Round(4))
		v.Of = "Close of " + format.Date(q.Price.AsOf)
		if i.Class == instrument.Private {
			v.Of = "Valued on " + format.Date(q.Price.AsOf)
			if q.Change.Known() {
				v.Of += ", change since the valuation before"
			}
		}
		if q.Age > 1 && i.Class != instrument.Private {
			v.Mark, v.MarkText = view.Stale, strings.Join(q.Price.Reasons, "; ")
		}
	} else {
		v.Of = reason(q.Price)
	}
	if h := p.d.Position.Holding; h != nil && !q.Price.Known() && h.Price.Known {
		v.Price, v.Of = p.locale.Price(h.Price.Decimal), "Model price of "+format.Date(p.d.AsOf)
		v.Mark, v.MarkText = view.Estimated, strings.Join(h.Value.Reasons, "; ")
	}
	if q.Change.Known() && q.DayReturn.Known() {
		change := q.Change.Amount.Decimal.Round(4)
		v.Change = p.locale.SignedDecimal(change, int(max(2, change.Exponent())))
		v.Part = p.w.text(q.DayReturn, percent2, true)
		v.Tone = toneOf(v.Part)
	}
	if p.portfolio != nil && p.caller.Link == "" {
		if p.portfolio.Role != store.CanView {
			v.Ways = append(v.Ways, view.Link{Label: "Enter a price", Href: p.address("/prices") + "?symbol=" + escape(i.Symbol), Icon: "tag"},
				view.Link{Label: "Add a transaction", Href: p.address("/transactions/new") + "?symbol=" + escape(i.Symbol), Icon: "plus"})
		}
		if h := p.d.Position.Holding; h != nil && h.Price.Known {
			if trades := closing(h, money.MustParse("0.5")); len(trades) > 0 && len(trades) <= mostStarted {
				v.Ways = append(v.Ways, view.Link{Label: "Try a trade", Href: p.address("/what-if") + "?" + url.Values{"t": trades}.Encode(), Icon: "flask-conical"})
			}
		}
	}
}

// strip are the figures of what is held.
func (p *instrumentPage) strip() []view.Figure {
	w, pos := p.w, &p.d.Position
	base := string(pos.Base)
	if !pos.Ever() {
		low, high := p.d.Quote.YearLow, p.d.Quote.YearHigh
		price := func(label string, f analysis.Figure) view.Figure {
			v := view.Figure{Label: label, Text: format.Unknown, Reason: reason(f), Explain: w.explain(label, f)}
			if f.Known() {
				v.Text, v.Note = w.Price(f.Amount.Decimal), string(f.Unit)
			}
			return v
		}
		held := view.Figure{Label: "You hold", Text: "0", Note: "never booked in " + pos.Name}
		return []view.Figure{held, price("52-week low", low), price("52-week high", high)}
	}
	held := view.Figure{Label: "You hold", Text: "0", Note: "nothing any more"}
	value := view.Figure{Label: "Value", Text: format.Unknown, Reason: "nothing is held"}
	unrealised := view.Figure{Label: "Unrealised", Text: format.Unknown, Reason: "nothing is held"}
	if h := pos.Holding; h != nil {
		held.Text, held.Money = w.Quantity(h.Quantity), true
		held.Note = counted(w, len(h.Lots), "lot", "lots") + ", " + counted(w, len(h.Accounts), "account", "accounts")
		value = w.figure("Value", h.Value, whole)
		value.Note = base + ", " + w.text(h.Weight, percent1, false) + " of value"
		unrealised = w.change("Unrealised", h.Unrealised, whole)
		unrealised.Note = w.text(h.UnrealisedReturn, percent1, true)
	}
	realised := w.change("Realised", pos.Realised, whole)
	realised.Tone = view.Plain
	realised.Note = counted(w, len(pos.Closed), "lot closed", "lots closed")
	income := w.figure("Income", pos.Income, whole)
	income.Note = "received, before taxes"
	rate := w.signed("Return, money-weighted", pos.MoneyWeighted, percent1)
	rate.Note = "a year, since " + format.Date(pos.Bookings[0].Date)
	return []view.Figure{held, value, unrealised, realised, income, rate}
}

// parts are links to the parts of the page that have something to show or to say.
func (p *instrumentPage) parts(v *view.Instrument) []view.Link {
	links := []view.Link{{Label: "Price", Href: "#price"}, {Label: "Lots", Href: "#lots"}, {Label: "Fundamentals", Href: "#fundamentals"}, {Label: "Statements", Href: "#statements"}, {Label: "News", Href: "#news"}, {Label: "Notes and target", Href: "#notes"}, {Label: "Data", Href: "#data"}}
	count := func(at, n int) {
		if n > 0 {
			links[at].Note = fmt.Sprint(n)
		}
	}
	if h := p.d.Position.Holding; h != nil {
		count(1, len(h.Lots)+len(p.d.Position.Closed))
	} else {
		count(1, len(p.d.Position.Closed))
	}
	count(4, len(v.News))
	count(5, len(v.Notes))
	return links
}
