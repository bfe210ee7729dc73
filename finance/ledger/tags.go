package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The bounds of tags.
const (
	MaxTags      = 20 // of one booking
	MaxTagLength = 40 // letters of one tag
)

// ErrTag reports a tag that cannot be kept, or too many of them.
var ErrTag = errors.New("the tag cannot be kept")

// Tags are the words under which people sort bookings: a set, in order. They change no
// figure and are no part of what a booking is recognised by. A tag is lower case, its
// spaces single; see CheckTag for what it may be made of. Two sets of the same tags are
// equal by ==. The zero value has none.
//
// In JSON they are a list of texts. Any list is read, as it may be of a file with a
// mistake in it; Validate refuses the tags that cannot be.
type Tags struct {
	joined string // in order, a line feed between them: no tag has one
}

// NormalTag is a tag as it is kept: lower case, without spaces around it, single spaces
// within, letters with their accents in one piece (Unicode NFC). Words that differ only
// in these are one tag.
func NormalTag(word string) string {
	return norm.NFC.String(strings.ToLower(strings.Join(strings.Fields(word), " ")))
}

// NewTags is the set of some words, made normal; empty ones are left out.
func NewTags(words ...string) Tags {
	normal := make([]string, 0, len(words))
	for _, w := range words {
		if w = NormalTag(w); w != "" {
			normal = append(normal, w)
		}
	}
	slices.Sort(normal)
	return Tags{strings.Join(slices.Compact(normal), "\n")}
}

// ReadTags reads a list with semicolons between the tags, as files have it.
func ReadTags(list string) Tags { return NewTags(strings.Split(list, ";")...) }

// List are the tags in order; nil where there are none.
func (t Tags) List() []string {
	if t.joined == "" {
		return nil
	}
	return strings.Split(t.joined, "\n")
}

// Len is how many there are.
func (t Tags) Len() int { return len(t.List()) }

// Has reports whether a tag, made normal, is among them.
func (t Tags) Has(tag string) bool { return slices.Contains(t.List(), NormalTag(tag)) }

// With are these tags and some more, Without those that are not among some others.
func (t Tags) With(more ...string) Tags { return NewTags(append(t.List(), more...)...) }

// Without implements what With says.
func (t Tags) Without(others ...string) Tags {
	gone := NewTags(others...).List()
	return NewTags(slices.DeleteFunc(t.List(), func(tag string) bool { return slices.Contains(gone, tag) })...)
}

// Equal reports whether two sets are the same; it is == for programs that cannot say so.
func (t Tags) Equal(other Tags) bool { return t == other }

// String is the list as ReadTags reads it.
func (t Tags) String() string { return strings.ReplaceAll(t.joined, "\n", ";") }

// MarshalJSON writes the list.
func (t Tags) MarshalJSON() ([]byte, error) {
	if t.joined == "" {
		return []byte("[]"), nil
	}
	return json.Marshal(t.List())
}

// UnmarshalJSON reads a list of texts.
func (t *Tags) UnmarshalJSON(b []byte) error {
	var words []string
	if err := json.Unmarshal(b, &words); err != nil {
		return err
	}
	*t = NewTags(words...)
	return nil
}

// CheckTag refuses, as a *Fault of the field tags, what is no tag: it has a letter or a
// digit first, then letters, digits, spaces, "-" and "_", at most MaxTagLength in all.
func CheckTag(tag string) *Fault {
	fault := func(problem, cure string) *Fault {
		return &Fault{Field: "tags", Value: clip([]byte(tag)), Problem: problem, Cure: cure, Err: ErrTag}
	}
	normal := NormalTag(tag)
	if normal == "" {
		return fault("it is empty", "write a word")
	}
	if n := utf8.RuneCountInString(normal); n > MaxTagLength {
		return fault(fmt.Sprintf("it has %d letters", n), fmt.Sprintf("use at most %d", MaxTagLength))
	}
	for i, r := range normal {
		if !inTag(r) || i == 0 && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return fault(fmt.Sprintf("%q cannot stand in it", string(r)), "begin with a letter or a digit, and use letters, digits, spaces, - and _")
		}
	}
	return nil
}

// inTag reports whether a sign may stand in a tag. Marks are parts of letters: the vowel
// signs of Hindi, an accent written after its letter.
func inTag(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == ' ' || r == '-' || r == '_'
}

// TagsOf are the tags for words of another program, which allows more in them: what
// cannot stand in a tag becomes a space, and what is too long is cut. dropped are words
// of which nothing is left and those beyond MaxTags.
func TagsOf(words ...string) (tags Tags, dropped []string) {
	for _, w := range words {
		plain := NormalTag(strings.TrimLeft(strings.Map(func(r rune) rune {
			if inTag(r) {
				return r
			}
			return ' '
		}, w), " -_"))
		if r := []rune(plain); len(r) > MaxTagLength {
			plain = NormalTag(string(r[:MaxTagLength]))
		}
		more := tags.With(plain)
		if CheckTag(plain) != nil || more.Len() > MaxTags {
			dropped = append(dropped, w)
			continue
		}
		tags = more
	}
	return tags, dropped
}

// tags checks the tags of a booking.
func (c *checker) tags() {
	list := c.Tags.List()
	if len(list) > MaxTags {
		c.add("tags", fmt.Sprint(len(list)), "there are too many", fmt.Sprintf("give at most %d", MaxTags), ErrTag)
	}
	for _, tag := range list {
		if f := CheckTag(tag); f != nil {
			c.add(f.Field, f.Value, f.Problem, f.Cure, ErrTag)
		}
	}
}
