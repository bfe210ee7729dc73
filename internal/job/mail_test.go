package job

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

func TestMailGoesOutAtOnce(t *testing.T) { testMail(t, newWorld) }

// stuck is a mail server that does not answer the first message until it is released.
type stuck struct {
	got     chan notify.Message
	release chan struct{}
}

func (s *stuck) Send(ctx context.Context, m notify.Message) error {
	s.got <- m
	if m.To == "ada@example.org" {
		<-s.release
	}
	return nil
}

// A letter leaves within seconds of what it is about, also one that is written while a job
// that looked before is still busy with another.
func testMail(t *testing.T, open func(testing.TB) *world) {
	w := open(t)
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	w.must(err)
	post := &stuck{make(chan notify.Message, 4), make(chan struct{})}
	w.service = service.New(service.Options{Store: w.store, Now: now, Queue: w.queue, Accounts: service.Accounts{Mail: post, Secrets: keys}})
	_, _, err = w.service.AddUser(ctx, w.owner, service.NewOwner{Email: "eve@example.org", Name: "Eve"}, store.Member)
	w.must(err)
	w.start()
	for _, to := range []string{"ada@example.org", "eve@example.org"} {
		begun := time.Now()
		w.must(w.service.RequestReset(ctx, to))
		select {
		case m := <-post.got:
			if m.To != to {
				t.Errorf("to %s, want %s", m.To, to)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("nothing went to %s", to)
		}
		t.Logf("to %s after %s", to, time.Since(begun).Round(time.Millisecond))
	}
	close(post.release)
}
