package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"weak"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/maypok86/otter/v2"

	"github.com/foliosight/foliosight/internal/service"
)

// renderedAtMost is how many bytes of answers are kept as they were sent: room for the
// dashboard and the holdings of a thousand people.
const renderedAtMost = 192 << 20

// rendering is an answer as it is sent. It is made of a result that is never changed,
// so that it stays true as long as the services give that very result.
type rendering struct {
	body []byte
	etag string
	zip  sync.Once
	gzip []byte
}

// renderings keeps answers by the result they were made of. A result that the services
// no longer give is not kept alive by it, and is never mistaken for another.
type renderings struct {
	kept *otter.Cache[renderKey, *rendering]
}

// renderKey names an operation and the result it answers with.
type renderKey struct {
	operation string
	of        any // a weak pointer
}

func newRenderings() *renderings {
	return &renderings{otter.Must(&otter.Options[renderKey, *rendering]{
		MaximumWeight: renderedAtMost,
		Weigher:       func(_ renderKey, r *rendering) uint32 { return uint32(len(r.body) + len(r.body)/4 + 200) },
	})}
}

// rendered is the answer of an operation with a result, made of it by part.
func rendered[R, T any](k *renderings, operation string, of *R, part func(*R) T) (*rendering, error) {
	key := renderKey{operation, weak.Make(of)}
	if r, ok := k.kept.GetIfPresent(key); ok {
		return r, nil
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(part(of)); err != nil {
		return nil, err
	}
	r := &rendering{body: bytes.Clone(b.Bytes())}
	r.etag = contentTag(r.body)
	k.kept.Set(key, r)
	return r, nil
}

// zipped is the body compressed, made when somebody first takes it so.
func (r *rendering) zipped() []byte {
	r.zip.Do(func() {
		var b bytes.Buffer
		z := zippers.Get().(*gzip.Writer)
		z.Reset(&b)
		_, _ = z.Write(r.body) // into memory
		_ = z.Close()
		z.Reset(nil)
		zippers.Put(z)
		r.gzip = bytes.Clone(b.Bytes())
	})
	return r.gzip
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
	body := r.body
	if len(body) >= compressFrom && strings.Contains(request.Header.Get("Accept-Encoding"), "gzip") {
		h["Content-Encoding"] = []string{"gzip"}
		body = r.zipped()
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // the client went away: nothing to do
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
		answer, err := rendered(s.rendered, r.id, of, part)
		if err != nil {
			return nil, err
		}
		return &renderedOut{answer.send}, nil
	})
}
