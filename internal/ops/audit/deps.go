package audit

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/foliosight/foliosight/internal/ops/check"
)

// DepsOptions are what the modules of a program are held against.
type DepsOptions struct {
	Build    *debug.BuildInfo
	Cache    string // directory of the module cache; empty: GOMODCACHE or the usual one
	Database string // directory or zip of OSV advisories; empty: none
	Now      time.Time
}

// Deps looks at the modules that a program was built of: their checksums, their licences
// as far as the module cache has them, and known vulnerabilities.
func Deps(o DepsOptions, r *check.Report) {
	if o.Build == nil {
		r.Unknown("modules", "the program does not say what it was built of", "build it with modules: go build ./cmd/foliosight")
		return
	}
	var all []debug.Module
	for _, d := range o.Build.Deps {
		m := *d
		if d.Replace != nil {
			m = *d.Replace
		}
		all = append(all, m)
		if m.Sum == "" {
			r.Find("module "+m.Path, m.Version+" has no checksum: it was built from a directory", "build from a published version")
		}
	}
	if r.Count(check.Finding) == 0 {
		r.Fine("modules", fmt.Sprintf("%d modules, each with its checksum; built with %s", len(all), o.Build.GoVersion))
	}
	licences(all, o.cache(), r)
	vulnerabilities(append(all, debug.Module{Path: "stdlib", Version: "v" + strings.TrimPrefix(o.Build.GoVersion, "go")}), o, r)
}

func (o DepsOptions) cache() string {
	if o.Cache != "" {
		return o.Cache
	}
	if dir := os.Getenv("GOMODCACHE"); dir != "" {
		return dir
	}
	root := os.Getenv("GOPATH")
	if root == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		root = filepath.Join(home, "go")
	}
	return filepath.Join(filepath.SplitList(root)[0], "pkg", "mod")
}

// escaped is a path as the module cache writes it: a capital is ! and the small letter.
func escaped(path string) string {
	var b strings.Builder
	for _, c := range path {
		if unicode.IsUpper(c) {
			b.WriteByte('!')
			c = unicode.ToLower(c)
		}
		b.WriteRune(c)
	}
	return b.String()
}

// licences reports modules whose licence asks for more than to be named, or is not known.
func licences(all []debug.Module, cache string, r *check.Report) {
	counts := map[string]int{}
	var missing []string
	for _, m := range all {
		text, err := licenceText(filepath.Join(cache, escaped(m.Path)+"@"+escaped(m.Version)))
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, m.Path)
			continue
		}
		if err != nil {
			r.Unknown("licence of "+m.Path, err.Error(), "go mod download "+m.Path)
			continue
		}
		name, fine := Licence(text)
		counts[name]++
		if !fine {
			r.Find("licence of "+m.Path, name+": it may bind what is built with it", "have it looked at, or use another module")
		}
	}
	if len(missing) > 0 {
		r.Unknown("licences", fmt.Sprintf("%d of %d modules are not in the module cache %s, the first is %s", len(missing), len(all), cache, missing[0]), "run `go mod download` where the source is, or give --modules DIR")
		return
	}
	var said []string
	for name, n := range counts {
		said = append(said, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(said)
	r.Fine("licences", strings.Join(said, ", "))
}

// licenceText is the text of what a module says of itself.
func licenceText(directory string) (string, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, e := range entries {
		upper := strings.ToUpper(e.Name())
		if !e.IsDir() && (strings.HasPrefix(upper, "LICEN") || strings.HasPrefix(upper, "COPYING") || strings.HasPrefix(upper, "UNLICENSE")) {
			content, err := os.ReadFile(filepath.Join(directory, e.Name()))
			if err != nil {
				return "", err
			}
			text.Write(content)
		}
	}
	return text.String(), nil
}

// Licence names a licence by its text; fine reports whether it lets programs under any
// licence be built with the module. A text that holds several is the strictest of them.
func Licence(text string) (name string, fine bool) {
	t := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	has := func(words string) bool { return strings.Contains(t, words) }
	switch {
	case has("gnu affero general public license version 3") || strings.HasPrefix(t, "gnu affero"):
		return "AGPL", false
	case has("gnu lesser general public license") && !has("mozilla public license"):
		return "LGPL", false
	case has("gnu general public license") && !has("mozilla public license"):
		return "GPL", false
	case has("server side public license"), has("business source license"):
		return "not open source", false
	case has("mozilla public license"):
		return "MPL-2.0", true
	case has("apache license") && has("version 2.0"):
		return "Apache-2.0", true
	case has("redistributions in binary form") && has("neither the name"):
		return "BSD-3-Clause", true
	case has("redistributions in binary form"):
		return "BSD-2-Clause", true
	case has("permission is hereby granted, free of charge"):
		return "MIT", true
	case has("permission to use, copy, modify, and/or distribute"), has("permission to use, copy, modify, and distribute"):
		return "ISC", true
	case has("cc0 1.0 universal"):
		return "CC0-1.0", true
	case has("this is free and unencumbered software"):
		return "Unlicense", true
	case has("blue oak model license"):
		return "BlueOak", true
	}
	return "not known", false
}

// version is a semantic version: three numbers and what comes before a release.
type version struct {
	numbers [3]int
	before  []string // of a pre-release; empty: a release
}

// parseVersion reads v1.2.3-rc.1+x; what is missing is 0.
func parseVersion(text string) (v version) {
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "v"), "+")
	main, before, _ := strings.Cut(text, "-")
	if i := strings.IndexAny(main, "abcdefghijklmnopqrstuvwxyz "); i >= 0 { // go1.26rc1
		main, before = main[:i], strings.TrimSpace(main[i:])
	}
	for i, part := range strings.SplitN(main, ".", 3) {
		fmt.Sscanf(part, "%d", &v.numbers[i]) // what is no number is 0
	}
	if before != "" {
		v.before = strings.Split(before, ".")
	}
	return v
}

// compareVersions orders them as Semantic Versioning 2.0.0, chapter 11.
func compareVersions(a, b version) int {
	if c := slices.Compare(a.numbers[:], b.numbers[:]); c != 0 {
		return c
	}
	switch {
	case len(a.before) == 0 && len(b.before) == 0:
		return 0
	case len(a.before) == 0:
		return 1
	case len(b.before) == 0:
		return -1
	}
	return slices.CompareFunc(a.before, b.before, func(x, y string) int {
		m, xIs := numeric(x)
		n, yIs := numeric(y)
		switch {
		case xIs && yIs:
			return cmp.Compare(m, n)
		case xIs:
			return -1
		case yIs:
			return 1
		}
		return strings.Compare(x, y)
	})
}

func numeric(text string) (n int, is bool) {
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, text != ""
}
