package app

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Requests reach the API as they were made: the host that the browser asked, bodies, and
// events as they come. An API that does not answer is said to be away.
func TestPass(t *testing.T) {
	second := make(chan struct{})
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "data: first\n\n")
			w.(http.Flusher).Flush()
			<-second
			fmt.Fprint(w, "data: second\n\n")
			return
		}
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %s %s %s", r.Method, r.URL, r.Host, r.Header.Get("Authorization"), r.Header.Get("X-Forwarded-For"), body)
	}))
	handler, err := pass(backend.URL, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(handler)
	defer front.Close()
	ask := func(path string) (*http.Response, error) {
		r, err := http.NewRequest("POST", front.URL+path, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "books.example.org"
		r.Header.Set("Authorization", "Bearer token")
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		return http.DefaultClient.Do(r)
	}
	answer, err := ask("/api/v1/portfolios?limit=2")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(answer.Body)
	if want := "POST /api/v1/portfolios?limit=2 books.example.org Bearer token 127.0.0.1 body"; string(got) != want {
		t.Errorf("the API was asked %q, want %q", got, want)
	}
	stream, err := ask("/api/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stream.Body)
	first := make(chan string, 1)
	go func() { line, _ := lines.ReadString('\n'); first <- line }()
	select {
	case line := <-first:
		if line != "data: first\n" {
			t.Errorf("first event %q", line)
		}
	case <-time.After(5 * time.Second):
		t.Error("an event waits for the next")
	}
	close(second)
	backend.Close()
	away, err := ask("/api/v1/portfolios")
	if err != nil {
		t.Fatal(err)
	}
	if away.StatusCode != http.StatusBadGateway || away.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("without the API: %d, %s", away.StatusCode, away.Header.Get("Content-Type"))
	}
}
