package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Bucket is where in an object storage archives are kept, and how it is reached.
type Bucket struct {
	Address      string // s3://BUCKET/PREFIX
	Endpoint     string // https://…; empty: Amazon's
	Region       string
	AccessKey    string // empty: that of the machine's role
	SecretKey    string
	SessionToken string
	Transport    http.RoundTripper // empty: the usual one
}

// Storage is a place in an object storage that speaks Amazon's S3.
type Storage struct {
	client         *minio.Client
	bucket, prefix string
}

// IsBucket reports whether an address is one of an object storage.
func IsBucket(address string) bool { return strings.HasPrefix(address, "s3://") }

// NewStorage opens a bucket; nothing is asked of it yet.
func NewStorage(b Bucket) (*Storage, error) {
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(b.Address, "s3://"), "/")
	if !IsBucket(b.Address) || bucket == "" {
		return nil, fmt.Errorf("%q is not the address of a bucket; use s3://bucket/prefix", b.Address)
	}
	host, secure := "s3.amazonaws.com", true
	if b.Endpoint != "" {
		u, err := url.Parse(b.Endpoint)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("AWS_ENDPOINT_URL: %q is not the address of a server", b.Endpoint)
		}
		host, secure = u.Host, u.Scheme == "https"
	}
	who := credentials.NewStaticV4(b.AccessKey, b.SecretKey, b.SessionToken)
	if b.AccessKey == "" {
		who = credentials.NewIAM("")
	}
	client, err := minio.New(host, &minio.Options{Creds: who, Secure: secure, Region: b.Region, Transport: b.Transport, MaxRetries: 4})
	if err != nil {
		return nil, fmt.Errorf("object storage %s: %w", host, err)
	}
	return &Storage{client: client, bucket: bucket, prefix: strings.Trim(prefix, "/")}, nil
}

// String implements Place.
func (s *Storage) String() string {
	return strings.TrimSuffix("s3://"+s.bucket+"/"+s.prefix, "/")
}

func (s *Storage) key(name string) string { return path.Join(s.prefix, name) }

// Put implements Place: an object is there when it is whole. What arrived is asked for.
func (s *Storage) Put(ctx context.Context, name, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if _, err := s.client.FPutObject(ctx, s.bucket, s.key(name), path, minio.PutObjectOptions{ContentType: "application/octet-stream"}); err != nil {
		return s.named("upload", err)
	}
	there, err := s.client.StatObject(ctx, s.bucket, s.key(name), minio.StatObjectOptions{})
	if err != nil {
		return s.named("look after upload", err)
	}
	if there.Size != info.Size() {
		return fmt.Errorf("%d bytes arrived of %d: %w", there.Size, info.Size(), ErrDamaged)
	}
	return nil
}

// List implements Place.
func (s *Storage) List(ctx context.Context) ([]Kept, error) {
	prefix := s.prefix
	if prefix != "" {
		prefix += "/"
	}
	var all []Kept
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix}) {
		if o.Err != nil {
			return nil, s.named("list", o.Err)
		}
		if kind, taken, ok := named(path.Base(o.Key)); ok {
			all = append(all, Kept{path.Base(o.Key), kind, taken, o.Size})
		}
	}
	return newestFirst(all), nil
}

// Open implements Place.
func (s *Storage) Open(ctx context.Context, name string, limit int64) (io.ReadCloser, error) {
	options := minio.GetObjectOptions{}
	if limit > 0 {
		if err := options.SetRange(0, limit-1); err != nil {
			return nil, err
		}
	}
	core := minio.Core{Client: s.client}
	r, _, _, err := core.GetObject(ctx, s.bucket, s.key(name), options)
	if err != nil {
		return nil, s.named("fetch", err)
	}
	return r, nil
}

// Remove implements Place.
func (s *Storage) Remove(ctx context.Context, name string) error {
	return s.named("remove", s.client.RemoveObject(ctx, s.bucket, s.key(name), minio.RemoveObjectOptions{}))
}

func (s *Storage) named(what string, err error) error {
	if err == nil {
		return nil
	}
	var answer minio.ErrorResponse
	if errors.As(err, &answer) && answer.Code != "" {
		return fmt.Errorf("%s: %s: %s (%s)", s, what, answer.Message, answer.Code)
	}
	return fmt.Errorf("%s: %s: %w", s, what, err)
}
