package importer

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
)

// ErrUnknownFormat reports a file of no known format, or a format's name that is not one.
var ErrUnknownFormat = errors.New("not a format that is known here")

// Registry is the list of the formats that are read.
type Registry struct{ formats []Format }

// NewRegistry returns the registry of the given formats. Where two are equally sure of
// a file, the earlier one reads it.
func NewRegistry(formats ...Format) *Registry { return &Registry{formats: formats} }

// Formats are all the formats, in the order of the registry.
func (r *Registry) Formats() []Format { return slices.Clone(r.formats) }

// Names are the words for --format.
func (r *Registry) Names() []string {
	names := make([]string, len(r.formats))
	for i, f := range r.formats {
		names[i] = f.Name()
	}
	return names
}

// ByName returns the format of that name.
func (r *Registry) ByName(name string) (Format, error) {
	for _, f := range r.formats {
		if strings.EqualFold(f.Name(), name) {
			return f, nil
		}
	}
	return nil, &ledger.Fault{Field: "format", Value: name, Problem: "there is no such format",
		Cure: "use auto or one of " + strings.Join(r.Names(), ", "), Err: ErrUnknownFormat}
}

// Candidate is a format that a file may be of.
type Candidate struct {
	Format Format
	Sure   int // 1 to 100
}

// headSize is how much of a file is looked at to recognise it.
const headSize = 64 << 10

// Detect returns the format that is surest of the file, and all that recognise it, the
// surest first. The format is nil where none does. head must be decoded text.
func (r *Registry) Detect(name string, head []byte) (Format, []Candidate) {
	head = head[:min(len(head), headSize)]
	var found []Candidate
	for _, f := range r.formats {
		if sure := f.Detect(name, head); sure > 0 {
			found = append(found, Candidate{f, min(sure, 100)})
		}
	}
	slices.SortStableFunc(found, func(a, b Candidate) int { return b.Sure - a.Sure })
	if len(found) == 0 {
		return nil, nil
	}
	return found[0].Format, found
}

// Auto is the word that leaves the choice of the format to Detect.
const Auto = "auto"

// Read decodes and reads one file, in the named format or ("auto" or empty) the one
// that recognises it. What it returns is settled: every row is booked, ignored with its
// reason or refused with its faults, and every booking has a Source. The error is of
// the file as a whole and always names it.
func (r *Registry) Read(name string, content []byte, format string, opts Options) (*File, error) {
	name = filepath.Base(name)
	text, charset, err := Decode(content)
	if err != nil {
		return nil, named(name, err)
	}
	chosen, err := r.choose(name, text, format)
	if err != nil {
		return nil, named(name, err)
	}
	file, err := chosen.Read(name, text, opts)
	if err != nil {
		return nil, named(name, err)
	}
	if len(file.Rows) > MaxRows {
		return nil, named(name, &ledger.Fault{Problem: fmt.Sprintf("%d rows are more than the %d that are read", len(file.Rows), MaxRows), Cure: "split the file by year"})
	}
	file.Format = chosen.Name()
	if charset != "" {
		file.Notes = append(file.Notes, "The text was read as "+charset+".")
	}
	file.settle(name, opts)
	return file, nil
}

func (r *Registry) choose(name string, text []byte, format string) (Format, error) {
	if format != "" && !strings.EqualFold(format, Auto) {
		return r.ByName(format)
	}
	if f, _ := r.Detect(name, text); f != nil {
		return f, nil
	}
	start := begins(text)
	return nil, &ledger.Fault{Value: start, Field: "content", Problem: "it is of no format that is known here, judged by how it begins",
		Cure: "name it with --format if it is one of " + strings.Join(r.Names(), ", "), Err: ErrUnknownFormat}
}

var prologue = regexp.MustCompile(`(?s)^\s*(<\?.*?\?>|<!--.*?-->|<![^>]*>)\s*`)

// begins is how a text begins, for people: its first line, and of XML the first element.
func begins(text []byte) string {
	text = text[:min(len(text), 4096)]
	for range 8 {
		at := prologue.FindIndex(text)
		if at == nil || at[1] == len(text) {
			break
		}
		text = text[at[1]:]
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(text), []byte{'\n'})
	if len(line) > 60 {
		return string(bytes.ToValidUTF8(line[:60], nil)) + "…"
	}
	return string(bytes.TrimSpace(line))
}

// named puts the file's name into the faults of the file as a whole.
func named(name string, err error) error {
	var all ledger.Faults
	if errors.As(err, &all) {
		for _, f := range all {
			nameFault(name, f)
		}
		return err
	}
	var one *ledger.Fault
	if errors.As(err, &one) {
		nameFault(name, one)
		return ledger.Faults{one}
	}
	return ledger.Faults{{File: name, Problem: err.Error(), Err: err}}
}

func nameFault(name string, f *ledger.Fault) {
	if f.File == "" {
		f.File = name
	}
}
