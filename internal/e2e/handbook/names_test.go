package handbook

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/config"
)

// peoples are commands of who has portfolios, not of who runs the installation; the guide
// has them.
var peoples = []string{"import files", "import undo", "prices import", "analyze", "scenarios", "what-if", "calc", "demo seed", "demo reset"}

// help is what the program says of itself, or of one command.
func help(t *testing.T, of ...string) string {
	t.Helper()
	begin(t)
	out, err := exec.Command(filepath.Join(made.directory, "bin", "foliosight"), append(of, "--help")...).CombinedOutput()
	if err != nil {
		t.Fatalf("foliosight %s --help: %v\n%s", strings.Join(of, " "), err, out)
	}
	return string(out)
}

// programs are all commands, as `foliosight --help` lists them.
func programs(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^  ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)(?: [<\[-].*)?$`).FindAllStringSubmatch(help(t), -1) {
		all = append(all, m[1])
	}
	if len(all) < 50 {
		t.Fatalf("`foliosight --help` lists %d commands: %q", len(all), all)
	}
	return all
}

var span = regexp.MustCompile("`([^`\n]+)`")

// mentioned are the commands of the program on a page, in blocks and in sentences.
func mentioned(name, page string) []command {
	var all []command
	for _, c := range commands(name, page) {
		if strings.HasPrefix(c.text, "foliosight ") {
			all = append(all, c)
		}
	}
	for n, line := range strings.Split(page, "\n") {
		for _, m := range span.FindAllStringSubmatch(line, -1) {
			if strings.HasPrefix(m[1], "foliosight ") {
				all = append(all, command{chapter: name, line: n + 1, text: m[1]})
			}
		}
	}
	return all
}

// which are the commands that a text names: the longest that fits, several where words
// stand beside each other ("user list|add").
func which(all []string, text string) []string {
	words := strings.Fields(text)[1:]
	if len(words) == 0 {
		return nil
	}
	if words[0] == "import" && !slices.Contains(words, "undo") {
		return []string{"import files"}
	}
	var found []string
	for _, one := range strings.Split(strings.ReplaceAll(words[min(1, len(words)-1)], `\`, ""), "|") {
		for _, name := range []string{words[0] + " " + one, words[0]} {
			if slices.Contains(all, name) {
				found = append(found, name)
				break
			}
		}
	}
	return found
}

// TestCommandsOfSentencesAreThere looks at every page: what is named exists, with its flags.
func TestCommandsOfSentencesAreThere(t *testing.T) {
	all := programs(t)
	flags := map[string]string{}
	pages := append(chapters(t, "operations"), chapters(t, "guide")...)
	pages = append(append(pages, chapters(t, ".")...), "README.md")
	for _, name := range pages {
		for _, c := range mentioned(name, text(t, name)) {
			if strings.Contains(c.text, "COMMAND") {
				continue
			}
			words := strings.Fields(c.text)
			if strings.HasPrefix(words[1], "-") { // foliosight --help
				continue
			}
			found := which(all, c.text)
			group := len(words) == 2 && slices.ContainsFunc(all, func(one string) bool { return strings.HasPrefix(one, words[1]+" ") })
			if len(found) == 0 && !group {
				t.Errorf("%s: there is no such command", c)
			}
			for _, one := range found {
				if flags[one] == "" {
					flags[one] = help(t, strings.Fields(one)...)
				}
				ours, _, _ := strings.Cut(c.text, " | ")
				for _, flag := range regexp.MustCompile(`\s\[?(--[a-z][a-z-]*)`).FindAllStringSubmatch(ours, -1) {
					if !regexp.MustCompile(`(?m)[ ,]` + flag[1] + `(=|\[| |$)`).MatchString(flags[one]) {
						t.Errorf("%s: %s has no %s", c, one, flag[1])
					}
				}
			}
		}
	}
}

// TestEveryCommandHasAChapter finds a command that nobody is told of.
func TestEveryCommandHasAChapter(t *testing.T) {
	all := programs(t)
	told := map[string]bool{}
	for _, name := range chapters(t, "operations") {
		for _, c := range mentioned(name, text(t, name)) {
			for _, one := range which(all, c.text) {
				told[one] = true
			}
		}
	}
	guide := ""
	for _, name := range chapters(t, "guide") {
		guide += text(t, name)
	}
	for _, one := range all {
		switch {
		case slices.Contains(peoples, one):
			if !strings.Contains(guide, strings.TrimSuffix(one, " files")) {
				t.Errorf("no page of the guide has `foliosight %s`", one)
			}
		case !told[one]:
			t.Errorf("no chapter of docs/operations has `foliosight %s`", one)
		}
	}
	for _, one := range peoples {
		if !slices.Contains(all, one) {
			t.Errorf("there is no command %s any more: take it out of the list", one)
		}
	}
}

// others are variables of other programs, or of none, that chapters name.
var others = []string{
	"SSL_CERT_FILE",                                      // of Go, for the authorities of the machine
	"RENEWED_LINEAGE",                                    // of certbot
	"SSLMODE",                                            // of deploy/make-secrets
	"NEXT_PUBLIC",                                        // of programs that this one follows, as is said there
	"NAME_FILE", "FOLIOSIGHT_CONFIG", "FOLIOSIGHT_TOKEN", // read before the settings, or beside them
}

// variable is a name in capitals with an underscore, or one that is given a value.
var variable = regexp.MustCompile(`\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z][A-Z0-9]{2,}(?:=))`)

// TestVariablesAreKnown finds a setting that the program would not read.
func TestVariablesAreKnown(t *testing.T) {
	used := map[string]bool{}
	for _, name := range chapters(t, "operations") {
		for n, line := range strings.Split(text(t, name), "\n") {
			for _, m := range variable.FindAllStringSubmatch(line, -1) {
				v := strings.TrimSuffix(m[1], "=")
				if slices.Contains(others, v) {
					used[v] = true
				} else if !config.Known(v) {
					t.Errorf("%s:%d: %s is not a setting of the program", name, n+1, v)
				}
			}
		}
	}
	for _, v := range others {
		if !used[v] {
			t.Errorf("no chapter names %s any more: take it out of the list", v)
		}
	}
}
