package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// finder builds the condition of a filter.
type finder struct {
	where strings.Builder
	args  []any
}

func (f *finder) add(condition string, values ...any) {
	for _, v := range values {
		f.args = append(f.args, v)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(f.args)), 1)
	}
	f.where.WriteString(" AND " + condition)
}

func oneOf[T ~string](f *finder, column string, values []T) {
	if len(values) == 0 {
		return
	}
	marks := make([]string, len(values))
	for i, v := range values {
		f.args = append(f.args, string(v))
		marks[i] = "$" + strconv.Itoa(len(f.args))
	}
	f.where.WriteString(" AND " + column + " IN (" + strings.Join(marks, ", ") + ")")
}

// Find implements store.LedgerReader.
func (t *tx) Find(ctx context.Context, portfolio string, filter store.Filter) (store.Page, error) {
	if err := t.access(ctx, portfolio, store.CanView); err != nil {
		return store.Page{}, err
	}
	f := &finder{args: []any{t.id.Tenant, portfolio}}
	if !filter.All {
		f.where.WriteString(` AND superseded = 0`)
	}
	if filter.From != 0 && filter.From != date.None {
		f.add(`date >= ?`, filter.From.String())
	}
	if filter.To != 0 && filter.To != date.None {
		f.add(`date <= ?`, filter.To.String())
	}
	oneOf(f, `type`, filter.Types)
	if filter.Import != "" {
		f.add(`import_id = ?`, filter.Import)
	}
	if len(filter.Symbols) > 0 {
		f.where.WriteString(` AND (1 = 0`)
		for _, column := range []string{`symbol`, `to_symbol`} {
			f.or(column, filter.Symbols)
		}
		f.where.WriteString(`)`)
	}
	if len(filter.Accounts) > 0 {
		f.where.WriteString(` AND (1 = 0`)
		for _, column := range []string{`account`, `cash_account`, `to_account`} {
			f.or(column, filter.Accounts)
		}
		f.where.WriteString(`)`)
	}
	if filter.Tagged {
		f.where.WriteString(` AND details -> 'tags' IS NOT NULL`)
	}
	if len(filter.Tags) > 0 {
		f.tags(filter.Tags)
	}
	page, err := t.findPage(ctx, portfolio, filter, f)
	return page, t.named("find transactions", err)
}

func (f *finder) or(column string, values []string) {
	for _, v := range values {
		f.args = append(f.args, v)
		f.where.WriteString(" OR " + column + " = $" + strconv.Itoa(len(f.args)))
	}
}

// tags asks for rows that bear one of some tags. They stand between quotes in the list of
// the details, which no tag has in it.
func (f *finder) tags(tags []string) {
	f.where.WriteString(` AND (1 = 0`)
	for _, tag := range tags {
		if ledger.CheckTag(tag) != nil {
			continue // no row has it
		}
		f.args = append(f.args, `%"`+strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`).Replace(ledger.NormalTag(tag))+`"%`)
		f.where.WriteString(` OR CAST(details -> 'tags' AS text) LIKE $` + strconv.Itoa(len(f.args)) + ` ESCAPE '!'`)
	}
	f.where.WriteString(`)`)
}

func (t *tx) findPage(ctx context.Context, portfolio string, filter store.Filter, f *finder) (store.Page, error) {
	direction, beyond := ` DESC`, `(date, sequence, entered) < (?, ?, ?)`
	if filter.Oldest {
		direction, beyond = ``, `(date, sequence, entered) > (?, ?, ?)`
	}
	order := ` ORDER BY date` + direction + `, sequence` + direction + `, entered` + direction
	if filter.Text != "" {
		return t.findText(ctx, portfolio, filter, f, order)
	}
	var page store.Page
	err := t.row(ctx, `SELECT COUNT(*) FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2`+f.where.String(), f.args...).Scan(&page.Total)
	if err != nil {
		return page, err
	}
	if filter.After != "" {
		day, sequence, entered, err := readCursor(filter.After)
		if err != nil {
			return page, err
		}
		f.add(beyond, day, sequence, entered)
	}
	limit := ""
	if filter.Limit > 0 {
		limit = ` LIMIT ` + strconv.Itoa(filter.Limit+1)
	}
	err = t.eachRow(ctx, func(r store.Row) { page.Rows = append(page.Rows, r) }, portfolio, f.where.String()+order+limit, f.args[2:]...)
	cut(&page, filter.Limit)
	return page, err
}

// findText filters by text in memory: the two databases do not agree on what upper
// and lower case are.
func (t *tx) findText(ctx context.Context, portfolio string, filter store.Filter, f *finder, order string) (store.Page, error) {
	var page store.Page
	wanted := strings.ToLower(filter.Text)
	beyond := func(store.Row) bool { return true }
	if filter.After != "" {
		day, sequence, entered, err := readCursor(filter.After)
		if err != nil {
			return page, err
		}
		after := func(r store.Row) int {
			return cmp.Or(cmp.Compare(r.Date.String(), day), cmp.Compare(r.Sequence, sequence), cmp.Compare(r.Entered, entered))
		}
		beyond = func(r store.Row) bool { return after(r) != 0 && after(r) > 0 == filter.Oldest }
	}
	err := t.eachRow(ctx, func(r store.Row) {
		has := func(s string) bool { return strings.Contains(strings.ToLower(s), wanted) }
		if !slices.ContainsFunc([]string{r.Symbol, r.ToSymbol, r.Note, r.Account, r.CashAccount, r.ToAccount, r.Source, string(r.Type)}, has) {
			return
		}
		page.Total++
		if beyond(r) && (filter.Limit == 0 || len(page.Rows) <= filter.Limit) {
			page.Rows = append(page.Rows, r)
		}
	}, portfolio, f.where.String()+order, f.args[2:]...)
	cut(&page, filter.Limit)
	return page, err
}

// cut takes off the row that was read to see whether there are more.
func cut(page *store.Page, limit int) {
	if limit > 0 && len(page.Rows) > limit {
		page.Rows = page.Rows[:limit]
		page.Next = cursor(page.Rows[limit-1])
	}
}

func cursor(r store.Row) string { return fmt.Sprintf("%s.%d.%d", r.Date, r.Sequence, r.Entered) }

func readCursor(s string) (day string, sequence, entered int64, err error) {
	bad := &ledger.Fault{Field: "cursor", Value: clip(s), Problem: "is not one that a page gave", Cure: "begin again without it"}
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return "", 0, 0, bad
	}
	d, err := date.Parse(parts[0])
	if err != nil {
		return "", 0, 0, bad
	}
	sequence, err1 := strconv.ParseInt(parts[1], 10, 64)
	entered, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil {
		return "", 0, 0, bad
	}
	return d.String(), sequence, entered, nil
}
