package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A story is told from what stands before the line, and with -update written anew.
func TestStories(t *testing.T) {
	file := filepath.Join(t.TempDir(), "one.txt")
	if err := os.WriteFile(file, []byte("two words\n-- loud --\nold\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	loud := func(_ *testing.T, told string) string { return strings.ToUpper(told) }
	*update = true
	Stories(t, file, "-- loud --", loud)
	*update = false
	if raw, err := os.ReadFile(file); err != nil || string(raw) != "two words\n-- loud --\nTWO WORDS\n" {
		t.Fatalf("written: %q (%v)", raw, err)
	}
	Stories(t, file, "-- loud --", loud)
}
