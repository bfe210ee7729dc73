package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/calc"
	"github.com/foliosight/foliosight/internal/service"
)

// Problem is what went wrong, as RFC 9457 (application/problem+json).
type Problem struct {
	Type      string `json:"type" format:"uri-reference" doc:"What kind of problem it is; the address describes it." example:"/docs#problem-invalid"`
	Title     string `json:"title" doc:"The kind in a few words, always the same for one type." example:"This cannot be booked"`
	Status    int    `json:"status" doc:"The HTTP status." example:"422"`
	Detail    string `json:"detail,omitempty" doc:"What happened this time, and what to do about it." example:"row 1: quantity \"-5\": quantities are positive; the type gives the direction"`
	Reference string `json:"reference,omitempty" doc:"Id of the request, as the server's log has it." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	// CurrentVersion is set where something changed meanwhile.
	CurrentVersion int64   `json:"current_version,omitempty" doc:"Where something changed meanwhile: the ledger version (or revision of the portfolio) that is current." example:"13"`
	Errors         []Fault `json:"errors,omitempty" nullable:"false" doc:"Every value that is wrong, with its place and its cure."`
	// The four below are set where a second factor is needed.
	MFARequired      bool            `json:"mfa_required,omitempty" doc:"Whether signing in goes on with a second factor."`
	Challenge        string          `json:"challenge,omitempty" doc:"Send it with a code to POST /api/v1/auth/login/second-factor." example:"Y2hhbGxlbmdl"`
	Methods          []string        `json:"methods,omitempty" nullable:"false" doc:"What may stand for the code." example:"[\"totp\",\"recovery\"]"`
	ChallengeExpires *time.Time      `json:"challenge_expires,omitempty" doc:"Until when."`
	Scope            string          `json:"scope,omitempty" doc:"Where a token does not allow this: the scope that would." example:"trade"`
	Refusal          json.RawMessage `json:"error,omitempty" doc:"Of a calculation that was refused: the answer of the engine, as on the command line."`

	header http.Header
}

// Fault is one value that is wrong.
type Fault struct {
	File    string `json:"file,omitempty" doc:"The file it stands in." example:"trades.csv"`
	Row     int    `json:"row,omitempty" doc:"Line of a file or place in a list, from 1." example:"1"`
	ID      string `json:"id,omitempty" doc:"Id of the booking, where it is one that exists."`
	Field   string `json:"field,omitempty" doc:"The field." example:"quantity"`
	Value   string `json:"value,omitempty" doc:"The value that is wrong." example:"-5"`
	Problem string `json:"problem" doc:"What is wrong with it." example:"quantities are positive"`
	Cure    string `json:"cure,omitempty" doc:"What to do about it." example:"the type gives the direction"`
}

// Error makes a problem an error.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are further headers of the answer.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType is that of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// kind is a sort of problem: what it is called and when it is one.
type kind struct {
	err    error // nil: chosen by status
	status int
	name   string
	title  string
	advice string // said where the error itself says nothing for the user
}

// The errors of this face alone.
var (
	errNotFound  = errors.New("no such address")
	errThrottled = errors.New("too many attempts")
	errTooMany   = errors.New("too many requests")
	errStreams   = errors.New("too many streams of events")
	errTooLarge  = errors.New("too large")
	errTooLong   = errors.New("took too long")
	errCode      = errors.New("set-up code is wrong")
	errForeign   = errors.New("sent by another site")
	errOperators = errors.New("for who runs the installation")
)

// kinds maps errors to what the user is told. The first match wins; what is not here
// is our fault.
var kinds = []kind{
	{service.ErrUnsure, 503, "not-known", "It is not known whether this was done", "The database went away while the change was committed. Look, or send it again with the same Idempotency-Key: it is done once."},
	{service.ErrFull, 507, "no-room", "There is no room left for the database", "Nothing was changed, and reading goes on. Who runs the installation makes room on its disk; then it works again by itself."},
	{service.ErrReadOnly, 503, "read-only", "The database cannot be written", "Nothing was changed, and reading goes on. Who runs the installation looks at its disk (is it mounted for writing?); then it works again by itself."},
	{service.ErrUnavailable, 503, "database-away", "The database does not answer", "Nothing is lost. Try again in a moment; it works again by itself when the database is back."},
	{service.ErrCrowded, 503, "crowded", "Too much is under way at once", "Nothing was changed. Try again in a moment."},
	{service.ErrSignedOut, 401, "not-signed-in", "You are not signed in", "Sign in with POST /api/v1/auth/login; send the token as `Authorization: Bearer …` or the cookie that came with it."},
	{service.ErrCredentials, 401, "wrong-credentials", "The e-mail address or the password is wrong", "Which of the two is not said."},
	{errCode, 403, "wrong-code", "The set-up code is wrong", "It was printed where the server was started."},
	{errForeign, 403, "cross-origin", "Another site sent this", "A browser may change something from our own pages only. Programs send no Origin."},
	{errOperators, 403, "operators-only", "This is for who runs the installation", "Ask on the machine itself, or with an administrator's token."},
	{service.ErrCode, 401, "wrong-second-factor", "The code is wrong", "Codes change every half minute and are good once. A recovery code will do too."},
	{service.ErrPasskey, 401, "passkey-refused", "The passkey does not prove who this is", "Sign in another way and register it anew, or take another."},
	{service.ErrSecondFactor, 403, "mfa-required", "A second factor is needed", "Send the challenge with a code to POST /api/v1/auth/login/second-factor."},
	{service.ErrScope, 403, "insufficient-scope", "The token does not allow this", ""},
	{service.ErrReauthorise, 403, "password-needed", "The password is needed again", "Send it along, or sign in anew: within ten minutes of that nobody asks for it."},
	{service.ErrUninvited, 403, "invitation-needed", "An invitation is needed", "Ask an owner for one and send its token as `invite`."},
	{service.ErrNotLinked, 403, "not-linked", "Nobody here signs in with this identity", "Sign in another way and link it in the settings."},
	{service.ErrOIDC, 403, "refused-elsewhere", "The other provider did not sign you in", "Try again, or sign in another way."},
	{service.ErrForbidden, 403, "not-allowed", "You may look at this, not change it", "Ask the owner of the portfolio for the right to book."},
	{errNotFound, 404, "no-such-address", "There is no such address", "See /docs for those there are."},
	{service.ErrNotFound, 404, "not-found", "There is no such thing", "It may have been deleted, or it is not yours to see."},
	{service.ErrProvider, 404, "no-such-provider", "There is no such provider", "GET /api/v1/setup lists those there are."},
	{service.ErrNoProvider, 404, "no-such-source", "There is no such source of market data", "GET /api/v1/providers lists those there are."},
	{service.ErrNoSources, 503, "nobody-asked", "Nobody is asked for market data here", "Prices can be brought in by file and by hand; who runs the installation sets MARKET_DATA=on to have sources asked."},
	{service.ErrChallenge, 410, "ended", "This took too long, or was done already", "Begin again."},
	{service.ErrInvite, 422, "bad-invitation", "The invitation is not good", "It was used, has ended or was taken back. Ask for another."},
	{service.ErrMailToken, 422, "bad-link", "The link is not good", "It was used, has ended or a later one replaced it. Ask for another."},
	{service.ErrTier, 422, "beyond-plan", "This is more than your plan allows", "Remove some, or ask who runs the installation for a larger plan."},
	{service.ErrOIDCDown, 502, "provider-down", "The other provider does not answer", "Try again later, or sign in another way."},
	{service.ErrFeature, 503, "switched-off", "This is switched off", "Everything else goes on. Ask who runs the installation."},
	{service.ErrNoMail, 503, "no-mail", "This installation sends no mail", "Ask its owner for a new password."},
	{service.ErrNoKey, 503, "no-key", "This installation has no key to keep secrets with", "Its operator sets ENCRYPTION_KEY."},
	{service.ErrThrottled, 429, "throttled", "Too many attempts to sign in", "Wait a while."},
	{service.ErrStale, 409, "stale", "This changed meanwhile", "Nothing was overwritten. Read it again and repeat the change with the current version."},
	{service.ErrSetUp, 409, "already-set-up", "The owner exists already", "Sign in instead."},
	{service.ErrClosed, 409, "closed", "The books are closed", "Book it on a later day, or have somebody who manages the portfolio open the period again, with a reason."},
	{service.ErrEngine, 409, "other-engine", "Another version of the engine made this", "It can be read, not computed again: figures of another engine differ."},
	{service.ErrNoQueue, 503, "no-jobs", "There are no jobs here", "This process has no queue of jobs."},
	{service.ErrBooked, 409, "booked-already", "It is booked already", "Look at the transactions of that day; the proposal goes by itself."},
	{service.ErrExists, 409, "exists", "There is one already", "Choose another name, or leave it as it is."},
	{service.ErrWithheld, 409, "done-already", "This was done already, and its answer is not kept", "It had a secret that is shown once. Look at what was made; take it back and make another with a new key."},
	{service.ErrReused, 422, "key-reused", "The idempotency key was used for another request", "Take a new key for a new request."},
	{service.ErrFormat, 422, "unknown-format", "The file format is not recognised", "GET /api/v1/formats lists those that are read; name one with `format`."},
	{service.ErrRefused, 422, "refused", "The file has rows that cannot be booked", "Nothing was booked. Mend the rows, or send `skip_refused` to book the others."},
	{analysis.ErrPeriod, 422, "no-such-period", "There is no such period", "Use one of " + strings.Join(analysis.PeriodLabels(), ", ") + ", or from and to."},
	{analysis.ErrEmptyPeriod, 422, "empty-period", "The period ends before it begins", "Give `from` before `to`."},
	{errThrottled, 429, "throttled", "Too many attempts to sign in", "Wait a minute."},
	{errStreams, 429, "too-many-streams", "Too many streams of events are open", "Close one, or wait until one that was lost is noticed; eight at once are allowed."},
	{errTooMany, 429, "too-many", "Too many requests", "Wait as long as Retry-After says."},
	{service.ErrBusy, 429, "busy", "Too many people sign in at once", "Try again in a moment."},
	{errMaintenance, 503, "maintenance", "There is maintenance", "Come back when Retry-After says; nothing is lost."},
	{errTooLarge, 413, "too-large", "This is too large", "Send it in parts."},
	{errTooLong, 503, "too-long", "The calculation took too long", "Ask for less at once, or use the command line."},
	{context.Canceled, 503, "given-up", "The request was given up", "Whoever asked went away, or the server is stopping. Nothing was changed."},
	{context.DeadlineExceeded, 503, "too-long", "This took too long", "Nothing was changed. Try again."},
}

// byStatus are the kinds of what the framework refuses before a service is asked.
var byStatus = map[int]kind{
	400: {nil, 400, "unreadable", "The request cannot be read", ""},
	404: {errNotFound, 404, "no-such-address", "There is no such address", "See /docs for those there are."},
	405: {nil, 405, "no-such-method", "The address does not take this method", "See /docs for those it takes."},
	408: {nil, 408, "too-slow", "The request came too slowly", ""},
	413: {errTooLarge, 413, "too-large", "This is too large", "Send it in parts."},
	415: {nil, 415, "content-type", "This content type is not read here", "Send application/json."},
	422: {nil, 422, "invalid", "This cannot be accepted as it is", ""},
	500: {nil, 500, "internal", "Something went wrong on our side", "Nothing was changed. The log of the server says what happened under the reference."},
}

func (k kind) problem(detail string) *Problem {
	if detail == "" {
		detail = k.advice
	}
	p := &Problem{Type: "/docs#problem-" + k.name, Title: k.title, Status: k.status, Detail: detail}
	switch k.status {
	case http.StatusUnauthorized:
		p.header = http.Header{"Www-Authenticate": {`Bearer realm="FolioSight"`}}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		p.header = http.Header{"Retry-After": {"30"}}
	}
	return p
}

// problemOf translates an error. What is not in the table goes to the log with the
// whole chain, and the user gets a plain sentence with the reference.
func problemOf(ctx context.Context, log *slog.Logger, err error) *Problem {
	var ready *Problem
	if errors.As(err, &ready) {
		ready.Reference = RequestID(ctx)
		return ready
	}
	err = causeOf(ctx, err)
	p := known(err)
	if p == nil {
		log.ErrorContext(ctx, "request failed", "reference", RequestID(ctx), "error", err)
		p = byStatus[500].problem("")
	}
	p.Reference = RequestID(ctx)
	return p
}

// known translates the errors of the table; nil for others.
func known(err error) *Problem {
	faults := faultsOf(err)
	var refused *calc.Error
	var usage *calc.UsageError
	switch {
	case errors.As(err, &refused):
		p := byStatus[422].problem(refused.Detail)
		p.Type, p.Title = "/docs#problem-refused-calculation", "The calculation was refused"
		p.Refusal, _ = json.Marshal(refused)
		return p
	case errors.As(err, &usage):
		return byStatus[400].problem(usage.Reason)
	}
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			p := k.problem("")
			p.Errors = faults
			p.particulars(err)
			return p
		}
	}
	if len(faults) == 0 {
		return nil
	}
	p := byStatus[422].problem(err.Error())
	p.Errors = faults
	return p
}

// particulars are what an error says besides its kind.
func (p *Problem) particulars(err error) {
	var second *service.SecondFactorNeeded
	var scope *service.ScopeError
	var wait *service.Throttled
	var off *service.FeatureOff
	switch {
	case errors.As(err, &second):
		p.MFARequired, p.Challenge, p.Methods, p.ChallengeExpires = true, second.Challenge, second.Methods, &second.Expires
	case errors.As(err, &scope):
		p.Detail, p.Scope = scope.Error(), string(scope.Needed)
		p.header = http.Header{"Www-Authenticate": {`Bearer realm="FolioSight", error="insufficient_scope", scope="` + string(scope.Needed) + `"`}}
	case errors.As(err, &wait):
		p.Detail = "Try again in " + stretch(wait.Wait) + "."
		p.header = http.Header{"Retry-After": {seconds(wait.Wait)}}
	case p.Type == "/docs#problem-database-away", p.Type == "/docs#problem-crowded":
		p.header = http.Header{"Retry-After": {"5"}}
	case errors.Is(err, service.ErrNoSources):
		p.Detail = err.Error() + ". " + p.Detail
	case errors.As(err, &off):
		p.Detail = off.Error() + ". Everything else goes on."
	}
}

// faultsOf finds the faults in an error.
func faultsOf(err error) []Fault {
	var many ledger.Faults
	var one *ledger.Fault
	if !errors.As(err, &many) && errors.As(err, &one) {
		many = ledger.Faults{one}
	}
	faults := make([]Fault, len(many))
	for i, f := range many {
		faults[i] = Fault{File: f.File, Row: f.Row, ID: f.ID, Field: f.Field, Value: f.Value, Problem: f.Problem, Cure: f.Cure}
	}
	return faults
}

// The framework's own refusals become problems of the same form.
func init() {
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		p := refusal(status, message, errs)
		if ctx != nil {
			p.Reference = RequestID(ctx.Context())
		}
		return p
	}
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return refusal(status, message, errs)
	}
}

func refusal(status int, message string, errs []error) *Problem {
	for _, err := range errs {
		if strings.Contains(err.Error(), "request body too large") {
			status, errs = http.StatusRequestEntityTooLarge, nil
			break
		}
	}
	k, ok := byStatus[status]
	if !ok {
		k = kind{status: status, name: strconv.Itoa(status), title: http.StatusText(status)}
	}
	p := k.problem("")
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			p.Errors = append(p.Errors, faultAt(d.ErrorDetail()))
		} else if err != nil {
			p.Errors = append(p.Errors, Fault{Problem: err.Error()})
		}
	}
	switch {
	case len(p.Errors) == 1:
		p.Detail = p.Errors[0].line()
	case len(p.Errors) > 1:
		p.Detail = fmt.Sprintf("%s (and %d more)", p.Errors[0].line(), len(p.Errors)-1)
	case p.Detail == "" && status != 500:
		p.Detail = message
	}
	return p
}

func (f Fault) line() string {
	if f.Field == "" {
		return f.Problem
	}
	if f.Row > 0 {
		return fmt.Sprintf("row %d: %s: %s", f.Row, f.Field, f.Problem)
	}
	return f.Field + ": " + f.Problem
}

// place reads where the framework found a fault: body.transactions[0].price.
var place = regexp.MustCompile(`^(?:body|query|path|header|form|cookie)\.?(.*)$`)

// element is the part of a place that counts in a list.
var element = regexp.MustCompile(`^[a-z_]+\[(\d+)\]\.?`)

func faultAt(d *huma.ErrorDetail) Fault {
	f := Fault{Field: d.Location, Problem: d.Message}
	if m := place.FindStringSubmatch(d.Location); m != nil {
		f.Field = m[1]
	}
	if m := element.FindStringSubmatch(f.Field); m != nil {
		n, _ := strconv.Atoi(m[1])
		f.Row, f.Field = n+1, f.Field[len(m[0]):]
	}
	if d.Value == nil || f.Field == "" || strings.Contains(f.Field, "password") || strings.Contains(f.Field, "code") {
		return f // the whole body and secrets are not repeated
	}
	switch v := d.Value.(type) {
	case map[string]any, []any:
	case string:
		f.Value = clip(v)
	default:
		f.Value = clip(fmt.Sprint(v))
	}
	return f
}

// clip keeps the beginning of a long value.
func clip(s string) string {
	if utf8.RuneCountInString(s) <= 80 {
		return s
	}
	return string([]rune(s)[:80]) + "…"
}

// write sends a problem.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "private, no-store")
	w.WriteHeader(p.Status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(p) // the client went away: nothing to do
}
