package api

import (
	"context"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
)

// Tagging is what is done with the tags of bookings.
type Tagging interface {
	Tags(ctx context.Context, c service.Caller, portfolio string) ([]service.TagUse, error)
	TagBookings(ctx context.Context, c service.Caller, portfolio string, expected int64, ids []string, change service.TagChange) (service.Booked, error)
	RenameTag(ctx context.Context, c service.Caller, portfolio, tag, name string) ([]service.Retagged, error)
	MergeTags(ctx context.Context, c service.Caller, portfolio string, tags []string, into string) ([]service.Retagged, error)
	DeleteTag(ctx context.Context, c service.Caller, portfolio, tag string) ([]service.Retagged, error)
}

// TagUse is a tag and how it is used.
type TagUse struct {
	Tag        string    `json:"tag" doc:"The tag, in lower case." example:"savings plan"`
	Count      int       `json:"count" doc:"Bookings in force that bear it." example:"24"`
	Portfolios int       `json:"portfolios" doc:"Portfolios that they are in." example:"2"`
	Last       date.Date `json:"last_used" doc:"Day of the latest of them." example:"2025-06-02"`
}

// TagList is the tags there are.
type TagList struct {
	Items []TagUse `json:"items" nullable:"false" doc:"In order of the alphabet."`
}

// Retagged is what became of a tag in one portfolio.
type Retagged struct {
	Portfolio string `json:"portfolio" doc:"Id of the portfolio." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Name      string `json:"name" doc:"Its name." example:"Family"`
	Version   int64  `json:"ledger_version,omitempty" doc:"The version of its ledger that the change made; absent: it changed nothing." example:"13"`
	Changed   int    `json:"changed" doc:"Bookings that were changed." example:"24"`
	Left      int    `json:"left" doc:"Bookings of closed periods that stayed as they are." example:"3"`
	Reason    string `json:"reason,omitempty" doc:"Why they did." example:"the books are closed through 2024-12-31"`
}

// RetaggedList is what became of a tag.
type RetaggedList struct {
	Items []Retagged `json:"items" nullable:"false" doc:"Portfolios in which there were bookings with it."`
}

// OfTags says whose tags.
type OfTags struct {
	Portfolio string `query:"portfolio" maxLength:"36" doc:"Id of a portfolio: its tags alone. Absent: those of all portfolios that you own. Of a portfolio that another shared with you, tags are asked for by its id."`
}

// OfTag names one.
type OfTag struct {
	Tag string `path:"tag" minLength:"1" maxLength:"200" doc:"The tag." example:"savings plan"`
}

type retaggedOut struct{ Body RetaggedList }

func retaggedOf(done []service.Retagged, err error) (*retaggedOut, error) {
	if err != nil {
		return nil, err
	}
	out := RetaggedList{Items: make([]Retagged, len(done))}
	for i, r := range done {
		out.Items[i] = Retagged(r)
	}
	return &retaggedOut{out}, nil
}

const retagging = " All in one transaction, as one version of each ledger that changes. Bookings of closed periods stay as they are; the answer says how many, and why. Once the period is open again it can be repeated for them."

func (s *server) tags() {
	add(s, route{method: "GET", path: "/tags", id: "list-tags", tag: tagTransactions, errors: []int{404}, summary: "The tags of bookings", about: "Each with the number of bookings that bear it and the day of the latest. Tags change no figure."},
		func(ctx context.Context, c service.Caller, in *struct{ OfTags }) (*struct{ Body TagList }, error) {
			uses, err := s.svc.Tags(ctx, c, in.Portfolio)
			out := TagList{Items: make([]TagUse, len(uses))}
			for i, u := range uses {
				out.Items[i] = TagUse(u)
			}
			return &struct{ Body TagList }{out}, err
		})
	add(s, route{method: "PATCH", path: "/tags/{tag}", id: "rename-tag", tag: tagTransactions, errors: []int{403, 404, 409, 422}, summary: "Rename a tag", about: "A name that is a tag already is refused: merge the two." + retagging},
		func(ctx context.Context, c service.Caller, in *struct {
			OfTags
			OfTag
			Body struct {
				Name string `json:"name" minLength:"1" maxLength:"200" doc:"What it is called from now on." example:"monthly plan"`
			}
		}) (*retaggedOut, error) {
			return retaggedOf(s.svc.RenameTag(ctx, c, in.Portfolio, in.Tag, in.Body.Name))
		})
	add(s, route{method: "POST", path: "/tags/merge", id: "merge-tags", tag: tagTransactions, errors: []int{403, 404, 409, 422}, summary: "Merge tags", about: "Bookings of any of them bear one instead. Which of them it was cannot be told afterwards but from their history." + retagging},
		func(ctx context.Context, c service.Caller, in *struct {
			OfTags
			Body struct {
				Tags []string `json:"tags" minItems:"1" maxItems:"100" nullable:"false" doc:"The tags." example:"[\"savings plan\",\"monthly plan\"]"`
				Into string   `json:"into" minLength:"1" maxLength:"200" doc:"The one that takes their place: one of them, or another." example:"plan"`
			}
		}) (*retaggedOut, error) {
			return retaggedOf(s.svc.MergeTags(ctx, c, in.Portfolio, in.Body.Tags, in.Body.Into))
		})
	add(s, route{method: "DELETE", path: "/tags/{tag}", id: "delete-tag", tag: tagTransactions, errors: []int{403, 404, 409}, summary: "Delete a tag", about: "Takes it off all bookings, which stay." + retagging},
		func(ctx context.Context, c service.Caller, in *struct {
			OfTags
			OfTag
		}) (*retaggedOut, error) {
			return retaggedOf(s.svc.DeleteTag(ctx, c, in.Portfolio, in.Tag))
		})
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/transactions/tags", id: "tag-transactions", tag: tagTransactions, limit: 4 << 20, errors: []int{403, 404, 409, 413, 422}, summary: "Tag many bookings", about: "Adds tags to bookings and takes others off, all or none, as one version of the ledger. Other tags stay; the answer has the ids of the rows that changed. A booking of a closed period is refused."},
		s.tagTransactions)
}

func (s *server) tagTransactions(ctx context.Context, c service.Caller, in *struct {
	OfLedger
	Body struct {
		IDs    []string `json:"ids" minItems:"1" maxItems:"10000" nullable:"false" doc:"Ids of the bookings in force." example:"[\"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10\"]"`
		Add    []string `json:"add,omitempty" maxItems:"20" doc:"Tags that they bear from now on: letters, digits, spaces, - and _, at most 40." example:"[\"savings plan\"]"`
		Remove []string `json:"remove,omitempty" maxItems:"100" doc:"Tags that they no longer bear." example:"[\"core\"]"`
	}
}) (*bookedOut, error) {
	expected, err := versionOf(in.IfMatch)
	if err != nil {
		return nil, err
	}
	if _, err := s.svc.Portfolio(ctx, c, in.Portfolio); err != nil {
		return nil, err
	}
	var faults ledger.Faults
	if faults, err = s.svc.MissingBookings(ctx, c, in.Portfolio, in.Body.IDs); err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, faults
	}
	b, err := s.svc.TagBookings(ctx, c, in.Portfolio, expected, in.Body.IDs, service.TagChange{Add: in.Body.Add, Remove: in.Body.Remove})
	return s.booked(ctx, c, in.Portfolio, b, err)
}
