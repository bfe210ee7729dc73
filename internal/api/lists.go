package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// listed lets a query give a list in both usual forms: type=buy,sell as it is described,
// and type=buy&type=sell as many clients send lists whatever the description says.
func listed(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if strings.Count(r.URL.RawQuery, "&") > 0 {
		if joined, repeated := joinRepeated(r.URL.Query()); repeated {
			r = withQuery(r, joined)
		}
	}
	next(humago.NewContext(ctx.Operation(), r, w))
}

func joinRepeated(q url.Values) (url.Values, bool) {
	repeated := false
	for name, values := range q {
		if len(values) > 1 {
			q[name], repeated = []string{strings.Join(values, ",")}, true
		}
	}
	return q, repeated
}

func withQuery(r *http.Request, q url.Values) *http.Request {
	r = r.WithContext(r.Context()) // a copy, for its address to be another
	address := *r.URL
	address.RawQuery = q.Encode()
	r.URL = &address
	return r
}
