package alarm_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/ops/alarm"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
)

var began = time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC)

type mailbox []notify.Message

func (m *mailbox) Send(_ context.Context, one notify.Message) error { *m = append(*m, one); return nil }

// world is a channel of each kind, and the record of runs.
type world struct {
	t      *testing.T
	slack  []map[string]any
	hooks  []map[string]any
	mails  mailbox
	down   bool
	at     time.Time
	record []store.Operation
	c      alarm.Channels
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, at: began}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if w.down {
			http.Error(out, "no", http.StatusBadGateway)
			return
		}
		text, _ := io.ReadAll(r.Body)
		var got map[string]any
		if err := json.Unmarshal(text, &got); err != nil {
			t.Error(err)
		}
		if r.URL.Path == "/slack" {
			w.slack = append(w.slack, got)
			return
		}
		if err := notify.Verify("a secret", r.Header.Get(notify.SignatureHeader), text, w.at, time.Minute); err != nil {
			t.Error(err)
		}
		w.hooks = append(w.hooks, got)
	}))
	t.Cleanup(server.Close)
	w.c = alarm.Channels{Slack: server.URL + "/slack", Webhook: server.URL + "/hook", WebhookSecret: "a secret", Mail: &w.mails, To: "ops@example.org",
		Post: notify.NewPoster(notify.PostOptions{Private: true, Now: func() time.Time { return w.at }})}
	return w
}

// run is a run with some findings, after some time.
func (w *world) run(after time.Duration, findings ...string) check.Check {
	w.t.Helper()
	w.at = w.at.Add(after)
	r := check.Begin("quality check --alert", w.at)
	r.Fine("series", "9 are needed now")
	for _, f := range findings {
		r.Find(f, "something about <"+f+">", "do something")
	}
	w.c.Tell(context.Background(), r, w.record, w.at, "https://books.example.org/data", "prices")
	text, err := json.Marshal(r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.record = append([]store.Operation{{Command: r.Command, Began: w.at, Report: text}}, w.record...)
	return r.Checks[len(r.Checks)-1]
}

func (w *world) told(n int) {
	w.t.Helper()
	if len(w.slack) != n || len(w.hooks) != n || len(w.mails) != n {
		w.t.Errorf("told %d, %d and %d times, want %d", len(w.slack), len(w.hooks), len(w.mails), n)
	}
}

func (w *world) colour() string {
	return w.slack[len(w.slack)-1]["attachments"].([]any)[0].(map[string]any)["color"].(string)
}

func TestTell(t *testing.T) {
	w := newWorld(t)
	if c := w.run(0); c.State != check.Fine || c.Says != "nothing to tell" {
		t.Errorf("%+v", c)
	}
	w.told(0)
	if c := w.run(5*time.Minute, "scores"); c.State != check.Fine || c.Says != "sent to Slack, webhook, mail" {
		t.Errorf("%+v", c)
	}
	w.told(1)
	if w.colour() != "#e6a732" {
		t.Errorf("a warning is %s", w.colour())
	}
	first := w.slack[0]["attachments"].([]any)[0].(map[string]any)
	if fields, _ := json.Marshal(first["fields"]); !strings.Contains(string(fields), "something about \\u0026lt;scores\\u0026gt;") || !strings.Contains(string(fields), "warning") {
		t.Errorf("fields %s", fields)
	}
	if w.hooks[0]["event"] != "operations.alert" || w.hooks[0]["severity"] != "warning" || w.mails[0].To != "ops@example.org" || !strings.Contains(w.mails[0].Text, "What to do: do something") {
		t.Errorf("%v\n%+v", w.hooks[0], w.mails[0])
	}
	w.run(5*time.Minute, "scores")
	w.told(1) // the same is not told again
	w.run(5*time.Minute, "prices", "scores")
	w.told(2)
	if w.colour() != "#bc421b" {
		t.Errorf("a critical one is %s", w.colour())
	}
	for range 23 {
		w.run(time.Hour, "prices", "scores")
	}
	w.told(2)
	w.run(time.Hour, "prices", "scores")
	w.told(3) // once a day while it lasts
	w.run(5 * time.Minute)
	w.told(4)
	if w.colour() != "#33a795" || w.hooks[3]["event"] != "operations.resolved" {
		t.Errorf("what is over is %s, %v", w.colour(), w.hooks[3])
	}
	w.run(5 * time.Minute)
	w.told(4)
}

func TestTellThatDoesNotArrive(t *testing.T) {
	w := newWorld(t)
	w.down = true
	w.c.Mail = nil
	c := w.run(0, "prices")
	if c.State != check.Finding || !strings.Contains(c.Says, "502") || strings.Contains(c.Says, "127.0.0.1") {
		t.Errorf("%+v", c)
	}
	w.down = false
	if c := w.run(5*time.Minute, "prices"); c.Says != "sent to Slack, webhook" { // it is tried again
		t.Errorf("%+v", c)
	}
	w.c = alarm.Channels{}
	if c := w.run(5*time.Minute, "rates"); c.State != check.Unknown || !strings.Contains(c.Cure, "SLACK_WEBHOOK_URL") {
		t.Errorf("nobody is configured: %+v", c)
	}
}
