package api

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/foliosight/foliosight/internal/ratelimit"
)

// Limits are how many requests are answered in a stretch of time, by class. Pages are
// not counted.
type Limits struct {
	Data    int               // of a user on most addresses, where their tier says nothing else; 600 unless given
	Heavy   int               // of a user on those that compute for long; 10 unless given
	Login   int               // attempts on one account from one address; 5 unless given
	Window  time.Duration     // what they are counted in; a minute unless given
	Counter ratelimit.Counter // counts; in this process unless given
	Proxies []netip.Prefix    // whose X-Forwarded-For is believed; none unless given
}

// Unlimited are limits that nobody reaches: for trials of the API, never for serving it.
var Unlimited = Limits{Data: 1 << 30, Heavy: 1 << 30, Login: 1 << 26}

func (l Limits) complete() Limits {
	set := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	set(&l.Data, 600)
	set(&l.Heavy, 10)
	set(&l.Login, 5)
	if l.Window == 0 {
		l.Window = time.Minute
	}
	if l.Counter == nil {
		l.Counter = ratelimit.NewLocal()
	}
	return l
}

// class is a sort of addresses with a limit of its own.
type class string

// The classes. Heavy are those that can compute for a second and more: simulations,
// forecasts, optimisation and the engines. An analysis is data: most are remembered, a
// new one takes a fraction of a second, and whoever books and looks needs one each time.
const (
	classData  class = "data"
	classHeavy class = "heavy"
)

func (l Limits) rule(c class) ratelimit.Rule {
	if c == classHeavy {
		return ratelimit.Rule{Limit: l.Heavy, Window: l.Window}
	}
	return ratelimit.Rule{Limit: l.Data, Window: l.Window}
}

// limited counts a request for the user, or for the address of one who is not signed in.
func (s *server) limited(c class) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		caller := callerOf(r.Context())
		who := "user/" + caller.User
		if caller.User == "" {
			who = "from/" + s.Limits.address(r)
		}
		rule, err := s.ruleOf(r.Context(), caller, c)
		if err != nil {
			problemOf(r.Context(), s.Log, err).write(w)
			return
		}
		v := s.Limits.Counter.Take(r.Context(), string(c)+"/"+who, rule, s.Now())
		announce(w.Header(), v, rule)
		if !v.Allowed {
			p := known(errTooMany)
			p.Detail = "At most " + strconv.Itoa(rule.Limit) + " such requests in " + stretch(rule.Window) + ". Try again in " + stretch(wait(v.Retry)) + "."
			p.header = http.Header{"Retry-After": {seconds(v.Retry)}}
			p.Reference = RequestID(r.Context())
			p.write(w)
			return
		}
		next(ctx)
	}
}

// announce tells the client how it stands.
func announce(h http.Header, v ratelimit.Verdict, rule ratelimit.Rule) {
	h["Ratelimit-Limit"] = []string{strconv.Itoa(v.Limit)}
	h["Ratelimit-Remaining"] = []string{strconv.Itoa(v.Remaining)}
	h["Ratelimit-Reset"] = []string{seconds(v.Reset)}
	h["Ratelimit-Policy"] = []string{strconv.Itoa(rule.Limit) + ";w=" + seconds(rule.Window)}
}

// wait is a time to wait in whole seconds, rounded up.
func wait(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(d.Seconds()-1e-6)) * time.Second
}

func seconds(d time.Duration) string { return strconv.Itoa(int(wait(d).Seconds())) }

// stretch says a stretch of time in words.
func stretch(d time.Duration) string {
	switch d {
	case time.Minute:
		return "a minute"
	case time.Second:
		return "a second"
	}
	return seconds(d) + " seconds"
}
