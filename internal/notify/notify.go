// Package notify carries messages to people: by mail now; other channels fit beside it.
//
// Model: a Message is text for one reader; a Channel sends one and says whether it went
// out. An error that another attempt cannot cure is ErrRefused; any other is worth
// trying again. A channel keeps nothing: what is to be sent lies in the store's outbox,
// sealed, until it went out or was given up (service.Deliver).
package notify

import (
	"context"
	"errors"
	"time"
)

// ErrRefused reports a message that will not go out however often it is tried: the
// receiver does not exist, or what was said is not taken.
var ErrRefused = errors.New("refused for good")

// Message is text for one reader.
type Message struct {
	To      string `json:"to"` // an e-mail address, where it goes by mail
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// Channel sends messages.
type Channel interface {
	Send(ctx context.Context, m Message) error
}

// Again is how long after an attempt that failed the next one is made; ok is false
// where it is given up: after nine, over some two days.
func Again(attempts int) (wait time.Duration, ok bool) {
	waits := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 12 * time.Hour, 24 * time.Hour}
	if attempts < 1 {
		attempts = 1
	}
	if attempts > len(waits) {
		return 0, false
	}
	return waits[attempts-1], true
}
