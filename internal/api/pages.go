package api

import (
	"cmp"
	"encoding/base64"
	"slices"

	"github.com/foliosight/foliosight/finance/ledger"
)

// Paged is the part of inputs that asks for a page of a list.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"500" doc:"The next of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"10000" default:"1000" doc:"At most so many."`
}

// Paging is the part of a list that leads on.
type Paging struct {
	Next  string `json:"next,omitempty" doc:"Cursor of the next page; absent on the last."`
	Total int    `json:"total" doc:"How many there are in all." example:"3"`
}

// page cuts the page that was asked for out of a list. key names an item for good, in
// the order of the list or not: where what the cursor names is gone, the reading starts
// again, for nothing says any more where it was.
func page[T any](in Paged, all []T, key func(T) string) ([]T, Paging, error) {
	p := Paging{Total: len(all)}
	if in.Cursor != "" {
		after, err := base64.RawURLEncoding.DecodeString(in.Cursor)
		i := slices.IndexFunc(all, func(x T) bool { return key(x) == string(after) })
		if err != nil || i < 0 {
			return nil, p, &ledger.Fault{Field: "cursor", Value: in.Cursor, Problem: "it leads nowhere: what it names is gone, or it was not given by this list", Cure: "start again without it"}
		}
		all = all[i+1:]
	}
	limit := cmp.Or(in.Limit, 1000)
	if len(all) > limit {
		all = all[:limit]
		p.Next = base64.RawURLEncoding.EncodeToString([]byte(key(all[limit-1])))
	}
	return all, p, nil
}
