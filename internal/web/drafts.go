package web

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/service"
)

var (
	errExpired  = errors.New("the preview has expired")
	errTooLarge = errors.New("the file is too large")
)

const (
	draftLife   = time.Hour
	draftBytes  = 256 << 20 // of all drafts together
	uploadBytes = 64 << 20
)

// draft is a file that waits for its import to be confirmed.
type draft struct {
	user      string
	portfolio string
	file      service.File
	options   service.ImportOptions
	made      time.Time
}

// drafts keeps files between preview and confirmation, in memory and for an hour: a
// file that is lost is uploaded again, and nothing was booked. The oldest go first
// when there are too many.
type drafts struct {
	mu    sync.Mutex
	now   func() time.Time
	byID  map[string]draft
	order []string
	bytes int
}

func newDrafts(now func() time.Time) *drafts { return &drafts{now: now, byID: map[string]draft{}} }

// put keeps a draft and returns its id, which cannot be guessed.
func (d *drafts) put(it draft) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	id := hex.EncodeToString(raw[:])
	it.made = d.now()
	d.byID[id] = it
	d.order = append(d.order, id)
	d.bytes += len(it.file.Content)
	for len(d.order) > 1 && (d.bytes > draftBytes || d.now().Sub(d.byID[d.order[0]].made) > draftLife) {
		d.drop(d.order[0])
	}
	return id
}

// get finds a draft of this user and portfolio.
func (d *drafts) get(id, user, portfolio string) (draft, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	it, ok := d.byID[id]
	if !ok || it.user != user || it.portfolio != portfolio || d.now().Sub(it.made) > draftLife {
		return draft{}, errExpired
	}
	return it, nil
}

// forget drops a draft that was booked.
func (d *drafts) forget(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drop(id)
}

func (d *drafts) drop(id string) {
	it, ok := d.byID[id]
	if !ok {
		return
	}
	d.bytes -= len(it.file.Content)
	delete(d.byID, id)
	for i, other := range d.order {
		if other == id {
			d.order = append(d.order[:i], d.order[i+1:]...)
			break
		}
	}
}

// upload reads the file of a form. missing says that none was chosen.
func (r *request) upload(field string) (file service.File, missing bool, err error) {
	r.Body = http.MaxBytesReader(r.w, r.Body, uploadBytes+1<<20)
	part, head, err := r.FormFile(field)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return file, false, errTooLarge
	case errors.Is(err, http.ErrMissingFile), errors.Is(err, http.ErrNotMultipart):
		return file, true, nil
	case err != nil:
		return file, true, nil // a form that cannot be read holds no file
	}
	defer part.Close()
	content, err := io.ReadAll(io.LimitReader(part, uploadBytes+1))
	if err != nil {
		return file, false, err
	}
	if len(content) > uploadBytes {
		return file, false, errTooLarge
	}
	return service.File{Name: head.Filename, Content: content}, len(content) == 0 && head.Filename == "", nil
}
