package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// TagUse is a tag and the bookings in force that bear it.
type TagUse struct {
	Tag        string
	Count      int       // bookings
	Portfolios int       // in which they are
	Last       date.Date // day of the latest of them
}

// TagChange is what becomes of the tags of bookings; what is in neither list stays.
type TagChange struct {
	Add    []string
	Remove []string
}

// Retagged is what became of a tag in one portfolio.
type Retagged struct {
	Portfolio string
	Name      string // of the portfolio
	Version   int64  // of its ledger, that the change made; 0: it changed nothing
	Changed   int    // bookings
	Left      int    // bookings of closed periods, which stay as they are
	Reason    string // why they were left; empty where none was
}

// Tags are those of a portfolio, or ("") of all that the caller owns and has not put
// away, in order of the alphabet. Those of portfolios that others shared are asked for
// one portfolio at a time: they are other people's words.
func (s *Service) Tags(ctx context.Context, c Caller, portfolio string) (uses []TagUse, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) error {
		uses, err = tagsOf(ctx, v, c, portfolio)
		return err
	})
	return uses, err
}

func tagsOf(ctx context.Context, v store.View, c Caller, portfolio string) ([]TagUse, error) {
	concerned, err := taggable(ctx, v, c, portfolio)
	if err != nil {
		return nil, err
	}
	found := map[string]*TagUse{}
	for _, p := range concerned {
		page, err := v.Find(ctx, p.ID, store.Filter{Tagged: true})
		if err != nil {
			return nil, err
		}
		here := map[string]bool{}
		for i := range page.Rows {
			row := &page.Rows[i]
			for _, tag := range row.Tags.List() {
				use := found[tag]
				if use == nil {
					use = &TagUse{Tag: tag, Last: row.Date}
					found[tag] = use
				}
				if !here[tag] {
					here[tag] = true
					use.Portfolios++
				}
				use.Count++
				use.Last = max(use.Last, row.Date)
			}
		}
	}
	uses := make([]TagUse, 0, len(found))
	for _, use := range found {
		uses = append(uses, *use)
	}
	slices.SortFunc(uses, func(a, b TagUse) int { return cmp.Compare(a.Tag, b.Tag) })
	return uses, nil
}

// taggable are the portfolios that a question about tags concerns, in order of their
// ids, in which they are locked too.
func taggable(ctx context.Context, v store.View, c Caller, portfolio string) ([]store.Portfolio, error) {
	if portfolio != "" {
		p, err := v.Portfolio(ctx, portfolio)
		return []store.Portfolio{p}, err
	}
	all, err := v.Portfolios(ctx, false)
	all = slices.DeleteFunc(all, func(p store.Portfolio) bool { return p.Owner != c.User })
	slices.SortFunc(all, func(a, b store.Portfolio) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

// TagBookings gives bookings tags and takes others from them, all or none, as one
// version of the ledger: each that changes is corrected like by Edit. ids are rows in
// force, none named twice. A booking of a closed period is refused, as any change of it.
func (s *Service) TagBookings(ctx context.Context, c Caller, portfolio string, expected int64, ids []string, change TagChange) (Booked, error) {
	if len(ids) == 0 {
		return Booked{}, &ledger.Fault{Field: "ids", Problem: "there is none", Cure: "give at least one"}
	}
	if len(change.Add)+len(change.Remove) == 0 {
		return Booked{}, &ledger.Fault{Field: "add", Problem: "there is no tag", Cure: "say which tags to add or to remove"}
	}
	for _, tag := range change.Add {
		if fault := ledger.CheckTag(tag); fault != nil {
			fault.Field = "add"
			return Booked{}, fault
		}
	}
	return s.change(ctx, c, portfolio, expected, func(ctx context.Context, tx store.Tx, d *draft) (store.Change, error) {
		made := store.Change{Kind: store.Edited, Reason: change.String()}
		at := make(map[string]int, len(d.kept))
		for i := range d.kept {
			at[d.kept[i].ID] = i
		}
		seen := map[string]bool{}
		var faults ledger.Faults
		for n, id := range ids {
			i, ok := at[id]
			switch {
			case !ok:
				return made, notInForce(ctx, tx, portfolio, id)
			case seen[id]:
				faults = append(faults, &ledger.Fault{Row: n + 1, ID: id, Field: "ids", Value: id, Problem: "it is named twice", Cure: "name it once"})
				continue
			}
			seen[id] = true
			tags := d.kept[i].Tags.With(change.Add...).Without(change.Remove...)
			if have := tags.Len(); have > ledger.MaxTags {
				faults = append(faults, &ledger.Fault{Row: n + 1, ID: id, Field: "tags", Value: fmt.Sprint(have), Problem: "there would be too many",
					Cure: fmt.Sprintf("a booking has at most %d tags: remove some of them first", ledger.MaxTags), Err: ledger.ErrTag})
			}
			if tags != d.kept[i].Tags {
				made.Enter = append(made.Enter, retagged(d.kept[i], tags))
			}
		}
		if len(faults) > 0 {
			return made, faults
		}
		return made, nil
	})
}

// retagged is a booking with other tags, in the place of the one it was.
func retagged(t ledger.Transaction, tags ledger.Tags) store.Entry {
	e := store.Entry{Transaction: t, Replaces: t.ID}
	e.ID, e.Tags = store.NewID(), tags
	return e
}

// String says the change in words.
func (t TagChange) String() string {
	var parts []string
	if add := ledger.NewTags(t.Add...).List(); len(add) > 0 {
		parts = append(parts, "tagged "+strings.Join(add, ", "))
	}
	if remove := ledger.NewTags(t.Remove...).List(); len(remove) > 0 {
		parts = append(parts, "no longer tagged "+strings.Join(remove, ", "))
	}
	return strings.Join(parts, "; ")
}

// RenameTag calls a tag something else wherever Tags counts it. A name that is a tag
// already is refused (ErrExists): that is a merger, which cannot be told apart again.
func (s *Service) RenameTag(ctx context.Context, c Caller, portfolio, tag, name string) ([]Retagged, error) {
	if fault := ledger.CheckTag(name); fault != nil {
		fault.Field = "name"
		return nil, fault
	}
	tag, name = ledger.NormalTag(tag), ledger.NormalTag(name)
	taken := &ledger.Fault{Field: "name", Value: name, Problem: "there is a tag of this name already", Cure: "merge the two, or choose another name", Err: ErrExists}
	if tag == name {
		return nil, taken
	}
	return s.retag(ctx, c, portfolio, "tag.rename", []string{tag}, name, func(uses []TagUse) error {
		if slices.ContainsFunc(uses, func(u TagUse) bool { return u.Tag == name }) {
			return taken
		}
		return nil
	})
}

// MergeTags gives bookings of any of some tags one instead, which may be new or one of
// them.
func (s *Service) MergeTags(ctx context.Context, c Caller, portfolio string, tags []string, into string) ([]Retagged, error) {
	if fault := ledger.CheckTag(into); fault != nil {
		fault.Field = "into"
		return nil, fault
	}
	others := ledger.NewTags(tags...).Without(into).List()
	if len(others) == 0 {
		return nil, &ledger.Fault{Field: "tags", Problem: "there is nothing to merge", Cure: "name at least one other tag"}
	}
	return s.retag(ctx, c, portfolio, "tag.merge", others, ledger.NormalTag(into), nil)
}

// DeleteTag takes a tag off every booking that Tags counts.
func (s *Service) DeleteTag(ctx context.Context, c Caller, portfolio, tag string) ([]Retagged, error) {
	return s.retag(ctx, c, portfolio, "tag.delete", []string{ledger.NormalTag(tag)}, "", nil)
}

// retag puts a tag, or none (""), in the place of others, in every portfolio concerned:
// all in one transaction, and one version for each ledger that changes. Bookings of
// closed periods stay as they are, which is said: their ledgers may not change, and
// whoever closes every year could otherwise never rename a tag again. Once the period is
// open it can be done again for them. allow may refuse, knowing the tags there are.
func (s *Service) retag(ctx context.Context, c Caller, portfolio, action string, tags []string, into string, allow func([]TagUse) error) (done []Retagged, err error) {
	err = s.as(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		done = nil
		concerned, err := taggable(ctx, tx, c, portfolio)
		if err != nil {
			return err
		}
		for _, p := range concerned {
			if err := tx.Hold(ctx, p.ID); err != nil {
				return err
			}
		}
		uses, err := tagsOf(ctx, tx, c, portfolio)
		if err != nil {
			return err
		}
		for _, tag := range tags {
			if !slices.ContainsFunc(uses, func(u TagUse) bool { return u.Tag == tag }) {
				return fmt.Errorf("tag %q: %w", tag, ErrNotFound)
			}
		}
		if allow != nil {
			if err := allow(uses); err != nil {
				return err
			}
		}
		for _, p := range concerned {
			r, err := retagOne(ctx, tx, p, tags, into)
			if err != nil {
				return err
			}
			if r.Changed+r.Left > 0 {
				done = append(done, r)
			}
		}
		after, err := json.Marshal(map[string]string{"into": into})
		if err != nil {
			return err
		}
		return tx.Note(ctx, store.Event{Action: action, Object: "tag/" + strings.Join(tags, ";"), Portfolio: portfolio, After: after})
	})
	if err != nil {
		return nil, err
	}
	for _, r := range done {
		if r.Version != 0 {
			s.follow(ctx, c, r.Portfolio)
		}
	}
	return done, nil
}

// retagOne does it in one portfolio, whose ledger is held.
func retagOne(ctx context.Context, tx store.Tx, p store.Portfolio, tags []string, into string) (Retagged, error) {
	r := Retagged{Portfolio: p.ID, Name: p.Name}
	page, err := tx.Find(ctx, p.ID, store.Filter{Tags: tags, Oldest: true})
	if err != nil {
		return r, err
	}
	closed, err := tx.ClosedThrough(ctx, p.ID)
	if err != nil {
		return r, err
	}
	change := store.Change{Portfolio: p.ID, Expected: store.AnyVersion, Kind: store.Edited, Reason: "tag " + strings.Join(tags, ", ") + " deleted"}
	if into != "" {
		change.Reason = "tag " + strings.Join(tags, ", ") + " is now " + into
	}
	for i := range page.Rows {
		row := &page.Rows[i]
		if !closed.IsNone() && row.Date <= closed {
			r.Left++
			r.Reason = fmt.Sprintf("the books are closed through %s", closed)
			continue
		}
		change.Enter = append(change.Enter, retagged(row.Transaction, row.Tags.Without(tags...).With(into)))
	}
	if r.Changed = len(change.Enter); r.Changed == 0 {
		return r, nil
	}
	made, err := tx.Append(ctx, change)
	r.Version = made.Version
	return r, err
}
