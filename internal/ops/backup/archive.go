package backup

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/foliosight/foliosight/internal/secret"
)

// mostManifest is how large a manifest may be.
const mostManifest = 16 << 20

// write writes an archive: sealed(zstd(tar(manifest, parts…))). The parts' files are named
// by directory.
func write(w io.Writer, keys *secret.Keys, m Manifest, directory string) error {
	sealed, err := keys.Writer(w, purpose)
	if err != nil {
		return err
	}
	packed, err := zstd.NewWriter(sealed, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	files := tar.NewWriter(packed)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := files.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: m.Taken}); err != nil {
		return err
	}
	if _, err := files.Write(text); err != nil {
		return err
	}
	for _, p := range m.Parts {
		if err := writePart(files, p, filepath.Join(directory, filepath.FromSlash(p.Name)), m.Taken); err != nil {
			return fmt.Errorf("part %s: %w", p.Name, err)
		}
	}
	return errors.Join(files.Close(), packed.Close(), sealed.Close())
}

func writePart(files *tar.Writer, p Part, path string, at time.Time) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := files.WriteHeader(&tar.Header{Name: p.Name, Mode: 0o600, Size: p.Bytes, ModTime: at}); err != nil {
		return err
	}
	_, err = io.Copy(files, f)
	return err
}

// partOf measures a file.
func partOf(directory, name string) (Part, error) {
	f, err := os.Open(filepath.Join(directory, filepath.FromSlash(name)))
	if err != nil {
		return Part{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return Part{Name: name, Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// archive is one that is being read.
type archive struct {
	Manifest
	files  *tar.Reader
	packed *zstd.Decoder
	plain  io.Reader
}

// open reads as far as the manifest. A wrong key is secret.ErrUnknown.
func open(r io.Reader, keys *secret.Keys) (*archive, error) {
	plain, err := keys.Reader(r, purpose)
	if err != nil {
		return nil, damaged(err)
	}
	packed, err := zstd.NewReader(plain, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return nil, err
	}
	a := &archive{files: tar.NewReader(packed), packed: packed, plain: plain}
	if err := a.manifest(); err != nil {
		packed.Close()
		return nil, damaged(err)
	}
	return a, nil
}

func (a *archive) manifest() error {
	head, err := a.files.Next()
	if err != nil {
		return err
	}
	if head.Name != manifestName || head.Size > mostManifest {
		return fmt.Errorf("it begins with %q, not with its manifest", head.Name)
	}
	text, err := io.ReadAll(a.files)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &a.Manifest)
}

func (a *archive) close() { a.packed.Close() }

// parts reads all of it to its end and holds each part against the manifest. Where into
// is a directory they are written there; else they are read only.
func (a *archive) parts(into string) error {
	for _, p := range a.Parts {
		head, err := a.files.Next()
		if err != nil {
			return damaged(fmt.Errorf("part %s: %w", p.Name, err))
		}
		if head.Name != p.Name || head.Size != p.Bytes {
			return damaged(fmt.Errorf("part %s of %d bytes stands where %s of %d has to", head.Name, head.Size, p.Name, p.Bytes))
		}
		h := sha256.New()
		if into == "" {
			_, err = io.Copy(h, a.files)
		} else {
			err = a.extract(p, into, h)
		}
		if err != nil {
			return damaged(fmt.Errorf("part %s: %w", p.Name, err))
		}
		if sum := hex.EncodeToString(h.Sum(nil)); sum != p.SHA256 {
			return damaged(fmt.Errorf("part %s has SHA-256 %.12s, the manifest says %.12s", p.Name, sum, p.SHA256))
		}
	}
	if _, err := a.files.Next(); err != io.EOF {
		return damaged(fmt.Errorf("after the last part: %v", err))
	}
	// The end of the stream says that nothing was cut off.
	if _, err := io.Copy(io.Discard, a.packed); err != nil {
		return damaged(err)
	}
	if _, err := io.Copy(io.Discard, a.plain); err != nil {
		return damaged(err)
	}
	return nil
}

func (a *archive) extract(p Part, into string, h hash.Hash) (err error) {
	if !filepath.IsLocal(filepath.FromSlash(p.Name)) || strings.Contains(p.Name, `\`) {
		return errors.New("the name leads out of the archive")
	}
	path := filepath.Join(into, filepath.FromSlash(p.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.MultiWriter(f, h), a.files)
	return errors.Join(err, f.Sync(), f.Close())
}

// damaged says that the archive is at fault, unless a key, the disk or the caller is.
func damaged(err error) error {
	var path *os.PathError
	if errors.Is(err, secret.ErrUnknown) || errors.Is(err, secret.ErrNoKey) || errors.As(err, &path) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}
