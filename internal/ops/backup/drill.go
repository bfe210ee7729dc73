package backup

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// Drilled is what a drill measured.
type Drilled struct {
	Place    string        `json:"place"`
	Name     string        `json:"name"`
	Manifest Manifest      `json:"manifest"`
	Rows     int64         `json:"rows"`
	Tables   int           `json:"tables"`     // compared, each alike
	RTO      time.Duration `json:"rto_ns"`     // from nothing to a database that was looked through
	Fetched  time.Duration `json:"fetched_ns"` // of that: fetching, verifying and unpacking
	Loaded   time.Duration `json:"loaded_ns"`  // of that: until the rows were in the database
	Age      time.Duration `json:"age_ns"`     // since the backup's moment: what may be lost
	RPO      time.Duration `json:"rpo_ns"`     // since the newest change in it
	Newest   time.Time     `json:"newest_change,omitzero"`
	Live     time.Time     `json:"newest_live_change,omitzero"`
	Lost     time.Duration `json:"lost_ns"`    // between the newest change in it and the newest live one
	Figures  int           `json:"portfolios"` // whose figures came out to the same bytes
	// Unseen says why figures were not compared; empty: they were.
	Unseen string `json:"unseen,omitempty"`
}

// Drill restores the newest archive of a place beside everything, compares every table
// with what was backed up and the figures of some portfolios, byte for byte, with the
// live ones as they were known then, and measures how long it took and how much would
// be lost. Nothing of it stays.
func Drill(ctx context.Context, s Source, p Place) (d Drilled, err error) {
	all, err := p.List(ctx)
	if err != nil {
		return d, err
	}
	if len(all) == 0 {
		return d, fmt.Errorf("%s: %w; `foliosight backup create` makes one", p, ErrNone)
	}
	began := s.Now()
	d.Place, d.Name = p.String(), all[0].Name
	stage, done, err := work(s.Work)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, done()) }()
	parts := filepath.Join(stage, "parts")
	if d.Manifest, err = unpack(ctx, s, p, d.Name, parts); err != nil {
		return d, err
	}
	d.Fetched = s.Now().Sub(began)
	if engineOf(s.Address) != d.Manifest.Engine {
		return d, fmt.Errorf("%s is a backup of %s, the database is %s", d.Name, d.Manifest.Engine, engineOf(s.Address))
	}
	fresh, err := restoreScratch(ctx, s, s.Address, parts, d.Manifest)
	if err != nil {
		return d, fmt.Errorf("%s: %w", d.Name, err)
	}
	defer func() { err = errors.Join(err, fresh.drop(ctx)) }()
	ended := s.Now()
	d.RTO, d.Loaded = ended.Sub(began), fresh.loaded
	d.Rows, d.Tables, d.Newest = d.Manifest.Rows(), len(d.Manifest.Tables), d.Manifest.Newest
	d.Age = ended.Sub(d.Manifest.Taken)
	if !d.Newest.IsZero() {
		d.RPO = ended.Sub(d.Newest)
	}
	return d, d.live(ctx, s, stage, fresh)
}

// live compares with the live database; that it cannot be seen is no fault of the backup.
func (d *Drilled) live(ctx context.Context, s Source, stage string, fresh *scratch) error {
	address := s.Address
	if !postgres.IsURL(address) { // a server may hold the file: a copy of now stands for it
		copied := filepath.Join(stage, "live.sqlite")
		if err := sqlite.Snapshot(ctx, sqlitePath(address), copied); err != nil {
			d.Unseen = err.Error()
			return ctx.Err()
		}
		address = "sqlite:" + copied
	}
	err := inside(ctx, address, func(db *tend.Database, tx *sql.Tx) (err error) {
		d.Live, err = db.NewestChange(ctx, tx)
		return err
	})
	if err != nil {
		d.Unseen = err.Error()
		return ctx.Err()
	}
	d.Lost = max(0, d.Live.Sub(d.Newest))
	if s.Figures == nil {
		d.Unseen = "figures are not compared here"
		return nil
	}
	restored, err := s.Figures(ctx, fresh.address, d.Newest, nil)
	if err != nil {
		return fmt.Errorf("figures of the restored database: %w", err)
	}
	ids := slices.Sorted(maps.Keys(restored))
	if len(ids) == 0 {
		d.Unseen = "there is no portfolio with bookings"
		return nil
	}
	now, err := s.Figures(ctx, address, d.Newest, ids)
	if err != nil {
		d.Unseen = "figures of the live database: " + err.Error()
		return ctx.Err()
	}
	for _, id := range ids {
		live, there := now[id]
		if !there {
			continue // deleted since
		}
		if !bytes.Equal(live, restored[id]) {
			return fmt.Errorf("figures of portfolio %s as known at %s: %d bytes restored differ from %d live: %w", id, d.Newest.Format(time.RFC3339), len(restored[id]), len(live), ErrDiffers)
		}
		d.Figures++
	}
	if d.Figures == 0 {
		d.Unseen = "none of the portfolios is there any more"
	}
	return nil
}
