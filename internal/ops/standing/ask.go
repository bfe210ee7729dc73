package standing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// Clear sets the mark that has every process let go of what it keeps.
func Clear(ctx context.Context, marks store.MarkGate, by string, now time.Time) (store.Mark, error) {
	return marks.SetMark(ctx, store.Mark{Name: MarkCaches, Contents: []byte(`{}`), Changed: now, By: by})
}

// Answers waits and gives what processes did with a mark: nobody knows how many there are,
// so that the whole time is waited.
func Answers(ctx context.Context, marks store.MarkGate, m store.Mark, wait time.Duration) ([]store.MarkAnswer, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(wait):
	}
	return marks.MarkAnswers(ctx, m.Name, m.Version)
}

// ClearedBy is what a process answered to the mark of caches.
func ClearedBy(a store.MarkAnswer) (all []Cleared, err error) {
	if err := json.Unmarshal(a.Contents, &all); err != nil {
		return nil, fmt.Errorf("answer of %s: %w", a.Process, err)
	}
	return all, nil
}

// ErrUnauthorized reports a server that wants an administrator's token.
var ErrUnauthorized = errors.New("the server clears for administrators alone: give the token of one as FOLIOSIGHT_TOKEN")

// ClearAt has one server let go of what it keeps, asked over HTTP.
func ClearAt(ctx context.Context, client *http.Client, url, token string) ([]Cleared, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	address := strings.TrimRight(url, "/") + "/status/caches/clear"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return nil, fmt.Errorf("address of the server %q: %w", url, err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s: no server answers: %w", url, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, fmt.Errorf("%s: %w", url, ErrUnauthorized)
	default:
		return nil, fmt.Errorf("%s: it answers %s; is this a FolioSight of this version?", address, answer.Status)
	}
	var said struct{ Cleared []Cleared }
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, fmt.Errorf("%s: its answer cannot be read: %w", address, err)
	}
	return said.Cleared, nil
}
