package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// researchErrors is what was typed into the forms of a target and a note, and what is
// wrong with it.
type researchErrors struct {
	price, horizon, why, text string
	target, note              map[string]string
}

// research is the caller's target and what is written about the instrument.
func (p *instrumentPage) research(v *view.Instrument, errs researchErrors) {
	p.target(v, errs)
	for i := range p.d.Notes {
		n := &p.d.Notes[i]
		item := view.NoteItem{Text: n.Text, Meta: p.day(n.Edited)}
		if n.User == p.caller.User {
			item.Meta += " · yours"
			if n.Shared {
				item.Meta += ", shared with your household"
			}
			item.Delete = &view.Action{Label: "Delete", Href: p.path + "/notes/delete", Fields: []view.Hidden{{Name: "id", Value: n.ID}}}
		} else {
			item.Meta += " · shared by a member of your household"
		}
		v.Notes = append(v.Notes, item)
	}
	if p.caller.Link != "" {
		return
	}
	shared := view.Field{Name: "shared", Label: "Who sees it", Kind: "check", Hint: "Members of your household see it too", Width: "w6"}
	fields := withErrors([]view.Field{{Name: "text", Label: "Note", Kind: "area", Value: errs.text, Width: "w6", Need: true}, shared}, errs.note)
	v.NoteForm = &view.Form{Action: p.path + "/notes", Submit: "Write the note", Fields: fields, Errors: summary(fields, errs.note)}
}

func (p *instrumentPage) target(v *view.Instrument, errs researchErrors) {
	c := &v.Target
	w := p.w
	if t := p.d.Target; t != nil {
		c.Note = "yours, " + p.day(t.Set)
		c.Price = p.locale.Price(t.Target.Price.Decimal)
		if t.Expectation.Target.Known() {
			c.Price = p.locale.Price(t.Expectation.Target.Amount.Decimal.Round(4))
		}
		c.Price += " " + string(t.Currency)
		if r := t.Return; r.Known() {
			c.Expected = w.text(r, percent1, true) + " to go"
			c.Tone = toneOf(c.Expected)
		}
		if t.Horizon != 0 && !t.Horizon.IsNone() {
			c.Note += ", for " + format.Date(t.Horizon)
			if t.Annual.Known() {
				c.Rows = append(c.Rows, view.Row{Name: "A year", Value: w.text(t.Annual, percent1, true)})
			}
		}
		if t.Dividends.Known() && t.TotalReturn.Known() && !t.Dividends.Amount.Decimal.IsZero() {
			c.Rows = append(c.Rows, view.Row{Name: "With dividends", Value: w.text(t.TotalReturn, percent1, true), Mark: view.Estimated, MarkText: "dividends estimated from the last twelve months"})
		}
		if t.Note != "" {
			c.Rows = append(c.Rows, view.Row{Name: t.Note})
		}
		p.targetLine(c, t.Expectation.Target.Amount)
		c.Drop = &view.Action{Label: "Take it back", Href: p.path + "/target/delete"}
	} else {
		c.Missing = "You have set none. A target is yours alone and is held against the last price."
	}
	if len(p.d.Targets) > 1 {
		c.History = view.PartTable{Caption: "Earlier targets", Head: heads("Set", ">Price", "Note")}
		for i := 1; i < len(p.d.Targets); i++ {
			t := &p.d.Targets[i]
			price := "taken back"
			if t.Price.Known {
				price = p.locale.Price(t.Price.Decimal) + " " + string(t.Currency)
			}
			c.History.Rows = append(c.History.Rows, []view.PartCell{leftCell(p.day(t.Set), "pa nowrap"), numberCell(price, "pb"), leftCell(t.Note, "pc")})
		}
	}
	if p.caller.Link != "" {
		c.Drop = nil
		return
	}
	fields := withErrors([]view.Field{
		{Name: "price", Label: "Price of one", Kind: "number", Value: errs.price, Unit: string(p.d.Prices.Currency), Need: true, Auto: "off", Width: "w3"},
		{Name: "horizon", Label: "By", Kind: "date", Value: errs.horizon, Width: "w3"},
		{Name: "why", Label: "Why", Kind: "text", Value: errs.why, Width: "w6", Auto: "off"},
	}, errs.target)
	c.Form = &view.Form{Action: p.path + "/target", Submit: "Set the target", Fields: fields, Errors: summary(fields, errs.target)}
}

// targetLine places price and target on a line with a margin on both sides.
func (p *instrumentPage) targetLine(c *view.TargetCard, aim money.Optional) {
	now := p.d.Quote.Price.Amount
	if !aim.Known || !now.Known {
		return
	}
	low, high := now.Decimal, aim.Decimal
	if high.Less(low) {
		low, high = high, low
	}
	pad := high.Sub(low).DivRound(money.Int(3), 8)
	low, high = low.Sub(pad), high.Add(pad)
	c.Now, c.Aim = per(now.Decimal, low, high), per(aim.Decimal, low, high)
	c.NowText, c.AimText = "now "+p.locale.Price(now.Decimal.Round(4)), "target "+p.locale.Price(aim.Decimal.Round(4))
	if aim.Decimal.Less(now.Decimal) {
		c.NowText, c.AimText = c.AimText, c.NowText
	}
}

// symbolHere is the instrument of the address, and whether it is of the simulated market.
func (r *request) symbolHere() (symbol string, simulated bool) {
	return r.PathValue("symbol"), r.simulated()
}

func (s *site) setTarget(r *request) error {
	symbol, simulated := r.symbolHere()
	e := researchErrors{price: r.PostFormValue("price"), horizon: r.PostFormValue("horizon"), why: strings.TrimSpace(r.PostFormValue("why")), target: map[string]string{}}
	t := store.Target{Symbol: symbol, Note: e.why, Horizon: date.None}
	price, err := r.locale.Parse(e.price)
	if err != nil {
		e.target["price"] = sentence(err.Error())
	}
	t.Price = money.Some(price)
	if e.horizon != "" {
		if t.Horizon, err = date.Parse(e.horizon); err != nil {
			e.target["horizon"] = "Choose the day, like 2027-06-30."
		}
	}
	if len(e.target) == 0 {
		_, err := s.svc.SetTarget(r.Context(), r.caller, t, simulated)
		if err == nil {
			r.toast(flash{Text: fmt.Sprintf("Target of %s: %s", symbol, r.locale.Price(price))})
			return r.to(r.address(instrumentPath(symbol)) + "#notes")
		}
		if e.target = faultsByField(err); e.target == nil {
			return err
		}
	}
	return s.showInstrument(r, http.StatusUnprocessableEntity, e)
}

func (s *site) dropTarget(r *request) error {
	symbol, _ := r.symbolHere()
	if err := s.svc.DropTarget(r.Context(), r.caller, symbol); err != nil {
		return err
	}
	r.toast(flash{Text: "Taken back: your target of " + symbol})
	return r.to(r.address(instrumentPath(symbol)) + "#notes")
}

func (s *site) writeNote(r *request) error {
	symbol, _ := r.symbolHere()
	e := researchErrors{text: r.PostFormValue("text")}
	_, err := s.svc.WriteNote(r.Context(), r.caller, symbol, e.text, r.PostFormValue("shared") != "")
	if err == nil {
		r.toast(flash{Text: "Note on " + symbol + " written"})
		return r.to(r.address(instrumentPath(symbol)) + "#notes")
	}
	if e.note = oneFault(err, "text"); e.note == nil {
		return err
	}
	return s.showInstrument(r, http.StatusUnprocessableEntity, e)
}

func (s *site) deleteNote(r *request) error {
	symbol, _ := r.symbolHere()
	if err := s.svc.DeleteNote(r.Context(), r.caller, r.PostFormValue("id")); err != nil {
		return err
	}
	r.toast(flash{Text: "Note on " + symbol + " deleted"})
	return r.to(r.address(instrumentPath(symbol)) + "#notes")
}

// profileText is what a source says that the instrument is.
func (p *instrumentPage) profileText() (text, from string) {
	profile := p.d.Reference.Profile
	if profile == nil || profile.Description == "" {
		return "", ""
	}
	return clipped(profile.Description, 700), said(profile.Sourced)
}
