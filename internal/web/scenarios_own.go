package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/view"
)

// tried shows the form of an own scenario, and beside it what the shocks do.
func (p *scenariosPage) tried(v *view.Scenarios) error {
	own, places, errs := p.ownScenario(p.own)
	v.Nothing = &view.Empty{Icon: "waves", Title: "Nothing is shocked yet", Text: "Fill in one move or several. What you leave empty moves as is usual then."}
	if len(own.Shocks) > 0 && len(errs) == 0 {
		got, err := p.site.svc.TryScenario(p.Context(), p.caller, p.q, own)
		if err != nil {
			if errs = refusedShocks(err, places); errs == nil {
				return err
			}
		} else {
			if got.Name == "" {
				got.Name = "Your shocks"
			}
			v.Nothing, v.Chosen = nil, p.chosenScenario(&got)
			if v.Chosen.Missing == "" && p.portfolio != nil {
				v.Chosen.Keep = &view.KeepForm{Action: p.address("/scenarios"), Name: p.own.name, Hidden: p.hiddenOwn(p.own), Submit: "Keep scenario", Error: p.keep}
				if p.own.id != "" {
					v.Chosen.Keep.Submit = "Save changes"
				}
				if p.own.name == "" && p.keep == "" {
					v.Chosen.Keep.Name = p.suggestedName(&got)
				}
			}
		}
	}
	if len(errs) > 0 {
		v.Nothing = &view.Empty{Icon: "waves", Title: "These shocks cannot be evaluated", Text: "Put right what is marked."}
	}
	v.Own = p.form(p.own, errs)
	return nil
}

// keepScenario keeps what was tried, or what was deleted a moment ago.
func (s *site) keepScenario(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	if text := r.PostFormValue("kept"); text != "" {
		var own service.OwnScenario
		if err := json.Unmarshal([]byte(text), &own); err != nil {
			return service.ErrNotFound
		}
		own, err := s.svc.KeepScenario(r.Context(), r.caller, r.portfolio.ID, own)
		if err != nil {
			return err
		}
		r.toast(flash{Text: "Kept again: " + own.Name})
		return r.to(r.address("/scenarios?show=mine&id=" + escape(own.ID)))
	}
	p, err := r.scenariosPage()
	if err != nil {
		return err
	}
	p.show, p.own = showMine, p.readOwn()
	own, _, errs := p.ownScenario(p.own)
	if len(errs) > 0 {
		return p.write(http.StatusUnprocessableEntity)
	}
	kept, err := s.svc.KeepScenario(r.Context(), r.caller, r.portfolio.ID, own)
	if err != nil {
		refused := refusedShocks(err, nil)
		if refused == nil {
			return err
		}
		p.keep = refused["name"]
		return p.write(http.StatusUnprocessableEntity)
	}
	r.toast(flash{Text: "Kept: " + kept.Name})
	return r.to(r.address("/scenarios?show=mine&id=" + escape(kept.ID)))
}

// dropScenario deletes a kept scenario; its toast brings it back.
func (s *site) dropScenario(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	own, err := s.svc.DropScenario(r.Context(), r.caller, r.portfolio.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	text, err := json.Marshal(own)
	if err != nil {
		return err
	}
	r.toast(flash{Text: "Deleted: " + own.Name, Undo: r.address("/scenarios"), Field: map[string]string{"kept": string(text)}})
	return r.to(r.address("/scenarios?show=mine"))
}

// offeredLosses are shares of the value to ask for.
var offeredLosses = []string{"5", "10", "20", "30"}

// reverse asks for a loss and shows the likeliest way to it.
func (p *scenariosPage) reverse(v *view.Scenarios) error {
	text, unit := p.typedNumber(p.Form.Get("loss")), p.Form.Get("unit")
	if text == "" {
		text, unit = "10", "%"
	}
	if unit == "" {
		unit = "%"
	}
	base := string(p.w.a.Base)
	form := &view.ReverseForm{Action: p.address("/scenarios"), As: p.locale.Tag, Loss: text, Units: []view.Option{{Value: "%", Label: "% of value", Selected: unit == "%"}, {Value: base, Label: base, Selected: unit == base}}}
	for _, n := range offeredLosses {
		form.Offers = append(form.Offers, view.Link{Label: n + p.w.percentSign(), Href: p.at("show", showReverse, "loss", n, "unit", "%"), Current: unit == "%" && text == n})
	}
	v.Reverse = form
	loss, wrong := p.loss(text, unit)
	if wrong != "" {
		form.Error = wrong
		v.Nothing = &view.Empty{Icon: "waves", Title: "No loss to look for", Text: wrong}
		return nil
	}
	found, err := p.site.svc.ReverseScenario(p.Context(), p.caller, p.q, loss)
	var fault *ledger.Fault
	if errors.As(err, &fault) {
		form.Error = faultText(fault)
		v.Nothing = &view.Empty{Icon: "waves", Title: "No loss to look for", Text: form.Error}
		return nil
	}
	if err != nil {
		return err
	}
	found.Name = "Likeliest loss of " + p.lossWords(loss)
	found.Note = "Of all moves of the factors in which as much is lost, the one nearest to nothing. What is specific to single positions does not move."
	for i := range found.Shocks { // all of them are found, none is assumed: the largest first
		found.Shocks[i].Implied = true
	}
	v.Chosen = p.chosenScenario(&found)
	for i := range v.Chosen.Moves {
		v.Chosen.Moves[i].Why, v.Chosen.Moves[i].Quiet = "", false
	}
	v.Chosen.Tags = []view.Tag{{Text: "Reverse"}}
	v.Chosen.Direct = view.Figure{}
	return nil
}

// loss reads what is to be lost.
func (p *scenariosPage) loss(text, unit string) (loss service.Loss, wrong string) {
	d, err := p.locale.Parse(strings.TrimSpace(strings.TrimSuffix(text, "%")))
	switch {
	case err != nil:
		return loss, sentence(err.Error())
	case d.Sign() <= 0:
		return loss, "Give a loss as a positive number."
	case unit == "%":
		return service.Loss{Share: money.Some(d.DivRound(hundred, 8))}, ""
	}
	return service.Loss{Amount: money.Some(d)}, ""
}

func (p *scenariosPage) lossWords(loss service.Loss) string {
	if loss.Share.Known {
		return p.w.Quantity(loss.Share.Decimal.Mul(hundred)) + p.w.percentSign() + " of the value"
	}
	return p.w.Decimal(loss.Amount.Decimal, 0) + " " + string(p.w.a.Base)
}
