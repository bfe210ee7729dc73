package config

import (
	"errors"
	"slices"
	"strings"
)

// File is one that settings came from.
type File struct {
	Name string // the variable that named it (SECRET_KEY_FILE), or "settings"
	Path string
}

// Secret is a secret as it was set; its value is for measuring, never for showing.
type Secret struct {
	Name   string // of the setting in the environment
	Origin string
	Value  string
}

// Inspection is a configuration with what is wrong in it and where it came from.
type Inspection struct {
	Config
	Mistakes []*Mistake
	Files    []File
	Changed  int // settings that are not the default
}

// Inspect makes a configuration as Load does, and says more of it.
func Inspect(in Input) Inspection {
	l := load(in)
	i := Inspection{Config: l.Config, Files: slices.Clone(l.read), Changed: len(l.origins)}
	for _, err := range l.mistakes {
		var m *Mistake
		if errors.As(err, &m) {
			i.Mistakes = append(i.Mistakes, m)
		}
	}
	if path := l.Password; path != "" {
		i.Files = append(i.Files, File{Name: "DATABASE_PASSWORD_FILE", Path: path})
	}
	return i
}

// Secrets are those that were set, each under the name that was used. One that stands in
// an address is the whole address.
func (c Config) Secrets() []Secret {
	var all []Secret
	for _, s := range settings {
		if origin := c.origins[s.key]; origin != "" && (s.hide || s.secret) {
			if value := s.get(&c); value != "" {
				all = append(all, Secret{Name: s.name, Origin: origin, Value: value})
			}
		}
	}
	return all
}

// Given reports whether a setting was set, by its name in the environment.
func (c Config) Given(name string) bool {
	for _, s := range settings {
		if s.name == name {
			return c.origins[s.key] != ""
		}
	}
	return false
}

// Known reports whether a variable of this name is read.
func Known(name string) bool { return known(name) }

// beside are variables that are read, but are no settings: where those are, and the token
// that commands ask a server with.
var beside = map[string]bool{"FOLIOSIGHT_CONFIG": true, "FOLIOSIGHT_TOKEN": true}

// Unread are the variables of the environment that look as if they were meant for this
// program or one of those that it follows, and are read by nothing; by name.
func Unread(environ, prefixes []string) []string {
	var names []string
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if value != "" && !known(name) && !beside[name] && slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
