package web

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/sheet"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// lots is what opens under a holding.
func (w *writer) lots(h *analysis.Holding) *view.Lots {
	l := &view.Lots{ID: anchor(h.Symbol), Columns: len(sorts)}
	for _, lot := range h.Lots {
		row := view.LotRow{
			Opened: format.Date(lot.Opened), Quantity: w.Quantity(lot.Quantity), UnitCost: w.unitCost(lot.UnitCost), Account: lot.Account,
			Cost: w.text(lot.Cost, exact, false), Value: w.text(lot.Value, exact, false), Gain: w.text(lot.Gain, exact, true), Part: w.text(lot.GainReturn, percent1, true), Term: "Short-term",
		}
		if lot.Currency != w.a.Base {
			row.UnitCost += " " + string(lot.Currency)
		}
		row.Tone = toneOf(row.Gain)
		if lot.LongTerm {
			row.Term = "Long-term"
		}
		l.Rows = append(l.Rows, row)
	}
	if len(l.Rows) == 0 {
		l.Empty = "Lots are kept where cost is known."
	}
	l.Foot = w.formula(h)
	l.Links = []view.Link{{Label: "All about " + shortName(h), Href: w.home + instrumentPath(h.Symbol)}, {Label: "Transactions of " + h.Symbol, Href: w.home + "/transactions?symbol=" + escape(h.Symbol)}, {Label: "Enter a price", Href: w.home + "/prices?symbol=" + escape(h.Symbol)}}
	return l
}

// formula says how the value of a holding is made, with its numbers.
func (w *writer) formula(h *analysis.Holding) string {
	if !h.Value.Known() {
		return "Value unknown: " + reason(h.Value) + "."
	}
	if !h.Price.Known {
		return "Value " + w.text(h.Value, exact, false) + " " + string(w.a.Base) + "."
	}
	text := fmt.Sprintf("%s × %s", w.Quantity(h.Quantity), w.Price(h.Price.Decimal))
	if size := h.Instrument.ContractSize(); !size.Equal(money.One) {
		text += " × " + w.Quantity(size)
	}
	if h.Rate.Known && !h.Rate.Decimal.Equal(money.One) {
		text += " × " + w.Quantity(h.Rate.Decimal.Round(6))
	}
	text += " = " + w.text(h.Value, exact, false) + " " + string(w.a.Base) + ", price of " + format.Date(h.PriceDate)
	if h.PriceAge > 0 {
		text += ", " + counted(w, h.PriceAge, "session", "sessions") + " old"
	}
	return text + "."
}

// holdingsCSV writes the holdings unrounded.
func (s *site) holdingsCSV(r *request) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	r.attachment("text/csv; charset=utf-8", "holdings-"+a.AsOf.String()+".csv")
	out := sheet.NewWriter(r.w)
	_ = out.Write([]string{"symbol", "name", "class", "group", "quantity", "price", "currency", "price_date", "value", "cost", "unrealised", "base_currency", "status"}) // Flush reports
	for _, h := range a.Holdings {
		price := ""
		if h.Price.Known {
			price = h.Price.Decimal.String()
		}
		day := ""
		if !h.PriceDate.IsNone() && h.PriceDate != 0 {
			day = h.PriceDate.String()
		}
		_ = out.Write([]string{h.Symbol, h.Instrument.Name, string(h.Instrument.Class), string(h.Group), h.Quantity.String(), price, string(h.Instrument.Currency), day, bare(h.Value), bare(h.Cost), bare(h.Unrealised), string(a.Base), string(h.Value.Status)})
	}
	for _, c := range a.Cash {
		_ = out.Write([]string{string(c.Currency), c.Account, "cash", "cash", c.Amount.String(), "1", string(c.Currency), a.AsOf.String(), bare(c.Value), "", "", string(a.Base), string(c.Value.Status)})
	}
	out.Flush()
	return out.Error()
}

// bare is the number of a figure as it is in data; empty when unknown.
func bare(f analysis.Figure) string {
	if !f.Known() {
		return ""
	}
	return f.Amount.Decimal.String()
}
