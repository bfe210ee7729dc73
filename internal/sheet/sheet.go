// Package sheet writes tables that people open in a spreadsheet.
//
// Model: RFC 4180, as encoding/csv writes it, but that no text becomes a formula. A
// spreadsheet calculates a cell that begins with =, +, - or @, also after a tab or a line
// end, and what it calculates may come from others: a name in a broker's file, the note
// of a booking. Such a text gets an apostrophe before it, by which spreadsheets know
// text. A number keeps its sign.
//
// Source: OWASP, CSV Injection; RFC 4180.
package sheet

import (
	"encoding/csv"
	"io"
	"regexp"
	"strings"
)

// Writer writes rows. What it could not write, Error says after Flush.
type Writer struct{ csv *csv.Writer }

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{csv.NewWriter(w)} }

// Write writes a row; the cells stay as they were in the slice given.
func (w *Writer) Write(cells []string) error {
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = Cell(c)
	}
	return w.csv.Write(safe)
}

// Flush writes what is still held.
func (w *Writer) Flush() { w.csv.Flush() }

// Error is the first error of writing.
func (w *Writer) Error() error { return w.csv.Error() }

// number is what stays as it is: a decimal with or without sign and exponent.
var number = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// Cell is a text as it may stand in a cell. The wide forms of the signs are read as the
// signs in some languages.
func Cell(text string) string {
	start := strings.TrimLeft(text, " \u00a0\u3000\ufeff")
	if start == "" || !strings.ContainsAny(start[:1], "=+-@\t\r\n\x00") && !hasAnyPrefix(start, "＝", "＋", "－", "＠", "−") || number.MatchString(text) {
		return text
	}
	return "'" + text
}

// Plain is what a cell that Cell wrote was before.
func Plain(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && Cell(rest) == cell {
		return rest
	}
	return cell
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
