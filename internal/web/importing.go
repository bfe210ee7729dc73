package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

func (s *site) importPage(r *request) error {
	if r.portfolio == nil {
		return s.chooseFor(r, "Import", "/import", "upload", "A file is imported into one portfolio.")
	}
	return s.showImport(r, http.StatusOK, nil)
}

func (s *site) showImport(r *request, status int, refused *view.Refusal) error {
	imports, err := s.svc.Imports(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return err
	}
	accounts, err := s.svc.Accounts(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return err
	}
	frame := r.frame("Import", "/transactions")
	frame.Crumbs = []view.Link{{Label: "Transactions", Href: r.address("/transactions")}}
	v := view.ImportUpload{Page: frame, Error: refused, Batches: r.batches(imports)}
	kinds := view.Field{Name: "format", Label: "Kind of file", Kind: "select", Width: "w3", Help: "Recognised from the content; choose only if that goes wrong.", Options: []view.Option{{Value: "auto", Label: "Recognise it"}}}
	for _, f := range s.svc.Formats() {
		v.Formats = append(v.Formats, view.Term{Label: f.Label})
		kinds.Options = append(kinds.Options, view.Option{Value: f.Name, Label: f.Label, Selected: r.FormValue("format") == f.Name})
	}
	account := view.Field{Name: "account", Label: "Account", Kind: "text", Width: "w3", List: "accounts", Value: r.FormValue("account"), Help: "For rows that name none.", Auto: "off"}
	for _, a := range accounts {
		account.Options = append(account.Options, view.Option{Value: a.Name, Label: a.Label})
	}
	v.Form = view.Form{Action: r.address("/import"), Submit: "Look at the file", Fields: []view.Field{kinds, account}}
	return r.show(status, page.ImportUpload(v))
}

func (s *site) importUpload(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	file, missing, err := r.upload("file")
	if err != nil {
		return err
	}
	if missing {
		return s.showImport(r, http.StatusUnprocessableEntity, &view.Refusal{File: "Nothing", Text: "No file was chosen.", Cure: "Choose the file your broker gave you."})
	}
	options := service.ImportOptions{Format: r.FormValue("format"), Account: strings.TrimSpace(r.FormValue("account")), Expected: store.AnyVersion}
	if options.Format == "auto" {
		options.Format = ""
	}
	if _, err := s.svc.PreviewImport(r.Context(), r.caller, r.portfolio.ID, file, options); err != nil {
		if refused := refusal(file.Name, err); refused != nil {
			return s.showImport(r, http.StatusUnprocessableEntity, refused)
		}
		return err
	}
	id, err := s.svc.KeepImportDraft(r.Context(), r.caller, service.ImportDraft{Portfolio: r.portfolio.ID, File: file, Options: options})
	if err != nil {
		return err
	}
	return r.to(r.address("/import/" + id))
}

// refusal says where a file is wrong; nil for an error that is not about the file.
func refusal(name string, err error) *view.Refusal {
	var many ledger.Faults
	var one *ledger.Fault
	switch {
	case errors.As(err, &many) && len(many) > 0:
		one = many[0]
	case errors.As(err, &one):
	case errors.Is(err, service.ErrFormat):
		return &view.Refusal{File: name, Text: sentence(err.Error()), Cure: "Choose the kind of file below, or save a table as CSV with a header of date, type, symbol, quantity, price and currency."}
	default:
		return nil
	}
	v := &view.Refusal{File: name, Text: sentence(one.Problem), Cure: sentence(one.Cure)}
	var place []string
	if one.Row > 0 {
		place = append(place, fmt.Sprintf("Row %d", one.Row))
	}
	if one.Field != "" {
		place = append(place, one.Field)
	}
	if one.Value != "" {
		place = append(place, "“"+one.Value+"”")
	}
	v.Place = strings.Join(place, ", ")
	if len(many) > 1 {
		v.Text += fmt.Sprintf(" There are %d faults in all.", len(many))
	}
	return v
}

func (s *site) importConfirm(r *request) error {
	d, _, err := s.previewed(r)
	if err != nil {
		return err
	}
	options := d.Options
	options.SkipRefused = true
	if _, err := fmt.Sscan(r.PostFormValue("version"), &options.Expected); err != nil {
		options.Expected = store.AnyVersion
	}
	p, err := s.svc.CommitImport(r.Context(), r.caller, r.portfolio.ID, d.File, options)
	if errors.Is(err, service.ErrStale) {
		d, fresh, err := s.previewed(r)
		if err != nil {
			return err
		}
		return s.showPreview(r, http.StatusConflict, d, fresh, "The ledger changed meanwhile; this is the new preview")
	}
	if err != nil {
		if refused := refusal(d.File.Name, err); refused != nil {
			return s.showImport(r, http.StatusUnprocessableEntity, refused)
		}
		return err
	}
	if err := s.svc.DropImportDraft(r.Context(), r.caller, r.PathValue("draft")); err != nil {
		return err
	}
	f := flash{Text: counted(r.writer(nil), p.Bookings, "transaction", "transactions") + " imported"}
	if p.Import != nil && p.Import.ID != "" {
		f.Undo = r.address("/imports/" + p.Import.ID + "/undo")
	}
	r.toast(f)
	next, err := r.afterImport()
	if err != nil {
		return err
	}
	return r.to(next)
}

func (s *site) undoImport(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	booked, err := s.svc.UndoImport(r.Context(), r.caller, r.portfolio.ID, r.PathValue("id"), store.AnyVersion)
	if err != nil {
		return err
	}
	r.toast(flash{Text: "Import undone: " + counted(r.writer(nil), booked.Version.Removed, "transaction", "transactions") + " taken back"})
	return r.to(r.address("/transactions"))
}

// batches are the imports of a portfolio, each with its way back.
func (r *request) batches(imports []store.Import) []view.ImportBatch {
	labels := map[string]string{}
	for _, f := range r.site.svc.Formats() {
		labels[f.Name] = f.Label
	}
	var list []view.ImportBatch
	for _, i := range imports {
		b := view.ImportBatch{When: r.moment(i.Created), File: i.File, Format: labels[i.Format], Count: counted(r.writer(nil), i.Booked, "transaction", "transactions")}
		if b.Format == "" {
			b.Format = i.Format
		}
		switch {
		case i.Undone != 0:
			b.Undone = "undone"
		case i.Version != 0:
			b.Href = r.address("/transactions") + "?import=" + escape(i.ID)
			b.Undo = &view.Action{Label: "Undo import", Href: r.address("/imports/" + i.ID + "/undo"), Icon: "undo-2"}
		default:
			b.Undone = "nothing was new"
		}
		list = append(list, b)
	}
	return list
}
