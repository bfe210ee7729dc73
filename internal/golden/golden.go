// Package golden tells the stories in testdata again: small text files that a portfolio
// manager can check by hand, each what is told followed by what comes of it. Tests alone
// use it.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the results in testdata")

// Files tells each file that a pattern matches again; tell returns what the whole file
// should be. With -update the files are written instead of compared.
func Files(t *testing.T, pattern string, tell func(t *testing.T, text string) string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories in %s: %v", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(t, string(raw))
			switch {
			case t.Failed():
			case *update:
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			case got != string(raw):
				t.Errorf("%s: got\n%s\nwant\n%s", file, got, raw)
			}
		})
	}
}

// Stories is Files for stories in which all that follows a line is the result: tell is given
// what is before it and returns what comes after.
func Stories(t *testing.T, pattern, line string, tell func(t *testing.T, told string) string) {
	t.Helper()
	Files(t, pattern, func(t *testing.T, text string) string {
		told, _, found := strings.Cut(text, line+"\n")
		if !found {
			t.Fatalf("no line %q", line)
		}
		return told + line + "\n" + tell(t, told)
	})
}
