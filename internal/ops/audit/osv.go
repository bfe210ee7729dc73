package audit

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
)

// advisory is what is read of an entry of the OSV database.
// Source: https://ossf.github.io/osv-schema/ (1.6).
type advisory struct {
	ID        string    `json:"id"`
	Modified  time.Time `json:"modified"`
	Withdrawn time.Time `json:"withdrawn"`
	Summary   string    `json:"summary"`
	Affected  []struct {
		Package struct {
			Ecosystem string `json:"ecosystem"`
			Name      string `json:"name"`
		} `json:"package"`
		Ranges []struct {
			Type   string  `json:"type"`
			Events []event `json:"events"`
		} `json:"ranges"`
		Versions []string `json:"versions"`
	} `json:"affected"`
}

// event is where a vulnerability begins or ends.
type event struct {
	Introduced   string `json:"introduced"`
	Fixed        string `json:"fixed"`
	LastAffected string `json:"last_affected"`
}

// staleAfter is how old the newest advisory of a database may be: Go has several a month.
const staleAfter = 45 * 24 * time.Hour

// vulnerabilities holds modules against a database of advisories.
func vulnerabilities(all []debug.Module, o DepsOptions, r *check.Report) {
	const what = "vulnerabilities"
	if o.Database == "" {
		r.Unknown(what, "no database of advisories was given", "download https://osv-vulnerabilities.storage.googleapis.com/Go/all.zip and give it as --db")
		return
	}
	used := map[string]version{}
	for _, m := range all {
		used[m.Path] = parseVersion(m.Version)
	}
	advisories, found := 0, 0
	var newest time.Time
	err := eachAdvisory(o.Database, func(a advisory) {
		advisories++
		if a.Modified.After(newest) {
			newest = a.Modified
		}
		if !a.Withdrawn.IsZero() {
			return
		}
		for _, of := range a.Affected {
			v, there := used[of.Package.Name]
			if of.Package.Ecosystem != "Go" || !there {
				continue
			}
			hit, fixed := false, ""
			for _, one := range of.Ranges {
				if one.Type != "SEMVER" {
					continue
				}
				if in, until := within(v, one.Events); in {
					hit, fixed = true, until
				}
			}
			for _, one := range of.Versions {
				hit = hit || compareVersions(parseVersion(one), v) == 0
			}
			if !hit {
				continue
			}
			found++
			cure := "there is no version without it yet: see https://osv.dev/" + a.ID
			if fixed != "" {
				cure = "build with " + of.Package.Name + " " + fixed + " or later"
			}
			r.Find(a.ID, of.Package.Name+": "+a.Summary, cure)
		}
	})
	switch {
	case err != nil:
		r.Unknown(what, err.Error(), "give --db a directory of OSV entries, or the zip of them")
	case advisories == 0:
		r.Unknown(what, o.Database+" holds no advisories", "give --db a directory of OSV entries, or the zip of them")
	case o.Now.Sub(newest) > staleAfter:
		r.Find(what, fmt.Sprintf("the newest of %d advisories is of %s", advisories, newest.Format(time.DateOnly)), "download the database anew")
	case found == 0:
		r.Fine(what, fmt.Sprintf("%d advisories, the newest of %s: none is about what this was built of", advisories, newest.Format(time.DateOnly)))
	}
}

// within reports whether a version is in a range, and where that ends.
func within(v version, events []event) (in bool, fixed string) {
	for _, e := range events { // in the order of versions
		switch {
		case e.Introduced == "0" || e.Introduced != "" && compareVersions(v, parseVersion(e.Introduced)) >= 0:
			in, fixed = true, ""
		case e.Fixed != "" && in:
			if compareVersions(v, parseVersion(e.Fixed)) >= 0 {
				in = false
			} else if fixed == "" {
				fixed = e.Fixed
			}
		case e.LastAffected != "" && in && compareVersions(v, parseVersion(e.LastAffected)) > 0:
			in = false
		}
	}
	return in, fixed
}

// eachAdvisory reads every entry of a directory or a zip.
func eachAdvisory(path string, take func(advisory)) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	var tree fs.FS = os.DirFS(path)
	if !info.IsDir() {
		z, err := zip.OpenReader(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		defer z.Close()
		tree = z
	}
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".json") {
			return err
		}
		f, err := tree.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		text, err := io.ReadAll(io.LimitReader(f, 16<<20))
		if err != nil {
			return err
		}
		var a advisory
		if err := json.Unmarshal(text, &a); err != nil {
			return fmt.Errorf("%s: %s: %w", path, name, err)
		}
		if a.ID != "" { // an index lies beside the entries
			take(a)
		}
		return nil
	})
}
