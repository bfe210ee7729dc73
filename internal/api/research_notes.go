package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// NoteDetail is a research note.
type NoteDetail struct {
	ID       string    `json:"id" doc:"Id." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	Symbol   string    `json:"symbol" doc:"What it is about." example:"AAPL"`
	Text     string    `json:"text" doc:"Plain text, as it was written; show it as text, not as HTML." example:"Margins up for the third quarter."`
	Mine     bool      `json:"mine" doc:"Whether you wrote it."`
	Shared   bool      `json:"shared" doc:"Whether the other members of the household see it."`
	Revision int64     `json:"revision" doc:"Raised with each edit." example:"1"`
	Created  time.Time `json:"created" doc:"When it was written."`
	Edited   time.Time `json:"edited" doc:"When it was last edited."`
}

func noteOf(n *store.ResearchNote, user string) NoteDetail {
	return NoteDetail{n.ID, n.Symbol, n.Text, n.User == user, n.Shared, n.Revision, n.Created, n.Edited}
}

// NoteList is notes.
type NoteList struct {
	Items []NoteDetail `json:"items" nullable:"false" doc:"The last edited first."`
	Paging
}

// OfNote names a note of an instrument.
type OfNote struct {
	OfSymbol
	Note string `path:"note" doc:"Id of the note." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
}

func (s *server) researchNotes() {
	const path, one = "/instruments/{symbol}/notes", "/instruments/{symbol}/notes/{note}"
	type out = struct{ Body NoteDetail }
	add(s, route{method: "GET", path: path, id: "list-notes", tag: tagResearch, errors: []int{422}, summary: "Research notes on an instrument", about: "Yours, and those that others of your household show you."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfSymbol
			Paged
		}) (*struct{ Body NoteList }, error) {
			all, err := s.svc.ResearchNotes(ctx, c, in.Symbol)
			if err != nil {
				return nil, err
			}
			all, paging, err := page(in.Paged, all, func(n store.ResearchNote) string { return n.ID })
			list := NoteList{Items: make([]NoteDetail, len(all)), Paging: paging}
			for i := range all {
				list.Items[i] = noteOf(&all[i], c.User)
			}
			return &struct{ Body NoteList }{list}, err
		})
	add(s, route{method: "POST", path: path, id: "write-note", tag: tagResearch, status: 201, errors: []int{422}, summary: "Write a research note", about: "Kept as plain text."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfSymbol
			Body struct {
				Text   string `json:"text" maxLength:"20000" doc:"What you want to remember." example:"Margins up for the third quarter."`
				Shared bool   `json:"shared,omitempty" doc:"Whether the other members of the household see it."`
			}
		}) (*out, error) {
			n, err := s.svc.WriteNote(ctx, c, in.Symbol, in.Body.Text, in.Body.Shared)
			return &out{noteOf(&n, c.User)}, err
		})
	add(s, route{method: "PUT", path: one, id: "edit-note", tag: tagResearch, errors: []int{403, 404, 409, 422}, summary: "Edit a research note", about: "One that was edited meanwhile is refused with 409."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfNote
			Body struct {
				Revision int64  `json:"revision,omitempty" minimum:"1" doc:"The one you saw; absent: any." example:"1"`
				Text     string `json:"text" maxLength:"20000" doc:"The whole text." example:"Margins up for the third quarter."`
				Shared   bool   `json:"shared,omitempty" doc:"Whether the other members of the household see it."`
			}
		}) (*out, error) {
			n, err := s.svc.EditNote(ctx, c, in.Note, service.NoteChange{Revision: in.Body.Revision, Text: in.Body.Text, Shared: in.Body.Shared})
			return &out{noteOf(&n, c.User)}, err
		})
	add(s, route{method: "DELETE", path: one, id: "delete-note", tag: tagResearch, status: 204, errors: []int{403, 404}, summary: "Delete a research note", about: "For good."},
		func(ctx context.Context, c service.Caller, in *OfNote) (*none, error) {
			return &none{}, s.svc.DeleteNote(ctx, c, in.Note)
		})
}
