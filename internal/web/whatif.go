package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/sheet"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// whatIf tries trades. They stand in the address, so that it can be shared: one t for
// each, such as "sell 3000 NVDA". A form that was filled in is read and sent on to that
// address.
func (s *site) whatIf(r *request) error {
	if r.portfolio == nil {
		return s.chooseFor(r, "What-if", "/what-if", "flask-conical", "Trades are tried on one portfolio.")
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	p := r.whatIfPage()
	switch x := p.suggestion; {
	case x != nil && x.filled && len(x.errs) == 0: // the form becomes an address with plain numbers
		return r.to(r.address("/what-if") + p.suggestQuery())
	case p.filled && len(p.errs) == 0:
		return r.to(r.address("/what-if") + p.query())
	}
	if err := p.suggest(); err != nil {
		return err
	}
	if err := p.ask(); err != nil {
		return err
	}
	return p.show()
}

// whatIfPage is the page on its way from what was typed to what is shown.
type whatIfPage struct {
	*request
	typed  []typedTrade
	filled bool // from a form
	errs   map[int]map[string]string
	got    *service.WhatIf

	suggestion *suggestion // nil where none is asked for
}

// whatIfPage reads the trades of the address or of the form.
func (r *request) whatIfPage() *whatIfPage {
	p := &whatIfPage{request: r, errs: map[int]map[string]string{}, suggestion: r.readSuggestion()}
	for _, text := range r.Form["t"] {
		p.typed = append(p.typed, parseTrade(text, format.English))
	}
	p.readForm()
	p.read()
	return p
}

// read reads what was typed.
func (p *whatIfPage) read() {
	for i := range p.typed {
		if errs := p.typed[i].read(); len(errs) > 0 {
			p.errs[i] = errs
		}
	}
}

// ask tries the trades. What cannot be done is said beside its field, and the portfolio
// as it is stands alone.
func (p *whatIfPage) ask() error {
	var trades []service.Trade
	if len(p.errs) == 0 {
		for i := range p.typed {
			trades = append(trades, p.typed[i].trade)
		}
	}
	got, err := p.try(trades)
	var faults ledger.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			if f.Row < 1 || f.Row > len(p.typed) {
				return err
			}
			if p.errs[f.Row-1] == nil {
				p.errs[f.Row-1] = map[string]string{}
			}
			if p.errs[f.Row-1][f.Field] == "" {
				p.errs[f.Row-1][f.Field] = faultText(f)
			}
		}
		got, err = p.try(nil)
	}
	p.got = got
	return err
}

// try asks about the same period as the other pages do.
func (p *whatIfPage) try(trades []service.Trade) (*service.WhatIf, error) {
	q, err := p.question()
	if err != nil {
		return nil, err
	}
	return p.site.svc.WhatIf(p.Context(), p.caller, q, trades)
}

// question is what trades are tried on and suggested for.
func (p *whatIfPage) question() (service.Question, error) {
	q := service.Question{Portfolios: []string{p.portfolio.ID}, Period: p.URL.Query().Get("period"), Benchmark: p.URL.Query().Get("benchmark")}
	if q.Period == "" {
		a, err := p.analyse()
		if err != nil {
			return q, err
		}
		q.Period = a.Period.Label
	}
	return q, nil
}

// suggestQuery is the part of an address that asks for a suggestion.
func (p *whatIfPage) suggestQuery() string {
	q := url.Values{}
	for _, name := range []string{"period", "benchmark"} {
		if value := p.Form.Get(name); value != "" {
			q.Set(name, value)
		}
	}
	p.suggestion.query(q, p.locale)
	return "?" + q.Encode()
}

// query is the part of an address that holds the trades, but for those left out.
func (p *whatIfPage) query(without ...int) string {
	q := url.Values{}
	for _, name := range []string{"period", "benchmark"} {
		if value := p.Form.Get(name); value != "" {
			q.Set(name, value)
		}
	}
	for i := range p.typed {
		if len(without) == 0 || without[0] != i {
			q.Add("t", p.typed[i].String())
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (p *whatIfPage) show() error {
	frame := p.frame("What-if", "/what-if")
	frame.Sheets = []string{p.site.assets.Figures, p.site.assets.Risk}
	p.dated(&frame, p.got.Before)
	v := view.WhatIf{Page: frame, Action: p.address("/what-if"), Clear: p.address("/what-if"), As: p.locale.Tag}
	if p.got.Before.Bookings == 0 {
		v.Empty = &view.Empty{Icon: "flask-conical", Title: "There is nothing to try trades on yet", Text: "Trades are tried on what you hold. It begins with the first transaction.",
			Ways: []view.Link{{Label: "Import a file", Href: p.address("/import")}, {Label: "Add a transaction", Href: p.address("/transactions/new")}}}
		return p.request.show(http.StatusOK, page.WhatIf(v))
	}
	if err := p.fields(&v); err != nil {
		return err
	}
	v.Tried = len(p.typed) > 0 && len(p.errs) == 0
	if len(p.typed) == 0 {
		v.Starts = p.starts(p.got.Before)
	}
	advanced, err := p.site.svc.Feature(p.Context(), p.caller, service.FeatureAdvanced)
	if err != nil {
		return err
	}
	if advanced {
		v.Suggest = p.suggestForm()
	}
	w := p.compare(&v)
	if x := p.suggestion; x != nil && x.got != nil && advanced {
		v.Suggest.Result = w.suggested(x.got)
	}
	if done, err := p.answered(w, "What-if", "/what-if"); done {
		return err
	}
	if v.Tried {
		v.Export = p.address("/what-if/orders.csv") + p.query()
	}
	return p.request.show(http.StatusOK, page.WhatIf(v))
}

// whatIfOrders writes the trades as a list of orders.
func (s *site) whatIfOrders(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	p := r.whatIfPage()
	if err := p.ask(); err != nil {
		return err
	}
	if len(p.errs) > 0 {
		return r.to(r.address("/what-if") + p.query())
	}
	r.attachment("text/csv; charset=utf-8", "orders-"+p.got.Before.AsOf.String()+".csv")
	out := sheet.NewWriter(r.w)
	_ = out.Write([]string{"side", "symbol", "name", "quantity", "price", "price_date", "price_currency", "fee", "amount", "currency", "account"}) // Flush reports
	for _, t := range p.got.Trades {
		day, fee := "", ""
		if !t.PricedOn.IsNone() {
			day = t.PricedOn.String()
		}
		if t.Fee.Known {
			fee = t.Fee.Decimal.String()
		}
		_ = out.Write([]string{string(t.Side), t.Symbol, t.Instrument.Name, t.Quantity.String(), t.Price.Decimal.String(), day, string(t.Instrument.Currency), fee, t.Amount.String(), string(t.Currency), t.Account})
	}
	out.Flush()
	return out.Error()
}
