package search

import (
	"math/bits"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// What parts of a distance weigh, in typing errors. Two letters swapped is the likeliest
// error; a wrong first letter the least likely. What is typed may be the beginning of a
// word, which is no error but less than the whole.
const (
	swapped   = 0.9
	firstOff  = 0.3
	beginning = 0.2
)

// allowed is how many typing errors a word of so many letters may have.
func allowed(letters int) int {
	switch {
	case letters <= 2:
		return 0
	case letters <= 5:
		return 1
	}
	return 2
}

// matcher compares one typed word with many.
type matcher struct {
	typed key
	rows  [3][]float64
}

// word is how far a word of a title is from what was typed, in typing errors; negative:
// too far.
func (m *matcher) word(w *word) float64 {
	q := m.typed.letters
	if begins(w.letters, q) {
		if len(w.letters) == len(q) {
			return 0
		}
		return beginning
	}
	errors := allowed(len(q))
	if errors == 0 || len(w.letters) < len(q)-errors || m.typed.missing(&w.key) > errors {
		return -1
	}
	whole, start := m.distance(w.letters)
	d := min(whole, start+beginning)
	if q[0] != w.letters[0] {
		d += firstOff
	}
	if min(whole, start) > float64(errors) {
		return -1
	}
	return max(d, 1) // an error is never as good as none
}

// distance is the restricted edit distance from what was typed to a word, and the least
// to a beginning of it.
func (m *matcher) distance(w []rune) (whole, start float64) {
	q := m.typed.letters
	n := len(w) + 1
	for i := range m.rows {
		if cap(m.rows[i]) < n {
			m.rows[i] = make([]float64, n+16)
		}
		m.rows[i] = m.rows[i][:n]
	}
	before, last, row := m.rows[0], m.rows[1], m.rows[2]
	for j := range last {
		last[j] = float64(j)
	}
	for i := 1; i <= len(q); i++ {
		row[0] = float64(i)
		for j := 1; j < n; j++ {
			change := last[j-1]
			if q[i-1] != w[j-1] {
				change++
			}
			d := min(last[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && q[i-1] == w[j-2] && q[i-2] == w[j-1] && q[i-1] != q[i-2] {
				d = min(d, before[j-2]+swapped)
			}
			row[j] = d
		}
		before, last, row = last, row, before
	}
	whole, start = last[n-1], last[0]
	for _, d := range last {
		start = min(start, d)
	}
	return whole, start
}

func keyOf(text string) key {
	k := key{letters: []rune(text)}
	for _, r := range k.letters {
		k.mask |= 1 << (uint32(r) % 64)
	}
	return k
}

// missing is at least how many letters of k are not in w.
func (k *key) missing(w *key) int { return bits.OnesCount64(k.mask &^ w.mask) }

func begins(w, with []rune) bool {
	if len(w) < len(with) {
		return false
	}
	for i, r := range with {
		if w[i] != r {
			return false
		}
	}
	return true
}

// fold is a text in small letters without accents.
func fold(text string) string {
	plain := true
	for i := range len(text) {
		if text[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return strings.ToLower(text)
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// squeeze is a text of letters and digits alone, folded: "BRK.B" and "brk-b" are one.
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if isWord(r) {
			return r
		}
		return -1
	}, fold(text))
}

// words are those of a title, folded. Points and apostrophes join ("S.A.", "Moody's").
func words(title string) []string {
	title = strings.NewReplacer(".", "", "'", "", "’", "").Replace(fold(title))
	return strings.FieldsFunc(title, func(r rune) bool { return !isWord(r) })
}
