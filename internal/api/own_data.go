package api

import (
	"bytes"
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/foliosight/foliosight/internal/service"
)

type deleteMeIn struct {
	Body *struct {
		Password  string `json:"password,omitempty" maxLength:"1024" doc:"The password; not needed within ten minutes of signing in." example:"a sentence is easiest to remember"`
		Everybody bool   `json:"everybody,omitempty" doc:"Whether the last owner takes everybody of the household or firm along."`
	}
}

// ownData is what the law lets people ask for: a copy of everything, and its end.
func (s *server) ownData() {
	add(s, route{method: "DELETE", path: "/auth/me", id: "delete-me", tag: tagPeople, status: 204, errors: []int{401, 403, 422}, summary: "Delete your account",
		about: "With everything you own, for good. The audit trail keeps that it happened, not what. The last owner takes the household or firm along, which must be said where others are in it."},
		func(ctx context.Context, c service.Caller, in *deleteMeIn) (*logoutOut, error) {
			password, everybody := "", false
			if in.Body != nil {
				password, everybody = in.Body.Password, in.Body.Everybody
			}
			return &logoutOut{SetCookie: s.cookie("", time.Time{})}, s.svc.DeleteMe(ctx, c, password, everybody)
		})
	add(s, route{method: "GET", path: "/auth/me/export", id: "export-me", tag: tagPeople, class: classHeavy, stream: true, summary: "Everything that is kept of you", media: "application/zip", answer: &huma.Schema{Type: huma.TypeString, Format: "binary", Description: "A zip.", Examples: []any{"PK…"}},
		about: "A zip: your profile, each of your portfolios as a ledger document (which import reads again) with its settings, own prices, sessions and tokens without their secrets, and what the audit trail says you did."},
		func(ctx context.Context, c service.Caller, _ *none) (*huma.StreamResponse, error) {
			var b bytes.Buffer
			if err := s.svc.ExportMe(ctx, c, &b); err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(h huma.Context) {
				h.SetHeader("Content-Type", "application/zip")
				h.SetHeader("Content-Disposition", `attachment; filename="foliosight-`+s.Now().UTC().Format("2006-01-02")+`.zip"`)
				_, _ = h.BodyWriter().Write(b.Bytes()) // the client went away: nothing to do
			}}, nil
		})
}
