package fault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"
)

// The owner of every test's installation.
const (
	email    = "ada@example.org"
	password = "a sentence is easiest"
)

// errBroken is a connection that broke: the process behind it may have been killed.
var errBroken = errors.New("the connection broke")

// client asks a program as one person.
type client struct {
	http   *http.Client
	at     *program
	token  string
	header http.Header // sent with every request
}

func (p *program) client() *client {
	return &client{http: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}, at: p, header: http.Header{}}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
	took   time.Duration
}

// String says it, for failures.
func (a answer) String() string { return fmt.Sprintf("%d %.600s", a.status, a.text) }

// text is a field of the body; empty where it is not there.
func (a answer) field(name string) string {
	s, _ := a.body[name].(string)
	return s
}

// send sends one request. A broken connection is errBroken; any answer is given back.
func (c *client) send(ctx context.Context, method, path, contentType string, body []byte, key string) (a answer, err error) {
	r, err := http.NewRequestWithContext(ctx, method, c.at.url(path), bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", contentType)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	began := time.Now()
	response, err := c.http.Do(r)
	if err != nil {
		return answer{took: time.Since(began)}, fmt.Errorf("%w: %w", errBroken, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{took: time.Since(began)}, fmt.Errorf("%w: %w", errBroken, err)
	}
	a = answer{status: response.StatusCode, header: response.Header, text: string(content), took: time.Since(began)}
	if len(content) > 0 && content[0] == '{' {
		if err := json.Unmarshal(content, &a.body); err != nil {
			return a, fmt.Errorf("%s %s: %s: %w", method, path, a, err)
		}
	}
	return a, nil
}

// ask sends a JSON document, or nothing.
func (c *client) ask(ctx context.Context, method, path string, body any, key string) (answer, error) {
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return answer{}, err
		}
	}
	return c.send(ctx, method, "/api/v1"+path, "application/json", sent, key)
}

// must asks and wants a status.
func (c *client) must(t testing.TB, status int, method, path string, body any) answer {
	t.Helper()
	a, err := c.ask(context.Background(), method, path, body, "")
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if a.status != status {
		t.Fatalf("%s %s: %s, want %d", method, path, a, status)
	}
	return a
}

// found makes the owner and a portfolio, and returns its id.
func (c *client) found(t testing.TB) string {
	t.Helper()
	a := c.must(t, 201, "POST", "/auth/register", map[string]string{"email": email, "password": password, "name": "Ada", "base_currency": "EUR"})
	c.token = a.field("access_token")
	return c.must(t, 201, "POST", "/portfolios", map[string]string{"name": "Main"}).field("id")
}

// deposit is a booking that is known again by its note.
func deposit(note string) map[string]any {
	return map[string]any{"transactions": []map[string]any{{"date": "2025-03-03", "type": "deposit", "account": "bank", "amount": "1", "currency": "EUR", "note": note}}}
}

// file is a form with one file to import.
func file(name string, content []byte) (contentType string, body []byte) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return form.FormDataContentType(), b.Bytes()
}

// notes are the notes of all bookings of a portfolio, and how often each is there.
func (c *client) notes(t testing.TB, portfolio string) map[string]int {
	t.Helper()
	there := map[string]int{}
	for cursor := ""; ; {
		a := c.must(t, 200, "GET", "/portfolios/"+portfolio+"/transactions?limit=500&cursor="+cursor, nil)
		items, ok := a.body["items"].([]any)
		if !ok {
			t.Fatalf("no list of bookings: %s", a)
		}
		for _, item := range items {
			note, _ := item.(map[string]any)["note"].(string)
			there[note]++
		}
		if cursor = a.field("next"); cursor == "" {
			return there
		}
	}
}
