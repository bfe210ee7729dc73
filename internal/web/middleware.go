package web

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// contentPolicy forbids everything that does not come from our own files.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// policy sets the headers every answer has.
func policy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			// A style, a script or a font is no document: what a document may do says nothing
			// here, and said with each of them it weighed more than some of the scripts.
			for _, name := range []string{"Permissions-Policy", "Cross-Origin-Opener-Policy", "X-Frame-Options"} {
				header.Del(name)
			}
			header.Set("Content-Security-Policy", "default-src 'none'")
			header.Set("X-Content-Type-Options", "nosniff")
			header.Set("Cross-Origin-Resource-Policy", "same-origin")
			next.ServeHTTP(w, r)
			return
		}
		header.Set("Content-Security-Policy", contentPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "private, no-store")
		next.ServeHTTP(w, r)
	})
}

// formBytes is how large a form without files may be.
const formBytes = 1 << 20

// bounded reads no more of a form than pages ask for: files come to portfolios alone,
// where somebody must be signed in. It removes what a form left on the disk.
func (s *site) bounded(next http.Handler) http.Handler {
	refuse := s.open(func(*request) error { return errTooLarge })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		most := int64(formBytes)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") && strings.HasPrefix(r.URL.Path, "/p/") {
			most += uploadBytes
		}
		if r.ContentLength > most {
			w.Header().Set("Connection", "close")
			refuse(w, r)
			return
		}
		r = r.WithContext(r.Context()) // the server cleans up after its own request alone
		r.Body = http.MaxBytesReader(w, r.Body, most)
		defer func() {
			if r.MultipartForm != nil {
				_ = r.MultipartForm.RemoveAll() // the system clears its temporary directory
			}
		}()
		next.ServeHTTP(w, r)
	})
}

var zippers = sync.Pool{New: func() any {
	writer, _ := gzip.NewWriterLevel(nil, 5) // the level is valid
	return writer
}}

// compressed sends pages and chart data as gzip to browsers that take it. Files
// bring their own compressed form.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || strings.HasPrefix(r.URL.Path, "/assets/") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Add("Vary", "Accept-Encoding")
		zipped := &zipWriter{ResponseWriter: w}
		defer zipped.close()
		next.ServeHTTP(zipped, r)
	})
}

// zipWriter compresses once it knows that there is a body.
type zipWriter struct {
	http.ResponseWriter
	zip    *gzip.Writer
	status int
}

func (z *zipWriter) WriteHeader(status int) {
	z.status = status
	if status == http.StatusNoContent || status == http.StatusNotModified {
		z.ResponseWriter.WriteHeader(status)
	}
}

func (z *zipWriter) Write(body []byte) (int, error) {
	if z.zip == nil {
		if z.Header().Get("Content-Type") == "" {
			z.Header().Set("Content-Type", http.DetectContentType(body))
		}
		z.Header().Set("Content-Encoding", "gzip")
		z.Header().Del("Content-Length")
		if z.status != 0 {
			z.ResponseWriter.WriteHeader(z.status)
		}
		z.zip = zippers.Get().(*gzip.Writer)
		z.zip.Reset(z.ResponseWriter)
	}
	return z.zip.Write(body)
}

func (z *zipWriter) close() {
	if z.zip != nil {
		_ = z.zip.Close() // the browser went away: nothing to do
		z.zip.Reset(nil)
		zippers.Put(z.zip)
		return
	}
	if z.status != 0 && z.status != http.StatusNoContent && z.status != http.StatusNotModified {
		z.ResponseWriter.WriteHeader(z.status)
	}
}
