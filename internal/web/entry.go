package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

func (s *site) newTransaction(r *request) error {
	if r.portfolio == nil {
		return s.chooseFor(r, "Add a transaction", "/transactions/new", "plus", "A transaction is booked in one portfolio.")
	}
	e := entry{"type": string(ledger.Buy), "date": date.FromTime(s.opts.Now()).String(), "currency": string(r.portfolio.Base), "symbol": r.URL.Query().Get("symbol"), "account": r.URL.Query().Get("account")}
	if e["account"] == "" {
		accounts, err := s.svc.Accounts(r.Context(), r.caller, r.portfolio.ID)
		if err != nil {
			return err
		}
		if len(accounts) > 0 {
			e["account"] = accounts[0].Name
		}
	}
	return s.showEntry(r, http.StatusOK, e, nil, "", r.portfolio.Version)
}

// showEntry shows the form; id is the booking it corrects, "" for a new one.
func (s *site) showEntry(r *request, status int, e entry, errs map[string]string, id string, version int64) error {
	form, err := r.entryForm(e, errs, version)
	if err != nil {
		return err
	}
	title, short := "Add a transaction", "Add"
	form.Action, form.Submit = r.address("/transactions/new"), "Book transaction"
	if id != "" {
		title, short = "Correct a transaction", "Correct"
		form.Action, form.Submit = r.address("/transactions/"+id), "Save correction"
		form.Delete = &view.Action{Label: "Delete transaction", Href: r.address("/transactions/" + id + "/delete"), Danger: true, Icon: "trash-2"}
	}
	frame := r.frame(short, "/transactions")
	frame.Crumbs = []view.Link{{Label: "Transactions", Href: r.address("/transactions")}}
	return r.show(status, page.TransactionForm(view.TransactionForm{Page: frame, Title: title, Form: form, Types: entryTypes(e["type"]), Side: entryHelp}))
}

func (s *site) bookTransaction(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	e := r.typed()
	t, errs := r.transaction(e, ledger.Transaction{})
	if len(errs) == 0 {
		booked, err := s.svc.Book(r.Context(), r.caller, r.portfolio.ID, store.AnyVersion, []ledger.Transaction{t})
		if err == nil {
			r.toast(r.undoing("Booked: "+describe(&t), booked.Version.Version))
			return r.to(r.address("/transactions"))
		}
		if errs = faultsByField(err); errs == nil {
			return err
		}
	}
	return s.showEntry(r, http.StatusUnprocessableEntity, e, errs, "", r.portfolio.Version)
}

func (s *site) editTransaction(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	booking, err := s.svc.Transaction(r.Context(), r.caller, r.portfolio.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.showEntry(r, http.StatusOK, r.entered(&booking.Current.Transaction), nil, booking.Current.ID, r.portfolio.Version)
}

func (s *site) saveTransaction(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	id := r.PathValue("id")
	booking, err := s.svc.Transaction(r.Context(), r.caller, r.portfolio.ID, id)
	if err != nil {
		return err
	}
	e := r.typed()
	t, errs := r.transaction(e, booking.Current.Transaction)
	if len(errs) == 0 {
		booked, err := s.svc.Edit(r.Context(), r.caller, r.portfolio.ID, id, store.AnyVersion, t)
		if err == nil {
			r.toast(r.undoing("Corrected: "+describe(&t), booked.Version.Version))
			return r.to(r.address("/transactions"))
		}
		if errs = faultsByField(err); errs == nil {
			return err
		}
	}
	return s.showEntry(r, http.StatusUnprocessableEntity, e, errs, id, r.portfolio.Version)
}

func (s *site) deleteTransaction(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	booking, err := s.svc.Transaction(r.Context(), r.caller, r.portfolio.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	booked, err := s.svc.Delete(r.Context(), r.caller, r.portfolio.ID, store.AnyVersion, []string{booking.Current.ID})
	if err != nil {
		return err
	}
	r.toast(r.undoing("Deleted: "+describe(&booking.Current.Transaction), booked.Version.Version))
	if back := r.back(); strings.HasPrefix(back, r.address("/transactions")) {
		return r.to(back)
	}
	return r.to(r.address("/transactions"))
}

// undoing is a toast whose Undo takes back a version of the ledger.
func (r *request) undoing(text string, version int64) flash {
	return flash{Text: text, Undo: r.address("/undo"), Field: map[string]string{"version": fmt.Sprint(version)}}
}

// undo takes back one version of the ledger.
func (s *site) undo(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	var version int64
	if _, err := fmt.Sscan(r.PostFormValue("version"), &version); err != nil {
		return store.ErrNotFound
	}
	if _, err := s.svc.UndoVersion(r.Context(), r.caller, r.portfolio.ID, version, store.AnyVersion); err != nil {
		return err
	}
	r.toast(flash{Text: "Undone"})
	return r.to(r.address("/transactions"))
}

// describe names a transaction in a few words.
func describe(t *ledger.Transaction) string {
	words := typeName(t.Type)
	if t.Quantity.Known {
		words += " " + t.Quantity.Decimal.String()
	}
	if t.Symbol != "" {
		words += " " + t.Symbol
	} else if t.Amount.Known {
		words += " " + t.Amount.Decimal.String() + " " + string(t.Currency)
	}
	return words
}

// faultsByField puts the faults of a refused booking beside the fields of the form;
// nil when the error is none.
func faultsByField(err error) map[string]string {
	var many ledger.Faults
	var one *ledger.Fault
	if !errors.As(err, &many) {
		if !errors.As(err, &one) {
			return nil
		}
		many = ledger.Faults{one}
	}
	errs := map[string]string{}
	for _, f := range many {
		name := fieldOf(f.Field, "all")
		if _, said := errs[name]; !said {
			errs[name] = faultText(f)
		}
	}
	return errs
}
