package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

func (s *site) portfolios(r *request) error {
	v := view.Portfolios{Page: r.frame("Portfolios", "-"), New: "/portfolios/new"}
	if len(r.portfolios) == 0 {
		v.Empty = &view.Empty{Icon: "wallet", Title: "No portfolio yet", Text: "A portfolio is a ledger with a base currency: one for each purse you want to look at alone.", Ways: []view.Link{{Label: "Create a portfolio", Href: v.New}}}
		return r.show(http.StatusOK, page.Portfolios(v))
	}
	if len(r.portfolios) > 1 {
		card, err := s.portfolioCard(r, nil)
		if err != nil {
			return err
		}
		v.All = &card
	}
	for i := range r.portfolios {
		card, err := s.portfolioCard(r, &r.portfolios[i])
		if err != nil {
			return err
		}
		v.Items = append(v.Items, card)
	}
	return r.show(http.StatusOK, page.Portfolios(v))
}

// portfolioCard is a portfolio, or all of them together, with its value.
func (s *site) portfolioCard(r *request, p *store.Portfolio) (view.PortfolioCard, error) {
	q := service.Question{Period: "Max"}
	card := view.PortfolioCard{Name: "All portfolios", Initials: "A", Note: counted(r.writer(nil), len(r.portfolios), "portfolio", "portfolios"), Href: "/p/" + allPortfolios}
	if p != nil {
		q.Portfolios = []string{p.ID}
		card = view.PortfolioCard{Name: p.Name, Initials: initials(p.Name), Note: portfolioNote(*p), Href: "/p/" + p.ID, Simulated: p.Simulated}
		if p.Role.Allows(store.CanManage) {
			card.Edit = "/p/" + p.ID + "/edit"
		}
	}
	a, err := s.svc.Analysis(r.Context(), r.caller, q)
	if err != nil {
		return card, err
	}
	if a.Bookings == 0 {
		card.Value = view.Figure{Label: "Value", Text: format.Unknown, Reason: "nothing is booked yet"}
		card.Change = view.Figure{Text: format.Unknown, Reason: " "}
		return card, nil
	}
	w := r.writer(a)
	card.Value = w.figure("Value", a.Summary.Value, whole)
	card.Value.Unit, card.Value.Explain = string(a.Base), nil
	card.Change = w.change("", a.Summary.DayChange, whole)
	card.Change.Note = w.text(a.Summary.DayReturn, percent2, true) + " on " + format.DayMonth(a.ValuedOn)
	return card, nil
}

// methods are the lot methods offered, in words.
var methods = []struct {
	method ledger.Method
	word   string
}{{ledger.FIFO, "First in, first out"}, {ledger.LIFO, "Last in, first out"}, {ledger.HIFO, "Highest cost first"}, {ledger.Average, "Average cost"}, {ledger.Strict, "Strict: a sale names its lot"}}

// portfolioEntry is a portfolio as it is typed.
type portfolioEntry struct {
	name, currency, benchmark, method string
	limits                            map[string]string
}

// limitFields are the limits of the risk strip.
var limitFields = []struct {
	name, label, help string
	fraction          bool
	of                func(*limits) *money.Decimal
}{
	{"limit_net", "Net exposure, %", "", true, func(l *limits) *money.Decimal { return &l.Net }},
	{"limit_gross", "Gross exposure, %", "", true, func(l *limits) *money.Decimal { return &l.Gross }},
	{"limit_largest", "Largest position, %", "", true, func(l *limits) *money.Decimal { return &l.Largest }},
	{"limit_volatility", "Volatility a year, %", "", true, func(l *limits) *money.Decimal { return &l.Volatility }},
	{"limit_var", "VaR 95%, 1 day, % of value", "", true, func(l *limits) *money.Decimal { return &l.VaR }},
	{"limit_beta", "Beta", "", false, func(l *limits) *money.Decimal { return &l.Beta }},
}

var hundred = money.Int(100)

func (s *site) portfolioForm(r *request) error {
	return s.showPortfolio(r, http.StatusOK, nil, portfolioEntry{currency: string(r.user.BaseCurrency)}, nil)
}

func (s *site) showPortfolio(r *request, status int, p *store.Portfolio, e portfolioEntry, errs map[string]string) error {
	benchmark := view.Field{Name: "benchmark", Label: "Benchmark", Kind: "text", Width: "w3", Value: e.benchmark, Help: "The symbol of an index or fund with prices. Leave it empty for none.", Auto: "off"}
	currency := currencyField(e.currency, "Base currency", "Totals and returns are in it.")
	currency.Width = "w3"
	lots := view.Field{Name: "method", Label: "Sales take", Kind: "select", Width: "w3", Help: "Which tax lots a sale closes."}
	for _, m := range methods {
		lots.Options = append(lots.Options, view.Option{Value: string(m.method), Label: m.word, Selected: string(m.method) == e.method})
	}
	fields := []view.Field{{Name: "name", Label: "Name", Kind: "text", Width: "w3", Value: e.name, Need: true, Auto: "off", Focus: p == nil && len(errs) == 0}, currency, benchmark, lots}
	frame := r.frame("New portfolio", "-")
	frame.Narrow = true
	v := view.PortfolioForm{Page: frame, Title: "New portfolio", Form: view.Form{Action: "/portfolios/new", Submit: "Create portfolio", Cancel: "/portfolios"}}
	if p != nil {
		v.Page.Title, v.Title = "Portfolio settings", "Settings of "+p.Name
		v.Page.Crumbs = []view.Link{{Label: "Portfolios", Href: "/portfolios"}}
		v.Pages, v.Page.Narrow, v.Page.Sheets = r.ofThis("/edit"), false, []string{v.Page.Assets.Account}
		v.Form = view.Form{Action: r.address("/edit"), Submit: "Save", Cancel: r.address("")}
		v.Form.Delete = &view.Action{Label: "Archive portfolio", Href: r.address("/archive"), Danger: true}
		for _, f := range limitFields {
			fields = append(fields, view.Field{Name: f.name, Label: "Limit: " + f.label, Kind: "number", Value: e.limits[f.name], Hint: "none", Auto: "off"})
		}
	}
	fields = withErrors(fields, errs)
	v.Form.Fields, v.Form.Errors = fields, summary(fields, errs)
	return r.show(status, page.PortfolioForm(v))
}

// typedPortfolio reads the form.
func (r *request) typedPortfolio() (e portfolioEntry, base money.Currency, l limits, errs map[string]string) {
	errs = map[string]string{}
	e = portfolioEntry{name: strings.TrimSpace(r.PostFormValue("name")), currency: strings.ToUpper(strings.TrimSpace(r.PostFormValue("currency"))), benchmark: strings.TrimSpace(r.PostFormValue("benchmark")), method: r.PostFormValue("method"), limits: map[string]string{}}
	if e.name == "" {
		errs["name"] = "A name is needed to tell portfolios apart."
	}
	base, err := money.ParseCurrency(e.currency)
	if err != nil {
		errs["currency"] = "A currency has a code of three letters, like EUR."
	}
	for _, f := range limitFields {
		text := strings.TrimSpace(r.PostFormValue(f.name))
		e.limits[f.name] = text
		if text == "" {
			continue
		}
		d, err := r.locale.Parse(strings.TrimSuffix(text, "%"))
		switch {
		case err != nil:
			errs[f.name] = sentence(err.Error())
		case d.Sign() <= 0:
			errs[f.name] = "A limit is positive; leave it empty for none."
		case f.fraction:
			*f.of(&l) = d.DivRound(hundred, 6)
		default:
			*f.of(&l) = d
		}
	}
	return e, base, l, errs
}

func (s *site) createPortfolio(r *request) error {
	e, base, _, errs := r.typedPortfolio()
	if len(errs) == 0 {
		p, err := s.svc.CreatePortfolio(r.Context(), r.caller, service.NewPortfolio{Name: e.name, Base: base, Benchmark: e.benchmark, Policy: ledger.Policy{Method: ledger.Method(e.method)}})
		if err == nil {
			return r.to("/p/" + p.ID)
		}
		if errs = refusedPortfolio(err); errs == nil {
			return err
		}
	}
	return s.showPortfolio(r, http.StatusUnprocessableEntity, nil, e, errs)
}

// refusedPortfolio puts a refusal beside its field; nil for other errors.
func refusedPortfolio(err error) map[string]string {
	if errors.Is(err, service.ErrExists) {
		return map[string]string{"name": "One of your portfolios has this name already."}
	}
	return oneFault(err, "name")
}

func (s *site) editPortfolio(r *request) error {
	p, err := r.one()
	if err != nil {
		return err
	}
	e := portfolioEntry{name: p.Name, currency: string(p.Base), benchmark: p.Benchmark, method: string(p.Policy.MethodOf("")), limits: map[string]string{}}
	l := service.ReadLimits(p.Settings)
	for _, f := range limitFields {
		if d := *f.of(&l); !d.IsZero() {
			if f.fraction {
				d = d.Mul(hundred)
			}
			e.limits[f.name] = r.locale.Input(d)
		}
	}
	return s.showPortfolio(r, http.StatusOK, p, e, nil)
}

func (s *site) savePortfolio(r *request) error {
	p, err := r.one()
	if err != nil {
		return err
	}
	e, base, l, errs := r.typedPortfolio()
	if len(errs) == 0 {
		settings, err := writeLimits(p.Settings, l)
		if err != nil {
			return err
		}
		policy := p.Policy
		policy.Method = ledger.Method(e.method)
		_, err = s.svc.UpdatePortfolio(r.Context(), r.caller, p.ID, service.PortfolioChange{Revision: p.Revision, Name: &e.name, Base: &base, Policy: &policy, Benchmark: &e.benchmark, Settings: settings})
		if err == nil {
			r.toast(flash{Text: "Saved"})
			return r.to(r.address(""))
		}
		if errs = refusedPortfolio(err); errs == nil {
			return err
		}
	}
	return s.showPortfolio(r, http.StatusUnprocessableEntity, p, e, errs)
}

// archivePortfolio puts a portfolio away; nothing of it is lost.
func (s *site) archivePortfolio(r *request) error {
	p, err := r.one()
	if err != nil {
		return err
	}
	away := r.PostFormValue("restore") == ""
	if err := s.svc.ArchivePortfolio(r.Context(), r.caller, p.ID, away); err != nil {
		return err
	}
	r.toast(flash{Text: p.Name + " archived"})
	return r.to("/portfolios")
}
