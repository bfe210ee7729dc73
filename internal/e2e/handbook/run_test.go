package handbook

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// serves go on until they are stopped.
	serves = regexp.MustCompile(`^foliosight (quality )?serve\b`)
	// reports end with 1 where they found something, and here there is something to find.
	reports = regexp.MustCompile(`^foliosight (env check|audit (security|system|deps)|monitor|maintain|incident|certificate|quality check|perf|keys ages|health --full|resources)\b`)
	// asks need a server that answers, alone need the database of SQLite for themselves.
	asks  = regexp.MustCompile(`^(foliosight (health|resources|audit system|maintenance|cache|incident respond)|curl)\b`)
	alone = regexp.MustCompile(`^foliosight (providers|doctor|sync|user|features|jobs|keys rotate|audit verify|audit security --full|db|migrate (up|down)|move|restore|isolation|demo|import|serve)\b`)
	// destroys leave an installation that the commands after it would not know.
	destroys = regexp.MustCompile(`^foliosight (restore .*--replace|keys rotate|migrate down|demo reset|features disable --non-critical|incident respond security-breach)\b`)
)

// young are what an installation of a minute ago cannot know yet.
var young = regexp.MustCompile(`^foliosight perf (trends|slow|report|baseline)\b`)

// TestChaptersDoWhatTheySay runs every command of every chapter.
func TestChaptersDoWhatTheySay(t *testing.T) {
	for _, name := range chapters(t, "operations") {
		all := commands(name, text(t, name))
		if len(all) == 0 || name == aboutPostgreSQL {
			continue
		}
		t.Run(strings.TrimSuffix(name[strings.LastIndex(name, "/")+1:], ".md"), func(t *testing.T) {
			t.Parallel()
			begin(t).follow(all)
		})
	}
}

// follow runs the commands of a chapter in their order.
func (w *world) follow(all []command) {
	w.t.Helper()
	before := "" // what was exported holds until the end, as in the shell of a reader
	for _, c := range all {
		switch {
		case excused(c) != "":
		case c.sql:
			if w.administer == nil {
				w.t.Errorf("%s: it is not for SQLite; is the chapter one of those on PostgreSQL?", c)
				continue
			}
			w.administer(c)
		case strings.HasPrefix(c.text, "export "):
			before += w.names.Replace(c.text) + "\n"
		default:
			w.one(before, c)
		}
	}
}

// incidents are numbered by their second; the chapter's stands for the latest.
var incidents = regexp.MustCompile(`INC-\d{8}-\d{6}`)

// known puts the incident that there is in the place of the chapter's.
func (w *world) known(text string) string {
	if !incidents.MatchString(text) {
		return text
	}
	latest := incidents.FindString(w.run("", "foliosight incident list").both)
	if latest == "" {
		w.t.Errorf("%s: no incident is listed", text)
	}
	return incidents.ReplaceAllString(text, latest)
}

// one runs one command where it may be run, and holds it against what the chapter says.
func (w *world) one(before string, c command) {
	w.t.Helper()
	in := w
	switch {
	case destroys.MatchString(c.text) && !w.shared:
		in = w.apart()
		defer in.stop()
	case asks.MatchString(c.text):
		w.start()
	case alone.MatchString(c.text) && !w.shared, strings.HasPrefix(c.text, "foliosight migrate down"):
		w.stop()
	}
	r := in.run(before, w.known(c.text))
	want := c.exits
	if want == nil {
		if want = []int{0}; reports.MatchString(c.text) {
			want = []int{0, 1}
		}
		if young.MatchString(c.text) {
			want = append(want, 3)
		}
	}
	if !slices.Contains(want, r.status) {
		w.t.Errorf("%s: status %d, want %v\n%s", c, r.status, want, r.both)
	}
	if strings.Contains(c.text, "--json") && !strings.ContainsAny(c.text, "|>") && !json.Valid(r.result) {
		w.t.Errorf("%s: it printed no JSON:\n%s", c, r.result)
	}
}
