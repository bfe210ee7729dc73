// Package clienttest holds the API to its own description: a client that a public
// generator makes from the OpenAPI document compiles and works.
//
// It needs node, npm and the npm registry, so it runs where FOLIOSIGHT_CLIENT_TEST is
// set: `make client-test`, and scripts/test where there is node.
package clienttest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// atMost is how long everything may take, fetching the generator included.
const atMost = 3 * time.Minute

func TestGeneratedClient(t *testing.T) {
	if os.Getenv("FOLIOSIGHT_CLIENT_TEST") == "" {
		t.Skip("run it with make client-test: it fetches a generator from the npm registry")
	}
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
	defer cancel()
	url := serve(t, ctx)
	directory := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc", "tsconfig.json", "client.ts"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(directory, name), content)
	}
	write(t, filepath.Join(directory, "openapi.json"), get(t, url+"/openapi.json"))
	run := func(name string, args ...string) {
		t.Helper()
		start := time.Now()
		command := exec.CommandContext(ctx, name, args...)
		command.Dir = directory
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		t.Logf("%s %v took %s", name, args, time.Since(start).Round(time.Millisecond))
	}
	bin := filepath.Join(directory, "node_modules", ".bin")
	run("npm", "ci", "--ignore-scripts", "--prefer-offline")
	run(filepath.Join(bin, "openapi-typescript"), "openapi.json", "--output", "schema.ts")
	run(filepath.Join(bin, "tsc"))
	run("node", "out/client.js", url)
}

// serve is the API over an empty database.
func serve(t *testing.T, ctx context.Context) string {
	t.Helper()
	db, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "test.db")})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := api.New(service.New(service.Options{Store: db}), api.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", url, response.StatusCode, err)
	}
	return body
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
