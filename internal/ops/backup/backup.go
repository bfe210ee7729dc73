// Package backup keeps copies of everything, and brings them back.
//
// Model: a backup is one file (an archive) of one moment, made while the program runs.
// Within are a manifest and the parts that it names with their checksums: the database
// (a whole file of SQLite, or what pg_dump wrote), and in a system backup the settings,
// certificates and logs. It is compressed and sealed with ENCRYPTION_KEY, so that it may
// lie anywhere. It gets its name when it is complete and on the disk; what was cut short
// has none and is no backup.
//
// The manifest has the rows and a hash of every table, the same whichever database they
// are in: a restored database is compared with them before it takes another's place.
// That happens in one step (a rename), and what was there before is kept aside.
//
// Times are UTC. Sizes are bytes.
package backup

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"

	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// The kinds of backups.
const (
	Data   = "data"   // the database
	System = "system" // and settings, certificates, logs
)

// What is wrong with a backup, or with putting it somewhere.
var (
	ErrDamaged = errors.New("the backup is damaged")
	ErrDiffers = errors.New("what was restored is not what was backed up")
	ErrLive    = errors.New("the database has data")
	ErrNone    = errors.New("there is no backup")
	ErrNoTool  = errors.New("the tool of PostgreSQL is not there; install postgresql-client, or name its directory in POSTGRES_BIN")
)

// Source says which database is backed up, restored or drilled, and with what.
type Source struct {
	Address  string       // sqlite:PATH, or postgres://… of the owner
	Server   string       // address of the server's role on PostgreSQL
	Password string       // file with the password of Server
	Keys     *secret.Keys // current and earlier ones
	Work     string       // directory for what is under way, beside the data; made where it is not
	Tools    string       // directory of pg_dump and pg_restore; empty: found
	Version  string       // of the program
	Commit   string
	Now      func() time.Time
	// Queue gives a restored PostgreSQL database's queue of jobs to the server's role.
	Queue func(ctx context.Context, admin string) error
	// Figures are those of portfolios as they were known at a time, by their ids, in bytes
	// that are the same for the same figures: for drills. Without ids it picks some.
	Figures func(ctx context.Context, address string, known time.Time, portfolios []string) (map[string][]byte, error)
}

// Manifest says what an archive holds.
type Manifest struct {
	Format   int           `json:"format"`
	Kind     string        `json:"kind"`
	Taken    time.Time     `json:"taken"` // the moment that it is of
	Took     time.Duration `json:"took_ns"`
	Version  string        `json:"version"`
	Commit   string        `json:"commit,omitempty"`
	Engine   string        `json:"engine"` // sqlite or postgresql
	Database string        `json:"database"`
	Schema   string        `json:"schema"` // the last migration that was run
	Newest   time.Time     `json:"newest_change,omitzero"`
	Runs     []Migration   `json:"migrations"`
	Tables   []tend.Moved  `json:"tables"`
	Parts    []Part        `json:"parts"`
	// Sealed is how many rows are sealed with each key, by its name; null: the version that
	// made it did not note it.
	Sealed map[string]int64 `json:"sealed_with"`
}

// Migration is one that was run.
type Migration struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Part is one file of an archive.
type Part struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

const (
	format       = 1
	manifestName = "manifest.json"
	sqlitePart   = "database.sqlite"
	postgresPart = "database.dump"
	purpose      = "backup" // that archives are sealed for
)

// Rows is how many there are in all tables.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// fits refuses a manifest that this program cannot restore: one of a later form, or of a
// schema that is newer than the program.
func (m Manifest) fits() error {
	if m.Format != format {
		return fmt.Errorf("the archive is of form %d, this program knows %d; use the version that made it (%s) or a later one", m.Format, format, m.Version)
	}
	applied := make([]migrations.Applied, len(m.Runs))
	for i, r := range m.Runs {
		applied[i] = migrations.Applied{Name: r.Name, SHA256: r.SHA256}
	}
	_, err := migrations.Missing(applied)
	return err
}

// names are those of archives: what they are of, and when.
var names = regexp.MustCompile(`^foliosight-(\d{8}T\d{6}Z)-(data|system)(-\d+)?\.backup$`)

const nameTime = "20060102T150405Z"

func nameOf(kind string, taken time.Time, again int) string {
	suffix := ""
	if again > 0 {
		suffix = fmt.Sprintf("-%d", again)
	}
	return "foliosight-" + taken.UTC().Format(nameTime) + "-" + kind + suffix + ".backup"
}

// named reads a name; ok is false where it is not an archive's.
func named(name string) (kind string, taken time.Time, ok bool) {
	m := names.FindStringSubmatch(name)
	if m == nil {
		return "", taken, false
	}
	taken, err := time.Parse(nameTime, m[1])
	return m[2], taken, err == nil
}

// againOf is the number of an archive among those of one second and kind; the first is 0.
func againOf(name string) int {
	m := names.FindStringSubmatch(name)
	if m == nil || m[3] == "" {
		return 0
	}
	n, err := strconv.Atoi(m[3][1:])
	if err != nil {
		return math.MaxInt // more digits than anything counts to
	}
	return n
}
