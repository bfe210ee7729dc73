package environment

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// Bits that a secret needs where others rely on it: a key is attacked offline, by who
// holds a token or a copy of the database; a password of the database online.
const (
	keyBits      = 128.0
	passwordBits = 64.0
)

// wanted is how many bits the secrets need that this installation makes up itself; those
// that others give out (keys of providers, of mail) are theirs to make strong.
var wanted = map[string]float64{
	"SECRET_KEY": keyBits, "JWT_SECRET_KEY": keyBits, "BACKEND_JWT_SECRET": keyBits, "SECRET_KEY_PREVIOUS": keyBits,
	"ENCRYPTION_KEY": keyBits, "ENCRYPTION_KEY_PREVIOUS": keyBits, "BACKUP_KEY": keyBits,
	"DATABASE_URL": passwordBits, "DATABASE_ADMIN_URL": passwordBits,
}

// strength measures secrets, and finds those that serve twice.
func strength(c config.Config, p Profile, r *check.Report) {
	uses := map[string][]string{}
	measured := 0
	for _, s := range c.Secrets() {
		need, ours := wanted[s.Name]
		if !ours {
			continue
		}
		values := []string{s.Value}
		switch {
		case strings.HasSuffix(s.Name, "_PREVIOUS"):
			values = strings.Split(s.Value, ",")
		case strings.HasSuffix(s.Name, "_URL"):
			values = passwordOf(s.Value)
		}
		for _, v := range values {
			if v = strings.TrimSpace(v); v == "" {
				continue
			}
			measured++
			name := strings.TrimSuffix(s.Name, "_PREVIOUS")
			if s.Name == "JWT_SECRET_KEY" || s.Name == "BACKEND_JWT_SECRET" {
				name = "SECRET_KEY" // one secret, three names
			}
			if name != s.Name && slices.Contains(uses[v], name) && strings.HasSuffix(s.Name, "_PREVIOUS") {
				r.Find("rotation of "+name, "the earlier key is the one in use: nothing was rotated", "make a new key, and give the old one as "+s.Name)
			}
			if !slices.Contains(uses[v], name) {
				uses[v] = append(uses[v], name)
			}
			bits, why := Entropy(v)
			switch {
			case bits >= need:
			case p.strict():
				r.Find("strength of "+s.Name, fmt.Sprintf("about %.0f bits, %.0f are needed%s", bits, need, why), "make another: openssl rand -base64 48 (32 for ENCRYPTION_KEY)")
			default:
				r.Fine("strength of "+s.Name, fmt.Sprintf("about %.0f bits%s: for development alone", bits, why))
			}
		}
	}
	var twice []string
	for _, names := range uses {
		if len(names) > 1 && !(len(names) == 2 && slices.Contains(names, "DATABASE_URL") && slices.Contains(names, "DATABASE_ADMIN_URL") && !p.strict()) {
			slices.Sort(names)
			twice = append(twice, strings.Join(names, " and "))
		}
	}
	slices.Sort(twice)
	for _, names := range twice {
		r.Find("reuse", names+" are the same secret: who learns one has both", "make one of them anew")
	}
	if measured == 0 {
		r.Fine("strength", "no secret of this installation's own is set; keys are made and kept where they are needed")
	} else if len(twice) == 0 {
		r.Fine("strength", fmt.Sprintf("%d secrets were measured, none serves twice", measured))
	}
}

// passwordOf is the password of an address, where it has one.
func passwordOf(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return nil
	}
	password, _ := u.User.Password()
	return []string{password}
}

// placeholders are words of secrets that were copied from a guide.
var placeholders = []string{"your", "change", "secret", "password", "example", "default", "placeholder", "changeme", "admin", "test", "foobar", "letmein", "postgres", "foliosight"}

// Entropy estimates from above how many bits somebody who knows how secrets are made has
// to guess: the number of characters, less those that follow from the one before (aaa,
// abc, 321) or repeat a stretch before them, times the bits of the kinds of characters
// that occur. Words of placeholders count a few bits each. why says what took bits away.
func Entropy(text string) (bits float64, why string) {
	lower := strings.ToLower(text)
	var words []string
	for _, w := range placeholders {
		if len(w) >= 4 && strings.Contains(lower, w) {
			words = append(words, w)
			lower = strings.ReplaceAll(lower, w, "\x00")
		}
	}
	runes := []rune(lower)
	var kinds [4]bool
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			kinds[0] = true
		case r >= 'a' && r <= 'z':
			kinds[1] = true
		case r >= 'A' && r <= 'Z':
			kinds[2] = true
		default:
			kinds[3] = true
		}
	}
	alphabet := 0.0
	for i, size := range []float64{10, 26, 26, 12} {
		if kinds[i] {
			alphabet += size
		}
	}
	if strings.Trim(text, "0123456789abcdef") == "" || strings.Trim(text, "0123456789ABCDEF") == "" {
		alphabet = min(alphabet, 16)
	}
	free, wordBits, follows, period := 0, 0.0, 0, periodOf(runes)
	for i, r := range runes {
		switch {
		case r == 0:
			wordBits += 5
		case i >= period:
		case i > 0 && (r-runes[i-1] == 1 || r-runes[i-1] == -1 || r == runes[i-1]):
			follows++
		default:
			free++
		}
	}
	// Some of random characters follow by chance, three in the size of the alphabet; as
	// many, and three standard deviations, cost nothing.
	if expected := 3 * float64(min(period, len(runes))) / max(alphabet, 2); float64(follows) <= expected+3*math.Sqrt(expected) && alphabet > 10 {
		free, follows = free+follows, 0
	}
	bits = wordBits + float64(free)*math.Log2(max(alphabet, 2))
	switch {
	case len(words) > 0:
		why = " (it is made of words: " + strings.Join(words, ", ") + ")"
	case period < len(runes):
		why = " (it repeats itself)"
	case follows > 0:
		why = " (characters follow each other)"
	}
	if len(words) > 1 || len(words) == 1 && len(text) < 64 {
		bits = min(bits, float64(len(words))*5+float64(len(text))) // a phrase has about a bit a letter
	}
	return bits, why
}

// periodOf is after how many characters a text repeats itself; its length if it does not.
func periodOf(text []rune) int {
	for p := 1; p <= len(text)/2; p++ {
		same := true
		for i := p; i < len(text) && same; i++ {
			same = text[i] == text[i-p]
		}
		if same {
			return p
		}
	}
	return len(text)
}
