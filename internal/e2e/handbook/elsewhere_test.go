package handbook

import (
	"regexp"
	"testing"
)

// elsewhere are the commands of chapters that are not run here, with the reason. One that
// no chapter has any more fails TestNothingIsExcusedInVain.
var elsewhere = []struct {
	command *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`^systemctl `), "needs systemd; the units are read strictly by internal/deployed"},
	{regexp.MustCompile(`^(useradd|install|certbot) `), "makes accounts, files and certificates of the whole machine"},
	{regexp.MustCompile(`^foliosight certificate check`), "needs a server that speaks TLS; internal/certificate checks files and servers"},
	{regexp.MustCompile(`^cp deploy/systemd/`), "writes to /etc"},
	{regexp.MustCompile(`^docker `), "needs a daemon of containers and its registry; the files are read strictly by internal/deployed"},
	{regexp.MustCompile(`^kubectl `), "needs a cluster; the manifests are read strictly by internal/deployed"},
	{regexp.MustCompile(`^promtool `), "internal/ops/monitor runs it on the same files where it is installed"},
	{regexp.MustCompile(`^scripts/rolling_update `), "needs systemd and nginx; internal/deployed runs it with both replaced"},
	{regexp.MustCompile(`^pg_basebackup `), "needs a role with REPLICATION and the archive of a cluster of one's own; what was tried is said there"},
	{regexp.MustCompile(`^go tool pprof `), "waits for what a person types"},
}

// excused is why a command is not run; empty: it is.
func excused(c command) string {
	for _, e := range elsewhere {
		if e.command.MatchString(c.text) {
			return e.why
		}
	}
	return ""
}

func TestNothingIsExcusedInVain(t *testing.T) {
	for _, e := range elsewhere {
		used := false
		for _, name := range chapters(t, "operations") {
			for _, c := range commands(name, text(t, name)) {
				used = used || e.command.MatchString(c.text)
			}
		}
		if !used {
			t.Errorf("no chapter has %s any more: take it out of the list", e.command)
		}
	}
}
