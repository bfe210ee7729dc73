package environment

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// mounted is where containers are given their secrets: the directory is the container's
// alone, whatever the modes within it.
var mounted = []string{"/run/secrets/", "/var/run/secrets/"}

// modes reports what others of this machine may read.
func modes(i config.Inspection, r *check.Report) {
	if runtime.GOOS == "windows" {
		r.Unknown("file modes", "access lists of Windows are not read", "see that only the service's account may read "+i.Data)
		return
	}
	before := len(r.Checks)
	looked := 0
	look := func(what, path string, forbidden fs.FileMode, cure string) {
		for _, m := range mounted {
			if strings.HasPrefix(path, m) {
				looked++
				return
			}
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			r.Unknown("mode of "+what, err.Error(), "run it as the account that the server runs as")
		case info.Mode().Perm()&forbidden != 0:
			looked++
			r.Find("mode of "+what, fmt.Sprintf("%s is %04o: others of this machine may read it", path, info.Mode().Perm()), cure+" "+path)
		default:
			looked++
		}
	}
	for _, f := range i.Files {
		if f.Name == "settings" && !hasSecret(i.Config, f.Path) {
			continue
		}
		look(f.Name, f.Path, 0o077, "chmod 600")
	}
	if !i.PostgreSQL() {
		dir := filepath.Dir(i.SQLite())
		look("the data directory", dir, 0o077, "chmod 700")
		look("the database", i.SQLite(), 0o077, "chmod 600")
		look("the database's log", i.SQLite()+"-wal", 0o077, "chmod 600")
		look("the key file", filepath.Join(dir, "foliosight.key"), 0o077, "chmod 600")
	} else if i.Data != "" {
		look("the data directory", i.Data, 0o077, "chmod 700")
	}
	if len(i.ACME.Domains) > 0 {
		cert, _ := i.CertificateFiles()
		look("ACME_CACHE_DIR", i.ACMEFolder(), 0o077, "chmod 700")
		look("the certificate's key", cert, 0o077, "chmod 600")
		look("the account's key", filepath.Join(i.ACMEFolder(), "account.key"), 0o077, "chmod 600")
	}
	if i.Key != "" {
		look("SSL_KEY_PATH", i.Key, 0o027, "chmod 640")
	}
	if len(r.Checks) == before {
		r.Fine("file modes", fmt.Sprintf("%d files and directories are the account's alone", looked))
	}
}

// hasSecret reports whether a secret stands in a file of settings.
func hasSecret(c config.Config, path string) bool {
	for _, s := range c.Secrets() {
		if strings.HasPrefix(s.Origin, path+" ") && !strings.HasSuffix(s.Origin, "_FILE") {
			return true
		}
	}
	return false
}
