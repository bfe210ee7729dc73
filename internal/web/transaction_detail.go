package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// detail is what opens under a transaction: all it says, and what it said before.
func (r *request) detail(id string) (*view.TransactionDetail, error) {
	booking, err := r.site.svc.Transaction(r.Context(), r.caller, r.portfolio.ID, id)
	if err != nil {
		return nil, err
	}
	d := &view.TransactionDetail{Terms: r.terms(&booking.Current)}
	versions, err := r.site.svc.Versions(r.Context(), r.caller, r.portfolio.ID, 0)
	if err != nil {
		return nil, err
	}
	at := map[int64]store.Version{}
	for _, v := range versions {
		at[v.Version] = v
	}
	for i := len(booking.History) - 1; i >= 0; i-- {
		row := &booking.History[i]
		what := "Booked"
		if row.Import != "" {
			what = "Imported"
		}
		if i > 0 {
			what = strings.Join(r.differences(&booking.History[i-1], row), "; ")
			if what == "" {
				what = "Booked again"
			}
		}
		d.History = append(d.History, r.correction(at[row.Entered], what))
		if i == len(booking.History)-1 && row.Superseded != 0 {
			d.History = append([]view.Correction{r.correction(at[row.Superseded], "Deleted")}, d.History...)
		}
	}
	return d, nil
}

func (r *request) correction(v store.Version, what string) view.Correction {
	who := "you"
	if v.User != r.caller.User {
		who = "somebody else"
	}
	return view.Correction{When: r.moment(v.Committed), Who: who, What: what}
}

// moment writes a time in the reader's zone.
func (r *request) moment(t time.Time) string {
	if t.IsZero() {
		return format.Unknown
	}
	if zone, err := time.LoadLocation(r.user.TimeZone); err == nil {
		t = t.In(zone)
	}
	return format.Date(date.Must(t.Year(), t.Month(), t.Day())) + t.Format(", 15:04")
}

// terms are the fields of a booking that have a value.
func (r *request) terms(row *store.Row) []view.Term {
	var list []view.Term
	for _, f := range r.fieldsOf(&row.Transaction) {
		if f.value != "" {
			list = append(list, view.Term{Label: f.label, Text: f.value})
		}
	}
	return list
}

// stated is a field of a booking as text.
type stated struct{ label, value string }

func (r *request) fieldsOf(t *ledger.Transaction) []stated {
	number := func(o money.Optional) string {
		if !o.Known {
			return ""
		}
		return r.locale.Exact(o.Decimal)
	}
	list := []stated{
		{"Date", format.Date(t.Date)}, {"Type", typeName(t.Type)}, {"Account", t.Account}, {"Cash account", t.CashAccount}, {"To account", t.ToAccount}, {"Instrument", t.Symbol}, {"To instrument", t.ToSymbol},
		{"Quantity", number(t.Quantity)}, {"Price", number(t.Price)}, {"Amount", number(t.Amount)}, {"Fees", number(t.Fees)}, {"Taxes", number(t.Taxes)}, {"Currency", string(t.Currency)},
		{"Amount received", number(t.ToAmount)}, {"Currency received", string(t.ToCurrency)}, {"Part of the cost", number(t.CostFraction)}, {"Lot label", t.LotLabel}, {"Note", t.Note}, {"Tags", strings.Join(t.Tags.List(), ", ")}, {"Reference", t.Source},
	}
	if t.Ratio != nil {
		list = append(list, stated{"Ratio", t.Ratio.String()})
	}
	if t.GrossForeign != nil {
		list = append(list, stated{"Booked rate", fmt.Sprintf("1 %s = %s %s", t.GrossForeign.Currency, r.locale.Exact(t.GrossForeign.Rate), t.Currency)})
	}
	if !t.LotDate.IsNone() && t.LotDate != 0 {
		list = append(list, stated{"Lot counts from", format.Date(t.LotDate)})
	}
	return list
}

// differences says what a correction changed.
func (r *request) differences(before, after *store.Row) []string {
	var list []string
	was := r.fieldsOf(&before.Transaction)
	for _, f := range r.fieldsOf(&after.Transaction) {
		old := ""
		if i := slices.IndexFunc(was, func(s stated) bool { return s.label == f.label }); i >= 0 {
			old = was[i].value
		}
		switch {
		case old == f.value:
		case old == "":
			list = append(list, f.label+" "+f.value+" added")
		case f.value == "":
			list = append(list, f.label+" "+old+" removed")
		default:
			list = append(list, f.label+" "+old+" became "+f.value)
		}
	}
	return list
}
