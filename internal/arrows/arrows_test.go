// Package arrows holds the house to its plan: who may import whom.
package arrows

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/foliosight/foliosight/"

// floors are the storeys of the house, the lowest first. A package imports from its own
// floor and from those below, never from one above.
var floors = [][]string{
	{"finance/"},
	{"internal/calc", "internal/alert", "internal/secret", "internal/notify", "internal/token", "internal/passkey", "internal/oidc", "internal/ratelimit", "internal/store", "internal/marketdata", "internal/importer", "internal/demo", "internal/standalone", "internal/report", "internal/workload", "internal/outbound", "internal/sheet"},
	{"internal/service"},
	{"internal/job", "internal/isolation"},
	{"internal/api", "internal/web"},
	{"internal/config", "internal/app"},
	{"cmd/"},
}

// outside are packages of the standard library that finance never reaches: no SQL, no
// HTTP, no logger, no environment.
var outside = []string{"database/sql", "net/http", "log", "log/slog", "os/exec"}

func floorOf(path string) int {
	for i, names := range floors {
		for _, n := range names {
			if strings.HasPrefix(path, n) {
				return i
			}
		}
	}
	return -1
}

func list(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	return string(out)
}

func TestArrowsPointDown(t *testing.T) {
	out := list(t, "-f", `{{.ImportPath}}: {{join .Imports " "}}`, module+"...")
	count := 0
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		from, imports, _ := strings.Cut(line, ": ")
		from = strings.TrimPrefix(from, module)
		floor := floorOf(from)
		for _, to := range strings.Fields(imports) {
			if !strings.HasPrefix(to, module) {
				continue
			}
			to = strings.TrimPrefix(to, module)
			count++
			above := floorOf(to)
			if floor >= 0 && above > floor {
				t.Errorf("%s imports %s, which lies above it", from, to)
			}
		}
	}
	if count < 20 {
		t.Fatalf("only %d arrows seen: the list of packages is not what it was", count)
	}
}

func TestFinanceReachesNothingOutside(t *testing.T) {
	reached := map[string]bool{}
	for _, p := range strings.Fields(list(t, "-deps", module+"finance/...")) {
		reached[p] = true
	}
	if !reached[module+"finance/ledger"] {
		t.Fatal("the list of packages does not hold finance/ledger")
	}
	for _, p := range outside {
		if reached[p] {
			t.Errorf("finance reaches %s", p)
		}
	}
}

func TestFinanceReadsNoClock(t *testing.T) {
	out, err := exec.Command("grep", "-rnE", `time\.Now\(|os\.Getenv|rand\.(Int|Float)[0-9a-zA-Z]*\(`, "--include=*.go", "--exclude=*_test.go", "../../finance").CombinedOutput()
	if err == nil {
		t.Errorf("finance reads a clock, the environment or a global source of chance:\n%s", out)
	}
}

func TestEveryPackageHasAComment(t *testing.T) {
	out := list(t, "-f", `{{.ImportPath}}|{{.Doc}}|{{len .GoFiles}}`, module+"...")
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		parts := strings.Split(line, "|")
		if len(parts) >= 3 && strings.TrimSpace(parts[1]) == "" && parts[len(parts)-1] != "0" {
			t.Errorf("%s has no package comment", parts[0])
		}
	}
}
