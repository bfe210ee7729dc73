package monitor_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var prometheus = filepath.Join("..", "..", "..", "deploy", "prometheus")

// promtool is the checker of Prometheus. With CI=true it must be there.
func promtool(t *testing.T, arguments ...string) string {
	t.Helper()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no promtool: install it (Debian: apt-get install prometheus)")
		}
		t.Skip("there is no promtool: install it (Debian: apt-get install prometheus)")
	}
	out, err := exec.Command(tool, arguments...).CombinedOutput()
	if err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return string(out)
}

// TestTheRules: Prometheus reads the rules, and they fire and keep quiet as their own
// tests say.
func TestTheRules(t *testing.T) {
	promtool(t, "check", "rules", filepath.Join(prometheus, "foliosight.rules.yml"))
	promtool(t, "check", "config", "--syntax-only", filepath.Join(prometheus, "prometheus.yml"))
	tests := []string{"foliosight.rules.test.yml", "foliosight.rules.days.test.yml"}
	if out := promtool(t, "test", "rules", filepath.Join(prometheus, tests[0]), filepath.Join(prometheus, tests[1])); strings.Count(out, "SUCCESS") != len(tests) {
		t.Errorf("not all was tested:\n%s", out)
	}
	content := read(t, filepath.Join(prometheus, "foliosight.rules.yml"))
	for _, name := range []string{"HighErrorRate", "DatabaseConnectionFailure", "HighResponseTime", "LowDiskSpace"} {
		if !strings.Contains(content, "alert: "+name+"\n") {
			t.Errorf("there is no alert %s", name)
		}
	}
}

// TestTheDashboards: Prometheus reads every expression of every dashboard.
func TestTheDashboards(t *testing.T) {
	var rules strings.Builder
	rules.WriteString("groups:\n- name: dashboards\n  rules:\n")
	all := expressions(t)
	for _, e := range all {
		quoted, err := json.Marshal(strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*").Replace(e))
		if err != nil {
			t.Fatal(err)
		}
		rules.WriteString("  - record: dashboard:expression\n    expr: " + string(quoted) + "\n")
	}
	path := filepath.Join(t.TempDir(), "dashboards.yml")
	if err := os.WriteFile(path, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", "--lint=none", path)
	if len(all) < 20 {
		t.Errorf("only %d expressions were found", len(all))
	}
}

// TestNothingIsAskedThatIsNotThere: what rules and dashboards ask for is what a monitor
// shows.
func TestNothingIsAskedThatIsNotThere(t *testing.T) {
	known := map[string]bool{"up": true}
	for _, file := range []string{"monitor.go", "gauges.go"} {
		for _, m := range regexp.MustCompile(`"((?:foliosight|http|database|portfolio)_[a-z_]+)"`).FindAllStringSubmatch(read(t, file), -1) {
			known[m[1]] = true
		}
	}
	asked := append(expressions(t), regexp.MustCompile(`(?m)^ +expr: .*$`).FindAllString(read(t, filepath.Join(prometheus, "foliosight.rules.yml")), -1)...)
	names := regexp.MustCompile(`\b(?:foliosight|http|database|portfolio)_[a-z_]+\b`)
	count := 0
	for _, e := range asked {
		for _, name := range names.FindAllString(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(e, ""), -1) {
			count++
			if plain := strings.TrimSuffix(name, "_bucket"); !known[plain] {
				t.Errorf("nobody shows %s, which %s asks for", name, strings.TrimSpace(e))
			}
		}
	}
	if count < 40 {
		t.Errorf("only %d names were found", count)
	}
}

// expressions are those of every dashboard.
func expressions(t *testing.T) (all []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "deploy", "grafana", "dashboards", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no dashboard: %v", err)
	}
	for _, file := range files {
		var board struct {
			Panels []struct {
				ID      int
				Type    string
				Title   string
				GridPos struct{ X, Y, W, H int }
				Targets []struct{ Expr string }
			}
		}
		if err := json.Unmarshal([]byte(read(t, file)), &board); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var ids []int
		for _, p := range board.Panels {
			if slices.Contains(ids, p.ID) || p.Title == "" || p.GridPos.X+p.GridPos.W > 24 || p.Type != "row" && len(p.Targets) == 0 {
				t.Errorf("%s: panel %d (%s) has no title, place or question of its own", file, p.ID, p.Title)
			}
			ids = append(ids, p.ID)
			for _, q := range p.Targets {
				all = append(all, q.Expr)
			}
		}
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
