package storetest

import "strings"

// Plan is a way to rows of market data, of research or of income, and the index that it
// has to use on both databases.
type Plan struct {
	Name  string
	Query string // with {tenant}, {user}, {portfolio}, {id}, {shared} and {among:column}
	Table string // no row of which is to be read without an index
	Index string // empty: that of the primary key
}

// Plans are the ways that there are, as the store asks.
func Plans() []Plan {
	const watching = `tenant_id = {tenant} AND (user_id = {user} OR shared)`
	return []Plan{
		{"what a source was asked", `SELECT name, until, used FROM allowances WHERE tenant_id = {shared} AND provider = 'p7' AND until > '2026-06-01 10:00:00Z' ORDER BY until`, "allowances", ""},
		{"what is over of that", `DELETE FROM allowances WHERE tenant_id = {shared} AND provider = 'p7' AND until <= '2026-06-01 10:00:00Z'`, "allowances", ""},
		{"one supply", `SELECT words FROM supplies WHERE tenant_id = {shared} AND kind = 'bars' AND symbol = 'S7'`, "supplies", ""},
		{"a page of supplies", `SELECT words FROM supplies WHERE tenant_id = {shared} AND (kind, symbol) > ('bars', 'S7') ORDER BY kind, symbol LIMIT 100`, "supplies", ""},
		{"supplies that are due", `SELECT words FROM supplies WHERE tenant_id = {shared} AND needed AND due <= '2026-06-01 00:10:00Z' ORDER BY due, kind, symbol LIMIT 50`, "supplies", "supplies_due"},
		{"a value that was held back", `SELECT reason FROM held_values WHERE tenant_id = {shared} AND kind = 'price' AND symbol = 'S7' AND source = 'file' AND day = '2026-01-07'`, "held_values", "held_values_day"},
		{"a value by its id", `SELECT reason FROM held_values WHERE tenant_id IN ({tenant}, {shared}) AND id = {id}`, "held_values", ""},
		{"a page of held values", `SELECT reason FROM held_values WHERE tenant_id IN ({tenant}, {shared}) AND id < {id} ORDER BY id DESC LIMIT 100`, "held_values", "held_values_"},
		{"new days that wait", `SELECT source, day, version, body FROM days WHERE tenant_id = {shared} AND kind = 'price' AND folded = 0 AND until = 0 ORDER BY day, version`, "days", "days_pending"},
		{"new days of a version", `SELECT source, day, version, body FROM days WHERE tenant_id = {shared} AND kind = 'rate' AND version <= 7 AND (folded = 0 OR folded > 7) AND (until = 0 OR until > 7) ORDER BY day, version`, "days", ""},
		{"one new day", `SELECT body FROM days WHERE tenant_id = {shared} AND kind = 'fx' AND source = 'file' AND day = '2026-01-07'`, "days", ""},
		{"new days to fold", `SELECT kind, source FROM days WHERE tenant_id = {shared} AND folded = 0 AND until = 0`, "days", "days_pending"},
		{"blocks of some series", `SELECT symbol, year, version, body FROM blocks WHERE tenant_id = {shared} AND kind = 'price' AND source = 'file' AND year >= 2019 AND year <= 2020 AND {among:symbol}`, "blocks", ""},
		{"blocks of the past", `SELECT body FROM blocks_history WHERE tenant_id = {shared} AND kind = 'price' AND symbol = 'S7' AND source = 'file' AND year >= 2019 AND year <= 2020 AND version <= 7 AND until > 7`, "blocks_history", ""},
		{"some series", `SELECT symbol, source FROM series WHERE tenant_id = {shared} AND kind = 'price' AND {among:symbol}`, "series", ""},
		{"documents of symbols", `SELECT body FROM documents WHERE tenant_id = {shared} AND kind = 'profile' AND {among:symbol}`, "documents", ""},
		{"one document", `SELECT digest FROM documents WHERE tenant_id = {shared} AND kind = 'profile' AND symbol = 'S7' AND source = 'fmp' AND doc_key = 'k'`, "documents", ""},
		{"articles", `SELECT DISTINCT at, source, doc_key FROM documents WHERE tenant_id = {shared} AND kind = 'article' AND at IS NOT NULL ORDER BY at DESC, source DESC, doc_key DESC LIMIT 50`, "documents", "documents_at"},
		{"articles of before", `DELETE FROM documents WHERE tenant_id = {shared} AND kind = 'article' AND at < '2026-05-02 00:00:00Z'`, "documents", "documents_at"},
		{"articles about symbols", `SELECT DISTINCT at, source, doc_key FROM mentions WHERE tenant_id = {shared} AND {among:symbol} ORDER BY at DESC, source DESC, doc_key DESC LIMIT 50`, "mentions", "mentions_"},
		{"whom an article mentions", `SELECT doc_key, symbol FROM mentions WHERE tenant_id = {shared} AND source = 'fmp' AND {among:doc_key} ORDER BY doc_key, symbol`, "mentions", "mentions_document"},
		{"what a ticker means", `SELECT symbol FROM aliases WHERE tenant_id = {shared} AND scheme = 'ticker' AND value = 'V7' AND first <= '2026-01-01' AND (until IS NULL OR until > '2026-01-01') ORDER BY first DESC LIMIT 1`, "aliases", ""},
		{"names of a symbol", `SELECT value FROM aliases WHERE tenant_id = {shared} AND symbol = 'S7'`, "aliases", "aliases_symbol"},
		{"watchlists", `SELECT id FROM watchlists WHERE ` + watching, "watchlists", "watchlists"},
		{"entries of a watchlist", `SELECT symbol FROM watchlist_entries WHERE ` + watching + ` AND watchlist_id = {id} ORDER BY position, symbol`, "watchlist_entries", ""},
		{"entries that are watched", `SELECT symbol FROM watchlist_entries WHERE ` + watching, "watchlist_entries", "watchlist_entries"},
		{"targets of a person", `SELECT price FROM targets g WHERE g.tenant_id = {tenant} AND g.user_id = {user} AND g.symbol = 'S7' ORDER BY g.sequence DESC`, "targets", ""},
		{"targets in force", `SELECT price FROM targets g WHERE g.tenant_id = {tenant} AND g.user_id = {user} AND g.price IS NOT NULL
			AND g.sequence = (SELECT MAX(l.sequence) FROM targets l WHERE l.tenant_id = {tenant} AND l.user_id = {user} AND l.symbol = g.symbol) ORDER BY g.symbol`, "targets", ""},
		{"notes on a symbol", `SELECT body FROM research_notes WHERE ` + watching + ` AND symbol = 'S7' ORDER BY edited DESC, id DESC`, "research_notes", "research_notes_symbol"},
		{"one note", `SELECT body FROM research_notes WHERE ` + watching + ` AND id = {id}`, "research_notes", ""},
		{"income of a position", `SELECT id FROM income_proposals WHERE tenant_id = {tenant} AND portfolio_id = {portfolio} AND account = 'depot' AND symbol = 'S7' AND ex_date = '2026-01-07'`, "income_proposals", "income_proposals_position"},
		{"income that is proposed", `SELECT id FROM income_proposals WHERE tenant_id = {tenant} AND portfolio_id = {portfolio} AND status = 'open' AND ex_date >= '2026-01-01' ORDER BY ex_date, id`, "income_proposals", "income_proposals_"},
		{"one proposal", `SELECT account FROM income_proposals WHERE tenant_id = {tenant} AND portfolio_id = {portfolio} AND id = {id}`, "income_proposals", ""},
	}
}

// Fill puts values into a query. among is the condition that a column is among some
// texts, with {column} in it.
func (p Plan) Fill(tenant, user, portfolio, id, shared, among string) string {
	q := p.Query
	for _, column := range []string{"symbol", "doc_key"} {
		q = strings.ReplaceAll(q, "{among:"+column+"}", strings.ReplaceAll(among, "{column}", column))
	}
	return strings.NewReplacer("{tenant}", "'"+tenant+"'", "{user}", "'"+user+"'", "{portfolio}", "'"+portfolio+"'", "{id}", "'"+id+"'", "{shared}", shared).Replace(q)
}
