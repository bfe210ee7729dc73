package api

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// compressFrom is how large an answer must be for compression to pay.
const compressFrom = 1400

var zippers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return w
}}

// compressed sends large answers as gzip to clients that take it.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		z := &zipper{ResponseWriter: w}
		defer z.close()
		next.ServeHTTP(z, r)
	})
}

// zipper decides with the first part of the body, which for our answers is all of it.
type zipper struct {
	http.ResponseWriter
	zip     *gzip.Writer
	status  int
	decided bool
}

func (z *zipper) WriteHeader(status int) {
	if status < 200 {
		z.ResponseWriter.WriteHeader(status)
	} else if z.status == 0 {
		z.status = status
	}
}

func (z *zipper) Write(body []byte) (int, error) {
	if !z.decided {
		z.decided = true
		if len(body) >= compressFrom && z.Header().Get("Content-Encoding") == "" {
			z.Header().Set("Content-Encoding", "gzip")
			z.Header().Del("Content-Length")
			z.zip = zippers.Get().(*gzip.Writer)
			z.zip.Reset(z.ResponseWriter)
		}
		if z.status != 0 {
			z.ResponseWriter.WriteHeader(z.status)
		}
	}
	if z.zip != nil {
		return z.zip.Write(body)
	}
	return z.ResponseWriter.Write(body)
}

func (z *zipper) close() {
	switch {
	case z.zip != nil:
		_ = z.zip.Close() // the client went away: nothing to do
		z.zip.Reset(nil)
		zippers.Put(z.zip)
	case !z.decided && z.status != 0:
		z.ResponseWriter.WriteHeader(z.status)
	}
}

// Unwrap lets deadlines reach the connection.
func (z *zipper) Unwrap() http.ResponseWriter { return z.ResponseWriter }
