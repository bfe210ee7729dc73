package deployed

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// instruction is a line of a Dockerfile, with those that continue it.
type instruction struct{ name, rest string }

// stages reads a Dockerfile as its reference describes it: instructions, comments, lines
// that go on.
func stages(t *testing.T, text string) [][]instruction {
	t.Helper()
	known := []string{"FROM", "ARG", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD", "ENV", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"}
	var out [][]instruction
	whole := ""
	for n, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") || strings.TrimSpace(line) == "" && whole == "" {
			continue
		}
		whole += line
		if strings.HasSuffix(whole, "\\") {
			whole = strings.TrimSuffix(whole, "\\")
			continue
		}
		name, rest, _ := strings.Cut(strings.TrimSpace(whole), " ")
		whole = ""
		if !slices.Contains(known, name) {
			t.Fatalf("line %d: %q is no instruction", n+1, name)
		}
		if name == "FROM" {
			out = append(out, nil)
		}
		if len(out) == 0 {
			t.Fatalf("line %d: before the first FROM", n+1)
		}
		out[len(out)-1] = append(out[len(out)-1], instruction{name, rest})
	}
	return out
}

func TestDockerfile(t *testing.T) {
	all := stages(t, read(t, "deploy/Dockerfile"))
	if len(all) != 3 {
		t.Fatalf("%d stages", len(all))
	}
	last := map[string]string{}
	for _, i := range all[2] {
		last[i.name] = i.rest
	}
	if !strings.HasPrefix(last["FROM"], "scratch") {
		t.Errorf("the image is made of %s", last["FROM"])
	}
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(last["USER"]) {
		t.Errorf("it runs as %q; without /etc/passwd a number is needed", last["USER"])
	}
	var check []string
	if _, command, ok := strings.Cut(last["HEALTHCHECK"], "CMD "); !ok || json.Unmarshal([]byte(command), &check) != nil || !slices.Equal(check, []string{"/foliosight", "health", "--brief"}) {
		t.Errorf("its health is asked by %s; nothing but the binary is there to ask", last["HEALTHCHECK"])
	}
	if last["ENTRYPOINT"] != `["/foliosight"]` || last["CMD"] != `["serve"]` || last["RUN"] != "" {
		t.Errorf("it runs %s %s", last["ENTRYPOINT"], last["CMD"])
	}
	build := ""
	for _, i := range all[0] {
		if i.name == "RUN" && strings.Contains(i.rest, "go build") {
			build = strings.Join(strings.Fields(i.rest), " ")
		}
		if i.name == "COPY" {
			for _, path := range strings.Fields(i.rest)[:len(strings.Fields(i.rest))-1] {
				if _, err := os.Stat(filepath.Join(root, path)); err != nil {
					t.Error(err)
				}
			}
		}
	}
	// The release is built with the same flags.
	flags := regexp.MustCompile(`-trimpath -buildvcs=true -ldflags "-s -w -buildid= -X main\.version=\$(VERSION|version)"`)
	if !flags.MatchString(build) || !strings.Contains(build, "CGO_ENABLED=0") {
		t.Errorf("built by %s", build)
	}
	if release := strings.Join(strings.Fields(strings.ReplaceAll(read(t, "scripts/release"), "\\\n", "")), " "); !flags.MatchString(release) || !strings.Contains(release, "CGO_ENABLED=0") {
		t.Error("scripts/release builds with other flags")
	}
	if version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod")); !strings.Contains(all[0][0].rest, "golang:"+version[1]+"-") {
		t.Errorf("built with %s, go.mod wants %s", all[0][0].rest, version[1])
	}
	for _, line := range strings.Split(read(t, ".dockerignore"), "\n") {
		if line == ".git" || line == ".git/" {
			t.Error(".git is left out: the binary would not know its commit, and -buildvcs=true stops")
		}
	}
}
