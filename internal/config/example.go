package config

import (
	"fmt"
	"strings"
)

// Example is a file of settings with every one that there is, commented out, its meaning
// above it and its default as value. A secret is shown as the file that would hold it.
func Example() string {
	d := defaults()
	d.Data = "" // found out on each machine
	var b strings.Builder
	b.WriteString(`# Every setting of FolioSight, with what it means; what stands here is what holds where
# nothing is set. Take the # away from what you change. The file is read as foliosight.env
# in the data directory, or as what --config or FOLIOSIGHT_CONFIG names; the environment
# overrides it, flags override both. Its mode has to be 0600 where it holds a secret.
# ` + "`foliosight env check`" + ` looks through it; ` + "`foliosight config example`" + ` makes it anew.

# address of a process that serves the API, where FOLIOSIGHT_LISTEN is not set
#BACKEND_API_HOST=
#BACKEND_API_PORT=

# port of a process that serves pages alone
#PORT=
`)
	for _, s := range settings {
		if s.name == "" {
			continue
		}
		fmt.Fprintf(&b, "\n# %s\n", s.means)
		if s.hide || s.secret {
			fmt.Fprintf(&b, "#%s=\n#%s_FILE=\n", s.name, s.name)
			continue
		}
		value := s.get(&d)
		if s.name == "FOLIOSIGHT_DATA" || s.name == "DATABASE_POOL_SIZE" || value == "0" {
			value = "" // worked out, or none
		}
		if strings.ContainsAny(value, " #") {
			value = "'" + value + "'"
		}
		fmt.Fprintf(&b, "#%s=%s\n", s.name, value)
	}
	return b.String()
}
