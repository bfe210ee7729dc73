package sqlstore

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
)

// Question is something that is asked past the policies of a tenant's tables: before
// there is a user, or about the whole of a tenant. It is one statement, which SQLite
// runs as it stands and from which PostgreSQL makes a SECURITY DEFINER function
// gate_<Name> of fixed search_path, owned by the owner of the schema.
//
// The answer is ids, hashes and times, never contents. A new one is put into
// Questions, and `migrate up` makes its function.
type Question struct {
	Name      string   // of the function, after gate_
	Arguments []string // the types of $1, $2 … as in the migrations
	Columns   string   // the answer, name and type of each column; empty: there is none
	SQL       string   // one statement; with Columns, one that returns them in this order
	// Writes says that it changes something.
	Writes bool
	// Scoped says that it is asked within a transaction, about the tenant that is $1:
	// PostgreSQL refuses it about any other.
	Scoped bool
}

// Questions are all there are.
func Questions() []Question {
	all := []Question{anyUser, credentials, sessionOf, allTenants, ownerOf, portfoliosDue, eventChain, claimAlertDeliveries, watchers, wanted}
	for _, table := range expiring {
		all = append(all, expire(table))
	}
	return slices.Concat(all, accountQuestions(), sharingQuestions(), deletingQuestions(), guestQuestions())
}

// text is how the store's database is asked a question.
func (s *Store) text(q Question) string {
	if s.dialect.Ask != nil {
		return s.dialect.Ask(q)
	}
	return q.SQL
}

// ask asks a question that has one answer, outside of any transaction.
func (s *Store) ask(ctx context.Context, q Question, args ...any) *sql.Row {
	if q.Writes {
		return s.writer.QueryRowContext(ctx, s.text(q), args...)
	}
	return s.reader.QueryRowContext(ctx, s.text(q), args...)
}

// each asks a question that has several answers, outside of any transaction, and reads
// them.
func (s *Store) each(ctx context.Context, q Question, scan func(*sql.Rows) error, args ...any) error {
	pool := s.reader
	if q.Writes {
		pool = s.writer
	}
	rows, err := pool.QueryContext(ctx, s.text(q), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// scope is a condition on whose row it is.
var scope = regexp.MustCompile(`\b((?:\w+\.)?(?:tenant_id|owner_id|user_id)) = \$([12])\b`)

// query is the text of a statement as it is run: as it stands, or for tests of the
// database's own policies without its conditions on tenant, owner and user.
func (t *tx) query(text string) string {
	if t.store.dialect.Unscoped {
		return scope.ReplaceAllString(text, "($1 = $$$2 OR true)")
	}
	return text
}
