package app

import (
	"regexp"
	"testing"
)

// TestSetUpCode: processes of one installation ask the first visitor for the same code,
// whichever of them printed it; without a key each start has its own.
func TestSetUpCode(t *testing.T) {
	of := func(key string) string {
		t.Helper()
		code, err := setUpCode(key)
		if err != nil || !regexp.MustCompile(`^[a-z2-7]{4}-[a-z2-7]{4}$`).MatchString(code) {
			t.Fatalf("%q: %v", code, err)
		}
		return code
	}
	if first, second := of("one key"), of("one key"); first != second || first == of("another") {
		t.Error("the code is not the key's")
	}
	if first, second := of(""), of(""); first == second {
		t.Error("without a key it is the same twice")
	}
}
