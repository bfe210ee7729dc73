package main

import (
	"io"
	"os"
	"strings"
	"testing"
)

// TestMistakesOfAnotherPlatform: what only windows compiles is found from here.
func TestMistakesOfAnotherPlatform(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"go.mod":       "module example.org/here\n\ngo 1.25\n",
		"all.go":       "package main\n\nimport \"strings\"\n\nfunc main() { println(strings.ToUpper(name())) }\n",
		"a_linux.go":   "package main\n\nfunc name() string { return \"linux\" }\n",
		"a_windows.go": "package main\n\nimport \"strings\"\n\nfunc name() string { return strings.Count(\"a\", \"b\") }\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := check("linux/arm64", []string{"."}, io.Discard); err != nil {
		t.Errorf("linux: %v", err)
	}
	var said strings.Builder
	if err := check("windows/amd64", []string{"."}, &said); err == nil || !strings.Contains(said.String(), "a_windows.go:5:") {
		t.Errorf("windows: %v\n%s", err, said.String())
	}
	if err := check("darwin/arm64", []string{"."}, io.Discard); err == nil {
		t.Error("darwin has no name")
	}
}
