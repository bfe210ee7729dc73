package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Headers of a webhook's request.
const (
	SignatureHeader = "X-Foliosight-Signature" // t=<unix seconds>,v1=<hex of HMAC-SHA256 over "t.body">
	DeliveryHeader  = "X-Foliosight-Delivery"  // the same for every attempt of one message
	EventHeader     = "X-Foliosight-Event"
)

// Hook is a message to a webhook.
type Hook struct {
	URL      string
	Secret   string // that the signature is made with
	Delivery string
	Event    string
	Body     []byte // JSON
}

// Webhook posts a message with its signature.
func (p *Poster) Webhook(ctx context.Context, h Hook) error {
	err := p.post(ctx, h.URL, h.Body, http.Header{SignatureHeader: {Sign(h.Secret, p.now(), h.Body)}, DeliveryHeader: {h.Delivery}, EventHeader: {h.Event}})
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	return nil
}

// Sign is the signature of a body at a time.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac(secret, t, body))
}

func mac(secret, t string, body []byte) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(t + "."))
	m.Write(body)
	return m.Sum(nil)
}

// Verify is what a receiver does: the signature is ours and not older than tolerance.
func Verify(secret, signature string, body []byte, now time.Time, tolerance time.Duration) error {
	var t, given string
	for _, part := range strings.Split(signature, ",") {
		switch name, value, _ := strings.Cut(part, "="); name {
		case "t":
			t = value
		case "v1":
			given = value
		}
	}
	at, err := strconv.ParseInt(t, 10, 64)
	want, hexErr := hex.DecodeString(given)
	switch {
	case err != nil || hexErr != nil || !hmac.Equal(mac(secret, t, body), want):
		return errors.New("the signature is not ours")
	case now.Sub(time.Unix(at, 0)).Abs() > tolerance:
		return errors.New("the signature is too old")
	}
	return nil
}

// Note is a message to a channel of Slack.
type Note struct {
	Title  string
	Text   string
	Link   string // where it leads
	Colour string // of the bar beside it, as #2d5cb8
	Fields []Field
	At     time.Time
}

// Field is a name and what it is.
type Field struct{ Name, Value string }

// Slack posts a message to an incoming webhook of Slack.
func (p *Poster) Slack(ctx context.Context, to string, n Note) error {
	type field struct {
		Title string `json:"title"`
		Value string `json:"value"`
		Short bool   `json:"short"`
	}
	var fields []field
	for _, f := range n.Fields {
		fields = append(fields, field{plain(f.Name), plain(f.Value), len(f.Value) < 40})
	}
	body, err := json.Marshal(map[string]any{"text": plain(n.Title), "attachments": []map[string]any{{"color": n.Colour, "title": plain(n.Title), "title_link": n.Link, "text": plain(n.Text),
		"fallback": plain(n.Title), "fields": fields, "ts": n.At.Unix(), "footer": "FolioSight"}}})
	if err != nil {
		return err
	}
	if err := p.post(ctx, to, body, nil); err != nil {
		return fmt.Errorf("Slack: %w", err)
	}
	return nil
}

// plain keeps a text from being read as Slack's markup.
func plain(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
