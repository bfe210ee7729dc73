package audit

import (
	"path/filepath"
	"testing"

	"github.com/foliosight/foliosight/internal/ops/check"
)

// Nothing in this program's own source builds SQL from what it was given.
func TestOwnSQL(t *testing.T) {
	var r check.Report
	if err := SQL(filepath.Join("..", "..", ".."), &r); err != nil {
		t.Fatal(err)
	}
	if r.Exit() != check.ExitFine {
		t.Errorf("\n%s", r.Text())
	}
}
