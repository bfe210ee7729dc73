package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"
)

// TestLeaving: a process that is told to stop says at once that it is not ready, answers
// everybody for the grace, then lets nobody in and waits for what is under way.
func TestLeaving(t *testing.T) {
	const grace = 300 * time.Millisecond
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, release := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/health/ready", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/quick", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "quick") })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-release
		_, _ = io.WriteString(w, "slow")
	})
	ctx, stop := context.WithCancel(t.Context())
	o := Outside{Log: slog.New(slog.DiscardHandler), leaving: leave(ctx, grace, "1.2.3")}
	o.stopping = o.leaving.over
	served := make(chan error, 1)
	go func() { served <- serve(ctx, o, listener, mux) }()

	ask := func(path string) string {
		response, err := (&http.Client{Transport: &http.Transport{}, Timeout: 5 * time.Second}).Get("http://" + listener.Addr().String() + path)
		if err != nil {
			return err.Error()
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return fmt.Sprint(response.StatusCode, response.Close, string(body), err)
	}
	if got := ask("/health/ready"); got != "200 false<nil>" {
		t.Errorf("before: %s", got)
	}
	slow := make(chan string, 1)
	go func() { slow <- ask("/slow") }()
	<-begun
	stop()
	told := time.Now()
	for !o.leaving.going.Load() {
		time.Sleep(time.Millisecond)
	}
	if got := ask("/health/ready"); got != `503 true{"status":"stopping","version":"1.2.3"}`+"\n<nil>" {
		t.Errorf("told to stop it says %s", got)
	}
	if got := ask("/quick"); got != "200 truequick<nil>" {
		t.Errorf("told to stop it answers %s", got)
	}
	for {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			break
		}
		c.Close()
		if time.Since(told) > 10*time.Second {
			t.Fatal("it goes on letting people in")
		}
		time.Sleep(5 * time.Millisecond)
	}
	if after := time.Since(told); after < grace {
		t.Errorf("it lets nobody in after %s", after)
	}
	select {
	case err := <-served:
		t.Fatalf("it ended with a request under way: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	if got := <-slow; got != "200 trueslow<nil>" && got != "200 falseslow<nil>" {
		t.Errorf("what was under way: %s", got)
	}
	if err := <-served; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
