package sqlite

import (
	"context"
	"path/filepath"
	"testing"
	"time"
)

func TestOpenTime(t *testing.T) {
	p := filepath.Join(t.TempDir(), "a b#c?.db")
	for range 4 {
		begun := time.Now()
		s, err := Open(context.Background(), Options{Path: p})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.HasOwner(context.Background())
		t.Log(time.Since(begun), err)
		s.Close()
	}
}
