package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/sheet"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// previewed finds the draft of the address and looks at it again, so that the preview
// is of the ledger as it is now.
func (s *site) previewed(r *request) (service.ImportDraft, *service.Preview, error) {
	if _, err := r.one(); err != nil {
		return service.ImportDraft{}, nil, err
	}
	d, err := s.svc.ImportDraft(r.Context(), r.caller, r.portfolio.ID, r.PathValue("draft"))
	if errors.Is(err, service.ErrNotFound) {
		err = errExpired
	}
	if err != nil {
		return d, nil, err
	}
	p, err := s.svc.PreviewImport(r.Context(), r.caller, r.portfolio.ID, d.File, d.Options)
	return d, p, err
}

const rowsPreviewed = 200

func (s *site) importPreview(r *request) error {
	d, p, err := s.previewed(r)
	if err != nil {
		return err
	}
	return s.showPreview(r, http.StatusOK, d, p, "")
}

func (s *site) showPreview(r *request, status int, d service.ImportDraft, p *service.Preview, why string) error {
	frame := r.frame("Import", "/transactions")
	frame.Crumbs = []view.Link{{Label: "Transactions", Href: r.address("/transactions")}}
	v := view.ImportPreview{
		Page: frame, File: fmt.Sprintf("%s · %s · recognised as %s", d.File.Name, counted(r.writer(nil), p.Read, "row", "rows"), p.Format.Label),
		Back: r.address("/import"), Foot: "Can be undone as a whole",
	}
	v.Kinds = r.previewKinds(p)
	v.Rows, v.Shown, v.More = r.previewRows(p)
	v.Into, v.Changes, v.Checks = r.previewInto(d, p), r.previewChanges(p), r.previewChecks(p)
	if p.Refused > 0 {
		v.Refused = r.address("/import/" + r.PathValue("draft") + "/refused.csv")
	}
	v.Confirm, v.Why = r.previewConfirm(p)
	if why != "" {
		v.Why = why
	}
	return r.show(status, page.ImportPreview(v))
}

func (r *request) previewKinds(p *service.Preview) []view.Choice {
	chosen := r.URL.Query().Get("status")
	var list []view.Choice
	for _, k := range []struct {
		status, label string
		count         int
	}{{"", "All", len(p.Rows)}, {"new", "New", p.New}, {"present", "Duplicate", p.Present}, {"refused", "Refused", p.Refused}, {"ignored", "Not a booking", p.Ignored}} {
		if k.count > 0 || k.status == "" || k.status == "refused" {
			list = append(list, view.Choice{Label: k.label, Count: r.locale.Count(k.count), Href: r.with("status", k.status, "all", ""), Current: chosen == k.status})
		}
	}
	return list
}

// statusTags are the words for what becomes of a row.
var statusTags = map[service.RowStatus]view.Tag{
	service.RowNew: {Text: "new", Kind: "good", Icon: "plus"}, service.RowPresent: {Text: "duplicate", Icon: "copy"},
	service.RowRefused: {Text: "refused", Kind: "bad", Icon: "circle-x"}, service.RowIgnored: {Text: "not booked", Icon: "minus"},
}

// previewRows are the rows, the refused ones first.
func (r *request) previewRows(p *service.Preview) (rows []view.ImportRow, shown, more string) {
	chosen := service.RowStatus(r.URL.Query().Get("status"))
	rank := map[service.RowStatus]int{service.RowRefused: 0, service.RowNew: 1, service.RowPresent: 2, service.RowIgnored: 3}
	list := make([]*service.PreviewRow, 0, len(p.Rows))
	for i := range p.Rows {
		if chosen == "" || p.Rows[i].Status == chosen {
			list = append(list, &p.Rows[i])
		}
	}
	slices.SortStableFunc(list, func(a, b *service.PreviewRow) int { return rank[a.Status] - rank[b.Status] })
	total := len(list)
	if r.URL.Query().Get("all") == "" && total > rowsPreviewed {
		list = list[:rowsPreviewed]
		more = r.with("all", "1")
	}
	for _, row := range list {
		rows = append(rows, r.previewRow(row)...)
	}
	return rows, fmt.Sprintf("Showing %s of %s rows, the refused ones first.", r.locale.Count(len(list)), r.locale.Count(total)), more
}

// previewRow is a row of the file: one line for each booking it stands for.
func (r *request) previewRow(row *service.PreviewRow) []view.ImportRow {
	line := view.ImportRow{Tag: statusTags[row.Status], Line: row.Place, Reason: sentence(row.Reason)}
	if line.Line == "" && row.Number > 0 {
		line.Line = fmt.Sprintf("row %d", row.Number)
	}
	switch row.Status {
	case service.RowRefused:
		line.Class = "refused"
	case service.RowPresent, service.RowIgnored:
		line.Class = "dim"
	}
	if len(row.Faults) > 0 {
		f := row.Faults[0]
		line.Reason, line.Cure, line.Wrong = sentence(f.Problem), sentence(f.Cure), wrongCell(f.Field)
		if f.Value != "" && f.Field != "" {
			line.Reason = f.Field + " “" + f.Value + "”: " + line.Reason
		}
	}
	if row.Status == service.RowNew && line.Reason == "" {
		line.Line = ""
	}
	if len(row.Transactions) == 0 {
		line.Instrument = row.Text
		return []view.ImportRow{line}
	}
	var list []view.ImportRow
	for i := range row.Transactions {
		booked := r.transactionRow(&store.Row{Transaction: row.Transactions[i]})
		next := line
		next.Date, next.Type, next.Instrument, next.Quantity, next.Price, next.Amount = booked.Date, booked.Type, booked.Symbol, booked.Quantity, booked.Price, booked.Amount
		if next.Amount != "" {
			next.Amount += " " + booked.Currency
		}
		list = append(list, next)
	}
	return list
}

// wrongCell is the column of a field that is at fault.
func wrongCell(field string) string {
	field = strings.ToLower(field)
	for cell, words := range map[string][]string{"date": {"date", "datetime", "tradedate", "dttrade"}, "type": {"type", "action", "buysell"}, "instrument": {"symbol", "isin", "security", "ticker"}, "quantity": {"quantity", "units", "shares"}, "price": {"price", "unitprice"}, "amount": {"amount", "total", "fee", "fees", "currency"}} {
		if slices.Contains(words, field) {
			return cell
		}
	}
	return ""
}

func (r *request) previewInto(d service.ImportDraft, p *service.Preview) []view.Row {
	rows := []view.Row{{Name: "Portfolio", Value: r.portfolio.Name}}
	if d.Options.Account != "" {
		rows = append(rows, view.Row{Name: "Account where none is named", Value: d.Options.Account})
	}
	if p.Bookings > 0 {
		rows = append(rows, view.Row{Name: "From", Value: format.Date(p.From)}, view.Row{Name: "To", Value: format.Date(p.To)})
	}
	return rows
}

// previewChanges says what the import would do.
func (r *request) previewChanges(p *service.Preview) []view.Row {
	var rows []view.Row
	byCurrency := map[money.Currency]money.Decimal{}
	var order []money.Currency
	for _, c := range p.Cash {
		if _, seen := byCurrency[c.Currency]; !seen {
			order = append(order, c.Currency)
		}
		byCurrency[c.Currency] = byCurrency[c.Currency].Add(c.After.Sub(c.Before))
	}
	for _, c := range order {
		text := r.locale.SignedDecimal(byCurrency[c], 2)
		rows = append(rows, view.Row{Name: "Cash, " + string(c), Value: text, Money: true})
	}
	fresh := 0
	for _, h := range p.Holdings {
		if h.New {
			fresh++
		}
	}
	for _, c := range []struct {
		name  string
		count int
	}{{"Holdings changed", len(p.Holdings) - fresh}, {"Holdings new", fresh}, {"Lots opened", p.LotsOpened}, {"Lots closed", p.LotsClosed}, {"Prices in the file", p.Prices}} {
		if c.count > 0 {
			rows = append(rows, view.Row{Name: c.name, Value: r.locale.Count(c.count)})
		}
	}
	for _, m := range p.Realised {
		text := r.locale.SignedDecimal(m.Amount, 2)
		rows = append(rows, view.Row{Name: "Realised, " + string(m.Currency), Value: text, Tone: toneOf(text), Money: true})
	}
	if len(rows) == 0 {
		rows = append(rows, view.Row{Name: "Nothing", Value: "no new bookings", Tone: view.Quiet})
	}
	return rows
}

func (r *request) previewChecks(p *service.Preview) []view.Check {
	checks := []view.Check{
		{Text: "Every row could be read", OK: p.Refused == 0, Note: when(p.Refused > 0, counted(r.writer(nil), p.Refused, "row is", "rows are")+" refused; the reason stands beside it.")},
		{Text: "Not imported before", OK: p.AlreadyImported == nil},
	}
	if p.AlreadyImported != nil {
		checks[1].Note = "This very file was imported on " + r.moment(p.AlreadyImported.Created) + ". Its rows are recognised."
	}
	agreed, differ := 0, 0
	for _, c := range p.Checks {
		if c.Agrees {
			agreed++
			continue
		}
		differ++
		if differ <= 3 {
			what := c.Symbol
			if what == "" {
				what = string(c.Currency) + " cash"
			}
			checks = append(checks, view.Check{Text: what + " on " + format.Date(c.Date), Note: fmt.Sprintf("The file says %s, the ledger would have %s.", r.locale.Quantity(c.Stated), r.locale.Quantity(c.Found))})
		}
	}
	if agreed > 0 {
		checks = append(checks, view.Check{Text: "Closing figures agree with the file", OK: differ == 0, Note: fmt.Sprintf("%d of %d", agreed, agreed+differ)})
	}
	for _, note := range few(p.Notes, 6) {
		checks = append(checks, view.Check{Text: sentence(note), OK: true})
	}
	return checks
}

func when(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

// previewConfirm is the button that books, or why there is none. Rows that are refused
// are left out knowingly.
func (r *request) previewConfirm(p *service.Preview) (*view.Action, string) {
	switch {
	case p.Bookings == 0 && p.Prices == 0 && p.Present > 0:
		return nil, "Everything in the file is booked already"
	case p.Bookings == 0 && p.Prices == 0:
		return nil, "There is nothing to book"
	}
	label := "Import " + counted(r.writer(nil), p.Bookings, "transaction", "transactions")
	if p.Bookings == 0 {
		label = "Import " + counted(r.writer(nil), p.Prices, "price", "prices")
	}
	if p.Refused > 0 {
		label += ", leave out " + r.locale.Count(p.Refused)
	}
	return &view.Action{Label: label, Href: r.address("/import/" + r.PathValue("draft")), Fields: []view.Hidden{{Name: "version", Value: fmt.Sprint(p.Version)}}}, ""
}

// importRefused writes the refused rows with their reasons.
func (s *site) importRefused(r *request) error {
	_, p, err := s.previewed(r)
	if err != nil {
		return err
	}
	r.attachment("text/csv; charset=utf-8", "refused.csv")
	out := sheet.NewWriter(r.w)
	_ = out.Write([]string{"place", "field", "value", "problem", "cure", "row"}) // Flush reports
	for i := range p.Rows {
		row := &p.Rows[i]
		if row.Status != service.RowRefused {
			continue
		}
		place := row.Place
		if place == "" {
			place = fmt.Sprintf("row %d", row.Number)
		}
		if len(row.Faults) == 0 {
			_ = out.Write([]string{place, "", "", row.Reason, "", row.Text})
		}
		for _, f := range row.Faults {
			_ = out.Write([]string{place, f.Field, f.Value, f.Problem, f.Cure, row.Text})
		}
	}
	out.Flush()
	return out.Error()
}
