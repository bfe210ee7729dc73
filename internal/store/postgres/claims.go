package postgres

import (
	"strings"

	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// claims are the questions that hand out work: several processes ask at once, and each
// gets other rows.
var claims = map[string]bool{"claim_outbox": true, "claim_alert_deliveries": true, "claim_guest_deliveries": true}

// Between these such a question chooses its rows.
const (
	chosenFrom = "id IN ("
	chosenTo   = "LIMIT $3)"
)

// statementOf is the text of a question. One that hands out work leaves out the rows that
// another is taking at the same moment, instead of waiting for them and then finding
// nothing. What it chooses is materialised: as a subquery PostgreSQL may choose anew for
// each row that it looks at, and with locked rows left out that is others every time.
// SQLite has one writer and needs no word for it.
func statementOf(q sqlstore.Question) string {
	before, rest, found := strings.Cut(q.SQL, chosenFrom)
	choice, after, closed := strings.Cut(rest, chosenTo)
	if !claims[q.Name] || !found || !closed {
		return q.SQL
	}
	return "WITH chosen AS MATERIALIZED (" + choice + strings.TrimSuffix(chosenTo, ")") + " FOR UPDATE SKIP LOCKED)\n\t\t" + before + chosenFrom + "SELECT id FROM chosen)" + after
}
