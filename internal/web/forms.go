package web

import (
	"crypto/subtle"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/web/view"
)

// sameSecret compares in constant time.
func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// withErrors puts messages beside their fields.
func withErrors(fields []view.Field, errs map[string]string) []view.Field {
	for i := range fields {
		fields[i].Error = errs[fields[i].Name]
	}
	return fields
}

// summary lists the messages of fields in their order, each linked to its place;
// what belongs to no field comes first.
func summary(fields []view.Field, errs map[string]string) []view.Link {
	var list []view.Link
	seen := map[string]bool{}
	for _, f := range fields {
		if text := errs[f.Name]; text != "" {
			list = append(list, view.Link{Label: f.Label + ": " + text, Href: "#f-" + f.Name})
			seen[f.Name] = true
		}
	}
	var loose []view.Link
	for name, text := range errs {
		if !seen[name] {
			loose = append(loose, view.Link{Label: text, Href: "#content"})
		}
	}
	return append(loose, list...)
}

// faultText says what is wrong with a value and how to mend it.
func faultText(f *ledger.Fault) string {
	text := sentence(f.Problem)
	if f.Cure != "" {
		text += " " + sentence(f.Cure)
	}
	return text
}

// sentence begins with a capital and ends with a stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	runes := []rune(s)
	s = strings.ToUpper(string(runes[:1])) + string(runes[1:])
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
		s += "."
	}
	return s
}

// fieldOf is the form's field for a fault's, or another one.
func fieldOf(field, other string) string {
	if field == "" {
		return other
	}
	return field
}
