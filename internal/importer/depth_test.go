package importer_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
)

// drain reads all tokens.
func drain(text string, most int) (int, error) {
	e := importer.NewElements([]byte(text), most)
	for n := 0; ; n++ {
		if _, err := e.Token(); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return n, err
		}
	}
}

func TestElementsAreCounted(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	if _, err := drain(deep(64), 64); err != nil {
		t.Errorf("64 deep: %v", err)
	}
	if _, err := drain("<r>"+strings.Repeat("<a></a>", 1000)+"</r>", 2); err != nil {
		t.Errorf("1000 beside each other: %v", err)
	}
	n, err := drain(deep(1<<20), 64)
	var fault *ledger.Fault
	if !errors.As(err, &fault) || n > 65 {
		t.Errorf("a million deep: %v after %d tokens", err, n)
	}
}

// TestEntitiesAreNotExpanded: the billion laughs, and a file of the machine.
func TestEntitiesAreNotExpanded(t *testing.T) {
	for _, text := range []string{
		`<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r>&b;</r>`,
		`<?xml version="1.0"?><!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><r>&f;</r>`,
	} {
		if _, err := drain(text, 64); err == nil || !strings.Contains(err.Error(), "entity") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
