package service

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// MinPassword is the least length of a password in characters (OWASP ASVS 2.1.1).
const MinPassword = 12

// commonText lists the words that most guessed passwords are made of, one a line.
//
//go:embed common_passwords.txt
var commonText string

var common = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, line := range strings.Fields(commonText) {
		all[line] = true
	}
	return all
})

// checkPassword refuses what is too short to protect anything, too long to hash, or
// among the first that anybody tries: a common word with digits behind it, one sign or a
// run of signs repeated, or what the person says of themselves with little beside it.
// Nothing else is asked of it.
func checkPassword(password, email, name string) error {
	problem, cure := "", "take a longer one; a sentence is easiest to remember"
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinPassword:
		problem = fmt.Sprintf("it has %d characters, at least %d are needed", n, MinPassword)
	case len(password) > maxPassword:
		problem, cure = fmt.Sprintf("it has more than %d bytes", maxPassword), "take a shorter one"
	case guessed(password):
		problem, cure = "it is among the first that are guessed", "take a few words that have nothing to do with each other"
	case personal(password, email, name):
		problem, cure = "it is little more than your name or address", "take a few words that have nothing to do with you"
	default:
		return nil
	}
	return fault("password", "", problem, cure)
}

// plainly writes a password as those who guess read it: small letters, with the signs
// that commonly stand for letters, and nothing else.
func plainly(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '@':
			return 'a'
		case '$':
			return 's'
		case '!':
			return -1
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// guessed reports whether a password is a common word, or one repeated, or with digits
// around it, or a run of signs.
func guessed(password string) bool {
	whole := plainly(password)
	word := strings.TrimFunc(whole, unicode.IsDigit)
	leet := strings.NewReplacer("0", "o", "1", "i", "3", "e", "5", "s", "7", "t").Replace(strings.TrimRightFunc(whole, unicode.IsDigit))
	for _, w := range []string{whole, word, leet, unit(whole), unit(word), strings.TrimFunc(unit(whole), unicode.IsDigit)} {
		if common()[w] || utf8.RuneCountInString(w) <= 2 || run(w) {
			return true
		}
	}
	return false
}

// unit is the shortest text that a text is a repetition of.
func unit(s string) string {
	for n := 1; n <= len(s)/2; n++ {
		if len(s)%n == 0 && strings.Repeat(s[:n], len(s)/n) == s {
			return s[:n]
		}
	}
	return s
}

// runs are the orders that fingers know.
var runs = []string{"abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"}

// run reports whether a text is part of such an order, forwards or backwards.
func run(s string) bool {
	if utf8.RuneCountInString(s) < 4 {
		return false
	}
	back := []rune(s)
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	for _, r := range runs {
		if strings.Contains(r, s) || strings.Contains(r, string(back)) {
			return true
		}
	}
	return false
}

// personal reports whether fewer than eight signs are left of a password without the
// words of the person's name and address.
func personal(password, email, name string) bool {
	left := plainly(password)
	words := strings.FieldsFunc(email+" "+name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	words = append(words, plainly(strings.Split(email, "@")[0]), plainly(name))
	found := false
	for _, w := range words {
		if w = plainly(w); utf8.RuneCountInString(w) >= 4 && strings.Contains(left, w) {
			left, found = strings.ReplaceAll(left, w, ""), true
		}
	}
	return found && utf8.RuneCountInString(left) < 8
}
