package incident

import (
	"context"

	"github.com/foliosight/foliosight/internal/ops/check"
)

// Part is a piece of playbooks.
type Part struct {
	Name    string
	Says    string // what it looks at, or what it does
	Command string // by which a person does the same; empty: there is none
	Acts    bool
	// Confirm says that it locks people out or changes what they can do.
	Confirm bool
}

// Hand does a part: it puts what it finds into the report. An error is what kept it.
type Hand func(ctx context.Context, r *check.Report) error

// parts are all there are. Those that act come in the order in which they are safe.
var parts = []Part{
	{Name: "live", Says: "whether the process answers at all", Command: "foliosight health"},
	{Name: "ready", Says: "whether the process reaches its database", Command: "foliosight health"},
	{Name: "status", Says: "everything the server knows of itself: schema, jobs, memory, disk, connections, certificate, backup", Command: "foliosight health --full"},
	{Name: "errors", Says: "the last errors of the log that the server has in memory", Command: "foliosight resources --json"},
	{Name: "disk", Says: "the room on the disk where the data are, seen from here", Command: "foliosight resources"},
	{Name: "database", Says: "whether the database answers this command, with a schema that is up to date", Command: "foliosight migrate status"},
	{Name: "pages", Says: "the pages of a SQLite file, read through beside the server; on PostgreSQL nothing", Command: "foliosight maintain weekly"},
	{Name: "verify", Says: "the whole database: checksums, references, versions, prices, audit trails", Command: "foliosight db verify"},
	{Name: "policies", Says: "what keeps one user from another in PostgreSQL", Command: "foliosight rls check --strict"},
	{Name: "statements", Says: "statements that run or wait for long now, and those that took long", Command: "foliosight perf slow --threshold 500ms"},
	{Name: "performance", Says: "sizes, indexes, the plan of the newest bookings, requests and errors of a day", Command: "foliosight perf report"},
	{Name: "backups", Says: "whether a backup was made and one verified in time", Command: "foliosight backup list"},
	{Name: "security", Says: "policies, the certificate, failed sign-ins, the ages of keys", Command: "foliosight monitor security"},
	{Name: "system", Says: "the checklist of a production installation", Command: "foliosight audit system"},
	{Name: "trail", Says: "the audit trail of every tenant, computed again", Command: "foliosight audit verify"},

	{Name: "backup", Acts: true, Says: "back the database up as it is, before anything else is tried on it", Command: "foliosight backup create --keep"},
	{Name: "evidence", Acts: true, Says: "seal what there is to see into a system backup (copy it away: retention removes it in time): database with audit trails and the record of operations, settings without secrets, logs", Command: "foliosight backup create --full --keep"},
	{Name: "statistics", Acts: true, Says: "renew the statistics that queries are planned with", Command: "foliosight maintain daily"},
	{Name: "caches", Acts: true, Says: "have every process let go of what it keeps in memory", Command: "foliosight cache clear"},
	{Name: "features", Acts: true, Confirm: true, Says: "switch off what is not critical, registration with it; books and figures stay", Command: "foliosight features disable --non-critical"},
	{Name: "sessions", Acts: true, Confirm: true, Says: "end every session with its refresh tokens and revoke every token made for a program: everybody signs in anew"},
}

// playbooks are the parts of each kind, in their order: first what is seen, then what is
// kept safe, then what is tried.
var playbooks = map[string][]string{
	ServiceDown:     {"live", "ready", "status", "errors", "disk", "database", "backups"},
	DatabaseIssue:   {"live", "ready", "disk", "database", "backup", "pages", "verify", "policies", "statements", "backups", "statistics"},
	SecurityBreach:  {"security", "policies", "system", "trail", "status", "errors", "evidence", "features", "sessions"},
	PerformanceDrop: {"live", "status", "errors", "disk", "statements", "performance", "caches", "statistics", "features"},
}

// afterwards is what remains for a person whatever was found.
var afterwards = map[string][]Remaining{
	ServiceDown: {{"Restart the server where it does not answer", "systemctl restart foliosight"}, {"See that it is well again", "foliosight health --full"}},
	DatabaseIssue: {{"Where rows are damaged: restore the last good backup beside the database and compare", "foliosight backup list"},
		{"Keep people out while the database is mended", "foliosight maintenance on --reason TEXT --until TIME"}},
	SecurityBreach: {{"Rotate the signing key: access tokens end at once", "foliosight keys rotate --emergency"},
		{"Put new ENCRYPTION_KEY, database password and keys of providers into the settings, the earlier ENCRYPTION_KEY as ENCRYPTION_KEY_PREVIOUS, and restart", "foliosight keys ages"},
		{"See in the audit trail who did what", "foliosight audit export --help"},
		{"Say to the people concerned what happened, as the law asks", ""}},
	PerformanceDrop: {{"Restart processes whose memory does not come down", "systemctl restart foliosight"}, {"See whether it has become slower, and since when", "foliosight perf trends --days 7"}},
}

// Playbook is what is looked at and done for a kind, in order; nil: there is no such kind.
func Playbook(kind string) []Part {
	var all []Part
	for _, name := range playbooks[kind] {
		for _, p := range parts {
			if p.Name == name {
				all = append(all, p)
			}
		}
	}
	return all
}
