package health

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// When something is said to need looking after.
const (
	leastSpace   = 0.10           // of the disk that is free
	backupWithin = 26 * time.Hour // since the last one: a night and some patience
)

// Brief puts what /health says into a report.
func (a Answer) Brief(r *check.Report) {
	if a.Services.Database == Connected {
		r.Fine("database", "it answers")
	} else {
		r.Find("database", "it does not answer", "look at the server's log; is the database running, its address right, its disk full?")
	}
	if a.Maintenance != "" {
		r.Find("maintenance", "requests are held off ("+a.Maintenance+")", "`foliosight maintenance status` says since when and why; `foliosight maintenance off` ends it")
	}
	switch a.Services.Writes {
	case NoRoom:
		r.Find("changes", "the database takes no changes: its disk is full", "make room there; it then works again by itself")
	case ReadOnly:
		r.Find("changes", "the database takes no changes: its disk cannot be written", "look at the disk and at the server's log: is it mounted for writing, is a standby in use? It then works again by itself")
	}
	switch a.Services.MarketData {
	case Operational:
		r.Fine("market data", "a source can be asked")
	case Off:
		r.Fine("market data", "nobody is asked, as MARKET_DATA says")
	case Degraded:
		r.Find("market data", "no source can be asked now", "`foliosight providers` says of each why: a key, a limit, or no way to it; figures go on with what is stored")
	default:
		r.Unknown("market data", "the server has not looked yet", "ask again in a moment")
	}
}

// Full puts what /status says into a report. now is the time that ages are counted from.
func (s Status) Full(r *check.Report, now time.Time) {
	s.Answer.Brief(r)
	r.Fine("server", fmt.Sprintf("version %s, %s, up since %s", s.Version, strings.Join(s.Roles, "+"), s.Started.Format(time.RFC3339)))
	if s.Database.Connected {
		text := fmt.Sprintf("%s, %d migrations, the last %s", s.Database.Engine, s.Database.Migrations.Applied, s.Database.Migrations.Last)
		if s.Database.Policies != nil {
			text += fmt.Sprintf(", %d policies", *s.Database.Policies)
		}
		r.Fine("schema", text)
	}
	if p := s.Database.Policies; p != nil && *p == 0 {
		r.Find("policies", "PostgreSQL has no policies for our tables: nothing but the program keeps tenants apart", "`foliosight rls check --fix`")
	}
	s.jobs(r)
	s.Resources(r)
	if s.Shown != nil {
		s.Shown.report(r, now)
	}
	switch {
	case s.Backup == nil && s.Database.Connected && s.Unknown["last_backup"] == "": // else it is not known
		r.Find("backup", "none is recorded", "`foliosight backup create --verify`, every night")
	case s.Backup != nil && now.Sub(*s.Backup) > backupWithin:
		r.Find("backup", fmt.Sprintf("the last one that went well is of %s", s.Backup.Format(time.RFC3339)), "`foliosight backup create --verify`; `foliosight operations --command backup --reports` says what became of the others")
	case s.Backup != nil:
		r.Fine("backup", fmt.Sprintf("the last one is of %s", s.Backup.Format(time.RFC3339)))
	}
	for _, part := range slices.Sorted(maps.Keys(s.Unknown)) {
		r.Unknown(part, s.Unknown[part], "look at the server's log")
	}
}

func (s Status) jobs(r *check.Report) {
	if s.Jobs == nil {
		return
	}
	text := fmt.Sprintf("%d wait, %d run, %d are tried again, %d failed in a week", s.Jobs["queued"], s.Jobs["running"], s.Jobs["retrying"], s.Jobs["failed"])
	if s.Jobs["stuck"] > 0 || s.Jobs["failed"] > 0 {
		r.Find("jobs", text+fmt.Sprintf(", %d are stuck", s.Jobs["stuck"]), "`foliosight jobs list --state failed` says why each did; `foliosight jobs retry` tries again")
		return
	}
	r.Fine("jobs", text)
}

func (c Certificate) report(r *check.Report, now time.Time) {
	const what = "certificate"
	ends := "it ends on " + c.Until.Format(time.RFC3339)
	switch {
	case c.Until.IsZero() && c.Failure == "":
		r.Unknown(what, "there is none yet; the authority is asked", "ask again in a minute")
	case c.Until.IsZero():
		r.Find(what, "there is none: "+c.Failure, "cure that, then `foliosight certificate renew`; it is tried again at "+c.Next.Format(time.RFC3339))
	case c.Failure != "":
		r.Find(what, fmt.Sprintf("%s, and since %s it cannot be renewed: %s", ends, c.Failing.Format(time.RFC3339), c.Failure), "cure that, then `foliosight certificate renew`, or put a good file there")
	case c.Until.Sub(now) < certificate.Margin(c.From, c.Until):
		r.Find(what, ends, "renew it: the server reads new files by itself")
	default:
		r.Fine(what, ends)
	}
}

// Resources puts what the process takes into a report.
func (s Status) Resources(r *check.Report) {
	p := s.Performance
	if p.CPUUsage == nil {
		r.Unknown("cpu", "this system does not tell", "")
	} else {
		r.Fine("cpu", fmt.Sprintf("%.0f %% of one processor, of %d", *p.CPUUsage*100, p.Processors))
	}
	memory := fmt.Sprintf("%s, %d goroutines", Bytes(p.MemoryUsage), p.Goroutines)
	switch {
	case p.MemoryLimit == nil:
		r.Fine("memory", memory+", no limit")
	case float64(p.MemoryUsage) > 0.9*float64(*p.MemoryLimit):
		r.Find("memory", fmt.Sprintf("%s of a limit of %s", memory, Bytes(uint64(*p.MemoryLimit))), "raise GOMEMLIMIT and what the machine gives, or spread the people over more processes")
	default:
		r.Fine("memory", fmt.Sprintf("%s of a limit of %s", memory, Bytes(uint64(*p.MemoryLimit))))
	}
	if d := s.Disk; d != nil {
		space(r, *d)
	}
	for _, pool := range s.Pools {
		text := fmt.Sprintf("%d in use, %d idle, %d at most", pool.InUse, pool.Idle, pool.Most)
		if pool.InUse >= pool.Most && pool.Most > 1 {
			r.Find("connections "+pool.Name, text, "more at once only wait for each other: fewer long calculations at a time, more processes, or a larger DATABASE_POOL_SIZE")
		} else {
			r.Fine("connections "+pool.Name, text)
		}
	}
	if p.ResponseTime > 1000 {
		r.Find("database time", fmt.Sprintf("it took %.0f ms to answer", p.ResponseTime), "`foliosight perf slow` says which statements take long")
	} else if s.Database.Connected {
		r.Fine("database time", fmt.Sprintf("it answered in %.1f ms", p.ResponseTime))
	}
	text := fmt.Sprintf("%d errors and %d warnings in the last hour", s.ErrorsSince["error"], s.ErrorsSince["warn"])
	if s.ErrorsSince["error"] == 0 {
		r.Fine("log", text)
		return
	}
	for _, line := range s.Errors {
		if line.Level == "error" {
			text += fmt.Sprintf("; the last: %s at %s", line.Message, line.At.Format(time.RFC3339))
			if line.RequestID != "" {
				text += " (request " + line.RequestID + ")"
			}
			break
		}
	}
	r.Find("log", text, "look for it in the log; `foliosight resources --json` has the last twenty")
}

func space(r *check.Report, d Space) {
	text := fmt.Sprintf("%s free of %s where the data are", Bytes(d.Free), Bytes(d.Size))
	if d.Size > 0 && float64(d.Free) < leastSpace*float64(d.Size) {
		r.Find("disk", text, "make room or give it more: a full disk takes no booking")
		return
	}
	r.Fine("disk", text)
}

// LocalDisk adds the space of a directory, where no server was there to tell.
func LocalDisk(r *check.Report, d Space, err error) {
	if err != nil {
		r.Unknown("disk", err.Error(), "")
		return
	}
	space(r, d)
}

// Bytes is a size for people.
func Bytes(n uint64) string {
	units := []string{"B", "KB", "MB", "GB", "TB", "PB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v /= 1000
		i++
	}
	if v < 10 && i > 0 {
		return fmt.Sprintf("%.1f %s", v, units[i])
	}
	return fmt.Sprintf("%.0f %s", v, units[i])
}
