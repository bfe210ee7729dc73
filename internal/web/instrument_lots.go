package web

import (
	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// cells of tables.
func leftCell(text, class string) view.PartCell { return view.PartCell{Text: text, Class: class} }

func numberCell(text, class string) view.PartCell {
	return view.PartCell{Text: text, Class: class, Right: true}
}

func amountCell(text, class string) view.PartCell {
	return view.PartCell{Text: text, Class: class, Right: true, Money: true}
}

func gainedCell(text, class string) view.PartCell {
	return view.PartCell{Text: text, Class: class, Right: true, Money: true, Tone: toneOf(text)}
}

func heads(words ...string) []view.Column {
	list := make([]view.Column, len(words))
	for i, word := range words {
		list[i] = view.Column{Label: word}
		if word != "" && word[0] == '>' {
			list[i].Label, list[i].Right = word[1:], true
		}
	}
	return list
}

// lots are the open and the closed lots, as the analysis has them.
func (p *instrumentPage) lots(v *view.Instrument) {
	pos := &p.d.Position
	if !pos.Ever() {
		v.LotsMiss = "Nothing of it was ever booked in " + pos.Name + "."
		return
	}
	v.LotsNote = lotWord(ledger.Method(pos.Lots)) + ", in " + string(pos.Base)
	open := view.LotsView{Label: "Open", Empty: "Nothing is held any more."}
	if h := pos.Holding; h != nil {
		open.Table = p.openLots(h)
		if len(h.Lots) == 0 {
			open.Empty = "Lots are kept where cost is known."
		}
	}
	closed := view.LotsView{Label: "Closed", Empty: "No lot was closed yet.", Table: p.closedLots()}
	if n := len(open.Table.Rows); n > 0 {
		open.Label += " " + p.locale.Count(n)
	}
	if n := len(closed.Table.Rows); n > 0 {
		closed.Label += " " + p.locale.Count(n)
	}
	v.Lots = []view.LotsView{open, closed}
	if pos.Holding == nil {
		v.Lots = []view.LotsView{closed, open}
	}
}

// lotWord names the way of matching lots; first in, first out unless a portfolio says
// otherwise.
func lotWord(m ledger.Method) string {
	for _, x := range methods {
		if x.method == m {
			return x.word
		}
	}
	if m == "" {
		return "First in, first out"
	}
	return "Lots by " + string(m)
}

func (p *instrumentPage) openLots(h *analysis.Holding) view.PartTable {
	w := p.w
	t := view.PartTable{Caption: "Open lots", Head: heads("Opened", ">Quantity", ">Cost each", ">Cost", ">Value", ">Gain", ">%", "Term", "Account")}
	for _, lot := range h.Lots {
		each := w.unitCost(lot.UnitCost)
		if lot.Currency != p.d.Position.Base {
			each += " " + string(lot.Currency)
		}
		gain := w.text(lot.Gain, whole, true)
		t.Rows = append(t.Rows, []view.PartCell{
			leftCell(format.Date(lot.Opened), "pa nowrap"), numberCell(w.Quantity(lot.Quantity), "pc"), numberCell(each, "drop-3"), amountCell(w.text(lot.Cost, whole, false), "drop-3"), amountCell(w.text(lot.Value, whole, false), "pb"),
			gainedCell(gain, "pd"), {Text: w.text(lot.GainReturn, percent1, true), Right: true, Tone: toneOf(gain), Class: "drop-2"}, leftCell(term(lot.LongTerm), "drop-2 nowrap"), leftCell(lot.Account, "drop-1 nowrap"),
		})
	}
	if len(t.Rows) > 1 {
		gain := w.text(h.Unrealised, whole, true)
		each := format.Unknown
		if h.UnitCost.Known {
			each = w.unitCost(h.UnitCost.Decimal)
		}
		t.Foot = []view.PartCell{leftCell(counted(w, len(h.Lots), "lot", "lots"), "pa"), numberCell(w.Quantity(h.Quantity), "pc"), numberCell(each, "drop-3"), amountCell(w.text(h.Cost, whole, false), "drop-3"), amountCell(w.text(h.Value, whole, false), "pb"),
			gainedCell(gain, "pd"), {Text: w.text(h.UnrealisedReturn, percent1, true), Right: true, Tone: toneOf(gain), Class: "drop-2"}, leftCell("", "drop-2"), leftCell("", "drop-1")}
	}
	return t
}

func term(long bool) string {
	if long {
		return "Long-term"
	}
	return "Short-term"
}

func (p *instrumentPage) closedLots() view.PartTable {
	w := p.w
	t := view.PartTable{Caption: "Closed lots", Head: heads("Closed", "Opened", ">Quantity", ">Cost", ">Proceeds", ">Gain", ">%", "Term", "How")}
	for _, lot := range p.d.Position.Closed {
		gain := w.text(lot.Gain, whole, true)
		opened := format.Unknown
		if lot.Opened != 0 {
			opened = format.Date(lot.Opened)
		}
		how := leftCell(typeName(lot.Type), "drop-1 nowrap")
		how.Note = lot.Note
		t.Rows = append(t.Rows, []view.PartCell{
			leftCell(format.Date(lot.Closed), "pa nowrap"), leftCell(opened, "drop-3 nowrap"), numberCell(w.Quantity(lot.Quantity), "pc"), amountCell(w.text(lot.Cost, whole, false), "drop-3"), amountCell(w.text(lot.Proceeds, whole, false), "pb"),
			gainedCell(gain, "pd"), {Text: w.text(lot.GainReturn, percent1, true), Right: true, Tone: toneOf(gain), Class: "drop-2"}, leftCell(term(lot.LongTerm), "drop-2 nowrap"), how,
		})
	}
	if len(t.Rows) > 1 {
		gain := w.text(p.d.Position.Realised, whole, true)
		t.Foot = []view.PartCell{leftCell(counted(w, len(t.Rows), "lot", "lots"), "pa"), leftCell("", "drop-3"), numberCell("", "pc"), amountCell("", "drop-3"), amountCell("", "pb"), gainedCell(gain, "pd"), numberCell("", "drop-2"), leftCell("", "drop-2"), leftCell("", "drop-1")}
	}
	return t
}

// mostBookings is how many bookings the page lists; all of them are under Transactions.
const mostBookings = 12

// bookings are the newest bookings of the instrument.
func (p *instrumentPage) bookings() view.PartTable {
	all := p.d.Position.Bookings
	t := view.PartTable{Caption: "Transactions", Head: heads("Date", "What", ">Quantity", ">Price", ">Amount", "Account")}
	for i := len(all) - 1; i >= 0 && len(t.Rows) < mostBookings; i-- {
		b := &all[i]
		what := leftCell(typeName(b.Type), "pc")
		if p.portfolio != nil && b.ID != "" && p.caller.Link == "" {
			what.Href = p.address("/transactions/" + b.ID)
		}
		quantity, price, sum := "", "", ""
		if b.Quantity.Known {
			quantity = p.locale.Quantity(b.Quantity.Decimal)
		}
		if b.Ratio != nil {
			quantity = p.locale.Quantity(b.Ratio.New) + ":" + p.locale.Quantity(b.Ratio.Old)
		}
		if b.Price.Known {
			price = p.locale.Price(b.Price.Decimal)
		}
		if cash, known := cashOf(b); known && !cash.IsZero() {
			sum = p.locale.Decimal(cash, 2) + " " + string(b.Currency)
		}
		t.Rows = append(t.Rows, []view.PartCell{leftCell(format.Date(b.Date), "pa nowrap"), what, numberCell(quantity, "pd"), numberCell(price, "drop-3"), amountCell(sum, "pb"), leftCell(b.Account, "drop-2 nowrap")})
	}
	t.Note = counted(p.w, len(all), "booking", "bookings")
	if len(all) > mostBookings {
		t.Note = "the newest " + p.locale.Count(mostBookings) + " of " + p.locale.Count(len(all))
	}
	return t
}

// options are the options on it that are held.
func (p *instrumentPage) options() view.PartTable {
	t := view.PartTable{Caption: "Options on it", Head: heads("Option", ">Quantity", ">Price", ">Value", ">Gain")}
	for i := range p.d.Position.Options {
		h := &p.d.Position.Options[i]
		name := leftCell(shortName(h), "pa")
		name.Href = p.address(instrumentPath(h.Symbol)) + p.kept()
		price := format.Unknown
		if h.Price.Known {
			price = p.locale.Price(h.Price.Decimal)
		}
		t.Rows = append(t.Rows, []view.PartCell{name, numberCell(p.locale.Quantity(h.Quantity), "pc"), numberCell(price, "drop-3"), amountCell(p.w.text(h.Value, whole, false), "pb"), gainedCell(p.w.text(h.Unrealised, whole, true), "pd")})
	}
	return t
}

// mostValues is how many entered prices are listed.
const mostValues = 24

// values are prices and valuations entered by hand.
func (p *instrumentPage) values() view.PartTable {
	t := view.PartTable{Caption: "Entered by hand", Head: heads("Date", "What", ">Price", "Note")}
	for _, o := range p.d.Prices.Entered[:min(len(p.d.Prices.Entered), mostValues)] {
		what := "Price"
		if o.Valuation {
			what = "Valuation"
		}
		t.Rows = append(t.Rows, []view.PartCell{leftCell(format.Date(o.Date), "pa nowrap"), leftCell(what, "pc"), numberCell(p.locale.Price(o.Price)+" "+string(o.Currency), "pb"), leftCell(o.Note, "drop-3")})
	}
	return t
}

// per is a share of a whole, for places on a line.
func per(x, low, high money.Decimal) float64 {
	span := high.Sub(low).Float64()
	if span <= 0 {
		return 50
	}
	return 100 * x.Sub(low).Float64() / span
}
