package handbook

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository, from here.
const root = "../../.."

// command is one command of a chapter.
type command struct {
	chapter string
	line    int
	block   int    // which block of the chapter
	text    string // as the shell is given it
	exits   []int  // the statuses that it says; nil: none is said
	sql     bool   // statements for the administrator of the cluster
}

func (c command) String() string { return fmt.Sprintf("%s:%d: %s", c.chapter, c.line, c.text) }

// chapters are the names of the files in a folder of docs.
func chapters(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "docs", folder, "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no chapters in docs/%s: %v", folder, err)
	}
	for i, f := range files {
		files[i] = filepath.ToSlash(f[len(root)+1:])
	}
	return files
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var (
	fence   = regexp.MustCompile("^\\s*```(\\w*)")
	indent  = regexp.MustCompile(`^(?:    |\t)\s*(\S.*)$`)
	cron    = regexp.MustCompile(`^(?:[\d*][\d*/,-]*\s+){5}`)
	comment = regexp.MustCompile(`(?:^|\s+)#(?:\s|$).*$`)
	exits   = regexp.MustCompile(`\bexits (\d)(?: or (\d))?`)
	setting = regexp.MustCompile(`^[A-Z][A-Z0-9_]*=\S*$`)
	starts  = regexp.MustCompile(`^(foliosight|make|curl|psql|systemctl|nginx|docker|kubectl|promtool|litestream|go|openssl|sudo|export|cp|(?:scripts|deploy)/\S+)(\s|$)`)
)

// commands are those in the blocks of a chapter. Every line of a block of sh is one, but for
// settings and for scripts, which go into files; of other blocks, and of what is indented,
// those that begin with a program.
func commands(name, page string) []command {
	var all []command
	language, fenced, block, blank, joined, from := "", false, 0, true, "", 0
	script := -1 // the block that is a file of its own
	for n, line := range strings.Split(page, "\n") {
		if m := fence.FindStringSubmatch(line); m != nil {
			fenced = !fenced
			language = m[1]
			block++
			blank = true
			continue
		}
		code := line
		if !fenced {
			m := indent.FindStringSubmatch(line)
			if m == nil {
				if strings.TrimSpace(line) != "" {
					block++
				}
				blank = strings.TrimSpace(line) == ""
				continue
			}
			if !blank { // a paragraph or an item that goes on
				continue
			}
			language, code = "", m[1]
		}
		code = strings.TrimSpace(code)
		if joined == "" {
			from = n + 1
		}
		if rest, more := strings.CutSuffix(code, `\`); more {
			joined += rest
			continue
		}
		code = joined + code
		joined = ""
		if strings.HasPrefix(code, "#!") {
			script = block
		}
		timed := cron.MatchString(code)
		code = cron.ReplaceAllString(code, "")
		if code == "" || block == script || setting.MatchString(comment.ReplaceAllString(code, "")) || language != "sh" && language != "sql" && language != "" || language == "" && !timed && !starts.MatchString(code) {
			continue
		}
		c := command{chapter: name, line: from, block: block, sql: language == "sql"}
		if !c.sql {
			for _, m := range exits.FindAllStringSubmatch(comment.FindString(code), -1) {
				for _, digit := range m[1:] {
					if digit != "" {
						c.exits = append(c.exits, int(digit[0]-'0'))
					}
				}
			}
			code = comment.ReplaceAllString(code, "")
		}
		parts := []string{code}
		if !c.sql {
			parts = split(code)
		}
		for _, part := range parts {
			if c.text = part; part != "" {
				all = append(all, c)
			}
		}
	}
	return all
}

// split cuts a line where one command ends and the next begins, outside of quotes.
func split(line string) []string {
	var parts []string
	var quote rune
	last := 0
	for i, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == ';' || r == '&' && strings.HasPrefix(line[i:], "&&"):
			parts = append(parts, strings.TrimSpace(line[last:i]))
			last = i + 1
			if r == '&' {
				last++
			}
		}
	}
	return append(parts, strings.TrimSpace(line[last:]))
}

// TestChaptersAreReadAsPeopleReadThem is what the others rest on: what would not be seen
// would not be tried.
func TestChaptersAreReadAsPeopleReadThem(t *testing.T) {
	page := "Text with `foliosight no`.\n\n" +
		"```sh\nfoliosight a --x \"b; c\"   # what it does, exits 1 or 3\nexport A=b; foliosight \\\n  two\n```\n\n" +
		"```yaml\nfoliosight: no\n```\n\n```sh\n#!/bin/sh\nfoliosight no\n```\n\n```sh\nA_SETTING=x   # as that\n```\n\n" +
		"- an item\n    foliosight goes on in it\n\n" +
		"```\n0 2 * * *  foliosight night && make x\nmessage: foliosight no\n```\n\n" +
		"    foliosight indented\n    { \"no\": 1 }\n\n```sql\nCREATE ROLE x; -- # y\n```\n"
	var got []string
	for _, c := range commands("page", page) {
		got = append(got, fmt.Sprintf("%d %s %v %v", c.line, c.text, c.exits, c.sql))
	}
	want := []string{`4 foliosight a --x "b; c" [1 3] false`, "5 export A=b [] false", "5 foliosight two [] false", "26 foliosight night [] false", "26 make x [] false",
		"30 foliosight indented [] false", "34 CREATE ROLE x; -- # y [] true"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
