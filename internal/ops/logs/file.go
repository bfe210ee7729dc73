package logs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// FileOptions are how a file is rotated.
type FileOptions struct {
	Path  string
	Bytes int64         // at which the file is closed; 10 MiB unless given
	Age   time.Duration // at which it is closed; 0: at none
	Keep  int           // old files that are kept; 7 unless given
	Now   func() time.Time
}

// File is a log that rotates itself. It is safe for concurrent use, within one process.
type File struct {
	options FileOptions

	mu    sync.Mutex
	file  *os.File
	size  int64
	began time.Time // of the file's first line, as far as it is known
}

// OpenFile opens the file, or makes it, for its owner alone.
func OpenFile(o FileOptions) (*File, error) {
	if o.Bytes <= 0 {
		o.Bytes = 10 << 20
	}
	if o.Keep <= 0 {
		o.Keep = 7
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &File{options: o}
	return f, f.open()
}

func (f *File) open() error {
	if err := os.MkdirAll(filepath.Dir(f.options.Path), 0o700); err != nil {
		return fmt.Errorf("log file (LOG_FILE): %w", err)
	}
	file, err := os.OpenFile(f.options.Path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("log file (LOG_FILE): %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("log file (LOG_FILE): %w", err), file.Close())
	}
	f.file, f.size, f.began = file, info.Size(), f.options.Now()
	if f.size > 0 {
		f.began = f.beginning(info.ModTime())
	}
	return nil
}

// beginning is the time of a file's first line; where that cannot be read, when it was
// written last.
func (f *File) beginning(otherwise time.Time) time.Time {
	file, err := os.Open(f.options.Path)
	if err != nil {
		return otherwise
	}
	defer file.Close()
	head := make([]byte, 64)
	n, err := file.Read(head)
	if err != nil {
		return otherwise
	}
	_, rest, _ := strings.Cut(string(head[:n]), `"timestamp":"`)
	text, _, _ := strings.Cut(rest, `"`)
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t
	}
	return otherwise
}

// Write appends a line; a file that would become too large, or is too old, is closed first.
// Where that fails the line still goes where it can.
func (f *File) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var rotated error
	if f.size > 0 && (f.size+int64(len(line)) > f.options.Bytes || f.options.Age > 0 && f.options.Now().Sub(f.began) >= f.options.Age) {
		rotated = f.rotate()
	}
	if f.file == nil {
		if err := f.open(); err != nil {
			return 0, errors.Join(rotated, err)
		}
	}
	n, err := f.file.Write(line)
	f.size += int64(n)
	return n, err
}

// rotate renames the file to its name with the time, and removes the oldest ones.
func (f *File) rotate() error {
	if err := f.file.Close(); err != nil {
		return err
	}
	f.file = nil
	ext := filepath.Ext(f.options.Path)
	stem := strings.TrimSuffix(f.options.Path, ext)
	to := fmt.Sprintf("%s-%s%s", stem, f.options.Now().UTC().Format("20060102T150405.000000000"), ext)
	if err := os.Rename(f.options.Path, to); err != nil {
		return err
	}
	old, err := f.Old()
	if err != nil {
		return err
	}
	for len(old) > f.options.Keep {
		err = errors.Join(err, os.Remove(old[0]))
		old = old[1:]
	}
	return err
}

// Old are the files that were closed and are kept, the oldest first.
func (f *File) Old() ([]string, error) { return Old(f.options.Path) }

// Old are the files of a log of that path that were closed, the oldest first.
func Old(path string) ([]string, error) {
	ext := filepath.Ext(path)
	base := strings.TrimSuffix(filepath.Base(path), ext)
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	var old []string
	for _, e := range entries {
		stamp, ours := strings.CutPrefix(strings.TrimSuffix(e.Name(), ext), base+"-")
		if _, err := time.Parse("20060102T150405.000000000", stamp); ours && err == nil && strings.HasSuffix(e.Name(), ext) && e.Type().IsRegular() {
			old = append(old, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	slices.Sort(old)
	return old, nil
}

// Reopen opens the file anew under its name.
func (f *File) Reopen() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var err error
	if f.file != nil {
		err = f.file.Close()
		f.file = nil
	}
	return errors.Join(err, f.open())
}

// Close closes it.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}
