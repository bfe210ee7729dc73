package api

import (
	"context"

	"github.com/foliosight/foliosight/internal/service"
)

type resetBody struct {
	Email string `json:"email" maxLength:"320" doc:"E-mail address." example:"ada@example.org"`
}

type resetConfirmBody struct {
	Token    string `json:"token" maxLength:"100" doc:"The last part of the link." example:"cmVzZXQtdG9rZW4"`
	Password string `json:"new_password" maxLength:"1024" doc:"The new password, at least 12 characters." example:"another sentence, longer still"`
}

type verifyBody struct {
	Token string `json:"token" maxLength:"100" doc:"The last part of the link." example:"dmVyaWZ5LXRva2Vu"`
}

// mails are what is done by links that were sent.
func (s *server) mails() {
	add(s, route{method: "POST", path: "/auth/password/reset", id: "request-password-reset", tag: tagPeople, open: true, status: 202, errors: []int{422, 429, 503}, summary: "Ask for a new password",
		about: "Sends a link to the address, good for an hour. The answer is the same whether somebody has the address here or not. 503: this installation sends no mail."},
		func(ctx context.Context, _ service.Caller, in *struct{ Body resetBody }) (*none, error) {
			return &none{}, s.svc.RequestReset(ctx, in.Body.Email)
		})
	add(s, route{method: "POST", path: "/auth/password/reset/confirm", id: "confirm-password-reset", tag: tagPeople, open: true, status: 204, errors: []int{422, 429}, summary: "Set a new password",
		about: "By the link. All sessions end; sign in with the new password, and with the second factor where there is one."},
		func(ctx context.Context, _ service.Caller, in *struct{ Body resetConfirmBody }) (*none, error) {
			return &none{}, s.svc.ConfirmReset(ctx, in.Body.Token, in.Body.Password)
		})
	add(s, route{method: "POST", path: "/auth/verify/send", id: "send-verification", tag: tagPeople, status: 202, errors: []int{503}, summary: "Ask for a link that verifies the address", about: "Sent to the address, good for three days. Nothing is sent where it is verified."},
		func(ctx context.Context, c service.Caller, _ *none) (*none, error) {
			return &none{}, s.svc.SendVerification(ctx, c)
		})
	add(s, route{method: "POST", path: "/auth/verify", id: "verify-email", tag: tagPeople, open: true, status: 204, errors: []int{422}, summary: "Verify the address", about: "By the link."},
		func(ctx context.Context, _ service.Caller, in *struct{ Body verifyBody }) (*none, error) {
			return &none{}, s.svc.Verify(ctx, in.Body.Token)
		})
}
