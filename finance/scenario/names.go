package scenario

import (
	"strconv"
	"strings"
	"unicode"
)

// slug is a name in lower case, its words joined by underscores.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "_")
}

// percent is a move as a reader writes it: " −20%".
func percent(move float64) string {
	text := strconv.FormatFloat(move*100, 'g', 4, 64)
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		return " −" + rest + "%"
	}
	return " +" + text + "%"
}
