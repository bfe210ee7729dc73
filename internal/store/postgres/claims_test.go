package postgres

import (
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

// TestClaimsSkip: each question that hands out work is there and skips what is taken.
func TestClaimsSkip(t *testing.T) {
	found := 0
	for _, q := range sqlstore.Questions() {
		skips := strings.Contains(createQuestion(q), "FOR UPDATE SKIP LOCKED)")
		if strings.HasPrefix(q.Name, "claim_") != skips {
			t.Errorf("%s: skips %v", q.Name, skips)
		}
		if skips {
			found++
		}
	}
	if found != len(claims) {
		t.Errorf("%d questions hand out work, want %d", found, len(claims))
	}
}
