package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/foliosight/foliosight/finance/snapshot"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/tend"
)

// BackupSource is the database of a configuration as backups are made of it.
func BackupSource(cfg config.Config, o Outside, commit string) (backup.Source, error) {
	o = o.complete()
	s := backup.Source{Address: "sqlite:" + cfg.SQLite(), Work: filepath.Dir(cfg.SQLite()), Tools: cfg.Backup.Tools, Version: o.Version, Commit: commit, Now: o.Now}
	if cfg.PostgreSQL() {
		if cfg.Admin == "" {
			return s, fmt.Errorf("this needs the role that owns the schema: set DATABASE_ADMIN_URL")
		}
		s.Address, s.Server, s.Password, s.Work = cfg.Admin, cfg.Database, cfg.Password, cfg.Data
		if s.Work == "" {
			s.Work = filepath.Join(os.TempDir(), "foliosight")
		}
		s.Queue = func(ctx context.Context, admin string) error {
			there := cfg
			there.Admin = admin
			return InstallQueue(ctx, there)
		}
	}
	var err error
	if s.Keys, err = secretsOf(cfg); err != nil {
		return s, err
	}
	s.Figures = func(ctx context.Context, address string, known time.Time, portfolios []string) (map[string][]byte, error) {
		return figuresOf(ctx, cfg, o, address, known, portfolios)
	}
	return s, nil
}

// BackupPlaces are where backups go: to an address given (a directory, s3://…), else the
// directory of the configuration and its bucket besides.
func BackupPlaces(cfg config.Config, to string) ([]backup.Place, error) {
	bucket := func(address string) (backup.Place, error) {
		b := cfg.Backup
		return backup.NewStorage(backup.Bucket{Address: address, Endpoint: b.Endpoint, Region: b.Region, AccessKey: b.AccessKey, SecretKey: b.SecretKey, SessionToken: b.SessionToken})
	}
	if backup.IsBucket(to) {
		p, err := bucket(to)
		return []backup.Place{p}, err
	}
	if to != "" {
		return []backup.Place{backup.Directory(to)}, nil
	}
	var all []backup.Place
	switch {
	case cfg.Backup.Directory != "":
		all = append(all, backup.Directory(cfg.Backup.Directory))
	case cfg.Backup.Bucket == "":
		all = append(all, backup.Directory(filepath.Join(filepath.Dir(cfg.SQLite()), "backups")))
	}
	if cfg.Backup.Bucket != "" {
		address := cfg.Backup.Bucket
		if !backup.IsBucket(address) {
			address = "s3://" + address
		}
		p, err := bucket(address)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// BackupExtras are what a system backup has besides the database: the settings, without
// their secrets, the certificate with its key, and the logs that are named.
func BackupExtras(cfg config.Config, logs []string) ([]backup.Extra, error) {
	settings, err := json.MarshalIndent(cfg.Show(), "", "  ")
	if err != nil {
		return nil, err
	}
	all := []backup.Extra{{Name: "settings.json", Text: settings}}
	if cfg.TLS() {
		cert, key := cfg.CertificateFiles()
		if _, err := os.Stat(cert); err == nil || len(cfg.ACME.Domains) == 0 { // one that was not issued yet is no loss
			all = append(all, backup.Extra{Name: "certificates/certificate.pem", Path: cert}, backup.Extra{Name: "certificates/key.pem", Path: key})
		}
	}
	for i, path := range logs {
		all = append(all, backup.Extra{Name: fmt.Sprintf("logs/%d-%s", i+1, filepath.Base(path)), Path: path})
	}
	return all, nil
}

// mostFigures is how many portfolios a drill compares.
const mostFigures = 3

// figuresOf opens another database with the settings of this one, and computes.
func figuresOf(ctx context.Context, cfg config.Config, o Outside, address string, known time.Time, portfolios []string) (map[string][]byte, error) {
	whose, err := busiest(ctx, address, portfolios)
	if err != nil {
		return nil, err
	}
	there := cfg
	if there.Admin = ""; cfg.PostgreSQL() {
		name, err := postgres.DatabaseOf(address)
		if err != nil {
			return nil, err
		}
		if there.Database, err = postgres.At(cfg.Database, name); err != nil {
			return nil, err
		}
	} else {
		there.Database = address
	}
	h, err := Open(ctx, there, o)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	all := map[string][]byte{}
	for id, owner := range whose {
		a, err := h.Analysis(ctx, service.Caller{Identity: owner}, service.Question{Portfolios: []string{id}, KnownOn: known})
		if err != nil {
			return nil, fmt.Errorf("portfolio %s: %w", id, err)
		}
		var text []byte
		for _, name := range snapshot.Names() {
			part, err := snapshot.Section(name, a)
			if err != nil {
				return nil, fmt.Errorf("portfolio %s: %s: %w", id, name, err)
			}
			text = append(append(text, part.JSON...), '\n')
		}
		all[id] = text
	}
	return all, nil
}

// busiest are the owners of some portfolios: those given, else those with most bookings.
func busiest(ctx context.Context, address string, portfolios []string) (map[string]store.Identity, error) {
	d, err := tend.Open(address)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	rows, err := d.DB.QueryContext(ctx, `SELECT p.id, p.tenant_id, p.owner_id FROM portfolios p WHERE p.sequence > 0 ORDER BY p.sequence DESC, p.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	wanted := map[string]bool{}
	for _, id := range portfolios {
		wanted[id] = true
	}
	all := map[string]store.Identity{}
	for rows.Next() && (portfolios != nil || len(all) < mostFigures) {
		var id string
		var owner store.Identity
		if err := rows.Scan(&id, &owner.Tenant, &owner.User); err != nil {
			return nil, err
		}
		if portfolios == nil || wanted[id] {
			all[id] = owner
		}
	}
	return all, rows.Err()
}
