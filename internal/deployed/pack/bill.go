package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The parts of a CycloneDX 1.6 document that are written
// (https://cyclonedx.org/docs/1.6/json/).
type (
	bom struct {
		Schema       string       `json:"$schema"`
		Format       string       `json:"bomFormat"`
		Spec         string       `json:"specVersion"`
		Serial       string       `json:"serialNumber"`
		Version      int          `json:"version"`
		Metadata     metadata     `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependency `json:"dependencies"`
	}
	metadata struct {
		Timestamp string    `json:"timestamp"`
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		Scope      string     `json:"scope,omitempty"`
		Hashes     []hash     `json:"hashes,omitempty"`
		Licences   []licence  `json:"licenses,omitempty"`
		PURL       string     `json:"purl"`
		Properties []property `json:"properties,omitempty"`
	}
	hash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	licence struct {
		Licence licenceID `json:"license"`
	}
	licenceID struct {
		ID string `json:"id"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependency struct {
		Ref string   `json:"ref"`
		On  []string `json:"dependsOn,omitempty"`
	}
)

// bill writes what a binary is made of, as the binary itself says (go version -m): every
// module with its version and its checksum in go.sum, and the standard library. Which module
// needs which is not in a binary, so all stand directly under the program.
func (r release) bill(to io.Writer, binary string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("what it is made of: %w", err)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	program := component{Type: "application", Name: info.Main.Path, Version: r.version, PURL: "pkg:golang/" + info.Main.Path + "@v" + r.version,
		Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}}, Licences: []licence{{licenceID{"Apache-2.0"}}}}
	program.Ref = program.PURL
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS", "GOARCH", "CGO_ENABLED", "vcs.revision", "vcs.time", "vcs.modified":
			program.Properties = append(program.Properties, property{"foliosight:build:" + s.Key, s.Value})
		}
	}
	language := strings.TrimPrefix(info.GoVersion, "go")
	parts := []component{{Type: "library", Name: "std", Version: language, Scope: "required", PURL: "pkg:golang/std@" + language}}
	for _, m := range info.Deps {
		parts = append(parts, module(m))
	}
	under := dependency{Ref: program.Ref}
	for i := range parts {
		parts[i].Ref = parts[i].PURL
		under.On = append(under.On, parts[i].Ref)
	}
	slices.Sort(under.On)
	out := bom{Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Serial:   "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, sum[:]).String(),
		Metadata: metadata{Timestamp: r.at.Format(time.RFC3339), Component: program}, Components: parts}
	out.Dependencies = append(out.Dependencies, under)
	for _, on := range under.On {
		out.Dependencies = append(out.Dependencies, dependency{Ref: on})
	}
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}

// module is one that was built in: what stands in its place, where something does.
func module(m *debug.Module) component {
	name := m.Path
	if m.Replace != nil {
		m = m.Replace
	}
	c := component{Type: "library", Name: name, Version: m.Version, Scope: "required", PURL: "pkg:golang/" + m.Path + "@" + m.Version}
	if m.Sum != "" {
		c.Properties = []property{{"go:sum", m.Sum}}
	}
	return c
}
