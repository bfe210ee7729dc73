package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// bookKeepingRoutes are the pages of a portfolio's settings.
func (s *site) bookKeepingRoutes(of func(string, handler)) {
	of("GET /p/{portfolio}/accounts", s.portfolioAccounts)
	of("POST /p/{portfolio}/accounts", s.putAccount)
	of("POST /p/{portfolio}/accounts/delete", s.deleteAccount)
	of("GET /p/{portfolio}/lot-rules", s.lotRules)
	of("POST /p/{portfolio}/lot-rules", s.saveLotRules)
	of("GET /p/{portfolio}/closings", s.closings)
	of("POST /p/{portfolio}/closings", s.closeBooks)
}

// portfolioPages are the pages of a portfolio's settings, behind its address. Sharing and
// the like are added here.
var portfolioPages = []view.Link{
	{Label: "General", Href: "/edit", Icon: "settings"},
	{Label: "Accounts", Href: "/accounts", Icon: "landmark"},
	{Label: "Lot rules", Href: "/lot-rules", Icon: "layers"},
	{Label: "Closed periods", Href: "/closings", Icon: "lock"},
	{Label: "Sharing", Href: "/sharing", Icon: "users"},
}

// ofThis are those pages for the chosen portfolio.
func (r *request) ofThis(at string) []view.Link {
	all := chosen(portfolioPages, at)
	for i := range all {
		all[i].Href = r.address(all[i].Href)
	}
	return all
}

// portfolioPage is one of them, to be filled; where all portfolios are chosen there is none.
func (r *request) portfolioPage(at string) (*store.Portfolio, view.Account, error) {
	p, err := r.one()
	if err != nil {
		return nil, view.Account{}, err
	}
	v := view.Account{Page: r.frame("Settings of "+p.Name, "-"), Label: "Settings of the portfolio", Pages: r.ofThis(at)}
	v.Page.Crumbs = []view.Link{{Label: "Portfolios", Href: "/portfolios"}}
	v.Page.Sheets = []string{v.Page.Assets.Account}
	v.Page.Here = r.address(at)
	return p, v, nil
}

// may reports whether the reader may manage the portfolio.
func may(p *store.Portfolio) bool { return p.Role.Allows(store.CanManage) }

func (s *site) portfolioAccounts(r *request) error {
	return s.showAccounts(r, http.StatusOK, r.URL.Query().Get("account"), nil)
}

// showAccounts shows the accounts and the form of one; name is that of the one to change.
func (s *site) showAccounts(r *request, status int, name string, errs map[string]string) error {
	p, v, err := r.portfolioPage("/accounts")
	if err != nil {
		return err
	}
	all, err := s.svc.Accounts(r.Context(), r.caller, p.ID)
	if err != nil {
		return err
	}
	list := &view.List{Caption: "Accounts", Head: []string{"Account", "Institution", "Currency", "Lots"}, Empty: "None yet; an account that a booking names appears by itself."}
	var now store.Account
	for _, a := range all {
		if a.Name == name {
			now = a
		}
		row := view.ListRow{Cells: []view.Cell{{Text: a.Name}, {Text: orDash(a.Institution)}, {Text: orDash(string(a.Currency))}, {Text: orDash(methodWord(p.Policy.MethodOf(a.Name)))}}}
		if a.Label != "" && a.Label != a.Name {
			row.Cells[0] = view.Cell{Text: a.Label, Note: "in bookings: " + a.Name}
		}
		if may(p) {
			row.Actions = []view.Action{{Label: "Remove", Href: r.address("/accounts/delete"), Fields: []view.Hidden{{Name: "name", Value: a.Name}}, Danger: true}}
			row.Links = []view.Link{{Label: "Change", Href: r.address("/accounts") + "?account=" + escape(a.Name) + "#account"}}
		}
		list.Rows = append(list.Rows, row)
	}
	v.Sections = []view.Subject{{ID: "accounts", Title: "Accounts", Text: []string{"Where cash and securities are kept. Bookings know an account by its name, which stays; its label may change."}, List: list}}
	if may(p) {
		value := func(field, kept string) string {
			if r.Method == http.MethodPost {
				return r.PostFormValue(field)
			}
			return kept
		}
		currency := currencyField(value("currency", string(now.Currency)), "Usual currency", "May stay empty.")
		currency.Width, currency.Need = "w3", false
		form := view.Form{Action: r.address("/accounts"), Submit: "Add the account", Fields: withErrors([]view.Field{
			{Name: "name", Label: "Name in bookings", Kind: "text", Width: "w3", Value: value("name", now.Name), Need: true, Auto: "off"},
			{Name: "label", Label: "Label", Kind: "text", Width: "w3", Value: value("label", now.Label), Auto: "off", Help: "What people call it."},
			{Name: "institution", Label: "Institution", Kind: "text", Width: "w3", Value: value("institution", now.Institution), Auto: "off", Help: "Who keeps it."}, currency}, errs)}
		section := view.Subject{ID: "account", Title: "A new account", Form: &form}
		if now.Name != "" {
			section.Title, form.Submit, form.Cancel = "Change "+now.Name, "Save", r.address("/accounts")
			form.Hidden = []view.Hidden{{Name: "name", Value: now.Name}}
			form.Fields = form.Fields[1:]
			form.Fields[0].Focus = true
		}
		v.Sections = append(v.Sections, section)
	}
	return r.showAccount(status, v)
}

func orDash(text string) string {
	if text == "" {
		return format.Unknown
	}
	return text
}

func (s *site) putAccount(r *request) error {
	p, err := r.one()
	if err != nil {
		return err
	}
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	a := store.Account{Name: text("name"), Label: text("label"), Institution: text("institution"), Currency: money.Currency(strings.ToUpper(text("currency")))}
	err = s.svc.PutAccount(r.Context(), r.caller, p.ID, a)
	if errs := oneFault(err, "name"); errs != nil {
		return s.showAccounts(r, http.StatusUnprocessableEntity, "", errs)
	}
	if err != nil {
		return err
	}
	r.toast(flash{Text: "Saved"})
	return r.to(r.address("/accounts"))
}

func (s *site) deleteAccount(r *request) error {
	p, err := r.one()
	if err != nil {
		return err
	}
	err = s.svc.DeleteAccount(r.Context(), r.caller, p.ID, r.PostFormValue("name"))
	switch {
	case errors.Is(err, service.ErrExists):
		r.toast(flash{Text: "Not removed: bookings name this account"})
	case err != nil:
		return err
	default:
		r.toast(flash{Text: "The account is removed"})
	}
	return r.to(r.address("/accounts"))
}

// oversold are the ways with a sale of more than is open.
var oversold = []struct {
	rule ledger.Oversold
	word string
}{{ledger.Refuse, "Refuse the sale"}, {ledger.ZeroCost, "Take what is missing at a cost of zero"}, {ledger.GoShort, "Open a short position"}}

func (s *site) lotRules(r *request) error { return s.showLotRules(r, http.StatusOK, nil) }

func (s *site) showLotRules(r *request, status int, errs map[string]string) error {
	p, v, err := r.portfolioPage("/lot-rules")
	if err != nil {
		return err
	}
	accounts, err := s.svc.Accounts(r.Context(), r.caller, p.ID)
	if err != nil {
		return err
	}
	offer := func(name, label, chosen, other string) view.Field {
		f := view.Field{Name: name, Label: label, Kind: "select", Width: "w3"}
		if other != "" {
			f.Options = append(f.Options, view.Option{Label: other, Selected: chosen == ""})
		}
		for _, m := range methods {
			f.Options = append(f.Options, view.Option{Value: string(m.method), Label: m.word, Selected: string(m.method) == chosen})
		}
		return f
	}
	fields := []view.Field{offer("method", "Sales take", string(p.Policy.MethodOf("")), "")}
	fees := view.Field{Name: "fees", Label: "Fees", Kind: "select", Width: "w3", Options: []view.Option{{Value: "basis", Label: "Add to cost, reduce proceeds", Selected: p.Policy.CostsInBasis()}, {Value: "expense", Label: "Are an expense of their own", Selected: !p.Policy.CostsInBasis()}}}
	over := view.Field{Name: "oversold", Label: "A sale of more than is open", Kind: "select", Width: "w3"}
	for _, o := range oversold {
		over.Options = append(over.Options, view.Option{Value: string(o.rule), Label: o.word, Selected: o.rule == p.Policy.OnOversold || p.Policy.OnOversold == "" && o.rule == ledger.Refuse})
	}
	fields = append(fields, fees, over)
	for _, a := range accounts {
		label := a.Name
		if a.Label != "" {
			label = a.Label
		}
		fields = append(fields, offer("of-"+a.Name, "In "+label, string(p.Policy.MethodPerAccount[a.Name]), "As everywhere"))
	}
	section := view.Subject{ID: "lots", Title: "Lot rules", Text: []string{"Which tax lots a sale closes, and how fees count. Lots are computed from the ledger, so a change here changes realised and unrealised gains of the past too; where books are closed the rules stay as they are."}}
	if may(p) {
		section.Form = &view.Form{Action: r.address("/lot-rules"), Submit: "Save", Fields: withErrors(fields, errs)}
		if text := errs["all"]; text != "" {
			section.Notice = &view.Notice{Kind: "bad", Icon: "circle-alert", Text: text}
		}
	} else {
		section.Terms = []view.Term{{Label: "Sales take", Text: orDash(methodWord(p.Policy.MethodOf("")))}}
	}
	v.Sections = []view.Subject{section}
	return r.showAccount(status, v)
}

func (s *site) saveLotRules(r *request) error {
	p, err := r.one()
	if err != nil {
		return err
	}
	accounts, err := s.svc.Accounts(r.Context(), r.caller, p.ID)
	if err != nil {
		return err
	}
	inBasis := r.PostFormValue("fees") != "expense"
	policy := p.Policy
	policy.Method, policy.OnOversold, policy.FeesInCostBasis, policy.MethodPerAccount = ledger.Method(r.PostFormValue("method")), ledger.Oversold(r.PostFormValue("oversold")), &inBasis, nil
	for _, a := range accounts {
		if m := r.PostFormValue("of-" + a.Name); m != "" {
			if policy.MethodPerAccount == nil {
				policy.MethodPerAccount = map[string]ledger.Method{}
			}
			policy.MethodPerAccount[a.Name] = ledger.Method(m)
		}
	}
	_, err = s.svc.UpdatePortfolio(r.Context(), r.caller, p.ID, service.PortfolioChange{Revision: p.Revision, Policy: &policy})
	if errs := oneFault(err, "all"); errs != nil {
		for _, name := range sortedNames(errs) { // of bookings that would not fit: above the form
			if name != "method" {
				errs["all"] = errs[name]
			}
		}
		return s.showLotRules(r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	r.toast(flash{Text: "Saved"})
	return r.to(r.address("/lot-rules"))
}

func (s *site) closings(r *request) error { return s.showClosings(r, http.StatusOK, nil) }

func (s *site) showClosings(r *request, status int, errs map[string]string) error {
	p, v, err := r.portfolioPage("/closings")
	if err != nil {
		return err
	}
	all, err := s.svc.Closings(r.Context(), r.caller, p.ID)
	if err != nil {
		return err
	}
	names := s.names(r)
	through := date.None
	list := &view.List{Caption: "Closed and opened", Head: []string{"What", "Reason", "By", "When"}, Empty: "The books were never closed."}
	for i, c := range all {
		what, before := "Opened again, all of it", date.None
		if i > 0 {
			before = all[i-1].Through
		}
		if !c.Through.IsNone() {
			what = "Closed through " + format.Date(c.Through)
			if !before.IsNone() && c.Through < before {
				what = "Opened again after " + format.Date(c.Through)
			}
		}
		through = c.Through
		list.Rows = append([]view.ListRow{{Cells: []view.Cell{{Text: what}, {Text: orDash(c.Reason)}, {Text: names.of(c.User)}, {Text: r.moment(c.At)}}}}, list.Rows...)
	}
	state := view.Subject{ID: "state", Title: "The books are open", Text: []string{"A closed period does not change: nothing in it is booked, edited or deleted, and the rules for its lots stay, until it is opened again with a reason that the audit trail keeps."}}
	if !through.IsNone() {
		state.Title = "Closed through " + format.Date(through)
	}
	v.Sections = []view.Subject{state}
	if may(p) {
		next := date.Must(date.FromTime(s.opts.Now()).Year()-1, 12, 31)
		if through >= next {
			next = through
		}
		day := r.PostFormValue("through")
		if day == "" {
			day = next.String()
		}
		v.Sections[0].Form = &view.Form{Action: r.address("/closings"), Submit: "Close the books", Hidden: []view.Hidden{{Name: "do", Value: "close"}}, Fields: []view.Field{
			{Name: "through", Label: "Through", Kind: "date", Width: "w3", Value: day, Need: true, Help: "The last closed day, such as the end of a year."},
			{Name: "reason", Label: "Reason", Kind: "text", Width: "w3", Auto: "off", Hint: "such as Tax return of 2025", Help: "May stay empty."}}}
		if r.PostFormValue("do") == "close" {
			withErrors(v.Sections[0].Form.Fields, errs)
		}
		if !through.IsNone() {
			reopen := view.Form{Action: r.address("/closings"), Submit: "Open the books again", Danger: true, Hidden: []view.Hidden{{Name: "do", Value: "open"}}, Fields: []view.Field{
				{Name: "through", ID: "reopen-through", Label: "Stays closed through", Kind: "date", Width: "w3", Help: "Empty: nothing stays closed."},
				{Name: "reason", ID: "reopen-reason", Label: "Reason", Kind: "text", Width: "w3", Need: true, Auto: "off", Value: r.PostFormValue("reason"), Help: "The audit trail keeps it."}}}
			if r.PostFormValue("do") == "open" {
				withErrors(reopen.Fields, errs)
			}
			v.Sections = append(v.Sections, view.Subject{ID: "reopen", Title: "Open a closed period again", Form: &reopen, Fold: "Open again"})
		}
	}
	v.Sections = append(v.Sections, view.Subject{ID: "history", Title: "History", List: list})
	return r.showAccount(status, v)
}

func (s *site) closeBooks(r *request) error {
	p, err := r.one()
	if err != nil {
		return err
	}
	through, reason := date.None, strings.TrimSpace(r.PostFormValue("reason"))
	if text := r.PostFormValue("through"); text != "" || r.PostFormValue("do") == "close" {
		if through, err = date.Parse(text); err != nil {
			return s.showClosings(r, http.StatusUnprocessableEntity, map[string]string{"through": "Choose a day."})
		}
	}
	_, err = s.svc.CloseBooks(r.Context(), r.caller, p.ID, through, reason)
	if errors.Is(err, service.ErrExists) {
		return s.showClosings(r, http.StatusUnprocessableEntity, map[string]string{"through": "The books are closed through this day already."})
	}
	if errs := oneFault(err, "through"); errs != nil {
		return s.showClosings(r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	text := "The books are open"
	if !through.IsNone() {
		text = "The books are closed through " + format.Date(through)
	}
	r.toast(flash{Text: text})
	return r.to(r.address("/closings"))
}
