package ledger

import (
	"errors"
	"fmt"
)

// Clock is a time of day in seconds after midnight plus one, in the ledger's own
// zone; 0 means that the time is not known.
type Clock int32

// ErrClock reports text that is not a time of day.
var ErrClock = errors.New("not a time of day (want HH:MM or HH:MM:SS)")

// ParseClock reads HH:MM or HH:MM:SS. Fractions of a second are dropped.
func ParseClock(s string) (Clock, error) {
	if len(s) > 8 && s[8] == '.' {
		s = s[:8]
	}
	h, m, sec := twoDigits(s, 0), -1, 0
	switch len(s) {
	case 5:
		m = twoDigits(s, 3)
	case 8:
		m, sec = twoDigits(s, 3), twoDigits(s, 6)
		if s[5] != ':' {
			sec = -1
		}
	}
	if m >= 0 && s[2] != ':' {
		m = -1
	}
	if h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 60 {
		return 0, fmt.Errorf("%q: %w", clip([]byte(s)), ErrClock)
	}
	return Clock(h*3600 + m*60 + sec + 1), nil
}

// twoDigits is the number at position i of s, −1 where there are not two digits.
func twoDigits(s string, i int) int {
	if i+2 > len(s) || s[i] < '0' || s[i] > '9' || s[i+1] < '0' || s[i+1] > '9' {
		return -1
	}
	return int(s[i]-'0')*10 + int(s[i+1]-'0')
}

// Known reports whether there is a time.
func (c Clock) Known() bool { return c > 0 }

// String is HH:MM:SS, and empty where the time is not known.
func (c Clock) String() string {
	if c <= 0 {
		return ""
	}
	s := int(c) - 1
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// MarshalText writes HH:MM:SS.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what ParseClock reads; empty text is an unknown time.
func (c *Clock) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = 0
		return nil
	}
	got, err := ParseClock(string(b))
	*c = got
	return err
}
