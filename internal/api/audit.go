package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Event is one row of the audit trail.
type Event struct {
	Sequence  int64           `json:"sequence" doc:"Counts from 1 without gaps." example:"42"`
	At        time.Time       `json:"at" doc:"When."`
	User      string          `json:"user" doc:"Id of who did it."`
	Action    string          `json:"action" doc:"What was done." example:"portfolio.update"`
	Object    string          `json:"object" doc:"To what: its kind and id."`
	Portfolio string          `json:"portfolio,omitempty" doc:"The portfolio it is part of."`
	Before    json.RawMessage `json:"before,omitempty" doc:"What it was; absent where there was nothing, or it was erased."`
	After     json.RawMessage `json:"after,omitempty" doc:"What it became."`
	Hash      string          `json:"hash" doc:"SHA-256 of this event and the hash of the one before, in hex."`
}

// EventList is a page of the audit trail.
type EventList struct {
	Items []Event `json:"items" nullable:"false" doc:"In order, the oldest first."`
	Next  int64   `json:"next,omitempty" doc:"Send it as after for the next page; absent on the last." example:"100"`
}

// TrailCheck is what recomputing the audit trail found.
type TrailCheck struct {
	Intact bool   `json:"intact" doc:"Whether every event follows from the one before."`
	Events int64  `json:"events" doc:"Events that hold, from the first on." example:"42"`
	Found  string `json:"found,omitempty" doc:"Where the chain is broken."`
}

func (s *server) audit() {
	add(s, route{method: "GET", path: "/audit", id: "list-events", tag: tagAudit, errors: []int{422}, summary: "The audit trail", about: "What was done to portfolios that you see, what you did yourself and, for owners, what concerns everybody. Looks at another's portfolio are among them; those at one's own are not."},
		func(ctx context.Context, c service.Caller, in *struct {
			After int64 `query:"after" minimum:"0" doc:"Those after this sequence number."`
			Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many."`
		}) (*struct{ Body EventList }, error) {
			all, err := s.svc.Events(ctx, c, in.After, in.Limit+1)
			var out EventList
			if len(all) > in.Limit {
				all = all[:in.Limit]
				out.Next = all[in.Limit-1].Sequence
			}
			out.Items = make([]Event, len(all))
			for i, e := range all {
				out.Items[i] = Event{Sequence: e.Sequence, At: e.At, User: e.User, Action: e.Action, Object: e.Object, Portfolio: e.Portfolio,
					Before: e.Before, After: e.After, Hash: hex.EncodeToString(e.Hash)}
			}
			return &struct{ Body EventList }{out}, err
		})
	add(s, route{method: "GET", path: "/audit/verification", id: "verify-events", tag: tagAudit, class: classHeavy, errors: []int{403}, summary: "Recompute the audit trail", about: "Reads every event and holds it against the one before it."},
		func(ctx context.Context, c service.Caller, _ *struct{}) (*struct{ Body TrailCheck }, error) {
			count, err := s.svc.VerifyEvents(ctx, c)
			out := TrailCheck{Intact: err == nil, Events: count}
			if errors.Is(err, store.ErrDamaged) {
				out.Found, err = err.Error(), nil
			}
			return &struct{ Body TrailCheck }{out}, err
		})
}
