package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"weak"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/maypok86/otter/v2"
	"github.com/maypok86/otter/v2/stats"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
)

// renderedAtMost is how many bytes of answers are kept as they were sent: room for the
// dashboard and the holdings of a thousand people.
const renderedAtMost = 96 << 20

// rendering is an answer as it is sent. It is made of a result that is never changed,
// so that it stays true as long as the services give that very result, or as the look
// is the same under which they gave it.
type rendering struct {
	body []byte // compressed where that pays
	gzip bool
	etag string
}

// renderings keeps answers by the look they are to, else by the result they were made of.
// A result that the services no longer give is not kept alive by it, and is never
// mistaken for another. What is kept are bytes, which the collector of garbage does not
// go through: a thousand analyses would keep it busy.
type renderings struct {
	kept *otter.Cache[renderKey, *rendering]
}

// renderKey names an operation and what it answers.
type renderKey struct {
	operation string
	of        any // a service.Look, or a weak pointer to the result
}

func newRenderings() *renderings {
	return &renderings{otter.Must(&otter.Options[renderKey, *rendering]{
		StatsRecorder: stats.NewCounter(),
		MaximumWeight: renderedAtMost,
		Weigher:       func(_ renderKey, r *rendering) uint32 { return uint32(len(r.body) + 400) },
	})}
}

// stands says how what is kept stands.
func (k *renderings) stands() service.Kept {
	seen := k.kept.Stats()
	return service.Kept{Name: "rendered", Hits: seen.Hits, Misses: seen.Misses, Entries: k.kept.EstimatedSize(), Bytes: k.kept.WeightedSize()}
}

// rendered is the answer of an operation with a result, made of it by part and kept by
// what it is of.
func rendered[R, T any](k *renderings, operation string, of any, result *R, part func(*R) T) (*rendering, error) {
	key := renderKey{operation, of}
	if r, ok := k.kept.GetIfPresent(key); ok {
		return r, nil
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(part(result)); err != nil {
		return nil, err
	}
	r := newRendering(b.Bytes())
	k.kept.Set(key, r)
	return r, nil
}

// newRendering copies a body.
func newRendering(body []byte) *rendering {
	r := &rendering{etag: contentTag(body), gzip: len(body) >= compressFrom}
	if !r.gzip {
		r.body = bytes.Clone(body)
		return r
	}
	var b bytes.Buffer
	z := zippers.Get().(*gzip.Writer)
	z.Reset(&b)
	_, _ = z.Write(body) // into memory
	_ = z.Close()
	z.Reset(nil)
	zippers.Put(z)
	r.body = bytes.Clone(b.Bytes())
	return r
}

// plain is the body as it was before it was compressed.
func (r *rendering) plain() (io.Reader, error) {
	if !r.gzip {
		return bytes.NewReader(r.body), nil
	}
	return gzip.NewReader(bytes.NewReader(r.body))
}

// send answers with it, or with 304 to whoever has it.
func (r *rendering) send(ctx huma.Context) {
	request, w := humago.Unwrap(ctx)
	h := w.Header()
	h["Etag"] = []string{r.etag}
	if hasTag(request.Header.Get("If-None-Match"), r.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = []string{"application/json"}
	if r.gzip && strings.Contains(request.Header.Get("Accept-Encoding"), "gzip") {
		h["Content-Encoding"] = []string{"gzip"}
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(r.body) // the client went away: nothing to do
		return
	}
	body, err := r.plain()
	if err != nil { // our own bytes
		panic(err)
	}
	w.WriteHeader(http.StatusOK)
	_, _ = io.Copy(w, body)
}

type renderedOut struct {
	Body func(huma.Context)
}

// addRendered registers a read whose result the services remember: its answer is kept
// as it is sent. get finds the result, part makes the answer's value of it.
func addRendered[I, R, T any](s *server, r route, get func(ctx context.Context, c service.Caller, in *I) (*R, error), part func(*R) T) {
	r.answer = s.group.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, r.id+"Answer")
	add(s, r, func(ctx context.Context, c service.Caller, in *I) (*renderedOut, error) {
		of, err := get(ctx, c, in)
		if err != nil {
			return nil, err
		}
		answer, err := rendered(s.rendered, r.id, weak.Make(of), of, part)
		if err != nil {
			return nil, err
		}
		return &renderedOut{answer.send}, nil
	})
}

// addLook registers a read that is made of an analysis. Where nothing has changed since
// the same was asked, what was sent then is sent again and the services are not asked.
// refuse says a refusal in the words of the operation.
func addLook[I, T any](s *server, r route, question func(*I) (service.Question, error), refuse func(*I, error) error, part func(*analysis.Analysis) T) {
	r.answer = s.group.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, r.id+"Answer")
	add(s, r, func(ctx context.Context, c service.Caller, in *I) (*renderedOut, error) {
		q, err := question(in)
		if err != nil {
			return nil, err
		}
		if look := s.svc.Look(ctx, c, q); look.Known() {
			if before, ok := s.rendered.kept.GetIfPresent(renderKey{r.id, look}); ok {
				return &renderedOut{before.send}, nil
			}
		}
		a, look, err := s.svc.Seen(ctx, c, q)
		if err != nil {
			return nil, refuse(in, err)
		}
		var of any = look
		if !look.Known() {
			of = weak.Make(a)
		}
		answer, err := rendered(s.rendered, r.id, of, a, part)
		if err != nil {
			return nil, err
		}
		return &renderedOut{answer.send}, nil
	})
}

// asItIs leaves a refusal in the words of the services.
func asItIs[I any](_ *I, err error) error { return err }
