package api

import (
	"net/http"
	"testing"
)

// TestWhatLooksIsNotHeld: read-only, an operation that only looks is answered though it is
// asked with a body, and every other with a method that writes is held.
func TestWhatLooksIsNotHeld(t *testing.T) {
	for _, c := range []struct {
		r    route
		want bool
	}{
		{route{method: http.MethodGet, id: "get-analysis"}, false},
		{route{method: http.MethodPost, id: "what-if"}, false},
		{route{method: http.MethodPost, id: "login"}, false},
		{route{method: http.MethodPost, id: "book"}, true},
		{route{method: http.MethodPost, id: "register"}, true},
		{route{method: http.MethodPatch, id: "update-me"}, true},
		{route{method: http.MethodDelete, id: "something-new"}, true},
	} {
		if got := holds(c.r); got != c.want {
			t.Errorf("%s %s: held is %v", c.r.method, c.r.id, got)
		}
	}
	for path, want := range map[string]bool{"/health/ready": true, "/healthy": false, "/sign-in": true, "/sign-in/passkey/begin": true, "/api/v1/auth/login": true, "/api/v1/auth/loginx": false,
		"/api/v1/auth/me": false, "/": false, "/assets/css/x/app.css": true, "/p/all": false, "/status/caches": true} {
		if got := always(path); got != want {
			t.Errorf("%s: always answered is %v", path, got)
		}
	}
}
