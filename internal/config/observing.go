package config

import (
	"strconv"
	"time"

	"github.com/foliosight/foliosight/internal/ops/logs"
)

// Log is where the log goes and when its file is closed.
type Log struct {
	File  string        // empty: standard error
	Bytes int64         // at which a file is closed
	Age   time.Duration // at which it is closed; 0: at none
	Keep  int           // closed files that are kept
	Debug time.Duration // for how long everything is logged after the start
	debug string        // as it was given
}

// usualLog is what holds where nothing is set: seven files of ten megabytes.
func usualLog() Log { return Log{Bytes: 10 << 20, Keep: 7, debug: "false"} }

// logSettings are those of the log beside LOG_LEVEL.
func logSettings() []setting {
	return []setting{
		{key: "log_file", name: "LOG_FILE", means: "file of the log, which is rotated; empty: standard error",
			set: func(c *Config, v string) error { c.Log.File = v; return nil },
			get: func(c *Config) string { return c.Log.File }},
		{key: "log_file_mb", name: "LOG_FILE_MB", means: "megabytes at which the log file is closed and a new one begun",
			set: func(c *Config, v string) error {
				n, err := number(v, 1, 10_000)
				c.Log.Bytes = int64(n) << 20
				return err
			},
			get: func(c *Config) string { return strconv.Itoa(int(c.Log.Bytes >> 20)) }},
		{key: "log_file_days", name: "LOG_FILE_DAYS", means: "days after which the log file is closed and a new one begun; 0: only by size",
			set: func(c *Config, v string) error {
				n, err := number(v, 0, 366)
				c.Log.Age = time.Duration(n) * 24 * time.Hour
				return err
			},
			get: func(c *Config) string { return strconv.Itoa(int(c.Log.Age / (24 * time.Hour))) }},
		{key: "log_file_keep", name: "LOG_FILE_KEEP", means: "closed log files that are kept",
			set: func(c *Config, v string) (err error) { c.Log.Keep, err = number(v, 1, 1000); return err },
			get: func(c *Config) string { return strconv.Itoa(c.Log.Keep) }},
		{key: "debug_logging", name: "DEBUG_INFO_LOGGING", means: "log everything for a while after the start: true (half an hour) or a time as 10m; never a token, a key or a body",
			set: func(c *Config, v string) (err error) {
				c.Log.Debug, err = logs.Lasts(v)
				c.Log.debug = v
				return err
			},
			get: func(c *Config) string { return c.Log.debug }},
	}
}
