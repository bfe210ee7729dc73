package api

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/foliosight/foliosight/internal/service"
)

// keyHeader carries the key under which a write happens once.
const keyHeader = "Idempotency-Key"

// formSlack is what a form may have beside its files.
const formSlack = 64 << 10

// bounded reads no more of a body than the operation takes, and removes the files of a
// form when it is answered.
func bounded(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	r = r.WithContext(r.Context())
	r.Body = http.MaxBytesReader(w, r.Body, ctx.Operation().MaxBodyBytes+formSlack)
	defer forget(r)
	next(humago.NewContext(ctx.Operation(), r, w))
}

// forget removes what a form left on the disk.
func forget(r *http.Request) {
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll() // the system clears its temporary directory
	}
}

// errAnswered ends a write whose answer was a problem: it is rolled back, the answer
// is sent and nothing is kept, so that the request can be made again.
var errAnswered = errors.New("answered with a problem")

// kept are the headers that a repeated answer has again.
var kept = []string{"Content-Type", "Etag", "Location"}

// once runs a write that carries an idempotency key at most once. The key, the write
// and its answer are committed together; a repetition gets the kept answer.
func (s *server) once(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	key := r.Header.Get(keyHeader)
	if key == "" {
		next(ctx)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			err = errTooLarge
		}
		problemOf(r.Context(), s.Log, err).write(w)
		return
	}
	answer := &recorder{header: http.Header{}}
	request := service.Request{Key: key, Method: r.Method, Path: r.URL.RequestURI(), Body: canonical(r.Header.Get("Content-Type"), body), Portfolio: r.PathValue("portfolio"), Secret: secretive[ctx.Operation().OperationID]}
	response, err := s.svc.Once(r.Context(), callerOf(r.Context()), request, func(inner context.Context) (service.Response, error) {
		again := r.WithContext(inner)
		again.Body = io.NopCloser(bytes.NewReader(body))
		defer forget(again)
		next(humago.NewContext(ctx.Operation(), again, answer))
		if answer.status >= 400 {
			return service.Response{}, errAnswered
		}
		return answer.response(), nil
	})
	switch {
	case errors.Is(err, errAnswered):
		answer.copyTo(w)
	case err != nil:
		problemOf(r.Context(), s.Log, err).write(w)
	case response.Repeated:
		w.Header().Set("Idempotency-Replayed", "true")
		for name, value := range response.Header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(response.Status)
		_, _ = w.Write(response.Body) // the client went away: nothing to do
	default:
		answer.copyTo(w)
	}
}

// recorder keeps an answer until the write behind it is committed.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *recorder) Header() http.Header { return a.header }

func (a *recorder) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *recorder) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

func (a *recorder) response() service.Response {
	a.WriteHeader(http.StatusOK)
	r := service.Response{Status: a.status, Header: map[string]string{}, Body: a.body.Bytes()}
	for _, name := range kept {
		if v := a.header.Get(name); v != "" {
			r.Header[name] = v
		}
	}
	return r
}

func (a *recorder) copyTo(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body.Bytes()) // the client went away: nothing to do
}

// canonical is a body as it is compared with that of an earlier request: of a form its
// parts, because each sending separates them with another boundary.
func canonical(contentType string, body []byte) []byte {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return body
	}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	var out []byte
	add := func(b []byte) {
		out = binary.AppendUvarint(out, uint64(len(b)))
		out = append(out, b...)
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return out
		}
		if err != nil {
			return body
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return body
		}
		add([]byte(part.FormName()))
		add([]byte(part.FileName()))
		add(content)
	}
}
