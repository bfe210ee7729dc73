package web

import (
	"cmp"
	"math"
	"net/http"
	"strings"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// heldShown is how many values that wait for a decision a page lists, decidedShown how
// many that were decided.
const (
	heldShown    = 50
	decidedShown = 10
)

// findingWords are what people call what is wrong with a value.
var findingWords = map[quality.Kind]string{
	quality.Stale: "old", quality.Missing: "missing", quality.ClosedDay: "day without a session", quality.ShiftedDays: "days shifted", quality.OutOfRange: "impossible day",
	quality.Duplicate: "two values for a day", quality.NotPositive: "not positive", quality.BadBar: "contradicts itself", quality.Spike: "spike", quality.Jump: "jump",
	quality.UnlistedSplit: "unknown split", quality.SplitNotShown: "split not shown", quality.SplitUnadjusted: "split not adjusted", quality.UnitMixup: "unit mixed up",
	quality.CurrencyMixup: "currency mixed up", quality.Inverted: "upside down", quality.Repeated: "repeated", quality.AdjustedDiffers: "adjusted differs",
	quality.BasisMismatch: "sources differ", quality.LevelMismatch: "sources differ", quality.Disagreement: "sources differ",
}

// findingWord names what is wrong with a value.
func findingWord(kind string) string {
	return cmp.Or(findingWords[quality.Kind(kind)], strings.ReplaceAll(kind, "-", " "))
}

// wrongCorrection is a correction that was not taken: what was typed and why.
type wrongCorrection struct{ id, typed, text string }

// heldBack are the values that wait for a decision and the last that were decided.
func (r *request) heldBack(v *view.DataStatus, wrong wrongCorrection) error {
	if r.caller.Link != "" {
		return nil // nothing of what others decide is for guests
	}
	open, err := r.site.svc.HeldBack(r.Context(), r.caller, service.HeldFilter{Decision: store.HeldOpen, Limit: heldShown})
	if err != nil {
		return err
	}
	for i := range open.Values {
		v.Held = append(v.Held, r.heldRow(&open.Values[i], wrong))
	}
	if len(v.Held) == 0 {
		v.HeldNone = "No value waits for a decision."
	}
	all, err := r.site.svc.HeldBack(r.Context(), r.caller, service.HeldFilter{Limit: heldShown})
	if err != nil {
		return err
	}
	for i := range all.Values {
		if h := &all.Values[i]; h.Decision != store.HeldOpen && len(v.Decided) < decidedShown {
			v.Decided = append(v.Decided, r.decidedRow(h))
		}
	}
	return nil
}

// decides reports whether the reader may decide about a value: who runs the installation
// about what all share, a tenant about its own.
func (r *request) decides(h *store.HeldValue) bool { return h.Own || r.caller.Operator }

func (r *request) heldWords(h *store.HeldValue) view.HeldRow {
	row := view.HeldRow{ID: h.ID, Symbol: h.Symbol, Source: sourceName(h.Source, h.Own), Day: format.Date(h.Day), Finding: findingWord(h.Finding),
		Value: r.level(h.Bar.Close, h.Kind), Expected: r.level(h.Expected, h.Kind), Reason: sentence(told(h.Reason)), Found: "found " + r.moment(h.Found)}
	return row
}

func (r *request) heldRow(h *store.HeldValue, wrong wrongCorrection) view.HeldRow {
	row := r.heldWords(h)
	if !r.decides(h) {
		if h.Kind == store.Prices {
			row.Own = &view.Link{Label: "Enter a price of your own", Href: r.address("/prices") + "?symbol=" + escape(h.Symbol)}
		}
		return row
	}
	to := r.address("/data/held/" + h.ID)
	row.Accept = &view.Action{Label: "Accept", Href: to, Fields: []view.Hidden{{Name: "decision", Value: string(store.HeldAccepted)}}}
	row.Drop = &view.Action{Label: "Drop this value", Href: to, Danger: true, Fields: []view.Hidden{{Name: "decision", Value: string(store.HeldDropped)}}}
	field := view.Field{Name: "corrected", ID: "corrected-" + h.ID, Label: "The close that is to stand", Kind: "number", Width: "w3", Need: true, Auto: "off"}
	if x, err := money.FromFloat(h.Expected); err == nil && h.Expected > 0 {
		field.Value = r.locale.Input(x.Round(6))
		field.Help = "Filled in with what was expected."
	}
	form := view.Form{Action: to, Submit: "Correct it", Hidden: []view.Hidden{{Name: "decision", Value: string(store.HeldCorrected)}}}
	note := view.Field{Name: "note", ID: "note-" + h.ID, Label: "Where it is from", Kind: "text", Width: "w3", Auto: "off", Help: "Kept with the decision; may stay empty."}
	if wrong.id == h.ID {
		field.Value, field.Error, field.Help = wrong.typed, wrong.text, ""
		form.Errors = []view.Link{{Label: field.Label + ": " + wrong.text, Href: "#f-" + field.ID}}
	}
	form.Fields = []view.Field{field, note}
	row.Correct = &form
	return row
}

func (r *request) decidedRow(h *store.HeldValue) view.HeldRow {
	row := r.heldWords(h)
	switch h.Decision {
	case store.HeldAccepted:
		row.Outcome = view.Tag{Text: "accepted"}
	case store.HeldCorrected:
		row.Outcome = view.Tag{Text: "corrected to " + r.level(h.Corrected, h.Kind)}
	default:
		row.Outcome = view.Tag{Text: "dropped"}
	}
	row.Who = r.moment(h.Decided)
	if h.By == r.user.ID && r.user.ID != "" {
		row.Who += " by you"
	}
	if h.Note != "" {
		row.Who += ": " + h.Note
	}
	if r.decides(h) {
		row.Undo = &view.Action{Label: "Take back", Href: r.address("/data/held/" + h.ID), Fields: []view.Hidden{{Name: "decision", Value: string(store.HeldOpen)}}}
	}
	return row
}

// level writes a value of a series: a price, a rate of exchange, or a rate of interest.
func (r *request) level(x float64, kind store.SeriesKind) string {
	switch {
	case math.IsNaN(x):
		return format.Unknown
	case kind == store.Rates:
		return r.locale.Percent(x, 2)
	case kind == store.FX || x != 0 && math.Abs(x) < 1:
		return r.locale.Float(x, 4)
	}
	return r.locale.Float(x, 2)
}

// decide accepts, corrects or drops a value, or takes that back.
func (s *site) decide(r *request) error {
	id := r.PathValue("held")
	v := store.Verdict{Decision: store.Decision(r.PostFormValue("decision")), Note: strings.TrimSpace(r.PostFormValue("note"))}
	typed := r.PostFormValue("corrected")
	if v.Decision == store.HeldCorrected {
		x, err := r.locale.Parse(typed)
		if err != nil || x.Sign() <= 0 {
			return s.showData(r, http.StatusUnprocessableEntity, wrongCorrection{id, typed, "A close is a number above zero, like " + r.locale.Float(1234.56, 2) + "."})
		}
		v.Corrected = x.Float64()
	}
	h, err := s.svc.Decide(r.Context(), r.caller, id, v)
	if errs := oneFault(err, "corrected"); errs != nil {
		for _, field := range sortedNames(errs) {
			return s.showData(r, http.StatusUnprocessableEntity, wrongCorrection{id, typed, errs[field]})
		}
	}
	if err != nil {
		return err
	}
	said := map[store.Decision]string{store.HeldAccepted: " accepted", store.HeldCorrected: " corrected to " + r.level(h.Corrected, h.Kind), store.HeldDropped: " dropped", store.HeldOpen: " waits for a decision again"}
	f := flash{Text: h.Symbol + " of " + format.Date(h.Day) + said[h.Decision]}
	if h.Decision != store.HeldOpen {
		f.Undo, f.Field = r.address("/data/held/"+id), map[string]string{"decision": string(store.HeldOpen)}
	}
	r.toast(f)
	return r.to(r.address("/data") + "#held")
}
