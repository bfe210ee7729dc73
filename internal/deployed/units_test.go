package deployed

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnits gives the units of systemd to its own checker, with the program where it was
// built and a user that this machine has.
func TestUnits(t *testing.T) {
	analyze := need(t, "systemd-analyze", "systemd")
	files, err := filepath.Glob(root + "/deploy/systemd/*.service")
	if err != nil || len(files) != 5 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.Replace(filepath.Base(file), "@.", "@8000.", 1)
		here := filepath.Join(t.TempDir(), name)
		own := strings.NewReplacer("/usr/local/bin/foliosight", program(t), "User=foliosight", "User=root", "Group=foliosight", "Group=root").Replace(string(text))
		if err := os.WriteFile(here, []byte(own), 0o600); err != nil {
			t.Fatal(err)
		}
		// It warns with status 0 of what it does not know.
		if out := run(t, exec.Command(analyze, "verify", "--man=no", here)); strings.Contains(out, name) || strings.Contains(out, "Unknown") {
			t.Errorf("%s: %s", name, out)
		}
		// Of 10 a service that may do all; 2 is what "OK" begins at.
		if out, err := exec.Command(analyze, "security", "--offline=yes", "--threshold=20", "--no-pager", here).CombinedOutput(); err != nil {
			t.Errorf("%s is exposed more than 2.0:\n%s", name, out)
		}
	}
}

// TestUnitThatListensItself gives the unit with the drop-in for the ports 443 and 80 to the
// same checkers: it may take them, and is hardly more exposed.
func TestUnitThatListensItself(t *testing.T) {
	analyze := need(t, "systemd-analyze", "systemd")
	text, err := os.ReadFile(root + "/deploy/systemd/foliosight.service")
	if err != nil {
		t.Fatal(err)
	}
	extra, err := os.ReadFile(root + "/deploy/systemd/foliosight.service.d/tls.conf")
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	here := filepath.Join(directory, "foliosight.service")
	own := strings.NewReplacer("/usr/local/bin/foliosight", "/bin/true", "User=foliosight", "User=root", "Group=foliosight", "Group=root").Replace(string(text))
	// Of a unit that is looked at offline drop-ins are not read: they stand at its end.
	service, install, ok := strings.Cut(own, "[Install]")
	if !ok {
		t.Fatal("the unit has no [Install]")
	}
	if err := os.WriteFile(here, []byte(service+string(extra)+"\n[Install]"+install), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run(t, exec.Command(analyze, "verify", "--man=no", here)); strings.Contains(out, "foliosight") || strings.Contains(out, "Unknown") {
		t.Error(out)
	}
	out, err := exec.Command(analyze, "security", "--offline=yes", "--threshold=21", "--no-pager", here).CombinedOutput()
	if err != nil {
		t.Errorf("exposed more than 2.1:\n%s", out)
	}
	if !strings.Contains(string(out), "✗ CapabilityBoundingSet=~CAP_NET_(BIND_SERVICE|") || !strings.Contains(string(out), "✓ CapabilityBoundingSet=~CAP_NET_ADMIN ") {
		t.Errorf("what it may do at the net is not what was meant:\n%s", out)
	}
}
