package replicas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// client asks replicas as one person.
type client struct {
	http  *http.Client
	token string
}

// errBroken is a connection that broke: the process behind it may have been killed.
var errBroken = errors.New("the connection broke")

// ask sends one request. A broken connection is errBroken; any answer is given back.
func (c *client) ask(ctx context.Context, method, url string, body any, key string) (status int, answer map[string]any, err error) {
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		sent = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, sent)
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	if len(content) > 0 && content[0] == '{' {
		if err := json.Unmarshal(content, &answer); err != nil {
			return 0, nil, fmt.Errorf("%s %s: %d %.200s: %w", method, url, response.StatusCode, content, err)
		}
	}
	return response.StatusCode, answer, nil
}

func newClient() *client { return &client{http: &http.Client{Timeout: 20 * time.Second}} }
