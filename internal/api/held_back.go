package api

import (
	"context"
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Doubting is the values that are not believed until somebody decides.
type Doubting interface {
	HeldBack(ctx context.Context, c service.Caller, f service.HeldFilter) (service.HeldPage, error)
	Decide(ctx context.Context, c service.Caller, id string, v store.Verdict) (store.HeldValue, error)
}

// HeldValue is a value that is kept out of its series until somebody decides.
type HeldValue struct {
	ID        string    `json:"id" doc:"Id of the value." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Own       bool      `json:"own" doc:"Whether it is of a series of your own household; else all who use the installation share it."`
	Kind      string    `json:"kind" enum:"price,total,fx,rate" doc:"What the series measures."`
	Symbol    string    `json:"symbol" doc:"Its symbol." example:"AAPL"`
	Source    string    `json:"source" doc:"Who says so." example:"polygon"`
	Day       date.Date `json:"day" doc:"The day of the value."`
	Value     *float64  `json:"value" doc:"The close that came; null: none did." example:"15.78"`
	Expected  *float64  `json:"expected" doc:"The close that was expected; null: nothing can be said." example:"157.75"`
	Finding   string    `json:"finding" doc:"What sort of thing is wrong with it." example:"unit-mixup"`
	Reason    string    `json:"reason" doc:"The same in a sentence."`
	Found     time.Time `json:"found" doc:"When it was found."`
	Decision  string    `json:"decision" enum:"open,accepted,corrected,dropped" doc:"What was decided; open: nothing yet."`
	Corrected *float64  `json:"corrected" doc:"The close that stands instead; null: none does." example:"157.75"`
	Decided   time.Time `json:"decided,omitzero" doc:"When it was decided."`
	By        string    `json:"decided_by,omitempty" doc:"Id of who decided."`
	Note      string    `json:"note,omitempty" doc:"Why." example:"The close on the page of the exchange"`
}

func heldValueOf(h store.HeldValue) HeldValue {
	known := func(x float64) *float64 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
		return &x
	}
	return HeldValue{ID: h.ID, Own: h.Own, Kind: string(h.Kind), Symbol: h.Symbol, Source: h.Source, Day: h.Day, Value: known(h.Bar.Close), Expected: known(h.Expected), Finding: h.Finding,
		Reason: h.Reason, Found: h.Found, Decision: string(h.Decision), Corrected: known(h.Corrected), Decided: h.Decided, By: h.By, Note: h.Note}
}

// HeldValueList is a page of held values.
type HeldValueList struct {
	Items []HeldValue `json:"items" nullable:"false" doc:"The newest found first."`
	Next  string      `json:"next,omitempty" doc:"Cursor of the next page; absent on the last."`
}

// Verdict decides about a held value.
type Verdict struct {
	Decision  string  `json:"decision" enum:"accepted,corrected,dropped,open" doc:"accepted: it stands as it came; corrected: another close does; dropped: the day has no value; open: an earlier decision is taken back." example:"corrected"`
	Corrected float64 `json:"corrected,omitempty" minimum:"0" doc:"The close that is to stand, with corrected." example:"157.75"`
	Note      string  `json:"note,omitempty" maxLength:"1000" doc:"Why; it is kept with the decision."`
}

func (s *server) heldBack() {
	add(s, route{method: "GET", path: "/held-back", id: "list-held-back", tag: tagPrices, summary: "Values that are not believed",
		about: "Values of a source that cannot be right are kept out of their series until somebody decides: no figure uses them. Those of what you hold or watch; of everything for who runs the installation. Those that were decided are among them unless a decision is asked for."},
		func(ctx context.Context, c service.Caller, in *struct {
			Decision string `query:"decision" enum:"open,accepted,corrected,dropped" doc:"Those alone about which this was decided."`
			Symbol   string `query:"symbol" maxLength:"100" doc:"Those of one symbol." example:"AAPL"`
			Cursor   string `query:"cursor" maxLength:"36" doc:"next of the page before."`
			Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"At most so many."`
		}) (*struct{ Body HeldValueList }, error) {
			page, err := s.svc.HeldBack(ctx, c, service.HeldFilter{Decision: store.Decision(in.Decision), Symbol: in.Symbol, Before: in.Cursor, Limit: in.Limit})
			out := HeldValueList{Items: make([]HeldValue, len(page.Values)), Next: page.Next}
			for i, h := range page.Values {
				out.Items[i] = heldValueOf(h)
			}
			return &struct{ Body HeldValueList }{out}, err
		})
	add(s, route{method: "POST", path: "/held-back/{held}/decision", id: "decide-held-back", tag: tagPrices, errors: []int{403, 404, 409, 422}, summary: "Decide about a value",
		about: "The series follows in the same transaction, and the audit trail has who decided. About what all share, who runs the installation decides; others enter a price of their own, which wins. One that is decided already: 409; open takes that back."},
		func(ctx context.Context, c service.Caller, in *struct {
			Held string `path:"held" maxLength:"36" doc:"Id of the value."`
			Body Verdict
		}) (*struct{ Body HeldValue }, error) {
			h, err := s.svc.Decide(ctx, c, in.Held, store.Verdict{Decision: store.Decision(in.Body.Decision), Corrected: in.Body.Corrected, Note: in.Body.Note})
			return &struct{ Body HeldValue }{heldValueOf(h)}, err
		})
}
