package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// folder is where an authority's certificate is kept with what belongs to it, for the
// account of the program alone. Several processes may share it.
type folder string

// The files in it.
const (
	accountFile = "account.key"
	stateFile   = "state.json"
	lockFile    = "lock"
	proofPrefix = "proof."
)

func (f folder) path(name string) string { return filepath.Join(string(f), name) }

// write puts a file in place whole: nobody reads half of it.
func (f folder) write(name string, content []byte) error {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return fmt.Errorf("folder of certificates: %w", err)
	}
	file, err := os.CreateTemp(string(f), ".new-*") // of mode 0600
	if err != nil {
		return fmt.Errorf("folder of certificates: %w", err)
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), f.path(name))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", f.path(name), err), os.Remove(file.Name()))
	}
	return nil
}

// account is the key that the authority knows this installation by; it is made where
// there is none.
func (f folder) account(make bool) (*ecdsa.PrivateKey, error) {
	content, err := os.ReadFile(f.path(accountFile))
	if errors.Is(err, os.ErrNotExist) && make {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("key of the account: %w", err)
		}
		text, err := encodeKey(key)
		if err != nil {
			return nil, err
		}
		return key, f.write(accountFile, text)
	}
	if err != nil {
		return nil, fmt.Errorf("key of the account: %w", err)
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, fmt.Errorf("key of the account %s: there is no key in it; take the file away and a new account is made", f.path(accountFile))
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(*ecdsa.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("key of the account %s cannot be read (%v); take the file away and a new account is made", f.path(accountFile), err)
	}
	return private, nil
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), nil
}

// remembered is what is kept of tries, so that a restart does not ask an authority that
// has just refused.
type remembered struct {
	Domains   string    `json:"domains"`   // that it is of; others begin anew
	Directory string    `json:"directory"` // the same
	Tried     time.Time `json:"tried"`
	Failures  int       `json:"failures"` // in a row
	Failing   time.Time `json:"failing,omitzero"`
	Failure   string    `json:"failure,omitempty"`
	Next      time.Time `json:"next,omitzero"` // no try before
}

func (f folder) remember(r remembered) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return f.write(stateFile, append(text, '\n'))
}

// recall is what was remembered; nothing where it cannot be read.
func (f folder) recall() (r remembered) {
	if text, err := os.ReadFile(f.path(stateFile)); err == nil && json.Unmarshal(text, &r) != nil {
		return remembered{}
	}
	return r
}

// lockedFor is how long a lock counts: longer than a try takes.
const lockedFor = tryTime + 5*time.Minute

// lock keeps others from ordering at the same time; false: one does. What a process left
// that ended in the middle counts no more after a while.
func (f folder) lock(now time.Time) (unlock func(), held bool, err error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, false, fmt.Errorf("folder of certificates: %w", err)
	}
	path := f.path(lockFile)
	for range 2 {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = file.WriteString(now.UTC().Format(time.RFC3339Nano))
			if err = errors.Join(err, file.Close()); err != nil {
				return nil, false, errors.Join(fmt.Errorf("lock of certificates: %w", err), os.Remove(path))
			}
			return func() { _ = os.Remove(path) }, true, nil // one that stays counts no more soon
		}
		if !errors.Is(err, os.ErrExist) {
			return nil, false, fmt.Errorf("lock of certificates: %w", err)
		}
		text, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, false, fmt.Errorf("lock of certificates: %w", err)
		}
		if since, err := time.Parse(time.RFC3339Nano, string(text)); err == nil && now.Sub(since).Abs() < lockedFor {
			return nil, false, nil
		} else if err != nil {
			info, err := os.Stat(path) // it is being written, or a crash kept it from being
			if err == nil && now.Sub(info.ModTime()).Abs() < lockedFor {
				return nil, false, nil
			}
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, false, fmt.Errorf("lock of certificates: %w", err)
		}
	}
	return nil, false, nil
}

// token is the form of one of an authority: it becomes part of a file's name.
var token = regexp.MustCompile(`^[A-Za-z0-9_-]{8,128}$`)

// prove puts in the folder what any process answers a challenge with: by the name for
// TLS-ALPN-01, by the token for HTTP-01.
func (f folder) prove(name, text string) (done func(), err error) {
	if !token.MatchString(text) {
		return nil, fmt.Errorf("the authority's token has no form that is known")
	}
	if err := f.write(proofPrefix+name, []byte(text)); err != nil {
		return nil, err
	}
	return func() { _ = os.Remove(f.path(proofPrefix + name)) }, nil // of no use to anybody, and written over the next time
}

// proof is the token that a name is to be proved with; empty: none.
func (f folder) proof(name string) string {
	if strings.ContainsAny(name, `/\:`) {
		return ""
	}
	text, err := os.ReadFile(f.path(proofPrefix + name))
	if err != nil {
		return ""
	}
	return string(text)
}
