// Package passkeytest is an authenticator for tests: it makes a passkey and signs with
// it, as a browser with a security key would (ES256, attestation "none").
//
// Source: W3C Web Authentication, Level 3, sections 6.1 and 6.5.
package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
)

// Authenticator holds one passkey.
type Authenticator struct {
	Origin  string // of the page that asks
	Counter uint32 // of signatures, as it says with the next one

	id     []byte
	handle []byte
	key    *ecdsa.PrivateKey
}

// New returns an authenticator used on the pages of an origin.
func New(origin string) *Authenticator {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	id := make([]byte, 16)
	rand.Read(id)
	return &Authenticator{Origin: origin, id: id, key: key}
}

var text = base64.RawURLEncoding

// options are what both ceremonies are asked for, as far as it is used here.
type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"publicKey"`
}

func (a *Authenticator) client(kind string, o options) []byte {
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": o.PublicKey.Challenge, "origin": a.Origin, "crossOrigin": false})
	if err != nil {
		panic(err)
	}
	return data
}

// data is the authenticator data: hash of the party, flags (present, verified), counter.
func (a *Authenticator) data(party string, flags byte) []byte {
	sum := sha256.Sum256([]byte(party))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), a.Counter)
}

// Create answers navigator.credentials.create.
func (a *Authenticator) Create(asked []byte) []byte {
	var o options
	if err := json.Unmarshal(asked, &o); err != nil {
		panic(err)
	}
	a.handle, _ = text.DecodeString(o.PublicKey.User.ID)
	data := a.data(o.PublicKey.RP.ID, 0x01|0x04|0x40)
	data = append(data, make([]byte, 16)...) // AAGUID: of no make
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), a.coseKey()...)
	// CBOR: {"fmt": "none", "attStmt": {}, "authData": data}
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x64), "none"...)
	object = append(append(append(object, 0x67), "attStmt"...), 0xa0)
	object = append(append(object, 0x68), "authData"...)
	object = append(object, 0x59, byte(len(data)>>8), byte(len(data)))
	object = append(object, data...)
	return a.answer(map[string]string{"clientDataJSON": text.EncodeToString(a.client("webauthn.create", o)), "attestationObject": text.EncodeToString(object)})
}

// coseKey is the public key: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
func (a *Authenticator) coseKey() []byte {
	point, err := a.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic(err)
	}
	key := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}
	key = append(key, point[1:33]...)
	return append(append(key, 0x22, 0x58, 0x20), point[33:]...)
}

// Get answers navigator.credentials.get.
func (a *Authenticator) Get(asked []byte) []byte {
	var o options
	if err := json.Unmarshal(asked, &o); err != nil {
		panic(err)
	}
	a.Counter++
	data := a.data(o.PublicKey.RPID, 0x01|0x04)
	client := a.client("webauthn.get", o)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte(nil), data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	if err != nil {
		panic(err)
	}
	return a.answer(map[string]string{"clientDataJSON": text.EncodeToString(client), "authenticatorData": text.EncodeToString(data),
		"signature": text.EncodeToString(signature), "userHandle": text.EncodeToString(a.handle)})
}

func (a *Authenticator) answer(response map[string]string) []byte {
	out, err := json.Marshal(map[string]any{"id": text.EncodeToString(a.id), "rawId": text.EncodeToString(a.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		panic(err)
	}
	return out
}
