package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Closing says through which day the books of a portfolio are closed.
type Closing struct {
	Sequence int64     `json:"sequence" doc:"Counts from 1; the last one counts." example:"1"`
	Through  date.Date `json:"through,omitzero" doc:"The last closed day; absent: the books are open."`
	Reason   string    `json:"reason,omitempty" doc:"Why." example:"Tax return of 2024"`
	User     string    `json:"user" doc:"Id of who did it."`
	At       time.Time `json:"at" doc:"When."`
}

func closingOf(c store.Closing) Closing {
	out := Closing{Sequence: c.Sequence, Reason: c.Reason, User: c.User, At: c.At}
	if !c.Through.IsNone() {
		out.Through = c.Through
	}
	return out
}

// ClosingList is what was closed and opened again.
type ClosingList struct {
	Items []Closing `json:"items" nullable:"false" doc:"In order, the oldest first; the last one counts."`
}

func (s *server) closings() {
	const path = "/portfolios/{portfolio}/closings"
	add(s, route{method: "GET", path: path, id: "list-closings", tag: tagPortfolios, errors: []int{404}, summary: "Closed periods", about: "What was closed and opened again. Nothing on or before the last closed day is booked, edited or deleted, and the rules for lots stay as they are."},
		func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*struct{ Body ClosingList }, error) {
			all, err := s.svc.Closings(ctx, c, in.Portfolio)
			out := ClosingList{Items: make([]Closing, len(all))}
			for i, one := range all {
				out.Items[i] = closingOf(one)
			}
			return &struct{ Body ClosingList }{out}, err
		})
	add(s, route{method: "POST", path: path, id: "close-books", tag: tagPortfolios, status: 201, errors: []int{403, 404, 409, 422}, summary: "Close a period, or open it again", about: "Takes the right to manage the portfolio. An earlier day than the current one, or none, opens what lies after it again and needs a reason."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Body struct {
				Through *date.Date `json:"through,omitempty" doc:"The last closed day; absent: open the books."`
				Reason  string     `json:"reason,omitempty" maxLength:"500" doc:"Why; asked for when books are opened again." example:"Tax return of 2024"`
			}
		}) (*struct{ Body Closing }, error) {
			through := date.None
			if in.Body.Through != nil {
				through = *in.Body.Through
			}
			closing, err := s.svc.CloseBooks(ctx, c, in.Portfolio, through, in.Body.Reason)
			return &struct{ Body Closing }{closingOf(closing)}, err
		})
}
