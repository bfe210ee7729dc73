package deployed

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestReleaseIsReproducible builds the release of this machine's platform twice, from
// clones in two directories of different depth, and compares every byte.
// RELEASE_TEST=1 asks for it: nothing that tests have built can be used.
func TestReleaseIsReproducible(t *testing.T) {
	if os.Getenv("RELEASE_TEST") != "1" {
		t.Skip("compiles everything anew: RELEASE_TEST=1 asks for it")
	}
	platform := runtime.GOOS + "/" + runtime.GOARCH
	build := func(parts ...string) string {
		clone := filepath.Join(append([]string{t.TempDir()}, parts...)...)
		source, err := filepath.Abs(root)
		if err != nil {
			t.Fatal(err)
		}
		run(t, exec.Command("git", "clone", "-q", "--no-hardlinks", source, clone))
		release := exec.Command("scripts/release", "v9.8.7", filepath.Join(clone, "dist"))
		release.Dir, release.Env = clone, append(os.Environ(), "PLATFORMS="+platform)
		run(t, release)
		return filepath.Join(clone, "dist")
	}
	one, two := build("a"), build("another", "and", "deeper")
	entries, err := os.ReadDir(one)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%v %v", entries, err)
	}
	for _, entry := range entries {
		a, err := os.ReadFile(filepath.Join(one, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(two, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s is not the same twice", entry.Name())
		}
	}
	name := "foliosight_9.8.7_" + runtime.GOOS + "_" + runtime.GOARCH
	unpack := t.TempDir()
	run(t, exec.Command("tar", "-xzf", filepath.Join(one, name+".tar.gz"), "-C", unpack))
	if said := run(t, exec.Command(filepath.Join(unpack, name, "foliosight"), "version")); !strings.HasPrefix(said, "foliosight 9.8.7 (") {
		t.Errorf("it calls itself %s", said)
	}
}
