package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
)

// Version is one change of a ledger.
type Version struct {
	Version   int64     `json:"version" doc:"Counts from 1 without gaps." example:"12"`
	Committed time.Time `json:"committed" doc:"When."`
	User      string    `json:"user" doc:"Id of who made it."`
	Kind      string    `json:"kind" enum:"book,edit,delete,import,undo,restore" doc:"What sort of change it was."`
	Reason    string    `json:"reason,omitempty" doc:"Why, where it was said."`
	Import    string    `json:"import,omitempty" doc:"The import that made it."`
	FirstDate date.Date `json:"first_date,omitzero" doc:"The earliest day that it affects."`
	Entered   int       `json:"entered" doc:"Bookings that came in." example:"1"`
	Removed   int       `json:"removed" doc:"Bookings that went out." example:"0"`
}

// VersionList is a page of versions.
type VersionList struct {
	Items []Version `json:"items" nullable:"false" doc:"In order, the oldest first."`
	Next  int64     `json:"next,omitempty" doc:"Send it as after for the next page; absent on the last." example:"100"`
}

func (s *server) versions() {
	const path = "/portfolios/{portfolio}/versions"
	add(s, route{method: "GET", path: path, id: "list-versions", tag: tagTransactions, errors: []int{404, 422}, summary: "The changes of a ledger", about: "Each committed change is one version. Analyses can be asked as they were known at the time of one (known_on)."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			After int64 `query:"after" minimum:"0" doc:"Those after this version."`
			Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many."`
		}) (*struct{ Body VersionList }, error) {
			all, err := s.svc.Versions(ctx, c, in.Portfolio, in.After)
			var out VersionList
			if len(all) > in.Limit {
				all = all[:in.Limit]
				out.Next = all[in.Limit-1].Version
			}
			out.Items = make([]Version, len(all))
			for i, v := range all {
				out.Items[i] = Version{Version: v.Version, Committed: v.Committed, User: v.User, Kind: string(v.Kind), Reason: v.Reason, Import: v.Import, FirstDate: v.FirstDate, Entered: v.Entered, Removed: v.Removed}
			}
			return &struct{ Body VersionList }{out}, err
		})
	add(s, route{method: "POST", path: path + "/{version}/undo", id: "undo-version", tag: tagTransactions, errors: []int{403, 404, 409, 422}, summary: "Undo one change", about: "As a new version: what came in with it goes out, what went out comes back. 409 where something of it was changed again since."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfLedger
			Version int64 `path:"version" minimum:"1" doc:"The version to undo." example:"12"`
		}) (*bookedOut, error) {
			expected, err := versionOf(in.IfMatch)
			if err != nil {
				return nil, err
			}
			b, err := s.svc.UndoVersion(ctx, c, in.Portfolio, in.Version, expected)
			return s.booked(ctx, c, in.Portfolio, b, err)
		})
}
