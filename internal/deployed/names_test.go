package deployed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/config"
)

// variables are those that deploy/ gives to the program, each with where.
func variables(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, file := range []string{production, development} {
		for name, s := range compose(t, file).Services {
			for variable := range s.Environment {
				if ours(s) {
					found[variable] = file + ", " + name
				}
			}
		}
	}
	c := manifests(t)
	for _, m := range c.config {
		for variable := range m.Data {
			found[variable] = m.Name
		}
	}
	for _, d := range c.deployments {
		for variable := range values(d.Spec.Template.Spec.Containers[0].Env) {
			found[variable] = d.Name
		}
	}
	for variable := range values(c.jobs[0].Spec.Template.Spec.Containers[0].Env) {
		found[variable] = "migration"
	}
	for _, container := range ecs(t).ContainerDefinitions {
		for _, e := range container.Environment {
			found[e.Name] = "ECS, " + container.Name
		}
		for _, s := range container.Secrets {
			found[s.Name] = "ECS, " + container.Name
		}
	}
	for _, i := range slices.Concat(stages(t, read(t, "deploy/Dockerfile"))...) {
		if i.name == "ENV" {
			variable, _, _ := strings.Cut(i.rest, "=")
			found[variable] = "Dockerfile"
		}
	}
	units, err := filepath.Glob(root + "/deploy/systemd/*.service")
	if err != nil {
		t.Fatal(err)
	}
	for _, unit := range units {
		text, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^Environment=([A-Z_]+)=`).FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = filepath.Base(unit)
		}
	}
	return found
}

// unknown are the names that the program does not know, found out by a file of settings.
func unknown(t *testing.T, names []string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "settings.env")
	if err := os.WriteFile(file, []byte(strings.Join(names, "=\n")+"=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(config.Input{Environ: []string{"HOME=/nowhere"}, File: file}); err != nil {
		return err.Error()
	}
	return ""
}

func TestEveryVariableIsOneOfTheProgram(t *testing.T) {
	if said := unknown(t, []string{"FOLIOSIGHT_LISTENS"}); !strings.Contains(said, "FOLIOSIGHT_LISTENS") {
		t.Fatalf("a name that is none is taken: %q", said)
	}
	found := variables(t)
	if len(found) < 15 {
		t.Fatalf("only %d variables were seen", len(found))
	}
	for name, where := range found {
		if said := unknown(t, []string{name}); said != "" {
			t.Errorf("%s: %s", where, said)
		}
	}
}

func TestEveryCommandIsThere(t *testing.T) {
	used := map[string]string{"health --brief": "Dockerfile, compose and ECS", "serve": "Dockerfile"}
	for _, c := range manifests(t).jobs[0].Spec.Template.Spec.Containers {
		used[strings.Join(c.Args, " ")] = "the job of Kubernetes"
	}
	for name, s := range compose(t, production).Services {
		if ours(s) {
			used[strings.Join(s.Command, " ")] = "compose, " + name
		}
	}
	for _, c := range ecs(t).ContainerDefinitions {
		used[strings.Join(c.Command, " ")] = "ECS, " + c.Name
	}
	units, err := filepath.Glob(root + "/deploy/systemd/*.service")
	if err != nil {
		t.Fatal(err)
	}
	places := append(units, root+"/docs/operations/deployment.md", root+"/scripts/rolling_update")
	command := regexp.MustCompile("(?m)(?:^|/)foliosight ([a-z][a-z -]*[a-z])|`foliosight ([a-z][a-z -]*[a-z])`")
	for _, place := range places {
		text, err := os.ReadFile(place)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range command.FindAllStringSubmatch(string(text), -1) {
			used[m[1]+m[2]] = filepath.Base(place)
		}
		for _, m := range regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/foliosight (.+)$`).FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = filepath.Base(place)
		}
	}
	if used["version"] != "deployment.md" || used["migrate up"] == "" {
		t.Fatalf("what names commands is not read as it was: %v", used)
	}
	for args, where := range used {
		said, err := exec.Command(program(t), append(strings.Fields(args), "--help")...).CombinedOutput()
		if err != nil || !strings.HasPrefix(string(said), "Usage: foliosight") {
			t.Errorf("%s: `foliosight %s` is no command: %v\n%.200s", where, args, err, said)
		}
	}
	if out, err := exec.Command(program(t), "healthy", "--help").CombinedOutput(); err == nil {
		t.Errorf("a command that is none is taken: %s", out)
	}
}

// TestImagesOfOneVersion: what is deployed together is one release.
func TestImagesOfOneVersion(t *testing.T) {
	c := manifests(t)
	version := c.overlays["production"].Images[0].NewTag
	for _, d := range c.deployments {
		if d.Spec.Template.Spec.Containers[0].Image != "foliosight:"+version {
			t.Errorf("%s runs %s", d.Name, d.Spec.Template.Spec.Containers[0].Image)
		}
	}
	if image := c.jobs[0].Spec.Template.Spec.Containers[0].Image; image != "foliosight:"+version {
		t.Errorf("the migration runs %s", image)
	}
	for _, container := range ecs(t).ContainerDefinitions {
		if !strings.HasSuffix(container.Image, "/foliosight:"+version) {
			t.Errorf("ECS, %s runs %s", container.Name, container.Image)
		}
	}
	for _, file := range []string{"production", "staging"} {
		if !strings.Contains(read(t, fmt.Sprintf("deploy/%s.env.example", file)), "\nVERSION="+version+"\n") {
			t.Errorf("%s.env.example has another version than %s", file, version)
		}
	}
}
