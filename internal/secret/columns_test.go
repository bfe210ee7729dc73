package secret_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/secret"
)

// What the program seals with the installation's keys lies in a column that is named in
// Columns: nobody else makes a place. What stands here is sealed with other keys.
func TestEveryPlaceIsAColumn(t *testing.T) {
	other := map[string]string{"internal/service/challenge.go": "sealed with the token itself"}
	made := regexp.MustCompile(`secret\.Place\{[^}]`)
	seen := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		name := strings.TrimPrefix(filepath.ToSlash(path), "../../")
		if err != nil || !made.Match(text) {
			return err
		}
		if seen++; other[name] == "" {
			t.Errorf("%s makes a place of its own: `foliosight keys reseal` would leave it behind; name its column in Columns", name)
		}
		return nil
	})
	if err != nil || seen != len(other) {
		t.Errorf("%d files make places, want %d, %v", seen, len(other), err)
	}
}

// The columns are those that the migrations call sealed, each there since its migration.
func TestColumnsAreThere(t *testing.T) {
	texts := map[string]string{}
	all, err := filepath.Glob("../store/migrations/sql/*.sql")
	if err != nil || len(all) == 0 {
		t.Fatal("no migrations", err)
	}
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		texts[filepath.Base(path)] = up
	}
	var found []string
	table := regexp.MustCompile(`^(?:CREATE TABLE (\w+) \(|ALTER TABLE (\w+) ADD COLUMN (\w+) bytes_blob)`)
	column := regexp.MustCompile(`^\s+(\w+)\s+bytes_blob`)
	for name, text := range texts {
		in := ""
		for _, line := range strings.Split(text, "\n") {
			if m := table.FindStringSubmatch(line); m != nil && m[1] != "" {
				in = m[1]
			} else if m != nil && m[3] == "sealed" {
				found = append(found, name+" "+m[2]+" sealed")
			}
			m := column.FindStringSubmatch(line)
			if m != nil && (m[1] == "sealed" || strings.Contains(line, "-- sealed")) && !strings.Contains(line, "with the token itself") {
				found = append(found, name+" "+in+" "+m[1])
			}
		}
	}
	var want []string
	for _, c := range secret.Columns() {
		want = append(want, c.Since+" "+c.Table+" "+c.Name)
	}
	slices.Sort(found)
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Errorf("the migrations have\n%s\nColumns has\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
}

// What lies in databases is bound to these places: they never change.
func TestPlacesStay(t *testing.T) {
	for _, c := range []struct {
		column secret.Column
		key    []string
		want   secret.Place
		row    string
	}{
		{secret.SecondFactors, []string{"t", "u"}, secret.Place{Purpose: "second factor", ID: "t/u"}, "t/u"},
		{secret.Outbox, []string{"t", "m"}, secret.Place{Purpose: "outbox", ID: "t/m"}, "t/m"},
		{secret.SigningKeys, []string{"k"}, secret.Place{Purpose: "signing key", ID: "k"}, "k"},
		{secret.AlertChannels, []string{"t", "c"}, secret.Place{Purpose: "alert-channel", ID: "t/c"}, "t/c"},
		{secret.Answers, []string{"t", "u", "key/1"}, secret.Place{Purpose: "answer", ID: "t/u/key/1"}, "t/u"},
		{secret.ProviderKeys, []string{"t", "fmp"}, secret.Place{Purpose: "provider-key", ID: "fmp"}, "fmp"},
	} {
		if got := c.column.PlaceOf(c.key); got != c.want || c.column.RowOf(c.key) != c.row {
			t.Errorf("%s: %+v of row %q, want %+v of %q", c.column.Table, got, c.column.RowOf(c.key), c.want, c.row)
		}
	}
}

// The keys that a blob and a set of keys name are the same; alone, the earlier ones open
// nothing.
func TestNames(t *testing.T) {
	old, both := keys(t, key(1)), keys(t, key(2), key(1))
	blob, err := old.Seal(here, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if secret.SealedWith(blob) != old.ID() || secret.SealedWith(blob[:5]) != "" || secret.SealedWith(nil) != "" {
		t.Errorf("sealed with %q, want %q", secret.SealedWith(blob), old.ID())
	}
	if !both.Has(old.ID()) || !both.Has(both.ID()) || old.Has(both.ID()) || both.Has("") || (*secret.Keys)(nil).Has(old.ID()) {
		t.Error("keys do not know their names")
	}
	if e := both.Earlier(); len(e) != 1 || e[0] != old.ID() || len(old.Earlier()) != 0 {
		t.Errorf("earlier: %v", e)
	}
	if _, err := both.Open(here, blob); err != nil {
		t.Error(err)
	}
	if _, err := both.Alone().Open(here, blob); err == nil || both.Alone().ID() != both.ID() {
		t.Error("alone, the current key opens what an earlier one sealed")
	}
}
