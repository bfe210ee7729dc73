package config

import (
	"strconv"
	"time"
)

// drainSettings say how a process goes.
var drainSettings = []setting{
	{key: "drain", name: "DRAIN_SECONDS", means: "seconds that a process which is told to stop goes on answering while /health/ready says 503, so that a balancer sends nobody more",
		set: func(c *Config, v string) error {
			n, err := number(v, 0, 60)
			c.Drain = time.Duration(n) * time.Second
			return err
		},
		get: func(c *Config) string { return strconv.Itoa(int(c.Drain / time.Second)) }},
}
