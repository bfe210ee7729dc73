package config

import (
	"strings"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	c, err := Load(Input{Environ: []string{"HOME=/home/ada", "API_RATE_LIMIT=60", "RATE_LIMIT_MAX=20", "RATE_LIMIT_WINDOW=30000", "FRONTEND_URL=https://App.example.org/",
		"REDIS_URL=redis://:secret@cache:6379/0", "FOLIOSIGHT_TRUSTED_PROXIES=10.0.0.0/8, 192.0.2.7"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Limits.Data != 60 || c.Limits.Heavy != 20 || c.Limits.Login != 5 || c.Limits.Window != 30*time.Second || c.Frontend != "https://app.example.org" ||
		len(c.Limits.Proxies) != 2 || c.Limits.Proxies[1].String() != "192.0.2.7/32" {
		t.Errorf("%+v %s", c.Limits, c.Frontend)
	}
	for _, s := range c.Show() {
		if strings.Contains(s.Value, "secret") {
			t.Errorf("%s shows the password", s.Key)
		}
	}
	for _, wrong := range []string{"API_RATE_LIMIT=0", "RATE_LIMIT_WINDOW=10", "FRONTEND_URL=*", "FRONTEND_URL=https://app.example.org/path", "REDIS_URL=cache:6379", "FOLIOSIGHT_TRUSTED_PROXIES=nginx"} {
		if _, err := Load(Input{Environ: []string{"HOME=/home/ada", wrong}}); err == nil {
			t.Errorf("%s is accepted", wrong)
		}
	}
}
