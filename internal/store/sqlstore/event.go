package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"strings"

	"github.com/foliosight/foliosight/internal/store"
)

// chainHead is the last event of the tenant's chain, read once a transaction.
type chainHead struct {
	sequence int64
	hash     []byte
}

// lockChain reads the head of the tenant's chain, once a transaction, under lock.
func (t *tx) lockChain(ctx context.Context) error {
	if t.head != nil {
		return nil
	}
	head := &chainHead{}
	err := t.row(ctx, `SELECT event_sequence, event_hash FROM tenants WHERE id = $1`+t.store.dialect.ForUpdate, t.id.Tenant).
		Scan(&head.sequence, &head.hash)
	if err == nil {
		t.head = head
	}
	return err
}

// note writes an event of a store's own write: before and after are kept as JSON, nil
// where there was or is nothing.
func (t *tx) note(ctx context.Context, action, object, portfolio string, before, after any) error {
	e := store.Event{Action: action, Object: object, Portfolio: portfolio}
	var err error
	if before != nil {
		if e.Before, err = json.Marshal(before); err != nil {
			return err
		}
	}
	if after != nil {
		if e.After, err = json.Marshal(after); err != nil {
			return err
		}
	}
	return t.noteEvent(ctx, e)
}

// noteEvent appends an event to the chain. Contents that are given are kept apart and
// hashed; where only hashes are given the contents are elsewhere (rows of the ledger).
func (t *tx) noteEvent(ctx context.Context, e store.Event) error {
	if err := t.lockChain(ctx); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	e.Sequence, e.At, e.User, e.PrevHash = t.head.sequence+1, t.stamp(), t.id.User, t.head.hash
	if e.Before != nil {
		e.BeforeHash = digest(e.Before)
	}
	if e.After != nil {
		e.AfterHash = digest(e.After)
	}
	e.Hash = linkHash(&e)
	_, err := t.exec(ctx, `INSERT INTO events (tenant_id, sequence, at, user_id, action, object, portfolio_id, before_hash, after_hash, prev_hash, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		t.id.Tenant, e.Sequence, formatTime(e.At), e.User, e.Action, e.Object, orNull(e.Portfolio), e.BeforeHash, e.AfterHash, e.PrevHash, e.Hash)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if e.Before != nil || e.After != nil {
		_, err = t.exec(ctx, `INSERT INTO event_contents (tenant_id, sequence, before, after, user_id, portfolio_id) VALUES ($1, $2, $3, $4, $5, $6)`,
			t.id.Tenant, e.Sequence, orNull(string(e.Before)), orNull(string(e.After)), e.User, orNull(e.Portfolio))
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	err = t.must(ctx, `UPDATE tenants SET event_sequence = $2, event_hash = $3 WHERE id = $1`, t.id.Tenant, e.Sequence, e.Hash)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	t.head = &chainHead{e.Sequence, e.Hash}
	return nil
}

func digest(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// linkHash is SHA-256 over every field of an event but its contents, each with its
// length before it, so that no two events have the same text.
func linkHash(e *store.Event) []byte {
	h := sha256.New()
	field(h, e.PrevHash)
	field(h, binary.BigEndian.AppendUint64(nil, uint64(e.Sequence)))
	for _, s := range []string{formatTime(e.At), e.User, e.Action, e.Object, e.Portfolio} {
		field(h, []byte(s))
	}
	field(h, e.BeforeHash)
	field(h, e.AfterHash)
	return h.Sum(nil)
}

func field(h hash.Hash, b []byte) {
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(b)))
	h.Write(size[:])
	h.Write(b)
}

// Note implements store.RecordWriter.
func (t *tx) Note(ctx context.Context, e store.Event) error {
	return t.write("note "+e.Action, func() error {
		if e.Portfolio != "" {
			if err := t.access(ctx, e.Portfolio, store.CanView); err != nil {
				return err
			}
		}
		return t.noteEvent(ctx, e)
	})
}

const eventColumns = `e.sequence, e.at, e.user_id, e.action, e.object, e.portfolio_id, e.before_hash, e.after_hash, e.prev_hash, e.hash, c.before, c.after`

func scanEvent(rows *sql.Rows) (store.Event, error) {
	var e store.Event
	var before, after string
	err := rows.Scan(&e.Sequence, timeOf{&e.At}, textOf{&e.User}, &e.Action, &e.Object, textOf{&e.Portfolio},
		&e.BeforeHash, &e.AfterHash, &e.PrevHash, &e.Hash, textOf{&before}, textOf{&after})
	if before != "" {
		e.Before = json.RawMessage(before)
	}
	if after != "" {
		e.After = json.RawMessage(after)
	}
	return e, err
}

// events are those that the identity sees: what concerns visible portfolios, what they
// did themselves and, for an owner of the tenant, what concerns the tenant. Further
// conditions and the order follow; $1 to $3 are taken.
func (t *tx) events(ctx context.Context, further string, args ...any) ([]store.Event, error) {
	var all []store.Event
	err := t.each(ctx, func(rows *sql.Rows) error {
		e, err := scanEvent(rows)
		all = append(all, e)
		return err
	}, `SELECT `+eventColumns+` FROM events e
		LEFT JOIN event_contents c ON c.tenant_id = e.tenant_id AND c.sequence = e.sequence
		WHERE e.tenant_id = $1 AND (
			e.user_id = $2 OR (e.portfolio_id IS NULL AND $3)
			OR EXISTS (SELECT 1 FROM portfolios p WHERE p.id = e.portfolio_id AND `+visible+`))`+further,
		append([]any{t.id.Tenant, t.id.User, t.admin}, args...)...)
	return all, t.named("audit trail", err)
}

// Events implements store.RecordReader.
func (t *tx) Events(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	return t.events(ctx, ` AND e.sequence > $4 ORDER BY e.sequence LIMIT $5`, after, limit)
}

// FindEvents implements store.RecordReader.
func (t *tx) FindEvents(ctx context.Context, f store.EventFilter) ([]store.Event, error) {
	arguments := []any{f.Limit} // $4
	var where strings.Builder
	also := func(condition string, value any) {
		arguments = append(arguments, value)
		fmt.Fprintf(&where, " AND "+condition, 3+len(arguments))
	}
	if f.User != "" {
		also("e.user_id = $%d", f.User)
	}
	if f.Portfolio != "" {
		also("e.portfolio_id = $%d", f.Portfolio)
	}
	if f.Action != "" {
		also("e.action LIKE $%d", strings.NewReplacer("%", "", "_", "").Replace(f.Action)+"%")
	}
	if !f.From.IsZero() {
		also("e.at >= $%d", formatTime(f.From))
	}
	if !f.To.IsZero() {
		also("e.at < $%d", formatTime(f.To))
	}
	if f.Before > 0 {
		also("e.sequence < $%d", f.Before)
	}
	return t.events(ctx, where.String()+` ORDER BY e.sequence DESC LIMIT $4`, arguments...)
}

// eventChain is the whole chain of a tenant, whoever may see which of it: the contents
// as digests only. Either database has the function digest_text, SHA-256 of a text.
var eventChain = Question{Name: "event_chain", Arguments: []string{"id_text"}, Scoped: true,
	Columns: `sequence bigint, at ts_text, user_id id_text, action text, object text, portfolio_id id_text, before_hash bytes_blob, after_hash bytes_blob,
		prev_hash bytes_blob, hash bytes_blob, before_digest bytea, after_digest bytea`,
	SQL: `SELECT e.sequence, e.at, e.user_id, e.action, e.object, e.portfolio_id, e.before_hash, e.after_hash, e.prev_hash, e.hash, digest_text(c.before), digest_text(c.after)
		FROM events e LEFT JOIN event_contents c ON c.tenant_id = e.tenant_id AND c.sequence = e.sequence
		WHERE e.tenant_id = $1 ORDER BY e.sequence`}

// VerifyEvents implements store.RecordReader.
func (t *tx) VerifyEvents(ctx context.Context) (int64, error) {
	if err := t.member(); err != nil {
		return 0, err
	}
	head := chainHead{}
	err := t.each(ctx, func(rows *sql.Rows) error {
		var e store.Event
		var before, after []byte // of the contents as they are now; nil: erased, or never kept apart
		err := rows.Scan(&e.Sequence, timeOf{&e.At}, textOf{&e.User}, &e.Action, &e.Object, textOf{&e.Portfolio},
			&e.BeforeHash, &e.AfterHash, &e.PrevHash, &e.Hash, &before, &after)
		if err != nil {
			return err
		}
		switch {
		case e.Sequence != head.sequence+1:
			return fmt.Errorf("event %d is missing: %w", head.sequence+1, store.ErrDamaged)
		case string(e.PrevHash) != string(head.hash):
			return fmt.Errorf("event %d does not follow the one before: %w", e.Sequence, store.ErrDamaged)
		case string(linkHash(&e)) != string(e.Hash):
			return fmt.Errorf("event %d was changed: %w", e.Sequence, store.ErrDamaged)
		case before != nil && string(before) != string(e.BeforeHash), after != nil && string(after) != string(e.AfterHash):
			return fmt.Errorf("contents of event %d were changed: %w", e.Sequence, store.ErrDamaged)
		}
		head = chainHead{e.Sequence, e.Hash}
		return nil
	}, t.store.text(eventChain), t.id.Tenant)
	if err != nil {
		return head.sequence, t.named("audit trail", err)
	}
	var want chainHead
	err = t.row(ctx, `SELECT event_sequence, event_hash FROM tenants WHERE id = $1`, t.id.Tenant).Scan(&want.sequence, &want.hash)
	if err != nil {
		return head.sequence, t.named("audit trail", err)
	}
	if want.sequence != head.sequence || string(want.hash) != string(head.hash) {
		return head.sequence, fmt.Errorf("audit trail: events after %d are missing: %w", head.sequence, store.ErrDamaged)
	}
	return head.sequence, nil
}
