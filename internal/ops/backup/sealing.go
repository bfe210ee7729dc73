package backup

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/secret"
)

// Sealing is which of the archives of a place need a key besides the current one.
type Sealing struct {
	Archives int       `json:"archives"`
	Need     int       `json:"need_earlier"`         // sealed with another key, or holding rows that are
	Keys     []string  `json:"keys"`                 // those keys, as far as the archives say so
	Newest   time.Time `json:"newest_need,omitzero"` // when the newest of them was taken
	Unread   int       `json:"unread"`               // of them: sealed with a key that is not here
	Silent   int       `json:"without_note_of_rows"` // of them: made by a version that did not note it
}

// SealedWith looks which archives of a place need earlier keys.
func SealedWith(ctx context.Context, p Place, keys *secret.Keys) (s Sealing, err error) {
	all, err := p.List(ctx)
	if err != nil {
		return s, err
	}
	for _, k := range all {
		need, err := sealedWith(ctx, p, k.Name, keys, &s)
		if err != nil {
			return s, fmt.Errorf("%s: %w", k.Name, err)
		}
		s.Archives++
		if len(need) == 0 {
			continue
		}
		if s.Need++; k.Taken.After(s.Newest) {
			s.Newest = k.Taken
		}
		for _, id := range need {
			if id != "" && !slices.Contains(s.Keys, id) {
				s.Keys = append(s.Keys, id)
			}
		}
	}
	slices.Sort(s.Keys)
	return s, nil
}

// sealedWith are the keys besides the current one that one archive needs; "": some that
// it does not name.
func sealedWith(ctx context.Context, p Place, name string, keys *secret.Keys, s *Sealing) (need []string, err error) {
	r, err := p.Open(ctx, name, headBytes)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	begun := bufio.NewReader(r)
	head, err := begun.Peek(secret.StreamHead)
	if err != nil {
		return nil, nil // cut short: no key opens it, `backup verify` says so
	}
	id := secret.StreamSealedWith(head)
	if id == "" {
		return nil, nil
	}
	if !keys.Has(id) {
		s.Unread++
		return []string{id}, nil
	}
	if id != keys.ID() {
		need = append(need, id)
	}
	a, err := open(begun, keys)
	if err != nil {
		return need, nil // damaged, as above
	}
	defer a.close()
	if a.Manifest.Sealed == nil {
		s.Silent++
		return append(need, ""), nil
	}
	for row := range a.Manifest.Sealed {
		if row != keys.ID() {
			need = append(need, row)
		}
	}
	return need, nil
}

// TellSealing reports which backups need earlier keys. That some do is no fault of theirs:
// they go when they are past their time.
func TellSealing(ctx context.Context, places []Place, keys *secret.Keys, r *check.Report) {
	for _, p := range places {
		what := "backups in " + p.String()
		s, err := SealedWith(ctx, p, keys)
		switch {
		case err != nil:
			r.Unknown(what, err.Error(), "see that the place answers: whether its backups need an earlier key is not known")
		case s.Archives == 0:
			r.Fine(what, "there is none")
		case s.Need == 0:
			r.Fine(what, fmt.Sprintf("%d, and the current key is all that they need", s.Archives))
		default:
			said := fmt.Sprintf("%d of %d need an earlier key, the newest of them of %s", s.Need, s.Archives, s.Newest.Format(time.RFC3339))
			if len(s.Keys) > 0 {
				said += " (" + strings.Join(s.Keys, ", ") + ")"
			}
			if s.Unread > 0 {
				said += fmt.Sprintf("; %d are opened by none of the keys given here", s.Unread)
			}
			if s.Silent > 0 {
				said += fmt.Sprintf("; %d do not say whether their rows do, so they count as such", s.Silent)
			}
			said += "; keep that key apart until they are past their time"
			if s.Need == s.Archives {
				said += ", and make one without: `foliosight backup create`"
			}
			r.Fine(what, said)
		}
	}
}

// sealed notes which keys the rows of a database are sealed with, and how many with each.
func (m *Manifest) sealed(ctx context.Context, tx *sql.Tx) error {
	m.Sealed = map[string]int64{}
	for _, c := range secret.Columns() {
		if !slices.ContainsFunc(m.Runs, func(r Migration) bool { return r.Name == c.Since }) {
			continue // a schema from before
		}
		if err := m.column(ctx, tx, c); err != nil {
			return fmt.Errorf("table %s: %w", c.Table, err)
		}
	}
	return nil
}

func (m *Manifest) column(ctx context.Context, tx *sql.Tx, c secret.Column) error {
	rows, err := tx.QueryContext(ctx, `SELECT substr(`+c.Name+`, 1, 9), COUNT(*) FROM `+c.Table+` WHERE `+c.Name+` IS NOT NULL GROUP BY 1`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var head []byte
		var n int64
		if err := rows.Scan(&head, &n); err != nil {
			return err
		}
		if id := secret.HeadSealedWith(head); id != "" {
			m.Sealed[id] += n
		}
	}
	return rows.Err()
}
