package pricefile_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/importer/pricefile"
)

// packed is a text repeated and compressed.
func packed(t *testing.T, text string, count int) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	for range count {
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestBombsAreRefused: 8 MiB in 8 KB, read up to 1 MiB; and elements in each other.
func TestBombsAreRefused(t *testing.T) {
	bomb := packed(t, strings.Repeat("a", 1<<20), 8)
	if len(bomb) > 10_000 {
		t.Fatalf("%d bytes are no bomb", len(bomb))
	}
	if _, err := pricefile.ReadUpTo("p.csv.gz", bomb, 1<<20); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("%v", err)
	}
	if _, err := pricefile.Read("ecb.xml", packed(t, strings.Repeat("<Cube>", 1<<16), 16)); err == nil || !strings.Contains(err.Error(), "nested more than") {
		t.Errorf("%v", err)
	}
}
