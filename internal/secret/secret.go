// Package secret keeps small secrets sealed where they lie: what is in the database is
// of no use without a key that is not.
//
// Model: AES-256-GCM with a random nonce. A sealed blob names its key, so that keys can
// be rotated with an overlap: the current key seals, the current and earlier ones open,
// Reseal moves a blob from an earlier key to the current one. A blob is bound to its
// Place (what it is for, and the row it stands in): moved to another row or another
// column it does not open.
//
// Form of a blob: version (1 byte), id of the key (8), nonce (12), ciphertext with its
// tag. The id of a key is the beginning of a SHA-256 over it and says nothing of it.
//
// Source: NIST SP 800-38D; with random nonces of 96 bits a key seals fewer than 2^32 blobs.
package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	// KeySize is the length of a key in bytes.
	KeySize = 32

	version   = 1
	idSize    = 8
	nonceSize = 12
	headSize  = 1 + idSize + nonceSize
)

// What Keys answer besides data.
var (
	ErrNoKey   = errors.New("there is no key to keep secrets with; set ENCRYPTION_KEY to 32 bytes, for instance of `openssl rand -base64 32`")
	ErrUnknown = errors.New("sealed with a key that is not known here; give the earlier one as ENCRYPTION_KEY_PREVIOUS")
	ErrDamaged = errors.New("sealed data were changed, cut short or moved")
)

// Place is where a blob stands.
type Place struct {
	Purpose string // what it is for: "totp"
	ID      string // the row: tenant and id
}

// Keys seal and open. A nil *Keys has no key: everything is ErrNoKey.
type Keys struct {
	current key
	all     map[[idSize]byte]cipher.AEAD
	raw     map[[idSize]byte][]byte // what the keys of streams are derived from
}

type key struct {
	id   [idSize]byte
	aead cipher.AEAD
}

// New takes the current key and those that were current before.
func New(current []byte, previous ...[]byte) (*Keys, error) {
	k := &Keys{all: map[[idSize]byte]cipher.AEAD{}, raw: map[[idSize]byte][]byte{}}
	for i, raw := range append([][]byte{current}, previous...) {
		one, err := newKey(raw)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			k.current = one
		}
		k.all[one.id], k.raw[one.id] = one.aead, bytes.Clone(raw)
	}
	return k, nil
}

func newKey(raw []byte) (key, error) {
	if len(raw) != KeySize {
		return key{}, fmt.Errorf("key of %d bytes: %d are needed", len(raw), KeySize)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return key{}, err
	}
	sum := sha256.Sum256(append([]byte("foliosight key id\x00"), raw...))
	return key{id: [idSize]byte(sum[:idSize]), aead: aead}, nil
}

// Parse reads a key as it is written in a setting: base64 of 32 bytes, or 32 characters.
func Parse(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if len(text) == KeySize {
		return []byte(text), nil
	}
	for _, form := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if raw, err := form.DecodeString(text); err == nil && len(raw) == KeySize {
			return raw, nil
		}
	}
	return nil, errors.New("it is neither 32 characters nor the base64 of 32 bytes; `openssl rand -base64 32` makes one")
}

// ID names the current key; empty without one.
func (k *Keys) ID() string {
	if k == nil {
		return ""
	}
	return hex.EncodeToString(k.current.id[:])
}

// Seal encrypts a text for one place, with the current key.
func (k *Keys) Seal(at Place, plain []byte) ([]byte, error) {
	if k == nil {
		return nil, ErrNoKey
	}
	blob := make([]byte, headSize, headSize+len(plain)+k.current.aead.Overhead())
	blob[0] = version
	copy(blob[1:], k.current.id[:])
	nonce := blob[1+idSize : headSize]
	rand.Read(nonce)
	return k.current.aead.Seal(blob, nonce, plain, bound(blob[:1+idSize], at)), nil
}

// Open decrypts what was sealed for a place.
func (k *Keys) Open(at Place, blob []byte) ([]byte, error) {
	if k == nil {
		return nil, ErrNoKey
	}
	if len(blob) < headSize || blob[0] != version {
		return nil, fmt.Errorf("%s: %w", at.Purpose, ErrDamaged)
	}
	aead, ok := k.all[[idSize]byte(blob[1:1+idSize])]
	if !ok {
		return nil, fmt.Errorf("%s: key %x: %w", at.Purpose, blob[1:1+idSize], ErrUnknown)
	}
	plain, err := aead.Open(nil, blob[1+idSize:headSize], blob[headSize:], bound(blob[:1+idSize], at))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at.Purpose, ErrDamaged)
	}
	return plain, nil
}

// Reseal seals with the current key what an earlier one sealed; changed is false where
// the blob is already sealed with it.
func (k *Keys) Reseal(at Place, blob []byte) (out []byte, changed bool, err error) {
	plain, err := k.Open(at, blob)
	if err != nil || [idSize]byte(blob[1:1+idSize]) == k.current.id {
		return blob, false, err
	}
	out, err = k.Seal(at, plain)
	return out, err == nil, err
}

// bound is what a blob is bound to: its head and its place, each part with its length.
func bound(head []byte, at Place) []byte {
	data := append([]byte(nil), head...)
	for _, part := range []string{at.Purpose, at.ID} {
		data = binary.BigEndian.AppendUint32(data, uint32(len(part)))
		data = append(data, part...)
	}
	return data
}
