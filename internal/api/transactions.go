package api

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// booking is a row of a ledger on the wire; BookingSchema describes it.
type booking struct {
	ledger.Transaction
	Origin     string `json:"origin"`
	Replaces   string `json:"replaces,omitempty"`
	Entered    int64  `json:"entered"`
	Superseded int64  `json:"superseded,omitempty"`
	Import     string `json:"import,omitempty"`
}

func bookingOf(r store.Row) booking {
	return booking{Transaction: r.Transaction, Origin: r.Origin, Replaces: r.Replaces, Entered: r.Entered, Superseded: r.Superseded, Import: r.Import}
}

func bookingsOf(rows []store.Row) []booking {
	out := make([]booking, len(rows))
	for i, r := range rows {
		out[i] = bookingOf(r)
	}
	return out
}

// BookingList is a page of bookings.
type BookingList struct {
	Items         []booking `json:"items" nullable:"false" doc:"The bookings."`
	Next          string    `json:"next,omitempty" doc:"Cursor of the next page; absent on the last." example:"2025-03-03.118.7"`
	Total         int       `json:"total" doc:"How many the filter selects in all." example:"412"`
	LedgerVersion int64     `json:"ledger_version" doc:"Version of the ledger." example:"12"`
}

type bookingListOut struct {
	ETag string `header:"ETag" doc:"Version of the ledger."`
	Link string `header:"Link" doc:"Address of the next page."`
	Body BookingList
}

// BookingHistory is a booking with everything it ever said.
type BookingHistory struct {
	Current       booking   `json:"current" doc:"What it says now, or said last where it was deleted (superseded is then set)."`
	History       []booking `json:"history" nullable:"false" doc:"All it ever said, the first first."`
	LedgerVersion int64     `json:"ledger_version" doc:"Version of the ledger." example:"12"`
}

// Booked is what a change of a ledger made.
type Booked struct {
	Version   int64     `json:"version" doc:"The new version of the ledger." example:"13"`
	Committed time.Time `json:"committed" doc:"When."`
	Kind      string    `json:"kind" enum:"book,edit,delete,import,undo,restore" doc:"What sort of change it was."`
	IDs       []string  `json:"ids" nullable:"false" doc:"Ids of the bookings that came in, in the order given."`
	Entered   int       `json:"entered" doc:"Bookings that came in." example:"1"`
	Removed   int       `json:"removed" doc:"Bookings that went out." example:"0"`
	FirstDate date.Date `json:"first_date,omitzero" doc:"The earliest day that it affects."`
}

type bookedOut struct {
	ETag     string `header:"ETag" doc:"The new version of the ledger."`
	Location string `header:"Location" doc:"Address of the booking, where one was made."`
	Body     Booked
}

func bookedOf(b service.Booked) Booked {
	v := b.Version
	ids := b.IDs
	if ids == nil {
		ids = []string{}
	}
	return Booked{Version: v.Version, Committed: v.Committed, Kind: string(v.Kind), IDs: ids, Entered: v.Entered, Removed: v.Removed, FirstDate: v.FirstDate}
}

// booked answers a change of a ledger.
func (s *server) booked(ctx context.Context, c service.Caller, portfolio string, b service.Booked, err error) (*bookedOut, error) {
	if err != nil {
		return nil, s.stale(ctx, c, portfolio, err, ledgerVersion)
	}
	out := &bookedOut{ETag: etag(b.Version.Version), Body: bookedOf(b)}
	if len(b.IDs) == 1 {
		out.Location = Prefix + "/portfolios/" + portfolio + "/transactions/" + b.IDs[0]
	}
	return out, nil
}

// OfLedger is the part of inputs that changes a ledger.
type OfLedger struct {
	OfPortfolio
	IfMatch string `header:"If-Match" doc:"The version of the ledger you saw, as an ETag gave it. Without it the change is made to whatever is there." example:"\"12\""`
}

// OfTransaction is the part of inputs that names a booking.
type OfTransaction struct {
	ID string `path:"transaction" doc:"Id of the booking." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
}

type filterIn struct {
	OfPortfolio
	From    string   `query:"from" format:"date" doc:"First day." example:"2025-01-01"`
	To      string   `query:"to" format:"date" doc:"Last day." example:"2025-06-30"`
	Types   []string `query:"type" doc:"Types, separated by commas." example:"buy,sell"`
	Symbols []string `query:"symbol" doc:"Symbols, separated by commas." example:"AAPL,MSFT"`
	Account []string `query:"account" doc:"Accounts, separated by commas." example:"ib"`
	Tags    []string `query:"tag" doc:"Tags, separated by commas: bookings with any of them." example:"savings plan"`
	Import  string   `query:"import" doc:"Id of an import: the bookings it made."`
	Text    string   `query:"text" maxLength:"200" doc:"Text in symbol, note, account or source." example:"bonus"`
	All     bool     `query:"all" doc:"With bookings that were edited or deleted since."`
	Order   string   `query:"order" enum:"newest,oldest" default:"newest" doc:"Which come first."`
	Cursor  string   `query:"cursor" doc:"The next of the page before."`
	Limit   int      `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many."`
}

func (in *filterIn) filter() (f store.Filter, err error) {
	f = store.Filter{Symbols: in.Symbols, Accounts: in.Account, Tags: in.Tags, Import: in.Import, Text: in.Text, All: in.All, Oldest: in.Order == "oldest", After: in.Cursor, Limit: in.Limit}
	if f.From, err = day("from", in.From); err != nil {
		return f, err
	}
	if f.To, err = day("to", in.To); err != nil {
		return f, err
	}
	for _, t := range in.Types {
		if _, ok := ledger.EffectOf(ledger.Type(t)); !ok {
			return f, &ledger.Fault{Field: "type", Value: t, Problem: "there is no such type of booking", Cure: fmt.Sprintf("use one of %v", ledger.Types())}
		}
		f.Types = append(f.Types, ledger.Type(t))
	}
	return f, nil
}

// day reads a day of a query; an empty one is None.
func day(field, text string) (date.Date, error) {
	if text == "" {
		return date.None, nil
	}
	d, err := date.Parse(text)
	if err != nil {
		return d, &ledger.Fault{Field: field, Value: text, Problem: "it is not a day", Cure: "use YYYY-MM-DD", Err: err}
	}
	return d, nil
}

type bookBody struct {
	Transactions []ledger.Transaction `json:"transactions" minItems:"1" maxItems:"10000" nullable:"false" doc:"The bookings, all or none."`
}

func (s *server) transactions() {
	const path = "/portfolios/{portfolio}/transactions"
	add(s, route{method: "GET", path: path, id: "list-transactions", tag: tagTransactions, errors: []int{404, 422}, summary: "The bookings of a portfolio", about: "A page of them, by day and order of entry. The version of the ledger is the ETag."}, s.listTransactions)
	add(s, route{method: "POST", path: path, id: "book", tag: tagTransactions, status: 201, limit: 16 << 20, errors: []int{403, 404, 409, 413, 422}, summary: "Book one or many", about: "All or none, as one version of the ledger. What could not have happened (a sale of more than is held) is refused with the booking and the cure. What goes without saying may be left out: the currency, and the account where there is only one."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfLedger
			Body bookBody
		}) (*bookedOut, error) {
			expected, err := versionOf(in.IfMatch)
			if err != nil {
				return nil, err
			}
			b, err := s.svc.Book(ctx, c, in.Portfolio, expected, in.Body.Transactions)
			return s.booked(ctx, c, in.Portfolio, b, err)
		})
	add(s, route{method: "GET", path: path + "/{transaction}", id: "get-transaction", tag: tagTransactions, errors: []int{404}, summary: "One booking with its history", about: "The id may be that of any row of its history."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			OfTransaction
		}) (*historyOut, error) {
			p, err := s.svc.Portfolio(ctx, c, in.Portfolio)
			if err != nil {
				return nil, err
			}
			b, err := s.svc.Transaction(ctx, c, in.Portfolio, in.ID)
			return &historyOut{ETag: etag(p.Version), Body: BookingHistory{Current: bookingOf(b.Current), History: bookingsOf(b.History), LedgerVersion: p.Version}}, err
		})
	add(s, route{method: "PUT", path: path + "/{transaction}", id: "edit-transaction", tag: tagTransactions, errors: []int{403, 404, 409, 422}, summary: "Change a booking", about: "Give it whole. What it said stays in its history; the id is that of the row in force, and the answer has the new one."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfLedger
			OfTransaction
			Body ledger.Transaction
		}) (*bookedOut, error) {
			expected, err := versionOf(in.IfMatch)
			if err != nil {
				return nil, err
			}
			b, err := s.svc.Edit(ctx, c, in.Portfolio, in.ID, expected, in.Body)
			return s.booked(ctx, c, in.Portfolio, b, err)
		})
	add(s, route{method: "DELETE", path: path + "/{transaction}", id: "delete-transaction", tag: tagTransactions, errors: []int{403, 404, 409, 422}, summary: "Delete a booking", about: "It stays in the history and can be restored. Refused where a later booking would no longer be possible."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfLedger
			OfTransaction
		}) (*bookedOut, error) {
			expected, err := versionOf(in.IfMatch)
			if err != nil {
				return nil, err
			}
			b, err := s.svc.Delete(ctx, c, in.Portfolio, expected, []string{in.ID})
			return s.booked(ctx, c, in.Portfolio, b, err)
		})
	add(s, route{method: "POST", path: path + "/{transaction}/restore", id: "restore-transaction", tag: tagTransactions, errors: []int{403, 404, 409, 422}, summary: "Restore a booking", about: "Brings a deleted booking back, or gives an edited one the words of the row that the id names."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfLedger
			OfTransaction
		}) (*bookedOut, error) {
			expected, err := versionOf(in.IfMatch)
			if err != nil {
				return nil, err
			}
			b, err := s.svc.Restore(ctx, c, in.Portfolio, in.ID, expected)
			return s.booked(ctx, c, in.Portfolio, b, err)
		})
}

type historyOut struct {
	ETag string `header:"ETag" doc:"Version of the ledger."`
	Body BookingHistory
}

func (s *server) listTransactions(ctx context.Context, c service.Caller, in *filterIn) (*bookingListOut, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	p, err := s.svc.Portfolio(ctx, c, in.Portfolio)
	if err != nil {
		return nil, err
	}
	page, err := s.svc.Transactions(ctx, c, in.Portfolio, f)
	if err != nil {
		return nil, err
	}
	out := &bookingListOut{ETag: etag(p.Version), Body: BookingList{Items: bookingsOf(page.Rows), Next: page.Next, Total: page.Total, LedgerVersion: p.Version}}
	if page.Next != "" {
		out.Link = "<" + Prefix + "/portfolios/" + in.Portfolio + "/transactions?" + in.next(page.Next) + `>; rel="next"`
	}
	return out, nil
}

// next is the query of the page after.
func (in *filterIn) next(cursor string) string {
	q := url.Values{"cursor": {cursor}, "limit": {strconv.Itoa(in.Limit)}, "order": {in.Order}}
	for name, value := range map[string]string{"from": in.From, "to": in.To, "import": in.Import, "text": in.Text} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, values := range map[string][]string{"type": in.Types, "symbol": in.Symbols, "account": in.Account, "tag": in.Tags} {
		for _, v := range values {
			q.Set(name, join(q.Get(name), v))
		}
	}
	if in.All {
		q.Set("all", "true")
	}
	return q.Encode()
}

func join(list, more string) string {
	if list == "" {
		return more
	}
	return list + "," + more
}
