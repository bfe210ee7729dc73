package backup_test

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/ops/backup"
)

// storage is an object storage that checks the signature of every request (AWS
// Signature Version 4, as its documentation describes it) and keeps objects in memory.
type storage struct {
	mu      sync.Mutex
	objects map[string][]byte
	secret  string
	cut     int // bytes of an upload that get lost
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// signed recomputes the signature of a request from its own parts.
func (s *storage) signed(r *http.Request) error {
	words := strings.FieldsFunc(strings.TrimPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 "), func(r rune) bool { return r == ',' || r == ' ' })
	parts := map[string]string{}
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		parts[name] = value
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[0] != "AKID" {
		return fmt.Errorf("credential %q", parts["Credential"])
	}
	var headers strings.Builder
	for _, name := range strings.Split(parts["SignedHeaders"], ";") {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.TrimSpace(value))
	}
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	request := strings.Join([]string{r.Method, r.URL.EscapedPath(), query, headers.String(), parts["SignedHeaders"], r.Header.Get("X-Amz-Content-Sha256")}, "\n")
	sum := sha256.Sum256([]byte(request))
	text := strings.Join([]string{"AWS4-HMAC-SHA256", r.Header.Get("X-Amz-Date"), strings.Join(scope[1:], "/"), hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + s.secret)
	for _, w := range scope[1:] {
		key = mac(key, w)
	}
	if want := hex.EncodeToString(mac(key, text)); want != parts["Signature"] {
		return fmt.Errorf("signature %s, want %s", parts["Signature"], want)
	}
	return nil
}

// body reads what is uploaded: plain, or in chunks of aws-chunked.
func body(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		content, err := io.ReadAll(r.Body)
		if want := r.Header.Get("X-Amz-Content-Sha256"); err == nil && want != "UNSIGNED-PAYLOAD" {
			if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != want {
				return nil, fmt.Errorf("the payload has another hash than was signed")
			}
		}
		return content, err
	}
	var all []byte
	in := bufio.NewReader(r.Body)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		text, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(text, 16, 64)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return all, nil
		}
		chunk := make([]byte, n+2)
		if _, err := io.ReadFull(in, chunk); err != nil {
			return nil, err
		}
		all = append(all, chunk[:n]...)
	}
}

type listing struct {
	XMLName  xml.Name `xml:"ListBucketResult"`
	Name     string
	Contents []struct {
		Key          string
		Size         int
		ETag         string
		LastModified string
	}
}

// ServeHTTP implements http.Handler.
func (s *storage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	refuse := func(status int, code, message string) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
	}
	if err := s.signed(r); err != nil {
		refuse(http.StatusForbidden, "SignatureDoesNotMatch", err.Error())
		return
	}
	key, found := strings.CutPrefix(r.URL.Path, "/books/")
	if !found {
		refuse(http.StatusNotFound, "NoSuchBucket", "there is no such bucket")
		return
	}
	content, there := s.objects[key]
	switch {
	case r.Method == http.MethodGet && key == "":
		l := listing{Name: "books"}
		var names []string
		for name := range s.objects {
			if strings.HasPrefix(name, r.URL.Query().Get("prefix")) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			l.Contents = append(l.Contents, struct {
				Key          string
				Size         int
				ETag         string
				LastModified string
			}{name, len(s.objects[name]), `"e"`, "2026-01-02T03:04:05.000Z"})
		}
		w.Header().Set("Content-Type", "application/xml")
		_ = xml.NewEncoder(w).Encode(l)
	case r.Method == http.MethodPut:
		got, err := body(r)
		if err != nil {
			refuse(http.StatusBadRequest, "XAmzContentSHA256Mismatch", err.Error())
			return
		}
		s.objects[key] = got[:len(got)-s.cut]
		w.Header().Set("ETag", `"e"`)
	case !there:
		refuse(http.StatusNotFound, "NoSuchKey", "there is no such key")
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("ETag", `"e"`)
		http.ServeContent(w, r, "", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), bytes.NewReader(content))
	}
}

func TestObjectStorage(t *testing.T) {
	for name, start := range map[string]func(http.Handler) *httptest.Server{"http": httptest.NewServer, "https": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			there := &storage{objects: map[string][]byte{"house/other.txt": []byte("x"), "foliosight-20200101T000000Z-data.backup": []byte("of another prefix")}, secret: "hush/hush"}
			server := start(there)
			defer server.Close()
			at := func(address, secret string) *backup.Storage {
				p, err := backup.NewStorage(backup.Bucket{Address: address, Endpoint: server.URL, Region: "eu-central-1", AccessKey: "AKID", SecretKey: secret, Transport: server.Client().Transport})
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			s, _ := books(t)
			place := at("s3://books/house/a b", "hush/hush")
			c := create(t, s, place, nil)
			listed, err := backup.List(ctx, place, s.Keys)
			if err != nil || len(listed) != 1 || listed[0].Name != c.Name || listed[0].Bytes != c.Bytes || listed[0].Manifest == nil || listed[0].Manifest.Rows() != c.Manifest.Rows() {
				t.Fatalf("%+v, %v", listed, err)
			}
			if _, err := backup.Verify(ctx, place, c.Name, s.Keys); err != nil {
				t.Error(err)
			}
			into := filepath.Join(t.TempDir(), "x.db")
			if r, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Into: "sqlite:" + into}); err != nil || !r.Swapped {
				t.Errorf("%+v, %v", r, err)
			}
			same(t, everyTable(t, "sqlite:"+into), everyTable(t, s.Address))
			key := "house/a b/" + c.Name
			there.mu.Lock()
			there.objects[key][len(there.objects[key])/2] ^= 1
			there.mu.Unlock()
			if _, err := backup.Verify(ctx, place, c.Name, s.Keys); err == nil || !strings.Contains(err.Error(), backup.ErrDamaged.Error()) {
				t.Errorf("a bit turned over there: %v", err)
			}
			if err := place.Remove(ctx, c.Name); err != nil || len(there.objects) != 2 {
				t.Errorf("%d objects left, %v", len(there.objects), err)
			}
			if _, err := backup.Create(ctx, s, []backup.Place{at("s3://books/x", "another")}, nil); err == nil || !strings.Contains(err.Error(), "SignatureDoesNotMatch") {
				t.Errorf("with another key: %v", err)
			}
			if _, err := backup.Create(ctx, s, []backup.Place{at("s3://nobooks", "hush/hush")}, nil); err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
				t.Errorf("another bucket: %v", err)
			}
			there.cut = 7
			// One place that fails does not keep it from another.
			both, err := backup.Create(ctx, s, []backup.Place{place, backup.Directory(t.TempDir())}, nil)
			if err == nil || !strings.Contains(err.Error(), "bytes arrived of") || len(both.Places) != 1 {
				t.Errorf("cut short on its way: %+v, %v", both.Places, err)
			}
		})
	}
	if _, err := backup.NewStorage(backup.Bucket{Address: "s3:///x"}); err == nil {
		t.Error("a bucket without a name")
	}
}
