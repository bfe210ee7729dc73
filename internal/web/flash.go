package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/foliosight/foliosight/internal/web/view"
)

const toastCookie = "toast"

// flash is a toast that waits for the next page. It lives in a cookie of this
// browser; its texts are escaped like any other and its way back is a form.
type flash struct {
	Text  string            `json:"t"`
	Undo  string            `json:"u,omitempty"` // address to post to
	Field map[string]string `json:"f,omitempty"`
}

// toast leaves a message for the next page.
func (r *request) toast(f flash) {
	text, err := json.Marshal(f)
	if err != nil {
		return // strings always marshal
	}
	http.SetCookie(r.w, &http.Cookie{Name: toastCookie, Value: base64.RawURLEncoding.EncodeToString(text), Path: "/", MaxAge: 60,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.site.opts.Secure})
}

// takeToast takes the waiting message.
func (r *request) takeToast() *view.Toast {
	value := r.cookie(toastCookie)
	if value == "" || r.Header.Get("X-Fragment") != "" {
		return nil
	}
	http.SetCookie(r.w, &http.Cookie{Name: toastCookie, Path: "/", MaxAge: -1})
	text, err := base64.RawURLEncoding.DecodeString(value)
	var f flash
	if err != nil || json.Unmarshal(text, &f) != nil || f.Text == "" {
		return nil
	}
	t := &view.Toast{Text: f.Text}
	if strings.HasPrefix(f.Undo, "/p/") {
		action := view.Action{Label: "Undo", Href: f.Undo}
		for name, value := range f.Field {
			action.Fields = append(action.Fields, view.Hidden{Name: name, Value: value})
		}
		t.Undo = &action
	}
	return t
}

func escape(s string) string { return url.QueryEscape(s) }
