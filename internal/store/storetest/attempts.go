package storetest

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// attemptsTogether: whose clock read a moment before the one that was counted first does
// not wait, as long as nobody has to.
func attemptsTogether(t *testing.T, s store.Store) {
	key := sha256.Sum256([]byte("the one address of an office"))
	limit := store.AttemptLimit{Key: key[:], Free: 3, First: time.Minute, Longest: time.Hour, Forget: 24 * time.Hour}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for i := range 3 {
		until, err := s.SpendAttempt(t.Context(), []store.AttemptLimit{limit}, now.Add(time.Duration(-i)*time.Millisecond))
		if err != nil || !until.IsZero() {
			t.Fatalf("attempt %d: has to wait until %v, %v", i+1, until, err)
		}
	}
	if until, err := s.SpendAttempt(t.Context(), []store.AttemptLimit{limit}, now); err != nil || until.IsZero() {
		t.Errorf("the one after those that are free does not wait: %v", err)
	}
}
