package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// WatchlistDetail is a list of instruments that somebody watches.
type WatchlistDetail struct {
	ID       string       `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name     string       `json:"name" doc:"Name, unique among yours." example:"Ideas"`
	Mine     bool         `json:"mine" doc:"Whether it is yours; else a member of your household shows it to you."`
	Shared   bool         `json:"shared" doc:"Whether the other members of the household see it."`
	Position int          `json:"position" doc:"Among your lists." example:"1"`
	Revision int64        `json:"revision" doc:"Raised with each change of name, sharing or position." example:"1"`
	Created  time.Time    `json:"created" doc:"When it was made."`
	Entries  []WatchEntry `json:"entries" nullable:"false" doc:"What is in it, in its order."`
}

// WatchEntry is one instrument of a list.
type WatchEntry struct {
	Symbol string    `json:"symbol" doc:"Symbol." example:"AAPL"`
	Note   string    `json:"note,omitempty" doc:"Your note." example:"cheap below 180"`
	Added  time.Time `json:"added" doc:"Since when it is in the list."`
}

// WatchlistList is the lists somebody sees.
type WatchlistList struct {
	Items []WatchlistDetail `json:"items" nullable:"false" doc:"Yours in their order, then those that others show you."`
	Paging
}

// WatchedList is a list with what is known of what is in it.
type WatchedList struct {
	WatchlistDetail
	Quotes []WatchedQuote `json:"quotes" nullable:"false" doc:"Of each entry, in the same order."`
}

// WatchedQuote is an entry's quote with your target.
type WatchedQuote struct {
	PriceQuote
	Target *TargetDetail `json:"target,omitempty" doc:"Your target; absent: none."`
	Notes  int           `json:"notes" doc:"How many research notes you see on it." example:"0"`
}

func watchlistOf(w *store.Watchlist, user string) WatchlistDetail {
	out := WatchlistDetail{ID: w.ID, Name: w.Name, Mine: w.User == user, Shared: w.Shared, Position: w.Position, Revision: w.Revision, Created: w.Created, Entries: make([]WatchEntry, len(w.Entries))}
	for i, e := range w.Entries {
		out.Entries[i] = WatchEntry{e.Symbol, e.Note, e.Added}
	}
	return out
}

// OfWatchlist is the part of inputs that names a list.
type OfWatchlist struct {
	Watchlist string `path:"watchlist" doc:"Id of the list." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
}

type watchlistOut struct{ Body WatchlistDetail }

func (s *server) watchlists() {
	const path, one = "/watchlists", "/watchlists/{watchlist}"
	answer := func(c service.Caller, w store.Watchlist, err error) (*watchlistOut, error) {
		return &watchlistOut{watchlistOf(&w, c.User)}, err
	}
	add(s, route{method: "GET", path: path, id: "list-watchlists", tag: tagResearch, summary: "Your watchlists", about: "Yours, and those that others of your household show you."},
		func(ctx context.Context, c service.Caller, in *struct{ Paged }) (*struct{ Body WatchlistList }, error) {
			all, err := s.svc.Watchlists(ctx, c)
			if err != nil {
				return nil, err
			}
			all, paging, err := page(in.Paged, all, func(w store.Watchlist) string { return w.ID })
			out := WatchlistList{Items: make([]WatchlistDetail, len(all)), Paging: paging}
			for i := range all {
				out.Items[i] = watchlistOf(&all[i], c.User)
			}
			return &struct{ Body WatchlistList }{out}, err
		})
	add(s, route{method: "POST", path: path, id: "create-watchlist", tag: tagResearch, status: 201, errors: []int{409, 422}, summary: "Begin a watchlist", about: "Empty, after your others."},
		func(ctx context.Context, c service.Caller, in *struct {
			Body struct {
				Name string `json:"name" maxLength:"80" doc:"Name." example:"Ideas"`
			}
		}) (*watchlistOut, error) {
			w, err := s.svc.CreateWatchlist(ctx, c, in.Body.Name)
			return answer(c, w, err)
		})
	add(s, route{method: "GET", path: one, id: "get-watchlist", tag: tagResearch, errors: []int{404}, summary: "A watchlist with quotes", about: "Each entry with its last stored price, your target and what it promises."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfWatchlist
			WhichMarket
		}) (*struct{ Body WatchedList }, error) {
			w, err := s.svc.Watched(ctx, c, in.Watchlist, in.Simulated)
			if err != nil {
				return nil, err
			}
			out := WatchedList{watchlistOf(&w.Watchlist, c.User), []WatchedQuote{}}
			for i := range w.Rows {
				r := &w.Rows[i]
				out.Quotes = append(out.Quotes, WatchedQuote{quoteOf(&r.Quote), targetOf(r.Target), r.Notes})
			}
			return &struct{ Body WatchedList }{out}, nil
		})
	add(s, route{method: "PATCH", path: one, id: "change-watchlist", tag: tagResearch, errors: []int{403, 404, 409, 422}, summary: "Rename, share or move a watchlist", about: "What is not given stays as it is."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfWatchlist
			Body struct {
				Revision int64   `json:"revision,omitempty" minimum:"1" doc:"The one you saw; refused with 409 if it moved on. Absent: any." example:"1"`
				Name     *string `json:"name,omitempty" maxLength:"80" doc:"Name." example:"Ideas"`
				Shared   *bool   `json:"shared,omitempty" doc:"Whether the other members of the household see it."`
				Position *int    `json:"position,omitempty" minimum:"0" maximum:"1000" doc:"Among your lists." example:"1"`
			}
		}) (*watchlistOut, error) {
			b := in.Body
			w, err := s.svc.ChangeWatchlist(ctx, c, in.Watchlist, service.WatchlistChange{Revision: b.Revision, Name: b.Name, Shared: b.Shared, Position: b.Position})
			return answer(c, w, err)
		})
	add(s, route{method: "DELETE", path: one, id: "delete-watchlist", tag: tagResearch, status: 204, errors: []int{403, 404}, summary: "Delete a watchlist", about: "Targets and notes stay."},
		func(ctx context.Context, c service.Caller, in *OfWatchlist) (*none, error) {
			return &none{}, s.svc.DeleteWatchlist(ctx, c, in.Watchlist)
		})
	add(s, route{method: "PUT", path: one + "/entries/{symbol}", id: "watch", tag: tagResearch, errors: []int{403, 404, 422}, summary: "Watch an instrument", about: "At the end of the list; one that is in it gets the note. Nothing needs to be stored of it yet."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfWatchlist
			OfSymbol
			Body struct {
				Note string `json:"note,omitempty" maxLength:"500" doc:"Your note." example:"cheap below 180"`
			}
		}) (*watchlistOut, error) {
			w, err := s.svc.Watch(ctx, c, in.Watchlist, in.Symbol, in.Body.Note)
			return answer(c, w, err)
		})
	add(s, route{method: "DELETE", path: one + "/entries/{symbol}", id: "unwatch", tag: tagResearch, status: 204, errors: []int{403, 404}, summary: "Stop watching an instrument", about: "Out of this list; targets and notes stay."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfWatchlist
			OfSymbol
		}) (*none, error) {
			return &none{}, s.svc.Unwatch(ctx, c, in.Watchlist, in.Symbol)
		})
	add(s, route{method: "PUT", path: one + "/order", id: "order-watchlist", tag: tagResearch, errors: []int{403, 404, 422}, summary: "Order a watchlist", about: "Those that are not named follow as they were."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfWatchlist
			Body struct {
				Symbols []string `json:"symbols" maxItems:"500" nullable:"false" doc:"The first ones, in order." example:"[\"MSFT\",\"AAPL\"]"`
			}
		}) (*watchlistOut, error) {
			w, err := s.svc.OrderWatchlist(ctx, c, in.Watchlist, in.Body.Symbols)
			return answer(c, w, err)
		})
}
