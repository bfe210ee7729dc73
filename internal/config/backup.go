package config

import (
	"errors"
	"net/url"
	"strconv"
)

// Backup is where backups are kept and for how long.
type Backup struct {
	Directory    string // of this machine; empty: "backups" in Data
	Bucket       string // s3://BUCKET/PREFIX; empty: none
	Endpoint     string // of the object storage, as https://…; empty: Amazon's
	Region       string
	AccessKey    string // empty: that of the machine's role
	SecretKey    string
	SessionToken string
	Days         int    // how long data backups are kept
	Systems      int    // how many system backups are kept
	Tools        string // directory of pg_dump and pg_restore; empty: found
}

// backupSettings are those of backups.
var backupSettings = []setting{
	{key: "backup_dir", name: "BACKUP_DIR", means: "directory that backups are written to (default: backups in the data directory)",
		set: func(c *Config, v string) error { c.Backup.Directory = v; return nil },
		get: func(c *Config) string { return c.Backup.Directory }},
	{key: "backup_retention_days", name: "BACKUP_RETENTION_DAYS", means: "days that backups of the database are kept",
		set: func(c *Config, v string) (err error) { c.Backup.Days, err = number(v, 1, 36600); return err },
		get: func(c *Config) string { return strconv.Itoa(c.Backup.Days) }},
	{key: "backup_system_keep", name: "BACKUP_SYSTEM_KEEP", means: "how many system backups (backup create --full) are kept",
		set: func(c *Config, v string) (err error) { c.Backup.Systems, err = number(v, 1, 10000); return err },
		get: func(c *Config) string { return strconv.Itoa(c.Backup.Systems) }},
	{key: "aws_s3_bucket", name: "AWS_S3_BUCKET", means: "bucket that backups are copied to as well, with a prefix after a slash where wanted",
		set: func(c *Config, v string) error { c.Backup.Bucket = v; return nil },
		get: func(c *Config) string { return c.Backup.Bucket }},
	{key: "aws_endpoint_url", name: "AWS_ENDPOINT_URL", means: "address of the object storage, where it is not Amazon's",
		set: func(c *Config, v string) error {
			u, err := url.Parse(v)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
				return errors.New("not the address of a server; use https://storage.example.org")
			}
			c.Backup.Endpoint = v
			return nil
		},
		get: func(c *Config) string { return c.Backup.Endpoint }},
	{key: "aws_region", name: "AWS_REGION", means: "its region",
		set: func(c *Config, v string) error { c.Backup.Region = v; return nil },
		get: func(c *Config) string { return c.Backup.Region }},
	{key: "aws_access_key_id", name: "AWS_ACCESS_KEY_ID", means: "who writes there; empty: the role of the machine",
		set: func(c *Config, v string) error { c.Backup.AccessKey = v; return nil },
		get: func(c *Config) string { return c.Backup.AccessKey }},
	{key: "aws_secret_access_key", name: "AWS_SECRET_ACCESS_KEY", means: "with which key", hide: true,
		set: func(c *Config, v string) error { c.Backup.SecretKey = v; return nil },
		get: func(c *Config) string { return c.Backup.SecretKey }},
	{key: "aws_session_token", name: "AWS_SESSION_TOKEN", means: "and which token, where the key is a passing one", hide: true,
		set: func(c *Config, v string) error { c.Backup.SessionToken = v; return nil },
		get: func(c *Config) string { return c.Backup.SessionToken }},
	{key: "postgres_bin", name: "POSTGRES_BIN", means: "directory of pg_dump and pg_restore, where they are not found",
		set: func(c *Config, v string) error { c.Backup.Tools = v; return nil },
		get: func(c *Config) string { return c.Backup.Tools }},
}
