package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The file that people copy has every setting, as it is.
func TestExample(t *testing.T) {
	kept, err := os.ReadFile(filepath.Join("..", "..", ".env.example"))
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != Example() {
		t.Error("make .env.example anew: go run ./cmd/foliosight config example > .env.example")
	}
}

// Taken as it is, with every # before a setting away, it is a configuration: that of
// the defaults.
func TestExampleIsTheDefaults(t *testing.T) {
	var lines []string
	for _, line := range strings.Split(Example(), "\n") {
		if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# ") {
			line = line[1:]
		}
		lines = append(lines, line)
	}
	path := write(t, strings.Join(lines, "\n"))
	environ := []string{"HOME=/home/ada"}
	given, err := Load(Input{File: path, Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	usual, err := Load(Input{Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range given.Show() {
		if want := usual.Show()[i]; s.Value != want.Value {
			t.Errorf("%s is %q, the default %q", s.Key, s.Value, want.Value)
		}
	}
}

// What may be a secret is not in what is said of a mistake.
func TestMistakesDoNotTellSecrets(t *testing.T) {
	path := write(t, "SUPA_API_SERVICE_KEY=topsecret1\ntopsecret2\nSECRET_KEY=topsecret3\nENCRYPTION_KEY=topsecret4\n"+
		"DATABASE_URL=mysql://ada:topsecret5@db/books\nREDIS_URL=ada:topsecret6@cache\nDATABASE_ADMIN_URL=mysql://db/books?user=ada&password=topsecret7&x=1\n")
	_, err := Load(Input{File: path, Environ: []string{"HOME=/home/ada"}})
	if err == nil {
		t.Fatal("taken as it is")
	}
	if strings.Contains(err.Error(), "topsecret") {
		t.Errorf("a secret is shown:\n%v", err)
	}
	i := Inspect(Input{File: path, Environ: []string{"HOME=/home/ada"}})
	if len(i.Mistakes) != 8 || len(i.Files) != 1 || i.Files[0].Path != path {
		t.Errorf("%d mistakes, files %v", len(i.Mistakes), i.Files)
	}
}
