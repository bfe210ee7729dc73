package secret

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// File reads the key of a file, and makes file and key where there is none: for an
// installation that nobody gave a key. Of several that make it at once one wins.
func File(path string) ([]byte, error) {
	raw, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return raw, err
	}
	made := make([]byte, KeySize)
	rand.Read(made)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return read(path)
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(made) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, errors.Join(fmt.Errorf("key file: %w", err), os.Remove(path))
	}
	return made, nil
}

func read(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	raw, err := Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return raw, nil
}
