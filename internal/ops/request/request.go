// Package request carries what is known of a request under way: its id, the route that
// took it, who asks and about which portfolio.
//
// Model: whoever is outermost puts a Mark into the context; inner parts write into it as
// they find things out; the log and the counts read it. It holds ids and patterns alone,
// never an address, a header or a body.
package request

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Mark is what is known of one request. A nil Mark forgets everything. It is safe for
// concurrent use.
type Mark struct {
	mu                         sync.Mutex
	id, route, user, portfolio string
}

type key struct{}

// With puts a mark into a context.
func With(ctx context.Context, id string) (context.Context, *Mark) {
	m := &Mark{id: id}
	return context.WithValue(ctx, key{}, m), m
}

// Of is the mark of a context; nil outside of a request.
func Of(ctx context.Context) *Mark {
	m, _ := ctx.Value(key{}).(*Mark)
	return m
}

// Known is what is known so far; what is not is empty.
type Known struct {
	ID        string
	Route     string // pattern of the address, without the method: "/api/v1/portfolios/{portfolio}"
	User      string
	Portfolio string
}

// Known is what is known so far.
func (m *Mark) Known() Known {
	if m == nil {
		return Known{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return Known{m.id, m.route, m.user, m.portfolio}
}

// Took notes the pattern that a mux chose. The first to know it is the innermost, so that
// later ones say nothing.
func (m *Mark) Took(pattern string) {
	if m == nil || pattern == "" {
		return
	}
	for i := range len(pattern) { // "GET /path", or a path alone
		if pattern[i] == ' ' {
			pattern = pattern[i+1:]
			break
		}
		if pattern[i] == '/' {
			break
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.route == "" {
		m.route = pattern
	}
}

// From notes who asks.
func (m *Mark) From(user string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.user = user
}

// About notes the portfolio that is asked about.
func (m *Mark) About(portfolio string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.portfolio = portfolio
}

// Routed notes which pattern of a mux took a request, whatever becomes of it.
func Routed(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := Of(r.Context())
		if m == nil {
			mux.ServeHTTP(w, r)
			return
		}
		defer func() { m.Took(r.Pattern) }() // the mux writes it into this very request
		mux.ServeHTTP(w, r)
	})
}

// Done is a request that was answered.
type Done struct {
	Method string
	Route  string // empty: it was refused before one was found
	Status int    // 0: the connection was given up before there was an answer
	Bytes  int
	Took   time.Duration
	Stream bool // of events: its time says nothing
}
