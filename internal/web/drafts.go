package web

import (
	"errors"
	"io"
	"net/http"

	"github.com/foliosight/foliosight/internal/service"
)

var (
	errExpired  = errors.New("the preview has expired")
	errTooLarge = errors.New("the file is too large")
)

const uploadBytes = 64 << 20

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
