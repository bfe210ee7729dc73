package config

import (
	"errors"
	"fmt"
	"time"
)

// Operations is when the installation is looked after by itself.
type Operations struct {
	Schedule bool          // false: it is left to cron, a timer or people
	Night    time.Duration // after midnight: when the work of a night begins
	Zone     string        // whose midnight, as Europe/Berlin; empty: that of the machine
}

// Location is the zone that the schedule follows.
func (o Operations) Location() *time.Location {
	if l, err := time.LoadLocation(o.Zone); err == nil && o.Zone != "" {
		return l
	}
	return time.Local
}

// usualOperations is what holds where nothing is set.
func usualOperations() Operations { return Operations{Schedule: true, Night: 2 * time.Hour} }

// operationSettings are those of the built-in schedule.
var operationSettings = []setting{
	{key: "operations_schedule", name: "OPERATIONS_SCHEDULE", means: "on: processes with the role worker check, back up and maintain the installation at their times; off: cron or you do",
		set: func(c *Config, v string) error {
			if v != "on" && v != "off" {
				return errors.New("use on or off")
			}
			c.Operations.Schedule = v == "on"
			return nil
		},
		get: func(c *Config) string {
			if c.Operations.Schedule {
				return "on"
			}
			return "off"
		}},
	{key: "operations_time", name: "OPERATIONS_TIME", means: "time of day when the work of a night begins: backup, verification, drill, maintenance",
		set: func(c *Config, v string) error {
			t, err := time.Parse("15:04", v)
			if err != nil {
				return errors.New("not a time of day; use 02:00")
			}
			c.Operations.Night = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
			return nil
		},
		get: func(c *Config) string {
			m := int(c.Operations.Night / time.Minute)
			return fmt.Sprintf("%02d:%02d", m/60, m%60)
		}},
	{key: "operations_timezone", name: "OPERATIONS_TIMEZONE", means: "zone of that time, as Europe/Berlin (default: that of the machine, or TZ)",
		set: func(c *Config, v string) error {
			if _, err := time.LoadLocation(v); err != nil {
				return errors.New("no such zone; use a name as Europe/Berlin or UTC")
			}
			c.Operations.Zone = v
			return nil
		},
		get: func(c *Config) string { return c.Operations.Zone }},
}
