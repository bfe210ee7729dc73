// Package ui holds the parts the pages are made of: the frame, figures and
// their explanations, controls, forms, tables and chart cards.
//
// Model: a part takes a finished view value and writes HTML. There is no
// inline script and no style attribute (the content policy forbids both):
// sizes that depend on data are SVG attributes.
package ui

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/a-h/templ"
)

// Icon draws a Lucide icon. It is decoration: words stand beside it.
func Icon(name string) templ.Component { return icon(name, "icon") }

// InheritIcon is Icon in the colour of the text around it.
func InheritIcon(name string) templ.Component { return icon(name, "icon inherit") }

func icon(name, class string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		shape, ok := icons[name]
		if !ok {
			return fmt.Errorf("icon %q is not built in: add it to assets/build/icons.txt", name)
		}
		_, err := io.WriteString(w, `<svg class="`+class+`" viewBox="0 0 24 24" aria-hidden="true">`+shape+`</svg>`)
		return err
	})
}

// num writes a coordinate.
func num(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// percent writes a share of a width, 0 to 100.
func percent(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) + "%" }

// current marks the chosen one of several addresses.
func current(yes bool) templ.Attributes {
	if !yes {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
}
