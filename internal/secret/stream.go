package secret

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
)

// A stream is sealed in chunks, so that files larger than memory are written and read
// as they come. Its form: the magic word (8 bytes), version (1), id of the key (8), salt
// (32); then chunks of 64 KiB, the last one shorter or empty, each with its tag. The key
// of the chunks is HKDF-SHA256 of the key and the salt, for the purpose and the head, so
// that no two streams share one. The nonce of a chunk is its number and whether it is the
// last: chunks that are changed, moved, left out or cut off do not open.
//
// Source: the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, "Online
// Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015.
const (
	streamMagic   = "FSSTREAM"
	streamVersion = 1
	saltSize      = 32
	streamHead    = len(streamMagic) + 1 + idSize + saltSize
	chunkSize     = 64 << 10
	tagSize       = 16
)

// chunks is the cipher of one stream and how far it is.
type chunks struct {
	aead cipher.AEAD
	next uint64
}

func (c *chunks) nonce(last bool) []byte {
	n := make([]byte, nonceSize)
	binary.BigEndian.PutUint64(n[3:], c.next)
	if c.next++; last {
		n[nonceSize-1] = 1
	}
	return n
}

func chunksOf(raw, head []byte, purpose string) (*chunks, error) {
	key, err := hkdf.Key(sha256.New, raw, head[streamHead-saltSize:], "foliosight stream\x00"+purpose+"\x00"+string(head), KeySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &chunks{aead: aead}, err
}

// Writer seals what is written to it into w, with the current key, for one purpose.
// Without Close the stream has no end and does not open.
func (k *Keys) Writer(w io.Writer, purpose string) (io.WriteCloser, error) {
	if k == nil {
		return nil, ErrNoKey
	}
	head := append([]byte(streamMagic), streamVersion)
	head = append(head, k.current.id[:]...)
	salt := make([]byte, saltSize)
	rand.Read(salt)
	head = append(head, salt...)
	c, err := chunksOf(k.raw[k.current.id], head, purpose)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(head); err != nil {
		return nil, err
	}
	return &sealer{chunks: c, w: w, buffer: make([]byte, 0, chunkSize+tagSize)}, nil
}

type sealer struct {
	*chunks
	w      io.Writer
	buffer []byte
	closed bool
}

// Write implements io.Writer.
func (s *sealer) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		if len(s.buffer) == chunkSize { // more follows, so that it is not the last
			if err := s.flush(false); err != nil {
				return n, err
			}
		}
		part := min(len(p), chunkSize-len(s.buffer))
		s.buffer = append(s.buffer, p[:part]...)
		n, p = n+part, p[part:]
	}
	return n, nil
}

func (s *sealer) flush(last bool) error {
	_, err := s.w.Write(s.aead.Seal(s.buffer[:0], s.nonce(last), s.buffer, nil))
	s.buffer = s.buffer[:0]
	return err
}

// Close writes the end; it does not close what is written into.
func (s *sealer) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	return s.flush(true)
}

// Reader opens what a Writer sealed for the same purpose. A stream of a key that is not
// known is ErrUnknown; one that was changed or cut short is ErrDamaged, at the latest
// where it ends: what was read before that is what was written.
func (k *Keys) Reader(r io.Reader, purpose string) (io.Reader, error) {
	if k == nil {
		return nil, ErrNoKey
	}
	head := make([]byte, streamHead)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("%s: the beginning is missing: %w", purpose, ErrDamaged)
	}
	if string(head[:len(streamMagic)]) != streamMagic || head[len(streamMagic)] != streamVersion {
		return nil, fmt.Errorf("%s: it does not begin as one, or is of a version that is not known: %w", purpose, ErrDamaged)
	}
	id := [idSize]byte(head[len(streamMagic)+1:])
	raw, ok := k.raw[id]
	if !ok {
		return nil, fmt.Errorf("%s: key %x: %w", purpose, id, ErrUnknown)
	}
	c, err := chunksOf(raw, head, purpose)
	if err != nil {
		return nil, err
	}
	return &opener{chunks: c, r: bufio.NewReaderSize(r, chunkSize+tagSize+1), purpose: purpose}, nil
}

type opener struct {
	*chunks
	r       *bufio.Reader
	purpose string
	plain   []byte // opened and not read yet
	offset  int64
	err     error
}

// Read implements io.Reader.
func (o *opener) Read(p []byte) (int, error) {
	for len(o.plain) == 0 {
		if o.err != nil {
			return 0, o.err
		}
		o.open()
	}
	n := copy(p, o.plain)
	o.plain = o.plain[n:]
	return n, nil
}

func (o *opener) open() {
	sealed := make([]byte, chunkSize+tagSize)
	n, err := io.ReadFull(o.r, sealed)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		o.err = fmt.Errorf("%s: %w", o.purpose, err)
		return
	}
	_, more := o.r.Peek(1)
	last := more == io.EOF
	if more != nil && !last {
		o.err = fmt.Errorf("%s: %w", o.purpose, more)
		return
	}
	plain, err := o.aead.Open(sealed[:0], o.nonce(last), sealed[:n], nil)
	if err != nil {
		o.err = fmt.Errorf("%s: from byte %d on: %w", o.purpose, o.offset, ErrDamaged)
		return
	}
	o.offset += int64(n)
	if o.plain = plain; last {
		o.err = io.EOF
	}
}
