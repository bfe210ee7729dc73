package deployed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// root is the repository, from here.
const root = "../.."

func TestMain(m *testing.M) {
	status := m.Run()
	if built.directory != "" {
		_ = os.RemoveAll(built.directory) // the system clears the rest
	}
	os.Exit(status)
}

// built is the program, made once for all tests.
var built struct {
	once      sync.Once
	directory string
	err       error
}

// program is the path of the program as it is now; FOLIOSIGHT_BINARY names another.
func program(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("FOLIOSIGHT_BINARY"); path != "" {
		return path
	}
	built.once.Do(func() {
		if built.directory, built.err = os.MkdirTemp("", "foliosight-deployed-"); built.err != nil {
			return
		}
		build := exec.Command("go", "build", "-o", built.directory+"/foliosight", "./cmd/foliosight")
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatalf("build the program: %v", built.err)
	}
	return built.directory + "/foliosight"
}

// need finds a program of the machine. Where there is none the test is left out, and in
// continuous integration fails: scripts/provision gets it.
func need(t *testing.T, name, pack string, more ...string) string {
	t.Helper()
	for _, path := range append([]string{name, "/usr/sbin/" + name}, more...) {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not here, and may not be left out: scripts/provision gets it (Debian: %s)", name, pack)
	}
	t.Skipf("%s is not here: left out; install it (Debian: apt-get install %s)", name, pack)
	return ""
}

// read is the text of a file of the repository.
func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// run runs a command and returns what it said.
func run(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command.Args, " "), err, out)
	}
	return string(out)
}
