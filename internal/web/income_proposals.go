package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// How many proposals the page lists.
const (
	mostOpen    = 50
	mostDecided = 10
)

// proposals fills in what waits to be booked, and what was decided of late.
func (r *request) proposals(v *view.Income) error {
	f := store.ProposalFilter{Portfolio: r.portfolioID(), Statuses: []store.ProposalStatus{store.ProposalOpen}, Limit: mostOpen}
	open, err := r.site.svc.Proposals(r.Context(), r.caller, f)
	if err != nil {
		return err
	}
	v.Open = view.ProposalList{Title: "To be booked", Note: "you held before the ex-date, and no dividend is booked"}
	for _, p := range open.Proposals {
		v.Open.Rows = append(v.Open.Rows, r.proposalRow(p))
	}
	if open.Next != "" {
		v.Open.More = "Older ones are listed when these are decided."
	}
	f.Statuses, f.Limit = []store.ProposalStatus{store.ProposalConfirmed, store.ProposalEdited, store.ProposalRejected}, mostDecided
	decided, err := r.site.svc.Proposals(r.Context(), r.caller, f)
	if err != nil {
		return err
	}
	v.Decided = view.ProposalList{Title: "Decided"}
	for _, p := range decided.Proposals {
		row := r.proposalRow(p)
		if err := r.booked(&row, p); err != nil {
			return err
		}
		v.Decided.Rows = append(v.Decided.Rows, row)
	}
	if r.portfolio != nil && r.mayTrade(r.portfolio.ID) {
		v.Find = &view.Action{Label: "Look again", Href: r.address("/income/find"), Icon: "refresh-cw"}
	}
	return nil
}

// booked leads to the booking of a proposal, or offers to open it again where there is
// none any more.
func (r *request) booked(row *view.ProposalRow, p store.Proposal) error {
	gone := p.Status == store.ProposalRejected
	if !gone {
		b, err := r.site.svc.Transaction(r.Context(), r.caller, p.Portfolio, p.Transaction)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		gone = err != nil || b.Current.Superseded != 0
		if gone {
			row.Note = "its booking was deleted"
		} else {
			row.Booking = &view.Link{Label: "Booking", Href: "/p/" + p.Portfolio + "/transactions?open=" + b.Current.ID + "&symbol=" + escape(p.Symbol)}
		}
	}
	if gone && r.mayTrade(p.Portfolio) {
		row.Reopen = &view.Action{Label: "Open again", Href: proposalAddress(p) + "/reopen"}
	}
	return nil
}

func proposalAddress(p store.Proposal) string { return "/p/" + p.Portfolio + "/income/" + p.ID }

// proposalRow is a proposal as it is listed.
func (r *request) proposalRow(p store.Proposal) view.ProposalRow {
	row := view.ProposalRow{Symbol: p.Symbol, Unit: string(p.Currency), Where: p.Account, Gross: r.locale.Decimal(p.Gross, moneyPlaces(p.Currency)), Note: p.Note,
		Made: r.locale.Quantity(p.Quantity) + " × " + r.locale.Exact(p.Amount) + " " + string(p.Currency)}
	switch {
	case p.PayDate.IsNone():
		row.When = "ex " + format.Date(p.ExDate) + ", pay date not known"
	case p.PayDate.Year() == p.ExDate.Year():
		row.When = "ex " + format.DayMonth(p.ExDate) + ", paid " + format.Date(p.PayDate)
	default:
		row.When = "ex " + format.Date(p.ExDate) + ", paid " + format.Date(p.PayDate)
	}
	if p.Withholding.Known {
		row.Tax = r.locale.Decimal(p.Withholding.Decimal, moneyPlaces(p.Currency))
		row.Net = r.locale.Decimal(p.Gross.Sub(p.Withholding.Decimal), moneyPlaces(p.Currency))
	} else {
		row.Tax, row.Net = format.Unknown, row.Gross
	}
	if r.portfolio == nil {
		for _, x := range r.portfolios {
			if x.ID == p.Portfolio {
				row.Where = x.Name + ", " + p.Account
			}
		}
	}
	today := date.FromTime(r.site.opts.Now().UTC())
	switch {
	case p.Status == store.ProposalRejected:
		row.Tag = &view.Tag{Text: "rejected"}
	case p.Status == store.ProposalEdited:
		row.Tag = &view.Tag{Text: "booked, edited", Kind: "good"}
	case p.Status == store.ProposalConfirmed:
		row.Tag = &view.Tag{Text: "booked", Kind: "good"}
	case p.Gross.Sign() < 0:
		row.Tag = &view.Tag{Text: "owed", Kind: "warn"}
	case p.Kind == store.ProposedSpecial:
		row.Tag = &view.Tag{Text: "special"}
	case p.Kind == store.ProposedDRIP:
		row.Tag = &view.Tag{Text: "was reinvested before"}
	}
	if p.Status != store.ProposalOpen || !r.mayTrade(p.Portfolio) {
		return row
	}
	row.Href = proposalAddress(p)
	if service.PaidOn(p) > today {
		row.Note = "can be confirmed when it is paid"
		return row
	}
	row.Confirm = &view.Action{Label: "Confirm", Href: proposalAddress(p) + "/confirm", Fields: []view.Hidden{{Name: "back", Value: r.address("/income")}}}
	return row
}

func moneyPlaces(c money.Currency) int { return int(max(c.Places(), 0)) }

func (s *site) findIncome(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	found, err := s.svc.FindIncome(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return err
	}
	r.toast(flash{Text: sentence(found.String())})
	return r.to(r.address("/income"))
}

// incomeTyped is what is typed of other terms.
var incomeTyped = []string{"date", "gross", "withholding", "fees", "currency", "cash_account", "note", "reinvest", "price", "quantity", "reason"}

func (s *site) incomeEntry(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	p, err := s.svc.Proposal(r.Context(), r.caller, r.portfolio.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	e := map[string]string{"date": service.PaidOn(p).String(), "gross": r.locale.Input(p.Gross), "currency": string(p.Currency)}
	if p.Withholding.Known {
		e["withholding"] = r.locale.Input(p.Withholding.Decimal)
	}
	if p.Kind == store.ProposedDRIP {
		e["reinvest"] = "1"
	}
	if today := date.FromTime(s.opts.Now().UTC()); service.PaidOn(p) > today {
		e["date"] = today.String()
	}
	return s.showIncomeEntry(r, http.StatusOK, p, e, nil)
}

func (s *site) showIncomeEntry(r *request, status int, p store.Proposal, e map[string]string, errs map[string]string) error {
	frame := r.frame(p.Symbol, "/income")
	frame.Crumbs = []view.Link{{Label: "Income", Href: r.address("/income")}}
	v := view.IncomeEntry{Page: frame, Row: r.proposalRow(p)}
	fact := func(label, text string) { v.Facts = append(v.Facts, view.Fact{Label: label, Text: text}) }
	fact("Held before the ex-date", r.locale.Quantity(p.Quantity)+" in "+p.Account)
	fact("A share", r.locale.Exact(p.Amount)+" "+string(p.Currency))
	fact("Ex-date", format.Date(p.ExDate))
	if !p.PayDate.IsNone() {
		fact("Pay date", format.Date(p.PayDate))
	}
	fact("Gross", v.Row.Gross+" "+v.Row.Unit)
	if p.Withholding.Known {
		fact("Tax kept back", v.Row.Tax+" "+v.Row.Unit+", as of the payments before")
	} else {
		fact("Tax kept back", "not known: the payments before do not agree, or there are none")
	}
	fact("Who says so", sourceName(p.Source, false))
	if p.Status == store.ProposalOpen && r.mayTrade(p.Portfolio) {
		v.Confirm, v.Reject = r.incomeForm(p, e, errs), rejectForm(p, e, errs)
	}
	return r.show(status, page.IncomeEntry(v))
}

func (r *request) incomeForm(p store.Proposal, e, errs map[string]string) *view.Form {
	fields := withErrors([]view.Field{
		{Name: "date", Label: "When the money came", Kind: "date", Value: e["date"], Need: true},
		{Name: "gross", Label: "Before tax and fees", Kind: "number", Value: e["gross"], Unit: string(p.Currency), Need: true, Auto: "off"},
		{Name: "withholding", Label: "Tax kept back", Kind: "number", Value: e["withholding"], Help: "Empty: not known, none is booked", Auto: "off"},
		{Name: "fees", Label: "Fees", Kind: "number", Value: e["fees"], Auto: "off"},
		currencyField(e["currency"], "Currency", ""),
		{Name: "cash_account", Label: "Where the money came", Kind: "text", Value: e["cash_account"], Hint: p.Account, Auto: "off"},
		{Name: "reinvest", Label: "Reinvested", Kind: "check", Value: e["reinvest"], Hint: "Buy for what came"},
		{Name: "price", Label: "at the price of", Kind: "number", Value: e["price"], Help: "Empty: the close of the day", Auto: "off"},
		{Name: "quantity", Label: "and so many pieces", Kind: "number", Value: e["quantity"], Help: "Empty: what came divided by the price", Auto: "off"},
		{Name: "note", Label: "Note", Kind: "text", Value: e["note"], Width: "w6", Auto: "off"},
	}, errs)
	form := &view.Form{Action: proposalAddress(p) + "/confirm", Submit: "Book it", Cancel: r.address("/income"), Fields: fields, Hidden: []view.Hidden{{Name: "edited", Value: "1"}}}
	if errs["reason"] == "" {
		form.Errors = summary(fields, errs)
	}
	return form
}

func rejectForm(p store.Proposal, e, errs map[string]string) *view.Form {
	fields := withErrors([]view.Field{{Name: "reason", Label: "Why nothing is to be booked", Kind: "text", Value: e["reason"], Width: "w6", Need: true, Auto: "off"}}, errs)
	return &view.Form{Action: proposalAddress(p) + "/reject", Submit: "Reject", Fields: fields, Danger: true}
}

// incomeTerms reads what was typed; what is as it was proposed is not given.
func (r *request) incomeTerms(p store.Proposal) (t service.IncomeTerms, e, errs map[string]string) {
	e, errs = map[string]string{}, map[string]string{}
	for _, name := range incomeTyped {
		e[name] = strings.TrimSpace(r.PostFormValue(name))
	}
	if r.PostFormValue("edited") == "" {
		return t, e, errs
	}
	day, err := date.Parse(e["date"])
	switch {
	case err != nil:
		errs["date"] = "Choose the day, like 2025-06-30."
	case day != service.PaidOn(p):
		t.Date = day
	}
	number := func(name string) (money.Optional, bool) {
		if e[name] == "" {
			return money.Optional{}, false
		}
		d, err := r.locale.Parse(e[name])
		if err != nil {
			errs[name] = sentence(err.Error())
		}
		return money.Some(d), err == nil
	}
	gross, given := number("gross")
	switch {
	case !given && errs["gross"] == "":
		errs["gross"] = "Give what was paid."
	case given && !gross.Decimal.Equal(p.Gross):
		t.Gross = gross
	}
	// A tax that was typed counts; where it was proposed and is taken away, there was none.
	tax, given := number("withholding")
	switch {
	case given && (!p.Withholding.Known || t.Gross.Known || !tax.Decimal.Equal(p.Withholding.Decimal)):
		t.Withholding = tax
	case !given && p.Withholding.Known && !t.Gross.Known:
		t.Withholding = money.Some(money.Zero)
	}
	if fees, given := number("fees"); given && !fees.Decimal.IsZero() {
		t.Fees = fees
	}
	if c := money.Currency(strings.ToUpper(e["currency"])); c != "" && c != p.Currency {
		t.Currency = c
	}
	if e["cash_account"] != p.Account {
		t.CashAccount = e["cash_account"]
	}
	t.Note = e["note"]
	if e["reinvest"] != "" {
		t.Reinvest = &service.Reinvest{}
		t.Reinvest.Price, _ = number("price")
		t.Reinvest.Quantity, _ = number("quantity")
	}
	return t, e, errs
}

func (s *site) confirmIncome(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	p, err := s.svc.Proposal(r.Context(), r.caller, r.portfolio.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	terms, e, errs := r.incomeTerms(p)
	if len(errs) == 0 {
		done, err := s.svc.ConfirmIncome(r.Context(), r.caller, r.portfolio.ID, p.ID, terms)
		if err == nil {
			return r.incomeBooked(p, done)
		}
		if errors.Is(err, service.ErrBooked) {
			return r.bookedAlready(p)
		}
		if errors.Is(err, service.ErrClosed) {
			errs = map[string]string{"date": "The books are closed on this day. Give a later one."}
		} else if errs = faultsByField(err); errs == nil {
			return err
		}
		if e["date"] == "" { // it was confirmed in the list: the form says what is wrong
			e = map[string]string{"date": service.PaidOn(p).String(), "gross": r.locale.Input(p.Gross), "currency": string(p.Currency)}
		}
	}
	return s.showIncomeEntry(r, http.StatusUnprocessableEntity, p, e, errs)
}

// incomeBooked says what was booked and goes back to the list it came from.
func (r *request) incomeBooked(p store.Proposal, done service.ConfirmedIncome) error {
	text := fmt.Sprintf("Booked: %s, ex %s", p.Symbol, format.Date(p.ExDate))
	back := r.address("/income")
	if given := r.back(); given == "/p/"+allPortfolios+"/income" {
		back = given
	}
	if done.Repeated {
		r.toast(flash{Text: fmt.Sprintf("Nothing was booked: %s, ex %s, had been confirmed before", p.Symbol, format.Date(p.ExDate))})
		return r.to(back)
	}
	r.toast(r.undoing(text, done.Version.Version))
	return r.to(back)
}

// bookedAlready takes a proposal away that was booked by hand.
func (r *request) bookedAlready(p store.Proposal) error {
	if _, err := r.site.svc.FindIncome(r.Context(), r.caller, p.Portfolio); err != nil {
		return err
	}
	r.toast(flash{Text: fmt.Sprintf("%s, ex %s, is booked already: nothing was added", p.Symbol, format.Date(p.ExDate))})
	return r.to(r.address("/income"))
}

func (s *site) rejectIncome(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	p, err := s.svc.RejectIncome(r.Context(), r.caller, r.portfolio.ID, r.PathValue("id"), r.PostFormValue("reason"))
	if err != nil {
		errs := faultsByField(err)
		if errs == nil {
			return err
		}
		if p, err = s.svc.Proposal(r.Context(), r.caller, r.portfolio.ID, r.PathValue("id")); err != nil {
			return err
		}
		_, e, _ := r.incomeTerms(p)
		e["date"], e["gross"], e["currency"] = service.PaidOn(p).String(), r.locale.Input(p.Gross), string(p.Currency)
		return s.showIncomeEntry(r, http.StatusUnprocessableEntity, p, e, errs)
	}
	r.toast(flash{Text: fmt.Sprintf("Rejected: %s, ex %s", p.Symbol, format.Date(p.ExDate)), Undo: proposalAddress(p) + "/reopen", Field: map[string]string{}})
	return r.to(r.address("/income"))
}

func (s *site) reopenIncome(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	p, err := s.svc.ReopenIncome(r.Context(), r.caller, r.portfolio.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	r.toast(flash{Text: fmt.Sprintf("Open again: %s, ex %s", p.Symbol, format.Date(p.ExDate))})
	return r.to(r.address("/income"))
}
