package migrations

// Kind says whose the rows of a table are. PostgreSQL's policies follow from it.
type Kind string

// The kinds of tables.
const (
	// Global tables belong to no tenant and hold nothing of one: they have no policies.
	Global Kind = "global"
	// Internal tables are the owner's own; the server reads them at most.
	Internal Kind = "internal"
	// TenantWide rows are the tenant's: its members read and write them.
	TenantWide Kind = "tenant"
	// Administered rows are the tenant's, for its owners alone.
	Administered Kind = "administered"
	// PerUser rows are one user's alone (column User).
	PerUser Kind = "user"
	// PerUserAdministered rows are one user's, and the tenant's owners may end them.
	PerUserAdministered Kind = "user, administered"
	// PerPortfolio rows are seen by those who see the portfolio (column Portfolio) and
	// written by those who may trade in it.
	PerPortfolio Kind = "portfolio"
	// Market rows are shared where their tenant is the shared one, which only operators
	// write, and else the tenant's own.
	Market Kind = "market"
	// Own tables have rules of their own, written out in the catalogue.
	Own Kind = "own"
)

// Table is one table of the schema: whose its rows are, and what the server may do.
type Table struct {
	Name      string
	Kind      Kind
	User      string // the column of a user's table; user_id unless given
	Portfolio string // the column of a portfolio's table; portfolio_id unless given
	// Rights are what the server's role is granted: the least that it needs. Rows of an
	// append-only table are neither updated nor deleted.
	Rights string
	// Policies are the rules of a table of kind Own.
	Policies []Policy
}

// Policy is one rule in PostgreSQL's own words. Its conditions read no other table that
// has policies: they compare with functions (postgres/sql/functions.sql).
type Policy struct {
	Name  string
	For   string // SELECT, INSERT, UPDATE, DELETE or ALL
	Using string // which rows are seen, updated or deleted
	Check string // which rows may come to be; empty for SELECT and DELETE
}

// What the server's role may be granted.
const (
	reads    = "SELECT"
	appends  = "SELECT, INSERT"
	corrects = "SELECT, INSERT, UPDATE"
	keeps    = "SELECT, INSERT, DELETE"
	writes   = "SELECT, INSERT, UPDATE, DELETE"
)

// Catalogue lists every table there is. A test holds it against the migrations, and
// `rls check` against a database.
func Catalogue() []Table {
	return []Table{
		// 0001_people
		{Name: "tenants", Kind: Own, Rights: writes, Policies: []Policy{
			{"of_tenant", "SELECT", `id = (SELECT app_tenant())`, ``},
			{"head", "UPDATE", `id = (SELECT app_tenant())`, `id = (SELECT app_tenant())`}, // of the audit chain
			{"found", "INSERT", ``, `id = (SELECT app_tenant()) AND (SELECT app_role()) = 'owner'`},
			{"end", "DELETE", `id = (SELECT app_tenant()) AND (SELECT app_role()) = 'owner'`, ``},
		}},
		{Name: "users", Kind: Own, Rights: corrects, Policies: []Policy{
			{"read", "SELECT", ofTenant + ` AND (id = (SELECT app_user()) OR (SELECT app_role()) = 'owner')`, ``},
			{"change", "UPDATE", ofTenant + ` AND (id = (SELECT app_user()) OR (SELECT app_role()) = 'owner')`,
				ofTenant + ` AND (id = (SELECT app_user()) OR (SELECT app_role()) = 'owner')`},
			{"create", "INSERT", ``, ofTenant + ` AND (SELECT app_role()) = 'owner'`},
		}},
		{Name: "sessions", Kind: PerUserAdministered, Rights: writes},

		// 0002_ledger
		{Name: "portfolios", Kind: Own, Rights: writes, Policies: []Policy{
			{"read", "SELECT", ofTenant + ` AND (` + owns + ` OR id IN (SELECT granted_portfolios('view')))`, ``},
			{"create", "INSERT", ``, ofTenant + ` AND ` + owns},
			{"change", "UPDATE", ofTenant + ` AND (` + owns + ` OR id IN (SELECT granted_portfolios('trade')))`, ofTenant},
			{"delete", "DELETE", ofTenant + ` AND ` + owns, ``},
		}},
		{Name: "grants", Kind: Own, Rights: writes, Policies: []Policy{
			{"read", "SELECT", ofTenant + ` AND (user_id = (SELECT app_user()) OR portfolio_id IN (SELECT visible_portfolios('manage')))`, ``},
			{"manage", "ALL", ofTenant + ` AND portfolio_id IN (SELECT visible_portfolios('manage'))`,
				ofTenant + ` AND portfolio_id IN (SELECT visible_portfolios('manage'))`},
		}},
		{Name: "accounts", Kind: PerPortfolio, Rights: writes},
		{Name: "versions", Kind: PerPortfolio, Rights: appends},
		{Name: "imports", Kind: PerPortfolio, Rights: corrects},
		{Name: "transactions", Kind: PerPortfolio, Rights: "SELECT, INSERT, UPDATE (superseded)"},

		// 0003_market
		{Name: "market_versions", Kind: Market, Rights: appends},
		{Name: "instruments", Kind: Market, Rights: writes},
		{Name: "instruments_history", Kind: Market, Rights: appends},
		{Name: "series", Kind: Market, Rights: corrects},
		{Name: "blocks", Kind: Market, Rights: writes},
		{Name: "blocks_history", Kind: Market, Rights: appends},
		{Name: "own_prices", Kind: Market, Rights: "SELECT, INSERT, UPDATE (superseded)"},

		// 0004_records, 0005_events
		{Name: "events", Kind: Own, Rights: appends, Policies: []Policy{
			{"read", "SELECT", ofTenant + ` AND ` + ofEvent, ``},
			{"note", "INSERT", ``, ofTenant + ` AND user_id = (SELECT app_user())`},
		}},
		{Name: "event_contents", Kind: Own, Rights: appends, Policies: []Policy{
			{"read", "SELECT", ofTenant + ` AND ` + ofEvent, ``},
			{"note", "INSERT", ``, ofTenant + ` AND user_id = (SELECT app_user())`},
		}},
		{Name: "answers", Kind: PerUser, Rights: writes},
		{Name: "settings", Kind: Own, Rights: writes, Policies: []Policy{
			{"read", "SELECT", ofTenant + ` AND (user_id = (SELECT app_user()) OR user_id = app_shared() AND ` + isMember + `)`, ``},
			{"own", "ALL", ofTenant + ` AND user_id = (SELECT app_user())`, ofTenant + ` AND user_id = (SELECT app_user())`},
			{"administer", "ALL", ofTenant + ` AND user_id = app_shared() AND ((SELECT app_role()) = 'owner' OR (SELECT app_operator()))`,
				ofTenant + ` AND user_id = app_shared() AND ((SELECT app_role()) = 'owner' OR (SELECT app_operator()))`},
		}},

		// 0006_accounts
		{Name: "refresh_tokens", Kind: PerUser, Rights: writes},
		{Name: "personal_tokens", Kind: PerUser, Rights: writes},
		{Name: "invites", Kind: Administered, Rights: writes},
		{Name: "second_factors", Kind: PerUserAdministered, Rights: writes},
		{Name: "recovery_codes", Kind: PerUserAdministered, Rights: writes},
		{Name: "passkeys", Kind: PerUser, Rights: writes},
		{Name: "linked_identities", Kind: PerUser, Rights: writes},
		{Name: "mail_tokens", Kind: PerUser, Rights: writes},
		{Name: "outbox", Kind: PerUser, Rights: writes},
		{Name: "challenges", Kind: Global, Rights: writes},
		{Name: "attempts", Kind: Global, Rights: writes},
		{Name: "signing_keys", Kind: Global, Rights: writes},
		{Name: "features", Kind: Global, Rights: writes},

		// 0007_jobs
		{Name: "job_runs", Kind: PerPortfolio, Rights: corrects},
		{Name: "job_steps", Kind: PerPortfolio, Rights: writes},
		{Name: "snapshots", Kind: PerPortfolio, Rights: appends},
		{Name: "import_drafts", Kind: PerUser, Rights: keeps},

		// 0008_sharing
		{Name: "shares", Kind: Own, Rights: writes, Policies: managed},
		{Name: "links", Kind: Own, Rights: corrects, Policies: managed},
		{Name: "households", Kind: PerUser, User: "founder_id", Rights: writes},
		{Name: "household_people", Kind: PerUser, User: "founder_id", Rights: writes},
		{Name: "contributions", Kind: Own, Rights: writes, Policies: managed},

		// 0009_alerts
		{Name: "alert_channels", Kind: PerUser, Rights: writes},
		{Name: "alert_rules", Kind: Own, Rights: writes, Policies: []Policy{
			{"read", "SELECT", ofTenant + ` AND (user_id = (SELECT app_user()) OR ` + inPortfolio("view") + `)`, ``},
			{"create", "INSERT", ``, ofTenant + ` AND user_id = (SELECT app_user()) AND (portfolio_id IS NULL OR ` + inPortfolio("trade") + `)`},
			{"change", "UPDATE", ofTenant + ` AND (portfolio_id IS NULL AND user_id = (SELECT app_user()) OR ` + inPortfolio("trade") + `)`,
				ofTenant + ` AND (portfolio_id IS NULL AND user_id = (SELECT app_user()) OR ` + inPortfolio("trade") + `)`},
			{"delete", "DELETE", ofTenant + ` AND (user_id = (SELECT app_user()) OR ` + inPortfolio("trade") + `)`, ``},
		}},
		{Name: "alerts", Kind: PerPortfolio, Rights: corrects},
		{Name: "alert_checks", Kind: PerPortfolio, Rights: writes},
		{Name: "alert_deliveries", Kind: Own, Rights: writes, Policies: []Policy{ // put on its way with the alert, by whoever found it; then its user's
			{"own", "ALL", ofTenant + ` AND user_id = (SELECT app_user())`, ofTenant + ` AND user_id = (SELECT app_user())`},
			{"enter", "INSERT", ``, ofTenant + ` AND ` + inPortfolio("trade")},
		}},
		{Name: "alert_attempts", Kind: PerUser, Rights: corrects},

		// 0010_closings
		{Name: "closings", Kind: PerPortfolio, Rights: appends},

		// 0012_supply
		{Name: "allowances", Kind: Market, Rights: writes},
		{Name: "providers", Kind: Market, Rights: corrects},
		{Name: "provider_keys", Kind: Own, Rights: writes, Policies: []Policy{
			{"administer", "ALL", `tenant_id = app_shared() AND (SELECT app_operator())`, `tenant_id = app_shared() AND (SELECT app_operator())`},
		}},
		{Name: "supplies", Kind: Market, Rights: corrects},
		{Name: "held_values", Kind: Market, Rights: corrects},
		{Name: "documents", Kind: Market, Rights: writes},
		{Name: "mentions", Kind: Market, Rights: writes},
		{Name: "aliases", Kind: Market, Rights: writes},
		{Name: "watchlists", Kind: Own, Rights: writes, Policies: shareable},
		{Name: "watchlist_entries", Kind: Own, Rights: writes, Policies: shareable},
		{Name: "targets", Kind: PerUser, Rights: appends},
		{Name: "research_notes", Kind: Own, Rights: writes, Policies: shareable},
		{Name: "income_proposals", Kind: PerPortfolio, Rights: writes},

		// 0013_days
		{Name: "days", Kind: Market, Rights: "SELECT, INSERT, UPDATE (folded), UPDATE (until)"},

		// 0014_guests
		{Name: "guest_rules", Kind: Own, Rights: writes, Policies: ofGuest},
		{Name: "guest_alerts", Kind: Own, Rights: corrects, Policies: ofGuest},
		{Name: "guest_checks", Kind: Own, Rights: corrects, Policies: ofGuest},
		{Name: "guest_deliveries", Kind: Own, Rights: writes, Policies: ofGuest},
		{Name: "guest_attempts", Kind: PerUser, Rights: corrects},

		// 0015_operations
		{Name: "operations", Kind: Global, Rights: appends},

		// 0016_requests
		{Name: "request_hours", Kind: Global, Rights: writes},
		{Name: "baselines", Kind: Global, Rights: appends},

		// 0017_incidents
		{Name: "marks", Kind: Global, Rights: corrects},
		{Name: "mark_answers", Kind: Global, Rights: writes},
		{Name: "incidents", Kind: Global, Rights: corrects},
		{Name: "incident_entries", Kind: Global, Rights: appends},

		// what was run
		{Name: "migrations", Kind: Internal, Rights: reads},
		{Name: "goose_versions", Kind: Internal},
	}
}

// Conditions that recur. A subquery without a FROM is worked out once a statement.
const (
	ofTenant = `tenant_id = (SELECT app_tenant())`
	isMember = `(SELECT app_role()) IN ('owner', 'member')`
	owns     = `owner_id = (SELECT app_user()) AND ` + isMember
	// What was seen before in the transaction is at hand; the rest is asked once a
	// statement, and only where a row is not of what was seen.
	ofEvent = `(user_id = (SELECT app_user()) OR portfolio_id IS NULL AND (SELECT app_role()) = 'owner'
		OR portfolio_id = ANY ((SELECT app_seen('view'))::uuid[]) OR portfolio_id IN (SELECT visible_portfolios('view')))`
)

// managed are the rules of what those who manage a portfolio alone see and write.
var managed = []Policy{{"manage", "ALL", ofTenant + ` AND ` + inPortfolio("manage"), ofTenant + ` AND ` + inPortfolio("manage")}}

// ofGuest are the rules of what is a guest's alone, as long as the portfolio is granted.
// What ends with the grant goes through references, whoever ends it.
var ofGuest = []Policy{{"own", "ALL", grantedToGuest, grantedToGuest}}

const grantedToGuest = `tenant_id = (SELECT app_tenant()) AND user_id = (SELECT app_user()) AND portfolio_id IN (SELECT granted_portfolios('view'))`

// shareable are the rules of what is one user's, and shown to the tenant's other members
// where its user says so.
var shareable = []Policy{
	{"read", "SELECT", ofTenant + ` AND (user_id = (SELECT app_user()) OR shared AND ` + isMember + `)`, ``},
	{"own", "ALL", ofTenant + ` AND user_id = (SELECT app_user())`, ofTenant + ` AND user_id = (SELECT app_user())`},
}

// inPortfolio is the condition that somebody has a role in the portfolio of a row.
func inPortfolio(role string) string {
	return `portfolio_id IN (SELECT visible_portfolios('` + role + `'))`
}

// Rules are the policies of a table.
func (t Table) Rules() []Policy {
	user, portfolio := t.User, t.Portfolio
	if user == "" {
		user = "user_id"
	}
	if portfolio == "" {
		portfolio = "portfolio_id"
	}
	all := func(condition string) []Policy { return []Policy{{"own", "ALL", condition, condition}} }
	switch t.Kind {
	case TenantWide:
		return all(ofTenant + ` AND ` + isMember)
	case Administered:
		return all(ofTenant + ` AND (SELECT app_role()) = 'owner'`)
	case PerUser:
		return all(ofTenant + ` AND ` + user + ` = (SELECT app_user())`)
	case PerUserAdministered:
		return all(ofTenant + ` AND (` + user + ` = (SELECT app_user()) OR (SELECT app_role()) = 'owner')`)
	case PerPortfolio:
		of := func(role string) string {
			return ofTenant + ` AND (` + portfolio + ` = ANY ((SELECT app_seen('` + role + `'))::uuid[]) OR ` + portfolio + ` IN (SELECT visible_portfolios('` + role + `')))`
		}
		return []Policy{{"read", "SELECT", of("view"), ``}, {"enter", "INSERT", ``, of("trade")}, {"change", "UPDATE", of("trade"), of("trade")}, {"delete", "DELETE", of("trade"), ``}}
	case Market:
		own := ofTenant + ` AND ` + isMember + ` OR tenant_id = app_shared() AND (SELECT app_operator())`
		return []Policy{{"read", "SELECT", `tenant_id IN ((SELECT app_tenant()), app_shared())`, ``},
			{"enter", "INSERT", ``, own}, {"change", "UPDATE", own, own}, {"delete", "DELETE", own, ``}}
	case Own:
		return t.Policies
	}
	return nil
}

// Policed reports whether the rows of a table are kept apart by policies.
func (t Table) Policed() bool { return t.Kind != Global && t.Kind != Internal }
