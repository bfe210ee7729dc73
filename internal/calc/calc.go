// Package calc is the JSON door of every engine in finance: one request in, one
// answer out, without a server or a database. The command line streams lines
// through Run, the REST face hands single requests to Answer; both reach the
// same engines.
//
// Model: a request is a JSON object, an answer is a JSON object. Keys that an
// engine does not know are ignored. A figure that does not exist is null, and
// "reasons" names why; NaN and infinities never appear.
//
// Two kinds of failure are kept apart. A request that cannot be answered is an
// *Error: it becomes the line {"error":{"code":…,"detail":…}} and the run goes
// on. Input that cannot be read at all (no JSON, no such engine) is a
// *UsageError: it ends the run and names the line.
package calc

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

// UsageError reports input that cannot be read as requests to an engine.
// Line counts from 1; it is 0 when no particular line is at fault.
type UsageError struct {
	Engine string
	Line   int
	Reason string
}

// Error names the engine, the line and what to do about it.
func (e *UsageError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("calc %s: line %d: %s", e.Engine, e.Line, e.Reason)
	}
	return fmt.Sprintf("calc %s: %s", e.Engine, e.Reason)
}

// Engines lists the names of all engines in alphabetical order.
func Engines() []string {
	names := make([]string, 0, len(engines))
	for name := range engines {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Run reads one JSON request a line from in and writes one JSON answer a line
// to out, in the same order, each as soon as it is known. Blank lines are
// skipped. A line may be as long as memory allows.
func Run(engine string, in io.Reader, out io.Writer) error {
	f, err := find(engine)
	if err != nil {
		return err
	}
	r, w := bufio.NewReaderSize(in, 1<<16), bufio.NewWriterSize(out, 1<<16)
	for number := 1; ; number++ {
		line, readErr := readLine(r)
		if readErr != nil && readErr != io.EOF {
			return errors.Join(fmt.Errorf("calc %s: read line %d: %w", engine, number, readErr), w.Flush())
		}
		if len(line) > 0 {
			if err := runLine(w, engine, f, line, number); err != nil {
				return errors.Join(err, w.Flush())
			}
		}
		// Answers go out whenever the reader would have to wait for more input.
		if readErr == io.EOF || r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return fmt.Errorf("calc %s: write: %w", engine, err)
			}
		}
		if readErr == io.EOF {
			return nil
		}
	}
}

func runLine(w *bufio.Writer, engine string, f engineFunc, line []byte, number int) error {
	body, err := answer(f, line)
	var refused *Error
	switch {
	case errors.As(err, &refused):
		body = refused.line()
	case errors.Is(err, errNotJSON):
		return &UsageError{Engine: engine, Line: number, Reason: notJSON(line)}
	case err != nil:
		return fmt.Errorf("calc %s: line %d: %w", engine, number, err)
	}
	w.Write(body)
	if err := w.WriteByte('\n'); err != nil {
		return fmt.Errorf("calc %s: write: %w", engine, err)
	}
	return nil
}

// Answer answers one request. The error is a *UsageError for an unknown engine
// or a request that is not JSON, and an *Error for a request that was refused.
func Answer(engine string, request []byte) ([]byte, error) {
	f, err := find(engine)
	if err != nil {
		return nil, err
	}
	body, err := answer(f, bytes.TrimSpace(request))
	if errors.Is(err, errNotJSON) {
		return nil, &UsageError{Engine: engine, Reason: notJSON(request)}
	}
	return body, err
}

// readLine returns the next line without surrounding white space, growing as needed.
func readLine(r *bufio.Reader) ([]byte, error) {
	part, err := r.ReadSlice('\n')
	if err == nil || err == io.EOF {
		return bytes.TrimSpace(part), err
	}
	if err != bufio.ErrBufferFull {
		return nil, err
	}
	whole := append(make([]byte, 0, 4*len(part)), part...)
	for err == bufio.ErrBufferFull {
		part, err = r.ReadSlice('\n')
		whole = append(whole, part...)
	}
	return bytes.TrimSpace(whole), err
}

func find(engine string) (engineFunc, error) {
	f, ok := engines[engine]
	if !ok {
		return nil, &UsageError{Engine: engine, Reason: "no such engine; there are " + strings.Join(Engines(), ", ")}
	}
	return f, nil
}

var errNotJSON = errors.New("not JSON")

// maxDepth is how deeply a request may nest; the deepest one that an engine
// understands has a handful of levels.
const maxDepth = 200

func answer(f engineFunc, request []byte) ([]byte, error) {
	if depth(request) > maxDepth {
		return nil, refuse("too_deep", "the request nests more than %d levels", maxDepth)
	}
	if !json.Valid(request) {
		return nil, errNotJSON
	}
	if request[0] != '{' {
		return nil, refuse("bad_request", "the request is not a JSON object")
	}
	result, err := f(request)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(result)
	if err != nil {
		var notFinite *json.UnsupportedValueError
		if errors.As(err, &notFinite) {
			return nil, refuse("not_finite", "the answer leaves the range of float64: scale the input")
		}
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return body, nil
}

// depth is how deeply brackets nest, strings left out.
func depth(b []byte) int {
	at, most, inString := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			at++
			most = max(most, at)
		case c == '}' || c == ']':
			at--
		}
	}
	return most
}

// notJSON says what is wrong with text that json.Valid refused.
func notJSON(text []byte) string {
	var v json.RawMessage
	err := json.Unmarshal(text, &v)
	if err == nil {
		return "not JSON"
	}
	detail := strings.TrimPrefix(err.Error(), "json: ")
	if len(bytes.TrimSpace(text)) == 0 {
		detail = "empty request"
	}
	return "not JSON (" + detail + "); every line must hold one whole JSON object"
}
