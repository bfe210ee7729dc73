// Package page holds the pages: each takes one finished view value and writes
// HTML from the parts in ui. A page decides nothing and computes nothing.
package page

import "strconv"

// num writes a coordinate of a drawing.
func num(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// share writes a part of a width, 0 to 100.
func share(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) + "%" }

// panel names the nth panel of a tab set, from 1.
func panel(i int) string { return "p" + strconv.Itoa(i+1) }

// columns writes how many columns a cell spans.
func columns(n int) string { return strconv.Itoa(n) }
