package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// Tagging is the tags of bookings.
type Tagging interface {
	Tags(ctx context.Context, c service.Caller, portfolio string) ([]service.TagUse, error)
	RenameTag(ctx context.Context, c service.Caller, portfolio, tag, name string) ([]service.Retagged, error)
	MergeTags(ctx context.Context, c service.Caller, portfolio string, tags []string, into string) ([]service.Retagged, error)
	DeleteTag(ctx context.Context, c service.Caller, portfolio, tag string) ([]service.Retagged, error)
}

// typedTags reads tags with commas or semicolons between them.
func typedTags(text string) ledger.Tags {
	return ledger.NewTags(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' })...)
}

// tagFilter is the choice among the tags of a portfolio and the one that is chosen, which
// it need not have; nil where there is none.
func tagFilter(uses []service.TagUse, chosen []string) *view.Field {
	for _, tag := range chosen {
		if !slices.ContainsFunc(uses, func(u service.TagUse) bool { return u.Tag == tag }) {
			uses = append(uses, service.TagUse{Tag: tag})
		}
	}
	f := view.Field{Name: "tag", Label: "Tag", Kind: "select", Options: []view.Option{{Label: "Any tag"}}}
	for _, u := range uses {
		f.Options = append(f.Options, view.Option{Value: u.Tag, Label: u.Tag, Selected: slices.Equal(chosen, []string{u.Tag})})
	}
	if len(uses) == 0 {
		return nil
	}
	return &f
}

// tagsPage lists the tags of one's own portfolios.
func (s *site) tagsPage(r *request) error { return s.showTags(r, http.StatusOK, "", nil) }

// showTags is that page; form names the one that was refused, with what is wrong in it.
func (s *site) showTags(r *request, status int, form string, errs map[string]string) error {
	uses, err := s.svc.Tags(r.Context(), r.caller, "")
	if err != nil {
		return err
	}
	all := view.Subject{ID: "tags", Title: "Tags", Text: []string{"Words under which you find transactions again, in all portfolios of yours. They change no figure. Renaming one, or taking it off, is a correction of each transaction that has it; the history keeps what was."},
		List: &view.List{Caption: "Tags", Head: []string{"Tag", "Transactions", "Portfolios", "Last used"}, Empty: "No tag yet. Write one on a transaction, in the field Tags."}}
	if form == "rename" {
		all.Notice = &view.Notice{Kind: "bad", Icon: "circle-alert", Text: "Not renamed: " + errs["name"]}
	}
	for _, u := range uses {
		name := []view.Hidden{{Name: "tag", Value: u.Tag}}
		all.List.Rows = append(all.List.Rows, view.ListRow{Cells: []view.Cell{{Text: u.Tag}, {Text: r.locale.Count(u.Count)}, {Text: r.locale.Count(u.Portfolios)}, {Text: format.Date(u.Last)}},
			Form:    &view.Form{Action: "/settings/tags/rename", Submit: "Rename", Hidden: name, Fields: []view.Field{{Name: "name", Label: "New name of " + u.Tag, Kind: "text", Hint: "New name"}}},
			Actions: []view.Action{{Label: "Delete", Href: "/settings/tags/delete", Fields: name, Danger: true}}})
	}
	v := r.settingsPage("/settings/tags")
	v.Sections = append(v.Sections, all)
	if len(uses) > 1 {
		v.Sections = append(v.Sections, view.Subject{ID: "merge", Title: "Merge two tags", Text: []string{"Transactions with the first bear the second instead. Afterwards only their history tells which it was."},
			Form: &view.Form{Action: "/settings/tags/merge", Submit: "Merge", Fields: withErrors([]view.Field{
				chooseTag("tag", "This tag", uses, r.PostFormValue("tag")), chooseTag("into", "becomes", uses, r.PostFormValue("into"))}, map[bool]map[string]string{true: errs}[form == "merge"])}})
	}
	return r.showAccount(status, v)
}

func chooseTag(name, label string, uses []service.TagUse, chosen string) view.Field {
	f := view.Field{Name: name, Label: label, Kind: "select", Width: "w3", Need: true, Options: []view.Option{{Label: "Choose a tag"}}}
	for _, u := range uses {
		f.Options = append(f.Options, view.Option{Value: u.Tag, Label: u.Tag, Selected: u.Tag == chosen})
	}
	return f
}

func (s *site) renameTag(r *request) error {
	tag, name := r.PostFormValue("tag"), r.PostFormValue("name")
	done, err := s.svc.RenameTag(r.Context(), r.caller, "", tag, name)
	if errs := oneFault(err, "name"); errs != nil {
		return s.showTags(r, http.StatusUnprocessableEntity, "rename", errs)
	}
	return s.retagged(r, fmt.Sprintf("“%s” is now “%s”", tag, ledger.NormalTag(name)), done, err)
}

func (s *site) mergeTags(r *request) error {
	tag, into := r.PostFormValue("tag"), r.PostFormValue("into")
	errs := map[string]string{}
	if tag == "" {
		errs["tag"] = "Choose the tag that goes."
	}
	if into == "" || into == tag {
		errs["into"] = "Choose another tag, which stays."
	}
	if len(errs) > 0 {
		return s.showTags(r, http.StatusUnprocessableEntity, "merge", errs)
	}
	done, err := s.svc.MergeTags(r.Context(), r.caller, "", []string{tag}, into)
	if errs := oneFault(err, "into"); errs != nil {
		return s.showTags(r, http.StatusUnprocessableEntity, "merge", errs)
	}
	return s.retagged(r, fmt.Sprintf("“%s” is now “%s”", tag, into), done, err)
}

// deleteTag takes a tag off everything, after a question.
func (s *site) deleteTag(r *request) error {
	tag := r.PostFormValue("tag")
	if r.PostFormValue("sure") == "" {
		v := r.settingsPage("/settings/tags")
		v.Sections = []view.Subject{{ID: "delete", Title: "Delete the tag “" + tag + "”?", Text: []string{"It is taken off every transaction that has it. The transactions stay, and their history keeps the tag."},
			Form: &view.Form{Action: "/settings/tags/delete", Submit: "Delete the tag", Danger: true, Cancel: "/settings/tags", Hidden: []view.Hidden{{Name: "tag", Value: tag}, {Name: "sure", Value: "1"}}}}}
		return r.showAccount(http.StatusOK, v)
	}
	done, err := s.svc.DeleteTag(r.Context(), r.caller, "", tag)
	return s.retagged(r, "“"+tag+"” is deleted", done, err)
}

// retagged says what was done, and what was left and why.
func (s *site) retagged(r *request, what string, done []service.Retagged, err error) error {
	if err != nil {
		return err
	}
	changed, left := 0, 0
	var why []string
	for _, d := range done {
		changed, left = changed+d.Changed, left+d.Left
		if d.Left > 0 {
			why = append(why, "in "+d.Name+" "+d.Reason)
		}
	}
	text := what + " on " + r.plural(changed, "transaction", "transactions")
	if left > 0 {
		text += fmt.Sprintf("; %s as it was: %s", r.plural(left, "stays", "stay"), strings.Join(why, ", "))
	}
	r.toast(flash{Text: text})
	return r.to("/settings/tags")
}

// plural is a number with its word.
func (r *request) plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return r.locale.Count(n) + " " + many
}
