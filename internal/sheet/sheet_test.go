package sheet_test

import (
	"bytes"
	"encoding/csv"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/foliosight/foliosight/internal/sheet"
)

func TestCell(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"ACME", "ACME"},
		{"BRK.B", "BRK.B"},
		{"-12.50", "-12.50"},
		{"+3", "+3"},
		{"-1.5e-07", "-1.5e-07"},
		{`=HYPERLINK("http://evil.example","pay")`, `'=HYPERLINK("http://evil.example","pay")`},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"},
		{"-", "'-"},
		{"\t=1", "'\t=1"},
		{"\r=1", "'\r=1"},
		{"\n=1", "'\n=1"},
		{"  =1", "'  =1"},
		{"＝1+1", "'＝1+1"},
		{"O'Neil = 3", "O'Neil = 3"},
		{"-1\n", "'-1\n"},
	} {
		if got := sheet.Cell(c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
		if back := sheet.Plain(sheet.Cell(c.text)); back != c.text {
			t.Errorf("%q came back as %q", c.text, back)
		}
	}
}

// asNumber is written on its own: what a spreadsheet takes for a plain number.
var asNumber = regexp.MustCompile(`\A[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\z`)

// TestNoCellIsAFormula holds for any table: what a reader of the file finds in a cell is
// a number, or begins with none of the signs; and no two texts become one.
func TestNoCellIsAFormula(t *testing.T) {
	hostile := rapid.Custom(func(t *rapid.T) string {
		return rapid.StringMatching(`[ \t\r\n]{0,2}[=+\-@＝＠a0]?[ =0-9.eA-Z"',|!()\-+@]{0,12}`).Draw(t, "text")
	})
	cell := rapid.OneOf(hostile, rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(cell, 2, 6).Draw(t, "cells")
		var out bytes.Buffer
		w := sheet.NewWriter(&out)
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		if w.Error() != nil {
			t.Fatal(w.Error())
		}
		got, err := csv.NewReader(&out).Read()
		if err != nil || len(got) != len(cells) {
			t.Fatalf("%q was written as %q: %v", cells, got, err)
		}
		for i, c := range got {
			if start := strings.TrimLeft(c, " "); start != "" && strings.ContainsRune("=+-@\t\r\n", rune(start[0])) && !asNumber.MatchString(c) {
				t.Fatalf("cell %q of %q is a formula", c, cells[i])
			}
			// The reader of the package turns \r\n into \n, as RFC 4180 has lines.
			if want := strings.ReplaceAll(cells[i], "\r\n", "\n"); sheet.Plain(c) != want && sheet.Plain(want) == want {
				t.Fatalf("%q came back as %q", want, sheet.Plain(c))
			}
		}
	})
}

// TestTablesAreWrittenHere: no face writes a table past this package.
func TestTablesAreWrittenHere(t *testing.T) {
	out, err := exec.Command("grep", "-rln", "csv.NewWriter(", "--include=*.go", "--exclude=*_test.go", "..", "../../cmd").CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for _, file := range strings.Fields(string(out)) {
		if file != "../sheet/sheet.go" {
			t.Errorf("%s writes a table with encoding/csv; use package sheet", file)
		}
	}
}
