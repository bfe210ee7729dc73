package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// TestRelease packs this test's own binary twice, from two directories and at two times.
func TestRelease(t *testing.T) {
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	pack := func(touched time.Time) string {
		dir := t.TempDir()
		licence := filepath.Join(dir, "LICENSE")
		if err := os.WriteFile(licence, []byte("as it is\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var all []string
		for name, binary := range map[string]string{"foliosight_1.2.3_linux_amd64": "foliosight", "foliosight_1.2.3_windows_amd64": "foliosight.exe"} {
			path := filepath.Join(dir, "bin", name, binary)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, self, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, touched, touched); err != nil {
				t.Fatal(err)
			}
			all = append(all, filepath.Dir(path))
		}
		r := release{version: "1.2.3", at: time.Unix(1764547200, 0).UTC(), into: filepath.Join(dir, "dist"), with: []string{licence}}
		if err := r.make(all); err != nil {
			t.Fatal(err)
		}
		return r.into
	}
	one, two := pack(time.Unix(1_000_000_000, 0)), pack(time.Now())
	names := []string{"SHA256SUMS", "foliosight_1.2.3_linux_amd64.cdx.json", "foliosight_1.2.3_linux_amd64.tar.gz", "foliosight_1.2.3_windows_amd64.cdx.json", "foliosight_1.2.3_windows_amd64.zip"}
	entries, err := os.ReadDir(one)
	if err != nil || len(entries) != len(names) {
		t.Fatalf("%v %v", entries, err)
	}
	read := func(dir, name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, name := range names {
		if !bytes.Equal(read(one, name), read(two, name)) {
			t.Errorf("%s is not the same twice", name)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(string(read(one, "SHA256SUMS"))), "\n") {
		sum, name, _ := strings.Cut(line, "  ")
		if got := sha256.Sum256(read(one, name)); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s: checksum %s", name, sum)
		}
	}
	z, err := gzip.NewReader(bytes.NewReader(read(one, names[2])))
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(z)
	h, err := archive.Next()
	if err != nil || h.Name != "foliosight_1.2.3_linux_amd64/foliosight" || h.Mode != 0o755 || h.Uid != 0 {
		t.Fatalf("%+v %v", h, err)
	}
	if content, err := io.ReadAll(archive); err != nil || !bytes.Equal(content, self) {
		t.Errorf("the binary in the archive is another: %v", err)
	}
}

func TestBill(t *testing.T) {
	var out bytes.Buffer
	if err := (release{version: "1.2.3", at: time.Unix(1764547200, 0).UTC()}).bill(&out, os.Args[0]); err != nil {
		t.Fatal(err)
	}
	var b bom
	d := json.NewDecoder(&out)
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		t.Fatal(err)
	}
	if b.Format != "CycloneDX" || b.Spec != "1.6" || b.Metadata.Timestamp != "2025-12-01T00:00:00Z" || len(b.Metadata.Component.Hashes[0].Content) != 64 {
		t.Errorf("%+v", b)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("this test does not know what it is made of")
	}
	versions := map[string]string{}
	for _, c := range b.Components {
		versions[c.Name] = c.Version
	}
	if versions["std"] == "" || len(b.Components) != len(info.Deps)+1 || len(b.Dependencies) != len(b.Components)+1 {
		t.Errorf("%d parts, %d modules", len(b.Components), len(info.Deps))
	}
	for _, m := range info.Deps {
		if versions[m.Path] != m.Version {
			t.Errorf("%s %s is not there, or as %q", m.Path, m.Version, versions[m.Path])
		}
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	r := release{version: "1.2.3", at: time.Unix(1, 0), into: filepath.Join(dir, "dist")}
	if err := r.make([]string{dir}); err == nil || !strings.Contains(err.Error(), "one binary") {
		t.Errorf("no binary: %v", err)
	}
	if err := r.make(nil); err == nil {
		t.Error("a release is written over another")
	}
}
