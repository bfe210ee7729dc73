package demo

import "strings"

// tagsByNote are the tags of the demo's bookings, by how their notes begin.
var tagsByNote = []struct{ note, tag string }{
	{"hedge", "hedge"},
	{"salary contribution", "savings plan"},
	{"trimmed", "taking profits"}, {"part of the gain taken", "taking profits"}, {"part covered", "taking profits"},
	{"capital call", "private markets"},
	{"subscription", "investors"}, {"redemption", "investors"},
	{"plan administration", "running costs"}, {"custody fee", "running costs"}, {"management fee", "running costs"}, {"performance fee", "running costs"}, {"trustee", "running costs"},
}

// tag gives the bookings of a book their tags.
func (b *Book) tag() {
	for i := range b.Transactions {
		t := &b.Transactions[i]
		for _, rule := range tagsByNote {
			if strings.HasPrefix(t.Note, rule.note) {
				t.Tags = t.Tags.With(rule.tag)
			}
		}
	}
}

// tagged are books with their tags.
func tagged(books []Book) []Book {
	for i := range books {
		books[i].tag()
	}
	return books
}
