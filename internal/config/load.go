package config

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Input is what a configuration is made from.
type Input struct {
	// Environ are the variables as NAME=VALUE, as os.Environ gives them.
	Environ []string
	// Flags are those that were given, by name without the dashes.
	Flags map[string]string
	// File is a file of NAME=VALUE lines; empty: FOLIOSIGHT_CONFIG of the environment,
	// and where that is not set, foliosight.env in the data directory if it is there.
	File string
}

// Mistake is a setting that cannot be used.
type Mistake struct {
	Key    string // of the setting, or the unknown name
	Origin string // where it was set
	Value  string // redacted where it is secret
	Reason string
}

// Error names key, place, value and reason.
func (m *Mistake) Error() string {
	return fmt.Sprintf("%s (%s) %q: %s", m.Key, m.Origin, m.Value, m.Reason)
}

// Load makes the configuration. Its error joins a *Mistake for each thing that is wrong.
func Load(in Input) (Config, error) {
	l := load(in)
	return l.Config, errors.Join(l.mistakes...)
}

func load(in Input) *loader {
	l := &loader{Config: defaults(), environ: map[string]string{}, flags: in.Flags}
	for _, line := range in.Environ {
		if name, value, ok := strings.Cut(line, "="); ok && value != "" {
			l.environ[name] = value
		}
	}
	l.Data = defaultData(l.environ)
	l.file(in.File)
	l.names("environment", l.environ)
	for _, s := range settings {
		if value, given := in.Flags[s.flag]; given && s.flag != "" {
			l.apply(s, "--"+s.flag, value)
		}
	}
	l.addresses()
	l.people()
	l.whole()
	return l
}

// loader applies one source after the other.
type loader struct {
	Config
	environ  map[string]string
	fromFile map[string]string
	flags    map[string]string
	read     []File // that settings came from
	mistakes []error
}

func (l *loader) apply(s setting, origin, value string) {
	if err := s.set(&l.Config, value); err != nil {
		l.mistakes = append(l.mistakes, &Mistake{Key: s.key, Origin: origin, Value: s.shown(value), Reason: err.Error()})
	}
	l.origins[s.key] = origin
}

// names applies the variables of one source.
func (l *loader) names(source string, values map[string]string) {
	for _, s := range settings {
		if s.name == "" {
			continue
		}
		if value, ok := values[s.name]; ok {
			l.apply(s, source+" "+s.name, value)
		} else if path, ok := values[s.name+"_FILE"]; ok && (s.secret || s.hide) {
			l.read = append(l.read, File{Name: s.name + "_FILE", Path: path})
			content, err := os.ReadFile(path)
			if err != nil {
				l.mistakes = append(l.mistakes, &Mistake{Key: s.key, Origin: source + " " + s.name + "_FILE", Value: path, Reason: err.Error()})
				continue
			}
			l.apply(s, source+" "+s.name+"_FILE", strings.TrimSpace(string(content)))
		}
	}
}

// file reads the file of settings, where there is one.
func (l *loader) file(path string) {
	if path == "" {
		path = l.environ["FOLIOSIGHT_CONFIG"]
	}
	wanted := path != ""
	if !wanted {
		data := l.Data
		if v := l.environ["FOLIOSIGHT_DATA"]; v != "" {
			data = v
		}
		if v := l.flags["data"]; v != "" {
			data = v
		}
		path = filepath.Join(data, "foliosight.env")
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && !wanted {
		return
	}
	if err != nil {
		l.mistakes = append(l.mistakes, &Mistake{Key: "config", Origin: "file", Value: path, Reason: err.Error()})
		return
	}
	l.read = append(l.read, File{Name: "settings", Path: path})
	l.fromFile = l.parse(path, content)
	l.names(path, l.fromFile)
}

// parse reads NAME=VALUE lines; # begins a comment line, quotes around a value are taken off.
func (l *loader) parse(path string, content []byte) map[string]string {
	values := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		origin := fmt.Sprintf("%s line %d", path, number)
		switch {
		case !ok:
			l.mistakes = append(l.mistakes, &Mistake{Key: "config", Origin: origin, Value: unshown, Reason: "not a setting; write it as NAME=VALUE"})
		case !known(name):
			l.mistakes = append(l.mistakes, &Mistake{Key: name, Origin: origin, Value: unshown, Reason: "there is no such setting; `foliosight config show` lists them"})
		case value != "":
			values[name] = value
		}
	}
	return values
}

// unshown stands for what may be a secret: nobody knows of a name that there is not.
const unshown = "•••"

// addressNames are the variables that together make the address.
var addressNames = []string{"BACKEND_API_HOST", "BACKEND_API_PORT", "PORT"}

func known(name string) bool {
	for _, s := range settings {
		if name == s.name && name != "" || (s.secret || s.hide) && name == s.name+"_FILE" {
			return true
		}
	}
	for _, n := range addressNames {
		if n == name {
			return true
		}
	}
	return false
}

// addresses makes the address of the variables that deployments set: BACKEND_API_HOST
// and BACKEND_API_PORT for a process that serves the API, PORT for pages alone. An
// address given whole wins.
func (l *loader) addresses() {
	if l.origins["listen"] != "" {
		return
	}
	host, port, _ := net.SplitHostPort(l.Listen)
	portName := "PORT"
	var origins []string
	if l.Serves("api") {
		portName = "BACKEND_API_PORT"
		if v, from := l.either("BACKEND_API_HOST"); v != "" {
			host, origins = v, append(origins, from)
		}
	}
	if v, from := l.either(portName); v != "" {
		port, origins = v, append(origins, from)
	}
	if len(origins) == 0 {
		return
	}
	l.apply(settings[0], strings.Join(origins, ", "), net.JoinHostPort(host, port))
}

func (l *loader) either(name string) (value, origin string) {
	if v := l.environ[name]; v != "" {
		return v, "environment " + name
	}
	return l.fromFile[name], "file " + name
}

// whole checks what single settings cannot say.
func (l *loader) whole() {
	l.certificates()
	if !l.AsOf.IsNone() && !l.Demo {
		l.mistakes = append(l.mistakes, &Mistake{Key: "as_of", Origin: l.origins["as_of"], Value: l.AsOf.String(), Reason: "it is for the demonstration only; add --demo"})
	}
	if l.Admin != "" && !l.PostgreSQL() {
		l.mistakes = append(l.mistakes, &Mistake{Key: "database_admin", Origin: l.origins["database_admin"], Value: redact(l.Admin), Reason: "the database is SQLite; set DATABASE_URL to PostgreSQL too"})
	}
	if l.Data == "" && l.Database == "" && !l.Demo {
		l.mistakes = append(l.mistakes, &Mistake{Key: "data", Origin: "default", Reason: "there is no home directory to keep data in; set --data"})
	}
}

// defaultData is the user's data directory: XDG_DATA_HOME on Unix, Application Support
// on macOS, the local application data on Windows.
func defaultData(environ map[string]string) string {
	home := environ["HOME"]
	switch runtime.GOOS {
	case "windows":
		if v := environ["LOCALAPPDATA"]; v != "" {
			return filepath.Join(v, "FolioSight")
		}
		home = environ["USERPROFILE"]
	case "darwin":
		if home != "" {
			return filepath.Join(home, "Library", "Application Support", "FolioSight")
		}
	}
	if v := environ["XDG_DATA_HOME"]; filepath.IsAbs(v) {
		return filepath.Join(v, "foliosight")
	}
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".local", "share", "foliosight")
}
